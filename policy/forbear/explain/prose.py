"""An expression of the IR as a clause of a sentence, in English and Chinese. A negation is carried to the leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from attrs import evolve

from forbear.evaluate.reference import evaluate
from forbear.explain.labels import Labels
from forbear.explain.words import Words, fill
from forbear.language import ir
from forbear.language.types import BoolType, DecimalType, IntType, ListType, Type, Value
from forbear.language.walk import reads

NEGATED: Final[Mapping[str, str]] = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
CLAUSES: Final[Words] = {
    "==": {"en": "{left} is {right}", "zh": "{left}为{right}"},
    "!=": {"en": "{left} is not {right}", "zh": "{left}不是{right}"},
    "<": {"en": "{left}: less than {right}", "zh": "{left}小于{right}"},
    "<=": {"en": "{left}: at most {right}", "zh": "{left}至多为{right}"},
    ">": {"en": "{left}: more than {right}", "zh": "{left}大于{right}"},
    ">=": {"en": "{left}: at least {right}", "zh": "{left}至少为{right}"},
    "in": {"en": "{left} is one of {right}", "zh": "{left}是{right}之一"},
    "not in": {"en": "{left} is none of {right}", "zh": "{left}不是{right}中的任何一个"},
    "among": {"en": "{left} is among {right}", "zh": "{right}中有{left}"},
    "not among": {"en": "{left} is not among {right}", "zh": "{right}中没有{left}"},
    "known": {"en": "{left} is known", "zh": "{left}已知"},
    "unknown": {"en": "{left} is not known", "zh": "{left}未知"},
    "alike": {
        "en": "“{left}” and “{right}” are both so, or neither is",
        "zh": "“{left}”与“{right}”同真或同假",
    },
    "unlike": {"en": "exactly one of “{left}” and “{right}” is so", "zh": "“{left}”与“{right}”恰有一个成立"},
    "whether": {"en": "whether {left}", "zh": "是否{left}"},
    "+": {"en": "{left} plus {right}", "zh": "{left}加{right}"},
    "-": {"en": "{left} minus {right}", "zh": "{left}减{right}"},
    "*": {"en": "{left} times {right}", "zh": "{left}乘以{right}"},
    "and": {"en": ", and ", "zh": "，并且"},
    "or": {"en": ", or ", "zh": "，或者"},
    "group": {"en": "({left})", "zh": "（{left}）"},
    "always": {"en": "always", "zh": "总是如此"},
    "never": {"en": "never", "zh": "从不如此"},
    "equals": {"en": "{left}: {right}", "zh": "{left}为{right}"},
    "differs": {"en": "{left}: not {right}", "zh": "{left}不是{right}"},
    "instead": {"en": "{left} is {value}, not {right}", "zh": "{left}为{value}，不是{right}"},
    "instead.number": {"en": "{left}: {value}, not {right}", "zh": "{left}为{value}，不是{right}"},
    "it is": {"en": "{clause} (it is {value})", "zh": "{clause}（实际为{value}）"},
}


def clause(expr: ir.Expr, labels: Labels, holds: bool = True) -> str:
    """A condition as a statement: that it holds, or that it does not."""
    match expr:
        case ir.Constant(value):
            return _clause("always" if value is holds else "never", labels)
        case ir.Read(path):
            return labels.pair(labels.name(path), labels.value(holds))
        case ir.Has(path):
            return _clause("known" if holds else "unknown", labels, left=labels.name(path))
        case ir.Not(operand):
            return clause(operand, labels, not holds)
        case ir.All(parts):
            return _joined("and" if holds else "or", parts, labels, holds)
        case ir.Any(parts):
            return _joined("or" if holds else "and", parts, labels, holds)
        case ir.Compare(operator, left, right):
            return _compared(operator if holds else NEGATED[operator], left, right, labels)
        case ir.In(item, items):
            return _member(item, items, labels, holds)
        case ir.ListOf() | ir.Arithmetic():  # no conditions; the checker lets none through
            return term(expr, labels)
        case _:
            assert_never(expr)


def term(expr: ir.Expr, labels: Labels, kind: Type | None = None) -> str:
    """An expression as a thing; `kind` is the type of what it is set against, for a bare number."""
    match expr:
        case ir.Constant(value):
            return labels.value(value, kind)
        case ir.Read(path):
            return labels.named(path)
        case ir.ListOf(items):
            item = kind.item if isinstance(kind, ListType) else kind
            return labels.listed([term(one, labels, item) for one in items]) or labels.value(())
        case ir.Arithmetic(operator, left, right):
            if isinstance(kind_of(expr, labels), DecimalType):  # brought to more places, to be compared
                return term(left, labels)
            inner = None if operator == "*" else kind_of(left, labels) or kind_of(right, labels) or kind
            sides = {"left": _operand(left, labels, inner), "right": _operand(right, labels, inner)}
            return _clause(operator, labels, **sides)
        case ir.Has() | ir.Not() | ir.All() | ir.Any() | ir.Compare() | ir.In():
            return _clause("whether", labels, left=clause(expr, labels))
        case _:
            assert_never(expr)


def kind_of(expr: ir.Expr, labels: Labels) -> Type | None:
    """The type of an expression's value; None for a bare constant, which takes that of what it is set against."""
    match expr:
        case ir.Constant():
            return None
        case ir.Read(path):
            return labels.kind(path)
        case ir.Arithmetic(operator, left, right):
            ours, theirs = kind_of(left, labels), kind_of(right, labels)
            if isinstance(ours, DecimalType) and isinstance(right, ir.Constant):
                return evolve(ours, places=ours.places + len(str(right.value)) - 1)
            if operator == "*" and ours is not None and theirs is not None:
                return IntType()
            return ours or theirs
        case ir.ListOf(items):
            return next((found for one in items if (found := kind_of(one, labels)) is not None), None)
        case ir.Has() | ir.Not() | ir.All() | ir.Any() | ir.Compare() | ir.In():
            return BoolType()
        case _:
            assert_never(expr)


def finding(expr: ir.Expr, holds: bool, values: Mapping[str, Value | None], labels: Labels) -> str:
    """A condition as it was found: what made it hold or fail, with the values that it read (None: missing).

    Of alternatives only the first that held is told, as the evaluator stops there.
    """
    match expr:
        case ir.Not(operand):
            return finding(operand, not holds, values, labels)
        case ir.All(parts) | ir.Any(parts):
            if isinstance(expr, ir.Any) is holds:
                return finding(_witness(parts, holds, values), holds, values, labels)
            return _clause("and", labels).join(finding(part, holds, values, labels) for part in parts)
        case ir.Compare() | ir.In():
            return _measured(expr, holds, values, labels)
        case ir.Constant() | ir.Read() | ir.Has() | ir.ListOf() | ir.Arithmetic():
            return clause(expr, labels, holds)
        case _:
            assert_never(expr)


def _witness(parts: tuple[ir.Expr, ...], holds: bool, values: Mapping[str, Value | None]) -> ir.Expr:
    """The first part that settles it."""
    environment = {path: value for path, value in values.items() if value is not None}
    return next((part for part in parts if evaluate(part, environment) is holds), parts[-1])


def _measured(expr: ir.Compare | ir.In, holds: bool, values: Mapping[str, Value | None], labels: Labels) -> str:
    """A comparison with its values: the one that differs, or each behind its name."""
    paths = list(dict.fromkeys(reads(expr)))
    match expr:
        case ir.Compare("==" | "!=" as operator, ir.Read(path), ir.Constant(wanted)) if not isinstance(wanted, bool):
            if (operator == "==") is holds:
                return clause(expr, labels, holds)
            key = "instead.number" if isinstance(wanted, int) else "instead"
            kind = labels.kind(path)
            sides = {"value": labels.value_or_none(values[path], kind, path), "right": labels.value(wanted, kind)}
            return _clause(key, labels, left=labels.name(path), **sides)
        case _ if len(paths) == 1 and not isinstance(labels.kind(paths[0]), BoolType):
            value = labels.value_or_none(values[paths[0]], labels.kind(paths[0]), paths[0])
            return _clause("it is", labels, clause=clause(expr, labels, holds), value=value)
        case _:
            return clause(expr, evolve(labels, shown=values), holds)


def _clause(key: str, labels: Labels, **parts: str) -> str:
    return fill(CLAUSES[key][labels.language], parts)


def _joined(word: str, parts: tuple[ir.Expr, ...], labels: Labels, holds: bool) -> str:
    said = [_grouped(part, labels, holds) if len(parts) > 1 else clause(part, labels, holds) for part in parts]
    return _clause(word, labels).join(said)


def _grouped(expr: ir.Expr, labels: Labels, holds: bool) -> str:
    said = clause(expr, labels, holds)
    inner = expr.operand if isinstance(expr, ir.Not) else expr
    return _clause("group", labels, left=said) if isinstance(inner, ir.All | ir.Any) else said


def _operand(expr: ir.Expr, labels: Labels, kind: Type | None) -> str:
    said = term(expr, labels, kind)
    return _clause("group", labels, left=said) if isinstance(expr, ir.Arithmetic) else said


def _compared(operator: str, left: ir.Expr, right: ir.Expr, labels: Labels) -> str:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, ir.Constant) and isinstance(one.value, bool):
            return clause(other, labels, (operator == "==") is one.value)
    ours, theirs = kind_of(left, labels), kind_of(right, labels)
    if isinstance(ours, BoolType) or isinstance(theirs, BoolType):
        key = "alike" if operator == "==" else "unlike"
        return _clause(key, labels, left=clause(left, labels), right=clause(right, labels))
    number = isinstance(left, ir.Constant) and isinstance(left.value, int)
    number = number or (isinstance(right, ir.Constant) and isinstance(right.value, int))
    key = {"==": "equals", "!=": "differs"}.get(operator, operator) if number else operator
    return _clause(key, labels, left=term(left, labels, theirs), right=term(right, labels, ours))


def _member(item: ir.Expr, items: ir.Expr, labels: Labels, holds: bool) -> str:
    key = "in" if isinstance(items, ir.ListOf | ir.Constant) else "among"
    within = kind_of(items, labels)
    kind = kind_of(item, labels) or (within.item if isinstance(within, ListType) else within)
    sides = {"left": term(item, labels, kind), "right": term(items, labels, kind)}
    return _clause(key if holds else f"not {key}", labels, **sides)
