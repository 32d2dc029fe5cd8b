"""From findings to facts: how strongly it is said, how sure that is, and the evidence in the text as given."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.records import Evidence

from .aims import ADVISOR, COMPANY, NOBODY, OTHER
from .findings import HOSTILE_KINDS, Finding
from .tables import CATEGORIES, IMPATIENCE
from .words import Reading

Facts = dict[str, bool | str | int]

_TARGETS = (NOBODY, OTHER, COMPANY, ADVISOR)  # where several are aimed at, the last of these counts
_SHOWN_AS = {ADVISOR: "target:you", COMPANY: "target:company", OTHER: "target:other"}
_FRUSTRATED = frozenset(("frustration", "impatience"))
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_LETTERS = _CAPITALS + _CAPITALS.lower()
_SHOUTED, _FEWEST_CAPITALS = 0.7, 2  # of the letters are capitals


def quiet(numbers: Mapping[str, int]) -> Facts:
    """The facts of an utterance in which nothing is found."""
    return {
        "speech.hostile": False,
        "speech.frustrated": False,
        "speech.target": NOBODY,
        "speech.category": "none",
        "speech.intensity": 0,
        "speech.impatience": "none",
        "speech.complaint": False,
        "speech.request": False,
        "speech.confidence": numbers["confidence.quiet"],
    }


def facts(findings: list[Finding], text: str, numbers: Mapping[str, int]) -> Facts:
    """What the findings say together."""
    kinds = {one.kind for one in findings}
    told = quiet(numbers)
    told["speech.intensity"] = _intensity(findings, text, numbers)
    if not _FRUSTRATED.isdisjoint(kinds):
        learnt = "learnt" in {one.aim.reason for one in findings}
        told["speech.frustrated"] = told["speech.complaint"] = True
        told["speech.confidence"] = numbers["confidence.learnt" if learnt else "confidence.frustrated"]
    if "impatience" in kinds:
        causes = [one.term.sort for one in findings if one.kind == "impatience"]
        told["speech.impatience"] = max(causes, key=IMPATIENCE.index)
    if "request" in kinds:
        told["speech.request"] = True
    if not HOSTILE_KINDS.isdisjoint(kinds):
        _add_hostile(told, [one for one in findings if one.kind in HOSTILE_KINDS], numbers)
    return told


def _add_hostile(told: Facts, hostile: list[Finding], numbers: Mapping[str, int]) -> None:
    """At whom, of what category and how surely: of abuse as the surest mark of it, of anger as the least sure."""
    targets = {one.aim.target for one in hostile}
    target = max(targets, key=_TARGETS.index) if len(targets) > 1 else hostile[0].aim.target
    sure = {numbers["confidence." + one.aim.reason] for one in hostile if one.aim.target == target}
    categories = {one.category for one in hostile if one.aim.target == target or one.kind == "hate"}
    told["speech.hostile"] = True
    told["speech.target"] = target
    told["speech.category"] = max(categories, key=CATEGORIES.index)
    told["speech.complaint"] = told["speech.complaint"] or COMPANY in targets
    told["speech.confidence"] = max(sure) if target == ADVISOR else min(sure)


def _intensity(findings: list[Finding], text: str, numbers: Mapping[str, int]) -> int:
    """How strongly it is said, in percent: the strongest finding, and more for further ones and for shouting."""
    strong = [numbers["intensity." + one.kind] for one in findings if one.kind != "request"]
    if not strong:
        return 0
    found = max(strong) + numbers["intensity.further"] * (len(strong) - 1) if len(strong) > 1 else strong[0]
    if _shouted(text):
        found += numbers["intensity.capitals"]
    if "!!" in text or "！！" in text:
        found += numbers["intensity.exclaimed"]
    return min(100, found)


def _shouted(text: str) -> bool:
    signs = text.encode() if text.isascii() else b""
    capitals = len(signs) - len(signs.translate(None, _CAPITALS)) if signs else sum(map(str.isupper, text))
    if capitals < _FEWEST_CAPITALS:
        return False
    letters = len(signs) - len(signs.translate(None, _LETTERS)) if signs else sum(map(str.isalpha, text))
    return letters > 1 and capitals > _SHOUTED * letters


def evidence(findings: list[Finding], said: Reading) -> tuple[Evidence, ...]:
    """Where the findings, and the words that show whom they are aimed at, stand in the text as given."""
    spans = said.spans(max([one.end if one.shown is None else max(one.end, one.shown[1]) for one in findings]))
    text = said.text
    shown: dict[tuple[int, int, str], tuple[str, str]] = {}
    for one in findings:
        kind, aim = one.kind, one.aim
        if kind == "impatience":
            kind = f"impatience:{one.term.sort}"
        shown.setdefault((spans[one.start][0], spans[one.end - 1][1], kind), (one.term.text, aim.reason))
        if one.shown is not None and aim.target in _SHOWN_AS:
            place = spans[one.shown[0]][0], spans[one.shown[1] - 1][1], _SHOWN_AS[aim.target]
            shown.setdefault(place, ("", aim.reason))
    return tuple(
        [Evidence(start, end, kind, text[start:end], *told) for (start, end, kind), told in sorted(shown.items())]
    )
