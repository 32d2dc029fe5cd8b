"""A line of JSON → data that nobody else holds, within limits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from forbear.engine.plain import NotPlain, as_plain
from forbear.errors import EventError

MAX_LINE = 1_000_000
MAX_DIGITS = 1_000


def parse_line(line: str) -> dict[str, Any]:
    """One line of JSON as data; fractions stay exact. Raises EventError for anything but one object."""
    if len(line) > MAX_LINE:
        raise EventError(f"the line is longer than {MAX_LINE:,} characters")
    try:
        given = json.loads(
            line.rstrip("\n"),
            parse_float=_fraction,
            parse_int=_whole,
            parse_constant=_refuse_constant,
            object_pairs_hook=_pairs,
        )
    except json.JSONDecodeError as error:
        within = f"line {error.lineno}, " if "\n" in line.strip() else ""
        raise EventError(f"this is not JSON: {error.msg} at {within}column {error.colno}") from None
    except ValueError as error:
        raise EventError(f"this is not JSON: {error}") from None
    except RecursionError:
        raise EventError("the brackets are nested too deeply; an event is flat") from None
    if not isinstance(given, dict):
        raise EventError("an event is a JSON object")
    return own_copy(given)


def _fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{shown(text)} is no number that anybody can use") from None


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number has more than {MAX_DIGITS:,} digits")
    return int(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = Counter(name for name, _ in pairs)
        raise ValueError(f"{shown(names.most_common(1)[0][0])} stands twice in one object")
    return found


def own_copy(given: object) -> dict[str, Any]:
    """The fields of an event as plain data; only `at` may be a datetime. Raises EventError for anything else."""
    if not isinstance(given, Mapping):
        raise EventError('an event is an object such as {"id": …, "at": …, "type": "tick"}')
    told: dict[str, Any] = {}
    for name, value in given.items():
        try:
            told[str(name)] = value if name == "at" and isinstance(value, datetime) else as_plain(value)
        except NotPlain as error:
            raise EventError(f"{shown(name)} {error}") from None
    return told


def shown(value: object) -> str:
    """A value for a message to whoever sent it: one line, and short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
