"""A grave outcome stands only when a second engine, asked anew, gives the very same answer."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Literal

from attrs import field, frozen

from forbear.engine.calling import place
from forbear.engine.fixed import Fixed
from forbear.errors import SettingError
from forbear.evaluate import Evaluation, Evaluator, make_evaluator
from forbear.evaluate.protocol import Environment
from forbear.language import ir
from forbear.language.types import Value
from forbear.language.walk import effect_expressions, reads

Confirm = Literal["grave", "never"]


@frozen
class Opinion:
    """What the second engine says: its name where it agrees, else the decisions in dispute with both answers.

    `fallen` has a reason for each decision in dispute and for each that reads one.
    """

    confirmed_by: str | None = None
    disputed: Mapping[str, str] = field(factory=dict)
    fallen: Mapping[str, str] = field(factory=dict)


class Confirmer:
    """Asks a second engine about grave outcomes; it is built when it is needed first. Threads may share it."""

    def __init__(self, policy: ir.Policy, deciding: Evaluator, confirm: str = "grave") -> None:
        if confirm not in ("grave", "never"):
            raise SettingError(f"confirm is 'grave' or 'never', not {confirm!r}")
        self._policy, self._deciding = policy, deciding
        self._asks = confirm == "grave"
        self._lock = threading.Lock()
        self._second: Evaluator | None = None
        self._fixed = Fixed(policy, lambda one: Confirmer(one, make_evaluator(deciding.name, one), confirm))

    @property
    def evaluator(self) -> Evaluator:
        """The evaluator that decides."""
        return self._deciding

    def fixing(self, event: str, outcomes: Mapping[str, Value]) -> Confirmer:
        """The same where the outcomes of some decisions are fixed, on events of a type."""
        return self._fixed.get(event, outcomes)

    def confirm(self, event: str, facts: Environment, degraded: frozenset[str], first: Evaluation) -> Opinion:
        """The second engine's opinion of an evaluation that reached a grave outcome; none of any other."""
        grave = [name for name, value in first.outcome.items() if self._is_grave(name, value)] if self._asks else []
        if not grave:
            return Opinion()
        try:
            second = self._second_engine()
            other = second.decide(event, facts, degraded)
        except Exception as error:  # noqa: BLE001 — an engine that breaks confirms nothing, and says so
            reason = f"no second engine confirmed it: raised {type(error).__name__}{place(error)}"
            return self._dispute(event, dict.fromkeys(grave, reason))
        if other == first:
            return Opinion(confirmed_by=second.name)
        names = self._differing(first, other) or set(grave)
        return self._dispute(event, {name: self._both(name, first, other, second) for name in sorted(names)})

    def _is_grave(self, name: str, value: Value) -> bool:
        decision = self._policy.decisions.get(name)
        if decision is None or not decision.grave:
            return False
        return any(one in decision.grave for one in (value if isinstance(value, tuple) else (value,)))

    def _second_engine(self) -> Evaluator:
        with self._lock:
            if self._second is None:
                self._second = _make_second(self._policy, self._deciding)
            return self._second

    def _differing(self, first: Evaluation, other: Evaluation) -> set[str]:
        """The decisions on whose outcome, rules, effects or promises the two differ."""
        owners = {one.name: one.decision for one in self._policy.invariants}
        names: set[str] = set()
        for ours, theirs in (
            (first.outcome, other.outcome),
            (first.left_out, other.left_out),
            (first.conflicts, other.conflicts),
        ):
            names |= {name for name in (*ours, *theirs) if ours.get(name) != theirs.get(name)}
        names |= {rule.partition(".")[0] for rule in {*first.fired} ^ {*other.fired}}
        for one, against in ((first, other), (other, first)):
            names |= {did.rule.partition(".")[0] for did in one.happenings if did not in against.happenings}
        names |= {owners[promise] for promise in {*first.violated} ^ {*other.violated} if promise in owners}
        return names

    def _both(self, name: str, first: Evaluation, other: Evaluation, second: Evaluator) -> str:
        answers = _answer(name, first), _answer(name, other)
        told = ", ".join(f"{one.name} says {text}" for one, text in zip((self._deciding, second), answers, strict=True))
        return f"the engines differ: {told}{'' if answers[0] != answers[1] else ', but not with the same effects'}"

    def _dispute(self, event: str, disputed: dict[str, str]) -> Opinion:
        """The opinion that these decisions, and those that read them, must fall back."""
        fallen = dict(disputed)
        plan = self._policy.plans[event]
        for name in (*plan.decisions, *plan.rankings):  # each stands after all that it reads
            doubtful = fallen.keys() & self._read_by(name) if name not in fallen else ()
            if doubtful:
                first = min(doubtful, key=lambda one: (one not in disputed, one))
                fallen[name] = f"it reads {first}, which no second engine confirmed"
        return Opinion(None, disputed, fallen)

    def _read_by(self, name: str) -> set[str]:
        found: list[ir.Expr | None] = []
        if name in self._policy.rankings:
            ranking = self._policy.rankings[name]
            found += [one.when for one in ranking.require]
            found += [expr for one in ranking.prefer for expr in (one.when, one.add)]
        else:
            decision = self._policy.decisions[name]
            found += [decision.fallback, decision.otherwise]
            for rule in decision.rules:
                found += [rule.when, rule.then]
                found += [expr for effect in rule.effects for expr in effect_expressions(effect)]
        return {path for expr in found for path in reads(expr)}


def _make_second(policy: ir.Policy, deciding: Evaluator) -> Evaluator:
    """Durable where it can hold the policy, else the one of `reference` and `compiled` that is not deciding."""
    if deciding.name != "durable":
        # Not before it is needed: a host that never sees a grave outcome need not load it.
        from forbear.evaluate.durable import Durable, DurableLimit, is_available

        if is_available():
            try:
                return Durable(policy)
            except DurableLimit:
                pass
    return make_evaluator("reference" if deciding.name == "compiled" else "compiled", policy)


def _answer(name: str, evaluation: Evaluation) -> str:
    """An outcome and the rules that gave it."""
    value = evaluation.outcome.get(name)
    rules = [rule.partition(".")[2] for rule in evaluation.fired if rule.startswith(f"{name}.")]
    shown = ", ".join(map(str, _each(value)))
    return f"{shown} ({', '.join(rules)})" if rules else shown


def _each(value: Value | None) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)
