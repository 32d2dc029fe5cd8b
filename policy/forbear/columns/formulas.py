"""A checked expression as a Polars expression; null where it reads what is missing.

Where `&&` or `||` would have stopped before a missing value, so does the logic of three values: the other side decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import assert_never

import polars as pl

from forbear.language import ir
from forbear.language.types import EnumType, ListType, Type, Value

Kinds = Mapping[str, Type]
_COMPARISONS = {
    "==": pl.Expr.__eq__,
    "!=": pl.Expr.__ne__,
    "<": pl.Expr.__lt__,
    "<=": pl.Expr.__le__,
    ">": pl.Expr.__gt__,
    ">=": pl.Expr.__ge__,
}
_ARITHMETIC = {"+": pl.Expr.__add__, "-": pl.Expr.__sub__, "*": pl.Expr.__mul__}


def formula(expr: ir.Expr, kinds: Kinds) -> pl.Expr:
    """The expression over columns named by path, values of enumerations as texts."""
    match expr:
        case ir.Constant(value):
            return literal(value)
        case ir.Read(path):
            return _read(path, kinds[path])
        case ir.Has(path):
            return pl.col(path).is_not_null()
        case ir.Not(operand):
            return ~formula(operand, kinds)
        case ir.All(parts):
            return reduce(and_, (formula(part, kinds) for part in parts))
        case ir.Any(parts):
            return reduce(or_, (formula(part, kinds) for part in parts))
        case ir.Compare(operator, left, right):
            return _COMPARISONS[operator](formula(left, kinds), formula(right, kinds))
        case ir.In(item, items):
            return _within(formula(item, kinds), items, kinds)
        case ir.Arithmetic(operator, left, right):
            return _ARITHMETIC[operator](formula(left, kinds), formula(right, kinds))
        case ir.ListOf():
            raise TypeError("a list stands only behind `in`")
        case _:
            assert_never(expr)


def literal(value: Value) -> pl.Expr:
    """A constant; a whole number has 64 bits whatever its size."""
    if isinstance(value, tuple):
        return pl.lit(pl.Series([list(value)])).first()
    if isinstance(value, int) and not isinstance(value, bool):
        return pl.lit(value, pl.Int64)
    return pl.lit(value)


def _read(path: str, kind: Type) -> pl.Expr:
    if isinstance(kind, EnumType):
        return pl.col(path).cast(pl.String)
    if isinstance(kind, ListType) and isinstance(kind.item, EnumType):
        return pl.col(path).cast(pl.List(pl.String))
    return pl.col(path)


def _within(item: pl.Expr, items: ir.Expr, kinds: Kinds) -> pl.Expr:
    match items:
        case ir.Constant(tuple() as values):
            return reduce(or_, (item == literal(one) for one in values), pl.lit(False))
        case ir.ListOf(parts):
            return reduce(or_, (item == formula(part, kinds) for part in parts))
        case _:
            return formula(items, kinds).list.contains(item)
