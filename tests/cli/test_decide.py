"""`forbear decide`: one pure decision on given facts."""

from __future__ import annotations

import json

import pytest

from commands import forbear

HEARD = {"speech.hostile": True, "speech.frustrated": False, "speech.target": "advisor", "speech.category": "insult"}


def test_facts_give_an_outcome_with_the_rules_that_fired():
    facts = json.dumps({**HEARD, "history.first_warning_spoken": True}, indent=2)
    result = forbear("decide", "--facts", "-", "--json", given=facts)
    assert result.status == 0
    (answer,) = result.lines
    assert answer["outcome"]["response"] == "final_warning"
    assert "response.second-strike" in answer["fired"]
    assert (answer["owes"], answer["records"]) == (["final_warning"], ["warning"])
    assert answer["degraded"] is None
    assert answer["facts"]["history.first_warning_spoken"] is True


def test_people_read_outcome_and_rule():
    result = forbear("decide", "--facts", "-", given=json.dumps(HEARD))
    assert result.status == 0
    assert "response: warn  response.first-strike" in result.out


def test_both_evaluators_decide_alike():
    answers = [
        forbear("decide", "--facts", "-", "--json", "--evaluator", name, given=json.dumps(HEARD)).lines
        for name in ("compiled", "reference")
    ]
    assert answers[0] == answers[1]


def test_a_setting_changes_the_decision():
    facts = json.dumps({**HEARD, "speech.category": "threat"})
    result = forbear("decide", "--facts", "-", "--json", "--set", "threat_ends_contact=true", given=facts)
    assert result.lines[0]["outcome"]["response"] == "end_contact"


def test_a_missing_fact_is_a_problem_with_a_reason_and_nobody_is_punished():
    result = forbear("decide", "--facts", "-", "--json", given='{"speech.hostile": true}')
    assert result.status == 1
    (answer,) = result.lines
    assert answer["outcome"]["response"] == "listen"
    assert "is missing" in answer["degraded"]["response"]
    assert answer["records"] == []


def test_values_are_shown_as_they_are_never_as_markup():
    facts = {**HEARD, "advisor.name": "[/b]", "manager.name": "[red]\x1b[31m"}
    result = forbear("decide", "--facts", "-", given=json.dumps(facts))
    assert result.status == 0
    assert "advisor_shown: [/b]" in result.out
    assert "\x1b" not in result.out


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (b"", "JSON"),
        (b"[1]", "object"),
        (b"{", "JSON"),
        (b'{"advisor.name": "Sam",\n"manager.name": "\xff"}', "UTF-8"),
        (b'{"no.such.fact": 1}', "no.such.fact"),
        (b'{"event.type": "tock"}', "tock"),
        (b'{"event.type": ["tick"]}', "event type"),
        (b'{"conduct": "rude"}', "conduct"),
        (b'{"conduct": "abuse", "category": "insult", "offence.status": "upheld"}', "event.type"),
    ],
)
def test_facts_that_cannot_be_taken_say_why_and_end_with_2(facts, reason):
    result = forbear("decide", "--facts", "-", "--json", given=facts)
    assert (result.status, result.stdout) == (2, b"")
    assert reason in result.err


def test_a_missing_file_or_option_cannot_run(tmp_path):
    assert "cannot be read" in forbear("decide", "--facts", tmp_path / "none.json").err
    missing = forbear("decide")
    assert missing.status == 2
    assert "--facts" in missing.err
