"""`prove`: every question that can be asked of a policy, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from attrs import evolve, field, frozen

from forbear.errors import Severity
from forbear.language import ir
from forbear.prove.asking import Finding, Undecided
from forbear.prove.histories import Histories, Limits, Throughout
from forbear.prove.promises import Proved
from forbear.prove.questions import Questions, confirmed
from forbear.prove.regions import Region

ASSUMED_OF_FACTS = (
    "facts fit the vocabulary; a decision that fell back breaks no promise of its own",
    "folds that keep entries of one kind in one scope fit together, as they do in every ledger",
)
ASSUMED_OF_HISTORIES = (
    "events come in the order of their time; one that comes late is checked when it is decided",
    "one version of the pack decides, with one choice of settings",
    "a contact belongs to one customer, or to nobody that is known",
)


@frozen
class Verdict:
    """What was found about a promise."""

    promise: ir.Invariant
    verdict: str  # proved, refuted, vacuous or unknown
    over: str = "facts"  # facts or histories
    regions: tuple[Region, ...] = ()  # proved for all settings but those in one of these
    finding: Finding | None = None
    throughout: Throughout | None = None
    presumed: tuple[str, ...] = ()  # what a proof over facts rests on beside them

    @property
    def assumed(self) -> tuple[str, ...]:
        """What the proof takes for granted."""
        if self.throughout is None:
            return (*ASSUMED_OF_FACTS, *self.presumed)
        around = self.throughout.answer.around.left_out() if self.verdict == "proved" else ()
        return (*ASSUMED_OF_FACTS, *ASSUMED_OF_HISTORIES, *around)

    def as_test(self) -> dict[str, Any] | None:
        """The case or story that breaks the promise, as a test of a pack, where one was found."""
        name = f"{self.promise.name} does not hold"
        if self.finding is not None and self.finding.witness is not None:
            return self.finding.witness.as_test(name, {"degraded": False})
        searched = self.throughout.searched if self.throughout is not None else None
        return searched.story.as_test(name) if searched is not None and searched.story is not None else None


@frozen
class Report:
    """All that was found of a policy."""

    policy: ir.Policy
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    fixed: tuple[str, ...] = field(default=())  # settings taken as they were chosen

    @property
    def failed(self) -> bool:
        """Whether a promise is broken, or a decision contradicts itself or leaves a case out."""
        broken = any(one.verdict in ("refuted", "unknown") for one in self.verdicts)
        return broken or any(one.severity is Severity.ERROR for one in self.findings)


Told = Callable[[str, int, int], None]
"""Hears how far a proof is: what is asked now, how many questions were asked, and how many there are."""


def prove(
    policy: ir.Policy, limits: Limits | None = None, told: Told | None = None, only: Collection[str] = ()
) -> Report:
    """Ask everything of a policy, or of some of its decisions. Every case and story found was replayed."""
    bounds = limits or Limits()
    questions = Questions(policy, bounds.seconds)
    decisions = [name for name in policy.decisions if not only or name in only]
    promises = [one for one in policy.invariants if not only or one.decision in only]
    total = len(decisions) + len(promises)
    findings: list[Finding] = []
    for n, name in enumerate(decisions):
        if told is not None:
            told(name, n, total)
        findings += _asked(questions, name)
    verdicts: list[Verdict] = []
    for n, one in enumerate(promises, len(decisions)):
        if told is not None:
            told(one.name, n, total)
        verdicts.append(_promised(questions, one, bounds))
    return Report(policy, tuple(findings), tuple(verdicts), tuple(sorted(questions.settings.fixed)))


def _asked(questions: Questions, name: str) -> Iterator[Finding]:
    try:
        for one in questions.about(name):
            yield _replayed(questions, one)
    except Undecided as error:
        decision = questions.policy.decisions[name]
        message = f"not everything about `{name}` could be decided: {error}"
        yield Finding("undecided", message, decision.span, name)


def _promised(questions: Questions, one: ir.Invariant, limits: Limits) -> Verdict:
    try:
        found = questions.promise(one)
        presumed = questions.presumed(found) if isinstance(found, Proved) else ()
    except Undecided:
        return Verdict(one, "unknown")
    open_ = bool(found.regions or presumed) if isinstance(found, Proved) else found.code == "promise-broken"
    if one.throughout and not one.about and open_:
        over = _over_histories(questions, one, limits)
        if over.verdict == "proved" or not isinstance(found, Proved) or found.regions:
            return over
    if isinstance(found, Proved):
        return Verdict(one, "proved", regions=found.regions, presumed=presumed)
    if found.code == "vacuous-promise":
        return Verdict(one, "vacuous", finding=found)
    shown = _replayed(questions, found)
    return Verdict(one, "refuted" if shown is found else "unknown", finding=shown)


def _over_histories(questions: Questions, one: ir.Invariant, limits: Limits) -> Verdict:
    found = Histories(questions.policy, questions.settings, limits).prove(one)
    if found.answer.verdict == "proved":
        return Verdict(one, "proved", "histories", throughout=found)
    story = found.searched.story if found.searched is not None else None
    return Verdict(one, "refuted" if story is not None else "unknown", "histories", throughout=found)


def _replayed(questions: Questions, found: Finding) -> Finding:
    """The finding, if the evaluators bear it out; else a note that they do not."""
    if confirmed(questions.policy, found):
        return found
    message = f"{found.message}; but the evaluators do not find it so, which is a fault of the prover"
    return evolve(found, code="unconfirmed", message=message, severity=Severity.WARNING)
