"""One event with its facts → a record: decide until every decision stands, and put what follows into the ledger."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from contextlib import nullcontext

from attrs import define, evolve, field

from forbear.engine.confirm import Confirmer
from forbear.engine.consequences import Consequences, Impossible
from forbear.engine.expiry import passed
from forbear.engine.facts import Gathered, Supplied, doubtful, kept_facts, shown
from forbear.engine.naming import contact_of
from forbear.engine.overrides import KIND, evaluate, standing
from forbear.evaluate import Evaluation, Evaluator
from forbear.language import ir
from forbear.language.events import EXPIRED, OVERRIDE_ATTRIBUTES
from forbear.language.types import Value, show
from forbear.ledger.entries import Entry, is_open
from forbear.ledger.store import Transaction
from forbear.records import Alarm, Event, Overridden, PolicyId, Record


@define
class Settling:
    """One event on its way to a record; `named` is the entry that it names, `late` whether it came too late."""

    policy: ir.Policy
    evaluator: Evaluator
    confirmer: Confirmer
    event: Event
    named: Entry | None
    gathered: Gathered
    supplied: Supplied
    transaction: Transaction
    settings: dict[str, Value]  # by path
    policy_id: PolicyId
    at: int  # the event's moment in microseconds
    late: bool
    confirmed_by: str | None = None
    overridden: Mapping[str, Overridden] = field(factory=dict)
    overdue: tuple[str, ...] = ()
    alarms: list[Alarm] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.alarms += [Alarm(self.event.id, "plugin", name, reason) for name, _, reason in self.supplied.failed]

    def settle(self) -> Record:
        """The record of the event, all that follows kept; a decision whose facts, promises or effects fail falls back.

        Each round either stands or lets at least one more decision fall back, so there is an end.
        """
        degraded = self._doubtful()
        overrides = standing(self.event, self.policy, self.transaction)
        while True:
            type_, fallen = self.event.type, frozenset(degraded)
            set_ = evaluate(self.policy, self.confirmer, type_, self.gathered.values, fallen, overrides)
            evaluation, self.overridden = set_.evaluation, set_.overridden
            broken = self._unconfirmed(set_.confirmer, evaluation, degraded) or self._broken_promises(evaluation)
            if not broken:
                try:
                    # Without effects nothing can turn out impossible, and nothing needs to be undone.
                    with self.transaction.attempt() if evaluation.happenings else nullcontext():
                        consequences = self._carry_out(evaluation)
                    break
                except Impossible as impossible:
                    broken = {impossible.rule.partition(".")[0]: impossible.reason}
            degraded |= broken
        self.alarms += [Alarm(self.event.id, "degraded", name, reason) for name, reason in sorted(degraded.items())]
        return self._record(evaluation, consequences, degraded)

    def _doubtful(self) -> dict[str, str]:
        """The decisions that cannot be trusted on these facts, each with the first reason."""
        plan, refused = self.policy.plans[self.event.type], self.gathered.refused
        if self.event.type == "obligation_closed" and self.named is not None and not is_open(self.named):
            reason = f"{self.named.id} was closed before ({self.named.values['how']})"
            return dict.fromkeys((*plan.decisions, *plan.rankings), reason)
        return doubtful(plan, refused)

    def _unconfirmed(self, confirmer: Confirmer, evaluation: Evaluation, degraded: dict[str, str]) -> dict[str, str]:
        """The decisions that must fall back because a second engine does not confirm a grave outcome."""
        values, event = self.gathered.values, self.event
        opinion = confirmer.confirm(event.type, values, frozenset(degraded), evaluation)
        self.confirmed_by = opinion.confirmed_by
        self.alarms += [Alarm(event.id, "disagreement", name, why) for name, why in opinion.disputed.items()]
        return dict(opinion.fallen)

    def _broken_promises(self, evaluation: Evaluation) -> dict[str, str]:
        """The decisions whose invariants do not hold, each with the promise that it broke."""
        broken = {name: f"the rules {' and '.join(rules)} both match" for name, rules in evaluation.conflicts.items()}
        self.alarms += [Alarm(self.event.id, "conflict", name, reason) for name, reason in broken.items()]
        for one in self.policy.invariants if evaluation.violated else ():
            if one.name in evaluation.violated:
                broken.setdefault(one.decision, f"the promise {one.name} did not hold: {one.because}")
                self.alarms.append(Alarm(self.event.id, "invariant", one.name, one.because))
        return broken

    def _carry_out(self, evaluation: Evaluation) -> Consequences:
        """Put into the ledger what the event itself says, then what the deciding rules cause."""
        event, named = self.event, self.named
        environment = ChainMap(dict(evaluation.outcome), self.gathered.values, self.settings)
        consequences = Consequences(self.policy, event, self.transaction, environment)
        match event.type:
            case "contact_started" if event.contact is not None:
                channel = event.fields.get("channel")
                told: dict[str, Value] = {"channel": channel} if isinstance(channel, str) else {}
                consequences.record("contact", {"ended": False, **told, **kept_facts(self.policy, event)})
            case "contact_ended":
                contact = contact_of(event, self.transaction)
                if contact is not None:
                    consequences.amend(contact, {"ended": True})
            case "obligation_closed" if named is not None and is_open(named):
                reason = event.fields.get("reason")
                consequences.close(named, str(event.fields["how"]), reason if isinstance(reason, str) else "")
            case "obligation_overdue" if named is not None:
                self.transaction.raise_overdue(named.id)
                if not is_open(named):  # it was due and expired at the same tick
                    self.transaction.settle(named.id)
            case "override":
                consequences.record(KIND, {name: str(event.fields[name]) for name in OVERRIDE_ATTRIBUTES})
            case "tick":
                self._time_passes(consequences)
        if evaluation.happenings:
            consequences.apply(evaluation.happenings)
        by_rules = {one.id for one in consequences.closed if one.how != EXPIRED}
        self.overdue = tuple(id_ for id_ in self.overdue if id_ not in by_rules)
        return consequences

    def _time_passes(self, consequences: Consequences) -> None:
        """Find what is overdue, and close what has expired."""
        overdue, expired = passed(self.transaction, self.at)
        self.overdue = tuple(overdue)
        for obligation in expired:
            consequences.expire(obligation, overdue=obligation.id in overdue)

    def _record(self, evaluation: Evaluation, consequences: Consequences, degraded: dict[str, str]) -> Record:
        policy, event, gathered = self.policy, self.event, self.gathered
        facts = shown(policy, event.type, gathered.values)
        sources = (
            {path: gathered.sources[path] for path in facts if path in gathered.sources} if gathered.sources else {}
        )
        return Record(
            id=f"d:{event.id}",
            event=event.id,
            at=event.at,
            type=event.type,
            policy=self.policy_id,
            evaluator=self.evaluator.name,
            confirmed_by=self.confirmed_by,
            degraded={name: degraded[name] for name in evaluation.outcome if name in degraded} or None,
            late=self.late,
            outcome={
                name: value if isinstance(value, str) else show(policy.outcome_type(name), value)
                for name, value in evaluation.outcome.items()
            },
            fired=evaluation.fired,
            obligations=tuple(consequences.owed),
            recorded=tuple(consequences.recorded),
            facts=facts,
            amended=tuple(consequences.amended),
            closed=tuple(consequences.closed),
            overdue=self.overdue,
            overridden=self.overridden,
            said=tuple(consequences.said),
            left_out=flat(evaluation.left_out),
            defaulted=tuple(gathered.defaulted),
            evidence=tuple(evolve(one, text="", entry="") for one in gathered.evidence),
            sources=sources,
            plugins={name: self.supplied.origins[name] for name in sorted({*sources.values()})} if sources else {},
        )


def flat(left_out: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Candidate → the rule that excluded it; one whom two rankings left out goes under `ranking.candidate`."""
    found: dict[str, str] = {}
    for ranking, rules in left_out.items():
        for candidate, rule in rules.items():
            found[f"{ranking}.{candidate}" if candidate in found else candidate] = rule
    return found
