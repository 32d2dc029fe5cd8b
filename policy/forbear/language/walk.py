"""What an expression reads, for everyone who needs to know without evaluating it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from forbear.language import ir


def reads(expr: ir.Expr | None) -> Iterator[str]:
    """Every path that the expression may read, in the order written."""
    match expr:
        case None | ir.Constant():
            return
        case ir.Read(path) | ir.Has(path):
            yield path
        case ir.Not(operand):
            yield from reads(operand)
        case ir.All(parts) | ir.Any(parts) | ir.ListOf(parts):
            for part in parts:
                yield from reads(part)
        case ir.Compare(_, left, right) | ir.Arithmetic(_, left, right) | ir.In(left, right):
            yield from reads(left)
            yield from reads(right)
        case _:
            assert_never(expr)


def effect_expressions(effect: ir.Effect) -> Iterator[ir.Expr]:
    """The expressions whose values an effect needs."""
    match effect:
        case ir.Record(_, values) | ir.Owe(_, values) | ir.Close(_, values):
            yield from (expr for _, expr in values)
        case ir.Amend(_, which, values):
            yield which
            yield from (expr for _, expr in values)
        case ir.Say():
            return
        case _:
            assert_never(effect)
