"""Rules that test one fact against constants, looked up instead of asked one by one.

A condition over one number, or over one enumeration or text, holds on a set of values. The sets of many rules cut the
values into segments, in each of which the same rules match; the segment of a value is found by bisection or in a
dictionary, however many rules there are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from attrs import field, frozen

from forbear.language import ir
from forbear.language.operators import FLIPPED
from forbear.language.types import DecimalType, EnumType, IntType, StringType, Type, Value
from forbear.language.walk import nodes, reads

Interval = tuple[int, int]  # both ends included
Kind = Callable[[str], Type | None]  # the type of a path that has a value whenever it is read, else None

WORTH_IT = 8  # fewer rules are asked faster than looked up
MOST_LISTED = 20  # entries per rule, where a table lists every rule that matches in a segment


@frozen
class Axis:
    """One fact: its values as whole numbers, the words of an enumeration or text numbered as they are first named."""

    path: str
    words: dict[str, int] | None = field(eq=False)  # None: a number
    settings: dict[str, Value] = field(eq=False)

    @property
    def ends(self) -> Interval:
        """The least and the greatest number; behind the last word stands any other."""
        return (0, len(self.words)) if self.words is not None else (-(2**200), 2**200)

    def holds_on(self, expr: ir.Expr) -> tuple[Interval, ...] | None:
        """The disjoint intervals on which a condition holds, in order; None for one that asks something else."""
        match expr:
            case ir.Constant(bool(value)):
                return (self.ends,) if value else ()
            case ir.Not(operand):
                held = self.holds_on(operand)
                return None if held is None else self._outside(held)
            case ir.All(parts):
                return self._join(parts, every=True)
            case ir.Any(parts):
                return self._join(parts, every=False)
            case ir.Compare(operator, left, right):
                return self._compared(operator, left, right)
            case ir.In(item, ir.ListOf(items)) if self._is_it(item):
                numbers = [self._number(one) for one in items]
                if any(one is None for one in numbers):
                    return None
                return _merged([(one, one) for one in numbers if one is not None])
            case _:
                return None

    def _compared(self, operator: str, left: ir.Expr, right: ir.Expr) -> tuple[Interval, ...] | None:
        if self._is_it(right):
            operator, left, right = FLIPPED[operator], right, left
        number = self._number(right)
        if not self._is_it(left) or number is None:
            return None
        low, high = self.ends
        match operator:
            case "==":
                return ((number, number),)
            case "!=":
                return self._outside(((number, number),))
            case "<":
                return ((low, number - 1),)
            case "<=":
                return ((low, number),)
            case ">":
                return ((number + 1, high),)
            case _:
                return ((number, high),)

    def _is_it(self, expr: ir.Expr) -> bool:
        return isinstance(expr, ir.Read) and expr.path == self.path

    def _number(self, expr: ir.Expr) -> int | None:
        value = self._constant(expr)
        if self.words is not None:
            return self.words.get(value) if isinstance(value, str) else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def _constant(self, expr: ir.Expr) -> Value | None:
        if isinstance(expr, ir.Read):
            return self.settings.get(expr.path)
        return expr.value if isinstance(expr, ir.Constant) else None

    def _join(self, parts: Sequence[ir.Expr], *, every: bool) -> tuple[Interval, ...] | None:
        held = [self.holds_on(part) for part in parts]
        if any(one is None for one in held):
            return None
        if not every:
            return _merged([pair for one in held for pair in one or ()])
        return self._outside(_merged([pair for one in held for pair in self._outside(one or ())]))

    def _outside(self, intervals: tuple[Interval, ...]) -> tuple[Interval, ...]:
        low, high = self.ends
        edges = [(low - 1, low - 1), *intervals, (high + 1, high + 1)]
        return tuple((before[1] + 1, after[0] - 1) for before, after in pairwise(edges) if before[1] + 1 < after[0])


@frozen
class Segments:
    """A fact's values cut where the matching rules change: `matching[n]` up to `cuts[n]`, which is not included."""

    axis: Axis
    cuts: tuple[int, ...]
    matching: tuple[tuple[int, ...], ...]  # one more than cuts; the rules' positions, in order

    def at(self, number: int) -> tuple[int, ...]:
        """The rules that match at a number of the axis."""
        return self.matching[bisect_right(self.cuts, number)]


def axis_of(rule: ir.Rule, kind: Kind, settings: dict[str, Value]) -> Axis | None:
    """The one fact that a rule's condition reads, where a table can hold it; the words are still to be told."""
    paths = {path for path in reads(rule.when) if path not in settings}
    if len(paths) != 1 or not isinstance(rule.then, ir.Constant):
        return None
    (path,) = paths
    match kind(path):
        case IntType() | DecimalType():
            return Axis(path, None, settings)
        case EnumType() | StringType():
            return Axis(path, {}, settings)
        case _:
            return None


def segments(rules: Sequence[ir.Rule], axis: Axis, *, first: bool) -> Segments | None:
    """The segments of rules on one axis, with the first rule that matches in each, or all of them.

    None where a condition asks something else, or where the lists of all that match would grow out of bounds.
    """
    axis = _with_words(axis, rules)
    held: list[tuple[Interval, ...]] = []
    for rule in rules:
        intervals = axis.holds_on(rule.when or ir.Constant(True))
        if intervals is None:
            return None
        held.append(intervals)
    cuts: list[int] = []
    matching: list[tuple[int, ...]] = []
    listed = 0
    for start, found in _sweep(held, axis.ends[0], first=first):
        if matching and matching[-1] == found:
            continue
        listed += len(found)
        if listed > MOST_LISTED * (len(rules) + 1):
            return None
        if matching:
            cuts.append(start)
        matching.append(found)
    return Segments(axis, tuple(cuts), tuple(matching))


def _with_words(axis: Axis, rules: Sequence[ir.Rule]) -> Axis:
    """The axis with every word that the rules compare it with."""
    if axis.words is None:
        return axis
    named: dict[str, int] = {}
    for rule in rules:
        for one in nodes(rule.when) if rule.when is not None else ():
            value = axis.settings.get(one.path) if isinstance(one, ir.Read) else getattr(one, "value", None)
            if isinstance(value, str):
                named.setdefault(value, len(named))
    return Axis(axis.path, named, axis.settings)


def _sweep(held: Sequence[tuple[Interval, ...]], low: int, *, first: bool) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Each place where some rule begins or ceases to match, with the first rule that matches there, or all."""
    begins: dict[int, list[Interval]] = {low: []}  # place → rules that begin there, each with its last place
    points = {low}
    for n, intervals in enumerate(held):
        for start, end in intervals:
            begins.setdefault(start, []).append((n, end))
            points |= {start, end + 1}
    active: list[Interval] = []  # a heap: the first rule at its root
    for point in sorted(points):
        for one in begins.get(point, ()):
            heappush(active, one)
        if not first:
            active = sorted(one for one in active if one[1] >= point)
        while active and active[0][1] < point:
            heappop(active)
        yield point, tuple(n for n, _ in (active[:1] if first else active))


def _merged(intervals: Sequence[Interval]) -> tuple[Interval, ...]:
    """The same set in disjoint intervals, in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif start <= end:
            merged.append((start, end))
    return tuple(merged)
