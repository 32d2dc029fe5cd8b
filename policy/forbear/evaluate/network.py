"""Conditions in the form that durable-rules reads: negation at the leaves, every operand a field or a constant."""

from __future__ import annotations

from typing import Any, assert_never

from attrs import define, field

from forbear.evaluate.protocol import Environment
from forbear.evaluate.reference import evaluate
from forbear.evaluate.size import is_condition
from forbear.language import ir
from forbear.language.operators import FLIPPED, NEGATED
from forbear.language.types import Value
from forbear.language.walk import reads

Condition = dict[str, Any]

ALWAYS: Condition = {"one": 1}
_NEVER: Condition = {"one": 0}
_SPELT = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}


@define
class Fields:
    """The fields that the conditions of one network need, and how each gets its value."""

    settings: dict[str, Value]
    values: dict[ir.Expr, str] = field(factory=dict)  # an expression whose value is sent
    presence: dict[str, str] = field(factory=dict)  # a path of which it is sent whether it has a value
    _senders: list[tuple[str, ir.Expr, frozenset[str]]] = field(factory=list)  # field, its value, what that reads

    def of(self, expr: ir.Expr) -> str:
        """The field that carries an expression's value."""
        return self.values.setdefault(expr, f"v{len(self.values)}")

    def present(self, path: str) -> str:
        """The field that says whether a path has a value."""
        return self.presence.setdefault(path, f"h{len(self.presence)}")

    def message(self, environment: Environment) -> dict[str, Any]:
        """The fields with their values; one whose value is missing is left out, and no comparison of it holds."""
        sent: dict[str, Any] = {"one": 1}
        for path, name in self.presence.items():
            sent[name] = path in environment
        if len(self._senders) != len(self.values):
            self._senders = [(name, expr, frozenset(reads(expr))) for expr, name in self.values.items()]
        for name, expr, paths in self._senders:
            if isinstance(expr, ir.Read):
                if expr.path in environment:
                    sent[name] = environment[expr.path]
            elif paths <= environment.keys():
                sent[name] = evaluate(expr, environment)
        return sent


def condition(expr: ir.Expr, fields: Fields, *, holds: bool = True) -> Condition:
    """The condition that `expr` is true, or, where not `holds`, that it is false."""
    match expr:
        case ir.Constant(value):
            return ALWAYS if value is holds else _NEVER
        case ir.Read(path):
            if path in fields.settings:
                return ALWAYS if fields.settings[path] is holds else _NEVER
            return {fields.of(expr): holds}
        case ir.Has(path):
            return {fields.present(path): holds}
        case ir.Not(operand):
            return condition(operand, fields, holds=not holds)
        case ir.All(parts) | ir.Any(parts):
            every = isinstance(expr, ir.All) is holds
            return _joined("$and" if every else "$or", [condition(part, fields, holds=holds) for part in parts])
        case ir.Compare(operator, left, right):
            return _compare(operator if holds else NEGATED[operator], left, right, fields)
        case ir.In(item, ir.ListOf(items)):
            operator = "==" if holds else "!="
            return _joined("$or" if holds else "$and", [_compare(operator, item, one, fields) for one in items])
        case ir.In(ir.Constant(value), items) if holds:
            return {"$iany": {fields.of(items): {"$i": value}}}
        case ir.In(item, items) if is_condition(item):
            true = ir.All((item, ir.In(ir.Constant(True), items)))
            false = ir.All((ir.Not(item), ir.In(ir.Constant(False), items)))
            return condition(ir.Any((true, false)), fields, holds=holds)
        case ir.In():
            return {fields.of(expr): holds}
        case ir.ListOf() | ir.Arithmetic():
            raise AssertionError("the checker lets no such condition pass")
        case _:
            assert_never(expr)


def _joined(operator: str, parts: list[Condition]) -> Condition:
    """One junction of the parts; a part that is the same junction is dissolved, for few may stand in each other."""
    flat = [inner for part in parts for inner in part.get(operator, [part])]
    return flat[0] if len(flat) == 1 else {operator: flat}


def _compare(operator: str, left: ir.Expr, right: ir.Expr, fields: Fields) -> Condition:
    """A comparison with a field on its left and a field or constant on its right."""
    if is_condition(left) or is_condition(right):
        same, other = (True, False) if operator == "==" else (False, True)
        both = [condition(left, fields), condition(right, fields, holds=same)]
        neither = [condition(left, fields, holds=False), condition(right, fields, holds=other)]
        return _joined("$or", [_joined("$and", both), _joined("$and", neither)])
    left, right = _known(left, fields), _known(right, fields)
    if isinstance(left, ir.Constant) and not isinstance(right, ir.Constant):
        operator, left, right = FLIPPED[operator], right, left
    name = fields.of(left)
    against: Any = right.value if isinstance(right, ir.Constant) else {"$m": fields.of(right)}
    return {name: against} if operator == "==" else {_SPELT[operator]: {name: against}}


def _known(expr: ir.Expr, fields: Fields) -> ir.Expr:
    """A setting as the constant that it is."""
    if isinstance(expr, ir.Read) and expr.path in fields.settings:
        return ir.Constant(fields.settings[expr.path])
    return expr
