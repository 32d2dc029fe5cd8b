"""A plugin that hears alarms, and says which of them tell of a fault."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from forbear.hooks import hookimpl
from forbear.records import Alarm

FAULTS = frozenset(("invariant", "conflict", "disagreement"))


@define
class Hearing:
    """Give it to an engine as a plugin."""

    alarms: list[Alarm] = field(factory=list)

    @hookimpl
    def alarm_raised(self, alarm: Alarm) -> None:
        """Keep an alarm."""
        self.alarms.append(alarm)


def faults(alarms: Iterable[Alarm]) -> list[Alarm]:
    """The alarms that tell of a broken promise, two rules that contradict each other, or two engines that differ."""
    return [one for one in alarms if one.kind in FAULTS]
