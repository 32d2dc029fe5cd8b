"""`decide_many` held against `decide_facts`, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from forbear import decide_many
from forbear.engine.pure import decide_facts
from forbear.language import ir
from forbear.language.types import RecordsType, show
from strategies.sampling import sampler

Row = dict[str, Any]
SPOILT: Mapping[type, Sequence[Any]] = {
    int: (2**60, -(2**60), 2**63 - 1),
    str: ("", "nobody", "a\0b", "x" * 10_001),
    float: (float("nan"), float("inf"), 1e300, 0.005, -1e-9),
}


def random_rows(policy: ir.Policy, event: str, count: int, random: Random) -> list[Row]:
    """Rows as a host would give them, lists of candidates left out."""
    known = {**policy.folds, **policy.facts, **policy.events[event]}
    drawn, found = sampler(policy, event, random), list[Row]()
    for facts in (drawn.facts(random) for _ in range(count)):
        plain = {path: value for path, value in facts.items() if not isinstance(known[path].type, RecordsType)}
        found.append({path: show(known[path].type, value) for path, value in plain.items()} | {"event.type": event})
    return found


def spoil(rows: Sequence[Row], random: Random) -> None:
    """Take some values away, and make others such that they may not fit."""
    for row in rows:
        for path in [path for path in row if path != "event.type"]:
            chance = random.random()
            if chance < 0.08:
                del row[path]
            elif chance < 0.16 and type(row[path]) in SPOILT:
                row[path] = random.choice(SPOILT[type(row[path])])
            elif chance < 0.16 and isinstance(row[path], list):
                row[path] = [*row[path], None]


def as_columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Rows as columns; what a row has not is null."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def differing(policy: ir.Policy, event: str, rows: Sequence[Row], columns: Any = None) -> list[tuple[Any, ...]]:
    """Where the answer over columns is not that of each row by the reference: what, told, wanted, the row."""
    asked = frozenset(policy.plans[event].decisions)
    answer = decide_many(policy, as_columns(rows) if columns is None else columns, asked=asked)
    found: list[tuple[Any, ...]] = []
    for told, row in zip(answer.iter_rows(named=True), rows, strict=True):
        wanted = wanted_row(policy, event, row)
        assert told.keys() == wanted.keys()
        found += [(name, told[name], wanted[name], row) for name in told if repr(told[name]) != repr(wanted[name])]
    return found


def wanted_row(policy: ir.Policy, event: str, row: Mapping[str, Any]) -> Row:
    """One row's answer by the reference, as columns name it."""
    answer = decide_facts(policy, {**row, "event.type": event}, evaluator="reference")
    evaluation, wanted = answer.evaluation, dict[str, Any]()
    for name in policy.plans[event].decisions:
        decision = policy.decisions[name]
        fired = [one for one in evaluation.fired if one.startswith(f"{name}.")]
        wanted[name] = show(decision.outcome_type, evaluation.outcome[name])
        wanted[f"{name}.rule"] = fired if decision.hit == "collect" else (fired or [None])[0]
        wanted[f"{name}.fell_back"] = name in answer.degraded or name in evaluation.conflicts
    checked = {one.name for one in policy.invariants if one.decision in policy.decisions}
    return {**wanted, "violated": [one for one in evaluation.violated if one in checked]}
