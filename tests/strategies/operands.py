"""What kind of value an expression of a checked policy gives, for counting which operators met which kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from forbear.language import ir
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
)

KINDS = ("bool", "int", "decimal", "enum", "string")
Kinds = Callable[[str], str]


def kinds_on(policy: ir.Policy, event: str) -> Kinds:
    """Path → the kind of what stands there on an event."""
    types: dict[str, Type] = {path: one.type for path, one in policy.settings.items()}
    types |= {path: one.type for path, one in policy.facts.items()}
    types |= {path: one.type for path, one in policy.events[event].items()}
    types |= {path: one.type for path, one in policy.folds.items()}
    types |= {name: one.outcome_type for name, one in policy.decisions.items()}
    for ranking in policy.rankings.values():
        if event in ranking.asked_on:
            records = policy.facts[ranking.over].type
            assert isinstance(records, RecordsType)
            fields = {one.name: one.type for one in records.fields}
            fields |= {path: one.type for path, one in policy.folds.items() if one.keyed}
            types |= {
                f"{space}.{name}": kind for space in ("candidate", "ahead", "behind") for name, kind in fields.items()
            }
    return lambda path: kind_of_type(types.get(path, BoolType()))  # recorded.x, owed.x, candidate.ranked


def kind_of_type(kind: Type) -> str:
    """The name of a kind; of a list, that of its items."""
    match kind:
        case BoolType():
            return "bool"
        case IntType():
            return "int"
        case DecimalType():
            return "decimal"
        case EnumType():
            return "enum"
        case StringType():
            return "string"
        case ListType(item):
            return kind_of_type(item)
        case RecordsType():
            return "candidates"
        case _:
            assert_never(kind)


def kind_of(expr: ir.Expr, kinds: Kinds) -> str:
    """The kind that an expression gives; of a list, that of its items."""
    match expr:
        case ir.Constant(value):
            return _of_value(value)
        case ir.Read(path):
            return kinds(path)
        case ir.Arithmetic(_, left, right):
            return "decimal" if "decimal" in (kind_of(left, kinds), kind_of(right, kinds)) else "int"
        case ir.ListOf(items):
            found = {kind_of(item, kinds) for item in items}
            return next((one for one in ("decimal", "enum") if one in found), min(found))
        case ir.Has() | ir.Not() | ir.All() | ir.Any() | ir.Compare() | ir.In():
            return "bool"
        case _:
            assert_never(expr)


def compared(left: ir.Expr, right: ir.Expr, kinds: Kinds) -> str:
    """The kind of two operands that are set against each other: a literal takes that of the other side."""
    found = {kind_of(left, kinds), kind_of(right, kinds)}
    return next((one for one in ("decimal", "enum") if one in found), min(found))


def _of_value(value: Value) -> str:
    return "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"
