"""Conditions with all that is known beforehand put in, and the atoms that they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import Value
from forbear.language.walk import reads


def settled(expr: ir.Expr, known: Mapping[str, Value]) -> ir.Expr:
    """The expression with known values in the place of their paths; what then reads nothing is a constant."""
    if isinstance(expr, ir.Constant):
        return expr
    found = list(atoms(expr))
    if found and all(_is_open(atom, known) for atom in found):
        return expr
    put = _put(expr, known)
    return put if next(reads(put), None) is not None else ir.Constant(evaluate(put, {}))


def _put(expr: ir.Expr, known: Mapping[str, Value]) -> ir.Expr:
    match expr:
        case ir.Constant():
            return expr
        case ir.Read(path):
            return ir.Constant(known[path]) if path in known else expr
        case ir.Has(path):
            return ir.Constant(True) if path in known else expr
        case ir.Not(operand):
            return ir.Not(settled(operand, known))
        case ir.All(parts):
            return ir.All(tuple(settled(part, known) for part in parts))
        case ir.Any(parts):
            return ir.Any(tuple(settled(part, known) for part in parts))
        case ir.Compare(operator, left, right):
            return ir.Compare(operator, settled(left, known), settled(right, known))
        case ir.In(item, items):
            return ir.In(settled(item, known), settled(items, known))
        case ir.ListOf(parts):
            return ir.ListOf(tuple(settled(part, known) for part in parts))
        case ir.Arithmetic(operator, left, right):
            return ir.Arithmetic(operator, settled(left, known), settled(right, known))
        case _:
            assert_never(expr)


def _is_open(atom: ir.Expr, known: Mapping[str, Value]) -> bool:
    """Whether an atom reads something, and nothing that is known."""
    paths = set(reads(atom))
    return bool(paths) and known.keys().isdisjoint(paths)


def atoms(expr: ir.Expr) -> Iterator[ir.Expr]:
    """The largest parts of a condition that no `&&`, `||` or `!` joins."""
    match expr:
        case ir.Constant():
            return
        case ir.Not(operand):
            yield from atoms(operand)
        case ir.All(parts) | ir.Any(parts):
            for part in parts:
                yield from atoms(part)
        case _:
            yield expr
