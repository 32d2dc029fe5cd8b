"""Handing obligations over to the plugins that perform them: at least once, each under its id as idempotency key.

What waits, until when nobody else may hand it over and when it is tried again stand in the ledger. The wall clock is
read here, where something is delivered, and never where something is decided.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime

from attrs import define, frozen

from forbear.codec import owed_from_plain
from forbear.engine.calling import Meddling
from forbear.engine.plugins import Plugins
from forbear.engine.schedule import LEASE, TRIES, backoff
from forbear.ledger import Store
from forbear.ledger.entries import from_micros, to_micros
from forbear.ledger.store import Waiting
from forbear.records import Alarm, Owed

BESIDE = 10  # of what waits from earlier, handed over after one event: its caller waits for that
BATCH = 100


@define(eq=False)
class _Performing:
    """A performer at work; what it leaves behind when it returns is not part of it."""

    active: bool = True


_PERFORMING: ContextVar[_Performing | None] = ContextVar("forbear_performing", default=None)


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@frozen
class Handed:
    """What became of an attempt: how many there were, why it failed, when the next is due; a dead one has none."""

    obligation: Owed
    tries: int
    problem: str = ""
    again: datetime | None = None

    @property
    def outcome(self) -> str:
        """`delivered`, `failed` or `dead`."""
        return "delivered" if not self.problem else "dead" if self.again is None else "failed"


@frozen
class DeadLetter:
    """An obligation that nobody took over in all its attempts, and waits for a person."""

    obligation: Owed
    tries: int
    problem: str
    since: datetime


@define(eq=False)
class Outbox:
    """The obligations of a ledger that still wait to be handed over.

    One that is claimed is in the hands of one thread of one process, until LEASE is over. The plugin that performs it
    may decide further events. `chance` gives numbers from 0 to 1.
    """

    store: Store
    plugins: Plugins
    clock: Callable[[], datetime] = wall_clock
    chance: Callable[[], float] = random.random

    def hand_over(self, event: str, own: Iterable[str]) -> None:
        """Hand over the obligations that an event caused, then some of what else has its turn.

        Within a performer's own event only the former, so that one performer does not work off all that waits.
        """
        if not self.plugins.performs:
            return
        performing, now = _PERFORMING.get(), self.clock()
        within = performing is not None and performing.active
        for id_ in self._turn(own, now, 0 if within else BESIDE):
            self._attempt(id_, event, now)

    def deliver(self) -> Iterator[Handed]:
        """Hand over everything whose turn it is, each once, and tell what became of it."""
        start = self.clock()
        while True:
            with self.store.reading() as transaction:
                batch = transaction.outbox(to_micros(start), BATCH)
            if not batch:
                return
            for one in batch:
                handed = self._attempt(one.id, "", start)
                if handed is not None:
                    yield handed

    def waiting(self) -> int:
        """How many obligations wait for a performer, their turn or a person."""
        with self.store.reading() as transaction:
            return len(transaction.outbox())

    def dead(self) -> list[DeadLetter]:
        """The obligations that wait for a person."""
        with self.store.reading() as transaction:
            waiting = transaction.outbox()
        return [DeadLetter(_owed(one), one.tries, one.problem, from_micros(one.after)) for one in waiting if one.dead]

    def replay(self, id_: str) -> bool:
        """Let a dead obligation be tried again, as if for the first time; whether there was one."""
        with self.store.writing() as transaction:
            return transaction.replay(id_)

    def _turn(self, own: Iterable[str], now: datetime, beside: int) -> Sequence[str]:
        """Those of an event's obligations that wait, then others whose turn has come."""
        with self.store.reading() as transaction:
            ids = [id_ for id_ in own if transaction.waiting(id_) is not None]
            others = transaction.outbox(to_micros(now), beside) if beside else []
        return list(dict.fromkeys([*ids, *(one.id for one in others)]))

    def _attempt(self, id_: str, event: str, turn: datetime) -> Handed | None:
        """Hand one obligation over, unless it is gone, in other hands or was not due at the moment `turn`."""
        with self.store.writing() as transaction:
            claimed = transaction.claim(id_, to_micros(turn), to_micros(self._now(turn) + LEASE))
            waiting = transaction.waiting(id_) if claimed else None
        if waiting is None:
            return None
        owed = _owed(waiting)
        problem = self._perform(owed, event)
        if problem:
            return self._failed(owed, waiting.tries + 1, problem, event, self._now(turn))
        with self.store.writing() as transaction:
            transaction.delivered(id_)
        return Handed(owed, waiting.tries + 1)

    def _now(self, turn: datetime) -> datetime:
        """Now, even if the clock jumps back: what fails comes after all whose turn it was."""
        return max(turn, self.clock())

    def _perform(self, owed: Owed, event: str) -> str:
        """Why an obligation was not taken over, nothing where it was; alarms name the event after which it failed."""
        performing = _Performing()
        token = _PERFORMING.set(performing)
        try:
            errors = self.plugins.perform(owed)
        finally:
            performing.active = False
            _PERFORMING.reset(token)
        # Who changed its copy has taken the obligation over all the same.
        failures = [str(one) for one in errors if not isinstance(one, Meddling)]
        ending = f"; {owed.id} waits" if failures else ""
        self.plugins.alarm([Alarm(event, "plugin", one.plugin, f"{one}{ending}") for one in errors])
        return "; ".join(failures)

    def _failed(self, owed: Owed, tries: int, problem: str, event: str, now: datetime) -> Handed:
        again = now + backoff(tries, self.chance()) if tries < TRIES else None
        with self.store.writing() as transaction:
            transaction.failed(owed.id, to_micros(again or now), problem, dead=again is None)
        if again is None:
            reason = f"nobody took {owed.owe} for {owed.to} over in {tries} attempts; a person must see to it"
            self.plugins.alarm([Alarm(event, "dead_letter", owed.id, reason)])
        return Handed(owed, tries, problem, again)


def _owed(waiting: Waiting) -> Owed:
    return owed_from_plain(json.loads(waiting.payload))
