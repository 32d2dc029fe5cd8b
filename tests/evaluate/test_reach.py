"""The drawn packs and facts reach every construct of the language; otherwise the agreement tests prove little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import get_args

from hypothesis import HealthCheck, Phase, given, seed, settings

from forbear.evaluate import Evaluation, Reference
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import IntType, ListType, RecordsType, Scalar
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
    *(f"hit {one}" for one in ("first", "unique", "priority", "collect", "collect of numbers")),
    *(f"decided by {one}" for one in ("the only rule", "a conflict", "the severest of several", "a sum of several")),
    *(f"table of {one}" for one in ("rules", "require", "prefer")),
    *(f"field {one.__name__}" for one in (*get_args(Scalar), ListType)),
    *(f"fold {one}" for one in ("keyed", "keyed and optional")),
    *(f"ranking reads {one}" for one in ("a field", "a keyed fold", "a fact", "a decision", "a setting")),
    *(f"invariant of {one}" for one in ("candidate", "pair", "ranking", "candidate.ranked")),
    *(f"{one} {state}" for one in ("candidate", "pair") for state in ("violated", "kept")),
    *(f"ranked {one}" for one in ("nobody", "none given", "all", "some", "in another order", "as given, degraded")),
    "field optional", "field default", "field missing", "requirement", "later requirement fails", "preference",
    "preference without when", "preference adds an expression", "preferred by several",
}  # fmt: skip


def test_every_construct_is_reached() -> None:
    seen: Counter[str] = Counter()
    for number in SEEDS:
        _drawn(number, seen)
    assert {name: seen[name] for name in sorted(WANTED) if seen[name] < LEAST} == {}, dict(seen)


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
        for text in case.files.values():
            for key in ("require", "prefer"):
                seen[f"table of {key}"] += f'"{key}": {{"inputs"' in text
            seen["table of rules"] += '"table": {"inputs"' in text
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
        seen["fold keyed"] += fold.keyed
        seen["fold keyed and optional"] += fold.keyed and fold.optional
        seen["fold else"] += fold.otherwise is not None
        seen["setting in where"] += fold.where is not None and bool(_paths(fold.where) & policy.settings.keys())
    for decision in policy.decisions.values():
        _count_decision(policy, decision, seen)
    for ranking in policy.rankings.values():
        _count_ranking(policy, ranking, seen)
    for invariant in policy.invariants:
        seen["invariant never" if invariant.never else "invariant always"] += 1
        spaces = {path.partition(".")[0] for path in _paths(invariant.condition)}
        seen["invariant recorded"] += "recorded" in spaces
        seen["invariant owed"] += "owed" in spaces
        if invariant.decision in policy.rankings:
            seen[f"invariant of {invariant.about or 'ranking'}"] += 1
            seen["invariant of candidate.ranked"] += "candidate.ranked" in _paths(invariant.condition)
    for text in policy.texts.values():
        seen["text by"] += bool(text.by)
        parts = [part for languages in text.variants.values() for template in languages.values() for part in template]
        seen["text shown"] += any(isinstance(part, ir.Placeholder) for part in parts)


def _count_ranking(policy: ir.Policy, ranking: ir.Ranking, seen: Counter[str]) -> None:
    kind = policy.facts[ranking.over].type
    assert isinstance(kind, RecordsType)
    for one in kind.fields:
        seen[f"field {type(one.type).__name__}"] += one.name != "id"
        seen["field optional"] += one.optional
        seen["field default"] += one.default is not None
    seen["requirement"] += len(ranking.require)
    for preference in ranking.prefer:
        seen["preference"] += 1
        seen["preference without when"] += preference.when is None
        seen["preference adds an expression"] += not isinstance(preference.add, ir.Constant)
    paths = {path for one in ranking.require for path in _paths(one.when)}
    paths |= {path for one in ranking.prefer for path in _paths(one.when) | _paths(one.add)}
    for path in paths:
        keyed, own = path.startswith("candidate.history."), path.startswith("candidate.")
        others = "a decision" if path in policy.decisions else "a setting" if path in policy.settings else "a fact"
        seen[f"ranking reads {'a keyed fold' if keyed else 'a field' if own else others}"] += 1


def _count_decision(policy: ir.Policy, decision: ir.Decision, seen: Counter[str]) -> None:
    seen[f"outcome {type(decision.type).__name__}"] += 1
    adds = decision.hit == "collect" and isinstance(decision.type, IntType)
    seen["hit collect of numbers" if adds else f"hit {decision.hit}"] += 1
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
    for promise in invariants:
        if promise.about:
            seen[f"{promise.about} {'violated' if promise.name in answer.violated else 'kept'}"] += 1
    for name in plan.rankings:
        _count_ranked(policy.rankings[name], asked, answer, seen)
    for name in plan.decisions:
        decision_ = policy.decisions[name]
        fired = [one.partition(".")[2] for one in answer.fired if one.startswith(f"{name}.")]
        first = decision_.rules[0].name
        if name in asked.degraded:
            seen["decided by fallback"] += 1
            readers = [policy.decisions[one] for one in plan.decisions if one != name]
            seen["degraded read by another"] += any(name in _paths(rule.when) for one in readers for rule in one.rules)
        elif decision_.hit == "collect":
            several = "a sum of several" if isinstance(decision_.type, IntType) else "several rules"
            seen[f"decided by {several}" if len(fired) > 1 else "decided by none"] += len(fired) != 1
        elif decision_.hit == "unique" and (fired or name in answer.conflicts):
            seen["decided by a conflict" if name in answer.conflicts else "decided by the only rule"] += 1
        elif decision_.hit == "priority" and fired and fired != [_first_match(decision_, asked, answer, policy)]:
            seen["decided by the severest of several"] += 1
        else:
            shape = "otherwise" if not fired else "the first rule" if fired == [first] else "a later rule"
            seen[f"decided by {shape}"] += 1


def _first_match(decision: ir.Decision, asked: Question, answer: Evaluation, policy: ir.Policy) -> str:
    """The rule that would have decided, were the first to match to do so."""
    environment = {path: one.value for path, one in policy.settings.items()} | asked.facts | dict(answer.outcome)
    rules = [rule for rule in decision.rules if asked.event in rule.asked_on]
    return next(rule.name for rule in rules if rule.when is None or evaluate(rule.when, environment) is True)


def _count_ranked(ranking: ir.Ranking, asked: Question, answer: Evaluation, seen: Counter[str]) -> None:
    given = asked.facts.get(ranking.over, ())
    assert isinstance(given, tuple)
    ids = [one["id"] for one in given if isinstance(one, Mapping)]
    ranked = answer.outcome[ranking.name]
    assert isinstance(ranked, tuple)
    seen["field missing"] += len({len(one) for one in given if isinstance(one, Mapping)}) > 1
    if ranking.name in asked.degraded:
        seen["ranked as given, degraded"] += bool(ids)
        return
    left_out = answer.left_out[ranking.name]
    shape = "none given" if not ids else "nobody" if not ranked else "some" if left_out else "all"
    seen[f"ranked {shape}"] += 1
    seen["ranked in another order"] += [one for one in ids if one in ranked] != list(ranked)
    seen["later requirement fails"] += bool(ranking.require) and any(
        rule != ranking.require[0].name for rule in left_out.values()
    )
    seen["preferred by several"] += sum(one.startswith(f"{ranking.name}.") for one in answer.fired) > 1


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
