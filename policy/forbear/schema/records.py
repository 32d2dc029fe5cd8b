"""Decision records: what `Engine.decide` returns, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

from attrs import fields, has

from forbear.codec import is_plain, written_fields
from forbear.language import ir
from forbear.records import Plain, Record
from forbear.schema.shapes import MOMENT, Schema, about, ref
from forbear.schema.values import described

WORDS: dict[str, dict[str, str]] = {
    "Record": {
        "id": "The decision's id, made from the event's.",
        "event": "The id of the event that was decided.",
        "at": "When the event happened, in UTC.",
        "type": "The type of the event.",
        "policy": "Which policy decided.",
        "evaluator": "Which evaluator decided.",
        "confirmed_by": "The second engine that confirmed a grave outcome; null where none was asked.",
        "degraded": "Per decision that fell back, the reason; null where none did.",
        "late": "Whether the event came after a later one.",
        "outcome": "What each decision asked on this event came to.",
        "fired": "The rules that fired, as decision.rule.",
        "obligations": "What is owed because of this event.",
        "recorded": "The entries that were appended.",
        "facts": "What the decisions asked on this event may read, by path.",
        "amended": "Amendments to earlier entries.",
        "closed": "Obligations that were closed.",
        "overdue": "Obligations newly found overdue.",
        "said": "What rules said themselves.",
        "overridden": "Decision to the person who set its outcome.",
        "erased": "Whether the record is gone, with its customer or because its time was over.",
        "left_out": "Candidate to the rule that left it out.",
        "defaulted": "Facts for which the vocabulary's default stood in.",
        "evidence": "Where signals were found. Never the words.",
        "sources": "Fact to the plugin that supplied it.",
        "plugins": "Plugin to its distribution and version.",
    },
    "PolicyId": {
        "pack": "The pack's name.",
        "version": "Its version.",
        "digest": "A hash of its files and of the settings in force.",
    },
    "Owed": {
        "id": "The obligation's id, with which it is closed.",
        "owe": "What is owed.",
        "to": "Who owes it.",
        "due": "Until when, in UTC.",
        "start": "Not before when, in UTC; left out where at once.",
        "say": "What is said, in every language.",
        "carries": "What it carries.",
        "expires": "When it lapses, in UTC; left out where never.",
    },
    "Overridden": {
        "id": "The entry of the override.",
        "by": "Who set the outcome.",
        "reason": "Why.",
        "decided": "What the rules had decided.",
    },
    "Recorded": {"id": "The entry's id.", "entry": "Its kind."},
    "Amended": {"id": "The entry's id.", "values": "What was amended."},
    "Closed": {"id": "The obligation's id.", "owe": "What was owed.", "how": "How it ended."},
    "Said": {
        "rule": "The rule, as decision.rule.",
        "text": "The text's name.",
        "say": "What is said, in every language.",
    },
    "Evidence": {
        "start": "The first character.",
        "end": "The character behind the last.",
        "kind": "What was found.",
        "text": "Empty in a record: customer text is not kept.",
        "entry": "Empty in a record, as it tells the words.",
        "reason": "Why it is taken to be aimed as it is.",
    },
}


def records(policy: ir.Policy | None) -> Schema:
    """One decision record. With a policy, the outcomes of its decisions too."""
    found: Schema = {}
    _class(Record, found)
    record = found.pop("Record")
    assert isinstance(record, dict)
    if policy is not None and isinstance(properties := record["properties"], dict):
        properties["outcome"] = about(WORDS["Record"]["outcome"], _outcomes(policy))
    return {
        "title": "Forbear decision record",
        "description": "What was decided on one event, and everything that followed.",
        **record,
        "$defs": found,
    }


def _outcomes(policy: ir.Policy) -> Schema:
    asked: Schema = {
        **{name: described(one.outcome_type, one.asks) for name, one in policy.decisions.items()},
        **{name: described(policy.outcome_type(name), one.asks) for name, one in policy.rankings.items()},
    }
    return {"type": "object", "properties": asked, "additionalProperties": False}


def _class(kind: type, found: Schema) -> None:
    """Put the object of a record class among the definitions, and those that it is made of."""
    hints, names, words = get_type_hints(kind), written_fields(kind), WORDS.get(kind.__name__, {})
    properties: Schema = {}
    required: list[Plain] = []
    for one in fields(kind):
        name, sometimes = names[one.name]
        properties[name] = about(words.get(one.name, one.name), _type(hints[one.name], found))
        required += [] if sometimes else [name]
    found[kind.__name__] = {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


_NAMES: dict[object, Plain] = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def _type(hint: object, found: Schema) -> Schema:
    """What JSON has for a type of a record's field."""
    if is_plain(hint):
        return {}
    if hint in _NAMES:
        return {"type": _NAMES[hint]}
    if hint is datetime:
        return MOMENT
    if isinstance(hint, type) and has(hint):
        if hint.__name__ not in found:
            _class(hint, found)
        return ref(hint.__name__)
    inner = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return {"anyOf": [_type(one, found) for one in inner]}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _type(inner[0], found)}
    if get_origin(hint) is Mapping:
        return {"type": "object", "additionalProperties": _type(inner[1], found)}
    raise TypeError(f"a record has a field of type {hint}; say here what JSON has for it")
