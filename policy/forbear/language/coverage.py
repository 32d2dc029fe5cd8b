"""Whether rules leave a case out, or two of them claim it: exact where conditions set one path against constants.

Such a condition is a union of boxes, a box a set of values for each path that it speaks of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import define

from forbear.language import ir
from forbear.language.operators import FLIPPED, NEGATED
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, Type, Value, show

Values = frozenset[Value] | tuple[int, int]  # of an enumeration or bool; or the numbers from low to high
Box = Mapping[str, Values]
TypeAt = Callable[[str], Type | None]
"""The type of what stands at a path, None where it may be missing."""


class NotKnown(Exception):
    """The answer would need another kind of reasoning, or too much work."""


@define
class Budget:
    """How much work the questions of one pack may still take: a stranger's pack must not keep the checker busy."""

    left: int = 500_000

    def spend(self, amount: int) -> None:
        """Raises NotKnown when nothing is left."""
        self.left -= amount
        if self.left < 0:
            raise NotKnown


def boxes(condition: ir.Expr | None, type_at: TypeAt, budget: Budget, holds: bool = True) -> list[Box]:
    """The boxes in which a condition holds (or does not). Raises NotKnown."""
    budget.spend(1 if condition is not None else 0)
    match condition:
        case None:
            return [{}] if holds else []
        case ir.Constant(value):
            return [{}] if value is holds else []
        case ir.Not(operand):
            return boxes(operand, type_at, budget, not holds)
        case ir.Read(path):
            return _compared(path, "==", holds, type_at(path))
        case ir.All(parts) | ir.Any(parts):
            inner = [boxes(part, type_at, budget, holds) for part in parts]
            if isinstance(condition, ir.All) is holds:
                return _product(inner, budget)
            return [box for one in inner for box in one]
        case ir.In(ir.Read(path), ir.ListOf(items)):
            values = [item.value for item in items if isinstance(item, ir.Constant)]
            if len(values) < len(items):
                raise NotKnown
            budget.spend(len(values))
            each = [_compared(path, "==" if holds else "!=", value, type_at(path)) for value in dict.fromkeys(values)]
            return [box for one in each for box in one] if holds else _product(each, budget)
        case ir.Compare(operator, ir.Read(path), ir.Constant(value)):
            return _compared(path, operator if holds else NEGATED[operator], value, type_at(path))
        case ir.Compare(operator, ir.Constant(value), ir.Read(path)):
            return _compared(path, FLIPPED[operator if holds else NEGATED[operator]], value, type_at(path))
        case _:
            raise NotKnown


def uncovered(conditions: Iterable[Iterable[Box]], type_at: TypeAt, budget: Budget) -> Box | None:
    """A case in the boxes of no condition, None where there is none. Raises NotKnown."""
    left: list[Box] = [{}]
    for condition in conditions:
        for box in condition:
            left = [rest for one in left for rest in without(one, box, type_at, budget)]
    return left[0] if left else None


def overlap(ours: Iterable[Box], theirs: Iterable[Box], budget: Budget) -> Box | None:
    """A case in the boxes of both conditions, None where there is none. Raises NotKnown."""
    return next((both for one in ours for other in theirs if (both := _both(one, other, budget)) is not None), None)


def example(box: Box, type_at: TypeAt) -> str:
    """A case in words: one value for each path."""
    parts: list[str] = []
    for path, values in box.items():
        kind = type_at(path)
        assert kind is not None
        shown = show(kind, values[0] if isinstance(values, tuple) else min(values, key=str))
        parts.append(f"{path} {str(shown).lower() if isinstance(shown, bool) else shown}")
    return " and ".join(parts)


def _compared(path: str, operator: str, value: Value, kind: Type | None) -> list[Box]:
    """Where the value at a path compares so with a constant."""
    if isinstance(kind, BoolType | EnumType):
        whole = _whole(kind)
        assert isinstance(whole, frozenset)
        chosen = whole & {value} if operator == "==" else whole - {value}
        return [{path: chosen}] if chosen else []
    if not isinstance(kind, IntType | DecimalType) or not isinstance(value, int):
        raise NotKnown
    ranges = {
        "==": [(value, value)],
        "!=": [(kind.low, value - 1), (value + 1, kind.high)],
        "<": [(kind.low, value - 1)],
        "<=": [(kind.low, value)],
        ">": [(value + 1, kind.high)],
        ">=": [(value, kind.high)],
    }[operator]
    cut = [(max(low, kind.low), min(high, kind.high)) for low, high in ranges]
    return [{path: ends} for ends in cut if ends[0] <= ends[1]]


def _product(lists: list[list[Box]], budget: Budget) -> list[Box]:
    """The cases in a box of each list."""
    found: list[Box] = [{}]
    for inner in lists:
        found = [both for one in found for box in inner if (both := _both(one, box, budget)) is not None]
    return found


def _both(one: Box, other: Box, budget: Budget) -> Box | None:
    """The cases in both boxes."""
    budget.spend(1)
    found: dict[str, Values] = {}
    for path, values in other.items():
        common = _common(one[path], values) if path in one else values
        if common is None:
            return None
        found[path] = common
    budget.spend(len(one))
    return {**one, **found}


def _common(one: Values, other: Values) -> Values | None:
    if isinstance(one, tuple) and isinstance(other, tuple):
        low, high = max(one[0], other[0]), min(one[1], other[1])
        return (low, high) if low <= high else None
    assert not isinstance(one, tuple)
    assert not isinstance(other, tuple)
    return one & other or None


def without(one: Box, other: Box, type_at: TypeAt, budget: Budget) -> list[Box]:
    """The cases of a box that are not in another, as boxes."""
    if _both(one, other, budget) is None:
        return [one]
    rest: list[Box] = []
    inside = dict(one)
    for path, values in other.items():
        here = inside.get(path) or _whole(type_at(path))
        outside = _minus(here, values)
        budget.spend(len(outside) * (len(inside) + 1))
        rest += [{**inside, path: part} for part in outside]
        common = _common(here, values)
        assert common is not None
        inside[path] = common
    return rest


def _whole(kind: Type | None) -> Values:
    match kind:
        case BoolType():
            return frozenset((False, True))
        case EnumType(values):
            return frozenset(values)
        case IntType(low, high) | DecimalType(_, low, high):
            return low, high
        case _:
            raise AssertionError("a box speaks of bools, enumerations and numbers only")


def _minus(one: Values, other: Values) -> list[Values]:
    if isinstance(one, tuple) and isinstance(other, tuple):
        parts = [(one[0], min(one[1], other[0] - 1)), (max(one[0], other[1] + 1), one[1])]
        return [part for part in parts if part[0] <= part[1]]
    assert not isinstance(one, tuple)
    assert not isinstance(other, tuple)
    return [one - other] if one - other else []
