"""Which constructs of the language a policy holds: counted, so that drawn packs are known to reach every one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import get_args

from forbear.language import ir
from forbear.language.types import IntType, ListType, RecordsType, Scalar
from strategies.nodes import expressions, nodes
from strategies.tables import ANYTHING
from strategies.yaml_text import Node

WANTED = {
    *(f"node {one.__name__}" for one in get_args(ir.Expr)),
    *(f"operator {one}" for one in ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*")),
    *(f"effect {one.__name__}" for one in get_args(ir.Effect)),
    *(f"fact {one.__name__}" for one in (*get_args(Scalar), ListType)),
    *(f"outcome {one.__name__}" for one in (*get_args(Scalar), ListType)),
    *(f"fold {one}" for one in ("any", "count", "sum", "first", "last", "where", "window", "by", "else")),
    *(f"setting {one}" for one in ("read", "in fallback", "in where")),
    *(f"event {one}" for one in ("built in", "declared", "lends an entry")),
    *(f"happened {one}" for one in ("record", "amend", "owe", "close", "say")),
    *(f"decided by {one}" for one in ("the first rule", "a later rule", "several rules")),
    *(f"decided by {one}" for one in ("otherwise", "fallback", "none")),
    "fact default", "fact optional", "optional missing", "optional there", "rule narrowed", "rule without when",
    "decision reads decision", "decision grave", "invariant never", "invariant always", "invariant recorded",
    "invariant owed", "invariant violated", "invariant kept", "text shown", "text by", "value left out",
    "degraded read by another",
    *(f"hit {one}" for one in ("first", "unique", "priority", "collect", "collect of numbers")),
    *(f"decided by {one}" for one in ("the only rule", "a conflict", "the severest of several", "a sum of several")),
    *(f"table of {one}" for one in ("table", "require", "prefer")),
    *(f"cell with {one}" for one in ("anything", "a value", "a list", "a comparison", "another value than")),
    "row with effects", "decision not asked on every event",
    *(f"field {one.__name__}" for one in (*get_args(Scalar), ListType)),
    *(f"fold {one}" for one in ("keyed", "keyed and optional")),
    *(f"ranking reads {one}" for one in ("a field", "a keyed fold", "a fact", "a decision", "a setting")),
    *(f"invariant of {one}" for one in ("candidate", "pair", "ranking", "candidate.ranked")),
    *(f"{one} {state}" for one in ("candidate", "pair") for state in ("violated", "kept")),
    *(f"ranked {one}" for one in ("nobody", "none given", "all", "some", "in another order", "as given, degraded")),
    "field optional", "field default", "field missing", "requirement", "later requirement fails", "preference",
    "preference without when", "preference adds an expression", "preferred by several",
}  # fmt: skip

_EFFECTS = ("record", "amend", "close", "owe", "say")


def count_tables(node: Node, seen: Counter[str], key: str = "") -> None:
    """Count the tables in a file's sections, and what their cells say."""
    match node:
        case {"inputs": _, "rows": list(rows)}:
            seen[f"table of {key}"] += 1
            for row in rows:
                assert isinstance(row, Mapping)
                seen["row with effects"] += any(effect in row for effect in _EFFECTS)
                cells = row["when"]
                assert isinstance(cells, list)
                for cell in cells:
                    seen[f"cell with {_cell(cell)}"] += 1
        case dict():
            for name, inner in node.items():
                count_tables(inner, seen, name)
        case list():
            for inner in node:
                count_tables(inner, seen, key)
        case _:
            pass


def _cell(cell: Node) -> str:
    if isinstance(cell, list):
        return "a list"
    if cell == ANYTHING:
        return "anything"
    said = str(cell)
    return "another value than" if said.startswith("!=") else "a comparison" if said[0] in "<>=" else "a value"


def count_policy(policy: ir.Policy, seen: Counter[str]) -> None:
    """Count the constructs that a policy holds."""
    for expr in expressions(policy):
        for node in nodes(expr):
            seen[f"node {type(node).__name__}"] += 1
            if isinstance(node, ir.Compare | ir.Arithmetic):
                seen[f"operator {node.operator}"] += 1
            if isinstance(node, ir.Read | ir.Has) and node.path in policy.settings:
                seen["setting read"] += 1
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
        seen["setting in where"] += fold.where is not None and bool(paths_in(fold.where) & policy.settings.keys())
    for decision in policy.decisions.values():
        _count_decision(policy, decision, seen)
    for ranking in policy.rankings.values():
        _count_ranking(policy, ranking, seen)
    for invariant in policy.invariants:
        seen["invariant never" if invariant.never else "invariant always"] += 1
        spaces = {path.partition(".")[0] for path in paths_in(invariant.condition)}
        seen["invariant recorded"] += "recorded" in spaces
        seen["invariant owed"] += "owed" in spaces
        if invariant.decision in policy.rankings:
            seen[f"invariant of {invariant.about or 'ranking'}"] += 1
            seen["invariant of candidate.ranked"] += "candidate.ranked" in paths_in(invariant.condition)
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
    paths = {path for one in ranking.require for path in paths_in(one.when)}
    paths |= {path for one in ranking.prefer for path in paths_in(one.when) | paths_in(one.add)}
    for path in paths:
        keyed, own = path.startswith("candidate.history."), path.startswith("candidate.")
        others = "a decision" if path in policy.decisions else "a setting" if path in policy.settings else "a fact"
        seen[f"ranking reads {'a keyed fold' if keyed else 'a field' if own else others}"] += 1


def _count_decision(policy: ir.Policy, decision: ir.Decision, seen: Counter[str]) -> None:
    seen[f"outcome {type(decision.type).__name__}"] += 1
    adds = decision.hit == "collect" and isinstance(decision.type, IntType)
    seen["hit collect of numbers" if adds else f"hit {decision.hit}"] += 1
    seen["decision grave"] += bool(decision.grave)
    seen["setting in fallback"] += bool(paths_in(decision.fallback) & policy.settings.keys())
    for rule in decision.rules:
        seen["rule narrowed"] += rule.asked_on != decision.asked_on
        seen["rule without when"] += rule.when is None
        seen["decision reads decision"] += rule.when is not None and bool(paths_in(rule.when) & policy.decisions.keys())
        for effect in rule.effects:
            seen[f"effect {type(effect).__name__}"] += 1


def paths_in(expr: ir.Expr | None) -> set[str]:
    """The paths that an expression reads or asks for."""
    return set() if expr is None else {one.path for one in nodes(expr) if isinstance(one, ir.Read | ir.Has)}
