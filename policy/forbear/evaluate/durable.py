"""The second engine: the same policy on the Rete network of durable-rules.

Conditions of rules, invariants and folds are matched by its C module; nothing is held between decisions. What no
network can hold is computed first and sent along as a field: arithmetic, and whether a value is present.
"""

from __future__ import annotations

import itertools
import json
import weakref
from collections.abc import Iterator, Mapping, Sequence

from attrs import define, field

from forbear.errors import ForbearError
from forbear.evaluate.network import ALWAYS, Condition, Fields, condition
from forbear.evaluate.protocol import Environment, Predicate
from forbear.evaluate.reference import Reference, views
from forbear.evaluate.size import Size, size
from forbear.language import ir
from forbear.language.types import Value

MAX_COMPARISONS = 100  # in one network: 255 fields go into a message, and a comparison needs two at most
MAX_WAYS = 50  # in one network: asserting a message fails where more than 64 stay open at once


_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


class DurableLimit(ForbearError):
    """A condition is larger than durable-rules can hold; `compiled` decides it, `reference` confirms."""


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
    serial: Iterator[int] = field(init=False, factory=itertools.count)  # ids of messages; no state outlives its own

    def __attrs_post_init__(self) -> None:
        import durable_rules_engine as engine

        # The last rule always matches. durable-rules 2.0.28 sets up what `delete_state` frees only when an action
        # starts: deleting the state of a message that no rule took frees an uninitialised pointer.
        rules = {str(n): {"all": [{"m": one}], "pri": n} for n, one in enumerate([*self.conditions, ALWAYS])}
        try:
            self.handle = engine.create_ruleset("forbear", json.dumps(rules, ensure_ascii=False))
        except engine.error as error:
            raise DurableLimit(f"durable-rules cannot hold a condition ({error}); use compiled") from error
        weakref.finalize(self, engine.delete_ruleset, self.handle)

    def matching(self, environment: Environment, *, first: bool) -> list[int]:
        """The numbers of the conditions that hold, in order; only the first of them where that is enough."""
        import durable_rules_engine as engine

        serial = f"{next(self.serial)}"
        message = _ENCODE({**self.fields.message(environment), "id": serial, "sid": serial})
        # An event is consumed by the first rule, a fact fires every one, once for each way in which it holds.
        tell = engine.assert_event if first else engine.assert_fact
        _, state = tell(self.handle, message)
        fired: set[int] = set()
        _, action, *_ = engine.start_action_for_state(self.handle, state)
        try:
            while action:
                fired.add(int(action[2 : action.index('"', 2)]))  # {"the rule's number": …}
                action = engine.complete_and_start_action(self.handle, state)
        finally:
            engine.delete_state(self.handle, serial)
        return sorted(n for n in fired if n < len(self.conditions))


class _Networks:
    """Numbered conditions in as many networks as they need.

    Raises DurableLimit for a condition that is too large for one.
    """

    def __init__(self, conditions: Sequence[ir.Expr | None], settings: dict[str, Value]) -> None:
        exprs = [one or ir.Constant(True) for one in conditions]
        self._networks: list[tuple[int, _Network]] = []
        for start, end in _slices([size(one) for one in exprs]):
            fields = Fields(settings)
            written = [condition(one, fields) for one in exprs[start:end]]
            self._networks.append((start, _Network(written, fields)))

    def matching(self, environment: Environment, *, first: bool) -> list[int]:
        """The numbers of the conditions that hold, in order; only the first of them where that is enough."""
        found: list[int] = []
        for start, network in self._networks:
            found += [start + n for n in network.matching(environment, first=first)]
            if found and first:
                break
        return found


def _slices(sizes: Sequence[Size]) -> Iterator[tuple[int, int]]:
    """Where one network ends and the next begins, so that none is too large."""
    start, comparisons, ways = 0, 0, 0
    for n, one in enumerate(sizes):
        if one.comparisons > MAX_COMPARISONS or one.ways > MAX_WAYS:
            counted = f"{one.comparisons} comparisons that hold in {one.ways} ways"
            raise DurableLimit(f"durable-rules cannot hold a condition of {counted}; use compiled")
        comparisons, ways = comparisons + one.comparisons, ways + one.ways
        if comparisons > MAX_COMPARISONS or ways > MAX_WAYS:
            yield start, n
            start, comparisons, ways = n, one.comparisons, one.ways
    if start < len(sizes):
        yield start, len(sizes)


class Durable(Reference):
    """Evaluates a policy by durable-rules: the reference's course, every condition matched by a network.

    Raises DurableLimit for a policy that it cannot hold.
    """

    name = "durable"

    def __init__(self, policy: ir.Policy) -> None:
        super().__init__(policy)
        self._rules: dict[tuple[str, str], tuple[list[ir.Rule], _Networks]] = {}
        for event, plan in policy.plans.items():
            for name in plan.decisions:
                rules = [rule for rule in policy.decisions[name].rules if event in rule.asked_on]
                self._rules[event, name] = rules, self._network([rule.when for rule in rules])
        self._failures = {
            name: self._network([ir.Not(rule.when) for rule in one.require]) for name, one in policy.rankings.items()
        }
        self._preferences = {
            name: self._network([rule.when for rule in one.prefer]) for name, one in policy.rankings.items()
        }
        self._promises = {  # about candidates, each asked of every view
            one.name: self._network([_broken(one)]) for one in policy.invariants if one.about
        }
        self._together: dict[str, tuple[list[str], _Networks]] = {}
        for event in policy.plans:
            plain = [one for one in policy.invariants if event in one.asked_on and not one.about]
            self._together[event] = [one.name for one in plain], self._network([_broken(one) for one in plain])
        self._where = {path: self._network([fold.where]) for path, fold in policy.folds.items() if fold.where}

    def _network(self, conditions: Sequence[ir.Expr | None]) -> _Networks:
        return _Networks(conditions, self.settings)

    def _matching(self, decision: ir.Decision, event: str, environment: Environment) -> Iterator[ir.Rule]:
        rules, network = self._rules[event, decision.name]
        for n in network.matching(environment, first=decision.hit == "first"):
            yield rules[n]

    def _failed(self, ranking: ir.Ranking, view: Environment) -> ir.Requirement | None:
        failed = self._failures[ranking.name].matching(view, first=True)
        return ranking.require[failed[0]] if failed else None

    def _held(self, ranking: ir.Ranking, view: Environment) -> list[ir.Preference]:
        return [ranking.prefer[n] for n in self._preferences[ranking.name].matching(view, first=False)]

    def _violated(
        self, event: str, asked: list[ir.Invariant], environment: Environment, outcome: Mapping[str, Value]
    ) -> list[str]:
        names, network = self._together[event]
        broken = {names[n] for n in network.matching(environment, first=False)}
        for one in asked:
            if one.about and any(
                self._promises[one.name].matching(view, first=True)
                for view in views(self.policy, one, environment, outcome)
            ):
                broken.add(one.name)
        return [one.name for one in asked if one.name in broken]

    def predicate(self, fold: ir.Fold) -> Predicate | None:
        """The fold's `where`, matched for each entry."""
        network = self._where.get(fold.path)
        if network is None:
            return None
        return lambda attributes: bool(network.matching({**self.settings, **attributes}, first=True))


def _broken(one: ir.Invariant) -> ir.Expr:
    """The condition under which a promise does not hold."""
    return one.condition if one.never else ir.Not(one.condition)
