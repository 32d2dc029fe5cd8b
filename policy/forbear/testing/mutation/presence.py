"""Whether all that a rule reads is sure to be there: a change after which it is not would be refused by the checker."""

from __future__ import annotations

from collections.abc import Callable

from forbear.language import ir
from forbear.language.walk import effect_expressions

IsOptional = Callable[[str], bool]
NOTHING: frozenset[str] = frozenset()


def is_sure(expr: ir.Expr | None, known: frozenset[str], optional: IsOptional) -> bool:
    """Whether an expression never reads what may be missing; `known` are optional paths that are there."""
    match expr:
        case ir.Read(path):
            return path in known or not optional(path)
        case ir.Not(operand):
            return is_sure(operand, known, optional)
        case ir.All(parts) | ir.Any(parts):
            for part in parts:
                if not is_sure(part, known, optional):
                    return False
                known |= learnt(part, isinstance(expr, ir.All))
            return True
        case ir.ListOf(parts):
            return all(is_sure(part, known, optional) for part in parts)
        case ir.Compare(_, left, right) | ir.Arithmetic(_, left, right) | ir.In(left, right):
            return is_sure(left, known, optional) and is_sure(right, known, optional)
        case _:
            return True


def learnt(expr: ir.Expr | None, truth: bool) -> frozenset[str]:
    """The paths that are there where a condition comes to a truth."""
    match expr:
        case ir.Has(path):
            return frozenset((path,)) if truth else NOTHING
        case ir.Not(operand):
            return learnt(operand, not truth)
        case ir.All(parts) | ir.Any(parts):
            told = [learnt(part, truth) for part in parts]
            every = isinstance(expr, ir.All) is truth
            return frozenset().union(*told) if every else told[0].intersection(*told[1:])
        case _:
            return NOTHING


def unsure_rules(policy: ir.Policy, decision: ir.Decision) -> set[str]:
    """The rules of a decision that may read what is missing."""
    return {
        rule.name
        for event in decision.asked_on
        for rule, known in _rules_with_known(decision, event)
        if not _is_sure_rule(rule, known, lambda path, event=event: _may_miss(policy, event, path))  # type: ignore[misc]
    }


def _rules_with_known(decision: ir.Decision, event: str) -> list[tuple[ir.Rule, frozenset[str]]]:
    """The rules asked on an event, each with what is known because those before it did not match."""
    known, found = NOTHING, []
    for rule in decision.rules:
        if event in rule.asked_on:
            found.append((rule, known))
            if decision.hit == "first":
                known |= learnt(rule.when, False)
    return found


def _is_sure_rule(rule: ir.Rule, known: frozenset[str], optional: IsOptional) -> bool:
    if not is_sure(rule.when, known, optional):
        return False
    known |= learnt(rule.when, True)
    needed = [expr for effect in rule.effects for expr in effect_expressions(effect) if not isinstance(expr, ir.Read)]
    return all(is_sure(expr, known, optional) for expr in (rule.then, *needed))


def unsure_of_candidates(policy: ir.Policy, ranking: ir.Ranking) -> set[str]:
    """The rules of a ranking that may read what is missing."""
    kind = policy.facts[ranking.over].type
    fields = {one.name: one.optional and one.default is None for one in getattr(kind, "fields", ())}

    def optional(path: str) -> bool:
        if path.startswith(ir.CANDIDATE):
            name = path.removeprefix(ir.CANDIDATE)
            return policy.folds[name].optional if name in policy.folds else fields.get(name, False)
        return any(_may_miss(policy, event, path) for event in ranking.asked_on)

    known: frozenset[str] = NOTHING
    found: set[str] = set()
    for rule in ranking.require:
        if not is_sure(rule.when, known, optional):
            found.add(rule.name)
        known |= learnt(rule.when, True)
    for choice in ranking.prefer:
        sure = is_sure(choice.when, known, optional)
        if not sure or not is_sure(choice.add, known | learnt(choice.when, True), optional):
            found.add(choice.name)
    return found


def _may_miss(policy: ir.Policy, event: str, path: str) -> bool:
    if path in policy.folds:
        return policy.folds[path].optional
    fact = policy.facts.get(path) or policy.events[event].get(path)
    return fact is not None and fact.optional and fact.default is None
