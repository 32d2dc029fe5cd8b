"""Conditions as sets of cells: every combination of the classes of what they read."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import add, and_, or_

import polars as pl
from attrs import frozen

from forbear.columns.bits import picked, signatures, span, tiled
from forbear.columns.kinds import Dtype, looked_up
from forbear.columns.variables import Key, Reads, Variable, key_of
from forbear.language import ir
from forbear.language.walk import atoms

MOST_CELLS = 2**18
MOST_WORK = 2**29  # cells times conditions
FEW_CELLS = 2**12  # so few that it does not pay to put classes together


@frozen
class Axis:
    """A variable of a space, its classes put together as far as the conditions do not tell them apart."""

    variable: Variable
    to: tuple[int, ...]  # class → place on the axis
    size: int
    stride: int

    @property
    def first(self) -> list[int]:
        """The first class at each place."""
        first: dict[int, int] = {}
        for one, place in enumerate(self.to):
            first.setdefault(place, one)
        return [first[place] for place in range(self.size)]


@frozen
class Space:
    """So many cells, and for each condition those in which it holds."""

    axes: tuple[Axis, ...]
    size: int
    held: tuple[int, ...]

    def cells(self) -> Iterator[int]:
        """For each cell, the set of conditions that hold in it."""
        return signatures(self.held, self.size)

    def cell(self) -> pl.Expr:
        """The cell of each row."""
        return sum_of([_placed(axis) for axis in self.axes])

    def told(self, table: list[int], dtype: Dtype, alone: bool = False) -> pl.Expr:
        """For each row what a table says of its cell; `alone` says that no other space cuts the rows."""
        if alone and len(self.axes) == 1:
            (axis,) = self.axes
            if axis.variable.alone and axis.variable.coded is not None:
                return axis.variable.coded([table[place] for place in axis.to]).fill_null(0).cast(dtype)
        return looked_up(table, dtype, self.cell())


def sum_of(places: Sequence[pl.Expr]) -> pl.Expr:
    """The cell of each row, from its place on each axis."""
    return reduce(add, places) if places else pl.repeat(0, pl.len(), dtype=pl.UInt32)


def _placed(axis: Axis) -> pl.Expr:
    number = pl.col(axis.variable.column)
    places = [axis.to[one] * axis.stride for one in axis.variable.classes]
    if axis.variable.coded is not None and places == [n * axis.stride for n in range(axis.size)]:
        return number if axis.stride == 1 else number * pl.lit(axis.stride, pl.UInt32)
    return looked_up(places, pl.UInt32, number)


@frozen
class Reading:
    """What a condition needs: the variables of its atoms."""

    condition: ir.Expr
    atoms: Mapping[Key, tuple[ir.Expr, ...]]


def reading(condition: ir.Expr, known: Reads) -> Reading:
    """The atoms of a condition by variable."""
    found: dict[Key, list[ir.Expr]] = {}
    for atom in atoms(condition):
        found.setdefault(key_of(atom, known), []).append(atom)
    return Reading(condition, {key: tuple(several) for key, several in found.items()})


def atoms_of(conditions: Iterable[Reading]) -> dict[Key, list[ir.Expr]]:
    """The atoms of several conditions by variable."""
    found: dict[Key, list[ir.Expr]] = {}
    for one in conditions:
        for key, several in one.atoms.items():
            found.setdefault(key, []).extend(several)
    return found


class Sets:
    """The classes in which atoms hold, worked out once each; atoms are told by their identity, for many are large."""

    def __init__(self, variables: Mapping[Key, Variable]) -> None:
        self.variables = variables
        self._held: dict[int, tuple[ir.Expr, int]] = {}

    def held(self, key: Key, atom: ir.Expr) -> int:
        """The classes of a variable in which an atom holds."""
        found = self._held.get(id(atom))
        if found is None:
            found = self._held[id(atom)] = atom, self.variables[key].holds(atom)
        return found[1]


def axes_of(conditions: Sequence[Reading], sets: Sets, keys: Container[Key] | None = None) -> tuple[Axis, ...] | None:
    """The axes of what conditions read, or of those among it that `keys` names; None where there are too many cells."""
    masks: dict[Key, dict[int, None]] = {}
    for one in conditions:
        for key, several in one.atoms.items():
            if keys is None or key in keys:
                masks.setdefault(key, {}).update((sets.held(key, atom), None) for atom in several)
    whole = _product(sets.variables[key].size for key in masks)
    axes: list[Axis] = []
    stride = 1
    for key, told in masks.items():
        variable = sets.variables[key]
        to = tuple(range(variable.size)) if whole <= FEW_CELLS else _together(list(told), variable.size)
        size = max(to) + 1
        axes.append(Axis(variable, to, size, stride))
        stride *= size
        if stride > MOST_CELLS:
            return None
    return tuple(axes)


def cells_of(axes: Sequence[Axis]) -> int:
    """How many cells the axes span."""
    return axes[-1].size * axes[-1].stride if axes else 1


def space_of(conditions: Sequence[Reading], sets: Sets) -> Space | None:
    """The space of several conditions, or None where it would be too large."""
    axes = axes_of(conditions, sets)
    if axes is None or cells_of(axes) * len(conditions) > MOST_WORK:
        return None
    size, at = cells_of(axes), {axis.variable.key: axis for axis in axes}
    tiles = {
        id(atom): _tile(at[key], sets.held(key, atom), size)
        for one in conditions
        for key, several in one.atoms.items()
        for atom in several
    }
    held = tuple(_set(tiles, one.condition, span(0, size)) for one in conditions)
    return Space(axes, size, held)


def _product(sizes: Iterable[int]) -> int:
    whole = 1
    for size in sizes:
        whole *= size
    return whole


def _together(masks: Sequence[int], size: int) -> tuple[int, ...]:
    """Classes that no condition tells apart, sent to one place."""
    places: dict[int, int] = {}
    return tuple(places.setdefault(told, len(places)) for told in signatures(masks, size))


def _tile(axis: Axis, held: int, total: int) -> int:
    own = held if axis.size == axis.variable.size else picked(held, axis.first)
    return tiled(own, axis.size, axis.stride, total)


def _set(held: Mapping[int, int], condition: ir.Expr, every: int) -> int:
    """The cells in which a condition holds."""
    match condition:
        case ir.Constant(value):
            return every if value is True else 0
        case ir.Not(operand):
            return every ^ _set(held, operand, every)
        case ir.All(parts):
            return reduce(and_, (_set(held, part, every) for part in parts), every)
        case ir.Any(parts):
            return reduce(or_, (_set(held, part, every) for part in parts), 0)
        case _:
            return held[id(condition)]
