"""Events: what `Engine.decide` and `forbear run` take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forbear.engine.events import MAX_ID, MAX_SHOWS, MAX_TEXT
from forbear.language import ir
from forbear.language.events import AS_DECIDED, COMMON, EVENT_TYPES, Field, is_whole
from forbear.language.types import IntType, describe
from forbear.records import Plain
from forbear.schema.shapes import MOMENT, Schema, about, closed, named, ref
from forbear.schema.values import described, missing_too

ID: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_ID}
_MAY_BE_ID = missing_too(ID)
COMMON_FIELDS: dict[str, Schema] = {
    "id": about(
        "Yours. It makes the event idempotent: the same id with the same content changes nothing.",
        {**ID, "not": {"pattern": "^o:.*:overdue$"}},
    ),
    "at": about("When it happened, with a zone (RFC 3339).", MOMENT),
    "type": about("What happened.", {"type": "string"}),
    "contact": about("The contact: a call, a chat, a thread of messages. `null`: there is none.", _MAY_BE_ID),
    "customer": about("The customer. Left out: that of the contact. `null`: withheld, with an empty past.", _MAY_BE_ID),
    "advisor": about("The advisor. Left out: that of the contact. `null`: there is none.", _MAY_BE_ID),
    "facts": {},  # see `definitions`
}
TYPES = {
    "contact_started": "A contact begins; its facts hold until it ends.",
    "contact_offered": "Somebody waits: who takes it, how soon, on which channel?",
    "utterance": "Somebody says or writes something.",
    "message_drafted": "An advisor or a bot is about to send something.",
    "contact_ended": "A contact ends.",
    "obligation_closed": "Somebody did what was owed, or could not, or was let off.",
    "offence_reviewed": "A person has looked at an offence.",
    "appeal_lodged": "Somebody appeals against an offence.",
    "appeal_decided": "A person has decided an appeal.",
    "override": "A person sets the outcome of a decision, for a contact or for a customer.",
    "need_noted": "A customer needs adjustment.",
    "consent_changed": "A customer agrees to something, or no longer.",
    "customers_merged": "Two ids turn out to be one customer.",
    "customers_split": "They turn out not to be.",
    "erase": "A customer is to be forgotten.",
    "tick": "Time passes: what is overdue, who is next?",
}
FIELDS = {
    "channel": "The channel, such as voice or chat.",
    "speaker": "Who speaks. An advisor's own words never bring a strike.",
    "author": "Who is about to send it.",
    "kind": "What is about to be sent; `announcement` is what a queue says.",
    "text": "What was said, or is about to be. It is judged and not kept.",
    "lang": "Its language; `auto` leaves that to the plugin.",
    "before": "Earlier turns, oldest first.",
    "shows": "Words that the text must have in it, such as names. They are not kept.",
    "reason": "Why, in words.",
    "obligation": "An id, or `latest`, or `latest:manager_callback` for the latest of a kind.",
    "how": "How it ended. Only `done` counts as carried out.",
    "by": "Who says so.",
    "note": "A note. It is not kept.",
    "offence": "An id, or `latest`.",
    "verdict": "What that person found.",
    "appeal": "An id, or `latest`: of the offence, where one is named.",
    "decision": "The decision whose outcome is set.",
    "outcome": "The outcome, or `as_decided` to withdraw the one before.",
    "need": "What helps, never a diagnosis; `none` where nothing is needed any more.",
    "purpose": "What for, such as promotion.",
    "state": "Whether it was given or withdrawn.",
    "other": "The other id.",
}
_TURN = closed({"speaker": {"type": "string"}, "text": {"type": "string"}}, required=("speaker", "text"))
_SHOWN: Schema = {"type": "string", "maxLength": MAX_TEXT}
_LISTS: dict[str, Schema] = {
    "before": {"type": ["array", "null"], "maxItems": 1000, "items": _TURN},
    "shows": {"type": ["array", "null"], "maxItems": MAX_SHOWS, "items": _SHOWN},
}


def events(policy: ir.Policy | None) -> Schema:
    """One event. With a policy, its own types and its facts too."""
    return {
        "title": "Forbear event",
        "description": "What happened, as a host tells the engine.",
        **event(policy),
        "$defs": definitions(policy),
    }


def event(policy: ir.Policy | None, more: Sequence[str] = (), needs: Sequence[str] = ("id", "at", "type")) -> Schema:
    """An event of any type with the fields of its type, and with `more` definitions as fields beside."""
    common = {name: ref(name) for name in (*COMMON_FIELDS, *more)}
    cases: list[Plain] = [
        {
            "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
            "then": {**closed({**common, **fields}, required=required), **_beyond_fields(name, policy)},
        }
        for name, (fields, required) in _types(policy).items()
    ]
    return {"type": "object", "required": [*needs], "properties": {**common}, "allOf": cases}


def definitions(policy: ir.Policy | None, *, strict: bool = True) -> Schema:
    """What every event has. Facts and types are those of the policy.

    Without `strict`, as in tests, facts have whatever value, and with no policy an event may be of any type.
    """
    types = _types(policy)
    told = [f"`{name}`: {TYPES[name]}" for name in types if name in TYPES]
    known: Schema = {"enum": [*types]} if strict or policy is not None else {**named(), "examples": [*types]}
    type_ = about(" ".join(["What happened.", *told]), known)
    return {**COMMON_FIELDS, "type": type_, "facts": _facts(policy, strict)}


def _facts(policy: ir.Policy | None, strict: bool) -> Schema:
    found = about("Facts by path; they win over what plugins supply.", {"type": ["object", "null"]})
    if policy is None:
        return found
    facts: Schema = {}
    for path, fact in policy.facts.items():
        shape = described(fact.type, fact.about.get("en", ""), None if fact.default == () else fact.default)
        facts[path] = missing_too(shape) if strict else {"description": shape["description"]}
    return {**found, "properties": facts, "additionalProperties": False}


def _types(policy: ir.Policy | None) -> dict[str, tuple[dict[str, Schema], tuple[str, ...]]]:
    """Each type that a host may send: its own fields, and which of them it needs."""
    found: dict[str, tuple[dict[str, Schema], tuple[str, ...]]] = {}
    for name, known in EVENT_TYPES.items():
        if known.raised:
            continue
        fields = {one: _field(one, field) for one, field in known.fields.items()}
        fields |= {one: about(FIELDS[one], _LISTS[one]) for one in known.lists}
        found[name] = fields, tuple(one for one, field in known.fields.items() if field.required)
    for name, facts in (policy.events if policy is not None else {}).items():
        if name not in EVENT_TYPES:
            found[name] = _own(facts)
    return found


def _beyond_fields(type_: str, policy: ir.Policy | None) -> Schema:
    """What an event of a type needs beside its own fields."""
    if is_whole(type_):
        return {"allOf": [_told("customer")]}
    if type_ != "override":
        return {}
    about_whom: Schema = {"anyOf": [_told("contact"), _told("customer")]}
    if policy is None:
        return about_whom
    outcomes: list[Plain] = [
        {"properties": {"decision": {"const": name}, "outcome": {"enum": [*map(str, one.overrides), AS_DECIDED]}}}
        for name, one in policy.decisions.items()
        if one.overrides
    ]
    return {"allOf": [about_whom, {"anyOf": outcomes or [False]}]}


def _told(name: str) -> Schema:
    return {"properties": {name: {"type": "string"}}, "required": [name]}


def _field(name: str, field: Field) -> Schema:
    said = FIELDS.get(name, "")
    if field.private:
        return about(said, {"type": ["string", "null"], "maxLength": MAX_TEXT})
    shape = about(said or describe(field.type), described(field.type))
    if field.default is not None:
        shape["default"] = field.default
    return shape if field.required else missing_too(shape)


def _own(facts: Mapping[str, ir.Fact]) -> tuple[dict[str, Schema], tuple[str, ...]]:
    """The fields of a type that a pack declares."""
    declared = {path.removeprefix("event."): fact for path, fact in facts.items() if path.startswith("event.")}
    own = {name: fact for name, fact in declared.items() if name not in COMMON}
    shapes = {name: _said(fact) for name, fact in own.items()}
    needed = tuple(name for name, fact in own.items() if fact.default is None and not fact.optional)
    return {name: one if name in needed else missing_too(one) for name, one in shapes.items()}, needed


def _said(fact: ir.Fact) -> Schema:
    unit = fact.type.unit if isinstance(fact.type, IntType) else ""
    return described(fact.type, fact.about.get("en", unit), fact.default)
