"""One decision on given facts alone: no ledger, no plugins, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from forbear.engine.facts import doubtful
from forbear.engine.fixed import fix
from forbear.errors import EventError, FactError
from forbear.evaluate import Compiled, Evaluation, make_evaluator
from forbear.evaluate.given import candidates, declared, untold
from forbear.language import ir
from forbear.language.shape import did_you_mean
from forbear.language.types import RecordsType, Type, Value, fit


@frozen
class Answer:
    """A pure decision: what was decided on which event type and facts, and why any decision fell back."""

    event: str
    policy: ir.Policy  # with the decisions that were given fixed
    facts: Mapping[str, Value]
    evaluation: Evaluation
    degraded: Mapping[str, str]


class Decider:
    """Pure decisions by one policy, again and again. It is compiled once, holds no state and may be shared by threads.

    What a rule would record, owe or say is told in the answer and done by nobody.
    """

    def __init__(self, policy: ir.Policy) -> None:
        self.policy = policy
        self._compiled = Compiled(policy)

    def decide(self, event: str, facts: Mapping[str, object]) -> Evaluation:
        """The answer to an event of a type on `facts`: facts and folds by path, as JSON has them, None for a missing
        one. A fold that is not given sees an empty past; what no rule asks on that event is not looked at.

        Raises FactError, with the path, for a fact that is missing or does not fit, and EventError for another type.
        """
        if event not in self.policy.plans:
            raise EventError(f"there is no event type {event!r}; {did_you_mean(event, self.policy.plans)}".rstrip("; "))
        return self._compiled.decide_strictly(event, facts)


def decide_facts(
    policy: ir.Policy, given: Mapping[str, Any], *, asked: frozenset[str] = frozenset(), evaluator: str = "auto"
) -> Answer:
    """Decide on `given`: facts and folds by path, and decisions by name, which are then fixed.

    The event type is `event.type`, else the type on which everything in `asked` is decided and everything given can be
    read. Folds that are not given see an empty past; a fact that is missing, or does not fit, makes the decisions that
    read it, or whose promises do, fall back. Raises EventError for a name that does not exist or an event type that
    cannot be told.
    """
    event = event_type_of(policy, given, asked)
    fixed = _fixed(policy, event, {name: value for name, value in given.items() if name in policy.decisions})
    facts, refused = _facts(fixed, event, given)
    degraded = {name: why for name, why in doubtful(fixed.plans[event], refused).items() if name not in given}
    fixed = _as_far_as_told(fixed, event, given, refused)
    evaluation = make_evaluator(evaluator, fixed).decide(event, facts, frozenset(degraded))
    return Answer(event, fixed, facts, evaluation, degraded)


def type_at(policy: ir.Policy, event: str, path: str) -> Type | None:
    """The type of a fact, fold or decision as it can be read on an event, or None."""
    if path in policy.decisions:
        return policy.decisions[path].outcome_type if event in policy.decisions[path].asked_on else None
    found = declared(policy, event, path)
    return found.type if found is not None else None


def event_type_of(policy: ir.Policy, given: Mapping[str, Any], asked: frozenset[str]) -> str:
    """The event type that is given, or told from what is given and asked. Raises EventError where there is none."""
    if "event.type" in given:
        event = given["event.type"]
        if not isinstance(event, str) or event not in policy.events:
            raise EventError(
                f"there is no event type {event!r}; {did_you_mean(str(event), policy.events)}".rstrip("; ")
            )
        return str(event)
    for path in given:
        if all(type_at(policy, event, path) is None for event in policy.events):
            known = [*policy.facts, *policy.folds, *policy.decisions]
            raise EventError(f"there is no fact {path!r}; {did_you_mean(path, known)}".rstrip("; "))
    fitting = [
        event
        for event, plan in policy.plans.items()
        if asked <= {*plan.decisions, *plan.rankings} and (plan.decisions or plan.rankings)
        if all(type_at(policy, event, path) is not None for path in given)
    ]
    if not fitting:
        raise EventError("no event type decides all of this on these facts; give `event.type`")
    # The event that reads most of what is given is the one that was meant.
    return max(fitting, key=lambda event: len(policy.plans[event].facts & given.keys()))


def _fixed(policy: ir.Policy, event: str, outcomes: Mapping[str, Any]) -> ir.Policy:
    """The policy with decisions replaced by given values."""
    try:
        values = {name: fit(name, policy.decisions[name].outcome_type, value) for name, value in outcomes.items()}
    except FactError as error:
        raise EventError(str(error)) from None
    return fix(policy, event, values) if values else policy


def _as_far_as_told(policy: ir.Policy, event: str, given: Mapping[str, Any], refused: Mapping[str, str]) -> ir.Policy:
    """The policy without the promises that speak of histories, or of given decisions that cannot be checked."""
    untold = {
        one.name
        for one, paths in policy.plans[event].promised
        if one.throughout or (one.decision in given and paths & refused.keys())
    }
    if not untold:
        return policy
    return evolve(policy, invariants=tuple(one for one in policy.invariants if one.name not in untold))


def _facts(policy: ir.Policy, event: str, given: Mapping[str, Any]) -> tuple[dict[str, Value], dict[str, str]]:
    """The facts that the event needs, and why others are refused."""
    values: dict[str, Value] = {}
    refused: dict[str, str] = {}
    for path, value in given.items():
        kind = type_at(policy, event, path)
        if kind is None:
            raise EventError(f"{path!r} is not read on `{event}`")
        if value is None or path in policy.decisions:
            continue
        try:
            if isinstance(kind, RecordsType) and isinstance(value, list | tuple):
                values[path] = candidates(policy, event, path, kind, value)
            else:
                values[path] = fit(path, kind, value)
        except FactError as error:
            refused[path] = str(error)
    values["event.type"] = event
    for path in policy.plans[event].facts:
        if path in values or path in refused:
            continue
        value, needed = untold(policy, event, path)
        if value is not None:
            values[path] = value
        elif needed:
            refused[path] = f"{path} is missing"
    return values, refused
