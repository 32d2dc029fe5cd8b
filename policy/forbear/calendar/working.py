"""Working time: when a centre is open, and the moment at which something falls due.

A local wall time means the first moment at which the clocks of the zone show that time or a later one. So a time that
the clocks skip in spring is the moment they jump, a time that they show twice in autumn is its first showing, a date
that a zone skipped altogether has no length, and later wall times never come earlier. The local date of a moment is
the latest date that has begun by then in this sense.

All moments given must be aware; all moments returned are in UTC. Whatever cannot be answered raises CalendarError:
more than ten years without an opening, more than a hundred years of search, a moment outside the years 1 to 9999.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from itertools import pairwise
from typing import Final, assert_never
from zoneinfo import ZoneInfo, available_timezones

from attrs import Attribute, Factory, field, frozen

from forbear.calendar.due import (
    AfterOpening,
    Due,
    Elapsed,
    EndOf,
    Named,
    StartOfNextWorkingDay,
    WorkingDays,
    WorkingTime,
)
from forbear.errors import ForbearError

Hours = tuple[tuple[time, time], ...]
"""A day's opening hours as local (open, close) pairs; a close at 00:00 is midnight at the end of that day."""

_Stretch = tuple[datetime, datetime]  # open from, inclusive, until, exclusive, in UTC

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MIDNIGHT: Final = time(0)
_DAY: Final = timedelta(days=1)
_LONGEST_CLOSURE: Final = 3650  # days
_LONGEST_SEARCH: Final = 36_525  # days


class CalendarError(ForbearError):
    """A calendar is not usable as given, or holds no answer to what was asked of it."""


def hours(*spans: str) -> Hours:
    """Opening hours from texts such as "09:00-12:30" and "13:30-24:00"; raises CalendarError."""
    return tuple(_span(text) for text in spans)


def _span(text: str) -> tuple[time, time]:
    opens, _, closes = text.partition("-")
    try:
        until = _MIDNIGHT if closes == "24:00" else datetime.strptime(closes, "%H:%M").time()  # noqa: DTZ007
        return datetime.strptime(opens, "%H:%M").time(), until  # noqa: DTZ007
    except ValueError as error:
        raise CalendarError(f"{text!r} are not opening hours: write them like '09:00-17:30'") from error


def _zone(calendar: WorkingCalendar) -> ZoneInfo:
    try:
        return ZoneInfo(calendar.zone)
    except (KeyError, ValueError, OSError, TypeError) as error:
        close = get_close_matches(str(calendar.zone), available_timezones(), n=1)
        hint = f"did you mean {close[0]!r}?" if close else "give an IANA name such as 'Europe/London'"
        raise CalendarError(f"{calendar.zone!r} is not a time zone: {hint}") from error


def _in_order(weekly: Iterable[Hours]) -> tuple[Hours, ...]:
    return tuple(tuple(sorted(day)) for day in weekly)


def _dates(closed_on: Iterable[date]) -> frozenset[date]:
    return frozenset(closed_on)


def _check_weekly(_: WorkingCalendar, __: Attribute[tuple[Hours, ...]], weekly: tuple[Hours, ...]) -> None:
    if len(weekly) != 7:
        raise CalendarError(f"weekly has {len(weekly)} days: give the hours of seven, Monday first, () where closed")
    if not any(weekly):
        raise CalendarError("the centre never opens: give at least one day opening hours")
    for name, day in zip(_WEEKDAYS, weekly, strict=True):
        for opens, closes in day:
            shown = f"{name} {opens:%H:%M}-{closes:%H:%M}"
            if opens.tzinfo or closes.tzinfo:
                raise CalendarError(
                    f"{shown} carries a zone of its own: give plain local times, the calendar has a zone"
                )
            if closes == opens != _MIDNIGHT:
                raise CalendarError(f"{shown} is empty: close later than you open, or leave these hours out")
            if _MIDNIGHT != closes < opens:
                raise CalendarError(f"{shown} runs past midnight: end it at 24:00 and open the next day at 00:00")
        for (_opens, closes), (opens, _closes) in pairwise(day):
            if closes == _MIDNIGHT or opens < closes:
                raise CalendarError(f"{name}: the hours from {opens:%H:%M} overlap those before: write them as one")


def _check_closed_on(_: WorkingCalendar, __: Attribute[frozenset[date]], closed_on: frozenset[date]) -> None:
    for day in closed_on:
        # A datetime is a date to isinstance, but equals none: the holiday would silently be a working day.
        if type(day) is not date:
            raise CalendarError(f"closed_on has {day!r}: give plain dates, such as datetime.date(2026, 12, 25)")


@frozen
class WorkingCalendar:
    """When a centre is open: an IANA zone, opening hours from Monday to Sunday, and the dates it stays closed.

    Hours of a day may be several and in any order, may touch but not overlap, and end by midnight; anything
    else raises CalendarError.
    """

    zone: str = "UTC"
    weekly: tuple[Hours, ...] = field(
        default=(hours("09:00-17:30"),) * 5 + ((), ()), converter=_in_order, validator=_check_weekly
    )
    closed_on: frozenset[date] = field(default=frozenset(), converter=_dates, validator=_check_closed_on)
    clocks: ZoneInfo = field(init=False, eq=False, repr=False, default=Factory(_zone, takes_self=True))


@contextmanager
def _within_the_calendar() -> Iterator[None]:
    try:
        yield
    except OverflowError as error:
        raise CalendarError("the moment lies outside the years 1 to 9999: give a shorter time") from error


@_within_the_calendar()
def is_open(calendar: WorkingCalendar, at: datetime) -> bool:
    """Whether the centre is open at that moment: open at the very opening, closed at the very close."""
    at = _utc(at)
    return any(opens <= at < closes for opens, closes in _open_on(calendar, _local_date(calendar, at)))


@_within_the_calendar()
def next_opening(calendar: WorkingCalendar, at: datetime) -> datetime:
    """The first opening strictly after a moment.

    Hours that go on over midnight do not open again there, except after a day that was open round the clock:
    a centre that never closes opens at each midnight.
    """
    at = _utc(at)
    days = _working_days(calendar, _local_date(calendar, at))
    openings = ((day, opens) for day, stretches in days for opens, _ in stretches if opens > at)
    return next(opens for day, opens in openings if not _goes_on(calendar, day, opens))


@_within_the_calendar()
def end_of_day(calendar: WorkingCalendar, at: datetime) -> datetime:
    """Local midnight at the end of a moment's local date; strictly after the moment."""
    return _moment(calendar, _local_date(calendar, _utc(at)) + _DAY, _MIDNIGHT)


@_within_the_calendar()
def end_of_working_day(calendar: WorkingCalendar, at: datetime) -> datetime:
    """The close of the first working day, today among them, whose close is strictly after a moment."""
    at = _utc(at)
    closes = (stretches[-1][1] for _, stretches in _working_days(calendar, _local_date(calendar, at)))
    return next(close for close in closes if close > at)


@_within_the_calendar()
def working_day_after(calendar: WorkingCalendar, at: datetime, count: int = 1) -> tuple[datetime, datetime]:
    """The first opening and the last close of the `count`-th working day after a moment's local date."""
    days = _working_days(calendar, _local_date(calendar, _utc(at)) + _DAY)
    stretches = next(stretches for number, (_, stretches) in enumerate(days, start=1) if number >= count)
    return stretches[0][0], stretches[-1][1]


@_within_the_calendar()
def add_working_time(calendar: WorkingCalendar, at: datetime, seconds: int) -> datetime:
    """The first moment by which the centre was open for so many seconds since `at`; a close counts as reached."""
    at, left = _utc(at), timedelta(seconds=seconds)
    for _, stretches in _working_days(calendar, _local_date(calendar, at)):
        for opens, closes in stretches:
            begins = max(opens, at)
            if left <= closes - begins:
                return begins + left
            left -= max(closes - begins, timedelta(0))
    raise AssertionError("the search ends with a moment or an error")


@_within_the_calendar()
def due_at(calendar: WorkingCalendar, at: datetime, due: Due, seconds_of: Callable[[str], int]) -> datetime:
    """The moment at which something that arose at `at` falls due, strictly after it; raises CalendarError.

    `seconds_of` gives the elapsed seconds that a name stands for; it must be at least 1.
    Days and weeks of `Elapsed` are 24 and 168 hours, whatever the clocks do meanwhile.
    """
    at = _utc(at)
    match due:
        case Elapsed(seconds):
            moment = at + timedelta(seconds=seconds)
        case WorkingTime(seconds):
            moment = add_working_time(calendar, at, seconds)
        case WorkingDays(count):
            _, moment = working_day_after(calendar, at, count)
        case AfterOpening(seconds):
            moment = next_opening(calendar, at) + timedelta(seconds=seconds)
        case EndOf(next=False, working=False):
            moment = end_of_day(calendar, at)
        case EndOf(next=True, working=False):
            moment = end_of_day(calendar, end_of_day(calendar, at))
        case EndOf(next=False, working=True):
            moment = end_of_working_day(calendar, at)
        case EndOf():
            _, moment = working_day_after(calendar, at)
        case StartOfNextWorkingDay():
            moment, _ = working_day_after(calendar, at)
        case Named(path):
            moment = at + timedelta(seconds=seconds_of(path))
        case _:
            assert_never(due)
    if moment <= at:
        raise CalendarError(f"{due} is not after {at.isoformat()}: a due time is at least 1 second ahead")
    return moment


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise CalendarError(f"{at.isoformat()} has no zone: pass an aware datetime, such as one with tzinfo=UTC")
    return at.astimezone(UTC)


def _moment(calendar: WorkingCalendar, day: date, wall: time) -> datetime:
    """The first moment at which the local clocks show that date and time, or later."""
    shown = datetime.combine(day, wall)
    late = shown.replace(tzinfo=calendar.clocks).astimezone(UTC)
    early = shown.replace(tzinfo=calendar.clocks, fold=1, microsecond=0).astimezone(UTC)
    # Only in a gap is PEP 495's second reading the earlier one; the clocks jump in between, on a whole second.
    while early < late:
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(calendar.clocks).replace(tzinfo=None) >= shown:
            late = middle
        else:
            early = middle + timedelta(seconds=1)
    return late


def _local_date(calendar: WorkingCalendar, at: datetime) -> date:
    day = at.astimezone(calendar.clocks).date()
    while _moment(calendar, day + _DAY, _MIDNIGHT) <= at:  # the clocks were put back over midnight
        day += _DAY
    return day


def _open_on(calendar: WorkingCalendar, day: date) -> list[_Stretch]:
    """When the centre is open on a local date: in order, none empty, none touching."""
    stretches: list[_Stretch] = []
    for opens, closes in () if day in calendar.closed_on else calendar.weekly[day.weekday()]:
        start, end = _moment(calendar, day, opens), _moment(calendar, day + _DAY * (closes == _MIDNIGHT), closes)
        if stretches and stretches[-1][1] == start:
            start, _ = stretches.pop()
        if start < end:
            stretches.append((start, end))
    return stretches


def _goes_on(calendar: WorkingCalendar, day: date, opens: datetime) -> bool:
    before = _open_on(calendar, day - _DAY)
    round_the_clock = before and before[0] == (_moment(calendar, day - _DAY, _MIDNIGHT), opens)
    return bool(before) and before[-1][1] == opens and not round_the_clock


def _working_days(calendar: WorkingCalendar, first: date) -> Iterator[tuple[date, list[_Stretch]]]:
    """The working days from a date on, with their open stretches: dates with hours that are not in `closed_on`."""
    closed = 0
    for number in range(_LONGEST_SEARCH):
        day = first + number * _DAY
        if stretches := _open_on(calendar, day):
            closed = 0
            yield day, stretches
        else:
            closed += 1
            if closed >= _LONGEST_CLOSURE:
                raise CalendarError(f"no opening in the ten years before {day}: take dates out of closed_on")
    raise CalendarError(f"not within a hundred years of {first}: give a shorter time, or the centre more hours")
