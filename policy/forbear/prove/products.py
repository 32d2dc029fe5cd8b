"""Which settings a proof takes as they were chosen, because they are multiplied with something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forbear.language import ir
from forbear.language.types import Value
from forbear.language.walk import reads
from forbear.prove.moment import SETTING


def of_ranking(ranking: ir.Ranking) -> Iterator[ir.Expr]:
    """Every expression of a ranking."""
    yield from (rule.when for rule in ranking.require)
    for rule in ranking.prefer:
        yield from (one for one in (rule.when, rule.add) if one is not None)


def fixed_in_products(policy: ir.Policy) -> Mapping[str, Value]:
    """The settings that are multiplied with something that is no number: a proof takes them as they were chosen."""
    found: dict[str, Value] = {}
    for expr in every_expression(policy):
        for product in _products(expr):
            left, right = ({*reads(side)} for side in (product.left, product.right))
            if left and right:
                side = left if all(path.startswith(SETTING) for path in left) else right
                found |= {path: policy.settings[path].value for path in side if path.startswith(SETTING)}
    return found


def every_expression(policy: ir.Policy) -> Iterator[ir.Expr]:
    """Every expression that decides something."""
    for decision in policy.decisions.values():
        yield from (one for one in (decision.fallback, decision.otherwise) if one is not None)
        for rule in decision.rules:
            yield from (one for one in (rule.when, rule.then) if one is not None)
    for ranking in policy.rankings.values():
        yield from of_ranking(ranking)
    yield from (one.condition for one in policy.invariants)
    yield from (fold.where for fold in policy.folds.values() if fold.where is not None)


def _products(expr: ir.Expr) -> Iterator[ir.Arithmetic]:
    match expr:
        case ir.Arithmetic(operator, left, right):
            if operator == "*":
                yield expr
            yield from (*_products(left), *_products(right))
        case ir.Compare(_, left, right) | ir.In(left, right):
            yield from (*_products(left), *_products(right))
        case ir.All(parts) | ir.Any(parts) | ir.ListOf(parts):
            for part in parts:
                yield from _products(part)
        case ir.Not(operand):
            yield from _products(operand)
        case _:
            return
