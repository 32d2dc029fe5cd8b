"""The type of an expression; what may be missing is read only under `has()`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import assert_never

from forbear.language import ir
from forbear.language.operators import arithmetic, compare, fits_64_bits, one_of, within
from forbear.language.problems import Problems
from forbear.language.resolve import Found, resolve
from forbear.language.scope import NOTHING, Scope, Typed
from forbear.language.syntax import Binary, HasCall, Items, Junction, Literal, Name, Syntax, Unary
from forbear.language.tree import Scalar
from forbear.language.types import BoolType, DecimalType, IntType, StringType, describe, example


class Checker:
    """Checks one expression in a scope; every problem is noted once, at its word."""

    def __init__(self, scope: Scope, scalar: Scalar, problems: Problems, shift: int = 0) -> None:
        self.scope, self.scalar, self.problems, self.shift = scope, scalar, problems, shift
        self.conditions: list[tuple[Syntax, ir.Expr]] = []  # each after those inside it

    def error(self, code: str, message: str, at: Syntax, hint: str = "") -> None:
        """Note a problem at a word of the expression."""
        self.problems.error(code, message, self.scalar.at(at.start + self.shift, at.end - at.start), hint)

    def warn(self, code: str, message: str, at: Syntax, hint: str) -> None:
        """Note a likely mistake at a word of the expression."""
        self.problems.warn(code, message, self.scalar.at(at.start + self.shift, at.end - at.start), hint)

    def check(self, syntax: Syntax, known: frozenset[str]) -> Typed | None:
        """The typed form, or None where something in it was wrong and has been noted."""
        typed = self._check(syntax, known)
        if typed is not None and isinstance(typed.type, BoolType):
            self.conditions.append((syntax, typed.expr))
        return typed

    def _check(self, syntax: Syntax, known: frozenset[str]) -> Typed | None:
        match syntax:
            case Name():
                return self._name(syntax, known)
            case Literal():
                return self._literal(syntax)
            case Items():
                self.error("type-mismatch", "a list can only stand behind `in`", syntax, "write x in [a, b]")
                return None
            case HasCall():
                return self._has(syntax.of)
            case Unary():
                return self._unary(syntax, known)
            case Junction():
                return self._junction(syntax, known)
            case Binary("in", _, Items() as items):
                return self._within_items(syntax, items, known)
            case Binary(_, Name() as name, Literal("") as empty) | Binary(_, Literal("") as empty, Name() as name):
                self._refuse_empty(name, empty)
                return None
            case Binary(operator, left, right):
                one, other = self.check(left, known), self.check(right, known)
                if one is None or other is None:
                    return None
                check = within if operator == "in" else arithmetic if operator in ("+", "-", "*") else compare
                return check(syntax, one, other, self.error)
            case _:
                assert_never(syntax)

    # --- names

    def resolve(self, at: Name) -> Found | None:
        """Type and optionality of a path, present on every event of the scope."""
        return resolve(at, self.scope, lambda code, message, hint: self.error(code, message, at, hint))

    def _name(self, at: Name, known: frozenset[str]) -> Typed | None:
        found = self.resolve(at)
        if found is None:
            return None
        if found.optional and at.path not in known:
            message = f"`{at.path}` may be missing here"
            self.error("optional-read", message, at, f"ask for it first: has({at.path}) && …")
            return None
        unit = found.type.unit if isinstance(found.type, IntType | DecimalType) else None
        return Typed(ir.Read(at.path), found.type, unit=unit)

    def _has(self, at: Name) -> Typed | None:
        if at.path in self.scope.names.decisions and self.scope.attributes is None:
            self.error("type-mismatch", f"`{at.path}` is a decision and never missing", at, "read it without has()")
            return None
        if self.resolve(at) is None:
            return None
        return Typed(ir.Has(at.path), BoolType(), when_true=frozenset({at.path}))

    # --- values

    def _literal(self, at: Literal, sign: int = 1) -> Typed | None:
        value = at.value
        if isinstance(value, bool):
            return Typed(ir.Constant(value), BoolType(), literal=True)
        if isinstance(value, str):
            if not value:
                self.error("type-mismatch", "a text is never empty", at, "ask has(path) for what may be missing")
                return None
            return Typed(ir.Constant(value), StringType(), literal=True)
        places = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
        scaled = sign * int(value if isinstance(value, int) else f"{value:f}".replace(".", ""))
        if not fits_64_bits(scaled, scaled):
            self.error("overflow", "this number does not fit 64 bits", at, "write a smaller one, or fewer places")
            return None
        kind = DecimalType(places, scaled, scaled) if places else IntType(scaled, scaled)
        return Typed(ir.Constant(scaled), kind, literal=True)

    def _refuse_empty(self, at: Name, empty: Literal) -> None:
        """An empty text may have been meant for what is missing."""
        found = self.resolve(at)
        if found is None:
            return
        if found.optional:
            hint = f"ask has({at.path}) for what may be missing"
        elif isinstance(found.type, StringType):
            hint = f"`{at.path}` is always there; leave this out, or declare it optional and ask has({at.path})"
        else:
            value = example(found.type)
            such = f"; compare it with one, such as {value}" if value else ""
            hint = f"`{at.path}` is {describe(found.type)}{such}"
        self.error("type-mismatch", "a text is never empty", empty, hint)

    def _unary(self, at: Unary, known: frozenset[str]) -> Typed | None:
        if at.operator == "-" and isinstance(at.operand, Literal) and not isinstance(at.operand.value, bool | str):
            return self._literal(at.operand, -1)
        operand = self.check(at.operand, known)
        if operand is None:
            return None
        if at.operator == "!":
            if not self._is_condition(operand, at.operand):
                return None
            return Typed(ir.Not(operand.expr), BoolType(), when_true=operand.when_false, when_false=operand.when_true)
        zero = Typed(ir.Constant(0), IntType(0, 0), literal=True)
        return arithmetic(Binary("-", at.operand, at.operand, at.start, at.end), zero, operand, self.error)

    def _is_condition(self, one: Typed, at: Syntax) -> bool:
        if isinstance(one.type, BoolType):
            return True
        message = f"a condition is true or false; this is {describe(one.type)}"
        self.error("type-mismatch", message, at, "compare it with something")
        return False

    # --- operators

    def _junction(self, at: Junction, known: frozenset[str]) -> Typed | None:
        both = at.operator == "&&"
        parts: list[Typed] = []
        passed: frozenset[str] = NOTHING  # what holds once every part so far let the evaluation go on
        stopped: frozenset[str] | None = None  # what holds wherever it may have stopped
        broken = False
        for part in at.parts:
            one = self.check(part, known | passed)
            if one is None or not self._is_condition(one, part):
                broken = True
                passed |= frozenset(asked(part))  # it may have been meant to ask for them
                continue
            goes_on, stops = (one.when_true, one.when_false) if both else (one.when_false, one.when_true)
            stopped = passed | stops if stopped is None else stopped & (passed | stops)
            passed |= goes_on
            parts.append(one)
        if broken:
            return None
        stopped = stopped or NOTHING
        exprs = tuple(part.expr for part in parts)
        if both:
            return Typed(ir.All(exprs), BoolType(), when_true=passed, when_false=stopped)
        return Typed(ir.Any(exprs), BoolType(), when_true=stopped, when_false=passed)

    def _within_items(self, at: Binary, items: Items, known: frozenset[str]) -> Typed | None:
        left = self.check(at.left, known)
        found = [(item, self.check(item, known)) for item in items.items]
        if not found:
            self.error("type-mismatch", "an empty list matches nothing", items, "write the values that are meant")
        if left is None:
            return None
        exprs = [
            one_of(Binary("==", at.left, item, at.left.start, item.end), left, one, self.error)
            for item, one in found
            if one is not None
        ]
        good = tuple(expr for expr in exprs if expr is not None)
        if not good or len(good) < len(found):
            return None
        return Typed(ir.In(left.expr, ir.ListOf(good)), BoolType())


def asked(syntax: Syntax) -> Iterator[str]:
    """Every path that an expression asks has() of."""
    return (one.of.path for one in _nodes(syntax) if isinstance(one, HasCall))


def named(syntax: Syntax) -> Iterator[str]:
    """Every path that an expression names."""
    return (one.path for one in _nodes(syntax) if isinstance(one, Name))


def _nodes(syntax: Syntax) -> Iterator[Syntax]:
    """An expression and all that it is made of."""
    yield syntax
    match syntax:
        case HasCall(of):
            yield of
        case Unary(_, operand):
            yield from _nodes(operand)
        case Binary(_, left, right):
            yield from _nodes(left)
            yield from _nodes(right)
        case Junction(_, parts) | Items(parts):
            for part in parts:
                yield from _nodes(part)
        case Name() | Literal():
            return
        case _:
            assert_never(syntax)
