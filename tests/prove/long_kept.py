"""The standard pack with one rule changed, in each of its themes: the answers with kept proofs are those without.

Each proves the whole pack twice: `make prove-check` runs them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from forbear import Policy, load_policy
from forbear.language.files import find_pack
from forbear.language.pack import build_policy, read_pack
from forbear.prove import Report, prove
from forbear.testing.mutation import Mutant, mutants_of
from prove.test_kept import LIMITS, again, answers, kept_of

THEMES = (
    "abuse", "care", "cases", "consent", "journeys", "messaging", "queues", "routing", "service_levels", "wording"
)  # fmt: skip
OF_EACH = 3


@cache
def standard() -> Policy:
    return load_policy("standard")


def changes_of(theme: str) -> list[Mutant]:
    """Every change of a rule of a theme that no pack above it overrides."""
    sources = read_pack(find_pack(theme))
    policy, whole = build_policy(sources), standard()
    ours = {**whole.decisions, **whole.rankings}
    same = {name for name, one in {**policy.decisions, **policy.rankings}.items() if ours[name] == one}
    return [one for one in mutants_of(policy, sources) if one.of in same]


def verdicts(report: Report) -> list[Any]:
    """All that a report says but for the cases that it shows: of those that there are the solver may take any."""
    return [(*one[:3],) if isinstance(one[3], str) else one for one in answers(report)]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proofs of the standard pack as it is."""
    return kept_of(standard(), tmp_path_factory.mktemp("kept"))


@pytest.mark.parametrize("theme", THEMES)
def test_after_a_change_anywhere_the_answers_are_those_without_kept_proofs(theme: str, before: Path) -> None:
    every = changes_of(theme)
    assert len(every) >= OF_EACH
    for mutant in Random(theme).sample(every, OF_EACH):
        policy = mutant.policy(standard())
        report, kept = again(policy, before)
        assert kept.why == ""
        assert 0 < report.kept <= report.asked, (mutant.of, mutant.rule, mutant.said)
        assert verdicts(report) == verdicts(prove(policy, LIMITS)), (mutant.of, mutant.rule, mutant.said)


@pytest.mark.parametrize(
    ("rule", "broken"), [("second-strike", {"response#1", "response#2"}), ("too-unsure-to-end", {"response#3"})]
)
def test_a_change_that_breaks_promises_breaks_them_with_kept_proofs_too(
    rule: str, broken: set[str], before: Path
) -> None:
    (mutant,) = [one for one in changes_of("abuse") if (one.of, one.rule, one.kind) == ("response", rule, "removed")]
    policy = mutant.policy(standard())
    report, _ = again(policy, before)
    assert verdicts(report) == verdicts(prove(policy, LIMITS))
    assert {one.promise.name for one in report.verdicts if one.verdict != "proved"} == broken
