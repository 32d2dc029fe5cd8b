"""`prove`: every question that can be asked of a policy, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from attrs import evolve

from forbear.errors import Severity
from forbear.language import ir
from forbear.prove.asking import Finding, Undecided
from forbear.prove.certificate import lemma_from
from forbear.prove.cone import Cones
from forbear.prove.histories import Histories, Limits, Throughout
from forbear.prove.kept import Kept
from forbear.prove.promises import Proved
from forbear.prove.questions import Questions, confirmed
from forbear.prove.verdicts import Report as Report
from forbear.prove.verdicts import Verdict as Verdict
from forbear.prove.verdicts import proof_from, proof_told

Told = Callable[[str, int, int], None]
"""Hears how far a proof is: what is asked now, how many questions were asked, and how many there are."""


def prove(
    policy: ir.Policy,
    limits: Limits | None = None,
    told: Told | None = None,
    only: Collection[str] = (),
    kept: Kept | None = None,
) -> Report:
    """Ask everything of a policy, or of some of its decisions. Every case and story found was replayed.

    `kept` are proofs of earlier runs, taken where nothing on which they depend was changed; new ones are added to them.
    """
    return _Run(Questions(policy, (limits or Limits()).seconds), limits or Limits(), kept).report(told, only)


class _Run:
    """One proof of a policy, question by question."""

    def __init__(self, questions: Questions, limits: Limits, kept: Kept | None) -> None:
        self._questions, self._limits, self._kept = questions, limits, kept
        self._cones = Cones(questions) if kept is not None else None

    def report(self, told: Told | None, only: Collection[str]) -> Report:
        policy, hear = self._questions.policy, told or (lambda *_: None)
        decisions = [name for name in policy.decisions if not only or name in only]
        promises = [one for one in policy.invariants if not only or one.decision in only]
        total = len(decisions) + len(promises)
        before = self._kept.taken if self._kept is not None else 0
        findings: list[Finding] = []
        for n, name in enumerate(decisions):
            hear(name, n, total)
            findings += self._rules(name)
        verdicts: list[Verdict] = []
        for n, one in enumerate(promises, len(decisions)):
            hear(one.name, n, total)
            verdicts.append(self._promise(one))
        taken = self._kept.taken - before if self._kept is not None else 0
        fixed = tuple(sorted(self._questions.settings.fixed))
        return Report(policy, tuple(findings), tuple(verdicts), fixed, taken, total)

    def _rules(self, name: str) -> list[Finding]:
        """What is wrong with a decision; that nothing is, is kept."""
        if self._kept is None or self._cones is None:
            return list(_asked(self._questions, name))
        key = self._cones.of_rules(name)
        if self._kept.get(key) is not None:
            self._kept.take(key)
            return []
        found = list(_asked(self._questions, name))
        if not found:
            self._kept.put(key, {})
        return found

    def _promise(self, one: ir.Invariant) -> Verdict:
        if self._kept is None or self._cones is None:
            return self._ask(one)
        key = self._cones.of_promise(one)
        verdict = proof_from(one, self._kept.get(key))
        if verdict is not None:
            self._kept.take(key)
            return verdict
        found = self._ask(one)
        if found.verdict == "proved" and found.throughout is None and not _rests_on_histories(one, found):
            self._kept.put(key, proof_told(found))
        return found

    def _ask(self, one: ir.Invariant) -> Verdict:
        questions = self._questions
        try:
            found = questions.promise(one)
            presumed = questions.presumed(found) if isinstance(found, Proved) else ()
        except Undecided:
            return Verdict(one, "unknown")
        open_ = bool(found.regions or presumed) if isinstance(found, Proved) else found.code == "promise-broken"
        if one.throughout and not one.about and open_:
            over = self._over_histories(one)
            if over.verdict == "proved" or not isinstance(found, Proved) or found.regions:
                return over
        if isinstance(found, Proved):
            return Verdict(one, "proved", regions=found.regions, presumed=presumed)
        if found.code == "vacuous-promise":
            return Verdict(one, "vacuous", finding=found)
        shown = _replayed(questions, found)
        return Verdict(one, "refuted" if shown is found else "unknown", finding=shown)

    def _over_histories(self, one: ir.Invariant) -> Verdict:
        histories = Histories(self._questions.policy, self._questions.settings, self._limits)
        if self._kept is None or self._cones is None:
            return _over(one, histories.prove(one))
        key = self._cones.of_history(one)
        lemma = lemma_from(self._kept.get(key))
        before = histories.again(one, lemma) if lemma is not None else None
        if before is not None:
            self._kept.take(key)
            return evolve(_over(one, before), kept=True)
        found = histories.prove(one)
        if found.answer.verdict == "proved" and found.sure:
            self._kept.put(key, histories.lemma(found).as_json())
        return _over(one, found)


def _rests_on_histories(one: ir.Invariant, found: Verdict) -> bool:
    """Whether histories were asked before the proof over facts was given."""
    return one.throughout and not one.about and bool(found.presumed)


def _over(one: ir.Invariant, found: Throughout) -> Verdict:
    if found.answer.verdict == "proved":
        return Verdict(one, "proved", "histories", throughout=found)
    story = found.searched.story if found.searched is not None else None
    return Verdict(one, "refuted" if story is not None else "unknown", "histories", throughout=found)


def _asked(questions: Questions, name: str) -> Iterator[Finding]:
    try:
        for one in questions.about(name):
            yield _replayed(questions, one)
    except Undecided as error:
        decision = questions.policy.decisions[name]
        message = f"not everything about `{name}` could be decided: {error}"
        yield Finding("undecided", message, decision.span, name)


def _replayed(questions: Questions, found: Finding) -> Finding:
    """The finding, if the evaluators bear it out; else a note that they do not."""
    if confirmed(questions.policy, found):
        return found
    message = f"{found.message}; but the evaluators do not find it so, which is a fault of the prover"
    return evolve(found, code="unconfirmed", message=message, severity=Severity.WARNING)
