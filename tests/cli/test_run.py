"""`forbear run`: events in, one decision record per event out."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from commands import FORBEAR, dump, events_text, forbear

AT = "2026-03-02T09:00:00+00:00"
TICK = {"id": "t1", "at": AT, "type": "tick"}
KEYS = ["id", "event", "at", "type", "policy", "evaluator", "confirmed_by", "degraded", "late", "outcome", "fired"]
SOMETIMES = {"amended", "closed", "overdue", "defaulted", "evidence", "sources", "plugins", "left_out", "said"}


def tick(number: int) -> dict[str, str]:
    return {**TICK, "id": f"t{number}"}


def test_each_event_gives_one_record_in_order(story):
    events = [json.loads(line) for line in story.lines]
    assert [record["event"] for record in story.result.lines] == [event["id"] for event in events]
    assert story.result.err == ""


def test_a_record_has_the_fields_of_the_contract(story):
    for record in story.result.lines:
        always = [*KEYS, "obligations", "recorded", "facts"]
        assert [key for key in record if key not in SOMETIMES] == always
        assert set(record["policy"]) == {"pack", "version", "digest"}
        for owed in record["obligations"]:
            assert (
                {"id", "owe", "to", "due", "with"}
                <= set(owed)
                <= {"id", "owe", "to", "due", "with", "say", "from", "expires"}
            )
            assert owed["due"].endswith("+00:00")
        for entry in record["recorded"]:
            assert set(entry) == {"id", "entry"}


def test_records_hold_nothing_of_what_was_said(story):
    said = [json.loads(line)["text"] for line in story.lines if "text" in json.loads(line)]
    kept = story.result.out + repr(dump(story.ledger))
    assert len(said) > 5
    assert not [text for text in said if text in kept]


def test_bad_lines_are_reported_and_the_others_decided():
    lines = [
        b"\xef\xbb\xbf" + json.dumps(tick(1)).encode() + b"\r\n",  # a byte order mark, and Windows' line end
        b"\n",
        b"   \r\n",
        b"{not json\n",
        b"[1, 2]\n",
        b'{"id": "x", "at": "2026-03-02T09:00:00Z", "type": "tick", "contact": "\xff"}\n',
        b'{"id": "big", "text": "' + b"a" * 5_000_000 + b'"}\n',
        json.dumps(tick(2)).encode() + b"\n",
        b'{"id": "y", "at": "2026-03-02T09:00:00", "type": "tick"}\n',
        b'{"id": "y", "at": "2026-03-02T09:00:00Z", "type": "tock"}\n',
        b'{"id": "y", "at": "2026-03-02T09:00:00Z", "type": "tick", "facts": {"contact.wiat": 1}}\n',
        b'{"id": "t1", "at": "2026-03-03T09:00:00Z", "type": "tick"}\n',
        b'{"id": "y", "at": "2026-03-02T09:00:00Z", "type": "tick", "n": NaN}\n',
        b'{"id": ' + b"[" * 100_000 + b"\n",
        json.dumps(tick(3)).encode(),  # no line end
    ]
    result = forbear("run", "--json", given=b"".join(lines))
    assert result.status == 1
    assert [record["event"] for record in result.lines] == ["t1", "t2", "t3"]
    reports = dict(line.split(": ", 1) for line in result.err.splitlines())
    assert list(reports) == [f"line {n}" for n in (4, 5, 6, 7, 9, 10, 11, 12, 13, 14)]
    assert "JSON" in reports["line 4"]
    assert "object" in reports["line 5"]
    assert "UTF-8" in reports["line 6"]
    assert "longer" in reports["line 7"]
    assert "zone" in reports["line 9"]
    assert "tick" in reports["line 10"]
    assert "contact.wiat" in reports["line 11"]
    assert "other content" in reports["line 12"]


def test_an_empty_input_is_no_problem():
    for given in (b"", b"\n\n", b"\xef\xbb\xbf\n"):
        result = forbear("run", "--json", given=given)
        assert (result.status, result.stdout, result.err) == (0, b"", "")


def test_a_fact_that_does_not_fit_degrades_the_decision_and_is_no_bad_line():
    heard = {"speech.frustrated": False, "speech.target": "advisor", "speech.category": "insult"}
    event = {**TICK, "type": "utterance", "contact": "c1", "facts": {**heard, "speech.hostile": "yes"}}
    result = forbear("run", "--json", given=events_text(event))
    assert result.status == 0
    (record,) = result.lines
    assert record["outcome"]["response"] == "listen"
    assert "speech.hostile" in record["degraded"]["response"]
    assert not record["recorded"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere.jsonl"], "nowhere.jsonl cannot be read"),
        (["."], "cannot be read"),
        (["--pack", "nowhere"], "bundled: abuse, "),
        (["--set", "offence_window"], "name=value"),
        (["--set", "offence_widow=3"], "did you mean `offence_window`?"),
        (["--set", "offence_window=abc"], "whole number of days from 1 to 3650"),
        (["--set", "offence_window=" + "9" * 6000], "whole number of days"),
        (["--ledger", "mysql://host/db"], "memory:"),
        (["--ledger", "sqlite:///no/such/folder/x.db"], "cannot be opened"),
        (["--ledger", "sqlite:////"], "cannot be opened"),
        (["--evaluator", "crystal-ball"], "give auto, compiled"),
        (["--no-such-option"], "No such option"),
    ],
)
def test_what_cannot_run_says_why_and_ends_with_2(arguments, reason, tmp_path):
    result = forbear("run", *arguments, "--json", cwd=tmp_path)
    assert (result.status, result.stdout) == (2, b"")
    assert reason in result.err


def test_a_file_that_is_no_ledger_is_left_alone(tmp_path):
    (tmp_path / "notes.db").write_text("my notes", encoding="utf-8")
    result = forbear("run", "--ledger", "sqlite:///notes.db", cwd=tmp_path, given=events_text(TICK))
    assert result.status == 2
    assert (tmp_path / "notes.db").read_text(encoding="utf-8") == "my notes"


def test_a_broken_pack_shows_its_problems_and_ends_with_2(tmp_path):
    (tmp_path / "pack.yaml").write_text("pack: p\nversion: 1\nlanguage: 1\nnaem: x\n", encoding="utf-8")
    result = forbear("run", "--pack", tmp_path, "--json")
    assert (result.status, result.stdout) == (2, b"")
    assert "pack.yaml:4:1" in result.err
    assert "unknown-key" in result.err


def test_the_same_events_again_change_nothing(story, tmp_path):
    ledger = tmp_path / "ledger.db"
    url = f"sqlite:///{ledger}"
    first = forbear("run", story.events, "--json", "--ledger", url)
    kept = dump(ledger)
    again = forbear("run", story.events, "--json", "--ledger", url)
    assert again.status == 0
    assert again.stdout == first.stdout == story.result.stdout
    assert dump(ledger) == kept == dump(story.ledger)


def test_both_evaluators_give_the_same_records(story):
    other = forbear("run", story.events, "--json", "--evaluator", "reference")
    assert {record["evaluator"] for record in other.lines} == {"reference"}
    assert {record["evaluator"] for record in story.result.lines} == {"compiled"}
    # Who confirms a grave outcome depends on who decided, and on whether durable-rules works on this Python.
    who = {"evaluator": None, "confirmed_by": None}
    ours, theirs = ([{**record, **who} for record in result.lines] for result in (story.result, other))
    assert ours == theirs
    confirmed = [[bool(record["confirmed_by"]) for record in result.lines] for result in (story.result, other)]
    assert confirmed[0] == confirmed[1]


def test_without_json_people_read_what_was_decided_and_owed(story):
    result = forbear("run", story.events)
    assert (result.status, result.err) == (0, "")
    assert "response=end_contact" in result.out
    assert "farewell by advisor until 2026-03-02 09:08" in result.out


def test_a_reader_who_has_had_enough_is_no_error(story):
    for options in ([], ["--json"]):
        with subprocess.Popen(
            [FORBEAR, "run", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdin
            assert process.stdout
            assert process.stderr
            process.stdin.write(events_text(tick(1)).encode())
            process.stdin.flush()
            if options:
                assert process.stdout.readline().startswith(b'{"id": "d:t1"')
            process.stdout.close()
            process.stdin.write(events_text(*map(tick, range(2, 20))).encode())
            process.stdin.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("command", ["run --json", "check core", "--help", "--version", "plugins"])
def test_a_full_disk_is_said_to_be_full(command, buffered, story):
    """Python itself tries once more to write what it holds back, and then ends with 120."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [FORBEAR, *command.split()],
            input=events_text(TICK).encode(),
            stdout=full,
            stderr=subprocess.PIPE,
            env=env if buffered else {**env, "PYTHONUNBUFFERED": "1"},
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == b"forbear: the output cannot be written: No space left on device\n"


def test_closed_standard_streams_are_endured(story):
    for descriptor in (0, 1, 2):
        done = subprocess.run(
            ["/bin/sh", "-c", f'exec "$0" run --json {descriptor}>&-', FORBEAR],
            input=events_text(TICK).encode() if descriptor else None,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0
        assert done.stderr == b""


def test_json_is_utf8_whatever_the_terminal_speaks(story):
    zh = forbear("demo", "--lang", "zh", "--json", env={"PYTHONIOENCODING": "latin-1"})
    assert zh.status == 0
    assert "我们先停一停" in zh.out


def test_what_events_say_cannot_move_the_cursor_or_write_markup():
    facts = {"advisor.name": "\x1b[2Jx", "manager.name": "[/bold]\u202e", "speech.hostile": False}
    event = {**TICK, "type": "utterance", "contact": "c1", "text": "hello", "facts": facts}
    result = forbear("run", given=events_text(event))
    assert result.status == 0
    assert "[/bold]" in result.out
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out


def test_bare_forbear_and_unknown_commands_explain_themselves():
    assert "run" in forbear("--help").out
    assert forbear("--version").out.startswith("forbear ")
    for arguments in ([], ["runn"]):
        result = forbear(*arguments, env={"COLUMNS": "200"})
        assert result.status == 2
        assert "forbear" in result.out + result.err


def test_relative_and_absolute_ledgers_are_the_same_file(tmp_path):
    forbear("run", "--ledger", "sqlite:///l.db", given=events_text(TICK), cwd=tmp_path)
    again = forbear(
        "run",
        "--json",
        "--ledger",
        f"sqlite:///{os.fspath(tmp_path)}/l.db",
        given=events_text({**TICK, "at": "2027-01-01T00:00:00Z"}),
    )
    assert again.status == 1
    assert "other content" in again.err
