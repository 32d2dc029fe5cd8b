"""Masking MC/DC: which conditions of a decision settled it by themselves.

Here a *decision* is a whole expression and its *conditions* are what `&&`, `||` and `!` join. A condition that occurs
twice counts twice. It decides where nothing else masks it: of each `&&` around it no other part is false, of each
`||` no other part is true. It is covered when it decided once while true and once while false, and then the whole came
out differently too, for each occurrence has one place and so one sense. Masking, and why it is enough where conditions
depend on each other: Chilenski, An Investigation of Three Forms of the MC/DC Criterion, DOT/FAA/AR-01/18 (2001), and
CAST-6 (2001).

`&&` and `||` stop early, and no expression has effects, so a part behind the stop is asked all the same wherever its
facts are there. Where they are not, the language could not go on either, and such a part masks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from forbear.evaluate.protocol import Environment
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.walk import reads

Truth = bool | None
"""What a condition came to; None where what it reads is missing."""

ValueOf = Callable[[ir.Expr], Truth]


def conditions(expr: ir.Expr) -> Iterator[ir.Expr]:
    """The conditions of an expression, in the order written; a constant is none."""
    match expr:
        case ir.Not(operand):
            yield from conditions(operand)
        case ir.All(parts) | ir.Any(parts):
            for part in parts:
                yield from conditions(part)
        case ir.Constant():
            return
        case _:
            yield expr


def deciding(expr: ir.Expr, value_of: ValueOf) -> tuple[Truth, ...]:
    """For each condition its value where it decided by itself, None where it did not."""
    _, found = _look(expr, value_of)
    return tuple(value if alone else None for value, alone in found)


def value_in(environment: Environment) -> ValueOf:
    """What conditions come to in an environment."""

    def value_of(expr: ir.Expr) -> Truth:
        try:
            return evaluate(expr, environment) is True
        except KeyError:
            return None

    return value_of


_Found = list[tuple[Truth, bool]]  # each condition's value, and whether nothing masks it


def _look(expr: ir.Expr, value_of: ValueOf) -> tuple[Truth, _Found]:
    match expr:
        case ir.Constant(constant):
            return constant is True, []
        case ir.Not(operand):
            held, found = _look(operand, value_of)
            return None if held is None else not held, found
        case ir.All(parts) | ir.Any(parts):
            looked = [_look(part, value_of) for part in parts]
            return _join([value for value, _ in looked], looked, isinstance(expr, ir.Any))
        case _:
            value = value_of(expr)
            return value, [(value, True)]


def _join(values: list[Truth], looked: list[tuple[Truth, _Found]], settles: bool) -> tuple[Truth, _Found]:
    """Parts joined by `&&`, which a false part settles, or by `||`, which a true one does."""
    masking = sum(1 for value in values if value is settles)
    found: _Found = []
    for value, inner in looked:
        free = masking == 0 or (masking == 1 and value is settles)
        found += [(one, alone and free) for one, alone in inner]
    return settles if masking else None if None in values else not settles, found


@frozen
class Needed:
    """What must hold, and what must not, for a condition to decide by itself; each part by the way down to it."""

    way: tuple[int, ...]  # to the condition itself
    hold: tuple[tuple[int, ...], ...]
    fail: tuple[tuple[int, ...], ...]


def needed(expr: ir.Expr, number: int) -> Needed:
    """What leaves the decision to the condition of a number."""
    hold: list[tuple[int, ...]] = []
    fail: list[tuple[int, ...]] = []
    way: tuple[int, ...] = ()
    while True:
        match expr:
            case ir.Not(operand):
                expr, way = operand, (*way, 0)
            case ir.All(parts) | ir.Any(parts):
                mine, number = _part_of(parts, number)
                others = [(*way, n) for n in range(len(parts)) if n != mine]
                (hold if isinstance(expr, ir.All) else fail).extend(others)
                expr, way = parts[mine], (*way, mine)
            case _:
                return Needed(way, tuple(hold), tuple(fail))


def _part_of(parts: tuple[ir.Expr, ...], number: int) -> tuple[int, int]:
    """The part that a condition stands in, and its number there."""
    for n, part in enumerate(parts):
        inside = sum(1 for _ in conditions(part))
        if number < inside:
            return n, number
        number -= inside
    raise IndexError(number)


def alone(expr: ir.Expr, number: int, value: bool, optional: frozenset[str]) -> ir.Expr:
    """The condition under which the condition of a number has a value and decides by itself.

    `optional` are the paths that may be missing; what reads one is asked only behind `has()`.
    """
    asked = needed(expr, number)
    one = at(expr, asked.way)
    there = [ir.Has(path) for path in _missable(one, optional)]
    hold = [unless_missing(at(expr, way), True, optional) for way in asked.hold]
    fail = [unless_missing(at(expr, way), False, optional) for way in asked.fail]
    return ir.All((*there, one if value else ir.Not(one), *hold, *fail))


def unless_missing(expr: ir.Expr, holds: bool, optional: frozenset[str]) -> ir.Expr:
    """That an expression holds (or does not) as far as what it reads is there."""
    match expr:
        case ir.Not(operand):
            return unless_missing(operand, not holds, optional)
        case ir.All(parts) | ir.Any(parts):
            inner = tuple(unless_missing(part, holds, optional) for part in parts)
            return ir.All(inner) if isinstance(expr, ir.All) is holds else ir.Any(inner)
        case _ if _asks_inside(expr):
            return ir.Constant(True)  # it may come to something without what it reads
        case _:
            told = expr if holds else ir.Not(expr)
            missing = [ir.Not(ir.Has(path)) for path in _missable(expr, optional)]
            return ir.Any((*missing, told)) if missing else told


def _missable(expr: ir.Expr, optional: frozenset[str]) -> list[str]:
    """The paths without which a condition comes to nothing."""
    return [] if isinstance(expr, ir.Has) or _asks_inside(expr) else sorted(set(reads(expr)) & optional)


def _asks_inside(expr: ir.Expr) -> bool:
    """Whether a condition asks has() within a comparison."""
    match expr:
        case ir.Compare(_, left, right) | ir.In(left, right) | ir.Arithmetic(_, left, right):
            inside = [one for side in (left, right) for one in conditions(side)]
            return any(isinstance(one, ir.Has) or _asks_inside(one) for one in inside)
        case _:
            return False


def at(expr: ir.Expr, way: tuple[int, ...]) -> ir.Expr:
    """The part of an expression at the end of a way down."""
    for n in way:
        match expr:
            case ir.Not(operand):
                expr = operand
            case ir.All(parts) | ir.Any(parts):
                expr = parts[n]
            case _:
                raise IndexError(n)
    return expr
