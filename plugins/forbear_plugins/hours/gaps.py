"""Open stretches of a calendar, and the time that no stretch of several calendars covers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from forbear.calendar import WorkingCalendar
from forbear.calendar.working import is_open, next_opening

_SECOND = timedelta(seconds=1)


@frozen
class Gap:
    """A stretch of time, in UTC: from `begins`, inclusive, until `ends`, exclusive."""

    begins: datetime
    ends: datetime

    @property
    def minutes(self) -> int:
        """How long it is, in whole minutes, rounded down."""
        return (self.ends - self.begins) // timedelta(minutes=1)


def open_stretches(calendar: WorkingCalendar, since: datetime, until: datetime) -> list[Gap]:
    """When a calendar is open between two moments, in order, exact to the second."""
    found: list[Gap] = []
    begins = since if is_open(calendar, since) else next_opening(calendar, since)
    while begins < until:
        opens_again = next_opening(calendar, begins)
        ends = _closes(calendar, begins, opens_again)
        found.append(Gap(begins, min(ends, until)))
        begins = opens_again
    return found


def _closes(calendar: WorkingCalendar, begins: datetime, opens_again: datetime) -> datetime:
    """The one close between an opening and the next, or the next where it does not close before."""
    last, closed = begins, opens_again
    if is_open(calendar, opens_again - _SECOND):
        return opens_again
    while closed - last > _SECOND:
        middle = last + (closed - last) // 2
        last, closed = (middle, closed) if is_open(calendar, middle) else (last, middle)
    return closed.replace(microsecond=0)


def gaps(stretches: Iterable[Gap], since: datetime, until: datetime) -> list[Gap]:
    """The time between two moments that no stretch covers."""
    found: list[Gap] = []
    covered = since
    for one in sorted(stretches, key=lambda stretch: stretch.begins):
        if one.begins > covered:
            found.append(Gap(covered, one.begins))
        covered = max(covered, one.ends)
    return [*found, Gap(covered, until)] if covered < until else found
