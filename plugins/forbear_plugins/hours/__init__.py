"""When each channel is open: calendars as data, one for each channel, holidays among them (S0 A12).

Hand it to the engine: `Engine(..., plugins=[Hours({"voice": WorkingCalendar(...), "chat": WorkingCalendar(...)})])`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from forbear.calendar import WorkingCalendar
from forbear.calendar.working import is_open
from forbear.hooks import hookimpl
from forbear.records import Event, Plain

from .gaps import Gap, gaps, open_stretches

__all__ = ["Gap", "Hours", "gaps", "open_stretches"]

WEEK: Final = timedelta(days=7)


class Hours:
    """The plugin for the channels of one centre.

    `main` is the channel whose hours are the centre's: `centre.open` and every due time go by them. It answers the
    facts `centre.open`, `centre.chat_open` and `hours.…`, which speak of the seven days from an event on.
    """

    def __init__(self, channels: Mapping[str, WorkingCalendar], main: str = "voice") -> None:
        if main not in channels:
            raise ValueError(f"there are no hours for {main!r}: give its calendar, or another channel as `main`")
        self.channels = dict(channels)
        self.main = main

    @hookimpl
    def supply_calendar(self) -> WorkingCalendar:
        """The hours of the main channel."""
        return self.channels[self.main]

    @hookimpl
    def supply_centre_facts(self, event: Event, needed: frozenset[str]) -> Mapping[str, Plain]:
        """What is open now, and how well the coming week is covered."""
        facts: dict[str, Plain] = {
            "centre.open": is_open(self.channels[self.main], event.at),
            "centre.chat_open": any(is_open(self.channels[name], event.at) for name in self._written()),
        }
        if any(path.startswith("hours.") for path in needed):
            facts |= self._week(event.at)
        return {path: value for path, value in facts.items() if path in needed}

    def _written(self) -> list[str]:
        return [name for name in ("chat", "messaging") if name in self.channels]

    def _week(self, at: datetime) -> dict[str, Plain]:
        until = at + WEEK
        stretches = {name: open_stretches(one, at, until) for name, one in self.channels.items()}
        closed = gaps([one for found in stretches.values() for one in found], at, until)
        longest = max(closed, key=lambda gap: gap.minutes, default=Gap(at, at))
        begins = longest.begins.astimezone(self.channels[self.main].clocks)
        return {
            "hours.channels": sum(bool(found) for found in stretches.values()),
            "hours.never_open": sum(not found for found in stretches.values()),
            "hours.uncovered": sum(gap.minutes for gap in closed),
            "hours.longest_gap": longest.minutes,
            "hours.gap_begins": f"{begins:%Y-%m-%d %H:%M}",
        }
