"""The small shapes that schemas are made of: objects with known keys, names, texts, lists."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from forbear.language.shape import LANGUAGES, NAME
from forbear.records import Plain

Schema = dict[str, Plain]

MAX_NAME = 100
ANYTHING: Schema = {}
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
VALUE: Schema = {**SCALAR, "description": "A plain value, or an expression that begins with `=`."}
TEXT: Schema = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
FLAG: Schema = {"type": "boolean"}
_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
MOMENT: Schema = {
    "type": "string",
    "format": "date-time",
    "pattern": f"^{_DATE}[Tt ]{_TIME}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})$",
}


def ref(name: str) -> Schema:
    """A reference to a definition of the same schema."""
    return {"$ref": f"#/$defs/{name}"}


def whole(pattern: re.Pattern[str]) -> str:
    """A pattern of the readers, which match whole words, as JSON Schema writes it."""
    return f"^({pattern.pattern})$"


def named(pattern: re.Pattern[str] = NAME, known: Iterable[str] | None = None) -> Schema:
    """A name; one of the known ones, where it is known which there are."""
    if known is not None:
        return {"enum": [*known]}
    return {"type": ["string", "number"], "pattern": whole(pattern), "maxLength": MAX_NAME}


def closed(
    keys: Mapping[str, Schema],
    *,
    required: Collection[str] = (),
    known: Iterable[str] | None = None,
    empty: bool = False,
) -> Schema:
    """An object of just these keys, or of those that the reader knows (`known`), whatever is said of each here.

    A key that the reader knows and nobody describes takes anything, so that a schema is never behind the reader.
    """
    order = dict.fromkeys([*required, *(keys if known is None else known)])
    found: Schema = {"type": ["object", "null"] if empty else "object"}
    if required:
        found["required"] = [*required]
    found["properties"] = {key: keys.get(key, ANYTHING) for key in order}
    found["additionalProperties"] = False
    return found


def table(value: Schema, pattern: re.Pattern[str] = NAME, known: Iterable[str] | None = None) -> Schema:
    """An object whose keys are names, each with a value of one shape."""
    found: Schema = {"type": ["object", "null"], "additionalProperties": False}
    if known is not None:
        found["properties"] = dict.fromkeys(known, value)
    else:
        found["patternProperties"] = {whole(pattern): value}
    return found


def listed(item: Schema) -> Schema:
    """A list; a single plain value counts as a list of one."""
    return {"anyOf": [{"type": "array", "items": item}, item]}


def one_of(keys: Iterable[str]) -> list[Plain]:
    """Alternatives of which exactly one key stands in an object."""
    return [{"required": [key]} for key in keys]


def about(text: str, shape: Schema) -> Schema:
    """A shape with the words that an editor shows for it."""
    return {"description": text, **{key: value for key, value in shape.items() if key != "description"}}


_NAMES = {"en": "In English.", "zh": "In Chinese."}
LANGUAGE_KEYS: dict[str, Schema] = {one: about(_NAMES.get(one, one), TEXT) for one in LANGUAGES}
IN_EVERY_LANGUAGE = closed(LANGUAGE_KEYS, required=LANGUAGES)
