"""The schema of decision records: every record that the engine makes is valid, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from attrs import fields

from forbear import Engine, EventError
from forbear.cli.demo import story
from forbear.codec import line, record_as_plain, written_fields
from forbear.engine import parse_line
from forbear.records import Amended, Closed, Evidence, Overridden, Owed, PolicyId, Record, Recorded, Said
from forbear.schema.records import WORDS
from schema.checked import complaints, general, of_standard, validator
from stories import standard, stories

CLASSES = (Record, PolicyId, Owed, Recorded, Amended, Closed, Said, Overridden, Evidence)


def written(record: Record) -> dict[str, Any]:
    """A record as it is printed and read again."""
    return json.loads(line(record_as_plain(record)))


@cache
def of_the_demo(lang: str) -> list[dict[str, Any]]:
    with Engine(standard()) as engine:
        return [written(engine.decide(parse_line(text))) for text in story(lang)]


def of_the_stories() -> Iterator[dict[str, Any]]:
    for told in stories():
        with Engine(told.policy, discover=False) as engine:
            for event in told.events:
                try:
                    yield written(engine.decide(event))
                except EventError:
                    assert event["id"] in told.errors


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("make", [general, of_standard])
def test_every_record_of_the_demo_is_valid(lang, make):
    assert [one for record in of_the_demo(lang) for one in complaints(make("records"), record)] == []


def test_the_records_of_the_stories_of_the_standard_pack_is_valid():
    found = [*of_the_stories()]
    assert len(found) > 50
    assert [one for record in found for one in complaints(general("records"), record)] == []
    assert [one for record in found for one in complaints(of_standard("records"), record)] == []


def test_a_record_without_a_required_field_is_refused():
    (record, *_) = of_the_demo("en")
    needed = [name for name, sometimes in written_fields(Record).values() if not sometimes]
    assert len(needed) > 10
    for name in needed:
        assert complaints(general("records"), {key: value for key, value in record.items() if key != name}), name


def broken(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {**record, "surprise": 1}
    yield {**record, "at": "yesterday"}
    yield {**record, "late": "no"}
    yield {**record, "fired": "response.first-strike"}
    yield {**record, "policy": {**record["policy"], "author": "me"}}
    yield {**record, "obligations": [{"id": "o1", "owe": "warning", "to": "advisor"}]}
    yield {**record, "obligations": [{"id": "o", "owe": "w", "to": "a", "due": record["at"], "with": {}, "start": "x"}]}
    yield {**record, "recorded": [{"id": "l1"}]}
    yield {**record, "degraded": ["response"]}
    yield {**record, "evidence": [{"start": "0", "end": 3, "kind": "insult", "text": ""}]}


@pytest.mark.parametrize("number", range(10))
def test_a_broken_record_is_refused(number):
    record = of_the_demo("en")[2]
    assert complaints(general("records"), record) == []
    assert complaints(general("records"), [*broken(record)][number])


@pytest.mark.parametrize("outcome", [{"respons": "warn"}, {"response": "wran"}, {"response": None}], ids=str)
def test_a_schema_made_for_a_pack_knows_its_outcomes(outcome):
    record = {**of_the_demo("en")[2], "outcome": outcome}
    assert complaints(general("records"), record) == []
    assert complaints(of_standard("records"), record)


def test_every_field_is_described_and_no_other():
    assert {kind.__name__: {one.name for one in fields(kind)} for kind in CLASSES} == {
        name: {*words} for name, words in WORDS.items()
    }


def test_a_record_of_another_pack_has_its_own_outcomes():
    names = {"pack.yaml": "pack: tiny\nversion: 1.0.0\nlanguage: 1\n"}
    text = (
        "decision: mood\nasked_on: [tick]\noutcome: {type: int, range: [0, 3]}\nfallback: 0\nrules: [{otherwise: 2}]\n"
    )
    from forbear.language.pack import build_policy, pack_from_texts

    policy = build_policy(pack_from_texts({**names, "mood.yaml": text}))
    with Engine(policy, discover=False) as engine:
        record = written(engine.decide({"id": "e1", "at": "2026-03-02T09:00:00Z", "type": "tick"}))
    assert complaints(validator("records", policy), record) == []
    assert complaints(validator("records", policy), {**record, "outcome": {"mood": 4}})
