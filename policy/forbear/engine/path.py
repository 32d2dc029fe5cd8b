"""The one path: an event comes in, facts are gathered, the policy decides, the ledger remembers, plugins act."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from attrs import evolve

from forbear.codec import dumps, owed_from_plain, record_as_plain, record_from_plain
from forbear.engine.consequences import Consequences, Impossible
from forbear.engine.events import fingerprint, parse_event
from forbear.engine.facts import Gathered, Supplied, gather, lend, shown
from forbear.engine.naming import resolve
from forbear.engine.plugins import Plugins
from forbear.errors import EventConflict
from forbear.evaluate import Evaluation, make_evaluator
from forbear.language import ir
from forbear.language.pack import load_policy
from forbear.language.types import Value, show
from forbear.ledger import Store, open_ledger
from forbear.ledger.entries import Entry, is_open, to_micros
from forbear.ledger.fold import ask
from forbear.ledger.store import Transaction
from forbear.logs import log
from forbear.records import Alarm, Event, Evidence, PolicyId, Record


class Engine:
    """Decides events by a policy and keeps what follows in a ledger.

    `policy` is a checked policy, or the folder or bundled name of a pack; `ledger` a store or a URL (`memory:`,
    `sqlite:///path`); `plugins` are objects with hook implementations, beside the installed ones that `discover`
    brings in; `evaluator` is `auto`, `compiled` or `reference`. Threads may share an engine.
    """

    def __init__(
        self,
        policy: ir.Policy | str = "standard",
        ledger: Store | str = "memory:",
        *,
        plugins: Sequence[object] = (),
        discover: bool = True,
        evaluator: str = "auto",
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self.policy = load_policy(policy, settings) if isinstance(policy, str) else policy
        self.plugins = Plugins(plugins, discover=discover)
        self.evaluator = make_evaluator(evaluator, self.policy)
        self.store = open_ledger(ledger) if isinstance(ledger, str) else ledger
        self._where = {path: self.evaluator.predicate(fold) for path, fold in self.policy.folds.items()}

    def close(self) -> None:
        """Release the ledger."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def decide(self, event: Mapping[str, Any]) -> Record:
        """The decision on an event; kept, with all that follows, before it is returned.

        The same event again returns the record that is kept and changes nothing. Raises EventError where the event
        cannot be taken, EventConflict where its id came before with other content, LedgerError where the ledger
        failed (then nothing of the event was kept).
        """
        record = self._take(parse_event(event, self.policy))
        self._hand_over()
        return record

    def decide_all(self, events: Iterable[Mapping[str, Any]]) -> list[Record]:
        """The decisions on events, one after another."""
        return [self.decide(event) for event in events]

    def _take(self, told: Event) -> Record:
        """The record of an event, decided now or before, and of each obligation that it found overdue."""
        mark = fingerprint(told)
        with self.store.reading() as transaction:
            kept = self._kept(told, mark, transaction)
            if kept is None:
                named_event, _ = resolve(told, self.policy, transaction)
                contact = _contact(named_event, transaction)
        if kept is None:
            needed = self.policy.plans[told.type].facts
            supplied = self.plugins.supply(_inherit(named_event, contact), needed)
            kept, alarms, is_new = self._decide(told, mark, supplied)
            if is_new:
                self.plugins.tell(kept, alarms)
        for id_ in kept.overdue:
            self._take(Event(f"{id_}:overdue", kept.at, "obligation_overdue", fields={"obligation": id_}))
        return kept

    # --- inside one transaction

    def _kept(self, event: Event, mark: str, transaction: Transaction) -> Record | None:
        """The record of an event that was decided before."""
        decided = transaction.decided(event.id)
        if decided is None:
            return None
        # The engine's own event may have been raised by another tick, so at another moment.
        if decided.fingerprint != mark and event.type != "obligation_overdue":
            raise EventConflict(f"the event {event.id!r} was decided before with other content", event.id)
        return record_from_plain(json.loads(decided.record))

    def _decide(self, told: Event, mark: str, supplied: Supplied) -> tuple[Record, list[Alarm], bool]:
        """Decide and keep an event, unless another process was faster."""
        with self.store.writing() as transaction:
            kept = self._kept(told, mark, transaction)
            if kept is not None:
                return kept, [], False
            event, named = resolve(told, self.policy, transaction)
            contact = _contact(event, transaction)
            event = _inherit(event, contact)
            latest = transaction.latest(event.contact, event.customer)
            at = to_micros(event.at)
            gathered = gather(self.policy, event, contact, supplied)
            if named is not None:
                gathered.values |= lend(self.policy, event, named, at)
            self._remember(event, gathered, transaction)
            record, alarms = self._settle(event, named, gathered, transaction)
            alarms = [Alarm(event.id, "plugin", name, reason) for name, _, reason in supplied.failed] + alarms
            record = evolve(record, late=latest is not None and at < latest)
            transaction.save_decision(told.id, mark, at, event.contact, event.customer, dumps(record_as_plain(record)))
        log.info("decided", event_type=event.type, fired=len(record.fired), degraded=record.degraded is not None)
        return record, alarms, True

    def _remember(self, event: Event, gathered: Gathered, transaction: Transaction) -> None:
        """Ask the folds that the event needs; history is what stood before it."""
        at = to_micros(event.at)
        for path in self.policy.plans[event.type].folds:
            fold = self.policy.folds[path]
            scope = None if fold.scope == "centre" else getattr(event, fold.scope)
            value = ask(fold, transaction, scope, gathered.values, self.policy.settings, self._where[path], at)
            if value is not None:
                gathered.values[path] = value

    def _settle(
        self, event: Event, named: Entry | None, gathered: Gathered, transaction: Transaction
    ) -> tuple[Record, list[Alarm]]:
        """Evaluate until every decision stands: one whose facts, invariants or effects fail takes its fallback."""
        plan = self.policy.plans[event.type]
        degraded = _refused(self.policy, event, named, gathered)
        alarms: list[Alarm] = []
        while True:
            evaluation = self.evaluator.decide(event.type, gathered.values, frozenset(degraded))
            broken = self._broken_promises(evaluation, event, alarms)
            if not broken:
                try:
                    with transaction.attempt():
                        consequences = self._carry_out(event, named, gathered, evaluation, transaction)
                    break
                except Impossible as impossible:
                    broken = {impossible.rule.partition(".")[0]: impossible.reason}
            degraded |= broken
        alarms += [Alarm(event.id, "degraded", name, reason) for name, reason in sorted(degraded.items())]
        overdue = tuple(transaction.overdue(to_micros(event.at))) if event.type == "tick" else ()
        record = Record(
            id=f"d:{event.id}",
            event=event.id,
            at=event.at,
            type=event.type,
            policy=PolicyId(self.policy.name, self.policy.version, self.policy.digest),
            evaluator=self.evaluator.name,
            degraded={name: degraded[name] for name in plan.decisions if name in degraded} or None,
            outcome={
                name: show(self.policy.decisions[name].outcome_type, value)
                for name, value in evaluation.outcome.items()
            },
            fired=evaluation.fired,
            obligations=tuple(consequences.owed),
            recorded=tuple(consequences.recorded),
            facts=shown(self.policy, event.type, gathered.values),
            amended=tuple(consequences.amended),
            closed=tuple(consequences.closed),
            overdue=overdue,
            defaulted=tuple(gathered.defaulted),
            evidence=tuple(Evidence(one.start, one.end, one.kind, "") for one in gathered.evidence),
        )
        return record, alarms

    def _broken_promises(self, evaluation: Evaluation, event: Event, alarms: list[Alarm]) -> dict[str, str]:
        """The decisions whose invariants do not hold, each with the promise that it broke."""
        broken: dict[str, str] = {}
        for one in self.policy.invariants:
            if one.name in evaluation.violated:
                broken.setdefault(one.decision, f"the promise {one.name} did not hold: {one.because}")
                alarms.append(Alarm(event.id, "invariant", one.name, one.because))
        return broken

    def _carry_out(
        self,
        event: Event,
        named: Entry | None,
        gathered: Gathered,
        evaluation: Evaluation,
        transaction: Transaction,
    ) -> Consequences:
        """Put into the ledger what the event itself says, then what the deciding rules cause."""
        settings = {path: one.value for path, one in self.policy.settings.items()}
        environment: dict[str, Value] = {**settings, **gathered.values, **evaluation.outcome}
        consequences = Consequences(self.policy, event, transaction, environment)
        match event.type:
            case "contact_started" if event.contact is not None:
                channel = event.fields.get("channel")
                values: dict[str, Value] = {"ended": False, "facts": dumps(event.facts)}
                if isinstance(channel, str):
                    values["channel"] = channel
                consequences.record("contact", values)
            case "contact_ended":
                contact = _contact(event, transaction)
                if contact is not None:
                    consequences.amend(contact, {"ended": True})
            case "obligation_closed" if named is not None and is_open(named):
                reason = event.fields.get("reason")
                consequences.close(named, str(event.fields["how"]), reason if isinstance(reason, str) else "")
            case "obligation_overdue" if named is not None:
                transaction.raise_overdue(named.id)
        consequences.apply(evaluation.happenings)
        return consequences

    # --- after it

    def _hand_over(self) -> None:
        """Hand every obligation that waits in the outbox to the plugins that perform; what fails waits on."""
        if not self.plugins.performs:
            return
        with self.store.reading() as transaction:
            waiting = transaction.outbox()
        for id_, payload in waiting:
            errors = self.plugins.perform(owed_from_plain(json.loads(payload)))
            if errors:
                self.plugins.alarm([Alarm(id_, "plugin", one.plugin, str(one)) for one in errors])
                continue
            with self.store.writing() as transaction:
                transaction.delivered(id_)


def _refused(policy: ir.Policy, event: Event, named: Entry | None, gathered: Gathered) -> dict[str, str]:
    """The decisions that cannot be trusted on these facts, each with the first reason."""
    plan = policy.plans[event.type]
    if event.type == "obligation_closed" and named is not None and not is_open(named):
        reason = f"{named.id} was closed before ({named.values['how']})"
        return dict.fromkeys(plan.decisions, reason)
    found: dict[str, str] = {}
    for name in plan.decisions:
        doubtful = sorted(plan.reads[name] & gathered.refused.keys())
        if doubtful:
            found[name] = gathered.refused[doubtful[0]]
    return found


def _contact(event: Event, transaction: Transaction) -> Entry | None:
    """The contact of an event, as it was started last."""
    if event.contact is None:
        return None
    found = list(transaction.entries("contact", "contact", event.contact, None, to_micros(event.at)))
    return found[-1] if found else None


def _inherit(event: Event, contact: Entry | None) -> Event:
    """The event with customer and advisor of its contact, where it says nothing of them."""
    if contact is None or event.type == "contact_started":
        return event
    return evolve(
        event,
        customer=event.customer if event.customer or "customer" in event.withheld else contact.customer,
        advisor=event.advisor if event.advisor or "advisor" in event.withheld else contact.advisor,
    )
