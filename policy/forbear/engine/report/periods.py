"""Days and periods of a calendar's zone, as moments of the ledger."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen

from forbear.errors import ForbearError
from forbear.ledger.entries import FIRST, LAST, from_micros, to_micros

EVERY = ("day", "week", "month", "quarter", "year")


def edges(since: date | None, until: date | None, zone: ZoneInfo) -> tuple[int, int]:
    """The first moment of the one day, and the first behind the other. Raises ForbearError where they are crossed."""
    if since is not None and until is not None and until < since:
        raise ForbearError(f"a report from {since} to {until} is of no day; swap the two")
    return FIRST if since is None else _midnight(since, 0, zone), LAST + 1 if until is None else _midnight(
        until, 1, zone
    )


def _midnight(day: date, later: int, zone: ZoneInfo) -> int:
    try:
        return to_micros(datetime.combine(day + timedelta(days=later), time(), zone))
    except OverflowError:
        return LAST + 1 if day.year > 1 else FIRST


@frozen
class Periods:
    """Periods of a length, a word of EVERY, in a zone; each has a name that sorts."""

    every: str
    zone: ZoneInfo

    def name(self, at: int) -> str:
        """The period of a moment."""
        return _name(self.every, self._day(at))

    def between(self, first: int, last: int, most: int) -> list[str]:
        """The periods from one moment to another, in order; none where there are more than `most` days."""
        start, end = self._day(first), self._day(last)
        if (end - start).days > most:
            return []
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
        return list(dict.fromkeys(_name(self.every, day) for day in days))

    def _day(self, at: int) -> date:
        try:
            return from_micros(at).astimezone(self.zone).date()
        except OverflowError:  # at the very ends of time
            return from_micros(at).date()


def periods(every: str | None, zone: ZoneInfo) -> Periods | None:
    """The periods that are told apart. Raises ForbearError for a word that is not of EVERY."""
    if every is not None and every not in EVERY:
        raise ForbearError(f"a report tells apart every {', '.join(EVERY)}, not {every!r}")
    return None if every is None else Periods(every, zone)


def _name(every: str, day: date) -> str:
    year, week, _ = day.isocalendar()
    return {
        "day": day.isoformat(),
        "week": f"{year:04}-W{week:02}",
        "month": f"{day.year:04}-{day.month:02}",
        "quarter": f"{day.year:04}-Q{(day.month + 2) // 3}",
        "year": f"{day.year:04}",
    }[every]
