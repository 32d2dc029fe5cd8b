"""Whether the proofs of a policy notice a mutant: something is found of it that was not found before."""

from __future__ import annotations

from collections.abc import Collection

from forbear.language import ir
from forbear.language.walk import reads
from forbear.prove import Report, Verdict, prove
from forbear.prove.histories import Limits
from forbear.testing.mutation.mutants import Mutant

LIMITS = Limits(seconds=2, depth=0)  # steps that may break a promise are enough; no story is needed


class Proofs:
    """Proves a policy once, decision by decision, and its mutants against that."""

    def __init__(self, policy: ir.Policy) -> None:
        self._policy = policy
        self._known: dict[str, frozenset[str]] = {}

    def notices(self, mutant: Mutant) -> str:
        """What the proofs say of a mutant that they do not say of the policy itself; nothing where they see none."""
        if mutant.is_fallback:
            return ""
        names = _concerned(self._policy, mutant.of)
        if mutant.of not in self._known:
            self._known[mutant.of] = frozenset(said for said, _ in _said(prove(self._policy, LIMITS, only=names)))
        found = _said(prove(mutant.policy(self._policy), LIMITS, only=names))
        return next((told for said, told in found if said not in self._known[mutant.of]), "")


def _concerned(policy: ir.Policy, name: str) -> Collection[str]:
    """A decision, and those whose promises speak of it."""
    return [name, *(one.decision for one in policy.invariants if name in reads(one.condition))]


def _said(report: Report) -> list[tuple[str, str]]:
    """Each finding and each promise that is not proved: what tells it from others, and the same for people.

    A question that the solver gave up says nothing: another time, or on another machine, it might have answered.
    """
    told = [one for one in report.findings if one.code != "undecided"]
    found = [(f"{one.code} {one.decision} {one.about}", one.message) for one in told]
    for one in report.verdicts:
        if _is_given_up(one):
            continue
        if one.verdict != "proved":
            found.append((f"{one.promise.name} {one.verdict}", f"{one.promise.name} is {one.verdict}"))
        elif one.throughout is not None and one.throughout.fixed:
            where = ", ".join(f"{name} is {value}" for name, value in one.throughout.fixed)
            found.append((f"{one.promise.name} {where}", f"{one.promise.name} is proved only where {where}"))
    return found


def _is_given_up(one: Verdict) -> bool:
    """Whether a promise is unknown because the solver was not done in time, and not because of steps that break it."""
    return one.verdict == "unknown" and (one.throughout is None or one.throughout.answer.verdict == "unknown")
