"""The drawn packs and facts reach every construct of the language; otherwise the agreement tests prove little."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from hypothesis import HealthCheck, Phase, given, seed, settings

from forbear.evaluate import Reference
from forbear.language import ir
from forbear.language.types import ListType, Scalar
from strategies.cases import Case, Question, cases
from strategies.nodes import expressions, nodes

SEEDS, PACKS = range(12), 15  # runs anew, because one run keeps to what it began with
LEAST = 3
WANTED = {
    *(f"node {one.__name__}" for one in get_args(ir.Expr)),
    *(f"operator {one}" for one in ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*")),
    *(f"effect {one.__name__}" for one in get_args(ir.Effect)),
    *(f"fact {one.__name__}" for one in (*get_args(Scalar), ListType)),
    *(f"outcome {one.__name__}" for one in (*get_args(Scalar), ListType)),
    *(f"fold {one}" for one in ("any", "count", "sum", "first", "last", "where", "window", "by", "else")),
    *(f"setting {one}" for one in ("read", "in fallback", "in where")),
    *(f"event {one}" for one in ("built in", "declared", "lends an entry")),
    *(f"happened {one}" for one in ("record", "amend", "owe", "close")),
    *(f"decided by {one}" for one in ("the first rule", "a later rule", "several rules")),
    *(f"decided by {one}" for one in ("otherwise", "fallback", "none")),
    "fact default", "fact optional", "optional missing", "optional there", "rule narrowed", "rule without when",
    "decision reads decision", "decision grave", "invariant never", "invariant always", "invariant recorded",
    "invariant owed", "invariant violated", "invariant kept", "text shown", "text by", "value left out",
    "decimals of different places", "degraded read by another",
}  # fmt: skip


def test_every_construct_is_reached() -> None:
    seen: Counter[str] = Counter()
    for number in SEEDS:
        _drawn(number, seen)
    assert {name: seen[name] for name in sorted(WANTED) if seen[name] < LEAST} == {}


def _drawn(number: int, seen: Counter[str]) -> None:
    """Count what the packs of one seed reach; the same on every run."""

    @seed(number)
    @settings(
        max_examples=PACKS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases())
    def count(case: Case) -> None:
        _count_policy(case.policy, seen)
        for one in case.questions:
            _count_answer(case.policy, one, seen)

    count()


def _count_policy(policy: ir.Policy, seen: Counter[str]) -> None:
    for expr in expressions(policy):
        for node in nodes(expr):
            seen[f"node {type(node).__name__}"] += 1
            if isinstance(node, ir.Compare | ir.Arithmetic):
                seen[f"operator {node.operator}"] += 1
            if isinstance(node, ir.Read | ir.Has) and node.path in policy.settings:
                seen["setting read"] += 1
            if isinstance(node, ir.Compare) and any(_is_scaled(side) for side in (node.left, node.right)):
                seen["decimals of different places"] += 1
    for fact in policy.facts.values():
        seen[f"fact {type(fact.type).__name__}"] += 1
        seen["fact default"] += fact.default is not None
        seen["fact optional"] += fact.optional
    for fold in policy.folds.values():
        seen[f"fold {fold.operator}"] += 1
        seen["fold where"] += fold.where is not None
        seen["fold window"] += fold.window is not None
        seen["fold by"] += bool(fold.by)
        seen["fold else"] += fold.otherwise is not None
        seen["setting in where"] += fold.where is not None and bool(_paths(fold.where) & policy.settings.keys())
    for decision in policy.decisions.values():
        _count_decision(policy, decision, seen)
    for invariant in policy.invariants:
        seen["invariant never" if invariant.never else "invariant always"] += 1
        spaces = {path.partition(".")[0] for path in _paths(invariant.condition)}
        seen["invariant recorded"] += "recorded" in spaces
        seen["invariant owed"] += "owed" in spaces
    for text in policy.texts.values():
        seen["text by"] += bool(text.by)
        parts = [part for languages in text.variants.values() for template in languages.values() for part in template]
        seen["text shown"] += any(isinstance(part, ir.Placeholder) for part in parts)


def _count_decision(policy: ir.Policy, decision: ir.Decision, seen: Counter[str]) -> None:
    seen[f"outcome {type(decision.type).__name__}"] += 1
    seen["decision grave"] += bool(decision.grave)
    seen["setting in fallback"] += bool(_paths(decision.fallback) & policy.settings.keys())
    for rule in decision.rules:
        seen["rule narrowed"] += rule.asked_on != decision.asked_on
        seen["rule without when"] += rule.when is None
        seen["decision reads decision"] += rule.when is not None and bool(_paths(rule.when) & policy.decisions.keys())
        for effect in rule.effects:
            seen[f"effect {type(effect).__name__}"] += 1


def _count_answer(policy: ir.Policy, asked: Question, seen: Counter[str]) -> None:
    plan, answer = policy.plans[asked.event], Reference(policy).decide(asked.event, asked.facts, asked.degraded)
    lent = any(path.startswith(("offence.", "obligation.")) for path in plan.facts)
    seen["event lends an entry" if lent else "event built in" if asked.event != "survey" else "event declared"] += 1
    for path in plan.facts:
        fact = policy.facts.get(path) or policy.events[asked.event].get(path)
        if fact is not None and fact.optional:
            seen["optional there" if path in asked.facts else "optional missing"] += 1
    for one in answer.happenings:
        seen[f"happened {one.action}"] += 1
        decision, _, name = one.rule.partition(".")
        rule = next(rule for rule in policy.decisions[decision].rules if rule.name == name)
        seen["value left out"] += any(one.values.keys() < names for names in _named(rule, one.name))
    invariants = [
        one for one in policy.invariants if asked.event in one.asked_on and one.decision not in asked.degraded
    ]
    seen["invariant violated"] += len(answer.violated)
    seen["invariant kept"] += len(invariants) - len(answer.violated)
    for name in plan.decisions:
        decision_ = policy.decisions[name]
        fired = [one.partition(".")[2] for one in answer.fired if one.startswith(f"{name}.")]
        first = decision_.rules[0].name
        if name in asked.degraded:
            seen["decided by fallback"] += 1
            readers = [policy.decisions[one] for one in plan.decisions if one != name]
            seen["degraded read by another"] += any(name in _paths(rule.when) for one in readers for rule in one.rules)
        elif decision_.hit == "collect":
            seen["decided by several rules" if len(fired) > 1 else "decided by none"] += len(fired) != 1
        else:
            shape = "otherwise" if not fired else "the first rule" if fired == [first] else "a later rule"
            seen[f"decided by {shape}"] += 1


def _named(rule: ir.Rule, name: str) -> list[set[str]]:
    """The values that the rule's effects on one entry or obligation name."""
    found: list[set[str]] = []
    for effect in rule.effects:
        match effect:
            case ir.Record(other, values) | ir.Amend(other, _, values) | ir.Owe(other, values) if other == name:
                found.append({key for key, _ in values})
    return found


def _is_scaled(expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Arithmetic) and isinstance(expr.right, ir.Constant) and expr.right.value in (
        10, 100, 10**6, 10**7, 10**8
    )  # fmt: skip


def _paths(expr: ir.Expr | None) -> set[str]:
    return set() if expr is None else {one.path for one in nodes(expr) if isinstance(one, ir.Read | ir.Has)}
