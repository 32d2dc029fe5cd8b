"""The hours plugin: what no channel covers, what is open now, and duties that go by the same hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear import Engine, WorkingCalendar, hours
from forbear.calendar.working import is_open
from forbear_plugins.hours import Gap, Hours, gaps, open_stretches
from strategies.profile import examples

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
OFFICE = WorkingCalendar("Europe/London", (hours("09:00-17:30"),) * 5 + ((), ()), frozenset({date(2026, 4, 3)}))
NEVER_CLOSED = WorkingCalendar(weekly=(hours("00:00-24:00"),) * 7)
EVENINGS = WorkingCalendar(weekly=(hours("17:30-24:00"),) * 5 + (hours("10:00-16:00"), ()))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    days = []
    for number in range(7):
        ends = sorted(draw(st.sets(st.integers(0, 24 * 12 - 1), min_size=2, max_size=4)))
        spans = [
            f"{a // 12:02}:{a % 12 * 5:02}-{b // 12:02}:{b % 12 * 5:02}"
            for a, b in zip(ends[::2], ends[1::2], strict=False)
        ]
        days.append(hours(*spans) if number == 0 or draw(st.booleans()) else ())
    zone = draw(st.sampled_from(["UTC", "Europe/London", "Australia/Lord_Howe"]))
    return WorkingCalendar(zone, tuple(days))


@given(
    st.lists(calendars(), min_size=1, max_size=3),
    st.integers(0, 40 * 24 * 3600),
    st.lists(st.integers(0, 7 * 24 * 3600 - 1), min_size=5, max_size=20),
)
@examples(40)
def test_a_moment_lies_in_a_gap_exactly_when_nothing_is_open(
    channels: list[WorkingCalendar], start: int, moments: list[int]
) -> None:
    since = MONDAY + timedelta(seconds=start)  # the clocks change within these weeks
    until = since + timedelta(days=7)
    stretches = [one for channel in channels for one in open_stretches(channel, since, until)]
    closed = gaps(stretches, since, until)
    for moment in (since + timedelta(seconds=seconds) for seconds in moments):
        in_gap = any(gap.begins <= moment < gap.ends for gap in closed)
        assert in_gap != any(is_open(channel, moment) for channel in channels)


def test_hours_over_midnight_are_one_stretch_and_a_centre_that_never_closes_has_no_gap() -> None:
    late = WorkingCalendar(weekly=(hours("20:00-24:00"), hours("00:00-02:00"), (), (), (), (), ()))
    week = MONDAY + timedelta(days=7)
    assert open_stretches(late, MONDAY, week) == [Gap(MONDAY.replace(hour=20), MONDAY.replace(day=3, hour=2))]
    assert gaps(open_stretches(NEVER_CLOSED, MONDAY, week), MONDAY, week) == []


def coverage(channels: dict[str, WorkingCalendar]) -> tuple[object, dict[str, object]]:
    with Engine("queues", plugins=[Hours(channels)], discover=False) as engine:
        record = engine.decide({"id": "e1", "at": "2026-03-02T00:00:00Z", "type": "hours_checked"})
    return record.outcome["coverage"], {
        path: value for path, value in record.facts.items() if path.startswith("hours.")
    }


def test_the_pack_finds_a_weekend_without_anybody() -> None:
    found, facts = coverage({"voice": OFFICE, "chat": EVENINGS, "email": OFFICE})
    assert found == ["gap"]
    assert facts == {
        "hours.channels": 3,
        "hours.never_open": 0,
        "hours.longest_gap": 32 * 60,
        "hours.gap_begins": "2026-03-07 16:00",
        "hours.uncovered": 9 * 60 * 5 + 10 * 60 + 32 * 60,
    }


def test_a_partner_who_never_closes_covers_it() -> None:
    found, facts = coverage({"voice": OFFICE, "email": OFFICE, "chat": NEVER_CLOSED})
    assert found == []
    assert facts["hours.uncovered"] == 0


def test_a_channel_that_does_not_open_in_the_week_is_found() -> None:
    closed = WorkingCalendar(closed_on=frozenset(date(2026, 3, day) for day in range(2, 10)))
    found, _ = coverage({"voice": OFFICE, "chat": NEVER_CLOSED, "email": closed})
    assert found == ["few_channels", "never_open"]


def test_the_centre_is_open_by_the_hours_by_which_its_duties_fall_due() -> None:
    plugin = Hours({"voice": OFFICE, "chat": NEVER_CLOSED})
    call = {"type": "contact_offered", "customer": "u1", "channel": "voice"}
    with Engine("queues", plugins=[plugin], discover=False) as engine:
        late = engine.decide({"id": "e1", "at": "2026-04-02T16:29:59Z", "contact": "c1", **call})
        # Thursday 17:30 in London; Friday is a holiday, and the clocks went forward on Sunday
        missed = engine.decide({"id": "e2", "at": "2026-04-02T16:30:00Z", "contact": "c2", **call})
    assert (late.outcome["ring_back"], late.outcome["redirect"]) == ("no", "none")
    assert (missed.outcome["ring_back"], missed.outcome["redirect"]) == ("owed", "web_chat")
    due = {one.owe: one.due for one in missed.obligations}["out_of_hours_callback"]
    assert due == datetime(2026, 4, 6, 9, 30, tzinfo=UTC)


def test_the_main_channel_has_hours() -> None:
    with pytest.raises(ValueError, match="no hours for 'voice'"):
        Hours({"chat": NEVER_CLOSED})
