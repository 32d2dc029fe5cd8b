"""What the tests of a pack reach, seen after each decision: the deciding itself is not touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import define, field

from forbear.evaluate import Happening
from forbear.evaluate.protocol import Environment
from forbear.evaluate.reference import candidates, evaluate, settle, under
from forbear.language import ir
from forbear.language.types import Value
from forbear.testing.coverage.goals import Goal, Kind, choices
from forbear.testing.coverage.mcdc import deciding, value_in

_NONE: frozenset[str] = frozenset()


@define
class Watch:
    """Goals with the first test that reached each, and the rules and folds that each test looked at."""

    reached: dict[Goal, int] = field(factory=dict)
    looked: dict[str, set[int]] = field(factory=dict)
    test: int = 0  # the test that runs

    def reach(self, kind: Kind, of: str, value: Value | None = None, number: int = 0) -> None:
        """Note that the test reached a goal."""
        self.reached.setdefault(Goal(kind, of, number, value), self.test)

    def settings(self, policy: ir.Policy) -> None:
        """The choices under which a test runs."""
        for path, setting in policy.settings.items():
            if choices(setting.type):
                self.reach("setting", path, setting.value)

    def decided(
        self,
        policy: ir.Policy,
        event: str,
        environment: Environment,
        degraded: Iterable[str] = (),
        given: frozenset[str] = _NONE,
    ) -> None:
        """What was looked at on an event; `environment` has settings, facts and outcomes, `given` decisions fixed."""
        fallen = frozenset(degraded)
        plan = policy.plans[event]
        for name in (*plan.decisions, *plan.rankings):
            if name in fallen:
                self.reach("fallback", name)
            elif name in policy.rankings:
                self._rank(policy.rankings[name], environment)
            elif name not in given:
                self._decide(policy.decisions[name], event, environment)

    def _decide(self, decision: ir.Decision, event: str, environment: Environment) -> None:
        value, rules, conflict = settle(decision, self._matching(decision, event, environment), environment)
        if conflict:
            return
        if not rules and decision.otherwise is not None:
            self.reach("otherwise", decision.name)
        if not rules and decision.otherwise is None and decision.hit != "collect":
            return  # it fell back
        for one in value if isinstance(value, tuple) else (value,):
            if choices(decision.type):
                self.reach("outcome", decision.name, one)

    def _matching(self, decision: ir.Decision, event: str, environment: Environment) -> Iterator[ir.Rule]:
        for rule in decision.rules:
            if event in rule.asked_on and self._holds(f"{decision.name}.{rule.name}", rule.when, environment):
                yield rule

    def _rank(self, ranking: ir.Ranking, environment: Environment) -> None:
        for one in candidates(ranking, environment):
            view = {**environment, **under("candidate", one)}
            if all(self._holds(f"{ranking.name}.{rule.name}", rule.when, view) for rule in ranking.require):
                for rule in ranking.prefer:
                    self._holds(f"{ranking.name}.{rule.name}", rule.when, view)

    def _holds(self, of: str, when: ir.Expr | None, environment: Environment) -> bool:
        self._look("condition", of, when, environment)
        return when is None or evaluate(when, environment) is True

    def _look(self, kind: Kind, of: str, whole: ir.Expr | None, environment: Environment) -> None:
        self.looked.setdefault(of, set()).add(self.test)
        if whole is None:
            return
        for number, value in enumerate(deciding(whole, value_in(environment))):
            if value is not None:
                self.reach(kind, of, value, number)

    def looking(
        self, fold: ir.Fold, settings: Environment, but: frozenset[Value]
    ) -> Callable[[Mapping[str, Value]], bool]:
        """A fold's `where` that notes what it looks at, but for some entries."""
        where = fold.where

        def holds(attributes: Mapping[str, Value]) -> bool:
            view = {**settings, **attributes}
            if where is not None and attributes.get("id") not in but:
                self._look("past", fold.path, where, view)
            return where is None or evaluate(where, view) is True

        return holds

    def happened(self, policy: ir.Policy, happenings: Iterable[Happening]) -> None:
        """What a case would do to the ledger."""
        for one in happenings:
            if one.action == "close":
                self.reach("closing", one.name, one.how)
            elif one.action == "owe":
                self.owed(policy, one.name)
            elif one.action == "say":
                self.reach("text", one.name)

    def owed(self, policy: ir.Policy, obligation: str) -> None:
        """An obligation that was created, and with it its text."""
        if obligation in policy.obligations and policy.obligations[obligation].say:
            self.reach("text", policy.obligations[obligation].say)
