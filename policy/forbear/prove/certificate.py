"""What a proof over histories rests on, written down, so that it can be checked again without being looked for."""

from __future__ import annotations

from typing import Any

import z3
from attrs import asdict, frozen

from forbear.language.types import Value
from forbear.prove.horn import Answer, Around, Problem, variables_of
from forbear.prove.terms import Codes, Members


@frozen
class Lemma:
    """Something that always holds, as text, of some folds, under what was assumed."""

    folds: frozenset[str]
    around: Around
    fixed: tuple[tuple[str, Value], ...]
    codes: tuple[str, ...]  # the texts that its numbers stand for, in order
    text: str

    def formula(self, problem: Problem) -> z3.BoolRef | None:
        """The lemma about the state of a problem; None where it is none, or speaks of anything else."""
        try:
            found = z3.And([*z3.parse_smt2_string(self.text)])
        except z3.Z3Exception:
            return None
        settings = [one for one in problem.settings.terms.values() if not isinstance(one, Members)]
        known = {one.get_id() for one in (*problem.before.variables, *problem.parameters, *settings)}
        return found if all(one.get_id() in known for one in variables_of([found])) else None

    def as_json(self) -> dict[str, Any]:
        """The lemma as data."""
        told = {"folds": sorted(self.folds), "around": asdict(self.around), "text": self.text}
        return {**told, "fixed": [list(one) for one in self.fixed], "codes": list(self.codes)}


def lemma_of(answer: Answer, fixed: tuple[tuple[str, Value], ...], codes: Codes) -> Lemma:
    """What an answer rests on."""
    solver = z3.Solver()
    solver.add(answer.formula)
    folds = frozenset(one.path for one in answer.tracks)
    return Lemma(folds, answer.around, fixed, codes.texts, solver.sexpr())


def lemma_from(told: Any) -> Lemma | None:
    """A lemma from data; None where it is none."""
    try:
        codes = tuple(map(str, told["codes"]))
        fixed = tuple((str(name), value) for name, value in told["fixed"])
        found = Lemma(frozenset(map(str, told["folds"])), Around(**told["around"]), fixed, codes, str(told["text"]))
    except (KeyError, TypeError, ValueError):
        return None
    return found if len(set(codes)) == len(codes) else None
