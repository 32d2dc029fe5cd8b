"""Rules that test one fact against constants, looked up instead of asked one by one.

A condition over one number, or over one enumeration or text, holds on a set of values. The sets of many rules cut the
values into segments, in each of which the same rules match; the segment of a value is found by bisection or in a
dictionary, however many rules there are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from attrs import frozen

from forbear.language import ir
from forbear.language.coverage import Budget, NotKnown, boxes
from forbear.language.types import DecimalType, EnumType, IntType, StringType, Type, Value
from forbear.language.walk import given_values, nodes, reads

Interval = tuple[int, int]  # both ends included
Kind = Callable[[str], Type | None]  # the type of a path that has a value whenever it is read, else None

WORTH_IT = 8  # fewer rules are asked faster than looked up
MOST_LISTED = 20  # entries per rule, where a table lists every rule that matches in a segment
WORK = 500  # per rule
_EVERY: Interval = (-(2**200), 2**200)


@frozen
class Segments:
    """A fact's values cut where the matching rules change: `matching[n]` up to `cuts[n]`, which is not included.

    A word stands for its number; that behind the last word is every other's.
    """

    path: str
    words: tuple[str, ...] | None  # None: a number
    cuts: tuple[int, ...]
    matching: tuple[tuple[int, ...], ...]  # one more than cuts; the rules' positions, in order

    def at(self, number: int) -> tuple[int, ...]:
        """The rules that match at a number."""
        return self.matching[bisect_right(self.cuts, number)]


def path_of(rule: ir.Rule, kind: Kind, settings: Mapping[str, Value]) -> str | None:
    """The one fact that a rule's condition reads, where a table may hold the rule."""
    paths = {path for path in reads(rule.when) if path not in settings}
    if len(paths) != 1 or not isinstance(rule.then, ir.Constant):
        return None
    (path,) = paths
    return path if isinstance(kind(path), IntType | DecimalType | EnumType | StringType) else None


def segments(
    rules: Sequence[ir.Rule], path: str, kind: Kind, settings: Mapping[str, Value], *, first: bool
) -> Segments | None:
    """The segments of rules on one fact, with the first rule that matches in each, or all of them.

    None where a condition asks something else, or where the lists of all that match would grow out of bounds.
    """
    whens = [given_values(rule.when or ir.Constant(True), settings) for rule in rules]
    told = kind(path)
    words = None if isinstance(told, IntType | DecimalType) else _words(whens)
    numbers = {word: n for n, word in enumerate(words or ())}
    budget = Budget(WORK * len(rules))
    try:
        held = [
            _stretches(when, path, told, budget) if words is None else _places(when, path, numbers, budget)
            for when in whens
        ]
    except NotKnown:
        return None
    cuts: list[int] = []
    matching: list[tuple[int, ...]] = []
    listed = 0
    for start, found in _sweep(held, first=first):
        if matching and matching[-1] == found:
            continue
        listed += len(found)
        if listed > MOST_LISTED * (len(rules) + 1):
            return None
        if matching:
            cuts.append(start)
        matching.append(found)
    return Segments(path, words, tuple(cuts), tuple(matching))


def _words(whens: Sequence[ir.Expr]) -> tuple[str, ...]:
    """Every word that conditions name."""
    constants = (one.value for when in whens for one in nodes(when) if isinstance(one, ir.Constant))
    return tuple(dict.fromkeys(value for value in constants if isinstance(value, str)))


def _stretches(when: ir.Expr, path: str, kind: Type | None, budget: Budget) -> list[Interval]:
    """Where a condition on a number holds. Raises NotKnown."""
    found = [box.get(path, _EVERY) for box in boxes(when, lambda _: kind, budget)]
    return [ends for ends in found if isinstance(ends, tuple)]


def _places(when: ir.Expr, path: str, numbers: Mapping[str, int], budget: Budget) -> list[Interval]:
    """Where a condition on a word holds, by the numbers of words. Raises NotKnown."""
    own = _words([when])
    other = "".join(own) + "+"  # any word that the condition does not name
    whole = EnumType((*own, other))
    held: set[Value] = set()
    for box in boxes(when, lambda _: whole, budget):
        values = box.get(path, frozenset(whole.values))
        held |= values if isinstance(values, frozenset) else set()
    if other not in held:
        return [(numbers[one], numbers[one]) for one in own if one in held]
    missing = sorted(numbers[one] for one in own if one not in held)
    edges = [-1, *missing, len(numbers) + 1]
    return [(before + 1, after - 1) for before, after in pairwise(edges) if before + 1 < after]


def _sweep(held: Sequence[Sequence[Interval]], *, first: bool) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Each place where some rule begins or ceases to match, with the first rule that matches there, or all."""
    begins: dict[int, list[Interval]] = {}  # place → rules that begin there, each with its last place
    points = {_EVERY[0]}
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
        yield point, tuple(dict.fromkeys(n for n, _ in (active[:1] if first else active)))
