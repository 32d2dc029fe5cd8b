"""Typed expressions, drawn so that the checker accepts them: every name exists, types and units agree, numbers stay
within 64 bits, and what may be missing is read only where `has()` says that it is there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from types import UnionType

from attrs import frozen

from forbear.language.types import (
    INT_MAX,
    INT_MIN,
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
)
from strategies.kinds import STRINGS, near, unscaled
from strategies.pen import Pen
from strategies.written import (
    NOTHING,
    SUM,
    Bare,
    Scaled,
    Written,
    at_least,
    both,
    bracketed,
    either,
    fits_64_bits,
    items,
    minus,
    multiplied,
    negated,
    related,
    summed,
)

ORDERS = ("<", "<=", ">", ">=", "==", "!=")
LITERALS = tuple(one for one in STRINGS if '"' not in one or "'" not in one)


@frozen
class Readable:
    """A name that an expression may read; `space` is where CEL finds it if it has no dot."""

    path: str
    type: Type
    optional: bool = False
    space: str = ""

    @property
    def setting(self) -> bool:
        """Whether a product may have it as its constant side."""
        return self.path.startswith("setting.")


class Author:
    """Writes expressions over some names.

    A careless author forgets `has()`, units and ranges; the checker must find that out.
    """

    def __init__(self, pen: Pen, names: Sequence[Readable], *, careless: bool = False) -> None:
        self.pen, self.names, self.careless = pen, names, careless

    # --- names

    def _there(self, kind: type[Type] | UnionType, known: frozenset[str]) -> list[Readable]:
        return [
            one
            for one in self.names
            if isinstance(one.type, kind) and (self.careless or not one.optional or one.path in known)
        ]

    def read(self, one: Readable) -> Written:
        """A name."""
        low, high = (one.type.low, one.type.high) if isinstance(one.type, IntType) else (0, 0)
        return Written((Bare(one.space, one.path) if one.space else one.path,), low=low, high=high)

    def has(self, one: Readable) -> Written:
        """`has(name)`."""
        name = Bare(one.space, one.path) if one.space else one.path
        return Written(("has(", name, ")"), when_true=frozenset({one.path}))

    # --- conditions

    def condition(self, known: frozenset[str] = NOTHING, depth: int = 2) -> Written:
        """Something true or false."""
        if depth <= 0:
            return self._fact(known)
        missing = [one for one in self.names if one.optional and one.path not in known]
        shape = self.pen.pick(("fact", "guarded", "both", "either", "not", "same", "brackets"))
        match shape:
            case "guarded" if missing:
                return self._guarded(self.pen.pick(missing), known, depth)
            case "both":
                return both(self.condition(known, depth - 1), lambda more: self.condition(more, depth - 1), known)
            case "either":
                return either(self.condition(known, depth - 1), lambda more: self.condition(more, depth - 1), known)
            case "not":
                return negated(self.condition(known, depth - 1))
            case "same":
                left, right = self.condition(known, depth - 1), self.condition(known, depth - 2)
                return related(self.pen.pick(("==", "!=")), left, right)
            case "brackets":
                return bracketed(self.condition(known, depth - 1))
            case _:
                return self._fact(known)

    def _guarded(self, one: Readable, known: frozenset[str], depth: int) -> Written:
        """Something about a value that may be missing, behind each form that a guard may take."""

        def about(more: frozenset[str]) -> Written:
            return self._about(one, more)

        def more_about(more: frozenset[str]) -> Written:
            return both(self.condition(more, depth - 1), about, more)

        there, gone = self.has(one), negated(self.has(one))
        match self.pen.number(0, 7):
            case 0:
                return both(there, about, known)
            case 1:
                return either(gone, about, known)
            case 2:
                return negated(either(gone, about, known))
            case 3:
                return both(there, more_about, known)
            case 4:
                guard = both(self.condition(known, depth - 1), lambda _: there, known)
                return both(guard, about, known)
            case 5:
                return either(both(there, about, known), lambda more: self.condition(more, depth - 1), known)
            case 6:
                guard = either(gone, lambda more: self.condition(more, depth - 1), known)
                return either(guard, about, known)
            case _:
                return both(negated(negated(there)), about, known)

    def _fact(self, known: frozenset[str]) -> Written:
        """A condition without `&&`, `||` and `!`."""
        readable = self._there(BoolType | IntType | DecimalType | EnumType | StringType | ListType, known)
        presence = [one for one in self.names if one.space != "decision"]
        shape = self.pen.number(0, 9)
        if shape == 0 or (shape == 1 and not presence):
            return Written((self.pen.pick(("true", "false")),))
        if shape == 1:
            return self.has(self.pen.pick(presence))
        if shape == 2 or not readable:
            return self._numbers(known)
        return self._about(self.pen.pick(readable), known)

    def _about(self, one: Readable, known: frozenset[str]) -> Written:
        """A condition that reads one name."""
        read = self.read(one)
        within = self.pen.chance(30)
        match one.type:
            case BoolType():
                return self._about_truth(read, known)
            case IntType(low, high, unit):
                if within:
                    others = [self.whole(unit, known, 0) for _ in range(self.pen.number(1, 3))]
                    lists = [
                        r for r in self._there(ListType, known) if isinstance(i := _item(r), IntType) and i.unit == unit
                    ]
                    return related("in", read, self._list(others, lists))
                other = self._near(low, high) if self.pen.chance(40) else self.whole(unit, known, 3)
                return self._turned(ORDERS, read, other)
            case DecimalType():
                return self._about_decimal(one, read, known, within=within)
            case EnumType(values):
                return self._about_word(one, read, values, known, within=within)
            case StringType():
                return self._about_text(read, known, within=within)
            case ListType(item):
                return related("in", self._item(item, known), read)
            case RecordsType():
                raise AssertionError("no expression reads a list of candidates")

    def _about_truth(self, read: Written, known: frozenset[str]) -> Written:
        lists = [one for one in self._there(ListType, known) if isinstance(_item(one), BoolType)]
        match self.pen.number(0, 4):
            case 0 | 1 | 2:
                return read
            case 3:
                return related("in", read, self._list([Written(("true",))], lists))
            case _:
                return related(self.pen.pick(("==", "!=")), read, Written((self.pen.pick(("true", "false")),)))

    def _about_decimal(self, one: Readable, read: Written, known: frozenset[str], *, within: bool) -> Written:
        kind = one.type
        assert isinstance(kind, DecimalType)
        others = [
            other
            for other in self._there(DecimalType, known)
            if isinstance(other.type, DecimalType) and other.type.unit == kind.unit
        ]
        if not within:
            other = self.read(self.pen.pick(others)) if self.pen.chance(40) else self._scaled(kind, kind.places + 1)
            return self._turned(ORDERS, read, other)
        coarse = [
            self.read(other)
            for other in others
            if isinstance(other.type, DecimalType) and other.type.places <= kind.places
        ]
        alike = [self._scaled(kind, kind.places) for _ in range(self.pen.number(1, 2))]
        lists = [
            other
            for other in self._there(ListType, known)
            if isinstance(item := _item(other), DecimalType) and item.places >= kind.places and item.unit == kind.unit
        ]
        return related("in", read, self._list([*alike, self.pen.pick(coarse)], lists))

    def _about_word(
        self, one: Readable, read: Written, values: tuple[str, ...], known: frozenset[str], *, within: bool
    ) -> Written:
        def shares(kind: Type) -> bool:
            return isinstance(kind, EnumType) and bool(set(kind.values) & set(values))

        others = [self.read(other) for other in self._there(EnumType, known) if other is not one and shares(other.type)]
        words = [self._text(word) for word in self.pen.some(values, 1, 2)]
        if within:
            lists = [
                other
                for other in self._there(ListType, known)
                if shares(_item(other)) or isinstance(_item(other), StringType)
            ]
            return related("in", read, self._list(words + others[:1], lists))
        other = self.pen.pick(others) if others and self.pen.chance(40) else words[0]
        return self._turned(("==", "!="), read, other)

    def _about_text(self, read: Written, known: frozenset[str], *, within: bool) -> Written:
        others = [self.read(one) for one in self._there(StringType | EnumType, known)]
        texts = [self._text(one) for one in self.pen.some(LITERALS, 1, 2)]
        if within:
            lists = [one for one in self._there(ListType, known) if isinstance(_item(one), StringType)]
            return related("in", read, self._list(texts + others[:1], lists))
        other = self.pen.pick(others) if self.pen.chance(40) else texts[0]
        return self._turned(("==", "!="), read, other)

    def _numbers(self, known: frozenset[str]) -> Written:
        return related(self.pen.pick(ORDERS), self.whole(self.pen.pick(("", "seconds")), known, 2), self._near(0, 5))

    def _turned(self, operators: Sequence[str], left: Written, right: Written) -> Written:
        """A comparison, either way round."""
        operator = self.pen.pick(operators)
        return related(operator, right, left) if self.pen.chance(30) else related(operator, left, right)

    def _list(self, values: list[Written], lists: list[Readable]) -> Written:
        """A list of values, or a name that holds one."""
        if lists and self.pen.chance(60):
            return self.read(self.pen.pick(lists))
        return items(values)

    def _item(self, kind: Type, known: frozenset[str]) -> Written:
        """Something that may be sought in a list of a type."""
        match kind:
            case BoolType():
                return at_least(self.condition(known, 0), SUM)
            case IntType(_, _, unit):
                return self.whole(unit, known, 1)
            case DecimalType(places):
                return self._scaled(kind, places)
            case EnumType(values):
                return self._text(self.pen.pick(values))
            case _:
                texts = self._there(StringType, known)
                return (
                    self.read(self.pen.pick(texts))
                    if texts and self.pen.chance(50)
                    else self._text(self.pen.pick(LITERALS))
                )

    # --- values

    def whole(self, unit: str, known: frozenset[str], depth: int) -> Written:
        """A whole number that counts `unit`."""
        alike = [one for one in self._there(IntType, known) if self.careless or _unit(one) == unit]
        shape = self.pen.pick(("literal", "read", "-", "+", "-", "*", "minus", "setting", "brackets", "end"))
        found: Written | None = None
        if shape == "read" and alike:
            found = self.read(self.pen.pick(alike))
        elif depth > 0 and shape in ("+", "-"):
            found = summed(shape, self.whole(unit, known, depth - 1), self.whole(unit, known, depth - 1))
        elif depth > 0 and shape == "*":
            literal, other = self._near(-10, 10), self.whole(unit, known, depth - 1)
            found = multiplied(other, literal) if self.pen.chance(50) else multiplied(literal, other)
        elif depth > 0 and shape == "minus":
            found = minus(self.whole(unit, known, depth - 1))
        elif depth > 0 and shape == "setting":
            settings = [one for one in self._there(IntType, known) if one.setting]
            factors = self._there(IntType, known)
            if settings and factors:
                found = multiplied(self.read(self.pen.pick(settings)), self.read(self.pen.pick(factors)))
        elif depth > 0 and shape == "brackets":
            found = bracketed(self.whole(unit, known, depth - 1))
        elif depth > 0 and shape == "end" and alike:
            found = self._to_the_end(self.read(self.pen.pick(alike)))
        if found is None or not (self.careless or fits_64_bits(found)):
            return self._near(0, 10)
        return found

    def _to_the_end(self, one: Written) -> Written:
        """A sum or product that comes to an end of 64 bits, or as near to it as may be."""
        gap = INT_MAX - one.high
        match self.pen.number(0, 2):
            case 0 if gap > 0:
                return summed("+", one, Written((str(gap),), low=gap, high=gap, literal=True))
            case 1 if one.low > INT_MIN:
                gap = min(one.low - INT_MIN, INT_MAX)
                return summed("-", one, Written((str(gap),), low=gap, high=gap, literal=True))
            case _:
                most = max(abs(one.low), abs(one.high), 1)
                factor = INT_MAX // most
                return multiplied(one, Written((str(factor),), low=factor, high=factor, literal=True))

    def _near(self, low: int, high: int) -> Written:
        """A whole number as written, near a range."""
        number = near(self.pen, low - 1, high + 1)
        number = max(-(2**53), min(2**53, number))
        return Written((str(number),), ATOM_OR_MINUS[number < 0], low=number, high=number, literal=True)

    def _scaled(self, kind: DecimalType, most: int) -> Written:
        """A number to be compared with a decimal, of at most so many places."""
        places = self.pen.number(1, min(most, 9))
        number = unscaled(near(self.pen, kind.low, kind.high), kind.places)
        text = f"{round(number, places):f}"
        if self.pen.chance(20):
            text = str(int(number))
        return Written((Scaled(text),), ATOM_OR_MINUS[Decimal(text) < 0 or text.startswith("-")])

    def _text(self, text: str) -> Written:
        quote = "'" if '"' in text or ("'" not in text and self.pen.chance(30)) else '"'
        return Written((f"{quote}{text}{quote}",))


ATOM_OR_MINUS = (6, 5)


def _item(one: Readable) -> Type:
    assert isinstance(one.type, ListType)
    return one.type.item


def _unit(one: Readable) -> str:
    return one.type.unit if isinstance(one.type, IntType) else ""
