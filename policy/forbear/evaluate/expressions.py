"""Expressions and values in Python. Nothing of a pack's text enters it but through `repr` of checked values."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from forbear.language import ir

Place = Callable[[str], tuple[str, bool]]
"""Path → the Python expression that holds its value, and whether that may be None, because the value is missing."""

# How tightly Python binds; only what binds too loosely for its place is bracketed, for CPython refuses 200 brackets.
OR, AND, NOT, COMPARE, SUM, PRODUCT, ATOM = range(7)


def expression(expr: ir.Expr, place: Place, at_least: int = OR) -> str:
    """An expression in Python that binds at least as tightly as its place demands."""
    text, binds = _write(expr, place)
    return text if binds >= at_least else f"({text})"


def _write(expr: ir.Expr, place: Place) -> tuple[str, int]:
    """An expression in Python, and how tightly it binds."""
    match expr:
        case ir.Constant(value):
            return repr(value), ATOM
        case ir.Read(path):
            return place(path)[0], ATOM
        case ir.Has(path):
            held, may_miss = place(path)
            return (f"{held} is not None", COMPARE) if may_miss else ("True", ATOM)
        case ir.Not(operand):
            return f"not {expression(operand, place, NOT)}", NOT
        case ir.All(parts):
            return " and ".join(expression(part, place, NOT) for part in parts), AND
        case ir.Any(parts):
            return " or ".join(expression(part, place, AND) for part in parts), OR
        case ir.Compare(operator, left, right):
            return f"{expression(left, place, SUM)} {operator} {expression(right, place, SUM)}", COMPARE
        case ir.In(item, items):
            return f"{expression(item, place, SUM)} in {expression(items, place, SUM)}", COMPARE
        case ir.ListOf(items):
            return "(" + "".join(expression(item, place) + ", " for item in items) + ")", ATOM
        case ir.Arithmetic("*", left, right):
            return f"{expression(left, place, PRODUCT)} * {expression(right, place, ATOM)}", PRODUCT
        case ir.Arithmetic(operator, left, right):
            return f"{expression(left, place, SUM)} {operator} {expression(right, place, PRODUCT)}", SUM
        case _:
            assert_never(expr)


def happening(rule: str, effect: ir.Effect, place: Place) -> str:
    """The expression of what an effect does."""
    match effect:
        case ir.Record(entry, given):
            return f"Happening({rule!r}, 'record', {entry!r}, {_values(given, place)})"
        case ir.Amend(entry, which, given):
            return f"Happening({rule!r}, 'amend', {entry!r}, {_values(given, place)}, {expression(which, place)})"
        case ir.Owe(obligation, given):
            return f"Happening({rule!r}, 'owe', {obligation!r}, {_values(given, place)})"
        case ir.Close(obligation, by, how, reason):
            return f"Happening({rule!r}, 'close', {obligation!r}, {_values(by, place)}, '', {how!r}, {reason!r})"
        case ir.Say(text):
            return f"Happening({rule!r}, 'say', {text!r}, {{}})"
        case _:
            assert_never(effect)


def _values(given: tuple[tuple[str, ir.Expr], ...], place: Place) -> str:
    """The values given; a plain read of something missing leaves its name out."""
    items = "{" + ", ".join(f"{name!r}: {expression(expr, place)}" for name, expr in given) + "}"
    if any(isinstance(expr, ir.Read) and place(expr.path)[1] for _, expr in given):
        return f"{{name: value for name, value in {items}.items() if value is not None}}"
    return items


def predicate_function(name: str, policy: ir.Policy, where: ir.Expr) -> str:
    """The source of a function `name(a)` that tests an entry's attributes."""
    settings = {path: setting.value for path, setting in policy.settings.items()}

    def place(path: str) -> tuple[str, bool]:
        return (repr(settings[path]), False) if path in settings else (f"a.get({path!r})", True)

    return f"def {name}(a):\n    return {expression(where, place)}\n"
