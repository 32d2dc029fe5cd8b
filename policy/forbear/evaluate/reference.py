"""The meaning of the language: a walk over the tree, as plain as it can be written.

This file is the definition. Where another evaluator answers otherwise, it is wrong, or the specification is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from forbear.evaluate.protocol import Environment, Evaluation, Happening, Predicate
from forbear.language import ir
from forbear.language.types import Value


class Reference:
    """Evaluates a policy by walking it."""

    name = "reference"

    def __init__(self, policy: ir.Policy) -> None:
        self.policy = policy
        self.settings: dict[str, Value] = {path: one.value for path, one in policy.settings.items()}

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        """Decide in dependency order, then work out what the deciding rules cause, then ask the invariants."""
        environment: dict[str, Value] = {**self.settings, **facts}
        outcome: dict[str, Value] = {}
        fired: list[str] = []
        deciding: list[tuple[str, ir.Rule]] = []
        for name in self.policy.plans[event].decisions:
            decision = self.policy.decisions[name]
            if name in degraded:
                value = evaluate(decision.fallback, environment)
            else:
                value, rules = settle(decision, event, environment)
                fired += [f"{name}.{rule.name}" for rule in rules]
                deciding += [(name, rule) for rule in rules]
            outcome[name] = environment[name] = value
        happenings = tuple(
            happen(f"{name}.{rule.name}", effect, environment) for name, rule in deciding for effect in rule.effects
        )
        return Evaluation(outcome, tuple(fired), happenings, self._violated(event, environment, happenings, degraded))

    def _violated(
        self, event: str, environment: Environment, happenings: tuple[Happening, ...], degraded: frozenset[str]
    ) -> tuple[str, ...]:
        """The invariants that do not hold, degraded decisions left out."""
        full: dict[str, Value] = {**environment, **flags(self.policy, happenings)}
        return tuple(
            one.name
            for one in self.policy.invariants
            if event in one.asked_on and one.decision not in degraded
            if evaluate(one.condition, full) is one.never
        )

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


def settle(decision: ir.Decision, event: str, environment: Environment) -> tuple[Value, list[ir.Rule]]:
    """The outcome of a decision and the rules that decided it."""
    matching = (rule for rule in decision.rules if _matches(rule, event, environment))
    if decision.hit == "collect":
        rules = list(matching)
        return tuple(dict.fromkeys(evaluate(rule.then, environment) for rule in rules)), rules
    for rule in matching:  # no rule behind the first is looked at: it may read what the first found missing
        return evaluate(rule.then, environment), [rule]
    return evaluate(decision.otherwise or decision.fallback, environment), []


def _matches(rule: ir.Rule, event: str, environment: Environment) -> bool:
    return event in rule.asked_on and (rule.when is None or evaluate(rule.when, environment) is True)


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
