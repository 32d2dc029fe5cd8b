"""Whole customers over weeks, each history one test: the standard policy in centres of three places."""

import re
from functools import cache
from pathlib import Path

import pytest
from attrs import evolve

from forbear.language.choosing import under
from forbear.language.ir import Policy
from forbear.language.pack import build_policy, read_pack
from forbear.testing.cases import Expectation, PackTest, Step, read_tests
from forbear.testing.runner import run_test

HERE = Path(__file__).parent
CENTRES = ("everyday", "berlin", "shanghai")
NAMES = [
    (centre, name)
    for centre in CENTRES
    for path in sorted((HERE / centre).glob("*.test.yaml"))
    for name in re.findall(r"^  - test: (.+)$", path.read_text(), re.MULTILINE)
]


@cache
def policy_of(centre: str) -> Policy:
    return build_policy(read_pack(HERE / centre))


def strict(step: Step) -> Step:
    """The step, where no decision may fall back, not even one that it does not name."""
    return evolve(step, expect=(*step.expect, Expectation("degraded", False, step.span)))


@cache
def histories_of(centre: str) -> dict[str, PackTest]:
    read = read_tests(HERE / centre, policy_of(centre))
    return {one.name: evolve(one, story=tuple(map(strict, one.story))) for one in read}


@pytest.mark.parametrize(("centre", "name"), NAMES)
def test_the_history_goes_as_it_should(centre: str, name: str) -> None:
    history = histories_of(centre)[name]
    found = run_test(history, under(policy_of(centre), history.settings))
    assert [f"{one.span}: {one.message}" for one in found.failures] == []


def test_no_history_is_left_out() -> None:
    assert len(NAMES) == len(set(NAMES)) == sum(len(histories_of(centre)) for centre in CENTRES)
    assert len(NAMES) >= 60
