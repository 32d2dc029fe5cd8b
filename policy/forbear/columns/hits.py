"""Which of several conditions hold in each row: the first, whether more than one does, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import polars as pl
from attrs import frozen

from forbear.columns.formulas import Kinds, formula
from forbear.columns.groups import Group, groups
from forbear.columns.kinds import index_dtype, looked_up
from forbear.columns.spaces import Reading, Sets, Space

NUMBERS = pl.List(pl.UInt32)


@frozen
class Conditions:
    """Conditions in their order, shared out."""

    conditions: tuple[Reading, ...]
    groups: tuple[Group, ...]
    kinds: Kinds

    @property
    def space(self) -> Space | None:
        """The one space that holds them all, where there is one."""
        return self.groups[0].space if len(self.groups) == 1 else None

    def alone(self, group: Group) -> pl.Expr:
        """Whether the condition of a group without a space holds."""
        return formula(self.conditions[group.numbers[0]].condition, self.kinds).fill_null(False)


def shared_out(conditions: Sequence[Reading], sets: Sets, kinds: Kinds) -> Conditions:
    """Conditions, ready to be asked."""
    return Conditions(tuple(conditions), tuple(groups(conditions, sets)), kinds)


def first_hit(asked: Conditions) -> pl.Expr:
    """The number of the first condition that holds; how many there are where none does."""
    none = len(asked.conditions)
    return _least([_first(group, asked, none) for group in asked.groups], none)


def only_hit(asked: Conditions) -> pl.Expr:
    """The number of the only condition that holds; how many there are for none, one more for several."""
    none = len(asked.conditions)
    dtype = index_dtype(none + 2)
    if asked.space is not None:
        table = [none + 1 if held & (held - 1) else _lowest(held, none) for held in asked.space.cells()]
        return asked.space.told(table, dtype, alone=True)
    number = reduce(add, (_several(group, asked) for group in asked.groups))
    return pl.when(number > 1).then(pl.lit(none + 1, dtype)).otherwise(first_hit(asked))


def all_hits(asked: Conditions) -> pl.Expr:
    """The numbers of all conditions that hold, ascending."""
    if not asked.groups:
        return pl.lit(pl.Series([[]], dtype=NUMBERS)).first()
    lists = [_listed(group, asked) for group in asked.groups]
    return lists[0] if len(lists) == 1 else pl.concat_list(lists).list.sort()


def _least(numbers: list[pl.Expr], none: int) -> pl.Expr:
    if not numbers:
        return pl.lit(none, index_dtype(none + 2))
    return numbers[0] if len(numbers) == 1 else pl.min_horizontal(numbers)


def _first(group: Group, asked: Conditions, none: int) -> pl.Expr:
    dtype = index_dtype(none + 2)
    if group.space is None:
        return pl.when(asked.alone(group)).then(pl.lit(group.numbers[0], dtype)).otherwise(pl.lit(none, dtype))
    numbers = (*group.numbers, none)
    table = [numbers[_lowest(held, len(group.numbers))] for held in group.space.cells()]
    return group.space.told(table, dtype, alone=len(asked.groups) == 1)


def _several(group: Group, asked: Conditions) -> pl.Expr:
    """How many hold, counted up to two."""
    if group.space is None:
        return asked.alone(group).cast(pl.UInt32)
    table = [2 if held & (held - 1) else int(held > 0) for held in group.space.cells()]
    return group.space.told(table, pl.UInt8).cast(pl.UInt32)


def _listed(group: Group, asked: Conditions) -> pl.Expr:
    if group.space is None:
        alone = pl.Series([[], [group.numbers[0]]], dtype=NUMBERS)
        return pl.lit(alone).gather(asked.alone(group).cast(pl.UInt32))
    sets, index = listed_sets(group.space)
    numbers = [[group.numbers[n] for n in one] for one in sets]
    return looked_up(numbers, NUMBERS, index)


def listed_sets(space: Space) -> tuple[list[list[int]], pl.Expr]:
    """The sets of conditions that hold together somewhere, and which of them holds in each row."""
    places: dict[int, int] = {}
    table = [places.setdefault(held, len(places)) for held in space.cells()]
    sets = [[n for n in range(held.bit_length()) if held >> n & 1] for held in places]
    return sets, space.told(table, pl.UInt32)


def _lowest(held: int, none: int) -> int:
    return (held & -held).bit_length() - 1 if held else none
