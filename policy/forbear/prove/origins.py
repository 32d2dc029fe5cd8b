"""Where entries come from: what rules record them with, what is owed beside them, and what may be amended later."""

from __future__ import annotations

from collections.abc import Iterable

import z3

from forbear.language import ir
from forbear.prove.entry import Entry
from forbear.prove.terms import constant, equal


def most_beside(policy: ir.Policy, obligation: str, kind: str) -> int:
    """How many entries of a kind a rule records at most beside an obligation."""
    rules = [rule.effects for decision in policy.decisions.values() for rule in decision.rules]
    owing = [
        effects for effects in rules if any(isinstance(one, ir.Owe) and one.obligation == obligation for one in effects)
    ]
    return max(
        (sum(1 for one in effects if isinstance(one, ir.Record) and one.entry == kind) for effects in owing), default=0
    )


def born(policy: ir.Policy, entry: Entry, beside: str = "") -> z3.BoolRef:
    """That an entry has what some rule recorded it with and nothing amends: one that owes `beside`, where given."""
    steady = entry.attributes.keys() - amendable(policy, entry.kind)
    ways: list[z3.BoolRef] = []
    for decision in policy.decisions.values():
        for rule in decision.rules:
            owes = {effect.obligation for effect in rule.effects if isinstance(effect, ir.Owe)}
            if beside and beside not in owes:
                continue
            for effect in rule.effects:
                if isinstance(effect, ir.Record) and effect.entry == entry.kind:
                    ways.append(_recorded(entry, effect, steady))
    return z3.Or(ways) if ways else z3.BoolVal(not beside)


def _recorded(entry: Entry, effect: ir.Record, steady: Iterable[str]) -> z3.BoolRef:
    told = dict(effect.values)
    same: list[z3.BoolRef] = []
    for name in sorted(steady):
        attribute, expr = entry.attributes[name], told.get(name)
        value = expr.value if isinstance(expr, ir.Constant) else attribute.default if expr is None else None
        if value is not None:
            same.append(equal(entry.value(name), constant(value, entry.settings.codes)))
    return z3.And(same)


def amendable(policy: ir.Policy, kind: str) -> frozenset[str]:
    """The attributes of a kind of entry that anything amends."""
    found: set[str] = {"how", "open", "overdue", "reason"} if kind == "obligation" else set()
    for decision in policy.decisions.values():
        for rule in decision.rules:
            for effect in rule.effects:
                if isinstance(effect, ir.Amend) and effect.entry == kind:
                    found |= {name for name, _ in effect.values}
    for obligation in policy.obligations.values():
        for closing in obligation.closes.values():
            for other, values in closing.amends:
                found |= {name for name, _ in values} if other == kind else set()
    return frozenset(found)
