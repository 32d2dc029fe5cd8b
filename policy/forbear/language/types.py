"""The types of the language and the values that fit them.

Inside the engine a value is a bool, an int (a decimal is an int scaled by its places), a string, a tuple of these, or
a candidate (a mapping of field to value); at the border it is what JSON has. `fit` goes in, `show` comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import assert_never

from attrs import frozen

from forbear.errors import FactError
from forbear.records import Plain

Value = bool | int | str | tuple["Value", ...] | Mapping[str, "Value"]

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
JSON_SAFE = 2**53 - 1  # what every JSON reader keeps exactly; the range of an int that declares none
MAX_STRING = 10_000
MAX_CANDIDATES = 10_000
DECIMAL_SAFE = 10**15  # a decimal's scaled bound: such a number survives JSON's binary floats
EXACT = Context(
    prec=100, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation]
)  # our own, so that a host's decimal context changes nothing


@frozen
class BoolType:
    """True or false."""


@frozen
class IntType:
    """A whole number between `low` and `high`, both included; `unit` is what it counts, or empty."""

    low: int = -JSON_SAFE
    high: int = JSON_SAFE
    unit: str = ""


@frozen
class DecimalType:
    """A number with `places` decimal places; `low` and `high` are scaled by 10**places."""

    places: int
    low: int
    high: int
    unit: str = ""


@frozen
class EnumType:
    """One of `values`, in the order given (for an outcome, mildest first)."""

    values: tuple[str, ...]


@frozen
class StringType:
    """An opaque id or name, never empty."""


@frozen
class ListType:
    """A list of bools, numbers, enumeration values or strings."""

    item: Scalar


@frozen
class FieldType:
    """A field of a candidate; without a default, and not optional, every candidate has it."""

    name: str
    type: Scalar | ListType
    optional: bool = False
    default: Value | None = None


@frozen
class RecordsType:
    """A list of candidates, each with a unique text `id`; only a ranking reads it."""

    fields: tuple[FieldType, ...]


Scalar = BoolType | IntType | DecimalType | EnumType | StringType
Type = Scalar | ListType | RecordsType


def describe(kind: Type) -> str:
    """A type for a message: what a value of it looks like."""
    match kind:
        case BoolType():
            return "true or false"
        case IntType(low, high, unit):
            if low == high:
                return f"the number {low}"
            bounds = "" if (low, high) == (-JSON_SAFE, JSON_SAFE) else f" from {low} to {high}"
            return f"a whole number{f' of {unit}' if unit else ''}{bounds}"
        case DecimalType(places, low, high, unit):
            if low == high:
                return f"the number {EXACT.scaleb(Decimal(low), -places):f}"
            ends = " to ".join(f"{EXACT.scaleb(Decimal(end), -places):f}" for end in (low, high))
            return f"a number{f' of {unit}' if unit else ''} from {ends}"
        case EnumType(values):
            return "one of " + ", ".join(values)
        case StringType():
            return "a text that is not empty"
        case ListType(item):
            return f"a list, each item {describe(item)}"
        case RecordsType(fields):
            return f"a list of at most {MAX_CANDIDATES:,} candidates with {', '.join(one.name for one in fields)}"
        case _:
            assert_never(kind)


def example(kind: Type) -> str:
    """A value of a type as an expression writes it, for a hint; empty where none can be written."""
    match kind:
        case BoolType():
            return "true"
        case IntType(low, high):
            return str(max(low, min(high, 1)))
        case DecimalType(places, low, high):
            return f"{EXACT.scaleb(Decimal((low + high) // 2), -places):f}"
        case EnumType(values):
            return f'"{values[0]}"'
        case StringType():
            return '"a text"'
        case ListType() | RecordsType():
            return ""
        case _:
            assert_never(kind)


def fit(path: str, kind: Type, given: object) -> Value:
    """The inner form of a value from outside.

    A fraction is rounded half-even to the places of its decimal, from its decimal text (0.715 gives 0.72).
    Raises FactError, with path, value and what was expected, for anything that does not fit; nothing is coerced.
    """
    match kind:
        case BoolType():
            if isinstance(given, bool):
                return given
        case IntType(low, high):
            if isinstance(given, int) and not isinstance(given, bool) and low <= given <= high:
                return given
        case DecimalType(places, low, high):
            scaled = _scaled(given, places)
            if scaled is not None and low <= scaled <= high:
                return scaled
        case EnumType(values):
            if isinstance(given, str) and given in values:
                return given
        case StringType():
            if isinstance(given, str) and given and _is_clean(given):
                return given
        case ListType(item):
            if isinstance(given, list | tuple):
                return tuple(fit(f"{path}[{n}]", item, one) for n, one in enumerate(given))
        case RecordsType(fields):
            if isinstance(given, list | tuple) and len(given) <= MAX_CANDIDATES:
                return _candidates(path, fields, given)
        case _:
            assert_never(kind)
    raise FactError(path, given, describe(kind))


def show(kind: Type, value: Value) -> Plain:
    """The outer form of a value: a decimal becomes a number again, a tuple a list."""
    if isinstance(kind, DecimalType) and isinstance(value, int):
        return float(EXACT.scaleb(Decimal(value), -kind.places))
    if isinstance(kind, ListType) and isinstance(value, tuple):
        return [show(kind.item, one) for one in value]
    if isinstance(kind, RecordsType) and isinstance(value, tuple):
        kinds = {one.name: one.type for one in kind.fields}
        return [
            {name: show(kinds.get(name, _UNTYPED), inner) for name, inner in one.items()}
            for one in value
            if isinstance(one, Mapping)
        ]
    assert not isinstance(value, tuple | Mapping)
    return value


_UNTYPED = BoolType()  # a fold's answer beside a candidate's fields is shown as it is


def _candidates(path: str, fields: tuple[FieldType, ...], given: list[object] | tuple[object, ...]) -> Value:
    """Candidates with every field fitted, defaults filled in and ids unique."""
    found: dict[Value, Mapping[str, Value]] = {}
    names = [kind.name for kind in fields]
    for n, one in enumerate(given):
        here = f"{path}[{n}]"
        if not isinstance(one, Mapping):
            raise FactError(here, one, f"a candidate with {', '.join(names)}")
        unknown = sorted(str(name) for name in one if name not in names)
        if unknown:
            raise FactError(here, unknown[0], f"a field of a candidate, which has {', '.join(names)}")
        candidate: dict[str, Value] = {}
        for kind in fields:
            value = one.get(kind.name)
            if value is not None:
                candidate[kind.name] = fit(f"{here}.{kind.name}", kind.type, value)
            elif kind.default is not None:
                candidate[kind.name] = kind.default
            elif not kind.optional:
                raise FactError(f"{here}.{kind.name}", value, describe(kind.type))
        if candidate["id"] in found:
            raise FactError(f"{here}.id", candidate["id"], "an id that only one candidate has")
        found[candidate["id"]] = candidate
    return tuple(found.values())


def _scaled(given: object, places: int) -> int | None:
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        return None
    exact = Decimal(repr(given)) if isinstance(given, float) else Decimal(given)
    if not exact.is_finite():
        return None
    if exact == 0 or exact.adjusted() < -100:
        return 0
    if exact.adjusted() > 20:
        return None
    return int(EXACT.scaleb(EXACT.quantize(exact, EXACT.scaleb(Decimal(1), -places)), places))


def _is_clean(text: str) -> bool:
    """Whether a text can be stored: no lone surrogate, no NUL, not endless."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return len(text) <= MAX_STRING and "\x00" not in text
