"""The drawn packs and facts reach every construct of the language; otherwise the agreement tests prove little."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from forbear.evaluate import Reference
from strategies.cases import Case, cases
from strategies.operands import kinds_on
from strategies.reach import WANTED, count_policy, count_tables
from strategies.reached import count_answer
from strategies.watched import watched

SEEDS, PACKS = range(12), 20  # runs anew, because one run keeps to what it began with
LEAST = 3


def test_every_construct_is_reached() -> None:
    """Which operator met which kinds of operand is counted where there are more requests: `differential`."""
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
            with watched(seen, kinds_on(case.policy, one.event)):
                answer = Reference(case.policy).decide(one.event, one.facts, one.degraded)
            count_answer(case.policy, one, answer, seen)

    count()
