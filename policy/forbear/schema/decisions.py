"""Decisions and rankings as a pack writes them."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.language import decisions, rankings
from forbear.language.events import HOW
from forbear.language.shape import NAME, RULE_NAME
from forbear.records import Plain
from forbear.schema.names import Names
from forbear.schema.shapes import (
    IN_EVERY_LANGUAGE,
    SCALAR,
    TEXT,
    VALUE,
    Schema,
    about,
    closed,
    listed,
    named,
    one_of,
    ref,
    table,
)
from forbear.schema.vocabulary import SEEN_BY

WHEN = about(
    "The condition under which the rule holds. In quotes where it begins with `!` or a quote; always, if left out.",
    TEXT,
)
CELLS = about(
    "A cell for each input: a value, [several], a comparison such as '>= 300', or - for anything.",
    {"type": "array", "items": {"anyOf": [SCALAR, {"type": "array", "items": SCALAR, "minItems": 1}]}},
)
_REASONS: dict[str, Schema] = {
    "rule": about("The rule's name: lower-case words joined by hyphens.", named(RULE_NAME)),
    "because": about("Why, for whoever asks, in every language.", IN_EVERY_LANGUAGE),
    "source": about("Where this is written down.", TEXT),
}
_ADD = about("What it adds to the score: a whole number, or an expression that begins with `=`.", VALUE)


def definitions(names: Names) -> Schema:
    """The shapes to which the files of decisions refer."""
    ranking: Schema = ref("ranking")
    return {
        "decision_or_ranking": {
            "if": {"type": "object", "required": ["over"]},
            "then": ranking,
            "else": ref("decision"),
        },
        "value": {"type": ["string", "number", "boolean", "array"], "items": SCALAR},
        "decision": _decision(names),
        "ranking": _ranking(names),
        "rule": _rule(names, WHEN),
        "row": _rule(names, CELLS),
        "otherwise": closed(
            {"otherwise": about("What holds where no rule does; it stands last.", ref("value"))},
            required=("otherwise",),
        ),
        "invariant": _invariant(),
        "requirement": _requirement(WHEN),
        "requirement_row": _requirement(CELLS),
        "preference": _preference(WHEN),
        "preference_row": _preference(CELLS),
        "record": _effect(names.recorded),
        "amend": _amend(names),
        "owe": _owe(names),
        "close": _close(names),
    }


def _head(names: Names) -> dict[str, Schema]:
    """What a decision and a ranking have in common."""
    return {
        "decision": about("The decision's name; other rules read its outcome by it.", named()),
        "asks": about("The question that it answers, for people.", TEXT),
        "asked_on": about("The types of event on which it is decided.", listed(names.event)),
        "invariants": about("Promises: what must never, or always, hold.", _array(ref("invariant"))),
        "seen_by": SEEN_BY,
    }


def _decision(names: Names) -> Schema:
    keys: dict[str, Schema] = _head(names) | {
        "outcome": about("What it may come to: [a, b], mildest first, or a type.", ref("outcome")),
        "grave": about("Outcomes that a second engine must confirm.", listed(named())),
        "overridable": about("Outcomes that a person may set instead; those milder, if left out.", listed(SCALAR)),
        "fallback": about("What holds when facts are refused or a plugin fails. Never grave.", ref("value")),
        "hit": about("Which rule decides, where several hold; `first` if left out.", {"enum": [*decisions.HITS]}),
        "rules": about("The rules, in order.", _array(_or_otherwise("rule"))),
        "table": about("Many alike rules as rows.", _table(_or_otherwise("row"))),
    }
    known = (*decisions.NEEDED, *decisions.KEYS)
    return {**closed(keys, required=decisions.NEEDED, known=known), "oneOf": one_of(("rules", "table"))}


def _ranking(names: Names) -> Schema:
    keys: dict[str, Schema] = _head(names) | {
        "over": about("The list of candidates.", names.candidates),
        "fallback": about(
            "A ranking that cannot be decided leaves the candidates as they were given.", {"enum": [rankings.AS_GIVEN]}
        ),
        "require": about("Who is left in: all must hold, and the first that fails says why.", _rules_of("requirement")),
        "prefer": about("What adds to the score; ties keep the order given.", _rules_of("preference")),
    }
    known = (*rankings.NEEDED, *rankings.KEYS)
    least: list[Plain] = one_of(("require", "prefer"))
    return {**closed(keys, required=rankings.NEEDED, known=known), "anyOf": least}


def rule_keys(names: Names, when: Schema) -> dict[str, Schema]:
    """The keys of rules, those of decisions and those of rankings."""
    return _REASONS | {
        "asked_on": about("Fewer events than the decision's.", listed(names.event)),
        "when": when,
        "then": about("The outcome; an expression begins with `=`.", ref("value")),
        "record": about("Entries to append to the ledger.", ref("record")),
        "amend": about("Earlier entries to amend; `which` says which.", ref("amend")),
        "owe": about("Obligations to create.", ref("owe")),
        "close": about("Open obligations to close.", ref("close")),
        "say": about("Texts to say.", listed(names.text)),
        "add": _ADD,
    }


def _rule(names: Names, when: Schema) -> Schema:
    return closed(rule_keys(names, when), required=("rule", "then"), known=("rule", *decisions.RULE_KEYS))


def _requirement(when: Schema) -> Schema:
    return closed({**_REASONS, "when": when}, required=("rule", "when"))


def _preference(when: Schema) -> Schema:
    return closed({**_REASONS, "when": when, "add": _ADD}, required=("rule", "add"))


def _invariant() -> Schema:
    keys: dict[str, Schema] = {
        "never": about("A condition that never holds after this decision.", TEXT),
        "always": about("A condition that always holds after this decision.", TEXT),
        "throughout": about("A condition that holds after this decision in every history.", TEXT),
        "because": about("Why, in words.", TEXT),
        "source": _REASONS["source"],
    }
    return {**closed(keys, required=("because",)), "oneOf": one_of(("never", "always", "throughout"))}


def _array(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _or_otherwise(rule: str) -> Schema:
    return {"if": {"type": "object", "required": ["otherwise"]}, "then": ref("otherwise"), "else": ref(rule)}


def _table(row: Schema) -> Schema:
    keys: dict[str, Schema] = {
        "inputs": about("The values that the rows look at.", {**listed(TEXT), "minItems": 1}),
        "rows": about("The rules, one a row.", {**_array(row), "minItems": 1}),
    }
    return closed(keys, required=("inputs", "rows"))


def _rules_of(rule: str) -> Schema:
    """A list of rules, or a table of them."""
    return {"if": {"type": "object"}, "then": _table(ref(f"{rule}_row")), "else": _array(ref(rule))}


def _effect(known: Mapping[str, Schema] | None) -> Schema:
    """`[name, {name: {…}}]`; one of them may stand alone."""
    return _effects(named(known=known), _behind(known, table(VALUE)))


def _amend(names: Names) -> Schema:
    """`[{name: {which: …, attribute: …}}]`."""
    needs: Schema = {"type": "object", "required": ["which"]}
    known = None
    if names.recorded is not None:
        attributes = {one: _attributes(shape) for one, shape in names.recorded.items()}
        known = {one: {**table(VALUE, NAME, ["which", *more]), **needs} for one, more in attributes.items()}
    return _effects(None, _behind(known, {**table(VALUE), **needs}))


def _behind(known: Mapping[str, Schema] | None, shape: Schema) -> Schema:
    """An object of names: any, each with a value of one shape, or the known ones, each with its own."""
    if known is None:
        return {**table(shape), "type": "object"}
    return {"type": "object", "properties": dict(known), "additionalProperties": False}


def _effects(name: Schema | None, behind: Schema) -> Schema:
    """A list of names or of objects by name; without `name`, of objects only."""
    several: Schema = {**behind, "minProperties": 1}
    item: Schema = several if name is None else {"if": {"type": "object"}, "then": several, "else": name}
    return {"if": {"type": "array"}, "then": {"items": item}, "else": item}


def _attributes(shape: Schema) -> list[str]:
    known = shape.get("properties")
    return [*known] if isinstance(known, dict) else []


def _owe(names: Names) -> Schema:
    behind = closed({"carries": about("Values that this rule gives it.", table(VALUE))}, empty=True)
    known = names.obligations
    return _effects(named(known=known), {**table(behind, NAME, known), "type": "object"})


def _close(names: Names) -> Schema:
    keys: dict[str, Schema] = {
        "how": about("How it ends.", {"enum": [*HOW]}),
        "by": about("Only those that carry these values.", table(VALUE)),
        "reason": about("Why, in words.", TEXT),
    }
    behind = closed(keys, required=("how",))
    return _effects(None, {**table(behind, NAME, names.obligations), "type": "object"})
