"""`*.test.yaml`: cases and stories beside what they test."""

from __future__ import annotations

from forbear.language import ir
from forbear.records import Plain
from forbear.schema.events import definitions, event
from forbear.schema.shapes import ANYTHING, FLAG, TEXT, Schema, about, closed, listed, named, ref
from forbear.schema.values import described
from forbear.testing.cases import CHECKS, FLAGS, LISTS, rules_of

_SAID = {
    "fired": "Rules that must be among those that fired, as decision.rule.",
    "owes": "The obligations created; these and no others.",
    "records": "The entries appended; these and no others.",
    "amends": "The entries amended; these and no others.",
    "closed": "The obligations closed; these and no others.",
    "overdue": "The obligations newly overdue; these and no others.",
    "degraded": "Whether a decision fell back.",
    "late": "Whether the event came after a later one.",
    "error": "Words of the reason why the event was refused.",
    "says": "The texts said, by rules or with what is owed; these and no others. Or text to language to words in it.",
    "left_out": "Candidate to the requirement that left it out; these and no others.",
}


def tests(policy: ir.Policy | None) -> Schema:
    """A file of tests. With a policy, its decisions, rules, facts and events."""
    keys: dict[str, Schema] = {
        "test": about("What the test shows, in words.", TEXT),
        "settings": about("What the centre chose, where it is not the default.", _settings(policy)),
        "given": about("Facts and folds by path, and decisions that are held fixed.", _given(policy)),
        "expect": ref("expect"),
        "story": about("Events through an engine with a ledger in memory.", _story()),
    }
    test: Schema = {
        **closed(keys, required=("test",)),
        "if": {"required": ["story"]},
        "then": {"not": {"anyOf": [{"required": ["given"]}, {"required": ["expect"]}]}},
        "else": {"required": ["given", "expect"]},
    }
    tests: Schema = about("The tests, in order.", {"type": "array", "items": test})
    return {
        "title": "Forbear pack tests",
        "description": "Tests of a policy pack: single cases and whole stories. `forbear test` runs them.",
        **closed({"tests": tests}, required=("tests",)),
        "$defs": {**definitions(policy, strict=False), "expect": _expect(policy), "step": _step(policy)},
    }


def _story() -> Schema:
    return {"type": "array", "items": ref("step"), "minItems": 1}


def _step(policy: ir.Policy | None) -> Schema:
    """An event with what is expected of it; one that must be refused may be malformed."""
    wrong: Schema = {
        "type": "object",
        "properties": {"expect": {"type": "object", "required": ["error"]}},
        "required": ["expect"],
    }
    return {"if": wrong, "then": {"type": "object"}, "else": event(policy, more=("expect",), needs=("at", "type"))}


def _expect(policy: ir.Policy | None) -> Schema:
    known = _known(policy)
    checks: dict[str, Schema] = {}
    for name in CHECKS:
        shape = listed(known.get(name, TEXT)) if name in LISTS else FLAG if name in FLAGS else TEXT
        shape = {"left_out": _LEFT_OUT, "says": _says(policy)}.get(name, shape)
        checks[name] = about(_SAID.get(name, name), shape)
    found = about(
        "What is expected: decisions with their outcomes, and what followed.",
        {"type": ["object", "null"], "properties": dict(checks)},
    )
    if policy is None:
        any_outcome: Schema = {"type": ["string", "number", "boolean", "array"]}
        return {**found, "additionalProperties": any_outcome}
    outcomes = {
        **{name: described(one.outcome_type, one.asks) for name, one in policy.decisions.items()},
        **{name: described(policy.outcome_type(name), one.asks) for name, one in policy.rankings.items()},
    }
    return {**found, "properties": {**outcomes, **checks}, "additionalProperties": False}


_LEFT_OUT: Schema = {"type": ["object", "null"], "additionalProperties": TEXT}


def _says(policy: ir.Policy | None) -> Schema:
    """Names of texts, or of each what it says."""
    text = TEXT if policy is None else named(known=policy.texts)
    words: Schema = {"type": ["object", "null"], "additionalProperties": TEXT}
    if policy is None:
        return {"anyOf": [listed(text), {"type": "object", "additionalProperties": words}]}
    texts: dict[str, Plain] = {name: _words(one) for name, one in policy.texts.items()}
    return {"anyOf": [listed(text), {"type": "object", "properties": texts, "additionalProperties": False}]}


def _words(text: ir.Text) -> Schema:
    languages = {language for each in text.variants.values() for language in each}
    known: dict[str, Plain] = dict.fromkeys(sorted(languages), TEXT)
    return {"type": ["object", "null"], "properties": known, "additionalProperties": False}


def _known(policy: ir.Policy | None) -> dict[str, Schema]:
    """The names that a check may give."""
    if policy is None:
        return {}
    owed, entries = named(known=policy.obligations), named(known=policy.entries)
    return {
        "fired": named(known=rules_of(policy)),
        "owes": owed,
        "closed": owed,
        "overdue": owed,
        "records": entries,
        "amends": entries,
    }


def _settings(policy: ir.Policy | None) -> Schema:
    found: Schema = {"type": ["object", "null"]}
    if policy is None:
        return found
    known: Schema = {
        path.removeprefix("setting."): about(one.about.get("en", path), ANYTHING)
        for path, one in policy.settings.items()
    }
    return {**found, "properties": known, "additionalProperties": False}


def _given(policy: ir.Policy | None) -> Schema:
    """What may be given by name. The values are anything: a test may show what a misfit brings about."""
    found: Schema = {"type": ["object", "null"]}
    if policy is None:
        return found
    known: dict[str, Plain] = {
        **{path: about(one.about.get("en", path), ANYTHING) for path, one in policy.facts.items()},
        **{path: about(one.about.get("en", path), ANYTHING) for path, one in policy.folds.items()},
        **{name: about(one.asks or name, ANYTHING) for name, one in policy.decisions.items()},
        **{path: ANYTHING for facts in policy.events.values() for path in facts},
    }
    return {**found, "properties": known, "additionalProperties": False}
