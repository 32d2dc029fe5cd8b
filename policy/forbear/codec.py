"""Records as JSON, in the names of the public contract."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast, get_args

from attrs import fields
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from forbear.records import Evidence, Owed, Record

_SOMETIMES = (
    "amended",
    "closed",
    "overdue",
    "said",
    "overridden",
    "erased",
    "left_out",
    "defaulted",
    "evidence",
    "sources",
    "plugins",
)


def _make_converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(datetime, lambda at: at.isoformat())
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text).astimezone(UTC))
    converter.register_structure_hook_func(is_plain, lambda value, _: value)
    converter.register_unstructure_hook_func(is_plain, lambda value: value)
    absent = override(omit_if_default=True)
    for kind, names in (
        (
            Owed,
            {
                "start": override(omit_if_default=True, rename="from"),
                "say": absent,
                "expires": absent,
                "carries": override(rename="with"),
            },
        ),
        (Evidence, {"entry": absent, "reason": absent}),
        (Record, dict.fromkeys(_SOMETIMES, absent)),
    ):
        converter.register_unstructure_hook(kind, make_dict_unstructure_fn(kind, converter, **names))  # type: ignore[arg-type]
        converter.register_structure_hook(kind, make_dict_structure_fn(kind, converter, **names))  # type: ignore[arg-type]
    return converter


def is_plain(kind: object) -> bool:
    """Whether a type is `Plain`, whose values are JSON already."""
    return {bool, int, float, str} <= set(get_args(kind))


_CONVERTER = _make_converter()


def written_fields(kind: type) -> dict[str, tuple[str, bool]]:
    """How a record class is written: each field's name in JSON, and whether it is left out where it does not apply."""
    overrides = getattr(_CONVERTER.get_unstructure_hook(kind), "overrides", {})
    given = {one.name: overrides.get(one.name, override()) for one in fields(kind)}
    return {name: (one.rename or name, bool(one.omit_if_default)) for name, one in given.items()}


def record_as_plain(record: Record) -> dict[str, Any]:
    """The record as JSON data; fields that do not apply are left out."""
    return cast(dict[str, Any], _CONVERTER.unstructure(record))


def record_from_plain(plain: dict[str, Any]) -> Record:
    """The record back from its JSON data."""
    return _CONVERTER.structure(plain, Record)


def owed_as_plain(owed: Owed) -> dict[str, Any]:
    """An obligation as JSON data."""
    return cast(dict[str, Any], _CONVERTER.unstructure(owed))


def owed_from_plain(plain: dict[str, Any]) -> Owed:
    """The obligation back from its JSON data."""
    return _CONVERTER.structure(plain, Owed)


def dumps(value: object) -> str:
    """Compact JSON with sorted keys; what is hashed."""
    return _COMPACT.encode(value)


def line(value: object) -> str:
    """One line of JSON in the order given; stored and printed, so that a record stays as it was."""
    return _PLAIN.encode(value)


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


# Made once: `json.dumps` makes a new encoder with every call that does not take its defaults.
_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_number)
_PLAIN = json.JSONEncoder(ensure_ascii=False, default=_number)
