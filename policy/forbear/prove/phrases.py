"""Cubes in words, by the names that the pack has: what a fact must be, fact by fact."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from forbear.engine.pure import type_at
from forbear.language import ir
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, Type, Value, show
from forbear.prove.cubes import Cube, Literal
from forbear.prove.moment import SETTING

OPERATORS = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
EVERYTHING = "whatever the facts are"


def phrase(cube: Cube, policy: ir.Policy, event: str) -> str:
    """A cube as one condition, each fact told once."""
    told: dict[str, _Told] = {}
    found: list[str | _Told] = []
    for one in sorted(cube.literals, key=_place):
        path = _single(one)
        if path is None:
            found.append(_expression(one.expr, one.holds, policy, event))
            continue
        if path not in told:
            told[path] = _Told(path, kind_at(policy, event, path))
            found.append(told[path])
        told[path].take(one)
    return " and ".join(one if isinstance(one, str) else one.words() for one in found) or EVERYTHING


def _place(one: Literal) -> tuple[int, bool, str]:
    """Where a literal stands: facts before events, the past and settings, what holds before what does not."""
    spaces = ("event.", "history.", "setting.")
    place = max(next((n for n, space in enumerate(spaces, 1) if path.startswith(space)), 0) for path in one.paths)
    return place, not one.holds, one.paths[0]


def kind_at(policy: ir.Policy, event: str, path: str) -> Type | None:
    """The type of a fact, fold or setting."""
    return policy.settings[path].type if path.startswith(SETTING) else type_at(policy, event, path)


def word(value: object) -> str:
    """A value as a pack writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(word(one) for one in value)}]"
    return str(value)


@define
class _Told:
    """What is known of one fact."""

    path: str
    kind: Type | None
    low: int | None = None
    high: int | None = None
    allowed: list[Value] | None = None
    excluded: list[Value] = field(factory=list)
    others: list[str] = field(factory=list)

    def take(self, one: Literal) -> None:
        match one.expr:
            case ir.Read():
                self.others.append(self.path if one.holds else f"not {self.path}")
            case ir.Has():
                self.others.append(f"{self.path} is {'known' if one.holds else 'missing'}")
            case ir.Compare(operator, ir.Read(), ir.Constant(value)):
                self._compared(operator if one.holds else NEGATED[operator], value)
            case ir.Compare(operator, ir.Constant(value), ir.Read()):
                self._compared(_mirrored(operator if one.holds else NEGATED[operator]), value)
            case ir.In(ir.Read(), items):
                self._among(constants(items), one.holds)
            case ir.In(ir.Constant(value), ir.Read()):
                self.others.append(f"{self.path} has {'' if one.holds else 'no '}{self._shown(value)}")

    def _compared(self, operator: str, value: Value) -> None:
        if operator in ("==", "!="):
            self._among([value], operator == "==")
            return
        assert isinstance(value, int)
        if operator in (">=", ">"):
            low = value + (operator == ">")
            self.low = low if self.low is None else max(low, self.low)
        else:
            high = value - (operator == "<")
            self.high = high if self.high is None else min(high, self.high)

    def _among(self, values: Sequence[Value], holds: bool) -> None:
        if holds:
            self.allowed = [one for one in values if self.allowed is None or one in self.allowed]
        else:
            self.excluded += [one for one in values if one not in self.excluded]

    def words(self) -> str:
        found = list(self.others)
        if isinstance(self.kind, BoolType):
            found += self._truth()
        elif self.allowed is not None:
            kept = [one for one in self.allowed if one not in self.excluded and self._is_within(one)]
            found.append(f"{self.path} is {' or '.join(self._shown(one) for one in kept)}")
        else:
            found += self._range()
        known = f"{self.path} is known"
        return " and ".join(one for one in dict.fromkeys(found) if one != known or len(found) == 1)

    def _truth(self) -> list[str]:
        wanted = self.allowed or [one is False for one in self.excluded]
        return [self.path if one is True else f"not {self.path}" for one in wanted[:1]]

    def _range(self) -> list[str]:
        found: list[str] = []
        if self.low is not None and self.low == self.high:
            return [f"{self.path} is {self._shown(self.low)}"]
        if self.low is not None and self.high is not None:
            found.append(f"{self.path} is from {self._shown(self.low)} to {self._shown(self.high)}")
        elif self.low is not None:
            found.append(f"{self.path} is at least {self._shown(self.low)}")
        elif self.high is not None:
            found.append(f"{self.path} is at most {self._shown(self.high)}")
        left = [one for one in self.excluded if self._is_within(one)]
        if left:
            rest = [one for one in self.kind.values if one not in left] if isinstance(self.kind, EnumType) else []
            if rest and len(rest) <= len(left):
                found.append(f"{self.path} is {' or '.join(rest)}")
            else:
                found.append(f"{self.path} is not {' or '.join(self._shown(one) for one in left)}")
        return found

    def _is_within(self, value: Value) -> bool:
        if not isinstance(value, int) or isinstance(value, bool):
            return True
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def _shown(self, value: Value) -> str:
        kind = self.kind.item if isinstance(self.kind, ListType) else self.kind
        return word(value if kind is None else show(kind, value))


def _single(one: Literal) -> str | None:
    """The one fact of which a literal speaks and nothing else; None where it speaks of several."""
    match one.expr:
        case ir.Read(path) | ir.Has(path):
            return path
        case ir.Compare(_, ir.Read(path), ir.Constant()) | ir.Compare(_, ir.Constant(), ir.Read(path)):
            return path
        case ir.In(ir.Constant(), ir.Read(path)):
            return path
        case ir.In(ir.Read(path), ir.ListOf(items)) if all(isinstance(item, ir.Constant) for item in items):
            return path
        case ir.In(ir.Read(path), ir.Constant()):
            return path
        case _:
            return None


def constants(items: ir.Expr) -> list[Value]:
    """The values of a list that is written out."""
    match items:
        case ir.ListOf(parts):
            return [part.value for part in parts if isinstance(part, ir.Constant)]
        case ir.Constant(value) if isinstance(value, tuple):
            return list(value)
        case _:
            return []


def _mirrored(operator: str) -> str:
    return {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)


def _expression(expr: ir.Expr, holds: bool, policy: ir.Policy, event: str) -> str:
    """A condition of several facts."""
    match expr:
        case ir.Compare(operator, left, right):
            said = OPERATORS[operator if holds else NEGATED[operator]]
            ours, theirs = (_type_of(side, policy, event) for side in (left, right))
            return f"{_thing(left, theirs, policy, event)} {said} {_thing(right, ours, policy, event)}"
        case ir.In(item, items):
            kinds = [_type_of(side, policy, event) for side in (item, items)]
            kind = kinds[0] or (kinds[1].item if isinstance(kinds[1], ListType) else None)
            said = "is among" if holds else "is not among"
            return f"{_thing(item, kind, policy, event)} {said} {_thing(items, kind, policy, event)}"
        case _:
            told = _thing(expr, None, policy, event)
            return told if holds else f"not {told}"


def _thing(expr: ir.Expr, kind: Type | None, policy: ir.Policy, event: str) -> str:
    match expr:
        case ir.Constant(value):
            return word(value if kind is None else show(kind, value))
        case ir.Read(path):
            return path
        case ir.ListOf(items):
            return f"[{', '.join(_thing(one, kind, policy, event) for one in items)}]"
        case ir.Arithmetic(operator, left, right):
            inner = _type_of(left, policy, event) or _type_of(right, policy, event) or kind
            inner = None if operator == "*" else inner
            return f"{_thing(left, inner, policy, event)} {operator} {_thing(right, inner, policy, event)}"
        case ir.Has(path):
            return f"{path} is known"
        case ir.Not(operand):
            return f"not ({_thing(operand, None, policy, event)})"
        case ir.All(parts) | ir.Any(parts):
            join = " and " if isinstance(expr, ir.All) else " or "
            return f"({join.join(_thing(one, None, policy, event) for one in parts)})"
        case ir.Compare() | ir.In():
            return f"({_expression(expr, True, policy, event)})"


def _type_of(expr: ir.Expr, policy: ir.Policy, event: str) -> Type | None:
    """The type in whose terms a number set against the expression is told."""
    match expr:
        case ir.Read(path):
            kind = kind_at(policy, event, path)
            return kind if isinstance(kind, IntType | DecimalType | ListType | EnumType) else None
        case _:
            return None


def condition(expr: ir.Expr | None, policy: ir.Policy, event: str) -> str:
    """A whole condition, by the names that the pack has."""
    return "always" if expr is None else _whole(expr, True, policy, event)


def _whole(expr: ir.Expr, holds: bool, policy: ir.Policy, event: str) -> str:
    match expr:
        case ir.Not(operand):
            return _whole(operand, not holds, policy, event)
        case ir.All(parts) | ir.Any(parts):
            told = [
                f"({_whole(one, holds, policy, event)})" if _has_parts(one) else _whole(one, holds, policy, event)
                for one in parts
            ]
            return (" and " if isinstance(expr, ir.All) is holds else " or ").join(told)
        case _:
            return _literal(Literal(expr, holds), policy, event)


def _has_parts(expr: ir.Expr) -> bool:
    return _has_parts(expr.operand) if isinstance(expr, ir.Not) else isinstance(expr, ir.All | ir.Any)


def _literal(one: Literal, policy: ir.Policy, event: str) -> str:
    path = _single(one)
    if path is None or (event and kind_of_path(policy, event, path) is None):
        return _expression(one.expr, one.holds, policy, event)
    told = _Told(path, kind_of_path(policy, event, path))
    told.take(one)
    return told.words()


def kind_of_path(policy: ir.Policy, event: str, path: str) -> Type | None:
    """The type of anything that a condition reads; None where a policy knows no such thing."""
    if path.startswith(SETTING):
        return policy.settings[path].type if path in policy.settings else None
    if path in policy.decisions:
        return policy.decisions[path].outcome_type
    return type_at(policy, event, path) if event in policy.events else None
