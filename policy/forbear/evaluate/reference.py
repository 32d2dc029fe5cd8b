"""The meaning of the language: a walk over the tree, as plain as it can be written.

`Reference` asks its conditions in five places, each a method of its own; `durable` answers those by its network.

This file is the definition. Where another evaluator answers otherwise, it is wrong, or the specification is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import assert_never

from forbear.evaluate.protocol import Candidate, Environment, Evaluation, Happening, Predicate, pairs
from forbear.language import ir
from forbear.language.types import EnumType, IntType, Value


class Reference:
    """Evaluates a policy by walking it."""

    name = "reference"

    def __init__(self, policy: ir.Policy) -> None:
        self.policy = policy
        self.settings: dict[str, Value] = {path: one.value for path, one in policy.settings.items()}

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        """Decide in dependency order, rank, work out what the deciding rules cause, then ask the invariants."""
        environment: dict[str, Value] = {**self.settings, **facts}
        outcome: dict[str, Value] = {}
        fired: list[str] = []
        deciding: list[tuple[str, ir.Rule]] = []
        conflicts: dict[str, tuple[str, ...]] = {}
        for name in self.policy.plans[event].decisions:
            decision = self.policy.decisions[name]
            if name in degraded:
                value = evaluate(decision.fallback, environment)
            else:
                value, rules, conflict = settle(decision, self._matching(decision, event, environment), environment)
                fired += [f"{name}.{rule.name}" for rule in rules]
                deciding += [(name, rule) for rule in rules]
                conflicts |= {name: conflict} if conflict else {}
            outcome[name] = environment[name] = value
        happenings = tuple(
            happen(f"{name}.{rule.name}", effect, environment) for name, rule in deciding for effect in rule.effects
        )
        left_out: dict[str, Mapping[str, str]] = {}
        for name in self.policy.plans[event].rankings:
            ranking = self.policy.rankings[name]
            if name in degraded:
                outcome[name] = tuple(one["id"] for one in candidates(ranking, environment))
                continue
            outcome[name], left_out[name], preferred = self._rank(ranking, environment)
            fired += [f"{name}.{one.name}" for one in ranking.prefer if one.name in preferred]
        environment |= flags(self.policy, happenings)
        asked = [one for one in self.policy.invariants if event in one.asked_on and one.decision not in degraded]
        violated = self._violated(event, asked, environment, outcome)
        return Evaluation(outcome, tuple(fired), happenings, tuple(violated), left_out, conflicts)

    def _matching(self, decision: ir.Decision, event: str, environment: Environment) -> Iterator[ir.Rule]:
        """The rules whose conditions hold, in file order, each looked at only when it is asked for."""
        for rule in decision.rules:
            if event in rule.asked_on and (rule.when is None or evaluate(rule.when, environment) is True):
                yield rule

    def _rank(
        self, ranking: ir.Ranking, environment: Environment
    ) -> tuple[tuple[Value, ...], dict[str, str], set[str]]:
        """The ranked ids, the rule that left each other one out, and the preferences that held for somebody ranked."""
        scores: list[tuple[int, Value]] = []
        left_out: dict[str, str] = {}
        preferred: set[str] = set()
        for one in candidates(ranking, environment):
            view = {**environment, **under("candidate", one)}
            failed = self._failed(ranking, view)
            if failed is not None:
                left_out[str(one["id"])] = failed.name
                continue
            held = self._held(ranking, view)
            preferred |= {rule.name for rule in held}
            scores.append((score(held, view), one["id"]))
        return in_order(scores), left_out, preferred

    def _failed(self, ranking: ir.Ranking, view: Environment) -> ir.Requirement | None:
        """The first requirement that does not hold; none behind it is looked at."""
        return next((rule for rule in ranking.require if evaluate(rule.when, view) is False), None)

    def _held(self, ranking: ir.Ranking, view: Environment) -> list[ir.Preference]:
        """The preferences that hold."""
        return [rule for rule in ranking.prefer if rule.when is None or evaluate(rule.when, view) is True]

    def _violated(
        self, event: str, asked: list[ir.Invariant], environment: Environment, outcome: Mapping[str, Value]
    ) -> list[str]:
        """The invariants asked that do not hold."""
        return [
            one.name
            for one in asked
            if any(evaluate(one.condition, view) is one.never for view in views(self.policy, one, environment, outcome))
        ]

    def predicate(self, fold: ir.Fold) -> Predicate | None:
        """The fold's `where`, walked for each entry."""
        where = fold.where
        if where is None:
            return None
        return lambda attributes: evaluate(where, {**self.settings, **attributes}) is True


def flags(policy: ir.Policy, happenings: tuple[Happening, ...]) -> dict[str, Value]:
    """What an invariant may ask of the effects: `recorded.x` and `owed.x`."""
    recorded = {one.name for one in happenings if one.action == "record"}
    owed = {one.name for one in happenings if one.action == "owe"}
    asked: dict[str, Value] = {f"recorded.{name}": name in recorded for name in policy.entries}
    return asked | {f"owed.{name}": name in owed for name in policy.obligations}


def settle(
    decision: ir.Decision, matching: Iterator[ir.Rule], environment: Environment
) -> tuple[Value, list[ir.Rule], tuple[str, ...]]:
    """The outcome of a decision, the rules that decided it, and, under `unique`, those that contradict each other.

    Under `first` no rule behind the first match is looked at: it may read what the first found missing.
    """
    rules = list(islice(matching, 1)) if decision.hit == "first" else list(matching)
    if decision.hit == "collect":
        return gather(decision, [evaluate(rule.then, environment) for rule in rules]), rules, ()
    if decision.hit == "unique" and len(rules) > 1:
        return evaluate(decision.fallback, environment), [], tuple(rule.name for rule in rules)
    if not rules:
        return evaluate(decision.otherwise or decision.fallback, environment), [], ()
    if decision.hit == "priority":
        assert isinstance(decision.type, EnumType)
        order = {value: n for n, value in enumerate(decision.type.values)}
        rules.sort(key=lambda rule: -order[str(evaluate(rule.then, environment))])  # equals stay in file order
    return evaluate(rules[0].then, environment), rules[:1], ()


def gather(decision: ir.Decision, values: list[Value]) -> Value:
    """What `collect` makes of its values: numbers add up and stop at the ends of the range, others are listed once."""
    if not isinstance(decision.type, IntType):
        return tuple(dict.fromkeys(values))
    total = sum(value for value in values if isinstance(value, int))
    return max(decision.type.low, min(decision.type.high, total))


def candidates(ranking: ir.Ranking, environment: Environment) -> tuple[Candidate, ...]:
    """The candidates given, in their order."""
    given = environment.get(ranking.over, ())
    assert isinstance(given, tuple)
    return tuple(one for one in given if isinstance(one, Mapping))


def under(space: str, candidate: Candidate) -> dict[str, Value]:
    """A candidate's values as an expression reads them."""
    return {f"{space}.{name}": value for name, value in candidate.items()}


def score(held: list[ir.Preference], view: Environment) -> int:
    """What the preferences that hold add up to."""
    return sum(value for rule in held if isinstance(value := evaluate(rule.add, view), int))


def in_order(scores: list[tuple[int, Value]]) -> tuple[Value, ...]:
    """The ids, best score first, ties as they came."""
    return tuple(id_ for _, id_ in sorted(scores, key=lambda one: -one[0]))


def views(
    policy: ir.Policy, one: ir.Invariant, environment: Environment, outcome: Mapping[str, Value]
) -> Iterator[Environment]:
    """Every environment in which an invariant must hold: the event's, or one for each candidate or pair."""
    if not one.about:
        yield environment
        return
    given = candidates(policy.rankings[one.decision], environment)
    ids = outcome[one.decision]
    assert isinstance(ids, tuple)
    if one.about == "candidate":
        for candidate in given:
            yield {**environment, **under("candidate", candidate), "candidate.ranked": candidate["id"] in ids}
        return
    by_id = {candidate["id"]: candidate for candidate in given}
    for ahead, behind in pairs([by_id[id_] for id_ in ids]):
        yield {**environment, **under("ahead", ahead), **under("behind", behind)}


def happen(rule: str, effect: ir.Effect, environment: Environment) -> Happening:
    """An effect with every value worked out."""
    match effect:
        case ir.Record(entry, values):
            return Happening(rule, "record", entry, _values(values, environment))
        case ir.Amend(entry, which, values):
            id_ = evaluate(which, environment)
            assert isinstance(id_, str)
            return Happening(rule, "amend", entry, _values(values, environment), which=id_)
        case ir.Owe(obligation, carries):
            return Happening(rule, "owe", obligation, _values(carries, environment))
        case ir.Close(obligation, by, how, reason):
            return Happening(rule, "close", obligation, _values(by, environment), how=how, reason=reason)
        case ir.Say(text):
            return Happening(rule, "say", text, {})
        case _:
            assert_never(effect)


def _values(values: tuple[tuple[str, ir.Expr], ...], environment: Environment) -> Mapping[str, Value]:
    """The values given; a plain read of something missing leaves its name out."""
    return {
        name: evaluate(expr, environment)
        for name, expr in values
        if not (isinstance(expr, ir.Read) and expr.path not in environment)
    }


def evaluate(expr: ir.Expr, environment: Environment) -> Value:
    """The value of a checked expression; it cannot fail on facts that fit."""
    match expr:
        case ir.Constant(value):
            return value
        case ir.Read(path):
            return environment[path]
        case ir.Has(path):
            return path in environment
        case ir.Not(operand):
            return evaluate(operand, environment) is False
        case ir.All(parts):
            return all(evaluate(part, environment) is True for part in parts)
        case ir.Any(parts):
            return any(evaluate(part, environment) is True for part in parts)
        case ir.Compare(operator, left, right):
            return _compare(operator, evaluate(left, environment), evaluate(right, environment))
        case ir.In(item, items):
            found = evaluate(items, environment)
            assert isinstance(found, tuple)
            return evaluate(item, environment) in found
        case ir.ListOf(items):
            return tuple(evaluate(item, environment) for item in items)
        case ir.Arithmetic(operator, left, right):
            return _arithmetic(operator, evaluate(left, environment), evaluate(right, environment))
        case _:
            assert_never(expr)


def _compare(operator: str, left: Value, right: Value) -> bool:
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    assert isinstance(left, int)
    assert isinstance(right, int)
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _arithmetic(operator: str, left: Value, right: Value) -> int:
    assert isinstance(left, int)
    assert isinstance(right, int)
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case _:
            return left * right
