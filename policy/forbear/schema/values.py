"""A type of the language → the JSON values that fit it."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from forbear.language.types import (
    EXACT,
    MAX_CANDIDATES,
    MAX_STRING,
    BoolType,
    DecimalType,
    EnumType,
    FieldType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
    Value,
    describe,
    show,
)
from forbear.records import Plain
from forbear.schema.shapes import Schema

SHORT = 300  # characters of a description


def values(kind: Type) -> Schema:
    """What fits a type. A fraction is taken as it is written, before it is rounded to its places."""
    match kind:
        case BoolType():
            return {"type": "boolean"}
        case IntType(low, high):
            return {"type": "integer", "minimum": low, "maximum": high}
        case DecimalType(places, low, high):
            return {"type": "number", "minimum": _number(low, places), "maximum": _number(high, places)}
        case EnumType(known):
            return {"enum": [*known]}
        case StringType():
            return {"type": "string", "minLength": 1, "maxLength": MAX_STRING}
        case ListType(item):
            return {"type": "array", "items": values(item)}
        case RecordsType(fields):
            return {"type": "array", "maxItems": MAX_CANDIDATES, "items": _candidate(fields)}
        case _:
            assert_never(kind)


def described(kind: Type, said: str = "", default: Value | None = None) -> Schema:
    """What fits a type, with words for an editor and the default that stands in where it is missing."""
    text = "; ".join(one for one in (said, describe(kind)) if one)
    found: Schema = {"description": f"{text[:1].upper()}{text[1:SHORT]}.", **values(kind)}
    if default is not None:
        found["default"] = show(kind, default)
    return found


def missing_too(shape: Schema) -> Schema:
    """A shape that may also be `null`, which means missing."""
    if isinstance(shape.get("type"), str):
        return {**shape, "type": [shape["type"], "null"]}
    if isinstance(known := shape.get("enum"), list):
        return {**shape, "enum": [*known, None]}
    return {"anyOf": [shape, {"type": "null"}]}


def _candidate(fields: tuple[FieldType, ...]) -> Schema:
    needed: list[Plain] = [one.name for one in fields if one.default is None and not one.optional]
    return {
        "type": "object",
        "required": needed,
        "properties": {
            one.name: described(one.type, default=one.default)
            if one.name in needed
            else missing_too(described(one.type, default=one.default))
            for one in fields
        },
        "additionalProperties": False,
    }


def _number(scaled: int, places: int) -> float:
    return float(EXACT.scaleb(Decimal(scaled), -places))
