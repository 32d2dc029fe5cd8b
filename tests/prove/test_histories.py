"""A promise that some history breaks is never proved: random promises, looked at on random histories first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from random import Random

import pytest
from attrs import evolve

from centre import engine, small
from forbear import Engine, Policy
from forbear.engine.events import parse_event
from forbear.errors import EventError
from forbear.evaluate import Reference
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import BoolType, EnumType, IntType, Value
from forbear.language.walk import reads
from forbear.ledger.entries import to_micros
from forbear.ledger.fold import ask
from forbear.prove.histories import NOTHING
from forbear.prove.horn import Around, answer, pose
from forbear.prove.moment import Settings
from forbear.prove.nesting import Nesting
from forbear.prove.state import track
from forbear.prove.terms import Codes
from prove.strikes import TEXT, Walk
from strategies.profile import FACTOR

PROMISES = 60
WALKS = min(25, max(3, int(FACTOR)))
ASKED = max(1, int(6 * FACTOR))


@cache
def promising() -> Policy:
    """The small pack with many random promises."""
    random, known = Random(5), small(TEXT)
    said = [f"      - {{throughout: '{_promise(random, known)}', because: So.}}" for _ in range(PROMISES)]
    head, mark, tail = TEXT.partition("    invariants:\n")
    return small(head + mark + "\n".join(said) + "\n" + tail)


def _promise(random: Random, policy: Policy) -> str:
    folds = [fold for fold in policy.folds.values() if track(fold) is not None and not fold.optional]
    parts = [_atom(random, random.choice(folds)) for _ in range(random.randint(1, 2))]
    if random.random() < 0.6:
        parts.append(f'response != "{random.choice(("warn", "final", "end"))}"')
    return " || ".join(parts)


def _atom(random: Random, fold: ir.Fold) -> str:
    match fold.type:
        case BoolType():
            return random.choice(("", "!")) + fold.path
        case IntType(_, high):
            return f"{fold.path} {random.choice(('<=', '<=', '>=', '!='))} {random.randint(0, min(high, 4))}"
        case EnumType(values):
            return f'{fold.path} {random.choice(("==", "!="))} "{random.choice(values)}"'
        case _:
            raise AssertionError(fold)


def broken(policy: Policy, around: bool) -> set[str]:
    """The promises that random histories break; the promises themselves do not interfere."""
    free, found = evolve(policy, invariants=()), set[str]()
    for seed in range(WALKS):
        with engine(free, confirm="never") as running:
            walk = Walk(free, Random(seed), around=around)
            for _ in range(80):
                given = walk.event()
                past = _past(running, policy, given)
                try:
                    record = running.decide(given)
                except EventError:
                    continue
                walk.hear(given, record)
                if record.type == "utterance" and "response" not in (record.degraded or {}):
                    found |= set(_broken(policy, {**past, "response": str(record.outcome["response"])}))
    return found


def _past(running: Engine, policy: Policy, given: Mapping[str, object]) -> dict[str, Value]:
    """What each fold answers before an event."""
    event, reference, found = parse_event(given, policy), Reference(policy), dict[str, Value]()
    with running.store.reading() as ledger:
        for path, fold in policy.folds.items():
            scope = getattr(event, fold.scope)
            value = ask(fold, policy, ledger, scope, {}, reference.predicate(fold), to_micros(event.at))
            found |= {path: value} if value is not None else {}
    return found


def _broken(policy: Policy, environment: Mapping[str, Value]) -> Iterator[str]:
    for one in policy.invariants:
        if evaluate(one.condition, environment) is False:
            yield one.name


@pytest.mark.parametrize("around", [False, True], ids=["events alone", "whatever happens"])
def test_no_promise_is_proved_that_a_history_breaks(around: bool) -> None:
    policy = promising()
    names = broken(policy, around)
    found = [one for one in policy.invariants if one.name in names]
    assert len(found) > PROMISES // 4
    fixed = {path: one.value for path, one in policy.settings.items()}
    settings = Settings(policy, Codes(), fixed)
    nesting = Nesting(policy, settings)
    for one in found[:ASKED]:
        folds = {path for path in reads(one.condition) if path in policy.folds}
        problem = pose(policy, settings, nesting, one, folds, Around() if around else NOTHING)
        assert answer(problem, 4).verdict != "proved", one.condition
