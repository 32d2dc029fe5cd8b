"""What the rules of a decision that match come to, by its hit policy."""

from __future__ import annotations

import z3

from forbear.language import ir
from forbear.language.types import EnumType, IntType
from forbear.prove.terms import Codes, Members, Term, constant, equal


def rank(then: Term, decision: ir.Decision, codes: Codes) -> z3.ExprRef:
    """The place of an outcome among those of its decision."""
    assert isinstance(decision.type, EnumType)
    found = z3.IntVal(0)
    for n, value in enumerate(decision.type.values):
        found = z3.If(equal(then, constant(value, codes)), z3.IntVal(n), found)
    return z3.simplify(found)


def unbeaten(holds: list[z3.BoolRef], ranks: list[int]) -> list[z3.BoolRef]:
    """For each rule that none matches which goes before it: of a severer outcome, or of the same and further up."""
    matching = {rank: z3.Or([one for one, its in zip(holds, ranks, strict=True) if its == rank]) for rank in {*ranks}}
    severer, none = dict[int, z3.BoolRef](), z3.BoolVal(True)
    for rank in sorted(matching, reverse=True):
        severer[rank], none = none, z3.And(none, z3.Not(matching[rank]))
    found: list[z3.BoolRef] = []
    for one, rank in zip(holds, ranks, strict=True):
        found.append(severer[rank])
        severer[rank] = z3.And(severer[rank], z3.Not(one))
    return found


def wins(one: int, other: int, ranks: list[z3.ExprRef]) -> z3.BoolRef:
    """Whether a rule goes before another: its outcome is severer, or the same and it stands further up."""
    return ranks[one] >= ranks[other] if one < other else ranks[one] > ranks[other]


def either(condition: z3.BoolRef, one: Term, other: Term) -> Term:
    if isinstance(one, Members) or isinstance(other, Members):
        assert isinstance(one, Members)
        assert isinstance(other, Members)
        return Members(lambda item: z3.If(condition, one.contains(item), other.contains(item)))
    return z3.If(condition, one, other)


def collected(
    decision: ir.Decision, deciding: list[tuple[z3.BoolRef, Term]], fallen: z3.BoolRef, fallback: Term
) -> Term:
    """What `collect` makes of its values: numbers add up and stop at the ends of the range, others are a list."""
    if isinstance(decision.type, IntType):
        total = z3.Sum([z3.If(fires, then, z3.IntVal(0)) for fires, then in deciding] or [z3.IntVal(0)])
        low, high = z3.IntVal(decision.type.low), z3.IntVal(decision.type.high)
        return either(fallen, fallback, z3.If(total < low, low, z3.If(total > high, high, total)))
    return either(fallen, fallback, _some(deciding))


def _some(deciding: list[tuple[z3.BoolRef, Term]]) -> Members:
    return Members(lambda item: z3.Or([z3.And(fires, equal(then, item)) for fires, then in deciding]))
