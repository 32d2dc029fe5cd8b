"""Conditions on one number as the ranges in which they hold."""

from __future__ import annotations

from collections.abc import Iterator

from forbear.language import ir
from forbear.language.operators import FLIPPED

Range = tuple[int | None, int | None]
"""From the first to the last number, both included; None is without end."""


def ranges(atom: ir.Expr) -> list[Range] | None:
    """Where a condition on one number holds; None where it is not of a form that says so."""
    match atom:
        case ir.Compare(operator, left, right):
            return _compared(operator, left, right)
        case ir.In(item, ir.Constant(tuple() as values)):
            return _any_of([_compared("==", item, ir.Constant(one)) for one in values])
        case ir.In(item, ir.ListOf(parts)):
            return _any_of([_compared("==", item, part) for part in parts])
        case _:
            return None


def _any_of(found: list[list[Range] | None]) -> list[Range] | None:
    joined: list[Range] = []
    for one in found:
        if one is None:
            return None
        joined += one
    return joined


def _compared(operator: str, left: ir.Expr, right: ir.Expr) -> list[Range] | None:
    ours, theirs = _linear(left), _linear(right)
    if ours is None or theirs is None:
        return None
    times, plus = ours[0] - theirs[0], ours[1] - theirs[1]
    if times == 0:
        return None
    if times < 0:
        operator, times, plus = FLIPPED[operator], -times, -plus
    return list(_solved(operator, times, -plus))


def _solved(operator: str, times: int, bound: int) -> Iterator[Range]:
    """Where `times * x operator bound`, `times` above zero."""
    floor, exact = bound // times, bound % times == 0
    last_below = floor - 1 if exact else floor
    match operator:
        case "==":
            if exact:
                yield floor, floor
        case "!=":
            if exact:
                yield None, floor - 1
                yield floor + 1, None
            else:
                yield None, None
        case "<":
            yield None, last_below
        case "<=":
            yield None, floor
        case ">":
            yield floor + 1, None
        case _:
            yield last_below + 1, None


def _linear(expr: ir.Expr) -> tuple[int, int] | None:
    """An expression of one number x as `times * x + plus`."""
    match expr:
        case ir.Constant(bool()):
            return None
        case ir.Constant(int() as value):
            return 0, value
        case ir.Read():
            return 1, 0
        case ir.Arithmetic(operator, left, right):
            return _combined(operator, _linear(left), _linear(right))
        case _:
            return None


def _combined(operator: str, left: tuple[int, int] | None, right: tuple[int, int] | None) -> tuple[int, int] | None:
    if left is None or right is None:
        return None
    if operator == "+":
        return left[0] + right[0], left[1] + right[1]
    if operator == "-":
        return left[0] - right[0], left[1] - right[1]
    if left[0] and right[0]:
        return None
    return left[0] * right[1] + right[0] * left[1], left[1] * right[1]
