"""What the marks in a text count as: at whom each is aimed, and whether it hurts there."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from forbear.records import Turn

from .aims import ADVISOR, CALM, COMPANY, NOBODY, OTHER, QUOTED, Aim
from .direction import aim
from .findings import Finding
from .marks import Mark, Matcher, marks
from .scene import Scene, scene
from .tables import HOSTILE, SWEARING, Term
from .words import Reading, quotations, reading

_RUDE = frozenset(HOSTILE + SWEARING)
_SAID_OF = frozenset(("people", "barb"))  # rude only by what else the clause says
_LOUD = _RUDE - _SAID_OF
_CALM_KINDS = {
    "frustrated": "frustration",
    "hint": "frustration",
    "gripe": "frustration",
    "polite": "polite",
    "glad": "polite",
    "impatient": "impatience",
    "request": "request",
    "benign": "benign",
}
_AT_NOBODY = Aim(NOBODY, "")
_BARE = frozenset(("bare", "vocative"))


class Told(NamedTuple):
    """Words, what is found in them, and what bears on how it is meant."""

    words: list[str]
    spoken: str  # the words with a space around each
    marked: list[Mark]
    quotes: Set[int]  # words inside quotation marks
    before: tuple[Turn, ...]
    at_a_thing: bool  # whether something is said to it, rather than to the advisor


def judge(said: Reading, before: tuple[Turn, ...], matcher: Matcher) -> list[Finding]:
    """What is found; swearing that only stresses is judged where it stands, then read over."""
    marked = marks(said.spoken, matcher)
    if not marked:
        return []
    kinds = {term.kind for _, _, term in marked}
    if kinds.isdisjoint(_RUDE):
        return [_calm(mark) for mark in marked if mark[2].kind in _CALM_KINDS]
    told = Told(said.words, said.spoken, marked, in_quotes(said), before, "aside" in kinds)
    if "intensifier" not in kinds:
        return _judged(told, marked, matcher)
    stresses = [mark for mark in marked if mark[2].kind == "intensifier"]
    skipped = {word for start, end, _ in stresses for word in range(start, end)}
    kept = [place for place in range(len(said.words)) if place not in skipped]
    found = _judged(told, stresses, matcher)
    rest = _without(told, kept, matcher)
    return found + [_put_back(one, kept) for one in _judged(rest, rest.marked, matcher)]


def _without(told: Told, kept: list[int], matcher: Matcher) -> Told:
    """The same with only those words that are kept."""
    words = [told.words[place] for place in kept]
    spoken = f" {' '.join(words)} "
    quotes = frozenset(place for place, word in enumerate(kept) if word in told.quotes) if told.quotes else told.quotes
    marked = marks(spoken, matcher)
    return Told(words, spoken, marked, quotes, told.before, any(term.kind == "aside" for _, _, term in marked))


def in_quotes(said: Reading) -> frozenset[int]:
    """The words inside quotation marks; none where all are, for then the text is what is said."""
    spans = quotations(said.text)
    if not spans:
        return frozenset()
    quoted = {place for start, end in spans for place in range(start + 1, end)}
    inside = frozenset(word for word, (start, _) in enumerate(said.spans(len(said.words))) if start in quoted)
    return inside if len(said.words) - len(inside) > 1 else frozenset()


def _judged(told: Told, which: Sequence[Mark], matcher: Matcher) -> list[Finding]:
    findings: list[Finding] = []
    around: Scene | None = None
    asked: bool | None = None
    for mark in which:
        kind = mark[2].kind
        if kind in _CALM_KINDS:
            findings.append(_calm(mark))
        elif kind in _RUDE:
            if around is None:
                around = _scene(told, matcher)
            aimed = aim(around, mark)
            if aimed.target == ADVISOR and told.at_a_thing:
                aimed = Aim(COMPANY, "subject")
            if aimed.reason in _BARE:
                if asked is None:
                    asked = _asked_for_words(told.before, matcher)
                aimed = Aim(QUOTED, "quoted") if asked else aimed
            finding = _counted(mark, aimed, around)
            if finding is not None:
                findings.append(finding)
    return findings


def _calm(mark: Mark) -> Finding:
    start, end, term = mark
    return Finding(start, end, _CALM_KINDS[term.kind], term, _AT_NOBODY)


def _scene(told: Told, matcher: Matcher) -> Scene:
    rude: set[int] = set()
    for start, end, term in told.marked:
        if term.kind in _LOUD:
            rude.update(range(start, end))
    return scene(told.words, matcher.cues.roles(told.words, told.spoken), rude, told.quotes)


def _counted(mark: Mark, aimed: Aim, around: Scene) -> Finding | None:
    """What a mark that is aimed so counts as: nothing, frustration, or hostility of a category."""
    start, end, term = mark
    if aimed.target == CALM and aimed.reason == "of-oneself":
        return Finding(start, end, "polite", term, aimed)
    if aimed.target == CALM or (term.kind in ("jibe", "epithet") and not _hurts(term, aimed)):
        return Finding(start, end, "benign", term, aimed) if aimed.reason == "denied" else None
    if aimed.target == QUOTED or (term.kind == "slight" and aimed.target in (COMPANY, NOBODY)):
        return Finding(start, end, "frustration", term, Aim(NOBODY, aimed.reason))
    shown = around.run(aimed.word) if aimed.word >= 0 else None
    return Finding(start, end, "profanity" if term.kind in SWEARING else term.sort, term, aimed, shown)


def _hurts(term: Term, aimed: Aim) -> bool:
    """Whether a plain word is an insult where it stands: said to the advisor, or as a name for somebody else."""
    named = term.kind == "epithet" and aimed.reason == "subject"
    return aimed.target == ADVISOR or (named and aimed.target in (OTHER, COMPANY))


def _asked_for_words(before: tuple[Turn, ...], matcher: Matcher) -> bool:
    """Whether the advisor has just asked for somebody's words, so that a bare insult only repeats them."""
    if not before or before[-1].speaker != "advisor":
        return False
    asked = marks(reading(before[-1].text, matcher.spelling).spoken, matcher)
    return any(term.kind == "asks" for _, _, term in asked)


def _put_back(finding: Finding, kept: list[int]) -> Finding:
    """A finding in the words that were kept, at its place in all words."""
    shown = finding.shown and (kept[finding.shown[0]], kept[finding.shown[1] - 1] + 1)
    return finding._replace(start=kept[finding.start], end=kept[finding.end - 1] + 1, shown=shown)
