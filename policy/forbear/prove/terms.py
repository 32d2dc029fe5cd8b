"""Expressions of the policy language as terms of Z3.

A bool is a Bool, everything else an Int: a number itself, a decimal scaled by its places, a text or value of an
enumeration the code that stands for it. Values of all enumerations and all texts share their codes, so that they
compare as they do in the language. A list is the set of its items, as membership is all that the language asks of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias, assert_never

import z3
from attrs import define, field, frozen

from forbear.language import ir
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, StringType, Type, Value

MOST_CODES = 10**9  # more texts than any model names


@define
class Codes:
    """A whole number for every text that a policy or a witness names; other texts are numbers above these."""

    _known: dict[str, int] = field(factory=dict)

    def of(self, text: str) -> int:
        """The code of a text."""
        return self._known.setdefault(text, len(self._known))

    @property
    def texts(self) -> tuple[str, ...]:
        """All that have a code, in order."""
        return tuple(self._known)

    def text(self, code: int) -> str:
        """The text of a code; one that no policy names gets a name of its own."""
        for text, one in self._known.items():
            if one == code:
                return text
        return f"other-{code}"


def codes_of(texts: Iterable[str]) -> Codes:
    """Codes that begin with those of some texts, none of which occurs twice."""
    return Codes({text: n for n, text in enumerate(texts)})


@frozen
class Members:
    """A list, as what it contains."""

    contains: Callable[[z3.ExprRef], z3.BoolRef]


Term: TypeAlias = z3.ExprRef | Members


@frozen
class Reading:
    """What the paths of an expression stand for: their values, and whether they are there."""

    value: Callable[[str], Term]
    there: Callable[[str], z3.BoolRef]
    codes: Codes

    def term(self, expr: ir.Expr) -> Term:
        """The value of an expression."""
        match expr:
            case ir.Constant(value):
                return constant(value, self.codes)
            case ir.Read(path):
                return self.value(path)
            case ir.Has(path):
                return self.there(path)
            case ir.Not(operand):
                return z3.Not(self.condition(operand))
            case ir.All(parts):
                return z3.And([self.condition(part) for part in parts])
            case ir.Any(parts):
                return z3.Or([self.condition(part) for part in parts])
            case ir.Compare(operator, left, right):
                return _compared(operator, self._scalar(left), self._scalar(right))
            case ir.In(item, items):
                found = self.term(items)
                assert isinstance(found, Members)
                return found.contains(self._scalar(item))
            case ir.ListOf(items):
                return listed([self._scalar(item) for item in items])
            case ir.Arithmetic(operator, left, right):
                return _calculated(operator, self._scalar(left), self._scalar(right))
            case _:
                assert_never(expr)

    def condition(self, expr: ir.Expr | None) -> z3.BoolRef:
        """Whether a condition holds; none always does."""
        return z3.BoolVal(True) if expr is None else self._scalar(expr)

    def _scalar(self, expr: ir.Expr) -> z3.ExprRef:
        found = self.term(expr)
        assert not isinstance(found, Members)
        return found


def constant(value: Value, codes: Codes) -> Term:
    """A value of the language as a term."""
    match value:
        case bool():
            return z3.BoolVal(value)
        case int():
            return z3.IntVal(value)
        case str():
            return z3.IntVal(codes.of(value))
        case tuple():
            return listed([_single(constant(one, codes)) for one in value])
        case _:
            raise AssertionError("a candidate is no constant")


def listed(items: Iterable[z3.ExprRef]) -> Members:
    """The list of some terms."""
    known = list(items)
    return Members(lambda one: z3.Or([one == item for item in known]))


def variable(name: str, kind: Type) -> Term:
    """A new variable for a value of a type."""
    match kind:
        case BoolType():
            return z3.Bool(name)
        case IntType() | DecimalType() | EnumType() | StringType():
            return z3.Int(name)
        case _:
            item = getattr(kind, "item", None)
            array = z3.Array(name, z3.BoolSort() if isinstance(item, BoolType) else z3.IntSort(), z3.BoolSort())
            return Members(lambda one: z3.Select(array, one))


def listening(term: Term, heard: list[tuple[z3.ExprRef, z3.BoolRef]]) -> Term:
    """The same term; where it is a list, what it is asked for is noted, so that a model can be told as a list."""
    if not isinstance(term, Members):
        return term

    def contains(item: z3.ExprRef) -> z3.BoolRef:
        found = term.contains(item)
        heard.append((item, found))
        return found

    return Members(contains)


def within(term: Term, kind: Type, codes: Codes) -> z3.BoolRef:
    """That a value is one of its type; a list may hold anything, as every condition asks it for single values."""
    if isinstance(term, Members):
        return z3.BoolVal(True)
    match kind:
        case IntType(low, high) | DecimalType(_, low, high):
            return z3.And(low <= term, term <= high)
        case EnumType(values):
            known = sorted(codes.of(value) for value in values)
            if known == list(range(known[0], known[-1] + 1)):
                return z3.And(known[0] <= term, term <= known[-1])
            return z3.Or([term == code for code in known])
        case StringType():
            return z3.And(term >= 0, term < MOST_CODES)
        case _:
            return z3.BoolVal(True)


def equal(left: Term, right: Term) -> z3.BoolRef:
    """That two single values are the same."""
    return _single(left) == _single(right)


def _single(term: Term) -> z3.ExprRef:
    assert not isinstance(term, Members)
    return term


def _compared(operator: str, left: z3.ExprRef, right: z3.ExprRef) -> z3.BoolRef:
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _calculated(operator: str, left: z3.ExprRef, right: z3.ExprRef) -> z3.ExprRef:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case _:
            return left * right
