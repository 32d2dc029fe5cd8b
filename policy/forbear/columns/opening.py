"""What was given: the columns as one frame, the event type, and the policy with the decisions that were given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from attrs import frozen

from forbear.columns.fitting import fitted
from forbear.engine.fixed import fix
from forbear.engine.pure import event_type_of, type_at
from forbear.errors import ColumnsError, EventError
from forbear.language import ir
from forbear.language.shape import did_you_mean
from forbear.language.types import (
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
    Value,
    describe,
)

EVENT_TYPE = "event.type"
VIOLATED = "violated"  # the column of promises


@frozen
class Given:
    """Columns of which none is read yet."""

    rows: pl.LazyFrame
    names: tuple[str, ...]

    def take(self, names: list[str]) -> pl.DataFrame:
        """Some of the columns, read."""
        return self.rows.select(names).collect()


@frozen
class Opened:
    """One event type and what is asked of it; `policy` has the given decisions fixed."""

    policy: ir.Policy
    event: str
    asked: tuple[str, ...]
    fixed: frozenset[str]


def given_of(columns: Any) -> Given:
    """The columns, in whatever form they came. Raises EventError for what is no column."""
    if isinstance(columns, pl.LazyFrame):
        return Given(columns, tuple(columns.collect_schema().names()))
    if not isinstance(columns, pl.DataFrame):
        columns = _frame(columns)
    return Given(columns.lazy(), tuple(columns.columns))


def _frame(columns: Any) -> pl.DataFrame:
    if isinstance(columns, Mapping):
        try:
            return pl.DataFrame([_series(path, values) for path, values in columns.items()])
        except pl.exceptions.ShapeError as error:
            raise EventError(f"the columns are not of one length: {error}") from None
    if hasattr(columns, "__arrow_c_stream__"):
        try:
            return pl.DataFrame(columns)
        except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
            raise EventError(f"the Arrow stream is no table: {error}") from None
    raise EventError("give a Polars frame, an Arrow table, or a mapping of path to values")


def _series(path: str, values: Any) -> pl.Series:
    try:
        return pl.Series(path, values)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise EventError(f"the values of `{path}` make no column: {error}") from None


def open_columns(policy: ir.Policy, given: Given, asked: frozenset[str], event: str | None) -> Opened:
    """The event type, the decisions to answer for, and the policy with given decisions fixed."""
    told = _told(given) if EVENT_TYPE in given.names else None
    if event is not None and told is not None and event != told:
        raise EventError(f"the rows are of the type `{told}`, not `{event}`")
    names: dict[str, Any] = dict.fromkeys(name for name in given.names if name != EVENT_TYPE)
    if event is not None or told is not None:
        names[EVENT_TYPE] = event if event is not None else told
    event = event_type_of(policy, names, asked)
    for path in given.names:
        if path != EVENT_TYPE and type_at(policy, event, path) is None:
            raise EventError(f"{path!r} is not read on `{event}`")
    fixed = frozenset(name for name in given.names if name in policy.decisions)
    if fixed:
        policy = fix(policy, event, {name: _any_value(policy.decisions[name].outcome_type) for name in fixed})
    return Opened(policy, event, _asked(policy, event, asked), fixed)


def _told(given: Given) -> str | None:
    """The event type that every row has; None where there is no row."""
    found = given.take([EVENT_TYPE]).to_series().unique()
    if len(found) > 1:
        raise EventError("the rows are of several event types; decide those of each by themselves")
    return str(found[0]) if len(found) else None


def _asked(policy: ir.Policy, event: str, asked: frozenset[str]) -> tuple[str, ...]:
    plan = policy.plans[event]
    for name in sorted(asked - {*plan.decisions, *plan.rankings}):
        hint = did_you_mean(name, plan.decisions)
        raise EventError(f"`{name}` is not decided on `{event}`; {hint}".rstrip("; "))
    ranked = [name for name in plan.rankings if not asked or name in asked]
    if ranked:
        many = ", ".join(f"`{name}`" for name in ranked)
        raise ColumnsError(f"columns hold no candidates, so {many} cannot be decided over them; ask for decisions only")
    found = tuple(name for name in plan.decisions if not asked or name in asked)
    if VIOLATED in found:
        raise ColumnsError(f"a decision named `{VIOLATED}` has no column; that one tells which promises do not hold")
    return found


def _any_value(kind: Type) -> Value:
    """Some value, for a plan that is the same whatever the value."""
    match kind:
        case BoolType():
            return False
        case IntType(low, _) | DecimalType(low=low):
            return low
        case EnumType(values):
            return values[0]
        case StringType():
            return "given"
        case ListType() | RecordsType():
            return ()


def outcomes_given(policy: ir.Policy, frame: pl.DataFrame, fixed: frozenset[str]) -> dict[str, pl.Series]:
    """The given decisions as inner values. Raises EventError for a row that gives none, or one that does not fit."""
    found: dict[str, pl.Series] = {}
    for name in sorted(fixed):
        kind, column = policy.decisions[name].outcome_type, frame[name]
        values = frame.select(fitted(kind, column.dtype, pl.col(name)).alias(name)).to_series()
        if values.null_count():
            row = values.is_null().arg_true()[0]
            raise EventError(f"{name}: {column[row]!r} in row {row} is not {describe(kind)}")
        found[name] = values
    return found
