"""The ten promises that `docs/explanation/proof.md` lists are stated in the standard pack, and proved as it says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from forbear import Policy, load_policy
from forbear.language import ir
from forbear.language.walk import reads
from forbear.prove import Report, prove
from forbear.prove.histories import Limits
from forbear.prove.promises import SPACES
from forbear.prove.questions import Questions
from forbear.prove.same import closure

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "proof.md"
ROWS = re.findall(r"(?m)^\| (\d+)\. .*? \| (.*) \|$", PAGE.read_text(encoding="utf-8"))
STATED = [
    (int(number), *found)
    for number, told in ROWS
    for found in re.findall(r"`(\w+)`: ([^`(]+?\.)(?= \(| `| The|$)(?: \(([^)]+)\))?", told)
]
BESIDE = {
    "": (),
    "nobody overrides": ("nobody overrides an outcome",),
    "no customers that were merged are split again": ("no customers that were merged are split again",),
}


@cache
def standard() -> Policy:
    return load_policy("standard")


@cache
def report() -> Report:
    """What is proved of the decisions that the page names."""
    return prove(standard(), Limits(seconds=60, depth=0), only={decision for _, decision, _, _ in STATED})


def test_ten_are_listed() -> None:
    assert [int(number) for number, _ in ROWS] == [*range(1, 11)]
    assert {number for number, *_ in STATED} == {*range(1, 10)}


@pytest.mark.parametrize(("number", "decision", "because", "beside"), STATED)
def test_each_is_proved_under_all_settings(number: int, decision: str, because: str, beside: str) -> None:
    found = [one for one in report().verdicts if (one.promise.decision, one.promise.because) == (decision, because)]
    (one,) = found
    assert one.verdict == "proved"
    assert one.regions == ()
    over = one.throughout
    assert over is None or over.fixed == ()
    taken = over.answer.around.left_out() if over is not None else one.presumed
    assert taken == BESIDE[beside]


def test_the_settings_that_are_taken_as_chosen_are_read_by_none_of_them() -> None:
    policy, questions = standard(), Questions(standard())
    assert questions.settings.fixed
    for _, decision, because, _ in STATED:
        one = next(one for one in policy.invariants if (one.decision, one.because) == (decision, because))
        paths = {path for path in reads(one.condition) if path.partition(".")[0] not in SPACES}
        for event in one.asked_on:
            moment = questions.moments[event]
            read = moment.depends(paths) | (closure(moment, decision) if one.about else set())
            assert read
            assert not read & questions.settings.fixed.keys(), one.name


def test_who_is_abused_does_not_make_the_call_that_follows() -> None:
    policy = standard()
    assert policy.obligations["manager_callback"].to == "manager"
    other = policy.obligations["advisor_callback"]
    assert other.to == "specialist"
    assert ("not_by", ir.Read("history.offended")) in other.values


def test_every_obligation_has_an_owner_a_due_time_and_an_end() -> None:
    for one in standard().obligations.values():
        assert one.to, one.name
        assert one.due is not None, one.name
        assert one.closes, one.name
