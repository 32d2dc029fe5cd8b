"""What need not be told at length: decisions that came out as usual, and the facts that only these rest on.

Usual is what stands under a decision's `otherwise`; where it has none, the first of its outcomes, else no, zero or
nothing. A decision whose rules owe or record something is not quiet. An auditor is told of all alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from forbear.errors import ForbearError
from forbear.evaluate.protocol import Environment
from forbear.evaluate.reference import evaluate
from forbear.explain.sentences import Telling
from forbear.explain.trace import environment_of
from forbear.language import ir
from forbear.language.shape import did_you_mean
from forbear.language.types import EnumType, Value
from forbear.language.walk import reads, rule_expressions


def quiet_decisions(telling: Telling, about: Iterable[str] = ()) -> frozenset[str]:
    """The decisions and rankings of a record that came out as usual, but for those that are asked `about`.

    Raises ForbearError where the record has no decision that is asked about.
    """
    outcome = telling.record.outcome
    for name in about:
        if name not in outcome:
            raise ForbearError(f"{name!r} was not decided here; {did_you_mean(name, outcome)}".rstrip("; "))
    if telling.audience == "auditor" or not telling.same_policy:
        return frozenset()
    special = {*about, *(telling.record.degraded or {}), *telling.record.overridden}
    environment = environment_of(telling.policy, telling.record)
    return frozenset(name for name in outcome if name not in special and _is_quiet(telling, name, environment))


def is_told(telling: Telling, name: str) -> bool:
    """Whether the audience hears of a decision, at length or in one line."""
    return telling.sight.decision(name) and (telling.audience != "advisor" or telling.sight.name(name))


def read_by(policy: ir.Policy, names: Iterable[str]) -> frozenset[str]:
    """The paths that the rules of decisions and rankings read."""
    return frozenset(path for name in names for expr in _expressions(policy, name) for path in reads(expr))


def _is_quiet(telling: Telling, name: str, environment: Environment) -> bool:
    if telling.audience != "customer" and not telling.sight.name(name):
        return False  # that it is as usual would tell its outcome
    if name in telling.policy.rankings:
        return not telling.record.facts.get(telling.policy.rankings[name].over)
    decision = telling.policy.decisions[name]
    deciding = [rule for rule in decision.rules if f"{name}.{rule.name}" in telling.record.fired]
    if any(rule.effects and telling.sight.reason(rule.when) for rule in deciding):
        return False
    return not deciding or environment.get(name) == _usual(decision, environment)


def _usual(decision: ir.Decision, environment: Environment) -> Value | None:
    if decision.otherwise is not None:
        try:
            return evaluate(decision.otherwise, environment)
        except KeyError:  # the record no longer holds what it reads
            return None
    kind = decision.outcome_type
    if isinstance(kind, EnumType):
        return kind.values[0]
    value = environment.get(decision.name)
    return value if not value else None


def _expressions(policy: ir.Policy, name: str) -> Iterator[ir.Expr | None]:
    if name in policy.rankings:
        ranking = policy.rankings[name]
        yield from (ir.Read(ranking.over), *rule_expressions(ranking))
    elif name in policy.decisions:
        decision = policy.decisions[name]
        yield from (decision.otherwise, *rule_expressions(decision))
