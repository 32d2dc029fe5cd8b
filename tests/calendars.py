"""Calendars that the tests of working time share, ordinary ones and odd ones."""

from __future__ import annotations

from datetime import UTC, datetime

from forbear.calendar.due import parse_due
from forbear.calendar.working import WorkingCalendar, due_at, hours

OFFICE = WorkingCalendar()  # Monday to Friday, 09:00-17:30 UTC
NINE_TO_FIVE = (hours("09:00-17:00"),) * 5 + ((), ())
NIGHTS = (hours("00:00-06:00", "22:00-24:00"),) * 7
ALWAYS = (hours("00:00-24:00"),) * 7
SPLIT = (hours("08:15-12:00", "12:00-12:30", "14:00-20:45"),) * 6 + (hours("23:00-24:00"),)
SMALL_HOURS = (hours("01:30-02:15", "02:45-05:00"),) * 7


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(calendar: WorkingCalendar, at: str | datetime, phrase: str) -> datetime:
    moment = utc(at) if isinstance(at, str) else at
    return due_at(calendar, moment, parse_due(phrase), {"setting.x": 90, "event.zero": 0}.__getitem__)
