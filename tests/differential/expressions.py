"""Drawn expressions, as Forbear evaluates them and as `common-expression-language` does."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import cel
from attrs import frozen

from forbear.evaluate.reference import evaluate
from forbear.language.types import Value
from strategies.cel import bind, sampled, write_conditions
from strategies.pen import Dice

EACH = 40  # conditions in one pack
ENVIRONMENTS = 12  # in which each is evaluated


@frozen
class Compared:
    """How many expressions were compared in how many environments, how many were true, and where the two differ."""

    expressions: int
    answers: int
    true: int
    differing: tuple[str, ...]


def compare(seed: str) -> Compared:
    """Draw a vocabulary and expressions over it by a seed, and evaluate them in drawn environments."""
    random = Random(seed)
    asked = write_conditions(Dice(random), EACH)
    exprs = [(one, asked.policy.decisions[f"q{n}"].rules[0].when) for n, one in enumerate(asked.written)]
    exprs.append((asked.number, asked.policy.decisions["number"].rules[0].then))
    programs = [(cel.compile(one.cel), one, expr) for one, expr in exprs]
    answers, true = 0, 0
    differing: list[str] = []
    for environment in sampled(asked, random, ENVIRONMENTS):
        bound = bind(asked.names, environment)
        for program, one, expr in programs:
            assert expr is not None
            ours, theirs = evaluate(expr, environment), _theirs(program, bound)
            answers += 1
            true += ours is True
            if ours != theirs or type(ours) is not type(theirs):
                differing.append(f"{seed}: {one.forbear} is {ours!r}, in CEL {theirs!r}, where {environment}")
    return Compared(len(exprs), answers, true, tuple(differing))


def _theirs(program: cel.Program, bound: Mapping[str, object]) -> Value:
    return program.execute(bound)  # type: ignore[no-any-return]
