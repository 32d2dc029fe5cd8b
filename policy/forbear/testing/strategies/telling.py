"""Histories: events one after another, people recur, time goes on by a second or by years, some of it is told late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import define, field
from hypothesis import strategies as st

from forbear.language import ir
from forbear.language.events import EVENT_TYPES, is_whole
from forbear.ledger.fold import length
from forbear.records import Record
from forbear.testing.strategies.events import (
    ADVISORS,
    CONTACTS,
    CUSTOMERS,
    Event,
    bodies,
    event_types,
    kept_by,
    named_by,
)

_Said = tuple[str, Event, Event]  # type, people and the rest of an event

START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY, YEAR = 60, 3600, 86_400, 365 * 86_400
OFTEN: Final = 6  # times more, for each decision that an event asks
PAUSES: Final = (0, 1, 1, 1, 30, MINUTE, HOUR, DAY, DAY, 30 * DAY, YEAR, 3 * YEAR)
_NAMED: Final = {
    kind: tuple(name for name, one in EVENT_TYPES.items() if one.names == kind and not one.raised)
    for kind in ("obligation", "offence", "appeal")
}


def histories(
    policy: ir.Policy, *, min_size: int = 1, max_size: int = 20, whole: bool = True
) -> st.SearchStrategy[list[Event]]:
    """Whole histories: events in the order in which a host learns of them, some earlier than what stands before them.

    Some name an entry that there is not, and are refused. Without `whole` nobody is merged, split or erased.
    """

    @st.composite
    def drawn(draw: st.DrawFn) -> list[Event]:
        telling = Telling(policy, whole=whole)
        return [telling.tell(draw) for _ in range(draw(st.integers(min_size, max_size)))]

    return drawn()


@define
class Telling:
    """Tells a history, one event after another: who is who, what time it is, and what was told before."""

    policy: ir.Policy
    whole: bool = True
    now: datetime = START
    number: int = 0
    whose: dict[str, str | None] = field(factory=dict)  # contact → customer
    told: dict[str, list[Event]] = field(factory=dict)  # type → what was told, without moment and people
    last: _Said | None = None
    before: list[_Said] = field(factory=list)  # what was told lately, but for what came of it
    kinds: set[str] = field(factory=set)  # of entries that there may be by now
    waiting: list[tuple[str, str, Event]] = field(factory=list)  # what `hear` heard of: kind, `latest…`, people
    heard: bool = False
    _types: list[str] = field(init=False)
    _pauses: list[int] = field(init=False)
    _bodies: dict[str, st.SearchStrategy[Event]] = field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        known = [name for name in event_types(self.policy) if self.whole or not is_whole(name)]
        plans = self.policy.plans
        asked = {name: len(plans[name].decisions) + len(plans[name].rankings) for name in known}
        self._types = [name for name in known for _ in range(1 + OFTEN * asked[name])]
        self._pauses = [*PAUSES, *sorted(_windows(self.policy))]

    def tell(self, draw: Any) -> Event:
        """The next event; `draw` is what Hypothesis gives to a composite, or `data.draw`."""
        if self.waiting and draw(st.integers(0, 1)):
            self.last = self._follow_up(draw)
        elif self.before and draw(st.integers(0, 2)):
            self.last = draw(st.sampled_from(self.before[-3:]))
        else:
            self.last = self._anew(draw)
            self.before.append(self.last)
        event, people, body = self.last
        self.number += 1
        told = {"id": f"e{self.number}", "at": self._moment(draw).isoformat(), "type": event}
        return {**told, **people, **body}

    def _anew(self, draw: Any) -> _Said:
        event = draw(st.sampled_from([one for one in self._types if named_by(one) in self.kinds | {""}]))
        self.kinds |= kept_by(self.policy, event) if not self.heard else set()
        return event, self._people(draw, event), self._body(draw, event)

    def hear(self, record: Record) -> None:
        """Take note of what a decision left behind, so that later events speak of it."""
        people = self.last[1] if self.last is not None else {}
        if not self.heard:
            self.heard, self.kinds = True, set()  # what is known to wait is named, and nothing else
        self.waiting += [("obligation", f"latest:{one.owe}", people) for one in record.obligations]
        self.waiting += [(one.entry, "latest", people) for one in record.recorded if one.entry in _NAMED]

    def _follow_up(self, draw: Any) -> _Said:
        """An event about something that waits."""
        kind, latest, people = draw(st.sampled_from(self.waiting))
        event = draw(st.sampled_from(_NAMED[kind]))
        if kind == "obligation":
            self.waiting.remove((kind, latest, people))
        return event, people, {**draw(self._bodies_of(event)), kind: latest}

    def _moment(self, draw: Any) -> datetime:
        pause = timedelta(seconds=draw(st.sampled_from(self._pauses)))
        if draw(st.integers(0, 9)) == 9:
            return max(START, self.now - pause)
        self.now = min(LAST, self.now + pause)
        return self.now

    def _people(self, draw: Any, event: str) -> Event:
        if event == "tick":
            return {}
        if is_whole(event):
            return {"customer": draw(st.sampled_from(CUSTOMERS))}
        if self.last is not None and "contact" in self.last[1] and draw(st.integers(0, 2)):
            return self.last[1]
        contact = draw(st.sampled_from(CONTACTS))
        if contact not in self.whose:
            self.whose[contact] = draw(st.sampled_from((*CUSTOMERS, *CUSTOMERS, None)))
        found: Event = {"contact": contact, "customer": self.whose[contact], "advisor": draw(st.sampled_from(ADVISORS))}
        gone = draw(st.sampled_from((None, None, None, "contact", "customer", "advisor")))
        return {name: value for name, value in found.items() if name != gone and value is not None}

    def _body(self, draw: Any, event: str) -> Event:
        """The rest of an event; often the same as one before, so that what counts repetitions counts some."""
        before = self.told.setdefault(event, [])
        if before and draw(st.integers(0, 3)):
            again: Event = draw(st.sampled_from(before))
            return again
        body: Event = draw(self._bodies_of(event))
        before.append(body)
        return body

    def _bodies_of(self, event: str) -> st.SearchStrategy[Event]:
        if event not in self._bodies:
            self._bodies[event] = bodies(self.policy, event)
        return self._bodies[event]


def _windows(policy: ir.Policy) -> set[int]:
    """How far questions about the past look back, and a second to either side, as far as a history goes."""
    found: set[int] = set()
    for fold in policy.folds.values():
        if fold.window is None:
            continue
        seconds = length(fold.window, policy.settings)
        found |= {one for one in (seconds - 1, seconds, seconds + 1) if 0 <= one <= 10 * YEAR}
    return found
