"""Working time: what holds for any calendar and moment, checked against a recount minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from calendars import ALWAYS, NIGHTS, NINE_TO_FIVE, OFFICE, SMALL_HOURS, SPLIT, due, utc
from forbear.calendar.working import CalendarError, Hours, WorkingCalendar, hours, is_open, next_opening

ZONES = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
CLOCK_CHANGES = ["2011-12-29T10:00", "2006-10-29T02:30", "2026-03-29T01:00", "2026-10-25T01:00", "2026-04-23T22:00"]
PHRASES = [
    "7 minutes",
    "3 days",
    "setting.x",
    "1 working minute",
    "9 working hours",
    "1 working day",
    "4 working days",
    "90 minutes after opening",
    "end of day",
    "end of next day",
    "end of working day",
    "end of next working day",
    "next working day",
]


@st.composite
def days(draw: st.DrawFn) -> Hours:
    """Opening hours of a day: none, or up to three stretches from one half hour to another."""
    marks = draw(st.lists(st.integers(0, 48), max_size=6, unique=True).map(sorted))
    spans = zip(marks[::2], marks[1::2], strict=False)
    return tuple((_half_hour(opens), _half_hour(closes)) for opens, closes in spans)


def _half_hour(number: int) -> time:
    return time(number // 2 % 24, number % 2 * 30)


def moments() -> st.SearchStrategy[datetime]:
    anywhere = st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
    near = st.builds(
        lambda change, seconds: utc(change) + timedelta(seconds=seconds),
        st.sampled_from(CLOCK_CHANGES),
        st.integers(-200_000, 200_000),
    )
    return anywhere | near


def calendars() -> st.SearchStrategy[WorkingCalendar]:
    weekly = st.sampled_from([NINE_TO_FIVE, NIGHTS, ALWAYS, SPLIT, SMALL_HOURS]) | st.tuples(
        st.just(hours("10:00-15:00")), *[days()] * 6
    )
    holidays = st.frozensets(st.dates(date(2026, 3, 20), date(2026, 4, 30)), max_size=8)
    return st.builds(WorkingCalendar, st.sampled_from(ZONES), weekly, holidays)


@given(calendars(), moments(), st.sampled_from(PHRASES))
@settings(max_examples=400, deadline=None)
def test_what_falls_due_is_strictly_later(calendar: WorkingCalendar, at: datetime, phrase: str) -> None:
    assert due(calendar, at, phrase) > at


@given(calendars(), moments(), st.integers(0, 200_000), st.sampled_from(PHRASES))
@settings(max_examples=400, deadline=None)
def test_what_arises_later_never_falls_due_earlier(
    calendar: WorkingCalendar, at: datetime, seconds: int, phrase: str
) -> None:
    assert due(calendar, at, phrase) <= due(calendar, at + timedelta(seconds=seconds), phrase)


@given(calendars(), moments(), st.integers(1, 300))
@example(WorkingCalendar("Europe/London", SMALL_HOURS), utc("2026-03-28T12:00"), 300)
@example(WorkingCalendar("Europe/London", SMALL_HOURS), utc("2026-10-24T12:00"), 300)
@example(WorkingCalendar("Pacific/Apia", NINE_TO_FIVE), utc("2011-12-30T02:00"), 300)
@settings(deadline=None)
def test_working_time_is_the_open_minutes_that_a_clock_counts(
    calendar: WorkingCalendar, at: datetime, minutes: int
) -> None:
    at = at.replace(second=0, microsecond=0)
    moment = due(calendar, at, f"{minutes} working minutes")
    open_minutes = recount(calendar, at, moment)
    assert sum(open_minutes) == minutes
    assert open_minutes[-1], "the due moment is the earliest by which they are counted"


@given(calendars(), moments())
@settings(deadline=None)
def test_open_is_what_the_clock_on_the_wall_says(calendar: WorkingCalendar, at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    assert is_open(calendar, at) == recount(calendar, at, at + timedelta(minutes=1))[0]


@given(calendars(), moments())
@settings(deadline=None)
def test_the_next_opening_is_open_and_nothing_opens_before_it(calendar: WorkingCalendar, at: datetime) -> None:
    at = at.replace(second=0, microsecond=0)
    opening = next_opening(calendar, at)
    minutes = recount(calendar, at, opening + timedelta(minutes=1))
    opened = [now and not before for before, now in pairwise(minutes)]
    assert minutes[-1]
    assert not any(opened[:-1])
    local = opening.astimezone(ZoneInfo(calendar.zone))
    assert opened[-1] or (local.hour, local.minute) <= (1, 0), "only a midnight may open what is open already"


def recount(calendar: WorkingCalendar, start: datetime, end: datetime) -> list[bool]:
    """Minute by minute, whether the hours hold at the latest time that the wall clock has shown so far."""
    clock, minutes = ZoneInfo(calendar.zone), []
    now = start - timedelta(days=1)
    latest = now.astimezone(clock).replace(tzinfo=None)
    while now < end:
        latest = max(latest, now.astimezone(clock).replace(tzinfo=None))
        spans = () if latest.date() in calendar.closed_on else calendar.weekly[latest.weekday()]
        wall = latest.time()
        open_now = any(opens <= wall and (wall < closes or closes == time(0)) for opens, closes in spans)
        if now >= start:
            minutes.append(open_now)
        now += timedelta(minutes=1)
    return minutes


@given(st.datetimes(timezones=st.sampled_from([UTC])), calendars(), st.sampled_from(PHRASES))
@example(datetime.max.replace(tzinfo=UTC), OFFICE, "end of day")
@example(datetime.min.replace(tzinfo=UTC), WorkingCalendar("America/New_York"), "end of day")
@example(datetime.max.replace(tzinfo=timezone(-timedelta(hours=9))), OFFICE, "1 working day")
@settings(deadline=None)
def test_any_moment_at_all_has_an_answer_or_a_calendar_error(
    at: datetime, calendar: WorkingCalendar, phrase: str
) -> None:
    try:
        answer = due(calendar, at, phrase)
    except CalendarError:
        assert at.year in (1, 9999)
    else:
        assert answer > at
