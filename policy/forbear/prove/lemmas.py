"""What a proof over histories rests on, in words: what the folds of one customer and contact keep at any time."""

from __future__ import annotations

import z3

_SIDES = {z3.Z3_OP_LE: "at most", z3.Z3_OP_GE: "at least", z3.Z3_OP_EQ: "exactly"}


def in_words(lemma: z3.BoolRef) -> tuple[str, ...]:
    """Each part of what always holds, in a line."""
    parts = lemma.children() if z3.is_and(lemma) else [lemma]
    return tuple(sorted(_either(part) for part in parts))


def _either(part: z3.BoolRef) -> str:
    ways = part.children() if z3.is_or(part) else [part]
    return ", or ".join(sorted(_atom(way, holds=True) for way in ways))


def _atom(term: z3.BoolRef, *, holds: bool) -> str:
    """A comparison or a bool, or that it does not hold."""
    if z3.is_not(term):
        return _atom(term.arg(0), holds=not holds)
    kind = term.decl().kind()
    if kind in _SIDES and z3.is_int_value(term.arg(1)) and z3.is_const(term.arg(0)):
        return _counted(_name(term.arg(0)), kind, term.arg(1).as_long(), holds)
    if z3.is_const(term) and z3.is_bool(term):
        return _name(term) if holds else f"not {_name(term)}"
    told = " ".join(str(term).replace("before ", "").replace(" #", "").split())
    return told if holds else f"not ({told})"


def _counted(name: str, kind: int, number: int, holds: bool) -> str:
    if kind == z3.Z3_OP_EQ:
        return f"{name} keeps {'' if holds else 'not '}exactly {number}"
    least = kind == z3.Z3_OP_GE
    if not holds:
        least, number = not least, number - 1 if least else number + 1
    if least:
        return f"{name} keeps {_SIDES[z3.Z3_OP_GE]} {number}"
    return f"{name} keeps {'nothing' if number == 0 else f'{_SIDES[z3.Z3_OP_LE]} {number}'}"


def _name(term: z3.ExprRef) -> str:
    return str(term).removeprefix("before ").removesuffix(" #")
