"""`docs/reference/events-and-records.md`: its examples are what the engine takes and gives."""

from __future__ import annotations

import json

from attrs import fields

from forbear import Engine
from forbear.codec import record_as_plain
from forbear.engine import parse_line
from forbear.language.events import EVENT_TYPES
from forbear.records import Record
from pages import DOCS, blocks

PAGE = DOCS / "reference" / "events-and-records.md"


def test_the_example_record_is_the_decision_on_the_example_events():
    events, record = blocks(PAGE, "json")
    with Engine("abuse") as engine:
        decided = engine.decide_all(parse_line(line) for line in events.text.splitlines())
    expected = json.loads(record.text)
    got = record_as_plain(decided[-1])
    # The lexicon may learn to point at more; what the page shows of evidence is its form.
    assert {frozenset(one) for one in got.pop("evidence")} == {frozenset(one) for one in expected.pop("evidence")}
    got["policy"]["digest"] = expected["policy"]["digest"]
    got.pop("defaulted", None)
    assert expected["plugins"] == {"lexicon": "forbear 0.1.0"}
    got["plugins"] = expected["plugins"] if set(got["plugins"]) == {"lexicon"} else got["plugins"]
    assert got == expected
    assert list(got) == list(expected)


def test_every_event_type_stands_in_the_table_with_its_fields():
    text = PAGE.read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    for name, described in EVENT_TYPES.items():
        assert name in rows
        if not described.raised:
            assert [field for field in described.fields if f"`{field}`" not in rows[name]] == []


def test_every_field_of_a_record_is_explained():
    text = PAGE.read_text(encoding="utf-8")
    known = {"event", "at", "type"}  # the event's own
    assert [one.name for one in fields(Record) if one.name not in known and f"`{one.name}`" not in text] == []
