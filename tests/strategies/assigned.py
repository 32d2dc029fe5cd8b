"""Values as a pack writes them: plain, or an expression behind `=` that always fits the type."""

from __future__ import annotations

from attrs import frozen

from forbear.language.types import BoolType, DecimalType, EnumType, IntType, ListType, RecordsType, StringType, Type
from strategies.expressions import LITERALS, Author, Readable
from strategies.kinds import unscaled, value
from strategies.pen import Pen
from strategies.yaml_text import Node


@frozen
class Giver:
    """Gives values over the names of a place; `known` are the optional ones that are there."""

    pen: Pen
    names: tuple[Readable, ...]
    known: frozenset[str]

    def give(self, kind: Type, *, optional: bool = False) -> Node:
        """A value of a type; where it is optional, it may be the plain name of something that may be missing."""
        fitting = [one for one in self.names if _fits(one.type, kind)]
        missing = [one for one in fitting if one.optional and one.path not in self.known]
        if optional and missing and self.pen.chance(50):
            return f"= {self.pen.pick(missing).path}"
        if self.pen.chance(50):
            return value(self.pen, kind)
        there = [one for one in fitting if not one.optional or one.path in self.known]
        if there and self.pen.chance(60):
            return f"= {self.pen.pick(there).path}"
        return self._expression(kind)

    def _expression(self, kind: Type) -> Node:
        author = Author(self.pen, self.names)
        match kind:
            case BoolType():
                return f"={author.condition(self.known, 1).forbear}"
            case IntType(low, high, unit):
                number = author.whole(unit, self.known, 2)
                return f"= {number.forbear}" if low <= number.low and number.high <= high else value(self.pen, kind)
            case DecimalType(places, low, _):
                return f"= {unscaled(low, places):f}"
            case EnumType(values):
                return f'= "{self.pen.pick(values)}"'
            case StringType():
                text = self.pen.pick(LITERALS)
                return f"= '{text}'" if "'" not in text else f'= "{text}"'
            case ListType() | RecordsType():
                return value(self.pen, kind)


def _fits(ours: Type, theirs: Type) -> bool:
    """Whether every value of a name's type is one of another type."""
    match ours, theirs:
        case (BoolType(), BoolType()) | (StringType() | EnumType(), StringType()):
            return True
        case EnumType(values), EnumType(known):
            return set(values) <= set(known)
        case IntType(low, high, unit), IntType(lowest, highest, wanted):
            return lowest <= low and high <= highest and (not unit or not wanted or unit == wanted)
        case DecimalType(places, low, high, unit), DecimalType(other, lowest, highest, wanted):
            alike = places == other and (not unit or not wanted or unit == wanted)
            return alike and lowest <= low and high <= highest
        case ListType(item), ListType(wanted_item):
            return _fits(item, wanted_item)
        case _:
            return False
