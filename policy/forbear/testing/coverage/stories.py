"""What an event of a story made the engine look at, worked out from the ledger before it and from its record."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from forbear.codec import record_from_plain
from forbear.engine import Engine
from forbear.engine.events import parse_event
from forbear.engine.facts import Supplied, gather, lend, type_of, with_folds
from forbear.engine.naming import contact_of, inherit, resolve
from forbear.errors import EventError
from forbear.explain.trace import environment_of, inner
from forbear.language import ir
from forbear.language.types import RecordsType, Value
from forbear.ledger.entries import to_micros
from forbear.ledger.fold import Untold, ask_each
from forbear.ledger.store import Transaction
from forbear.records import Event, Record
from forbear.testing.coverage.watch import Watch

OVERDUE = ":overdue"  # what the engine's own event is called behind the obligation's id
_NONE: frozenset[Value] = frozenset()


def look_back(watch: Watch, engine: Engine, told: Mapping[str, Any], but: frozenset[Value] = _NONE) -> None:
    """Note which entries the folds of an event look at in the ledger as it stands, some left out."""
    policy = engine.policy
    try:
        event = parse_event(told, policy)
        with engine.store.reading() as transaction:
            event, named = resolve(event, policy, transaction)
            contact = contact_of(event, transaction)
            event = inherit(event, contact)
            gathered = gather(policy, event, contact, Supplied())
            if named is not None:
                lend(policy, event, named, gathered, to_micros(event.at))
            _Past(watch, policy, event, gathered.values, but, transaction).look()
    except EventError:
        return  # it is refused when it is decided, too


def watch_record(watch: Watch, policy: ir.Policy, record: Record) -> None:
    """Note what a decision looked at, and what followed."""
    watch.decided(policy, record.type, _environment(policy, record), record.degraded or ())
    for owed in record.obligations:
        watch.owed(policy, owed.owe)
    for said in record.said:
        watch.reach("text", said.text)
    for closed in record.closed:
        watch.reach("closing", closed.owe, closed.how)


def found_overdue(engine: Engine, record: Record) -> Iterator[Record]:
    """The engine's own decisions on what a tick found overdue."""
    if not record.overdue:
        return
    with engine.store.reading() as transaction:
        for id_ in record.overdue:
            decided = transaction.decided(f"{id_}{OVERDUE}")
            if decided is not None and decided.record is not None:
                yield record_from_plain(json.loads(decided.record))


def watch_overdue(watch: Watch, engine: Engine, record: Record) -> None:
    """Note the same of the engine's own decision on something overdue, which has been kept already."""
    obligation = record.event.removesuffix(OVERDUE)
    told = {"id": record.event, "at": record.at.isoformat(), "type": record.type, "obligation": obligation}
    appended = {one.id for one in record.recorded} | {one.id for one in record.obligations}
    changed = {one.id for one in record.amended} | {one.id for one in record.closed}
    look_back(watch, engine, told, frozenset(appended | changed))
    watch_record(watch, engine.policy, record)


def _environment(policy: ir.Policy, record: Record) -> dict[str, Value]:
    """Settings, facts, candidates and outcomes of a record."""
    found = environment_of(policy, record)
    for ranking in policy.plans[record.type].rankings:
        over = policy.rankings[ranking].over
        kind = with_folds(policy, type_of(policy, record.type, over))
        if over in record.facts and isinstance(kind, RecordsType):
            optional = tuple(evolve(one, optional=one.optional or "." in one.name) for one in kind.fields)
            found[over] = inner(over, evolve(kind, fields=optional), record.facts[over])
    return found


@frozen
class _Past:
    """The folds that an event asks for."""

    watch: Watch
    policy: ir.Policy
    event: Event
    facts: Mapping[str, Value]
    but: frozenset[Value]
    transaction: Transaction

    def look(self) -> None:
        """Note the entries that they look at."""
        plan = self.policy.plans[self.event.type]
        for path in plan.folds:
            self._ask(path, [{}])
        for over, paths in plan.keyed.items():
            given = self.facts.get(over, ())
            listed = [one for one in given if isinstance(one, Mapping)] if isinstance(given, tuple) else []
            for path in paths if listed else ():
                self._ask(path, listed)

    def _ask(self, path: str, candidates: list[Mapping[str, Value]]) -> None:
        fold, event = self.policy.folds[path], self.event
        if fold.where is None:
            return
        settings = {name: one.value for name, one in self.policy.settings.items()}
        scope = None if fold.scope == "centre" else getattr(event, fold.scope)
        where = self.watch.looking(fold, settings, self.but)
        try:
            ask_each(fold, self.policy, self.transaction, scope, self.facts, where, to_micros(event.at), candidates)
        except Untold:
            return  # the decisions that read it fall back
