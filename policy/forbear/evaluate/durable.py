"""The second engine: the same policy on the Rete network of durable-rules.

Conditions of rules, invariants and folds are matched by its C module; nothing is held between decisions. What no
network can hold is computed first and sent along as a field: arithmetic, and whether a value is present.
"""

from __future__ import annotations

import itertools
import json
import weakref
from collections.abc import Mapping, Sequence

from attrs import define, field

from forbear.errors import ForbearError
from forbear.evaluate.network import ALWAYS, Condition, Fields, condition
from forbear.evaluate.protocol import Environment, Evaluation, Happening, Predicate
from forbear.evaluate.reference import evaluate, flags, happen
from forbear.language import ir
from forbear.language.types import Value

MAX_RULES = 400  # creating a ruleset hangs somewhere between 500 and 600
_SERIAL = itertools.count()  # names and ids only; never a state that outlives a decision


class DurableLimit(ForbearError):
    """A decision is larger than durable-rules can hold; `compiled` decides it, `reference` confirms."""


def is_available() -> bool:
    """Whether durable-rules is installed and works on this Python (3.11 and 3.12)."""
    try:
        import durable_rules_engine  # noqa: F401
    except ImportError:
        return False
    return True


@define
class _Network:
    """One ruleset: numbered conditions, asked all at once."""

    conditions: Sequence[Condition]
    fields: Fields
    handle: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        import durable_rules_engine as engine

        if len(self.conditions) > MAX_RULES:
            raise DurableLimit(f"durable-rules holds at most {MAX_RULES} rules of one decision; use compiled")
        # The last rule always matches. durable-rules 2.0.28 sets up what `delete_state` frees only when an action
        # starts: deleting the state of a message that no rule took frees an uninitialised pointer.
        rules = {str(n): {"all": [{"m": one}], "pri": n} for n, one in enumerate([*self.conditions, ALWAYS])}
        self.handle = engine.create_ruleset(f"forbear-{next(_SERIAL)}", json.dumps(rules, ensure_ascii=False))
        weakref.finalize(self, engine.delete_ruleset, self.handle)

    def matching(self, environment: Environment, *, first: bool) -> list[int]:
        """The numbers of the conditions that hold, in order; only the first of them where that is enough."""
        import durable_rules_engine as engine

        serial = f"{next(_SERIAL)}"
        message = json.dumps({**self.fields.message(environment), "id": serial, "sid": serial}, ensure_ascii=False)
        # An event is consumed by the first rule, a fact fires every one.
        tell = engine.assert_event if first else engine.assert_fact
        _, state = tell(self.handle, message)
        fired: list[int] = []
        _, action, *_ = engine.start_action_for_state(self.handle, state)
        try:
            while action:
                fired += [int(name) for name in json.loads(action)]
                action = engine.complete_and_start_action(self.handle, state)
        finally:
            engine.delete_state(self.handle, serial)
        return sorted(n for n in fired if n < len(self.conditions))


class Durable:
    """Evaluates a policy by durable-rules. Raises DurableLimit for a policy that it cannot hold."""

    name = "durable"

    def __init__(self, policy: ir.Policy) -> None:
        self.policy = policy
        self.settings: dict[str, Value] = {path: one.value for path, one in policy.settings.items()}
        self._decisions: dict[tuple[str, str], tuple[list[ir.Rule], _Network | None]] = {}
        self._promises: dict[str, tuple[list[ir.Invariant], _Network | None]] = {}
        for event, plan in policy.plans.items():
            for name in plan.decisions:
                rules = [rule for rule in policy.decisions[name].rules if event in rule.asked_on]
                self._decisions[event, name] = rules, self._network([rule.when for rule in rules])
            promises = [one for one in policy.invariants if event in one.asked_on]
            broken = [one.condition if one.never else ir.Not(one.condition) for one in promises]
            self._promises[event] = promises, self._network(broken)
        self._where = {path: self._network([fold.where]) for path, fold in policy.folds.items() if fold.where}

    def _network(self, conditions: Sequence[ir.Expr | None]) -> _Network | None:
        fields = Fields(self.settings)
        written = [condition(one or ir.Constant(True), fields) for one in conditions]
        return _Network(written, fields) if written else None

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        """Ask one network per decision, in dependency order, then that of the invariants."""
        environment: dict[str, Value] = {**self.settings, **facts}
        outcome: dict[str, Value] = {}
        fired: list[str] = []
        deciding: list[tuple[str, ir.Rule]] = []
        for name in self.policy.plans[event].decisions:
            decision = self.policy.decisions[name]
            if name in degraded:
                value = evaluate(decision.fallback, environment)
            else:
                value, rules = self._settle(decision, event, environment)
                fired += [f"{name}.{rule.name}" for rule in rules]
                deciding += [(name, rule) for rule in rules]
            outcome[name] = environment[name] = value
        happenings = tuple(
            happen(f"{name}.{rule.name}", effect, environment) for name, rule in deciding for effect in rule.effects
        )
        return Evaluation(outcome, tuple(fired), happenings, self._violated(event, environment, happenings, degraded))

    def _settle(
        self, decision: ir.Decision, event: str, environment: Mapping[str, Value]
    ) -> tuple[Value, list[ir.Rule]]:
        rules, network = self._decisions[event, decision.name]
        collect = decision.hit == "collect"
        numbers = network.matching(environment, first=not collect) if network is not None else []
        matching = [rules[n] for n in numbers]
        if collect:
            return tuple(dict.fromkeys(evaluate(rule.then, environment) for rule in matching)), matching
        if matching:
            return evaluate(matching[0].then, environment), matching[:1]
        return evaluate(decision.otherwise or decision.fallback, environment), []

    def _violated(
        self, event: str, environment: Environment, happenings: tuple[Happening, ...], degraded: frozenset[str]
    ) -> tuple[str, ...]:
        promises, network = self._promises[event]
        if network is None:
            return ()
        broken = network.matching({**environment, **flags(self.policy, happenings)}, first=False)
        return tuple(promises[n].name for n in broken if promises[n].decision not in degraded)

    def predicate(self, fold: ir.Fold) -> Predicate | None:
        """The fold's `where`, matched for each entry."""
        network = self._where.get(fold.path)
        if network is None:
            return None
        return lambda attributes: bool(network.matching({**self.settings, **attributes}, first=True))
