"""Conditions with all that is known beforehand put in."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import Value
from forbear.language.walk import atoms, given_values, reads


def settled(expr: ir.Expr, known: Mapping[str, Value]) -> ir.Expr:
    """The expression with known values in the place of their paths; what then reads nothing is a constant."""
    if isinstance(expr, ir.Constant):
        return expr
    found = list(atoms(expr))
    if found and all(_is_open(atom, known) for atom in found):
        return expr
    put = given_values(expr, known, lambda part: settled(part, known))
    return put if next(reads(put), None) is not None else ir.Constant(evaluate(put, {}))


def _is_open(atom: ir.Expr, known: Mapping[str, Value]) -> bool:
    """Whether an atom reads something, and nothing that is known."""
    paths = set(reads(atom))
    return bool(paths) and known.keys().isdisjoint(paths)
