"""The reference, watched while it decides: which nodes it evaluated on operands of which kind, and to what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

from forbear.evaluate import reference
from forbear.evaluate.protocol import Environment
from forbear.language import ir
from forbear.language.types import INT_MAX, INT_MIN, IntType, Value
from strategies.operands import KINDS, Kinds, compared

EQUALS, ORDERS, TRUTHS = ("==", "!="), ("<", "<=", ">", ">="), ("true", "false")
WATCHED = {
    *(f"{operator} of {kind} is {truth}" for operator, kind, truth in product(EQUALS, KINDS, TRUTHS)),
    *(f"{operator} of {kind} is {truth}" for operator, kind, truth in product(ORDERS, ("int", "decimal"), TRUTHS)),
    *(f"{kind} in a {where} list is {truth}" for kind, where, truth in product(KINDS, ("written", "given"), TRUTHS)),
    *(f"{operator} of int" for operator in ("+", "-", "*")),
    *(f"{node} is {truth}" for node, truth in product(("has", "!", "&&", "||"), TRUTHS)),
    *(f"{node} stops early" for node in ("&&", "||")),
    "in an empty list", "enum against string",
    "decimals brought to the same places", "a number of more than 62 bits", "scores tie",
    "a sum within its range", "a sum stops at an end",
}  # fmt: skip


class Overflow(AssertionError):
    """A number left 64 bits although the checker promised that none does."""


@contextmanager
def watched(seen: Counter[str], kinds: Kinds) -> Iterator[None]:
    """Count in `seen` what the reference evaluates; raises Overflow where a number leaves 64 bits."""
    evaluate, in_order, gather = reference.evaluate, reference.in_order, reference.gather

    def counting(expr: ir.Expr, environment: Environment) -> Value:
        value = evaluate(expr, environment)
        _count(expr, value, environment, kinds, seen)
        return value

    def ordering(scores: list[tuple[int, Value]]) -> tuple[Value, ...]:
        seen["scores tie"] += len({score for score, _ in scores}) < len(scores)
        _within(*(score for score, _ in scores))
        return in_order(scores)

    def gathering(decision: ir.Decision, values: list[Value]) -> Value:
        if isinstance(decision.type, IntType) and values:
            total = sum(value for value in values if isinstance(value, int))
            inside = decision.type.low <= total <= decision.type.high
            seen["a sum within its range" if inside else "a sum stops at an end"] += 1
        return gather(decision, values)

    reference.evaluate, reference.in_order, reference.gather = counting, ordering, gathering
    try:
        yield
    finally:
        reference.evaluate, reference.in_order, reference.gather = evaluate, in_order, gather


def _count(expr: ir.Expr, value: Value, environment: Environment, kinds: Kinds, seen: Counter[str]) -> None:
    truth = "true" if value is True else "false"
    match expr:
        case ir.Compare(operator, left, right):
            seen[f"{operator} of {compared(left, right, kinds)} is {truth}"] += 1
            seen["decimals brought to the same places"] += any(_is_scaled(side, kinds) for side in (left, right))
            if isinstance(left, ir.Read) and isinstance(right, ir.Read):
                seen["enum against string"] += {kinds(left.path), kinds(right.path)} == {"enum", "string"}
        case ir.In(item, items):
            where = "written" if isinstance(items, ir.ListOf) else "given"
            seen[f"{compared(item, items, kinds)} in a {where} list is {truth}"] += 1
            seen["in an empty list"] += isinstance(items, ir.Read) and environment[items.path] == ()
        case ir.Arithmetic(operator, left, right):
            seen[f"{operator} of {compared(left, right, kinds)}"] += 1
            assert isinstance(value, int)
            seen["a number of more than 62 bits"] += abs(value) >= 2**62
            _within(value)
        case ir.Has():
            seen[f"has is {truth}"] += 1
        case ir.Not():
            seen[f"! is {truth}"] += 1
        case ir.All(parts) | ir.Any(parts):
            sign, stops = ("&&", False) if isinstance(expr, ir.All) else ("||", True)
            seen[f"{sign} is {truth}"] += 1
            first = parts[0]
            known = isinstance(first, ir.Has) and (first.path in environment) is stops
            seen[f"{sign} stops early"] += known and len(parts) > 1
        case _:
            pass


def _is_scaled(expr: ir.Expr, kinds: Kinds) -> bool:
    """Whether the checker scaled this side to the places of the other."""
    match expr:
        case ir.Arithmetic("*", ir.Read(path), ir.Constant()):
            return kinds(path) == "decimal"
        case _:
            return False


def _within(*numbers: int) -> None:
    for number in numbers:
        if not INT_MIN <= number <= INT_MAX:
            raise Overflow(f"{number} does not fit 64 bits")
