"""What a condition always or never is, and which rules can still matter behind others: for warnings only.

Whatever cannot be set out in boxes (`has()`, one path against another, arithmetic) counts as a question of its own
that may be answered either way, so what is said here holds whatever the answers are. What may be missing is read only
behind a `has()` that holds, so wherever its value matters it is one of its type.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, field, frozen

from forbear.language import ir
from forbear.language.coverage import Box, Budget, NotKnown, TypeAt, boxes, overlap, without
from forbear.language.problems import Problems
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, Type

_OPPOSITE = {"!=": "==", ">=": "<", ">": "<="}
_BOXED = (BoolType, EnumType, IntType, DecimalType)
_EACH = 20_000  # work that one condition may take


@define
class Questions:
    """Turns conditions into boxes over paths and questions; one that is asked twice is the same question."""

    type_of: TypeAt
    problems: Problems
    asked: dict[ir.Expr, str] = field(factory=dict)

    def type_at(self, path: str) -> Type | None:
        """The type of a path, or of a question."""
        return BoolType() if path.startswith("?") else self.type_of(path)

    def boxes(self, condition: ir.Expr | None, holds: bool = True) -> list[Box] | None:
        """The boxes in which a condition holds (or does not), None where that is too much work."""
        budget = Budget(min(_EACH, self.problems.effort))
        begin = budget.left
        try:
            simple = self._simple(condition) if condition is not None else None
            return boxes(simple, self.type_at, budget, holds)
        except NotKnown:
            return None
        finally:
            self.problems.effort = max(0, self.problems.effort - (begin - budget.left))

    def _simple(self, expr: ir.Expr) -> ir.Expr:
        match expr:
            case ir.Constant():
                return expr
            case ir.Not(operand):
                return ir.Not(self._simple(operand))
            case ir.All(parts):
                return ir.All(tuple(self._simple(part) for part in parts))
            case ir.Any(parts):
                return ir.Any(tuple(self._simple(part) for part in parts))
            case ir.Compare(operator, left, right) if operator in _OPPOSITE and not self._is_boxed(expr):
                return ir.Not(self._question(ir.Compare(_OPPOSITE[operator], left, right)))
            case _:
                return expr if self._is_boxed(expr) else self._question(expr)

    def _question(self, expr: ir.Expr) -> ir.Expr:
        return ir.Read(self.asked.setdefault(expr, f"?{len(self.asked)}"))

    def _is_boxed(self, expr: ir.Expr) -> bool:
        """Whether an expression sets a path against constants."""
        match expr:
            case ir.Read(path):
                return isinstance(self.type_of(path), BoolType)
            case ir.Compare(_, ir.Read(path), ir.Constant()) | ir.Compare(_, ir.Constant(), ir.Read(path)):
                return isinstance(self.type_of(path), _BOXED)
            case ir.In(ir.Read(path), ir.ListOf(items)):
                return isinstance(self.type_of(path), _BOXED) and all(isinstance(one, ir.Constant) for one in items)
            case _:
                return False


def always(condition: ir.Expr, questions: Questions) -> bool | None:
    """What a condition comes to in every case, None where it depends, or where that is too much work."""
    match condition:
        case ir.Compare(operator, left, right) if left == right:
            return operator in ("==", "<=", ">=")
        case _:
            if questions.boxes(condition, True) == []:
                return False
            return True if questions.boxes(condition, False) == [] else None


@frozen
class Claims:
    """The boxes of each rule on one event, None where they are too many to set out."""

    boxes: Sequence[list[Box] | None]
    type_at: TypeAt
    budget: Budget

    def is_hidden(self, n: int, rivals: Iterable[int]) -> bool:
        """Whether every case of a rule lies in the boxes of some other rules; a rule without a case is not hidden."""
        left = self.boxes[n]
        if not left:
            return False
        try:
            for m in rivals:
                for box in self.boxes[m] or ():
                    left = [rest for part in left for rest in without(part, box, self.type_at, self.budget)]
        except NotKnown:
            return False
        return not left


def may_meet(ours: Iterable[Box], theirs: Iterable[Box], budget: Budget) -> bool:
    """Whether two rules may claim one case, as far as that can be told."""
    try:
        return overlap(ours, theirs, budget) is not None
    except NotKnown:
        return True
