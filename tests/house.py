"""A small pack in which each kind of fact has a decision of its own, and a host that misbehaves on request."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import Event as Flag
from typing import Any

from attrs import define, field

from centre import BECAUSE, engine, event, small
from forbear import Alarm, DraftSignals, Engine, Event, Owed, Policy, Record, SpeechSignals, hookimpl

SPACES = ("customer", "contact", "advisor", "centre", "speech")
_DECISION = """
  - decision: of_{space}
    asks: Is it calm?
    asked_on: [{event}]
    outcome: [no, yes]
    hit: first
    fallback: no
    rules:
      - {{rule: calm, when: {space}.calm, then: yes, owe: [{owe}], BECAUSE}}
      - {{otherwise: no}}
"""
HOUSE = (
    "facts:\n"
    + "".join(f"  {space}.calm: {{type: bool, default: false}}\n" for space in (*SPACES, "draft"))
    + "  helpers: {list_of: {id: string, free: bool}}\n"
    + "obligations:\n  note: {to: advisor, due: 1 hour, closes: {done: {}}}\n"
    + "decisions:"
    + "".join(
        _DECISION.format(space=space, event="utterance", owe="note" if space == "centre" else "") for space in SPACES
    )
    + _DECISION.format(space="draft", event="message_drafted", owe="")
    + """
  - decision: helper
    asks: Who helps?
    asked_on: [utterance]
    over: helpers
    fallback: as_given
    require:
      - {rule: free, when: candidate.free, BECAUSE}
"""
).replace(", owe: []", "")


@cache
def house() -> Policy:
    return small(HOUSE)


def said(id: str = "e1", minutes: float = 0, **more: Any) -> dict[str, Any]:
    who = {"contact": "c1", "customer": "u1", "advisor": "a1", "text": "hello"}
    return event(id, "utterance", minutes, **{**who, **more})


def drafted(id: str = "e1", minutes: float = 0, **more: Any) -> dict[str, Any]:
    return {**said(id, minutes, **more), "type": "message_drafted"}


def asking(hook: str) -> dict[str, Any]:
    """An event on which a hook is asked."""
    return drafted() if hook == "read_draft" else said()


NEEDS = {  # hook → the decisions that need what it may give
    "supply_customer_facts": {"of_customer"},
    "supply_contact_facts": {"of_contact"},
    "supply_advisor_facts": {"of_advisor"},
    "supply_centre_facts": {"of_centre", "of_speech"},
    "supply_candidates": {"helper"},
    "hear": {"of_speech"},
    "read_draft": {"of_draft"},
}

HELPERS = [{"id": "h1", "free": True}, {"id": "h2", "free": False}]


class Calm:
    """A host that knows everybody to be calm."""

    @hookimpl
    def supply_customer_facts(self, customer: str, event: Event, needed: frozenset[str]) -> Any:
        return {"customer.calm": True}

    @hookimpl
    def supply_contact_facts(self, contact: str, event: Event, needed: frozenset[str]) -> Any:
        return {"contact.calm": True}

    @hookimpl
    def supply_advisor_facts(self, advisor: str, event: Event, needed: frozenset[str]) -> Any:
        return {"advisor.calm": True}

    @hookimpl
    def supply_centre_facts(self, event: Event, needed: frozenset[str]) -> Any:
        return {"centre.calm": True}

    @hookimpl
    def supply_candidates(self, list_path: str, event: Event) -> Any:
        return HELPERS

    @hookimpl
    def hear(self, utterance: Any) -> Any:
        return SpeechSignals({"speech.calm": True})

    @hookimpl
    def read_draft(self, draft: Any) -> Any:
        return DraftSignals({"draft.calm": True})


@define
class Watch:
    """An observer that keeps what it is shown."""

    records: list[Record] = field(factory=list)
    alarms: list[Alarm] = field(factory=list)
    owed: list[Owed] = field(factory=list)

    @hookimpl
    def decision_recorded(self, record: Record) -> None:
        self.records.append(record)

    @hookimpl
    def alarm_raised(self, alarm: Alarm) -> None:
        self.alarms.append(alarm)


def plugin(hook: str, does: Callable[..., Any], name: str = "Wild", deadline: Any = None) -> object:
    """A plugin of one hook, whose function is given; it takes whatever the hook has."""
    function = hookimpl(specname=hook)(does)
    made: dict[str, Any] = {"implementation": staticmethod(function)}
    if deadline is not None:
        made["deadline"] = deadline
    return type(name, (), made)()


@define
class Hangs:
    """A function that does not come back before it is let go; whoever made it must `let_go`."""

    free: Flag = field(factory=Flag)
    begun: Flag = field(factory=Flag)
    calls: int = 0

    def __call__(self) -> None:
        self.calls += 1
        self.begun.set()
        self.free.wait()


def run(*plugins: object, given: dict[str, Any] | None = None, **more: Any) -> Record:
    """The record of one utterance in the house, by plugins registered in that order."""
    with engine(house(), plugins=plugins, **more) as one:
        return one.decide(given or said())


def opened(*plugins: object, **more: Any) -> Engine:
    return engine(house(), plugins=plugins, **more)


__all__ = [
    "BECAUSE",
    "HELPERS",
    "NEEDS",
    "SPACES",
    "Calm",
    "Hangs",
    "Watch",
    "asking",
    "drafted",
    "house",
    "opened",
    "plugin",
    "run",
    "said",
]
