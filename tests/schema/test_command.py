"""`forbear schema`, run as a user runs it, and the copies of its schemas that stand among the documents."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from commands import forbear, write_pack
from forbear import load_policy
from forbear.schema import SCHEMAS, file_name, schema
from language.small_pack import SMALL
from pages import DOCS

COPIES = DOCS / "reference" / "schemas"


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_prints_one_schema_on_one_line(name):
    result = forbear("schema", name)
    assert (result.status, result.err) == (0, "")
    (printed,) = result.lines
    Draft202012Validator.check_schema(printed)
    assert printed == json.loads((COPIES / file_name(name)).read_text(encoding="utf-8"))


def test_the_copies_among_the_documents_are_what_the_command_writes(tmp_path):
    assert forbear("schema", "--out", tmp_path / "new" / "folder").status == 0
    made = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new" / "folder").iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in COPIES.glob("*.json")}
    assert made == kept, "say: forbear schema --out docs/reference/schemas"


def test_one_schema_may_be_written_alone(tmp_path):
    assert forbear("schema", "events", "--out", tmp_path).status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["events.schema.json"]


def test_it_is_made_for_a_pack(tmp_path):
    write_pack(tmp_path / "small", SMALL)
    result = forbear("schema", "events", "--pack", tmp_path / "small")
    assert result.status == 0
    (printed,) = result.lines
    assert "promise_made" in printed["$defs"]["type"]["enum"]
    assert printed["$defs"]["facts"]["properties"]["contact.wait"]["maximum"] == 3600


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say which: packs, tests, events, records"),
        (["evnets"], "there is no schema 'evnets'"),
        (["events", "--pack", "nowhere"], "no bundled pack 'nowhere'"),
        (["events", "--out", __file__], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, said):
    result = forbear("schema", *arguments)
    assert result.status == 2
    assert said in result.err
    assert result.out == ""


@pytest.mark.parametrize("name", SCHEMAS)
@pytest.mark.parametrize("pack", [None, "standard"])
def test_every_schema_is_one(name, pack):
    Draft202012Validator.check_schema(schema(name, load_policy(pack) if pack else None))
