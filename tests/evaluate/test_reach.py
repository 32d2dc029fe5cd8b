"""The drawn packs and facts reach every construct of the language; otherwise the agreement tests prove little."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from forbear.evaluate import Reference
from strategies.cases import Case, cases
from strategies.reach import WANTED, count_policy, count_tables
from strategies.reached import count_answer

SEEDS, PACKS = range(12), 18  # runs anew, because one run keeps to what it began with
LEAST = 3


def test_every_construct_is_reached() -> None:
    """Which operator met which kinds of operand is counted by `make differential` and of the corpus."""
    seen: Counter[str] = Counter()
    for number in SEEDS:
        _drawn(number, seen)
    assert {name: seen[name] for name in sorted(WANTED) if seen[name] < LEAST} == {}, dict(seen)


def _drawn(number: int, seen: Counter[str]) -> None:
    """Count what the packs of one seed reach; the same on every run."""

    @seed(number)
    @settings(
        max_examples=PACKS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases())
    def count(case: Case) -> None:
        count_policy(case.policy, seen)
        count_tables(case.files, seen)
        for one in case.questions:
            count_answer(case.policy, one, Reference(case.policy).decide(one.event, one.facts, one.degraded), seen)

    count()
