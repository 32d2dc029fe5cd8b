"""Working time: how a due time is written, when a centre is open, and a duration in words."""

from __future__ import annotations

from forbear.calendar.due import UNIT_SECONDS, Due, DuePhraseError, Elapsed, Named, parse_due
from forbear.calendar.duration import in_words
from forbear.calendar.working import CalendarError, Hours, WorkingCalendar, due_at, hours

__all__ = [
    "UNIT_SECONDS",
    "CalendarError",
    "Due",
    "DuePhraseError",
    "Elapsed",
    "Hours",
    "Named",
    "WorkingCalendar",
    "due_at",
    "hours",
    "in_words",
    "parse_due",
]
