"""Row by row `decide_many` answers as `decide_facts` does by the reference, however the rows are worked out."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest

from differential.columns import first_wrong
from forbear.columns import deciding, groups, masks, spaces, steps, tables
from forbear.columns.deciding import decide_columns
from forbear.language import ir
from in_columns import as_columns, differing, random_rows, spoil
from strategies.cases import Question
from strategies.packs import build, careful_files, pack_texts
from strategies.pen import Dice
from strategies.profile import FACTOR
from strategies.sampling import sampler

PACKS = max(1, int(5 * FACTOR))
ROWS = 40
INFINITE = float("inf")
WAYS: Mapping[str, tuple[tuple[object, str, float], ...]] = {
    "rule by rule": ((masks, "MOST_CONDITIONS", INFINITE), (masks, "MOST_RUNS", INFINITE)),
    "layer by layer": ((masks, "MOST_CONDITIONS", 0), (tables, "ROWS_A_CELL", INFINITE)),
    "some of each": ((masks, "MOST_RUNS", 4), (tables, "ROWS_A_CELL", INFINITE)),
    "from a table of all cells": ((masks, "MOST_CONDITIONS", 0), (tables, "ROWS_A_CELL", 0.001)),
    "in many small spaces": (
        (masks, "MOST_CONDITIONS", 0),
        (tables, "ROWS_A_CELL", INFINITE),
        (spaces, "MOST_CELLS", 3),
        (groups, "MOST_CELLS", 3),
        (spaces, "FEW_CELLS", 1),
        (steps, "FEW", 0),
        (steps, "MOST_STRETCHES", 4),
    ),
}


def drawn(seed: str) -> tuple[ir.Policy, Random]:
    random = Random(seed)
    return build(pack_texts(careful_files(Dice(random)))), random


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One of the ways in which rows are worked out."""
    for module, name, value in WAYS[request.param]:
        monkeypatch.setattr(module, name, value)
    return str(request.param)


@pytest.mark.parametrize("spoilt", [False, True])
def test_every_row_is_decided_as_by_itself(way: str, spoilt: bool) -> None:
    """In half of the packs values are missing, or do not fit, so that decisions fall back row by row."""
    for n in range(PACKS):
        policy, random = drawn(f"{way}:{spoilt}:{n}")
        for event, plan in policy.plans.items():
            rows = random_rows(policy, event, ROWS, random) if plan.decisions else []
            if spoilt:
                spoil(rows, random)
            assert not rows or differing(policy, event, rows) == []


def test_batches_are_decided_as_one() -> None:
    for n in range(PACKS):
        policy, random = drawn(f"batches:{n}")
        for event, plan in policy.plans.items():
            if plan.decisions:
                rows = random_rows(policy, event, ROWS, random)
                spoil(rows, random)
                asked = frozenset(plan.decisions)
                whole = decide_columns(policy, as_columns(rows), asked, None)
                assert decide_columns(policy, as_columns(rows), asked, None, batch=7).equals(whole)


@pytest.mark.parametrize("way", ["from a table of all cells", "rule by rule"], indirect=True)
def test_many_rows_are_shared_out_among_threads(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "LEAST", 5)
    monkeypatch.setattr(deciding, "BATCH", 9)
    monkeypatch.setattr(deciding, "BATCH_OF_CELLS", 9)
    policy, random = drawn("threads:0")
    for event in (event for event, plan in policy.plans.items() if plan.decisions):
        assert differing(policy, event, random_rows(policy, event, ROWS, random)) == []


def test_given_decisions_are_taken_as_they_are() -> None:
    for n in range(PACKS):
        policy, random = drawn(f"given:{n}")
        for event, plan in policy.plans.items():
            plain = [one for one in plan.decisions if policy.decisions[one].hit != "collect"]
            if not plain:
                continue
            rows = random_rows(policy, event, ROWS, random)
            spoil(rows, random)
            told = decide_columns(policy, as_columns(rows), frozenset(plain), None)[plain[0]].to_list()
            outcomes = [random.choice(told) for _ in rows]
            assert (
                differing(policy, event, [{**row, plain[0]: one} for row, one in zip(rows, outcomes, strict=True)])
                == []
            )


def test_the_comparison_of_a_campaign_finds_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a cut was counted at the wrong side, some request of few packs shows it."""
    found = 0
    for broken in (False, True):
        for n in range(12):
            policy, random = drawn(f"fault:{n}")
            event = max(policy.plans, key=lambda one: len(policy.plans[one].decisions))
            draw = sampler(policy, event, random)
            asked = [Question(event, draw.facts(random), draw.degraded(random)) for _ in range(ROWS)]
            wrong = first_wrong(policy, event, asked)
            assert wrong is None or broken, wrong
            found += wrong is not None
        monkeypatch.setattr("forbear.columns.variables.bisect_right", lambda cuts, at: sum(cut < at for cut in cuts))
    assert found
