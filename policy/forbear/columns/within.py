"""Whether rows are in some classes of a variable, asked of the values themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

import polars as pl

from forbear.columns.bits import runs, span
from forbear.columns.kinds import Dtype

Within = Callable[[int], pl.Expr]
"""For a set of classes, neither none nor all: whether a row is in it; null only where the row's value was refused."""


def truth(condition: pl.Expr) -> Within:
    """Of false and true."""
    return lambda held: condition if held == 0b10 else ~condition


def of_values(column: pl.Expr, values: Sequence[bool | int | str]) -> Within:
    """Of one class a value."""

    def within(held: int) -> pl.Expr:
        places = [n for n in range(len(values)) if held >> n & 1]
        if len(places) * 2 <= len(values):
            return reduce(or_, (column == values[n] for n in places))
        return ~within(held ^ span(0, len(values)))

    return within


def of_stretches(number: pl.Expr, dtype: Dtype, cuts: Sequence[int]) -> Within:
    """Of the stretches between cuts of a number of this data type."""

    def whole(one: int) -> pl.Expr:
        return pl.lit(one, dtype)

    def stretch(start: int, stop: int) -> pl.Expr:
        if start == 0:
            return number < whole(cuts[stop - 1])
        if stop == len(cuts) + 1:
            return number >= whole(cuts[start - 1])
        first, last = cuts[start - 1], cuts[stop - 1] - 1
        return number == whole(first) if first == last else number.is_between(whole(first), whole(last))

    return lambda held: reduce(or_, (stretch(start, stop) for start, stop in runs(held)))


def or_missing(column: pl.Expr, within: Within, size: int, missing: bool) -> Within:
    """Where values may be missing, the class after all others is that of those."""
    if not missing:
        return within

    def told(held: int) -> pl.Expr:
        given, none = held & span(0, size), bool(held >> size & 1)
        if given in (0, span(0, size)):
            return column.is_null() if none else column.is_not_null()
        return within(given).fill_null(none)

    return told
