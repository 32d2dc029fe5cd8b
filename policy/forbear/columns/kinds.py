"""How values of the language stand in columns while rows are decided, and how outcomes are shown."""

from __future__ import annotations

from typing import Any, assert_never

import polars as pl
from polars.datatypes import DataTypeClass

from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, RecordsType, StringType, Type

Dtype = pl.DataType | DataTypeClass


def dtype_of(kind: Type) -> Dtype:
    """The data type of inner values: a decimal is a scaled whole number, as everywhere inside."""
    match kind:
        case BoolType():
            return pl.Boolean
        case IntType() | DecimalType():
            return pl.Int64
        case EnumType(values):
            return pl.Enum(values)
        case StringType():
            return pl.String
        case ListType(item):
            return pl.List(dtype_of(item))
        case RecordsType():
            raise TypeError("candidates stand in no column")
        case _:
            assert_never(kind)


def shown(kind: Type, inner: pl.Expr) -> pl.Expr:
    """Outcomes in their outer form: a decimal is a number again."""
    if isinstance(kind, DecimalType):
        return quotient(inner, 10.0**kind.places)
    if isinstance(kind, ListType) and isinstance(kind.item, DecimalType):
        return inner.list.eval(quotient(pl.element(), 10.0**kind.item.places))
    return inner


def quotient(number: pl.Expr, by: float) -> pl.Expr:
    """The nearest float to the quotient."""
    return number.cast(pl.Float64).map_batches(lambda column: _quotients(column, by), return_dtype=pl.Float64)


def _quotients(column: pl.Series, by: float) -> pl.Series:
    """Polars divides by as many numbers as there are; for a single one it multiplies by the reciprocal, which is less
    exact."""
    if len(column) == 1:
        return pl.Series(column.name, [None if one is None else one / by for one in column], dtype=pl.Float64)
    return column / pl.repeat(by, len(column), dtype=pl.Float64, eager=True)


def index_dtype(size: int) -> Dtype:
    """The narrowest data type that holds the numbers below `size`."""
    return pl.UInt8 if size <= 2**8 else pl.UInt16 if size <= 2**16 else pl.UInt32


def narrow_column(path: str) -> str:
    """The column of a number in as few bits as it needs: the fewer, the faster it is compared."""
    return f"{path} narrow"


def narrow_of(kind: Type) -> Dtype | None:
    """The data type of a narrow column; None for what has none."""
    if not isinstance(kind, IntType | DecimalType) or kind.low < 0 or kind.high >= 2**32:
        return None
    return index_dtype(kind.high + 1)


def looked_up(values: list[Any], dtype: Dtype, index: pl.Expr) -> pl.Expr:
    """The value that each index names."""
    return pl.lit(pl.Series(values, dtype=dtype)).gather(index)


def everywhere(value: object, dtype: Dtype) -> pl.Expr:
    """The same value in every row, but no scalar (as what is gathered from one value is): Polars may forget how long
    the column is that it works out of scalars alone."""
    return looked_up([value, value], dtype, pl.repeat(0, pl.len(), dtype=pl.UInt32))
