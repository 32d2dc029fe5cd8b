"""What would have changed a decision: the fewest facts that, being otherwise, give another outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import z3
from attrs import evolve

from forbear.engine.pure import Answer, type_at
from forbear.errors import FactError, ForbearError
from forbear.evaluate import make_evaluator
from forbear.language import ir
from forbear.language.shape import did_you_mean
from forbear.language.types import DecimalType, EnumType, IntType, ListType, StringType, Type, Value, fit
from forbear.language.walk import reads
from forbear.prove.asking import Undecided, possible
from forbear.prove.counterfactual import Changed, Counterfactual
from forbear.prove.moment import FLAGS, SETTING, Moment, Settings
from forbear.prove.nesting import Nesting
from forbear.prove.products import fixed_in_products
from forbear.prove.promises import breaks
from forbear.prove.terms import Codes, Members, constant, equal
from forbear.prove.witness import EVALUATORS, value_in

MOST_TRIES = 20  # of changes that the evaluators do not bear out
IDS = frozenset({"event.contact", "event.customer", "event.advisor"})


def may_change(policy: ir.Policy, event: str, path: str) -> bool:
    """Whether a fact could have been otherwise: not the past, not what the centre chose, not who somebody is."""
    declared = policy.facts.get(path) or policy.events[event].get(path)
    told = path in policy.facts or path.startswith("event.")
    return told and declared is not None and not isinstance(declared.type, StringType) and path != "event.type"


def change(
    policy: ir.Policy,
    answer: Answer,
    decision: str,
    wanted: object = None,
    *,
    free: Callable[[str], bool] | None = None,
    weights: Mapping[str, int] | None = None,
    seconds: int = 10,
) -> Counterfactual:
    """The smallest change of the facts of a decision that gives another outcome, or the one that is wanted.

    `free` says which paths may change, by default `may_change`; each costs its weight, by default 1. The change was
    decided again by each evaluator. Raises ForbearError for a decision or an outcome that there is not, for a decision
    that fell back, and where the solver gave up.
    """
    one = policy.decisions.get(decision)
    if one is None or decision not in answer.evaluation.outcome:
        hint = did_you_mean(decision, [*answer.evaluation.outcome])
        raise ForbearError(f"{decision!r} was not decided here; {hint}".rstrip("; "))
    if decision in answer.degraded:
        raise ForbearError(f"`{decision}` fell back ({answer.degraded[decision]}), whatever its rules say")
    try:
        goal = None if wanted is None else fit(decision, one.type, wanted)
    except FactError as error:
        raise ForbearError(f"`{decision}` cannot come to {wanted!r}: it is {error.expected}") from None
    may = free or (lambda path: may_change(policy, answer.event, path))
    try:
        return _Search(policy, answer, decision, goal, may, weights or {}, seconds).run()
    except Undecided as error:
        raise ForbearError(f"what would have changed `{decision}` was not found: {error}") from error


class _Search:
    def __init__(
        self,
        policy: ir.Policy,
        answer: Answer,
        name: str,
        goal: Value | None,
        may: Callable[[str], bool],
        weights: Mapping[str, int],
        seconds: int,
    ) -> None:
        self.policy, self.answer, self.name, self.goal = policy, answer, name, goal
        self.was = answer.evaluation.outcome[name]
        held = {path: one.value for path, one in policy.settings.items()}
        loose = {path for path in held if may(path)} - fixed_in_products(policy).keys()
        self.held = held
        settings = Settings(policy, Codes(), {path: value for path, value in held.items() if path not in loose})
        self.moment = Moment(policy, answer.event, settings, falling=True)
        self.promises, self.asked = self._promised()
        every = self.moment.depends(self.asked)
        self.paths = sorted(path for path in every if self._is_told(path))
        self.may = {path for path in self.paths if may(path) and (not path.startswith(SETTING) or path in loose)}
        self.weights = {path: weights.get(path, 1) for path in self.may}
        self.solver = self._solver(every, seconds)

    def _promised(self) -> tuple[list[ir.Invariant], list[str]]:
        """The promises that must hold lest the decision, or one that it reads, fall back; and all that they ask for."""
        event, fallen = self.answer.event, self.answer.degraded
        known = [one for one in self.policy.invariants if event in one.asked_on and not one.about]
        found, asked = list[ir.Invariant](), [self.name]
        while True:
            depends = self.moment.depends(asked) - fallen.keys()
            every = [one for one in known if one.decision in depends]
            if len(every) == len(found):
                return found, asked
            found, asked = every, [self.name, *(path for one in every for path in reads(one.condition))]

    def _is_told(self, path: str) -> bool:
        """Whether a path is a fact, fold or setting whose value is known.

        What is missing and needed has none, nor has an id that no rule reads.
        """
        if path in IDS and path not in self.policy.plans[self.answer.event].facts:
            return False
        if path in self.policy.decisions or path.startswith(FLAGS) or path == "event.type":
            return False
        return path.startswith(SETTING) or path in self.answer.facts or not z3.is_true(self.moment.there(path))

    def _solver(self, every: Iterable[str], seconds: int) -> z3.Solver:
        found, moment = z3.Solver(), self.moment
        found.set("timeout", seconds * 1000)
        found.add(moment.known(self.asked))
        found.add(self._goal())
        found.add([z3.Not(breaks(one, moment.reading)) for one in self.promises])
        fallen = self.answer.degraded
        decided = [path for path in every if path in self.policy.decisions]
        found.add([moment.fallen(path) == z3.BoolVal(path in fallen) for path in decided])
        found.add([self._same(path) for path in self.paths if path not in self.may])
        folds = [path for path in every if path in self.policy.folds and path in self.may]
        if folds:
            known = [path for path in every if path in self.policy.folds]
            found.add(Nesting(self.policy, moment.settings).known(known, moment.reading))
        return found

    def _goal(self) -> z3.BoolRef:
        decision, value = self.policy.decisions[self.name], self.moment.outcome(self.name).value
        codes = self.moment.codes
        if not isinstance(value, Members):
            wanted = self.was if self.goal is None else self.goal
            so = equal(value, constant(wanted, codes))
            return z3.Not(so) if self.goal is None else so
        assert isinstance(self.was, tuple)
        if self.goal is not None:
            so = value.contains(constant(self.goal, codes))
            return z3.BoolVal(False) if self.goal in self.was else so
        values = decision.type.values if isinstance(decision.type, EnumType) else ()
        return z3.Or([value.contains(constant(one, codes)) != z3.BoolVal(one in self.was) for one in values])

    def _current(self, path: str) -> Value | None:
        return self.held[path] if path.startswith(SETTING) else self.answer.facts.get(path)

    def _same(self, path: str) -> z3.BoolRef:
        """That a fact is as it was."""
        return self._is(path, self._current(path))

    def _is(self, path: str, value: Value | None) -> z3.BoolRef:
        moment = self.moment
        there, term = moment.there(path) if not path.startswith(SETTING) else z3.BoolVal(True), moment.value(path)
        if value is None:
            return z3.Not(there)
        if not isinstance(term, Members):
            return z3.And(there, equal(term, constant(value, moment.codes)))
        assert isinstance(value, tuple)
        items = [constant(one, moment.codes) for one in value]
        asked = moment.asked_of.get(path, ())
        return z3.And(there, *(found == z3.Or([item == one for one in items]) for item, found in asked))

    # --- the search

    def run(self) -> Counterfactual:
        solver = self.solver
        if self.goal is not None and self.goal == self.was:
            raise ForbearError(f"`{self.name}` came to that outcome already")
        for _ in range(MOST_TRIES):
            cost = self._least()
            if cost is None:
                break
            solver.push()
            solver.add(self._costs_at_most(cost))
            facts = self._nearest()
            solver.pop()
            becomes = self._decided(facts)
            if becomes is not None:
                changed = [path for path in sorted(self.may) if facts[path] != self._current(path)]
                told = tuple(Changed(path, self._current(path), facts[path]) for path in changed)
                return self._found(becomes, told, cost)
            solver.add(z3.Not(z3.And([self._is(path, facts[path]) for path in sorted(self.may)])))
        return self._found(None, (), 0)

    def _found(self, becomes: Value | None, changed: tuple[Changed, ...], cost: int) -> Counterfactual:
        return Counterfactual(self.policy, self.answer.event, self.name, self.was, becomes, changed, cost, self.goal)

    def _costs_at_most(self, most: int) -> z3.BoolRef:
        return z3.PbLe([(z3.Not(self._same(path)), weight) for path, weight in sorted(self.weights.items())], most)

    def _least(self) -> int | None:
        """The least cost of a change that serves, or None where none does."""
        if not self.may or not possible(self.solver, z3.BoolVal(True)):
            return None
        low, high = 0, sum(self.weights.values())
        while low < high:
            middle = (low + high) // 2
            if possible(self.solver, self._costs_at_most(middle)):
                high = middle
            else:
                low = middle + 1
        return low

    def _nearest(self) -> dict[str, Value | None]:
        """The facts that may change, each as it was where it can be, and numbers as near to it as they can be."""
        solver = self.solver
        order = sorted(self.may, key=lambda path: (not path.startswith("event."), path))
        for path in order:
            if possible(solver, self._same(path)):
                solver.add(self._same(path))
            else:
                solver.add(self._near(path))
        if not possible(solver, z3.BoolVal(True)):
            raise Undecided("no change that serves was found again")
        model = solver.model()
        return {path: self._read(model, path) for path in order}

    def _near(self, path: str) -> z3.BoolRef:
        """A fact that must be otherwise, as little as it can be."""
        kind, was = self._kind(path), self._current(path)
        if not isinstance(kind, IntType | DecimalType) or not isinstance(was, int):
            return z3.BoolVal(True)
        term: z3.ExprRef = self.moment.value(path)
        low, high = 0, kind.high - kind.low
        while low < high:
            middle = (low + high) // 2
            if possible(self.solver, z3.And(term - was <= middle, was - term <= middle)):
                high = middle
            else:
                low = middle + 1
        return z3.And(term - was <= low, was - term <= low)

    def _kind(self, path: str) -> Type:
        kind = self.policy.settings[path].type if path.startswith(SETTING) else None
        found = kind or type_at(self.policy, self.answer.event, path)
        assert found is not None
        return found

    def _read(self, model: z3.ModelRef, path: str) -> Value | None:
        if z3.is_true(model.eval(self._same(path), model_completion=True)):
            return self._current(path)
        there = z3.BoolVal(True) if path.startswith(SETTING) else self.moment.there(path)
        if not z3.is_true(model.eval(there, model_completion=True)):
            return None
        kind, codes = self._kind(path), self.moment.codes
        if not isinstance(kind, ListType):
            return value_in(model, self.moment.value(path), kind, codes)
        return tuple(dict.fromkeys(self._items(model, path, kind)))

    def _items(self, model: z3.ModelRef, path: str, kind: ListType) -> Iterator[Value]:
        """What a list holds: as it was, but for the items of which it is asked and that must be otherwise."""
        asked = [
            (value_in(model, item, kind.item, self.moment.codes), z3.is_true(model.eval(found, model_completion=True)))
            for item, found in self.moment.asked_of.get(path, ())
        ]
        was = self._current(path)
        gone = {item for item, held in asked if not held}
        yield from (one for one in (was if isinstance(was, tuple) else ()) if one not in gone)
        yield from (item for item, held in asked if held)

    # --- decided again

    def _decided(self, facts: Mapping[str, Value | None]) -> Value | None:
        """What it comes to with some facts changed, by each evaluator; None where a promise would not let it stand."""
        given: dict[str, Value] = {"event.type": self.answer.event, **self.answer.facts}
        for path, value in facts.items():
            if not path.startswith(SETTING):
                given.pop(path, None)
                given |= {path: value} if value is not None else {}
        policy = self._with_settings(facts)
        outcomes: list[Value] = []
        for name in EVALUATORS:
            found = make_evaluator(name, policy).decide(self.answer.event, given, frozenset(self.answer.degraded))
            if any(one.name in found.violated for one in self.promises):
                return None
            outcomes.append(found.outcome[self.name])
        if not self._serves(outcomes[0]) or outcomes[1:] != outcomes[:-1]:
            raise Undecided(f"the evaluators do not find what was worked out of `{self.name}`")
        return outcomes[0]

    def _serves(self, outcome: Value) -> bool:
        if self.goal is None:
            return outcome != self.was
        return self.goal in outcome if isinstance(outcome, tuple) else outcome == self.goal

    def _with_settings(self, facts: Mapping[str, Value | None]) -> ir.Policy:
        chosen = dict(self.policy.settings)
        for path, value in facts.items():
            if path.startswith(SETTING) and value is not None:
                chosen[path] = evolve(chosen[path], value=value)
        return evolve(self.policy, settings=chosen)
