"""From an utterance to facts: what was found, at whom it is aimed, and the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from forbear.records import Evidence, SpeechSignals, Turn, Utterance

from .direction import ADVISOR, CALM, COMPANY, NOBODY, OTHER, QUOTED, Aim, aim
from .marks import Mark, Marks, lexicon, marks
from .scene import Scene
from .tables import CATEGORIES, HOSTILE, SWEARING
from .words import places, read

_TARGETS = (NOBODY, OTHER, COMPANY, ADVISOR)  # where several are aimed at, the last of these counts
_RUDE = frozenset(HOSTILE + SWEARING)
_SHOWN_AS = {ADVISOR: "target:you", COMPANY: "target:company", OTHER: "target:other"}
_QUIET = SpeechSignals(
    {"speech.hostile": False, "speech.frustrated": False, "speech.target": NOBODY, "speech.category": "none"}
)


@frozen(slots=True)
class Finding:
    """A mark and what it counts as: the kind of its evidence, the category, and whom it is aimed at."""

    start: int
    end: int
    kind: str  # insult, sexual, hate, threat, profanity or frustration
    category: str
    aim: Aim
    shown: tuple[int, int] | None = None  # the words that say at whom


def heard(utterance: Utterance) -> SpeechSignals:
    """The signals of an utterance; one without words is quiet."""
    items = read(utterance.text, lexicon().spelling)
    words = " ".join(items).split(" ")
    chinese = utterance.lang == "zh" or any("㐀" <= word <= "鿿" for word in items)
    findings = _findings(words, chinese, utterance.before) if items else []
    if not findings:
        return _QUIET
    if utterance.speaker != "customer":
        findings = [_not_the_customers(one) for one in findings]
    return SpeechSignals(_facts(findings), _evidence(utterance.text, items, findings))


def _findings(words: list[str], chinese: bool, before: tuple[Turn, ...]) -> list[Finding]:
    """What is found; swearing that only stresses is judged where it stands, then read over."""
    marked = marks(words, chinese)
    stresses = [mark for mark in marked.found if mark[2].kind == "intensifier"]
    if not stresses:
        return _judged(words, marked, marked.found, chinese, before)
    skipped = {word for start, end, _ in stresses for word in range(start, end)}
    kept = [place for place in range(len(words)) if place not in skipped]
    rest = [words[place] for place in kept]
    others = marks(rest, chinese)
    judged = _judged(rest, others, others.found, chinese, before)
    return _judged(words, marked, stresses, chinese, before) + [_put_back(one, kept) for one in judged]


def _judged(
    words: list[str], marked: Marks, which: Sequence[Mark], chinese: bool, before: tuple[Turn, ...]
) -> list[Finding]:
    findings: list[Finding] = []
    scene: Scene | None = None
    for mark in which:
        start, end, term = mark
        if term.kind == "frustrated":
            findings.append(Finding(start, end, "frustration", "none", Aim(NOBODY)))
        elif term.kind in _RUDE:
            if scene is None:
                rude = {word for start, end, term in marked.found if term.kind in _RUDE for word in range(start, end)}
                scene = Scene(words, marked.cues, rude)
            aimed = aim(scene, mark)
            if aimed.bare and _answers_what_was_said(before, chinese):
                aimed = Aim(QUOTED)
            findings.extend(_counted(mark, aimed, scene.run(aimed.word) if aimed.word >= 0 else None))
    return findings


def _counted(mark: Mark, aimed: Aim, shown: tuple[int, int] | None) -> list[Finding]:
    """What a mark that is aimed so counts as: nothing, frustration, or hostility of a category."""
    start, end, term = mark
    if aimed.target == CALM or (term.kind == "jibe" and aimed.target != ADVISOR):
        return []
    if aimed.target == QUOTED or (term.kind == "slight" and aimed.target in (COMPANY, NOBODY)):
        return [Finding(start, end, "frustration", "none", Aim(NOBODY))]
    if term.kind not in SWEARING:
        return [Finding(start, end, term.category, term.category, aimed, shown)]
    return [Finding(start, end, "profanity", "insult" if aimed.target == ADVISOR else "none", aimed, shown)]


def _answers_what_was_said(before: tuple[Turn, ...], chinese: bool) -> bool:
    """Whether the advisor has just asked for somebody's words, so that a bare insult only repeats them."""
    if not before or before[-1].speaker != "advisor":
        return False
    words = " ".join(read(before[-1].text, lexicon().spelling)).split(" ")
    return any(term.kind == "asks" for _, _, term in marks(words, chinese).found)


def _not_the_customers(finding: Finding) -> Finding:
    """What an advisor says to "you" is said to the customer."""
    return evolve(finding, aim=Aim(OTHER), shown=None) if finding.aim.target == ADVISOR else finding


def _put_back(finding: Finding, kept: list[int]) -> Finding:
    """A finding in the words that were kept, at its place in all words."""
    shown = finding.shown and (kept[finding.shown[0]], kept[finding.shown[1] - 1] + 1)
    return evolve(finding, start=kept[finding.start], end=kept[finding.end - 1] + 1, shown=shown)


def _facts(findings: list[Finding]) -> dict[str, bool | str]:
    hostile = [one for one in findings if one.kind != "frustration"]
    target = max((one.aim.target for one in hostile), key=_TARGETS.index, default=NOBODY)
    aimed = [one.category for one in hostile if one.aim.target == target or one.category == "hate"]
    return {
        "speech.hostile": bool(hostile),
        "speech.frustrated": len(hostile) < len(findings),
        "speech.target": target,
        "speech.category": max(aimed, key=CATEGORIES.index, default="none"),
    }


def _evidence(text: str, items: list[str], findings: list[Finding]) -> tuple[Evidence, ...]:
    """Where the findings, and the words that show whom they are aimed at, stand in the text as given."""
    spans = [span for item, span in zip(items, places(text), strict=True) for _ in item.split(" ")]
    shown: dict[tuple[int, int, str], None] = {}
    for one in findings:
        shown[spans[one.start][0], spans[one.end - 1][1], one.kind] = None
        if one.shown and one.aim.target in _SHOWN_AS:
            shown[spans[one.shown[0]][0], spans[one.shown[1] - 1][1], _SHOWN_AS[one.aim.target]] = None
    return tuple(Evidence(start, end, kind, text[start:end]) for start, end, kind in sorted(shown))
