"""Types of the language, drawn: how a pack declares them, and plain values that fit them."""

from __future__ import annotations

from decimal import Decimal

from forbear.language.types import (
    JSON_SAFE,
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    RecordsType,
    Scalar,
    StringType,
    Type,
)
from strategies.pen import Pen
from strategies.yaml_text import Node

UNITS = ("", "seconds", "points")
ENUMS = (("mild", "firm", "harsh"), ("firm", "harsh"), ("harsh", "none", "mild"), ("none",), ("not", "is", "lambda"))
INT_RANGES = ((0, 3), (-5, 5), (0, 1000), (-JSON_SAFE, JSON_SAFE), (7, 7))
DECIMAL_RANGES = ((0, 1), (-2, 2), (0, 100))  # unscaled
STRINGS = ("a", "b", "李雷", "it's", 'say "x"', "{f}", "%s", "__import__('os')", "None", "=", "#", "-1", "x y")
HOSTILE = ('"""', "'''", "\\", "\\'", "line\nbreak", "\t", "\r\n", "both ' and \"", "é\u0301", "😀", "')]}", "\\u0000")

_LISTS = "lists of candidates are declared by `vocabulary`, and nothing gives them a value"


def scalar(pen: Pen) -> Scalar:
    """A type of one value."""
    match pen.number(0, 4):
        case 0:
            return BoolType()
        case 1:
            return IntType(*pen.pick(INT_RANGES), pen.pick(UNITS))
        case 2:
            return EnumType(pen.pick(ENUMS))
        case 3:
            return StringType()
        case _:
            return decimal(pen)


def decimal(pen: Pen) -> DecimalType:
    """A decimal type of one to nine places."""
    places = pen.pick((2, 1, 3, 9))
    low, high = pen.pick(DECIMAL_RANGES)
    return DecimalType(places, low * 10**places, high * 10**places, pen.pick(("", "points")))


def listed(pen: Pen) -> ListType:
    """A type of a list."""
    return ListType(scalar(pen))


def declare(kind: Type) -> dict[str, Node]:
    """A type in its long form."""
    match kind:
        case ListType(EnumType(values)):
            return {"list_of": list(values)}
        case ListType(item):
            inner = declare(item)
            return {**inner, "type": f"list of {inner['type']}"}
        case IntType(low, high, unit):
            declared: dict[str, Node] = {"type": "int", "range": [low, high]}
            return {**declared, "unit": unit} if unit else declared
        case DecimalType(places, low, high, unit):
            bounds: list[Node] = [unscaled(low, places), unscaled(high, places)]
            declared = {"type": "decimal", "places": places, "range": bounds}
            return {**declared, "unit": unit} if unit else declared
        case EnumType(values):
            return {"type": list(values)}
        case BoolType():
            return {"type": "bool"}
        case StringType():
            return {"type": "string"}
        case RecordsType():
            raise AssertionError(_LISTS)


def value(pen: Pen, kind: Type) -> Node:
    """A plain value of a type."""
    match kind:
        case BoolType():
            return pen.chance(50)
        case IntType(low, high):
            return near(pen, low, high)
        case DecimalType(places, low, high):
            return unscaled(near(pen, low, high), places)
        case EnumType(values):
            return pen.pick(values)
        case StringType():
            plain = [one for one in (*STRINGS, *HOSTILE) if not one.startswith("=")]  # `=` begins an expression
            return pen.pick(plain)
        case ListType(item):
            return [value(pen, item) for _ in range(pen.number(0, 3))]
        case RecordsType():
            raise AssertionError(_LISTS)


def near(pen: Pen, low: int, high: int) -> int:
    """A number in a range: mostly small ones, so that values meet, and now and then an end."""
    around = min(max(0, low), high)
    return pen.pick((pen.number(max(low, around - 3), min(high, around + 3)), low, high))


def unscaled(number: int, places: int) -> Decimal:
    """The number that a scaled integer stands for."""
    return Decimal(number).scaleb(-places)
