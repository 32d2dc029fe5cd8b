"""A mark and what it counts as, and what counts beside polite words and praise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .aims import ADVISOR, COMPANY, NOBODY, Aim
from .tables import CATEGORIES, Term

HOSTILE_KINDS = frozenset((*CATEGORIES[1:], "profanity"))
_COURTEOUS = frozenset(("polite", "benign"))
_SLIGHT = frozenset(("hint", "gripe"))
"""Kinds that weigh little, and are not told beside hostility."""


class Finding(NamedTuple):
    """A mark and what it counts as: the kind of its evidence, and whom it is aimed at."""

    start: int
    end: int
    kind: str  # insult, sexual, hate, threat, profanity, frustration, impatience, request; or for weighing only
    term: Term
    aim: Aim
    shown: tuple[int, int] | None = None  # the words that say at whom

    @property
    def hostile(self) -> bool:
        """Whether it is hostile, at whomever."""
        return self.kind in HOSTILE_KINDS

    @property
    def category(self) -> str:
        """The category of hostility; swearing is an insult where the advisor is called it."""
        if self.kind == "profanity":
            return "insult" if self.aim.target == ADVISOR else "none"
        return self.kind if self.hostile else "none"


def weighed(findings: list[Finding], words: list[str], numbers: Mapping[str, int], of: str) -> list[Finding]:
    """What counts: what is said in anger does not where it weighs less than the polite words beside it.

    Hostility always counts. Words that complaints use, and others too, weigh little; a question and thanks take away.
    """
    said = [one for one in findings if one.kind not in _COURTEOUS]
    if len(said) < len(findings) and "glad" in {one.term.kind for one in findings} and _only_sworn(said):
        said = [one for one in said if not one.hostile]
    upset = [one for one in said if one.kind != "request"]
    if not HOSTILE_KINDS.isdisjoint({one.kind for one in upset}):
        return [one for one in said if one.term.kind not in _SLIGHT]
    if not upset:
        return said
    weight = sum({one.term.text: numbers[of + _sort(one)] for one in upset}.values())
    polite = {one.term.text for one in findings if one.kind == "polite"}
    if polite:
        weight -= numbers[of + "polite"] + numbers[of + "further-polite"] * (len(polite) - 1)
    weight += numbers[of + "exclaimed"] * ("!" in words) - numbers[of + "asks"] * ("?" in words)
    return said if weight >= numbers[of + "least"] else [one for one in said if one.kind == "request"]


def _only_sworn(said: list[Finding]) -> bool:
    """Whether all that is rude is swearing at nobody or nothing in particular, and nobody complains in plain words."""
    sworn = all(one.kind == "profanity" and one.aim.target in (NOBODY, COMPANY) for one in said if one.hostile)
    return sworn and all(one.term.kind in _SLIGHT or one.hostile or one.kind == "request" for one in said)


def _sort(finding: Finding) -> str:
    """As what a calm finding weighs."""
    if finding.term.kind in _SLIGHT:
        return finding.term.kind
    if finding.aim.reason in ("quoted", "of-oneself") or (
        finding.term.kind == "slight" and finding.aim.reason not in ("described", "subject")
    ):
        return "hint"
    return "frustrated"
