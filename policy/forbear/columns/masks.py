"""Conditions of few rules as columns of true and false: Polars keeps these as bits, and joins 64 rows at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_

import polars as pl

from forbear.columns.bits import runs, span
from forbear.columns.spaces import Reading, Sets
from forbear.columns.variables import Key
from forbear.language import ir

MOST_CONDITIONS = 16  # to look more up costs less than to ask one after the other
MOST_RUNS = 64  # of classes that are compared one by one

Mask = pl.Expr | bool
"""Whether a condition holds in each row, or the same in all; null only where a value was refused."""


class Masks:
    """Whether conditions hold; each atom is asked once, in a column of its own, whatever it is asked for."""

    def __init__(self, sets: Sets, any_at_all: bool) -> None:
        self._most = MOST_CONDITIONS if any_at_all else -1
        self.columns: dict[str, pl.Expr] = {}
        self._sets = sets
        self._atoms: dict[tuple[Key, int], pl.Expr] = {}

    def of(self, conditions: Sequence[Reading]) -> tuple[Mask, ...] | None:
        """The masks of conditions, or None where these are too many or too long."""
        if len(conditions) > self._most or sum(map(self._length, conditions)) > MOST_RUNS:
            return None
        return tuple(self._mask(one) for one in conditions)

    def _length(self, one: Reading) -> int:
        return sum(
            sum(1 for _ in runs(self._sets.held(key, atom))) for key, several in one.atoms.items() for atom in several
        )

    def _mask(self, one: Reading) -> Mask:
        atoms = {id(atom): self._atom(key, atom) for key, several in one.atoms.items() for atom in several}
        return _joined(one.condition, atoms)

    def _atom(self, key: Key, atom: ir.Expr) -> Mask:
        held, variable = self._sets.held(key, atom), self._sets.variables[key]
        if held in (0, span(0, variable.size)):
            return held != 0
        found = self._atoms.get((key, held))
        if found is None:
            found = self._atoms[key, held] = self._column(variable.within(held))
        return found

    def _column(self, mask: pl.Expr) -> pl.Expr:
        if mask.meta.is_column_selection():
            return mask
        name = f"mask {len(self.columns)}"
        self.columns[name] = mask
        return pl.col(name)


def any_of(masks: Sequence[Mask]) -> Mask:
    """Where one of them holds."""
    if any(one is True for one in masks):
        return True
    exprs = [one for one in masks if isinstance(one, pl.Expr)]
    return reduce(or_, exprs) if exprs else False


def all_of(masks: Sequence[Mask]) -> Mask:
    """Where each of them holds."""
    if any(one is False for one in masks):
        return False
    exprs = [one for one in masks if isinstance(one, pl.Expr)]
    return reduce(and_, exprs) if exprs else True


def _joined(condition: ir.Expr, atoms: Mapping[int, Mask]) -> Mask:
    match condition:
        case ir.Constant(value):
            return value is True
        case ir.Not(operand):
            found = _joined(operand, atoms)
            return not found if isinstance(found, bool) else ~found
        case ir.All(parts):
            return all_of([_joined(part, atoms) for part in parts])
        case ir.Any(parts):
            return any_of([_joined(part, atoms) for part in parts])
        case _:
            return atoms[id(condition)]
