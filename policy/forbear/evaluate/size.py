"""How much of a network a condition takes, counted before any is built.

durable-rules walks every way in which a condition comes true: it fails while deciding where more than 64 of them stay
open at once, and twenty `(a || b) && …` would make a million. So they are counted here, and networks are kept small.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import assert_never

from attrs import frozen

from forbear.language import ir


@frozen
class Size:
    """How many comparisons a condition has (its negation has as many), and in how many ways it, or that, holds."""

    comparisons: int
    ways: int
    ways_not: int


_ONE = Size(1, 1, 1)


def size(expr: ir.Expr) -> Size:
    """The size of what `network.condition` makes of an expression."""
    match expr:
        case ir.Not(operand):
            return _negated(size(operand))
        case ir.All(parts):
            return _every([size(part) for part in parts])
        case ir.Any(parts):
            return _some([size(part) for part in parts])
        case ir.Compare(operator, left, right):
            same = _same(left, size(left), right)
            return same if operator == "==" else _negated(same)
        case ir.In(item, ir.ListOf(items)):
            inner = size(item)
            found = _some([_same(item, inner, one) for one in items])
            constant = all(isinstance(one, ir.Constant) for one in items) and not is_condition(item)
            return Size(found.comparisons, 1 if constant else found.ways, found.ways_not)  # it equals only one of them
        case ir.In(item) if is_condition(item):
            inner = size(item)
            return _some([_every([inner, _ONE]), _every([_negated(inner), _ONE])])
        case ir.Constant() | ir.Read() | ir.Has() | ir.In() | ir.ListOf() | ir.Arithmetic():
            return _ONE
        case _:
            assert_never(expr)


def is_condition(expr: ir.Expr) -> bool:
    """Whether an operand is itself a condition, not a value that a field can carry as it is."""
    return isinstance(expr, ir.Not | ir.All | ir.Any | ir.Compare | ir.In | ir.Has)


def _same(left: ir.Expr, ours: Size, right: ir.Expr) -> Size:
    """Two operands that are equal: both true or both false, where they are conditions."""
    if not (is_condition(left) or is_condition(right)):
        return _ONE
    theirs = size(right)
    ways = ours.ways * theirs.ways + ours.ways_not * theirs.ways_not
    ways_not = ours.ways * theirs.ways_not + ours.ways_not * theirs.ways
    return Size(2 * (ours.comparisons + theirs.comparisons), ways, ways_not)


def _every(parts: Sequence[Size]) -> Size:
    return Size(
        sum(one.comparisons for one in parts), prod(one.ways for one in parts), sum(one.ways_not for one in parts)
    )


def _some(parts: Sequence[Size]) -> Size:
    return _negated(_every([_negated(one) for one in parts]))


def _negated(one: Size) -> Size:
    return Size(one.comparisons, one.ways_not, one.ways)
