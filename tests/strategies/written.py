"""An expression as text for Forbear and for CEL, with what its author must know to go on writing.

The two texts differ in two things only. CEL has no bare names for us: a decision is bound as `decision.x`, an entry's
attribute as `entry.x`. And CEL has no decimals: there they are integers, all scaled by 10**9, literals like values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from attrs import evolve, frozen

from forbear.language.types import INT_MAX, INT_MIN

CEL_PLACES = 9
NOTHING: frozenset[str] = frozenset()
OR, AND, RELATION, SUM, PRODUCT, UNARY, ATOM = range(7)


@frozen
class Bare:
    """A name without a dot, and the map that holds it in CEL."""

    space: str
    name: str


@frozen
class Scaled:
    """A number that is compared with a decimal, as written."""

    text: str


Piece = str | Bare | Scaled


@frozen
class Written:
    """A piece of an expression: how tightly it binds, which optional paths are there where it is true or false,
    and for numbers the range, and whether it is made of literals only."""

    pieces: tuple[Piece, ...]
    binds: int = ATOM
    when_true: frozenset[str] = NOTHING
    when_false: frozenset[str] = NOTHING
    low: int = 0
    high: int = 0
    literal: bool = False

    @property
    def forbear(self) -> str:
        """The text in the language of packs."""
        return "".join(_forbear(piece) for piece in self.pieces)

    @property
    def cel(self) -> str:
        """The text for a CEL implementation."""
        return "".join(_cel(piece) for piece in self.pieces)


def _forbear(piece: Piece) -> str:
    match piece:
        case Bare(_, name):
            return name
        case Scaled(text):
            return text
        case _:
            return piece


def _cel(piece: Piece) -> str:
    match piece:
        case Bare(space, name):
            return f"{space}.{name}"
        case Scaled(text):
            return str(int(Decimal(text).scaleb(CEL_PLACES)))
        case _:
            return piece


def bracketed(one: Written) -> Written:
    """The same in parentheses."""
    return evolve(one, pieces=("(", *one.pieces, ")"), binds=ATOM)


def at_least(one: Written, binds: int) -> Written:
    """The same, in parentheses if it binds more loosely than its place demands."""
    return one if one.binds >= binds else bracketed(one)


def _joined(operator: str, parts: Sequence[Written]) -> tuple[Piece, ...]:
    pieces: list[Piece] = [*parts[0].pieces]
    for part in parts[1:]:
        pieces += [f" {operator} ", *part.pieces]
    return tuple(pieces)


def both(first: Written, then: Callable[[frozenset[str]], Written], known: frozenset[str]) -> Written:
    """`first && then`; what follows may rely on what the first says."""
    second = then(known | first.when_true)
    pieces = _joined("&&", [at_least(first, AND), at_least(second, AND)])
    where_false = first.when_false & (first.when_true | second.when_false)
    return Written(pieces, AND, first.when_true | second.when_true, where_false)


def either(first: Written, then: Callable[[frozenset[str]], Written], known: frozenset[str]) -> Written:
    """`first || then`; what follows may rely on what the first denies."""
    second = then(known | first.when_false)
    pieces = _joined("||", [at_least(first, OR), at_least(second, AND)])
    where_true = first.when_true & (first.when_false | second.when_true)
    return Written(pieces, OR, where_true, first.when_false | second.when_false)


def negated(one: Written) -> Written:
    """`!one`."""
    return Written(("!", *at_least(one, UNARY).pieces), UNARY, one.when_false, one.when_true)


def related(operator: str, left: Written, right: Written) -> Written:
    """A comparison, or `in`."""
    return Written(_joined(operator, [at_least(left, SUM), at_least(right, SUM)]), RELATION)


def items(parts: Sequence[Written]) -> Written:
    """A list of values."""
    pieces: list[Piece] = ["["]
    for n, part in enumerate(parts):
        pieces += [", ", *part.pieces] if n else part.pieces
    return Written((*pieces, "]"))


def summed(operator: str, left: Written, right: Written) -> Written:
    """`left + right` or `left - right`."""
    low, high = (
        (left.low - right.high, left.high - right.low)
        if operator == "-"
        else (left.low + right.low, left.high + right.high)
    )
    pieces = _joined(operator, [at_least(left, SUM), at_least(right, PRODUCT)])
    return Written(pieces, SUM, low=low, high=high, literal=left.literal and right.literal)


def multiplied(left: Written, right: Written) -> Written:
    """`left * right`."""
    corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    pieces = _joined("*", [at_least(left, PRODUCT), at_least(right, UNARY)])
    return Written(pieces, PRODUCT, low=min(corners), high=max(corners), literal=left.literal and right.literal)


def minus(one: Written) -> Written:
    """`-one`."""
    return Written(("-", *at_least(one, UNARY).pieces), UNARY, low=-one.high, high=-one.low, literal=one.literal)


def fits_64_bits(one: Written) -> bool:
    """Whether the checker accepts the number."""
    return one.low >= INT_MIN and one.high <= INT_MAX
