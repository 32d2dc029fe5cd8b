"""Every expression of a policy, and the values that stand in them."""

from __future__ import annotations

from collections.abc import Iterator

from forbear.language import ir
from forbear.language.types import Value
from forbear.language.walk import effect_expressions, nodes


def expressions(policy: ir.Policy) -> Iterator[ir.Expr]:
    """Every expression that an evaluator of the policy may meet."""
    for decision in policy.decisions.values():
        yield decision.fallback
        if decision.otherwise is not None:
            yield decision.otherwise
        for rule in decision.rules:
            yield rule.then
            if rule.when is not None:
                yield rule.when
            for effect in rule.effects:
                yield from effect_expressions(effect)
    for ranking in policy.rankings.values():
        yield from (one.when for one in ranking.require)
        yield from (one.when for one in ranking.prefer if one.when is not None)
        yield from (one.add for one in ranking.prefer)
    yield from (one.condition for one in policy.invariants)
    yield from (fold.where for fold in policy.folds.values() if fold.where is not None)


def constants(policy: ir.Policy) -> frozenset[Value]:
    """Every value that stands in the policy's expressions and settings."""
    found: set[Value] = {one.value for one in policy.settings.values()}
    for expr in expressions(policy):
        found |= {one.value for one in nodes(expr) if isinstance(one, ir.Constant)}
    return frozenset(found)
