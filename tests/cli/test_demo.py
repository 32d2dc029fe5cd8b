"""`forbear demo`: the shipped story, told as a timeline."""

from __future__ import annotations

import json
import subprocess

import pytest

from commands import FORBEAR, dump, forbear


@pytest.mark.parametrize(("lang", "said"), [("en", "Let us look at it together"), ("zh", "结束联络")])
def test_the_story_is_told_in_both_languages(lang, said):
    result = forbear("demo", "--lang", lang)
    assert (result.status, result.err) == (0, "")
    assert said in result.out.replace("\n", " ").replace("                       ", "")
    assert "\x1b" not in result.out  # no colours into a pipe


def test_json_is_what_run_says_of_the_same_events(story):
    assert forbear("demo", "--json").stdout == story.result.stdout


def test_both_stories_are_decided_alike(story):
    zh = forbear("demo", "--lang", "zh", "--json").lines
    keys = ("type", "outcome", "fired", "degraded")
    for one, other in zip(story.result.lines, zh, strict=True):
        named = {"advisor_shown", "manager_shown"}
        pair = [
            {**record, "outcome": {k: v for k, v in record["outcome"].items() if k not in named}}
            for record in (one, other)
        ]
        assert [pair[0][key] for key in keys] == [pair[1][key] for key in keys]


def test_the_story_shows_anger_heard_and_abuse_ended_and_leaves_nothing_open(story):
    records = story.result.lines
    responses = [record["outcome"]["response"] for record in records if record["type"] == "utterance"]
    assert {"listen", "warn", "final_warning", "end_contact", "carry_on"} == set(responses)
    owed = {owed["id"] for record in records for owed in record["obligations"]}
    closed = {one["id"] for record in records for one in record.get("closed", [])}
    assert closed == owed
    assert not [record for record in records if record["degraded"]]


def test_told_twice_into_one_ledger_it_changes_nothing(story, tmp_path):
    ledger = tmp_path / "demo.db"
    first = forbear("demo", "--ledger", f"sqlite:///{ledger}")
    kept = dump(ledger)
    assert kept == dump(story.ledger)
    assert forbear("demo", "--ledger", f"sqlite:///{ledger}").stdout == first.stdout
    assert dump(ledger) == kept


def test_events_are_printed_as_lines_of_json():
    result = forbear("demo", "--events", "--lang", "zh", env={"PYTHONIOENCODING": "ascii"})
    assert (result.status, len(result.lines)) == (0, len({one["id"] for one in result.lines}))
    assert json.loads(result.out.splitlines()[0])["type"] == "contact_started"


def test_a_picture_is_drawn_also_beside_json(tmp_path):
    result = forbear("demo", "--json", "--svg", tmp_path / "demo.svg")
    assert result.lines[0]["event"]
    assert "Two&#160;angry&#160;customers" in (tmp_path / "demo.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--lang", "fr"], "en or zh"),
        (["--ledger", "nonsense"], "memory:"),
        (["--svg", "no/such/folder/demo.svg"], "cannot be written"),
    ],
)
def test_what_cannot_be_told_says_why(arguments, reason, tmp_path):
    result = forbear("demo", *arguments, cwd=tmp_path)
    assert result.status == 2
    assert reason in result.err


def test_a_reader_who_has_had_enough_of_the_story_is_no_error():
    with subprocess.Popen([FORBEAR, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
