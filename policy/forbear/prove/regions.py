"""For which settings something can happen: a box of values around all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import z3
from attrs import frozen

from forbear.language.types import BoolType, DecimalType, EnumType, IntType, Value, show
from forbear.prove.moment import Settings
from forbear.prove.terms import constant, equal


@frozen
class Region:
    """Settings outside of which something cannot happen: for each that matters its values, or the ends of its range."""

    values: tuple[tuple[str, tuple[Value, ...]], ...]
    ranges: tuple[tuple[str, int, int], ...]
    words: str


def breaking(solver: z3.Solver, settings: Settings, paths: Sequence[str]) -> Region:
    """Where, among all settings, what the solver holds is possible."""
    values: list[tuple[str, tuple[Value, ...]]] = []
    ranges: list[tuple[str, int, int]] = []
    told: list[str] = []
    for path in sorted(set(paths) - settings.fixed.keys()):
        kind = settings.policy.settings[path].type
        term: z3.ExprRef = settings.value(path)
        if isinstance(kind, BoolType | EnumType):
            whole: tuple[Value, ...] = (False, True) if isinstance(kind, BoolType) else kind.values
            kept = tuple(one for one in whole if solver.check(equal(term, constant(one, settings.codes))) != z3.unsat)
            if len(kept) < len(whole):
                values.append((path, kept))
                told.append(f"{path} is {' or '.join(_word(one) for one in kept)}")
        elif isinstance(kind, IntType | DecimalType):
            low = _least(solver, term, kind.low, kind.high)
            high = -_least(solver, -term, -kind.high, -kind.low)
            if (low, high) != (kind.low, kind.high):
                ranges.append((path, low, high))
                ends = [show(kind, end) for end in (low, high)]
                told.append(
                    f"{path} is at most {ends[1]}"
                    if low == kind.low
                    else f"{path} is at least {ends[0]}"
                    if high == kind.high
                    else f"{path} is from {ends[0]} to {ends[1]}"
                )
    told += _orders(solver, settings, [path for path in paths if path not in settings.fixed])
    return Region(tuple(values), tuple(ranges), " and ".join(told))


def _orders(solver: z3.Solver, settings: Settings, paths: Sequence[str]) -> list[str]:
    """How numbers among the settings stand to each other wherever it is possible."""
    found: list[str] = []
    types = {path: settings.policy.settings[path].type for path in paths}
    numbers = sorted(path for path, kind in types.items() if isinstance(kind, IntType))
    for one, other in combinations(numbers, 2):
        left, right = settings.value(one), settings.value(other)
        orders = {"less than": left < right, "equal to": left == right, "more than": left > right}
        kept = [word for word, order in orders.items() if solver.check(order) != z3.unsat]
        if len(kept) < len(orders):
            found.append(f"{one} is {' or '.join(kept)} {other}")
    return found


def _least(solver: z3.Solver, term: z3.ExprRef, low: int, high: int) -> int:
    """The least value that a term can have, by halving its range."""
    while low < high:
        middle = (low + high) // 2
        if solver.check(term <= middle) != z3.unsat:
            high = middle
        else:
            low = middle + 1
    return low


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
