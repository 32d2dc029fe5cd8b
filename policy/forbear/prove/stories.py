"""A broken promise as a story: the shortest way to it that a solver finds, replayed on the engine before it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import z3
from attrs import evolve, frozen

from forbear.engine import Engine
from forbear.engine.pure import type_at
from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.events import COMMON, EVENT_TYPES
from forbear.language.types import ListType, RecordsType, Type, show
from forbear.prove.horn import Problem, variables_of
from forbear.prove.moment import Moment
from forbear.prove.state import make_state
from forbear.prove.stepping import Step
from forbear.prove.terms import Members, constant, equal
from forbear.prove.witness import lowest, value_in, with_settings

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
PATIENCE = 4  # times the seconds of one question
PACES = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=30), timedelta(days=400))


@frozen
class Story:
    """Events after the last of which a promise was broken on the engine, under some settings."""

    events: tuple[Mapping[str, Any], ...]
    settings: Mapping[str, Any]
    decision: str
    outcome: object
    ended: str  # what the engine said of the decision

    def as_test(self, name: str) -> dict[str, Any]:
        """The story as a test of a pack, which fails as long as the promise can be broken."""
        lines = [{key: value for key, value in event.items() if key != "id"} for event in self.events]
        lines[-1]["expect"] = {"degraded": False}
        chosen = {"settings": dict(self.settings)} if self.settings else {}
        return {"test": name, **chosen, "story": lines}


@frozen
class Searched:
    """How far a search for a story went."""

    story: Story | None
    depth: int
    unreal: int  # ways that the solver found and the engine did not go


def search(problem: Problem, depth: int, seconds: int, tries: int = 12) -> Searched:
    """Look for a story of at most so many steps. The problem is one in which nothing happens but events."""
    unreal, end = 0, monotonic() + PATIENCE * seconds
    for steps in range(depth + 1):
        for found in _ways(problem, steps, seconds, tries):
            story = _replayed(problem, found)
            if story is not None:
                return Searched(story, steps, unreal)
            unreal += 1
            if monotonic() > end:
                return Searched(None, steps, unreal)
        if monotonic() > end:
            return Searched(None, steps, unreal)
    return Searched(None, depth, unreal)


@frozen
class _Way:
    """A model of some steps in a row, and which step each is."""

    model: z3.ModelRef
    taken: tuple[Step, ...]
    problem: Problem


def _ways(problem: Problem, steps: int, seconds: int, tries: int) -> Iterator[_Way]:
    """Models in which the promise breaks after so many steps; each time another order of events."""
    solver = z3.Solver()
    solver.set("timeout", seconds * 1000)
    solver.add([problem.settings.domain(path) for path in problem.settings.terms])
    tracks = problem.before.tracks
    states = [make_state(tracks, f"{n}. ") for n in range(steps + 1)]
    solver.add(states[0].empty())
    chosen = [z3.Int(f"step {n}") for n in range(steps + 1)]
    for n in range(steps):
        solver.add(z3.Or([chosen[n] == m for m in range(len(problem.every))]))
        for m, step in enumerate(problem.every):
            becomes = [term == step.change.terms[name] for name, term in problem.after.terms.items()]
            way = z3.And(*step.known, *problem.decided(step), _soundly(step), *becomes)
            solver.add(z3.Implies(chosen[n] == m, _at(problem, way, states[n], states[n + 1], n)))
    solver.add(z3.Or([chosen[steps] == m for m in range(len(problem.looks))]))
    for m, (look, bad) in enumerate(zip(problem.looks, problem.broken, strict=True)):
        broken = z3.And(bad, _soundly(look))
        solver.add(z3.Implies(chosen[steps] == m, _at(problem, broken, states[steps], states[steps], steps)))
    for _ in range(tries):
        if solver.check() != z3.sat:
            return
        model = _calm(solver, problem, chosen, steps)
        order = [model.eval(one, model_completion=True).as_long() for one in chosen]
        yield _Way(model, (*(problem.every[m] for m in order[:-1]), problem.looks[order[-1]]), problem)
        solver.add(z3.Or([one != m for one, m in zip(chosen, order, strict=True)]))


def _calm(solver: z3.Solver, problem: Problem, chosen: Sequence[z3.ExprRef], steps: int) -> z3.ModelRef:
    """The model that a reader meets with the least surprise: settings as chosen, all of one customer and contact."""
    model = solver.model()
    order = [chosen[n] == model.eval(chosen[n], model_completion=True) for n in range(steps + 1)]
    wishes = [
        *order,
        *(
            equal(term, constant(problem.policy.settings[path].value, problem.settings.codes))
            for path, term in problem.settings.terms.items()
            if path not in problem.settings.fixed
        ),
    ]
    for n in range(steps + 1):
        for step in (*problem.every, *problem.looks):
            wishes += [z3.Bool(f"{one} @{n}") for one in (step.here, step.mine)]
    solver.push()
    for wish in wishes:
        if solver.check(wish) == z3.sat:
            solver.add(wish)
    solver.check()
    model = solver.model()
    solver.pop()
    return model


def _soundly(step: Step) -> z3.BoolRef:
    """That no decision of a step fell back, and that it names an entry of those of whom the story tells."""
    named = EVENT_TYPES[step.event].names if step.event in EVENT_TYPES else ""
    whose = z3.Or(z3.And(step.named_here, step.here), z3.And(step.named_mine, step.mine)) if named else z3.BoolVal(True)
    return z3.And(whose, *(z3.Not(step.moment.fallen(name)) for name in step.moment.outcomes))


def _at(problem: Problem, formula: z3.BoolRef, before: Any, after: Any, n: int) -> z3.BoolRef:
    """A formula about one step as one about the step at a place of a row."""
    shared = {str(one) for one in problem.parameters} | {
        str(term) for term in problem.settings.terms.values() if not isinstance(term, Members)
    }
    states = dict(zip(map(str, problem.before.variables), before.variables, strict=True))
    states |= dict(zip(map(str, problem.after.variables), after.variables, strict=True))
    pairs = []
    for one in variables_of([formula]):
        name = str(one)
        if name in states:
            pairs.append((one, states[name]))
        elif name not in shared:
            pairs.append((one, z3.Const(f"{name} @{n}", one.sort())))
    return z3.substitute(formula, *pairs)


def _replayed(problem: Problem, way: _Way) -> Story | None:
    """The story of a way, if the engine goes it."""
    policy, settings = problem.policy, _settings(problem, way.model)
    chosen = evolve(with_settings(policy, settings), invariants=(problem.promise,))
    for pace in PACES:
        events = [_event(way, n, step, BEGIN + pace * (n + 1)) for n, step in enumerate(way.taken)]
        started = _started(events)
        told = _played(chosen, [*started, *events], problem.promise)
        if told is not None:
            told_events, outcome, ended = told
            return Story(tuple(told_events), settings, problem.promise.decision, outcome, ended)
    return None


def _played(
    policy: ir.Policy, events: Sequence[Mapping[str, Any]], promise: ir.Invariant
) -> tuple[list[Mapping[str, Any]], object, str] | None:
    """Whether the last event, on a new ledger, breaks the promise."""
    with Engine(policy, "memory:", discover=False, confirm="never") as engine:
        for number, event in enumerate(events):
            try:
                record = engine.decide(event)
            except ForbearError:
                return None
            said = (record.degraded or {}).get(promise.decision, "")
            if f"the promise {promise.name} " in said:
                told = list(events[: number + 1])
                return told, _decided(policy, told, promise.decision), said
    return None


def _decided(policy: ir.Policy, events: Sequence[Mapping[str, Any]], decision: str) -> object:
    """What the rules decide on the last event, were nothing promised."""
    with Engine(evolve(policy, invariants=()), "memory:", discover=False, confirm="never") as engine:
        return [engine.decide(event) for event in events][-1].outcome[decision]


def _started(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The beginning of the contact, where the story does not tell it itself."""
    first = next((one for one in events if "contact" in one), None)
    if first is None or first["type"] == "contact_started":
        return []
    about = {name: first[name] for name in ("contact", "customer", "advisor") if name in first}
    return [{"id": "e0", "at": BEGIN.isoformat(), "type": "contact_started", **about, "channel": "voice"}]


def _settings(problem: Problem, model: z3.ModelRef) -> dict[str, Any]:
    """The settings that a story needs otherwise than they were chosen."""
    found: dict[str, Any] = {}
    for path, term in problem.settings.terms.items():
        one = problem.policy.settings[path]
        if path in problem.settings.fixed or isinstance(term, Members):
            continue
        value = value_in(model, term, one.type, problem.settings.codes)
        if value != one.value and str(term) in {str(each) for each in problem.parameters}:
            found[path.removeprefix("setting.")] = show(one.type, value)
    return found


def _event(way: _Way, n: int, step: Step, at: datetime) -> dict[str, Any]:
    """One step as an event with its facts."""
    moment, policy = step.moment, way.problem.policy
    event: dict[str, Any] = {"id": f"e{n + 1}", "at": at.isoformat(), "type": step.event}
    if _holds(way, n, step.here):
        event["contact"] = "c1"
    elif _holds(way, n, moment.there("event.contact")):
        event["contact"] = f"other-contact-{n}"
    if _holds(way, n, step.mine):
        event["customer"] = "u1"
    elif _holds(way, n, moment.there("event.customer")):
        event["customer"] = f"other-customer-{n}"
    if event.get("contact"):
        event["advisor"] = "a1"
    names = EVENT_TYPES[step.event].names if step.event in EVENT_TYPES else ""
    for path, fact in policy.events[step.event].items():
        space, _, name = path.partition(".")
        if space != "event" or name == "type" or name in COMMON:
            continue
        if name == names:
            event[name] = _named(way, n, moment, names)
            continue
        value = _value(way, n, moment, path, fact)
        if value is not None:
            event[name] = value
    facts: dict[str, Any] = {}
    for path in sorted(policy.plans[step.event].facts & policy.facts.keys()):
        value = _value(way, n, moment, path, policy.facts[path])
        if value is not None and not isinstance(policy.facts[path].type, RecordsType):
            facts[path] = value
    return {**event, "facts": facts} if facts else event


def _named(way: _Way, n: int, moment: Moment, kind: str) -> str:
    """How the event names its entry: the latest, of obligations that of the kind meant."""
    if kind != "obligation" or "obligation.owe" not in moment.variables:
        return "latest"
    type_ = _type(moment, "obligation.owe")
    owe = value_in(way.model, _there(moment.variables["obligation.owe"], n, way), type_, moment.codes)
    return f"latest:{owe}"


def _type(moment: Moment, path: str) -> Type:
    found = type_at(moment.policy, moment.event, path)
    assert found is not None
    return found


def _value(way: _Way, n: int, moment: Moment, path: str, fact: ir.Fact) -> Any:
    """What a story gives for a fact: what the solver says, else the quietest that fits."""
    if path not in moment.variables:
        if fact.optional or fact.default is not None:
            return None
        return next((show(fact.type, one) for one in lowest(fact.type)), "somebody")
    if not _holds(way, n, moment.there(path)):
        return None
    term = moment.variables[path]
    if isinstance(fact.type, ListType) or isinstance(term, Members):
        return []
    return show(fact.type, value_in(way.model, _there(term, n, way), fact.type, moment.codes))


def _there(term: Any, n: int, way: _Way) -> z3.ExprRef:
    """A term of a step at its place."""
    pairs = [(one, z3.Const(f"{one} @{n}", one.sort())) for one in variables_of([term])]
    return z3.substitute(term, *pairs)


def _holds(way: _Way, n: int, term: z3.BoolRef) -> bool:
    return z3.is_true(way.model.eval(_there(term, n, way), model_completion=True))
