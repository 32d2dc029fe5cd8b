"""`overridable:` lists outcomes that a person may set; without it, those milder than the rules decide."""

from __future__ import annotations

import pytest

from centre import small
from forbear import PackError

DECISION = """
decisions:
  - decision: step
    asks: What now?
    asked_on: [tick]
    outcome: {outcome}
    hit: {hit}
    fallback: {fallback}
{more}    rules:
      - {{rule: all, then: {then}, BECAUSE}}
"""


def pack(
    outcome: str = "[low, middle, high]", hit: str = "first", fallback: str = "low", then: str = "low", more: str = ""
) -> str:
    return DECISION.format(outcome=outcome, hit=hit, fallback=fallback, then=then, more=f"    {more}\n" if more else "")


def overrides(**given: str) -> tuple[object, ...]:
    return small(pack(**given)).decisions["step"].overrides


@pytest.mark.parametrize("hit", ["first", "unique", "priority"])
def test_where_nothing_is_listed_all_but_the_severest_may_be_set(hit: str) -> None:
    assert overrides(hit=hit) == ("low", "middle")


def test_and_none_that_is_grave() -> None:
    assert overrides(more="grave: [middle]") == ("low",)


def test_what_is_listed_may_be_set_grave_or_not() -> None:
    assert overrides(more="grave: [high]\n    overridable: [high, low]") == ("high", "low")
    assert overrides(more="overridable: []") == ()


@pytest.mark.parametrize(
    ("outcome", "hit", "fallback", "then"),
    [
        ("bool", "first", "false", "true"),
        ("string", "first", "a", "b"),
        ("{type: int, range: [0, 3]}", "first", "0", "1"),
        ("{type: int, range: [0, 3]}", "collect", "0", "1"),
        ("[low, middle, high]", "collect", "[]", "low"),
    ],
)
def test_only_one_value_of_an_enumeration_can_be_set(outcome: str, hit: str, fallback: str, then: str) -> None:
    given = {"outcome": outcome, "hit": hit, "fallback": fallback, "then": then}
    assert overrides(**given) == ()
    with pytest.raises(PackError) as caught:
        overrides(**given, more="overridable: [low]")
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.span.line, problem.span.column) == ("type-mismatch", 9, 18)


@pytest.mark.parametrize(
    ("more", "code"), [("overridable: [hihg]", "unknown-value"), ("overridable: {high: true}", "wrong-shape")]
)
def test_an_outcome_that_does_not_exist_is_refused(more: str, code: str) -> None:
    with pytest.raises(PackError) as caught:
        overrides(more=more)
    assert [one.code for one in caught.value.diagnostics] == [code]


def test_a_ranking_has_no_outcome_to_set() -> None:
    text = """
facts: {people: {list_of: {id: string}}}
decisions:
  - decision: who
    asked_on: [tick]
    over: people
    fallback: as_given
    overridable: [a]
    prefer: [{rule: any, add: 1, BECAUSE}]
"""
    with pytest.raises(PackError) as caught:
        small(text)
    assert [one.code for one in caught.value.diagnostics] == ["unknown-key"]
