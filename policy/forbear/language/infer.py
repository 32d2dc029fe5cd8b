"""Types and ranges of an expression: names are resolved, and what may be missing is read only under `has()`."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from attrs import evolve

from forbear.language import ir
from forbear.language.scope import NOTHING, Head, Scope, Typed
from forbear.language.shape import did_you_mean
from forbear.language.source import Problems
from forbear.language.syntax import Binary, HasCall, Items, Junction, Literal, Name, Syntax, Unary
from forbear.language.tree import Scalar
from forbear.language.types import (
    INT_MAX,
    INT_MIN,
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    StringType,
    Type,
    describe,
)


class Checker:
    """Checks one expression in a scope; every problem is noted once, at its word."""

    def __init__(self, scope: Scope, scalar: Scalar, problems: Problems, shift: int = 0) -> None:
        self.scope, self.scalar, self.problems, self.shift = scope, scalar, problems, shift

    def error(self, code: str, message: str, at: Syntax, hint: str = "") -> None:
        self.problems.error(code, message, self.scalar.at(at.start + self.shift, at.end - at.start), hint)

    def check(self, syntax: Syntax, known: frozenset[str]) -> Typed | None:
        """The typed form, or None where something in it was wrong and has been noted."""
        match syntax:
            case Name():
                return self._name(syntax, known)
            case Literal():
                return self._literal(syntax)
            case Items():
                self.error("type-mismatch", "a list can only stand behind `in`", syntax)
                return None
            case HasCall():
                return self._has(syntax)
            case Unary():
                return self._unary(syntax, known)
            case Junction():
                return self._junction(syntax, known)
            case Binary("in"):
                return self._within(syntax, known)
            case Binary(operator, left, right):
                sides = self.check(left, known), self.check(right, known)
                if sides[0] is None or sides[1] is None:
                    return None
                if operator in ("+", "-", "*"):
                    return self._arithmetic(syntax, sides[0], sides[1])
                return self._compare(syntax, sides[0], sides[1])
            case _:
                assert_never(syntax)

    # --- names

    def resolve(self, at: Name | HasCall) -> tuple[Type, bool] | None:
        """Type and optionality of a path, present on every event of the scope."""
        path, names, scope = at.path, self.scope.names, self.scope
        if path in names.broken:
            return None
        if scope.attributes is not None and path in scope.attributes:
            attribute = scope.attributes[path]
            return attribute.type, attribute.optional
        if path in names.settings:
            return names.settings[path].type, False
        if scope.settings_only or scope.attributes is not None:
            known = [*names.settings, *(scope.attributes or ())]
            what = "only settings can be read here" if scope.attributes is None else "an entry's `where` reads"
            if scope.attributes is not None:
                what = f"this kind of entry has no `{path}`"
            self.error("unknown-name", what, at, did_you_mean(path, known))
            return None
        if path in names.decisions:
            return self._decision(at, names.decisions[path])
        if path in names.folds:
            return names.folds[path].type, names.folds[path].optional
        if path in names.facts:
            return names.facts[path].type, names.facts[path].optional
        if scope.effects and path.partition(".")[0] in ("recorded", "owed"):
            return self._effect(at)
        return self._event_fact(at)

    def _decision(self, at: Name | HasCall, head: Head) -> tuple[Type, bool] | None:
        absent = [event for event in self.scope.events if event not in head.asked_on]
        if absent:
            message = f"the decision `{at.path}` is not asked on `{absent[0]}`"
            self.error("not-asked", message, at, f"ask it on `{absent[0]}` too, or narrow this rule with `asked_on`")
            return None
        return head.type, False

    def _effect(self, at: Name | HasCall) -> tuple[Type, bool] | None:
        space, _, name = at.path.partition(".")
        known = self.scope.names.entries if space == "recorded" else self.scope.names.obligations
        if name in known or f"{space}.{name}" in self.scope.names.broken:
            return BoolType(), False
        what = "entry" if space == "recorded" else "obligation"
        self.error("unknown-name", f"there is no {what} `{name}`", at, did_you_mean(name, known))
        return None

    def _event_fact(self, at: Name | HasCall) -> tuple[Type, bool] | None:
        names = self.scope.names
        found = {event: names.events[event][at.path] for event in self.scope.events if at.path in names.events[event]}
        absent = [event for event in self.scope.events if event not in found]
        if found and absent:
            message = f"`{at.path}` is not there on `{absent[0]}`"
            self.error("not-on-event", message, at, "narrow the rule with `asked_on`")
            return None
        if found:
            first, *others = found.values()
            if any(other.type != first.type for other in others):
                self.error("not-on-event", f"`{at.path}` has another type on each of these events", at)
                return None
            return first.type, any(fact.optional for fact in found.values())
        self._unknown(at)
        return None

    def _unknown(self, at: Name | HasCall) -> None:
        names = self.scope.names
        bare = "." not in at.path
        if bare:
            hint = did_you_mean(at.path, names.decisions)
            if at.path == "null":
                hint = "ask has(path)"
            elif any(path.endswith("." + at.path) for path in names.facts):
                hint = f"did you mean `{next(path for path in names.facts if path.endswith('.' + at.path))}`?"
            self.error("unknown-name", f"there is no decision `{at.path}`", at, hint)
            return
        elsewhere = [event for event, facts in names.events.items() if at.path in facts]
        if elsewhere:
            message = f"`{at.path}` is there only on {', '.join(f'`{event}`' for event in elsewhere)}"
            self.error("not-on-event", message, at, "ask this on that event, or read something else")
            return
        space = at.path.partition(".")[0]
        what = {"setting": "setting", "history": "history fold"}.get(space, "fact")
        here = [path for event in self.scope.events for path in names.events[event]]
        hint = did_you_mean(at.path, [*names.facts, *names.settings, *names.folds, *here])
        self.error("unknown-name", f"there is no {what} `{at.path}`", at, hint)

    def _name(self, at: Name, known: frozenset[str]) -> Typed | None:
        found = self.resolve(at)
        if found is None:
            return None
        kind, optional = found
        if optional and at.path not in known:
            message = f"`{at.path}` may be missing here"
            self.error("optional-read", message, at, f"ask for it first: has({at.path}) && …")
            return None
        unit = kind.unit if isinstance(kind, IntType | DecimalType) else None
        return Typed(ir.Read(at.path), kind, unit=unit)

    def _has(self, at: HasCall) -> Typed | None:
        if "." not in at.path and self.scope.attributes is None:
            self.error("type-mismatch", f"`{at.path}` is a decision and never missing", at)
            return None
        found = self.resolve(at)
        if found is None:
            return None
        return Typed(ir.Has(at.path), BoolType(), when_true=frozenset({at.path}))

    # --- values

    def _literal(self, at: Literal) -> Typed:
        value = at.value
        if isinstance(value, bool):
            return Typed(ir.Constant(value), BoolType(), literal=True)
        if isinstance(value, int):
            return Typed(ir.Constant(value), IntType(value, value), literal=True)
        if isinstance(value, Decimal):
            places = -int(value.as_tuple().exponent)
            scaled = int(value.scaleb(places))
            return Typed(ir.Constant(scaled), DecimalType(places, scaled, scaled), literal=True)
        return Typed(ir.Constant(value), StringType(), literal=True)

    def _unary(self, at: Unary, known: frozenset[str]) -> Typed | None:
        operand = self.check(at.operand, known)
        if operand is None:
            return None
        if at.operator == "!":
            if not self._is_condition(operand, at.operand):
                return None
            return Typed(ir.Not(operand.expr), BoolType(), when_true=operand.when_false, when_false=operand.when_true)
        if isinstance(operand.expr, ir.Constant) and isinstance(operand.type, IntType | DecimalType):
            value = operand.expr.value
            assert isinstance(value, int)
            return Typed(ir.Constant(-value), evolve(operand.type, low=-value, high=-value), literal=True)
        zero = Typed(ir.Constant(0), IntType(0, 0), literal=True)
        return self._arithmetic(Binary("-", at.operand, at.operand, at.start, at.end), zero, operand)

    def _is_condition(self, one: Typed, at: Syntax) -> bool:
        if isinstance(one.type, BoolType):
            return True
        self.error("type-mismatch", f"a condition is true or false; this is {describe(one.type)}", at, "compare it")
        return False

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

    # --- operators

    def _compare(self, at: Binary, left: Typed, right: Typed) -> Typed | None:
        if at.operator not in ("==", "!=") and not (_is_number(left.type) and _is_number(right.type)):
            wrong, side = (left, at.left) if not _is_number(left.type) else (right, at.right)
            self.error("type-mismatch", f"`{at.operator}` compares numbers; this is {describe(wrong.type)}", side)
            return None
        pair = self._same_kind(at, left, right)
        if pair is None:
            return None
        return Typed(ir.Compare(at.operator, *pair), BoolType())

    def _same_kind(self, at: Binary, left: Typed, right: Typed) -> tuple[ir.Expr, ir.Expr] | None:
        """Both sides as values that may be compared, decimals at the same number of places."""
        for one, other, side in ((left, right, at.right), (right, left, at.left)):
            if isinstance(one.type, EnumType) and other.literal and isinstance(other.type, StringType):
                return (left.expr, right.expr) if self._has_value(one.type, other, side) else None
        match left.type, right.type:
            case (BoolType(), BoolType()) | (StringType(), StringType()):
                return left.expr, right.expr
            case EnumType(ours), EnumType(theirs) if set(ours) & set(theirs):
                return left.expr, right.expr
            case IntType(), IntType():
                return (left.expr, right.expr) if self._same_unit(at, left, right) else None
            case DecimalType(ours), DecimalType(theirs):
                if not self._same_unit(at, left, right):
                    return None
                places = max(ours, theirs)
                return _scale(left.expr, places - ours), _scale(right.expr, places - theirs)
            case (DecimalType(places), IntType()) if right.literal:
                return left.expr, _scale(right.expr, places)
            case (IntType(), DecimalType(places)) if left.literal:
                return _scale(left.expr, places), right.expr
            case _:
                message = f"{describe(left.type)} cannot be compared with {describe(right.type)}"
                wrong = at.left if left.literal and not right.literal else at.right
                self.error("type-mismatch", message, wrong)
                return None

    def _has_value(self, kind: EnumType, literal: Typed, at: Syntax) -> bool:
        assert isinstance(literal.expr, ir.Constant)
        value = literal.expr.value
        if value in kind.values:
            return True
        self.error("unknown-value", f"there is no value `{value}` here", at, did_you_mean(str(value), kind.values))
        return False

    def _same_unit(self, at: Binary, left: Typed, right: Typed) -> bool:
        units = {side.unit for side in (left, right) if not side.literal and side.unit is not None}
        if len(units) < 2:
            return True
        one, other = left.unit or "no unit", right.unit or "no unit"
        self.error("unit-mismatch", f"{one} and {other} cannot be set against each other", at.right)
        return False

    def _within(self, at: Binary, known: frozenset[str]) -> Typed | None:
        left = self.check(at.left, known)
        if isinstance(at.right, Items):
            return self._within_items(at.right, at.left, left, known)
        right = self.check(at.right, known)
        if left is None or right is None:
            return None
        if not isinstance(right.type, ListType):
            self.error("type-mismatch", f"`in` looks into a list; this is {describe(right.type)}", at.right)
            return None
        pair = self._same_kind(at, left, Typed(right.expr, right.type.item))
        return None if pair is None else Typed(ir.In(pair[0], right.expr), BoolType())

    def _within_items(self, items: Items, at: Syntax, left: Typed | None, known: frozenset[str]) -> Typed | None:
        alternatives: list[ir.Expr] = []
        for item in items.items:
            one = self.check(item, known)
            if left is None or one is None:
                continue
            pair = self._same_kind(Binary("==", at, item, at.start, item.end), left, one)
            if pair is not None and pair[0] != left.expr:
                self.error("type-mismatch", "this has more decimal places than the value it is sought for", item)
            elif pair is not None:
                alternatives.append(pair[1])
        if not items.items:
            self.error("type-mismatch", "an empty list matches nothing", items)
        if left is None or not alternatives or len(alternatives) < len(items.items):
            return None
        return Typed(ir.In(left.expr, ir.ListOf(tuple(alternatives))), BoolType())

    def _arithmetic(self, at: Binary, left: Typed, right: Typed) -> Typed | None:
        for one, side in ((left, at.left), (right, at.right)):
            if not isinstance(one.type, IntType):
                self.error("type-mismatch", f"arithmetic is on whole numbers; this is {describe(one.type)}", side)
                return None
        assert isinstance(left.type, IntType)
        assert isinstance(right.type, IntType)
        ours, theirs = left.type, right.type
        unit: str | None
        if at.operator == "*":
            if not (_is_fixed(left) or _is_fixed(right)):
                self.error("type-mismatch", "one side of `*` is a number or a setting", at)
                return None
            corners = [a * b for a in (ours.low, ours.high) for b in (theirs.low, theirs.high)]
            low, high = min(corners), max(corners)
            unit = right.unit if left.literal else left.unit if right.literal else None
        else:
            if not self._same_unit(at, left, right):
                return None
            minus = at.operator == "-"
            low = ours.low - theirs.high if minus else ours.low + theirs.low
            high = ours.high - theirs.low if minus else ours.high + theirs.high
            unit = right.unit if left.literal else left.unit
        if low < INT_MIN or high > INT_MAX:
            self.error("overflow", "the result can leave 64 bits", at, "give the facts and settings a narrower range")
            return None
        kind = IntType(low, high, unit or "")
        return Typed(ir.Arithmetic(at.operator, left.expr, right.expr), kind, left.literal and right.literal, unit)


def _is_number(kind: Type) -> bool:
    return isinstance(kind, IntType | DecimalType)


def _is_fixed(one: Typed) -> bool:
    return one.literal or (isinstance(one.expr, ir.Read) and one.expr.path.startswith("setting."))


def _scale(expr: ir.Expr, places: int) -> ir.Expr:
    if places == 0:
        return expr
    if isinstance(expr, ir.Constant) and isinstance(expr.value, int):
        return ir.Constant(expr.value * 10**places)
    return ir.Arithmetic("*", expr, ir.Constant(10**places))
