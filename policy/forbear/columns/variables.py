"""What conditions read, cut into classes: two values of one class satisfy the same atoms."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import polars as pl
from attrs import evolve, field, frozen

from forbear.columns.bits import span
from forbear.columns.formulas import Kinds, formula
from forbear.columns.kinds import Dtype, index_dtype, looked_up, narrow_column
from forbear.columns.numbers import ranges
from forbear.columns.steps import place_of
from forbear.columns.within import Within, of_stretches, of_values, or_missing, truth
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, StringType, Value
from forbear.language.walk import reads

Key = str | ir.Expr
"""The path of a value, or a condition that is a variable of its own: it reads several values, or a list."""


Coded = Callable[[Sequence[int]], pl.Expr]
"""The place of each row, given a place for every class; null only where the row's value was refused."""


@frozen(eq=False)
class Variable:
    """Values in classes, the last one that of missing values where some may be missing."""

    key: Key
    column: str  # that has a number for each row
    classes: tuple[int, ...]  # number → class
    size: int
    coded: Coded | None  # where the column is none of a decision
    holds: Callable[[ir.Expr], int] = field(repr=False)  # atom → the classes in which it holds
    within: Within = field(repr=False)
    alone: bool = False  # whether the rules of one decision, or some promises, read it and nothing else does


@frozen
class Listed:
    """A decision that takes one of these values, and the column that says which."""

    column: str
    values: tuple[Value, ...]


@frozen
class Reads:
    """What conditions may read: types by path, which paths may have no value, which are decisions of few values,
    which numbers have a narrow column."""

    kinds: Kinds
    optional: frozenset[str]
    listed: Mapping[str, Listed]
    narrow: Mapping[str, Dtype]


def key_of(atom: ir.Expr, known: Reads) -> Key:
    """Which variable an atom is about."""
    paths = set(reads(atom))
    if len(paths) > 1:
        return atom
    (path,) = paths
    if path in known.listed:
        return path
    match known.kinds[path]:
        case BoolType() | EnumType() | StringType():
            return path
        case IntType() | DecimalType():
            return path if isinstance(atom, ir.Has) or ranges(atom) is not None else atom
        case _:
            return atom


def variables(parts: Sequence[Mapping[Key, Sequence[ir.Expr]]], known: Reads) -> dict[Key, Variable]:
    """The variables, by key, of the atoms about each in the rules of each decision, and in promises."""
    about: dict[Key, list[ir.Expr]] = {}
    for part in parts:
        for key, atoms in part.items():
            about.setdefault(key, []).extend(atoms)
    readers = Counter(key for part in parts for key in part)
    return {
        key: evolve(_variable(f"class {n}", key, found, known), alone=readers[key] == 1)
        for n, (key, found) in enumerate(about.items())
    }


def _variable(column: str, key: Key, about: Sequence[ir.Expr], known: Reads) -> Variable:
    if not isinstance(key, str):
        condition = formula(key, known.kinds).fill_null(False)
        return Variable(key, column, (0, 1), 2, _told(condition), lambda atom: 0b10, truth(condition))
    if key in known.listed:
        return _decided(key, known.listed[key])
    missing, kind = key in known.optional, known.kinds[key]
    match kind:
        case BoolType():
            told = or_missing(pl.col(key), truth(pl.col(key)), 2, missing)
            return _valued(key, column, (False, True), _told(pl.col(key)), told, missing)
        case EnumType(values):
            told = or_missing(pl.col(key), of_values(pl.col(key), values), len(values), missing)
            return _valued(key, column, values, partial(_placed, pl.col(key).to_physical()), told, missing)
        case StringType():
            return _texts(key, column, about, missing)
        case IntType(low, high) | DecimalType(low=low, high=high):
            return _number(key, column, about, (low, high), missing, known.narrow.get(key))
        case _:
            raise TypeError(f"{key} is cut into no classes")


def _told(condition: pl.Expr) -> Coded:
    return lambda places: pl.when(condition).then(_place(places[1])).otherwise(_place(places[0]))


def _place(number: int) -> pl.Expr:
    return pl.lit(number, pl.UInt32)


def _placed(number: pl.Expr, places: Sequence[int]) -> pl.Expr:
    """The place of each number, looked up only where it is not a multiple."""
    step = places[1] if len(places) > 1 else 1
    if list(places) != [n * step for n in range(len(places))]:
        return looked_up(list(places), index_dtype(max(places) + 1), number)
    number = number.cast(pl.UInt32)
    return number if step == 1 else number * _place(step)


def _or_missing(key: str, coded: Coded, missing: bool) -> Coded:
    """The last place for rows without a value, where there may be any."""
    if not missing:
        return coded
    return lambda places: pl.when(pl.col(key).is_null()).then(_place(places[-1])).otherwise(coded(places[:-1]))


def _decided(key: str, listed: Listed) -> Variable:
    """The outcomes of a decision, by what decides it."""
    values = tuple(dict.fromkeys(listed.values))
    at = {value: n for n, value in enumerate(values)}
    classes = tuple(at[value] for value in listed.values)
    plain = [value for value in values if isinstance(value, bool | int | str)]
    within = of_values(pl.col(key), plain) if len(plain) == len(values) else _numbered(listed.column, classes)
    return Variable(
        key, listed.column, classes, len(values), None, lambda atom: _members(atom, key, values, at), within
    )


def _numbered(column: str, classes: Sequence[int]) -> Within:
    """Told by the number in a column."""
    return lambda held: pl.col(column).is_in([n for n, one in enumerate(classes) if held >> one & 1])


def _valued(key: str, column: str, values: Sequence[Value], coded: Coded, within: Within, missing: bool) -> Variable:
    at = {value: n for n, value in enumerate(values)}
    size = len(values)

    def holds(atom: ir.Expr) -> int:
        return _members(atom, key, values, at) | (_without(atom) << size if missing else 0)

    classes = tuple(range(size + missing))
    return Variable(key, column, classes, size + missing, _or_missing(key, coded, missing), holds, within)


def _without(atom: ir.Expr) -> bool:
    """Whether an atom holds where the value is missing; one that would read it is not asked there."""
    try:
        return evaluate(atom, {}) is True
    except KeyError:
        return False


def _texts(key: str, column: str, about: Sequence[ir.Expr], missing: bool) -> Variable:
    """The texts that are named, and any other."""
    named = tuple(dict.fromkeys(value for atom in about for value in _constants(atom) if isinstance(value, str)))
    others = f"{''.join(named)}, or another"
    number = pl.col(key).cast(pl.Enum(named), strict=False).to_physical().cast(pl.UInt32).fill_null(_place(len(named)))
    within = _numbered(column, range(len(named) + 1 + missing))
    return _valued(key, column, (*named, others), partial(_placed, number), within, missing)


def _constants(expr: ir.Expr) -> list[Value]:
    match expr:
        case ir.Constant(tuple() as values):
            return list(values)
        case ir.Constant(value):
            return [value]
        case ir.Compare(_, left, right) | ir.In(left, right):
            return [*_constants(left), *_constants(right)]
        case ir.ListOf(parts) | ir.All(parts) | ir.Any(parts):
            return [value for part in parts for value in _constants(part)]
        case ir.Not(operand):
            return _constants(operand)
        case _:
            return []


def _members(atom: ir.Expr, key: str, values: Sequence[Value], at: Mapping[Value, int]) -> int:
    """The listed values for which an atom holds."""
    match atom:
        case ir.Has():
            return span(0, len(values))
        case ir.Compare("==", ir.Read(), ir.Constant(value)) | ir.Compare("==", ir.Constant(value), ir.Read()):
            return 1 << at[value] if value in at else 0
        case ir.Compare("!=", ir.Read(), ir.Constant(value)) | ir.Compare("!=", ir.Constant(value), ir.Read()):
            return span(0, len(values)) ^ (1 << at[value] if value in at else 0)
        case ir.In(ir.Read(), ir.ListOf(parts)) if all(isinstance(part, ir.Constant) for part in parts):
            named = {part.value for part in parts if isinstance(part, ir.Constant)}
            return sum(1 << at[value] for value in named if value in at)
        case _:
            return sum(1 << n for n, value in enumerate(values) if evaluate(atom, {key: value}) is True)


def _number(
    key: str, column: str, about: Sequence[ir.Expr], within: tuple[int, int], missing: bool, narrow: Dtype | None
) -> Variable:
    """The stretches between the numbers at which some condition begins or ceases to hold."""
    found = [one for atom in about if not isinstance(atom, ir.Has) for one in ranges(atom) or ()]
    low, high = within
    starts = {first for first, _ in found if first is not None} | {last + 1 for _, last in found if last is not None}
    cuts = sorted(cut for cut in starts if low < cut <= high)
    size = len(cuts) + 1

    def holds(atom: ir.Expr) -> int:
        if isinstance(atom, ir.Has):
            return span(0, size)
        held = 0
        for first, last in ranges(atom) or ():
            begin = 0 if first is None else bisect_right(cuts, first)
            end = size if last is None else bisect_left(cuts, last + 1) + 1
            if (first is None or first <= high) and (last is None or last >= low):
                held |= span(begin, min(end, size))
        return held

    number = pl.col(key if narrow is None else narrow_column(key))
    coded = _or_missing(key, lambda places: place_of(number, cuts, places, within), missing)
    told = or_missing(pl.col(key), of_stretches(number, narrow or pl.Int64, cuts), size, missing)
    return Variable(key, column, tuple(range(size + missing)), size + missing, coded, holds, told)
