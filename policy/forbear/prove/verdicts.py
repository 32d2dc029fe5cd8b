"""What was found of a policy: findings about decisions, verdicts on promises, and proofs as data, to be kept."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from forbear.errors import Severity
from forbear.language import ir
from forbear.prove.asking import Finding
from forbear.prove.histories import Throughout
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
    kept: bool = False  # whether it was proved on an earlier run

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
    kept: int = 0  # how many answers were found on an earlier run
    asked: int = 0  # how many answers there are

    @property
    def failed(self) -> bool:
        """Whether a promise is broken, or a decision contradicts itself or leaves a case out."""
        broken = any(one.verdict in ("refuted", "unknown") for one in self.verdicts)
        return broken or any(one.severity is Severity.ERROR for one in self.findings)


def proof_told(found: Verdict) -> dict[str, Any]:
    """A proof over facts as data."""
    regions = [[one.values, one.ranges, one.words] for one in found.regions]
    return {"regions": regions, "presumed": found.presumed}


def proof_from(one: ir.Invariant, told: Any) -> Verdict | None:
    """A proof over facts from data; None where it is none."""
    if not isinstance(told, dict):
        return None
    try:
        regions = tuple(_region(values, ranges, words) for values, ranges, words in told["regions"])
        return Verdict(one, "proved", regions=regions, presumed=tuple(map(str, told["presumed"])), kept=True)
    except (KeyError, TypeError, ValueError):
        return None


def _region(values: Any, ranges: Any, words: Any) -> Region:
    kept = tuple((str(path), tuple(known)) for path, known in values)
    return Region(kept, tuple((str(path), int(low), int(high)) for path, low, high in ranges), str(words))
