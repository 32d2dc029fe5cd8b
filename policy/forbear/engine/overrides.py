"""What people set: the overrides that stand for an event, and the evaluation in which their outcomes hold.

An override of a contact holds in that contact; one of a customer holds wherever no contact has its own. The latest
holds until another takes its place or it is withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from forbear.engine.confirm import Confirmer
from forbear.errors import EventError
from forbear.evaluate import Evaluation
from forbear.language import ir
from forbear.language.events import AS_DECIDED
from forbear.language.shape import did_you_mean
from forbear.language.types import EnumType, Value, show
from forbear.ledger.entries import Entry, to_micros
from forbear.ledger.store import Transaction
from forbear.records import Event, Overridden

KIND = "override"


def check_override(event: Event, policy: ir.Policy) -> None:
    """Refuse an `override` of a decision or an outcome that nobody may set. Raises EventError."""
    name, outcome = str(event.fields["decision"]), str(event.fields["outcome"])
    decision = policy.decisions.get(name)
    if decision is None:
        raise EventError(f"there is no decision {name!r}; {did_you_mean(name, policy.decisions)}".rstrip("; "))
    if event.contact is None and event.customer is None:
        raise EventError("an `override` needs the `contact` or the `customer` for whom it holds")
    allowed = [str(one) for one in decision.overrides]
    if not allowed or outcome not in (*allowed, AS_DECIDED):
        told = f"it may be set to {', '.join(allowed)}" if allowed else "nobody may set its outcome"
        raise EventError(f"`{name}` cannot be overridden with {outcome!r}; {told}")


def standing(event: Event, policy: ir.Policy, transaction: Transaction) -> dict[str, Entry]:
    """The overrides that hold at the event's moment, by decision."""
    found: dict[str, Entry] = {}
    if not any(policy.decisions[name].overrides for name in policy.plans[event.type].decisions):
        return found
    at = to_micros(event.at)
    if event.customer is not None:
        told = transaction.entries(KIND, "customer", event.customer, None, at)
        found |= _latest(one for one in told if one.contact is None)
    if event.contact is not None:
        found |= _latest(transaction.entries(KIND, "contact", event.contact, None, at))
    return found


def _latest(entries: Iterable[Entry]) -> dict[str, Entry]:
    latest = {str(one.values["decision"]): one for one in entries}
    return {name: one for name, one in latest.items() if one.values["outcome"] != AS_DECIDED}


@frozen
class Overriding:
    """An evaluation with the outcomes that people set, who set them, and who confirms it."""

    evaluation: Evaluation
    overridden: Mapping[str, Overridden]
    confirmer: Confirmer


def evaluate(
    policy: ir.Policy,
    confirmer: Confirmer,
    event: str,
    facts: Mapping[str, Value],
    degraded: frozenset[str],
    overrides: Mapping[str, Entry],
) -> Overriding:
    """Decide by the rules, then fix each outcome that an override may set, in the order of the decisions.

    A decision that fell back keeps its fallback: in doubt nobody's word makes it severer.
    """
    evaluation = confirmer.evaluator.decide(event, facts, degraded)
    fixed: dict[str, Value] = {}
    found: dict[str, Overridden] = {}
    confirms = confirmer
    for name in policy.plans[event].decisions if overrides else ():
        entry = overrides.get(name)
        if entry is None or name in degraded:
            continue
        decision, decided = policy.decisions[name], evaluation.outcome[name]
        if not _may_set(decision, decided, entry.values["outcome"]):
            continue
        fixed[name] = entry.values["outcome"]
        by, reason = str(entry.values["by"]), str(entry.values["reason"])
        found[name] = Overridden(entry.id, by, reason, show(decision.outcome_type, decided))
        confirms = confirmer.fixing(event, fixed)
        evaluation = confirms.evaluator.decide(event, facts, degraded)
    return Overriding(evaluation, found, confirms)


def _may_set(decision: ir.Decision, decided: Value, outcome: Value) -> bool:
    """Whether an override changes what the rules decided; one that this policy does not allow does not."""
    if decided == outcome or outcome not in decision.overrides:
        return False
    if decision.overridable is not None:
        return True
    assert isinstance(decision.type, EnumType)
    order = decision.type.values
    return order.index(str(outcome)) < order.index(str(decided))
