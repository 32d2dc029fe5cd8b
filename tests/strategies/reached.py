"""What a request and its answer reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from forbear.evaluate import Evaluation
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import IntType
from strategies.cases import Question
from strategies.reach import paths_in


def count_answer(policy: ir.Policy, asked: Question, answer: Evaluation, seen: Counter[str]) -> None:
    """Count what a request and its answer reached."""
    plan = policy.plans[asked.event]
    lent = any(path.startswith(("offence.", "obligation.")) for path in plan.facts)
    seen["event lends an entry" if lent else "event built in" if asked.event != "survey" else "event declared"] += 1
    others = {name for one in policy.plans.values() for name in one.decisions}
    seen["decision not asked on every event"] += 0 < len(plan.decisions) < len(others)
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
        first = decision_.rules[0].name if decision_.rules else ""
        if name in asked.degraded:
            seen["decided by fallback"] += 1
            readers = [policy.decisions[one] for one in plan.decisions if one != name]
            seen["degraded read by another"] += any(
                name in paths_in(rule.when) for one in readers for rule in one.rules
            )
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
