"""`language.types.fit` over a column: the inner value, or null where what is given does not fit."""

from __future__ import annotations

from typing import assert_never

import polars as pl
from polars.datatypes import DataTypeClass

from forbear.calendar import UNIT_SECONDS
from forbear.columns.kinds import Dtype, dtype_of, quotient
from forbear.errors import FactError
from forbear.language.types import (
    MAX_STRING,
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
    fit,
)

BITS: dict[DataTypeClass, tuple[int, int]] = {
    pl.Int8: (-(2**7), 2**7 - 1),
    pl.Int16: (-(2**15), 2**15 - 1),
    pl.Int32: (-(2**31), 2**31 - 1),
    pl.Int64: (-(2**63), 2**63 - 1),
    pl.UInt8: (0, 2**8 - 1),
    pl.UInt16: (0, 2**16 - 1),
    pl.UInt32: (0, 2**32 - 1),
    pl.UInt64: (0, 2**64 - 1),
}
_TEXTS = (pl.String, pl.Categorical, pl.Enum)
_EXACT_FLOATS = 9 * 10**13  # scaled: below it a tie has at most 15 digits, and one float is nearest to each such number
_PER_SECOND = {"ns": 10**9, "us": 10**6, "ms": 10**3}


def fitted(kind: Type, dtype: Dtype, given: pl.Expr) -> pl.Expr:
    """The inner form of what fits `kind`, null for the rest."""
    if dtype == pl.Null:
        return given.cast(dtype_of(kind))
    match kind:
        case BoolType():
            return given if dtype == pl.Boolean else _nothing(kind)
        case IntType(low, high, unit):
            if isinstance(dtype, pl.Duration):
                return _duration(given, dtype, low, high, unit)
            return _within(given, dtype, low, high) if dtype.is_integer() else _nothing(kind)
        case DecimalType():
            return _decimal(kind, dtype, given)
        case EnumType():
            if dtype == dtype_of(kind):
                return given
            return given.cast(dtype_of(kind), strict=False) if dtype in _TEXTS else _nothing(kind)
        case StringType():
            return _text(given.cast(pl.String)) if dtype in _TEXTS else _nothing(kind)
        case ListType(item):
            return _list(item, dtype, given)
        case RecordsType():
            return _nothing(kind)
        case _:
            assert_never(kind)


def _nothing(kind: Type) -> pl.Expr:
    return pl.lit(None, dtype_of(kind))


def _within(given: pl.Expr, dtype: Dtype, low: int, high: int) -> pl.Expr:
    """Whole numbers in a range; the ends are brought to what the column can hold, so that it is not widened."""
    least, most = BITS.get(dtype.base_type(), (-(2**127), 2**127 - 1))
    if least >= low and most <= high:
        return given.cast(pl.Int64)
    low, high = max(low, least), min(high, most)
    if low > high:
        return pl.lit(None, pl.Int64)
    return pl.when(given.is_between(low, high)).then(given).cast(pl.Int64)


def _duration(given: pl.Expr, dtype: pl.Duration, low: int, high: int, unit: str) -> pl.Expr:
    """Whole units of time; what is no whole number of them does not fit."""
    if unit not in UNIT_SECONDS:
        return pl.lit(None, pl.Int64)
    each = UNIT_SECONDS[unit] * _PER_SECOND[dtype.time_unit]
    ticks = given.to_physical()
    return pl.when((ticks % each == 0) & (ticks // each).is_between(low, high)).then(ticks // each)


def _decimal(kind: DecimalType, dtype: Dtype, given: pl.Expr) -> pl.Expr:
    """Numbers at their places, rounded half-even from their decimal text."""
    factor = 10**kind.places
    if dtype.is_integer():
        low, high = -(-kind.low // factor), kind.high // factor
        return _within(given, dtype, low, high) * pl.lit(factor, pl.Int64)
    if isinstance(dtype, pl.Decimal):
        return _rescaled(given.to_physical(), dtype.scale - kind.places, kind.low, kind.high)
    if dtype not in (pl.Float32, pl.Float64):
        return _nothing(kind)
    number = given.cast(pl.Float64)
    if max(-kind.low, kind.high) > _EXACT_FLOATS:
        return number.map_batches(lambda column: _one_by_one(kind, column), return_dtype=pl.Int64)
    below = (number * float(factor)).floor()
    tie = quotient((below * 2 + 1) * 5, float(factor * 10))
    nearest = below + (number > tie) + ((number == tie) & (below % 2 != 0))
    return pl.when(nearest.is_between(kind.low, kind.high)).then(nearest.cast(pl.Int64, strict=False))


def _rescaled(scaled: pl.Expr, extra: int, low: int, high: int) -> pl.Expr:
    """Scaled numbers with so many places too many (or too few, below zero)."""
    wide = pl.Int128
    if extra <= 0:
        factor = 10**-extra
        fits = scaled.is_between(pl.lit(-(-low // factor), wide), pl.lit(high // factor, wide))
        return pl.when(fits).then(scaled).cast(pl.Int64) * pl.lit(factor, pl.Int64)
    factor = pl.lit(10**extra, wide)
    below = scaled // factor
    rest = (scaled - below * factor) * 2
    nearest = below + ((rest > factor) | ((rest == factor) & (below % 2 != 0))).cast(wide)
    return pl.when(nearest.is_between(pl.lit(low, wide), pl.lit(high, wide))).then(nearest).cast(pl.Int64)


def _one_by_one(kind: DecimalType, column: pl.Series) -> pl.Series:
    """Numbers with more digits than the rule for floats is sure of: each distinct one by its text."""
    distinct = column.unique().drop_nulls()
    return column.replace_strict(
        distinct, [_fitting(kind, one) for one in distinct], default=None, return_dtype=pl.Int64
    )


def _fitting(kind: DecimalType, number: float) -> int | None:
    try:
        value = fit("value", kind, number)
    except FactError:
        return None
    return value if isinstance(value, int) else None


def _text(given: pl.Expr) -> pl.Expr:
    fits = (given != "") & (given.str.len_chars() <= MAX_STRING) & ~given.str.contains("\x00", literal=True)
    return pl.when(fits).then(given)


def _list(item: Type, dtype: Dtype, given: pl.Expr) -> pl.Expr:
    """Lists all of whose items fit."""
    if isinstance(dtype, pl.Array):
        return _list(item, pl.List(dtype.inner), given.arr.to_list())
    if not isinstance(dtype, pl.List):
        return _nothing(ListType(item))  # type: ignore[arg-type]
    items = given.list.eval(fitted(item, dtype.inner, pl.element()))
    return pl.when(items.list.drop_nulls().list.len() == items.list.len()).then(items)
