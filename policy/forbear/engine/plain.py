"""Anything that a host or a plugin hands over → plain JSON data of its own, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from forbear.errors import ForbearError

MAX_DEPTH = 50
MAX_BITS = 4096  # some 1,200 digits; Python refuses to write out much longer numbers

Given = None | bool | int | float | Decimal | str | list["Given"] | dict[str, "Given"]
"""JSON data as it came in: a fraction is still a Decimal where it was read from JSON."""


class NotPlain(ForbearError):
    """A value is not JSON, or more than any honest event needs."""


def as_plain(value: object, depth: int = MAX_DEPTH) -> Given:
    """A copy of the value in dicts and lists. Raises NotPlain, whose message tells nothing of the content."""
    match value:
        case None | bool() | str():
            return value
        case float() | Decimal():
            if not Decimal(value).is_finite():
                raise NotPlain("holds NaN or an infinity, which JSON does not have")
            return value
        case int():
            if value.bit_length() > MAX_BITS:
                raise NotPlain("holds a number of more than 1,000 digits")
            return value
        case Mapping() | list() | tuple() if depth == 0:
            raise NotPlain(f"is nested more than {MAX_DEPTH} levels deep; make it flatter")
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise NotPlain("has a key that is not a text")
            return {key: as_plain(one, depth - 1) for key, one in value.items()}
        case list() | tuple():
            return [as_plain(one, depth - 1) for one in value]
        case _:
            raise NotPlain(f"holds a {type(value).__name__}, which JSON does not have")


def sort_of(value: object) -> str:
    """A value for a reason that is kept and shown: a number as it is, of a text only its length."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            text = str(value)
            return text if len(text) <= 25 else "a very long number"
        case str():
            return f"a text of {len(value)} characters"
        case list() | tuple():
            return f"a list of {len(value)}"
        case _:
            return "an object"
