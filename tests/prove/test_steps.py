"""What the engine does to a ledger, a step of the proof can do to its state: random histories, read before and after.

`make prove-check` takes a hundred thousand steps, counts them, and fails where they were fewer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

import pytest
import z3
from attrs import define, field, frozen

from centre import engine
from forbear import Engine, Policy, Record, load_policy
from forbear.codec import record_from_plain
from forbear.engine.events import parse_event
from forbear.engine.naming import contact_of, inherit, resolve
from forbear.engine.pure import type_at
from forbear.errors import EventError, ForbearError
from forbear.evaluate.reference import evaluate
from forbear.language.types import ListType, RecordsType, Value, fit
from forbear.ledger.entries import attributes, to_micros
from forbear.ledger.store import Transaction
from forbear.prove.horn import Around, Problem, merged, pose, transitions, variables_of
from forbear.prove.moment import Settings
from forbear.prove.nesting import Nesting
from forbear.prove.state import State, Track, make_state, track
from forbear.prove.stepping import Step
from forbear.prove.terms import Codes, Members, constant
from forbear.records import Event
from prove.strikes import Walk, strikes
from strategies.profile import FACTOR

HISTORIES = int(2 * FACTOR) if FACTOR > 1 else 1
EVENTS = 60
BATCH = 10

Numbers = Mapping[str, Value]  # a state: its numbers, sums and values by name


@frozen
class Someone:
    """The contact and the customer of whom a state tells; the contact is the customer's, or nobody's."""

    contact: str
    customer: str
    of_customer: bool


WATCHED = (Someone("c1", "u1", True), Someone("c3", "u2", False))


@define
class Watcher:
    """Knows every step of a policy, and says whether one of them leads from one state to another."""

    policy: Policy
    problem: Problem
    steps: Mapping[str, Step]
    ways: Mapping[str, Any]  # what happens beside events → its formula
    _solvers: dict[str, Any] = field(factory=dict)

    def number(self, state: State, told: Numbers) -> Iterator[Any]:
        """That a state is the one that was read."""
        for name, value in told.items():
            yield state.terms[name] == constant(value, self.problem.settings.codes)

    def can(self, hops: list[Hop], before: Numbers, after: Numbers, whom: Someone) -> bool:
        """Whether some events in a row can make one state of the other."""
        if not hops:
            return before == after
        problem, mine = self.problem, self.problem.steps.of_customer == whom.of_customer
        given = [*self.number(problem.before, before), *self.number(problem.after, after), mine]
        if len(hops) == 1:
            return self._solver(hops[0].name).check(*given, *hops[0].given) == z3.sat
        solver, states = z3.Solver(), [problem.before, *(self._between(n) for n in range(1, len(hops))), problem.after]
        solver.add(given)
        for n, hop in enumerate(hops):
            formula = z3.And(self._formula(hop.name), *hop.given)
            solver.add(_placed(problem, formula, states[n], states[n + 1], n))
        return solver.check() == z3.sat

    def can_merge(self, before: Numbers, other: Numbers, after: Numbers) -> bool:
        """Whether a customer of one state and one of another can come to be one as in a third."""
        problem, solver = self.problem, z3.Solver()
        theirs = make_state(problem.before.tracks, "other ")
        for state, numbers in ((problem.before, before), (theirs, other), (problem.after, after)):
            solver.add(*self.number(state, numbers))
        return solver.check(merged(problem.before, theirs, problem.after)) == z3.sat

    def _solver(self, name: str) -> Any:
        if name not in self._solvers:
            solver = z3.Solver()
            solver.add(self._formula(name))
            self._solvers[name] = solver
        return self._solvers[name]

    def _formula(self, name: str) -> Any:
        return self.ways[name]

    def _between(self, n: int) -> State:
        terms = {name: z3.Const(f"{n}| {name}", term.sort()) for name, term in self.problem.before.terms.items()}
        return State(self.problem.before.tracks, terms)


@frozen
class Hop:
    """One event, or something beside events, and what is known of it."""

    name: str
    given: tuple[Any, ...] = ()


def _placed(problem: Problem, formula: Any, before: State, after: State, n: int) -> Any:
    """A formula about one step as one about the step at a place of a row."""
    places = {str(term): before.terms[name] for name, term in problem.before.terms.items()}
    places |= {str(term): after.terms[name] for name, term in problem.after.terms.items()}
    kept = str(problem.steps.of_customer)
    pairs = [
        (one, places.get(str(one), z3.Const(f"{n}| {one}", one.sort())))
        for one in variables_of([formula])
        if str(one) != kept
    ]
    return z3.substitute(formula, *pairs)


def watcher(policy: Policy) -> Watcher:
    """A watcher of all that a policy counts of one customer and one contact."""
    fixed = {path: one.value for path, one in policy.settings.items()}
    settings = Settings(policy, Codes(), fixed)
    folds = [path for path, fold in policy.folds.items() if track(fold) is not None]
    problem = pose(policy, settings, Nesting(policy, settings), policy.invariants[0], folds, Around())
    steps = {step.event: step for step in problem.every}
    return Watcher(policy, problem, steps, dict(transitions(problem)))


# --- the ledger, as a state


def read(watcher: Watcher, ledger: Transaction, whom: Someone, at: int) -> Numbers:
    """What a ledger holds of somebody at a moment, counted entry by entry."""
    found: dict[str, Value] = {}
    for one in watcher.problem.before.tracks:
        kept = list(_kept(watcher.policy, ledger, one, getattr(whom, one.fold.scope), at))
        found[f"{one.path} #"] = len(kept)
        if one.adds:
            found[f"{one.path} +"] = sum(int(str(values.get(one.fold.of, 0))) for values in kept)
        if one.holds:
            value = kept[0 if one.fold.operator == "first" else -1].get(one.fold.of) if kept else None
            found[f"{one.path} ?"] = value is not None
            found |= {f"{one.path} =": value} if value is not None else {}
    return found


def _kept(policy: Policy, ledger: Transaction, one: Track, id_: str, at: int) -> Iterator[Mapping[str, Value]]:
    settings = {path: setting.value for path, setting in policy.settings.items()}
    kind = policy.entries[one.fold.entry]
    for entry in ledger.entries(one.fold.entry, one.fold.scope, id_, None, at):
        values = attributes(entry, at, kind)
        if one.base is None or evaluate(one.base, {**settings, **values}) is True:
            yield values


# --- an event, as what is known of a step


def told(watcher: Watcher, record: Record, event: Event, whom: Someone, mine: bool) -> Hop | None:
    """An event with all that was decided on it, None where no state is changed by such events."""
    step = watcher.steps.get(record.type)
    if step is None:
        return None
    return Hop(record.type, tuple(_told(watcher, step, record, event, whom, mine)))


def _told(watcher: Watcher, step: Step, record: Record, event: Event, whom: Someone, mine: bool) -> Iterator[Any]:
    policy, moment, codes = watcher.policy, step.moment, watcher.problem.settings.codes
    yield step.here == (event.contact == whom.contact)
    yield step.mine == mine
    label = moment.label
    for name in policy.plans[record.type].decisions:
        yield z3.Bool(f"{label}fallen {name}") == (name in (record.degraded or {}))
        yield z3.Bool(f"{label}set {name}") == (name in record.overridden)
    for name in ("contact", "customer", "advisor"):
        there = moment.there(f"event.{name}")
        if not z3.is_true(there):
            yield there == (getattr(event, name) is not None)
    known = {**moment.variables, **moment.folds, **{name: one.value for name, one in moment.outcomes.items()}}
    for path, term in known.items():
        value = record.outcome.get(path, record.facts.get(path))
        kind = type_at(policy, record.type, path)
        there = moment.there(path)
        if kind is None or isinstance(kind, ListType | RecordsType) or isinstance(term, Members):
            continue
        if value is not None:
            yield there
            yield term == constant(fit(path, kind, value), codes)
        elif path in policy.plans[record.type].facts and not z3.is_true(there):
            yield z3.Not(there)


# --- histories


@frozen
class Happened:
    """An event, its record, and the customers that are one with its own."""

    record: Record
    event: Event
    group: tuple[int, ...]


def hops(watcher: Watcher, one: Happened, raised: Iterable[Happened], whom: Someone, group: tuple[int, ...]) -> Any:
    """What happened, as rows of steps of which one must be possible."""
    record = one.record

    def hop(each: Happened) -> Hop | None:
        mine = each.event.customer is not None and not set(each.group).isdisjoint(group)
        return told(watcher, each.record, each.event, whom, mine)

    first = hop(one)
    rows = [[first] if first is not None else []]
    beside = {"tick": "time drops entries", "erase": "the customer is erased", "customers_split": "customers are split"}
    if record.type in beside:
        rows += [[*row, Hop(beside[record.type])] for row in rows]
    later = [found for each in raised if (found := hop(each)) is not None]
    return [[*row, *later] for row in rows]


@define
class History:
    """A random history of one engine, each step of it put to the proof."""

    watcher: Watcher
    walk: Walk
    engine: Engine
    taken: int = 0  # steps that were put to the proof
    changed: int = 0  # those of them that changed a state
    merged: int = 0  # merges of two customers each of whom had something
    fired: set[str] = field(factory=set)

    def take(self) -> None:
        """One event; nothing where the engine refuses it."""
        given = self.walk.event()
        with self.engine.store.reading() as ledger:
            try:
                event = inherit(
                    _resolved(self, given, ledger), contact_of(parse_event(given, self.walk.policy), ledger)
                )
            except ForbearError:
                return
        before = {whom: self._read(whom, event) for whom in WATCHED}
        groups = {whom: self._group(whom.customer, event) for whom in WATCHED}
        try:
            record = self.engine.decide(given)
        except EventError:
            return
        self.walk.hear(given, record)
        self.fired.update(record.fired)
        if record.type == "customers_merged":
            self._merge(event, before, groups)
            return
        one = self._happened(record, event)
        raised = [self._raised(record, each) for each in record.overdue]
        for whom in WATCHED:
            self._check(one, raised, whom, before[whom], self._read(whom, event))

    def _merge(
        self, event: Event, before: Mapping[Someone, Numbers], groups: Mapping[Someone, tuple[int, ...]]
    ) -> None:
        assert "customers_merged" not in self.watcher.steps, "a rule is asked on it: that is a step of its own"
        after = {whom: self._read(whom, event) for whom in WATCHED}
        one, other = WATCHED
        if not set(groups[one]).isdisjoint(groups[other]):
            assert after == before
            return
        self.merged += all(any(before[whom][f"{each} #"] for each in self._of_customers()) for whom in WATCHED)
        for whom, beside in ((one, other), (other, one)):
            self._count(before[whom], after[whom])
            assert self.watcher.can_merge(before[whom], before[beside], after[whom]), (before, after)

    def _count(self, before: Numbers, after: Numbers) -> None:
        self.taken += 1
        self.changed += before != after

    def _of_customers(self) -> list[str]:
        return [one.path for one in self.watcher.problem.before.tracks if one.fold.scope == "customer"]

    def _read(self, whom: Someone, event: Event) -> Numbers:
        with self.engine.store.reading() as ledger:
            return read(self.watcher, ledger, whom, to_micros(event.at))

    def _group(self, customer: str | None, event: Event) -> tuple[int, ...]:
        with self.engine.store.reading() as ledger:
            return ledger.group(customer, to_micros(event.at)) if customer is not None else ()

    def _happened(self, record: Record, event: Event) -> Happened:
        return Happened(record, event, self._group(event.customer, event))

    def _raised(self, tick: Record, obligation: str) -> Happened:
        """What was decided on an obligation that a tick found overdue."""
        given = Event(f"{obligation}:overdue", tick.at, "obligation_overdue", fields={"obligation": obligation})
        with self.engine.store.reading() as ledger:
            event, _ = resolve(given, self.walk.policy, ledger)
            decided = ledger.decided(given.id)
        assert decided is not None
        assert decided.record is not None
        return self._happened(record_from_plain(json.loads(decided.record)), event)

    def _check(self, one: Happened, raised: list[Happened], whom: Someone, *states: Numbers) -> None:
        before, after = states
        rows = hops(self.watcher, one, raised, whom, self._group(whom.customer, one.event))
        if any(rows):
            self._count(before, after)
        if any(self.watcher.can(row, before, after, whom) for row in rows):
            return
        record, event = one.record, one.event
        changed = {name: (before.get(name), after.get(name)) for name in {**before, **after}}
        changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
        what = f"{event.type} of {event.contact}, {event.customer} {dict(event.fields)} {record.fired} {record.facts}"
        raise AssertionError(f"no step does what did ({what}): {whom}: {changed}")


def _resolved(history: History, given: Any, ledger: Transaction) -> Event:
    event, _ = resolve(parse_event(given, history.walk.policy), history.walk.policy, ledger)
    return event


@cache
def watched(pack: str) -> Watcher:
    return watcher(strikes() if pack == "strikes" else load_policy(pack))


def run(pack: str, seed: int, events: int = EVENTS, **given: Any) -> History:
    """A history of a pack."""
    one = watched(pack)
    with engine(one.policy, confirm="never") as running:
        history = History(one, Walk(one.policy, Random(seed), **given), running)
        for _ in range(events):
            history.take()
    return history


@pytest.mark.parametrize("batch", range(-(-HISTORIES // BATCH)))
@pytest.mark.parametrize("pack", ["strikes", "abuse"])
def test_a_step_can_do_whatever_the_engine_does(
    pack: str, batch: int, record_property: Callable[[str, object], None]
) -> None:
    seeds = range(batch * BATCH, min(HISTORIES, (batch + 1) * BATCH))
    histories = [run(pack, seed) for seed in seeds]
    record_property("steps", (sum(one.taken for one in histories), sum(one.changed for one in histories)))
    assert sum(one.taken for one in histories) > len(seeds) * EVENTS * 2 // 3


@pytest.mark.parametrize("pack", ["strikes", "abuse"])
def test_two_customers_who_are_merged_have_what_both_had_and_may_lose_it_when_they_are_split(
    pack: str, record_property: Callable[[str, object], None]
) -> None:
    """The walks above hardly ever merge; these do, and split, and merge again."""
    beside = ("customers_merged", "customers_split")
    wanted, told = 1 + int(FACTOR / 20), [0, 0, 0]
    for seed in range(24 * wanted):
        one = run(pack, seed, seldom=0.1, beside=beside)
        told = [told[0] + one.merged, told[1] + one.taken, told[2] + one.changed]
        if told[0] >= wanted:
            break
    assert told[0] >= wanted
    record_property("steps", (told[1], told[2]))


def test_a_merge_cannot_do_what_the_ledger_does_not() -> None:
    one = watched("strikes")
    nothing = {name: 0 for name in one.problem.before.terms if name.endswith(("#", "+"))}
    nothing |= {name: False for name in one.problem.before.terms if name.endswith("?")}
    some = {**nothing, "history.heard #": 2, "history.warned #": 2}
    assert one.can_merge(some, some, {**some, "history.heard #": 4})
    assert not one.can_merge(some, some, some)
    assert not one.can_merge(some, some, {**some, "history.heard #": 4, "history.warned #": 4})
    assert not one.can_merge(nothing, some, {**some, "history.heard #": 3, "history.warned #": 0})


def test_a_step_cannot_do_what_the_engine_does_not() -> None:
    """A relation that allowed everything would pass all the same."""
    one = watched("strikes")
    nothing = {name: 0 for name in one.problem.before.terms if name.endswith(("#", "+"))}
    nothing |= {name: False for name in one.problem.before.terms if name.endswith("?")}
    for event in one.steps:
        for path in ("history.ended #", "history.contacts #", "history.warned #", "history.appeals #"):
            row, after = [Hop(event)], {**nothing, path: 3}
            assert not one.can(row, nothing, after, WATCHED[0]), (event, path)
    assert one.can([Hop("utterance")], nothing, nothing, WATCHED[0])
