"""Working time: examples at every border."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from calendars import ALWAYS, NIGHTS, NINE_TO_FIVE, OFFICE, SMALL_HOURS, SPLIT, due, utc
from forbear.calendar.due import Due, Elapsed, Named, WorkingTime
from forbear.calendar.working import CalendarError, Hours, WorkingCalendar, due_at, hours, is_open, next_opening


# 2026-03-02 is a Monday, so 03-06 a Friday.
@pytest.mark.parametrize(
    ("at", "phrase", "expected"),
    [
        ("2026-03-06T17:00", "10 minutes", "2026-03-06T17:10"),
        ("2026-03-06T17:00", "setting.x", "2026-03-06T17:01:30"),
        ("2026-03-06T17:00", "1 week", "2026-03-13T17:00"),
        ("2026-03-06T17:00", "20 working minutes", "2026-03-06T17:20"),
        ("2026-03-06T17:00", "30 working minutes", "2026-03-06T17:30"),  # at the very close
        ("2026-03-06T17:00", "31 working minutes", "2026-03-09T09:01"),  # over the week-end
        ("2026-03-06T17:30", "1 working hour", "2026-03-09T10:00"),  # closed at the very close
        ("2026-03-07T12:00", "1 working hour", "2026-03-09T10:00"),
        ("2026-03-02T08:00", "1 working hour", "2026-03-02T10:00"),
        ("2026-03-02T09:00", "17 working hours", "2026-03-03T17:30"),
        ("2026-03-06T17:00", "1 working day", "2026-03-09T17:30"),
        ("2026-03-06T23:59", "5 working days", "2026-03-13T17:30"),
        ("2026-03-07T12:00", "1 working day", "2026-03-09T17:30"),
        ("2026-03-02T08:00", "1 working day", "2026-03-03T17:30"),
        ("2026-03-06T18:00", "90 minutes after opening", "2026-03-09T10:30"),
        ("2026-03-02T08:59", "90 minutes after opening", "2026-03-02T10:30"),
        ("2026-03-02T09:00", "90 minutes after opening", "2026-03-03T10:30"),  # strictly after this opening
        ("2026-03-06T10:00", "end of day", "2026-03-07T00:00"),
        ("2026-03-06T00:00", "end of day", "2026-03-07T00:00"),  # midnight begins a day, it ends none
        ("2026-03-06T10:00", "end of next day", "2026-03-08T00:00"),
        ("2026-03-06T10:00", "end of working day", "2026-03-06T17:30"),
        ("2026-03-06T17:29:59", "end of working day", "2026-03-06T17:30"),
        ("2026-03-06T17:30", "end of working day", "2026-03-09T17:30"),
        ("2026-03-07T10:00", "end of working day", "2026-03-09T17:30"),
        ("2026-03-06T10:00", "end of next working day", "2026-03-09T17:30"),
        ("2026-03-08T10:00", "end of next working day", "2026-03-09T17:30"),
        ("2026-03-06T10:00", "next working day", "2026-03-09T09:00"),
        ("2026-03-02T03:00", "next working day", "2026-03-03T09:00"),
    ],
)
def test_each_form_falls_due_in_a_week_of_office_hours(at: str, phrase: str, expected: str) -> None:
    assert due(OFFICE, at, phrase) == utc(expected)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("31 working minutes", "2026-04-07T09:01"),
        ("1 working day", "2026-04-07T17:30"),
        ("2 working days", "2026-04-08T17:30"),
        ("90 minutes after opening", "2026-04-07T10:30"),
        ("end of working day", "2026-04-02T17:30"),
        ("end of next working day", "2026-04-07T17:30"),
        ("next working day", "2026-04-07T09:00"),
        ("end of next day", "2026-04-04T00:00"),
    ],
)
def test_holidays_are_no_working_days(phrase: str, expected: str) -> None:
    easter = WorkingCalendar(closed_on=frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
    assert due(easter, "2026-04-02T17:00", phrase) == utc(expected)


@pytest.mark.parametrize(
    ("zone", "at", "phrase", "expected"),
    [
        # London puts its clocks forward on Sunday 2026-03-29 at 01:00 UTC and back on 2026-10-25 at 01:00 UTC.
        ("Europe/London", "2026-03-27T16:00", "2 working hours", "2026-03-30T09:00"),
        ("Europe/London", "2026-03-27T16:00", "3 days", "2026-03-30T16:00"),
        ("Europe/London", "2026-03-27T23:30", "end of next day", "2026-03-29T00:00"),
        ("Europe/London", "2026-03-28T23:30", "end of next day", "2026-03-29T23:00"),  # a day of 23 hours
        ("Europe/London", "2026-03-29T12:00", "end of day", "2026-03-29T23:00"),
        ("Europe/London", "2026-03-28T12:00", "end of next day", "2026-03-29T23:00"),
        ("Europe/London", "2026-03-30T23:30", "end of day", "2026-03-31T23:00"),  # 00:30 on the 31st there
        ("Europe/London", "2026-10-24T12:00", "90 minutes after opening", "2026-10-26T10:30"),
        ("Europe/London", "2026-10-25T00:30", "end of day", "2026-10-26T00:00"),
        # New York: forward on 2026-03-08 at 07:00 UTC, back on 2026-11-01 at 06:00 UTC.
        ("America/New_York", "2026-03-06T22:00", "end of working day", "2026-03-09T21:00"),
        ("America/New_York", "2026-03-06T21:59", "end of working day", "2026-03-06T22:00"),
        ("America/New_York", "2026-10-30T20:30", "1 working hour", "2026-11-02T14:30"),
        ("America/New_York", "2026-10-31T02:00", "next working day", "2026-11-02T14:00"),  # still Friday there
        ("Asia/Kolkata", "2026-03-02T18:29", "end of day", "2026-03-02T18:30"),
        ("Asia/Kolkata", "2026-03-02T18:30", "end of day", "2026-03-03T18:30"),
        ("Asia/Kolkata", "2026-03-06T11:00", "1 working hour", "2026-03-09T04:00"),
        ("Asia/Kathmandu", "2026-03-06T12:00", "next working day", "2026-03-09T03:15"),
        ("Pacific/Apia", "2026-03-05T12:00", "next working day", "2026-03-08T20:00"),  # Friday there, at UTC+13
        # Apia went from Thursday 2011-12-29, UTC-10, straight to Saturday the 31st, UTC+14.
        ("Pacific/Apia", "2011-12-29T20:00", "end of day", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-29T20:00", "end of next day", "2011-12-31T10:00"),
        ("Pacific/Apia", "2011-12-29T20:00", "1 working day", "2012-01-02T03:00"),
        # Cairo skips midnight itself: 2026-04-24 begins at 01:00 local time.
        ("Africa/Cairo", "2026-04-23T12:00", "end of day", "2026-04-23T22:00"),
        # St. John's put its clocks back at 00:01: that 2006-10-29 began twice, and the first beginning counts.
        ("America/St_Johns", "2006-10-29T02:20", "end of day", "2006-10-29T02:30"),
        ("America/St_Johns", "2006-10-29T03:00", "end of day", "2006-10-30T03:30"),
    ],
)
def test_local_days_and_hours_follow_the_zone(zone: str, at: str, phrase: str, expected: str) -> None:
    assert due(WorkingCalendar(zone, NINE_TO_FIVE), at, phrase) == utc(expected)


@pytest.mark.parametrize(
    ("at", "phrase", "expected"),
    [
        # 2026-03-29 jumps from 01:00 to 02:00, so 01:30-02:15 is 02:00-02:15: a quarter of an hour from 01:00 UTC.
        ("2026-03-28T12:00", "15 working minutes", "2026-03-29T01:15"),
        ("2026-03-28T12:00", "16 working minutes", "2026-03-29T01:46"),
        ("2026-03-28T12:00", "1 minute after opening", "2026-03-29T01:01"),
        # 2026-10-25 shows 01:00-02:00 twice: the hours begin at the first 01:30 and last an hour longer.
        ("2026-10-24T12:00", "1 minute after opening", "2026-10-25T00:31"),
        ("2026-10-24T12:00", "105 working minutes", "2026-10-25T02:15"),
        ("2026-10-24T12:00", "106 working minutes", "2026-10-25T02:46"),
    ],
)
def test_hours_within_a_clock_change_are_never_turned_round(at: str, phrase: str, expected: str) -> None:
    assert due(WorkingCalendar("Europe/London", SMALL_HOURS), at, phrase) == utc(expected)


@pytest.mark.parametrize(
    ("weekly", "at", "expected"),
    [
        (NIGHTS, "2026-03-02T21:00", "2026-03-02T22:00"),
        (NIGHTS, "2026-03-02T23:00", "2026-03-03T22:00"),  # midnight opens nothing
        (SPLIT, "2026-03-02T09:00", "2026-03-02T14:00"),  # nor does 12:00, where hours touch
        (SPLIT, "2026-03-02T14:00", "2026-03-03T08:15"),
        (ALWAYS, "2026-03-02T14:00", "2026-03-03T00:00"),  # or "after opening" would never come
    ],
)
def test_hours_that_go_on_do_not_open_again(weekly: tuple[Hours, ...], at: str, expected: str) -> None:
    assert next_opening(WorkingCalendar(weekly=weekly), utc(at)) == utc(expected)


@pytest.mark.parametrize(
    ("at", "expected"), [("08:59:59", False), ("09:00:00", True), ("17:29:59", True), ("17:30:00", False)]
)
def test_open_from_the_opening_until_before_the_close(at: str, expected: bool) -> None:
    assert is_open(OFFICE, utc(f"2026-03-02T{at}")) is expected


def test_a_moment_may_come_in_any_zone_and_goes_out_in_utc() -> None:
    at = datetime(2026, 3, 2, 18, 0, tzinfo=timezone(timedelta(hours=9)))
    moment = due(OFFICE, at, "1 working hour")
    assert (moment, moment.tzinfo) == (utc("2026-03-02T10:00"), UTC)


@pytest.mark.parametrize(
    ("zone", "weekly", "closed_on", "message"),
    [
        ("Europe/Lodnon", NINE_TO_FIVE, [], "did you mean 'Europe/London'"),
        ("Europe", NINE_TO_FIVE, [], "is not a time zone"),
        ("", NINE_TO_FIVE, [], "is not a time zone"),
        ("../../etc/passwd", NINE_TO_FIVE, [], "is not a time zone"),
        ("UTC", NINE_TO_FIVE[:5], [], "weekly has 5 days"),
        ("UTC", ((),) * 7, [], "never opens"),
        ("UTC", (((time(9), time(9)),),) * 7, [], "Monday 09:00-09:00 is empty"),
        ("UTC", ((), hours("22:00-06:00"), *[()] * 5), [], "Tuesday 22:00-06:00 runs past midnight: end it at 24:00"),
        ("UTC", (hours("09:00-13:00", "12:59-17:00"),) * 7, [], "Monday: the hours from 12:59 overlap"),
        ("UTC", (hours("09:00-24:00", "10:00-11:00"),) * 7, [], "Monday: the hours from 10:00 overlap"),
        ("UTC", (((time(9, tzinfo=UTC), time(10, tzinfo=UTC)),),) * 7, [], "a zone of its own"),
        ("UTC", NINE_TO_FIVE, [datetime(2026, 12, 25, tzinfo=UTC)], "give plain dates"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(
    zone: str, weekly: tuple[Hours, ...], closed_on: list[date], message: str
) -> None:
    with pytest.raises(CalendarError, match=message):
        WorkingCalendar(zone, weekly, closed_on)


@pytest.mark.parametrize("text", ["", "09:00", "9-17", "09:00-25:00", "24:00-06:00", "09:00-17:00-18:00"])
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(CalendarError, match="write them like '09:00-17:30'"):
        hours(text)


def test_hours_may_come_in_any_order_and_a_calendar_survives_pickling() -> None:
    calendar = WorkingCalendar("Asia/Kolkata", (hours("13:00-17:00", "09:00-12:00"),) * 7)
    assert calendar.weekly[0] == hours("09:00-12:00", "13:00-17:00")
    assert pickle.loads(pickle.dumps(calendar)) == calendar  # noqa: S301


@pytest.mark.parametrize("phrase", ["1 working hour", "1 working day", "1 hour after opening", "end of working day"])
def test_ten_years_without_an_opening_end_the_search(phrase: str) -> None:
    shut = WorkingCalendar(closed_on=frozenset(date(2026, 1, 1) + timedelta(number) for number in range(3660)))
    with pytest.raises(CalendarError, match="take dates out of closed_on"):
        due(shut, "2026-01-01T00:00", phrase)


@pytest.mark.parametrize("phrase", ["1000000 working days", "1000000 working hours"])
def test_a_hundred_years_end_the_search(phrase: str) -> None:
    with pytest.raises(CalendarError, match="within a hundred years"):
        due(OFFICE, "2026-01-01T00:00", phrase)


@pytest.mark.parametrize(
    "phrase", ["2 days", "end of next day", "5 working days", "next working day", "9 working hours"]
)
def test_the_end_of_time_is_an_error_of_the_calendar(phrase: str) -> None:
    with pytest.raises(CalendarError, match="years 1 to 9999"):
        due(OFFICE, "9999-12-31T12:00", phrase)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(CalendarError, match="pass an aware datetime"):
        is_open(OFFICE, datetime(2026, 3, 2, 12))  # noqa: DTZ001


@pytest.mark.parametrize("wrong", [Named("event.zero"), Elapsed(-1), WorkingTime(-1), WorkingTime(0)])
def test_nothing_falls_due_before_or_when_it_arises(wrong: Due) -> None:
    with pytest.raises(CalendarError, match="at least 1 second ahead"):
        due_at(OFFICE, utc("2026-03-02T12:00"), wrong, {"event.zero": 0}.__getitem__)
