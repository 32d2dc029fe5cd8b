"""A small pack whose events owe, a desk that takes obligations over or fails to, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from attrs import define, field

from centre import BECAUSE, START, engine, event
from forbear import Alarm, Engine, Owed, Policy, hookimpl
from forbear.engine.outbox import Outbox
from forbear.language.pack import build_policy, pack_from_texts

PACK = {
    "pack.yaml": "pack: desk\nversion: 1.0.0\nlanguage: 1\n",
    "desk.yaml": f"""\
facts:
  contact.cross: {{type: bool, default: false}}
obligations:
  note: {{to: advisor, due: 30 minutes, closes: {{done: {{}}, waived: {{}}}}}}
  letter: {{to: manager, due: 1 hour, expires: 2 hours, closes: {{done: {{}}}}}}
  reminder: {{to: manager, due: 1 day, closes: {{done: {{}}}}}}
decisions:
  - decision: answer
    asks: What follows?
    asked_on: [utterance]
    outcome: [nothing, both]
    hit: first
    fallback: nothing
    rules:
      - {{rule: cross, when: contact.cross, then: both, owe: [note, letter], {BECAUSE}}}
      - {{otherwise: nothing}}
  - decision: after
    asks: What follows a note that nobody wrote in time?
    asked_on: [obligation_overdue]
    outcome: [nothing, remind]
    hit: first
    fallback: nothing
    rules:
      - {{rule: forgotten, when: obligation.owe == "note", then: remind, owe: [reminder], {BECAUSE}}}
      - {{otherwise: nothing}}
""",
}


@cache
def policy() -> Policy:
    return build_policy(pack_from_texts(PACK))


def cross(id: str, minutes: float = 0, **more: Any) -> dict[str, Any]:
    """An event that owes a note and a letter: `o:<id>:note` and `o:<id>:letter`."""
    who = {"contact": "c1", "customer": "u1", "advisor": "a1", **more}
    return event(id, "utterance", minutes, facts={"contact.cross": True}, **who)


@define
class Clock:
    """The clock of who delivers."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@define
class Desk:
    """Takes obligations over; `fails` tells when it cannot."""

    fails: Callable[[Owed], bool] = lambda _: False
    tried: list[str] = field(factory=list)
    done: list[str] = field(factory=list)
    seen: list[Owed] = field(factory=list)
    alarms: list[Alarm] = field(factory=list)

    @hookimpl
    def perform(self, obligation: Owed) -> None:
        self.tried.append(obligation.id)
        if self.fails(obligation):
            raise ConnectionError("no line to the desk of somebody")
        self.done.append(obligation.id)
        self.seen.append(obligation)

    @hookimpl
    def alarm_raised(self, alarm: Alarm) -> None:
        self.alarms.append(alarm)


def opened(*plugins: object, clock: Callable[[], datetime] | None = None, ledger: str = "memory:") -> Engine:
    """An engine of the desk's pack that waits the longest back-off, by the clock given."""
    one = engine(policy(), ledger, plugins=plugins)
    one.outbox = Outbox(one.store, one.plugins, clock or Clock(), lambda: 1.0)
    return one
