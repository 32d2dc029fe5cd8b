"""What an expression is made of and reads, for everyone who needs to know without evaluating it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import assert_never

from forbear.language import ir
from forbear.language.types import Value


def nodes(expr: ir.Expr) -> Iterator[ir.Expr]:
    """The expression and everything inside it, in the order written."""
    yield expr
    match expr:
        case ir.Constant() | ir.Read() | ir.Has():
            return
        case ir.Not(operand):
            yield from nodes(operand)
        case ir.All(parts) | ir.Any(parts) | ir.ListOf(parts):
            for part in parts:
                yield from nodes(part)
        case ir.Compare(_, left, right) | ir.Arithmetic(_, left, right) | ir.In(left, right):
            yield from nodes(left)
            yield from nodes(right)
        case _:
            assert_never(expr)


def reads(expr: ir.Expr | None) -> Iterator[str]:
    """Every path that the expression may read, in the order written."""
    for one in nodes(expr) if expr is not None else ():
        if isinstance(one, ir.Read | ir.Has):
            yield one.path


def atoms(expr: ir.Expr | None) -> Iterator[ir.Expr]:
    """The parts of a condition that no `&&`, `||` or `!` joins; constants are left out."""
    match expr:
        case None | ir.Constant():
            return
        case ir.Not(operand):
            yield from atoms(operand)
        case ir.All(parts) | ir.Any(parts):
            for part in parts:
                yield from atoms(part)
        case _:
            yield expr


def rebuilt(expr: ir.Expr, change: Callable[[ir.Expr], ir.Expr]) -> ir.Expr:
    """The expression with each of its immediate parts changed."""
    match expr:
        case ir.Constant() | ir.Read() | ir.Has():
            return expr
        case ir.Not(operand):
            return ir.Not(change(operand))
        case ir.All(parts):
            return ir.All(tuple(change(part) for part in parts))
        case ir.Any(parts):
            return ir.Any(tuple(change(part) for part in parts))
        case ir.Compare(operator, left, right):
            return ir.Compare(operator, change(left), change(right))
        case ir.In(item, items):
            return ir.In(change(item), change(items))
        case ir.ListOf(parts):
            return ir.ListOf(tuple(change(part) for part in parts))
        case ir.Arithmetic(operator, left, right):
            return ir.Arithmetic(operator, change(left), change(right))
        case _:
            assert_never(expr)


def given_values(
    expr: ir.Expr, known: Mapping[str, Value], change: Callable[[ir.Expr], ir.Expr] | None = None
) -> ir.Expr:
    """The expression with known values in the place of their paths; its parts may be changed in another way."""
    match expr:
        case ir.Read(path) if path in known:
            return ir.Constant(known[path])
        case ir.Has(path) if path in known:
            return ir.Constant(True)
        case _:
            return rebuilt(expr, change or (lambda part: given_values(part, known)))


def verb_and_name(effect: ir.Effect) -> tuple[str, str]:
    """What an effect does, by the word of a pack, and the name of the entry, obligation or text that it does it to."""
    match effect:
        case ir.Record(name):
            return "record", name
        case ir.Amend(name):
            return "amend", name
        case ir.Owe(name):
            return "owe", name
        case ir.Close(name):
            return "close", name
        case ir.Say(name):
            return "say", name
        case _:
            assert_never(effect)


def effect_expressions(effect: ir.Effect) -> Iterator[ir.Expr]:
    """The expressions whose values an effect needs."""
    match effect:
        case ir.Record(_, values) | ir.Owe(_, values) | ir.Close(_, values):
            yield from (expr for _, expr in values)
        case ir.Amend(_, which, values):
            yield which
            yield from (expr for _, expr in values)
        case ir.Say():
            return
        case _:
            assert_never(effect)


def rule_expressions(one: ir.Decision | ir.Ranking) -> Iterator[ir.Expr | None]:
    """The expressions of all rules of a decision or ranking, those of effects too, in the order written."""
    if isinstance(one, ir.Ranking):
        yield from (rule.when for rule in one.require)
        yield from (expr for rule in one.prefer for expr in (rule.when, rule.add))
        return
    for rule in one.rules:
        yield from (rule.when, rule.then)
        yield from (expr for effect in rule.effects for expr in effect_expressions(effect))
