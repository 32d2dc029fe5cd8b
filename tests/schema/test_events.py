"""The schema of events takes what the engine takes, and refuses what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from centre import at
from conftest import examples
from forbear.cli.demo import story
from forbear.engine import parse_line
from forbear.engine.events import parse_event
from forbear.errors import EventError, FactError
from forbear.language.events import COMMON, EVENT_TYPES
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.types import (
    BoolType,
    DecimalType,
    EnumType,
    FieldType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    fit,
)
from forbear.schema.events import COMMON_FIELDS, FIELDS, TYPES
from forbear.schema.values import values
from language.small_pack import SMALL
from schema.checked import complaints, general, of_standard, validator

SMALL_POLICY = build_policy(pack_from_texts(SMALL))
OF_SMALL = validator("events", SMALL_POLICY)
WHOLE: dict[str, dict[str, Any]] = {
    "contact_started": {"channel": "voice"},
    "contact_offered": {"channel": "voice"},
    "utterance": {"speaker": "bot", "text": "", "lang": "en", "before": [{"speaker": "customer", "text": "a"}]},
    "message_drafted": {
        "author": "bot",
        "kind": "farewell",
        "text": "",
        "lang": "zh",
        "before": [{"speaker": "customer", "text": "a"}],
        "shows": ["Sam Reed"],
    },
    "contact_ended": {"reason": "done"},
    "obligation_closed": {"obligation": "latest", "how": "done", "reason": "r", "by": "m", "note": "n"},
    "offence_reviewed": {"offence": "latest", "verdict": "upheld", "by": "m", "reason": "r"},
    "appeal_lodged": {"offence": "latest", "by": "u1", "reason": "r"},
    "appeal_decided": {"appeal": "latest", "offence": "l1", "verdict": "granted", "by": "m", "reason": "r"},
    "override": {"decision": "conduct", "outcome": "civil", "by": "m", "reason": "r"},
    "need_noted": {"need": "large print", "by": "m"},
    "consent_changed": {"purpose": "promotion", "channel": "sms", "state": "given", "by": "m"},
    "customers_merged": {"other": "u2", "by": "m", "reason": "r"},
    "customers_split": {"other": "u2", "by": "m", "reason": "r"},
    "erase": {"by": "m", "reason": "r"},
    "tick": {},
    "promise_made": {"within": 5},
}
WHO = {"contact": "c1", "customer": "u1", "advisor": "a7"}
WRONG = [None, "", "a", "a" * 201, "a\u4e2d", 0, 61, 2.5, True, [], {}, ["a"], [{"speaker": "a"}], {"a": 1}, "customer"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("make", [general, of_standard])
def test_every_event_of_the_demo_is_valid(lang, make):
    assert [complaints(make("events"), parse_line(line)) for line in story(lang)] == [[] for _ in story(lang)]


def whole(type_: str) -> dict[str, Any]:
    return {"id": "e1", "at": at(), "type": type_, **WHO, "facts": {"speech.hostile": True}, **WHOLE[type_]}


def is_taken(event: dict[str, Any]) -> bool:
    try:
        parse_event(event, SMALL_POLICY)
    except EventError:
        return False
    return True


def test_an_event_of_every_type_is_valid():
    assert {*WHOLE} == {name for name in SMALL_POLICY.events if not (name in EVENT_TYPES and EVENT_TYPES[name].raised)}
    for type_ in WHOLE:
        assert is_taken(whole(type_))
        assert complaints(OF_SMALL, whole(type_)) == []


@pytest.mark.parametrize("type_", WHOLE)
def test_the_schema_refuses_what_the_engine_refuses_of_each_field(type_):
    for field in whole(type_).keys() - {"at", "type"}:
        without = {name: value for name, value in whole(type_).items() if name != field}
        for event in (without, *({**without, field: wrong} for wrong in WRONG)):
            assert (complaints(OF_SMALL, event) == []) == is_taken(event), event


@given(st.data())
@settings(max_examples=examples(300))
def test_the_schema_takes_just_those_events_that_the_engine_takes(data):
    event = whole(data.draw(st.sampled_from(sorted(WHOLE))))
    for _ in range(data.draw(st.integers(1, 2))):
        fields = sorted({field for name in WHOLE for field in whole(name)} - {"at"})
        field = data.draw(st.sampled_from([*fields, "nonsense"]))
        change = data.draw(st.sampled_from(["drop", "set", "type"]))
        if change == "drop":
            event.pop(field, None)
        elif change == "type":
            event["type"] = data.draw(st.sampled_from([*WHOLE, "obligation_overdue", "tock"]))
        else:
            event[field] = data.draw(st.sampled_from(WRONG))
    assert (complaints(OF_SMALL, event) == []) == is_taken(event), event


@pytest.mark.parametrize("moment", ["2026-03-02", "2026-03-02T09:00:00", "yesterday", 5, None, "2026-13-02T09:00:00Z"])
def test_a_moment_has_a_zone(moment):
    assert complaints(general("events"), {**whole("tick"), "facts": {}, "at": moment})


@pytest.mark.parametrize(
    "moment", ["2026-03-02T09:00:00Z", "2026-03-02T09:00:00.25+08:00", "2026-03-02 09:00:00-05:30"]
)
def test_a_moment_with_a_zone_is_valid(moment):
    assert is_taken({**whole("tick"), "at": moment})
    assert complaints(general("events"), {**whole("tick"), "facts": {}, "at": moment}) == []


def test_ids_of_the_engine_are_refused():
    assert complaints(general("events"), {**whole("tick"), "id": "o:e1:call:overdue"})


FACTS = [
    {"speech.hostle": True}, {"speech.hostile": "yes"}, {"speech.target": "boss"}, {"contact.wait": 3601},
    {"contact.wait": -1}, {"customer.value": 1.5}, {"customer.name": ""},
    {"customer.tags": "vip"}, {"customer.tags": [1]},
]  # fmt: skip


@pytest.mark.parametrize("facts", FACTS, ids=str)
def test_a_schema_made_for_a_pack_knows_its_facts(facts):
    event = {**whole("tick"), "facts": facts}
    assert complaints(general("events"), event) == []
    assert complaints(OF_SMALL, event)


def test_null_means_a_missing_fact():
    assert complaints(OF_SMALL, {**whole("tick"), "facts": dict.fromkeys(SMALL_POLICY.facts)}) == []


KINDS = [
    BoolType(), IntType(-3, 9), DecimalType(2, 0, 150), EnumType(("a", "b")), StringType(), ListType(IntType(0, 5)),
    RecordsType((
        FieldType("id", StringType()), FieldType("free", BoolType(), default=False),
        FieldType("n", IntType(0, 5), optional=True)
    )),
]  # fmt: skip
GIVEN = [
    True, False, -4, -3, 9, 10, 0, 1.5, 1.51, -0.01, 0.715, "", "a", "c", "true", [], [0, 5], [6], ["a"], None, {},
    [{"id": "x"}], [{"id": "x", "free": True, "n": 5}], [{"id": "x", "free": None, "n": None}], [{"free": True}],
    [{"id": "x", "n": 6}], [{"id": "x", "more": 1}], [{"id": ""}], [1],
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
@pytest.mark.parametrize("given", GIVEN, ids=str)
def test_a_value_is_valid_just_where_it_fits(kind, given):
    try:
        fit("a.b", kind, given)
        fits = True
    except FactError:
        fits = False
    assert Draft202012Validator(values(kind)).is_valid(given) == fits


def test_every_type_and_field_is_described():
    assert {*TYPES} == {name for name, one in EVENT_TYPES.items() if not one.raised}
    assert {*COMMON_FIELDS} == COMMON
    assert {*FIELDS} - {"before", "shows"} == {field for one in EVENT_TYPES.values() for field in one.fields}
