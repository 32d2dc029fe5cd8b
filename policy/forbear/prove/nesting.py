"""What holds of folds in every ledger: where all entries that one fold keeps are kept by another too."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import z3

from forbear.language import ir
from forbear.prove.entry import Entry
from forbear.prove.moment import Settings
from forbear.prove.terms import Reading


class Nesting:
    """Which folds keep all that others keep. Asked once for each pair."""

    def __init__(self, policy: ir.Policy, settings: Settings) -> None:
        self._policy, self._settings = policy, settings
        self._within = cache(self._is_within)

    def known(self, folds: Iterable[str], value: Reading) -> list[z3.BoolRef]:
        """What holds between some folds that are asked on one event."""
        paths = sorted(set(folds))
        found: list[z3.BoolRef] = []
        for one in paths:
            for other in paths:
                if one != other and self._within(one, other):
                    found += self._relate(one, other, value)
        return found

    def _is_within(self, one: str, other: str) -> bool:
        """Whether every entry that one fold keeps is kept by the other."""
        inner, outer = self._policy.folds[one], self._policy.folds[other]
        if (inner.entry, inner.scope) != (outer.entry, outer.scope) or not set(outer.by) <= set(inner.by):
            return False
        if outer.window is not None and outer.window != inner.window:
            return False
        if outer.where is None:
            return True
        entry = Entry(self._policy, inner.entry, self._settings)
        solver = z3.Solver()
        solver.set("timeout", 5000)
        kept, left = entry.reading.condition(inner.where), z3.Not(entry.reading.condition(outer.where))
        solver.add(kept, left, *entry.known())
        return bool(solver.check() == z3.unsat)

    def _relate(self, one: str, other: str, read: Reading) -> list[z3.BoolRef]:
        inner, outer = self._policy.folds[one], self._policy.folds[other]
        if inner.operator == outer.operator == "count":
            return [read.value(one) <= read.value(other)]
        some, all_ = _keeps(inner, read), _keeps(outer, read)
        return [z3.Implies(some, all_)] if some is not None and all_ is not None else []


def _keeps(fold: ir.Fold, read: Reading) -> z3.BoolRef | None:
    """That a fold keeps something, None where its value does not tell."""
    match fold.operator:
        case "any":
            return read.value(fold.path)
        case "count":
            number: z3.ExprRef = read.value(fold.path)
            return number >= 1
        case "first" | "last" if fold.optional and not _may_lack(fold):
            return read.there(fold.path)
        case _:
            return None


def _may_lack(fold: ir.Fold) -> bool:
    return fold.of not in ("id", "age")
