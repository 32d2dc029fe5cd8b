"""What is known of each path before a row is seen: its type, whether it may be missing, what stands for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl
from attrs import frozen

from forbear.columns.fitting import BITS, fitted
from forbear.columns.formulas import literal
from forbear.columns.kinds import Dtype, dtype_of, everywhere, narrow_column, narrow_of
from forbear.columns.opening import EVENT_TYPE, Opened
from forbear.engine.pure import type_at
from forbear.evaluate.given import untold
from forbear.language.types import BoolType, IntType, RecordsType, Type, Value


@frozen
class Source:
    """A column that was given: how it is fitted, what stands for a null, and whether a null leaves it in doubt."""

    path: str
    fitted: pl.Expr
    within: tuple[int, int] | None  # whole numbers of 64 bits in this range are inner values as they are
    narrow: Dtype | None  # what holds every inner value, where it has fewer bits than a number has
    default: Value | None
    needed: bool


@frozen
class Knowledge:
    """The paths that the decisions depend on."""

    kinds: Mapping[str, Type]
    sources: tuple[Source, ...]
    known: Mapping[str, Value]  # the same in every row
    absent: Mapping[str, Dtype]  # missing from every row
    refused: frozenset[str]  # needed, and missing from every row
    optional: frozenset[str]


def knowledge(opened: Opened, names: Iterable[str], paths: Iterable[str], schema: Mapping[str, Dtype]) -> Knowledge:
    """What is known of `paths`, where the columns `names` were given; `schema` has those of them that are needed."""
    policy, event = opened.policy, opened.event
    kinds: dict[str, Type] = {path: one.type for path, one in policy.settings.items()}
    kinds |= {name: policy.decisions[name].outcome_type for name in policy.plans[event].decisions}
    kinds |= {f"recorded.{name}": BoolType() for name in policy.entries}
    kinds |= {f"owed.{name}": BoolType() for name in policy.obligations}
    known: dict[str, Value] = {path: one.value for path, one in policy.settings.items()} | {EVENT_TYPE: event}
    sources: list[Source] = []
    absent: dict[str, Dtype] = {}
    refused, optional = set(), set()
    for path in sorted(set(paths) - {EVENT_TYPE}):
        kind = type_at(policy, event, path)
        if kind is None or isinstance(kind, RecordsType):
            continue
        kinds[path] = kind
        value, needed = untold(policy, event, path)
        if path in names:
            expr = fitted(kind, schema[path], pl.col(path)).alias(path)
            sources.append(Source(path, expr, _as_they_are(kind, schema[path]), narrow_of(kind), value, needed))
        elif value is not None:
            known[path] = value
        else:
            absent[path] = dtype_of(kind)
        if path not in known and value is None and not needed:
            optional.add(path)
        if needed and path not in names:
            refused.add(path)
    return Knowledge(kinds, tuple(sources), known, absent, frozenset(refused), frozenset(optional))


def refusal(path: str) -> str:
    """The column that says whether a row's value was refused."""
    return f"{path} refused"


def fit_rows(known: Knowledge, given: pl.DataFrame) -> tuple[pl.DataFrame, frozenset[str]]:
    """The inner values of some rows, with a column of refusals for each path that has any; these paths too."""
    fitting = {one.path: _fitting(one, given[one.path]) for one in known.sources}
    values = given.with_columns_seq([one.fitted for one in known.sources if fitting[one.path] is None])
    extra: list[pl.Series] = []
    refused: set[str] = set()
    fills: list[pl.Expr] = []
    for one in known.sources:
        found, before = values[one.path], given[one.path]
        if found.null_count() > (0 if one.needed else before.null_count()):
            refused.add(one.path)
            doubt = found.is_null() if one.needed else found.is_null() & before.is_not_null()
            extra.append(doubt.alias(refusal(one.path)))
        dtypes = {one.path: found.dtype}
        if one.narrow is not None:
            narrow, name = fitting[one.path], narrow_column(one.path)
            extra.append((_wrapped(found, one.narrow) if narrow is None else narrow).alias(name))
            dtypes[name] = extra[-1].dtype
        if one.default is not None and found.null_count():
            fills += [pl.col(name).fill_null(literal(one.default).cast(dtype)) for name, dtype in dtypes.items()]
    values = values.with_columns(*extra, *(everywhere(None, dtype).alias(path) for path, dtype in known.absent.items()))
    return values.with_columns_seq(fills) if fills else values, frozenset(refused)


def _as_they_are(kind: Type, dtype: Dtype) -> tuple[int, int] | None:
    return (kind.low, kind.high) if isinstance(kind, IntType) and dtype == pl.Int64 else None


def _fitting(source: Source, column: pl.Series) -> pl.Series | None:
    """A column all of whose values are inner values, made narrow; to look at the ends costs less than at each."""
    if source.within is None or column.null_count() == len(column):
        return None
    if source.narrow is not None:
        bits = column.bitwise_or()
        if not isinstance(bits, int) or not 0 <= bits <= BITS[source.narrow.base_type()][1]:
            return None
        column = _wrapped(column, source.narrow)
    (low, high), least, most = source.within, column.min(), column.max()
    fits = isinstance(least, int) and isinstance(most, int) and low <= least and most <= high
    return column if fits else None


def _wrapped(column: pl.Series, narrow: Dtype) -> pl.Series:
    return column.cast(narrow, wrap_numerical=True)
