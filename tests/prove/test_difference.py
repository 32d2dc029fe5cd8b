"""What is said to differ between two policies is what deciding every case by both shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from attrs import evolve, field, frozen

from forbear.evaluate import Evaluation, Reference
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import Value
from forbear.prove.cubes import Cube
from forbear.prove.difference import Difference, difference
from forbear.prove.newly import newly
from forbear.prove.seen import Change
from prove.pairs import pair
from prove.test_exhaustive import choices, lists
from strategies.profile import FACTOR
from strategies.tiny import EVENTS, Tiny

PAIRS = max(1, int(20 * FACTOR))
BATCH = 20


@frozen
class Decided:
    """A case, and what both policies make of it."""

    event: str
    environment: Mapping[str, Value]
    before: Evaluation
    after: Evaluation
    ways: Mapping[str, tuple[str, str]] = field(factory=dict)


def cases(tiny: Tiny, before: ir.Policy, after: ir.Policy, own: bool = False) -> Iterator[Decided]:
    """Every case decided by both; with `own`, the settings chosen otherwise are as each policy has them."""
    for settings in choices(tiny.settings):
        policies = [_with(policy, settings, _changed(before, after) if own else set()) for policy in (before, after)]
        both = [Reference(policy) for policy in policies]
        for event in EVENTS:
            for facts in choices(tiny.facts):
                for people in lists(tiny) if event == "contact_offered" else [{}]:
                    given = {"event.type": event, **facts, **people}
                    yield Decided(event, {**settings, **given}, *(one.decide(event, given) for one in both))


def _changed(before: ir.Policy, after: ir.Policy) -> set[str]:
    return {path for path, one in before.settings.items() if after.settings[path].value != one.value}


def _with(policy: ir.Policy, settings: Mapping[str, Value], kept: set[str]) -> ir.Policy:
    chosen = {path: evolve(policy.settings[path], value=value) for path, value in settings.items() if path not in kept}
    return evolve(policy, settings={**policy.settings, **chosen})


def way(policy: ir.Policy, name: str, one: Value, other: Value) -> set[tuple[str, str]]:
    """The ways in which two outcomes differ, as a difference tells them."""
    if one == other:
        return set()
    if isinstance(one, tuple):
        assert isinstance(other, tuple)
        gone = {(f"with {value}", f"without {value}") for value in one if value not in other}
        return gone | {(f"without {value}", f"with {value}") for value in other if value not in one}
    if isinstance(one, int):
        assert isinstance(other, int)
        return {("a number", "a smaller one" if other < one else "a larger one")}
    return {(str(one), str(other))}


def covers(cube: Cube, environment: Mapping[str, Value]) -> bool:
    try:
        return all(evaluate(one.condition, environment) is True for one in cube.literals)
    except KeyError:
        return False


@cache
def compared(seed: int) -> Difference:
    _, before, after = pair(seed)
    return difference(before, after)


def check(seed: int) -> Difference:
    tiny, before, after = pair(seed)
    found = compared(seed)
    assert all(one.partly for one in found.untold)
    assert all(case.confirmed for one in found.changes for case in one.cases)
    _outcomes(found, before, list(cases(tiny, before, after)), own=False)
    if _changed(before, after):
        _outcomes(found, before, list(cases(tiny, before, after, own=True)), own=True)
    _rankings(found, list(cases(tiny, before, after)))
    return found


def _outcomes(found: Difference, before: ir.Policy, every: list[Decided], own: bool) -> None:
    changes = [one for one in found.changes if one.kind == "outcome"]
    ours = {(one.decision, one.before, one.after): one for one in changes if one.own == own}
    for name in before.decisions:
        seen: dict[tuple[str, str], list[Decided]] = defaultdict(list)
        for case in every:
            for one in way(before, name, case.before.outcome[name], case.after.outcome[name]):
                seen[one].append(case)
        told = {key[1:] for key in ours if key[0] == name}
        if own:
            assert told <= seen.keys()
            assert seen.keys() <= {(one.before, one.after) for one in changes if one.decision == name}
        else:
            assert told == seen.keys(), name
        for one in told:
            _covered(ours[name, *one], every, seen[one])
        if not own and before.decisions[name].hit == "first":
            _fired(found, name, every)


def _covered(change: Change, every: list[Decided], seen: list[Decided]) -> None:
    """The conditions hold where the outcomes differ in that way, and nowhere else."""
    cubes = [(event, cube) for case in change.cases for event, cube in zip(case.events, case.cubes, strict=True)]
    taken = [
        case for case in every if any(case.event == event and covers(cube, case.environment) for event, cube in cubes)
    ]
    ids = {id(case) for case in seen}
    assert all(id(case) in ids for case in taken), change
    assert change.more or len(taken) == len(seen), change
    assert taken, change


def _fired(found: Difference, name: str, every: list[Decided]) -> None:
    """Other rules with the same outcome are told where there are any."""
    others = False
    for case in every:
        rules = [{rule for rule in one.fired if rule.startswith(f"{name}.")} for one in (case.before, case.after)]
        others |= case.before.outcome[name] == case.after.outcome[name] and rules[0] != rules[1]
    assert others == any(one.kind == "rules" and one.decision == name for one in found.changes)


def _rankings(found: Difference, every: list[Decided]) -> None:
    told = {one.before for one in found.changes if one.kind == "ranking" and not one.own}
    seen: set[str] = set()
    for case in every:
        one, other = (each.outcome.get("who", ()) for each in (case.before, case.after))
        assert isinstance(one, tuple)
        assert isinstance(other, tuple)
        seen |= {"is taken"} if {*one} - {*other} else set()
        seen |= {"is left out"} if {*other} - {*one} else set()
        seen |= {"one goes before another"} if len(one) == len(other) == 2 and one != other else set()
    assert told == seen


@pytest.mark.parametrize("batch", range(-(-PAIRS // BATCH)))
def test_what_differs_is_what_every_case_shows(batch: int) -> None:
    for seed in range(batch * BATCH, min(PAIRS, (batch + 1) * BATCH)):
        try:
            check(seed)
        except AssertionError as error:
            raise AssertionError(f"pair {seed}: {error}") from error


def test_the_pairs_ask_for_every_answer() -> None:
    found = [compared(seed) for seed in range(20)]
    kinds = {one.kind for each in found for one in each.changes}
    assert kinds >= {"outcome", "rules", "ranking"}
    assert any(one.own for each in found for one in each.changes)
    assert any(not each.changes for each in found)
    assert any(len(one.cases) > 1 for each in found for one in each.changes)


def test_a_promise_that_nobody_is_treated_more_severely_is_what_every_case_shows() -> None:
    verdicts = set()
    for seed in range(14):
        tiny, before, after = pair(seed)
        name = next(
            (name for name, one in before.decisions.items() if one.hit in ("first", "priority", "unique")), None
        )
        if name is None:
            continue
        order = before.decisions[name].type.values
        every = [*cases(tiny, before, after), *cases(tiny, before, after, own=True)]
        severer = any(order.index(case.after.outcome[name]) > order.index(case.before.outcome[name]) for case in every)
        answer = newly(before, after, f"{name}: no severer")
        assert answer.verdict == ("refuted" if severer else "proved"), seed
        assert all(case.confirmed for case in answer.cases)
        assert bool(answer.cases) == severer
        verdicts.add(answer.verdict)
    assert verdicts == {"proved", "refuted"}
