"""The vocabulary of a pack: facts, settings, entries, events, history."""

from __future__ import annotations

from forbear.language import folds, kinds
from forbear.language.ir import AUDIENCES
from forbear.language.kinds import LIST_OF
from forbear.language.shape import NAME, PATH
from forbear.schema.names import Names
from forbear.schema.shapes import (
    FLAG,
    IN_EVERY_LANGUAGE,
    SCALAR,
    TEXT,
    Schema,
    about,
    closed,
    listed,
    named,
    one_of,
    ref,
    table,
    whole,
)

_RANGE: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_SHORT = [*(one for one in kinds.NAMES if one != "decimal"), *(f"list of {one}" for one in kinds.NAMES)]
_WORDS = [*kinds.NAMES, *(f"list of {one}" for one in kinds.NAMES)]
SEEN_BY = about("Who may see it in an explanation; an auditor sees everything.", listed({"enum": [*AUDIENCES]}))
_ENUMERATION: Schema = {"type": "array", "items": named(), "minItems": 1, "uniqueItems": True}
_TYPE = about(
    "What values it takes: bool, int, decimal, string, a list of these, or [a, b] for one of some values.",
    {"anyOf": [{"enum": [*_WORDS]}, _ENUMERATION]},
)
DEFAULT = about(
    "What holds where nothing is given; a text may be given per language.",
    {"if": {"type": "object"}, "then": IN_EVERY_LANGUAGE, "else": {"not": {"type": "null"}}},
)
_DECLARED: dict[str, Schema] = {
    "type": _TYPE,
    "unit": about("What it counts. A time is in seconds, minutes, hours, days or weeks.", named()),
    "range": about("The lowest and the highest value, both included.", _RANGE),
    "places": about("Decimal places, 1 to 9.", {"type": "integer", "minimum": 1, "maximum": 9}),
    "default": DEFAULT,
    "optional": about("May be missing: a rule reads it only where has() holds.", FLAG),
    "about": about(
        "What it is, as a short noun phrase; in every language, or in English.", {"anyOf": [TEXT, IN_EVERY_LANGUAGE]}
    ),
    "seen_by": SEEN_BY,
}
_NEEDS_PLACES: Schema = {
    "if": {"properties": {"type": {"enum": ["decimal", "list of decimal"]}}, "required": ["type"]},
    "then": {"required": ["places", "range"]},
}


def declaration(known: tuple[str, ...], required: tuple[str, ...] = ("type",)) -> Schema:
    """A type with further keys."""
    return {**closed(_DECLARED, required=required, known=known), **_NEEDS_PLACES}


def declared(known: tuple[str, ...]) -> Schema:
    """A type, written short or long."""
    short: Schema = {"anyOf": [{"enum": [*_SHORT]}, _ENUMERATION]}
    several = closed(
        {LIST_OF: about("The values that an item of the list may take.", _ENUMERATION), **_DECLARED},
        required=(LIST_OF,),
        known=[one for one in known if one not in kinds.OF_A_TYPE],
    )
    long: Schema = {"if": {"required": [LIST_OF]}, "then": several, "else": declaration(known)}
    return {"if": {"type": "object"}, "then": long, "else": short}


def definitions(names: Names) -> Schema:
    """The shapes to which the sections refer."""
    return {
        "field": declared(kinds.OF_A_FACT),
        "outcome": declared(kinds.OF_A_TYPE),
        "setting": declaration(kinds.OF_A_SETTING, ("type", "default")),
        "candidates": closed(
            {
                LIST_OF: about(
                    "The fields that each candidate has; `id: string` is one of them.",
                    {**table(ref("field")), "type": "object", "required": ["id"]},
                ),
                "about": _DECLARED["about"],
                "seen_by": SEEN_BY,
            },
            required=(LIST_OF,),
        ),
        "fact": {
            "if": {"type": "object", "required": [LIST_OF], "properties": {LIST_OF: {"type": "object"}}},
            "then": ref("candidates"),
            "else": ref("field"),
        },
        "fold": _fold(names),
    }


def _fold(names: Names) -> Schema:
    asked = {
        "count": "How many such entries there are.",
        "any": "Whether there is such an entry.",
        "sum": "What an attribute of such entries adds up to.",
        "first": "An attribute of the first such entry.",
        "last": "An attribute of the last such entry.",
    }
    keys = {one: about(asked.get(one, one), names.entry) for one in folds.OPERATORS} | {
        "of": about("The attribute, or `age` in seconds.", named()),
        "where": about("A condition on the entry's attributes.", TEXT),
        "scope": about("Whose entries are asked; the centre's, if left out.", {"enum": [*folds.SCOPES]}),
        "window": about("How far back, such as `30 days`, or a setting with a unit of time.", TEXT),
        "by": about(
            "Only entries whose attribute equals that fact: {attribute: fact}.",
            {**table(named(PATH)), "type": "object"},
        ),
        "else": about("What holds where there is no such entry.", SCALAR),
        "range": _DECLARED["range"],
        "about": _DECLARED["about"],
        "seen_by": SEEN_BY,
    }
    needs: Schema = {"sum": ["of", "range"], "first": ["of"], "last": ["of"]}
    shape = closed(keys, known=(*folds.OPERATORS, *folds.KEYS))
    return {**shape, "oneOf": one_of(folds.OPERATORS), "dependentRequired": needs}


_A_FACT = rf"^({NAME.pattern})(\.({NAME.pattern}))+$"


def sections(names: Names) -> dict[str, Schema]:
    """The sections that declare words."""
    facts: Schema = {
        "type": ["object", "null"],
        "patternProperties": {_A_FACT: ref("fact"), whole(NAME): ref("candidates")},
        "additionalProperties": False,
    }
    return {
        "facts": about("What hosts and plugins supply. A fact has a dot in its name; a list of candidates may.", facts),
        "settings": about("What a centre may choose; part of the policy's digest.", table(ref("setting"))),
        "entries": about("The kinds of entry that the ledger may hold, each with its attributes.", _of_fields()),
        "events": about("Types of event that this pack adds; their fields are facts `event.x`.", _of_fields()),
        "history": about("Questions to the ledger, read as `history.x`.", table(ref("fold"))),
    }


def _of_fields() -> Schema:
    return {
        "type": ["object", "null"],
        "patternProperties": {whole(NAME): table(ref("field"))},
        "additionalProperties": False,
    }
