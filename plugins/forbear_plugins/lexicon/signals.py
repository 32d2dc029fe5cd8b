"""From an utterance to facts: what was found, at whom it is aimed, how sure that is, and the evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import evolve

from forbear.records import Evidence, SpeechSignals, Turn, Utterance

from .address import names
from .aims import ADVISOR, CALM, COMPANY, NOBODY, OTHER, QUOTED, Aim
from .direction import aim
from .findings import Finding, weighed
from .learnt import heaviest
from .marks import Mark, Marks, Matcher, is_chinese, marks
from .scene import Scene
from .tables import CATEGORIES, HOSTILE, IMPATIENCE, SWEARING, Term
from .words import LONGEST, places, quotations, read

_TARGETS = (NOBODY, OTHER, COMPANY, ADVISOR)  # where several are aimed at, the last of these counts
_RUDE = frozenset(HOSTILE + SWEARING)
_SAID_OF = frozenset(("people", "barb"))  # rude only by what else the clause says
_SHOWN_AS = {ADVISOR: "target:you", COMPANY: "target:company", OTHER: "target:other"}
_CALM_KINDS = {
    "frustrated": "frustration",
    "hint": "frustration",
    "gripe": "frustration",
    "polite": "polite",
    "glad": "polite",
    "impatient": "impatience",
    "request": "request",
}
_AT_NOBODY = Aim(NOBODY, "")
_BARE = frozenset(("bare", "vocative"))
_SETTLED = frozenset(("quoted", "denied", "of-oneself"))
_YOU = frozenset(("you", "yourself", "你"))
_COURTEOUS = "@您"
"""Signs that name somebody in a public post, or speak to a person politely."""

Learnt = tuple[str, str, Aim]
"""Kind of finding, kind of term and aim of what is told by weights."""

_ANGER: Learnt = ("frustration", "frustrated", Aim(NOBODY, "learnt"))
_ABUSE: Learnt = ("insult", "attack", Aim(ADVISOR, "weighed"))
_POSTED = re.compile(r"^[\s.]{0,9}+@\w\w|\byou,?+ @\w\w", re.IGNORECASE)
_SHOUTED = 0.7  # of the letters are capitals


def heard(utterance: Utterance, matcher: Matcher, *, learnt: bool = True) -> SpeechSignals:
    """The signals of an utterance; one without words is quiet. Unless `learnt`, by the lists alone."""
    items = read(utterance.text, matcher.spelling)
    words = " ".join(items).split(" ")
    findings = find(utterance, words, matcher, learnt=learnt) if items else []
    facts = _facts(findings, utterance.text[:LONGEST], matcher.numbers)
    return SpeechSignals(facts, _evidence(utterance.text, items, findings, matcher) if findings else ())


def find(utterance: Utterance, words: list[str], matcher: Matcher, *, learnt: bool) -> list[Finding]:
    """What is found in the words of an utterance, as `read` gives them."""
    chinese = is_chinese(utterance)
    findings = _findings(words, chinese, utterance, matcher)
    if not chinese and "you" in words:
        findings += _called(words, findings, utterance.text, matcher)
    if utterance.speaker != "customer":
        findings = [_not_the_customers(one) for one in findings]
    elif _is_posted(utterance):
        findings = [_at_the_brand(one) for one in findings]
    counted = weighed(findings, words, matcher.numbers, "weight.zh." if chinese else "weight.")
    if not learnt or utterance.speaker != "customer":
        return counted
    if any(one.kind in ("polite", "benign") for one in findings):
        return counted
    if _may_be_aimed(utterance, words, findings) and (aimed := _learnt(words, chinese, matcher, _ABUSE)):
        return counted + aimed
    if any(one.kind != "request" for one in counted):
        return counted
    return counted + _learnt(words, chinese, matcher, _ANGER)


def _may_be_aimed(utterance: Utterance, words: list[str], findings: list[Finding]) -> bool:
    """Whether words that no list holds may be aimed at the advisor: it says "you", and nothing says otherwise."""
    settled = any(one.aim.target == ADVISOR or one.aim.reason in _SETTLED for one in findings)
    courteous = any(sign in utterance.text for sign in _COURTEOUS)
    return not settled and not courteous and not _YOU.isdisjoint(words)


def _learnt(words: list[str], chinese: bool, matcher: Matcher, what: Learnt) -> list[Finding]:
    """Anger or abuse in words that no list holds, told by the words that weigh most."""
    lang = "zh" if chinese else "en"
    found = heaviest(words, matcher.abuse if what is _ABUSE else matcher.weights, lang)
    if found is None:
        return []
    start, end, text = found
    kind, term, aimed = what
    return [Finding(start, end, kind, Term(term, "none", lang, text), aimed)]


def _called(words: list[str], findings: list[Finding], text: str, matcher: Matcher) -> list[Finding]:
    """Names that the person spoken to is called in words that no table knows; not what the findings hold already."""
    marked = names(words, matcher.ordinary)
    if not marked:
        return []
    quotes = _in_quotes(text, len(words), matcher)
    known = {word for one in findings for word in range(one.start, one.end) if one.hostile}
    return [
        Finding(start, end, term.sort, term, Aim(ADVISOR, "vocative", start), (start, start + 1))
        for start, end, term in marked
        if start not in quotes and known.isdisjoint(range(start, end))
    ]


def _findings(words: list[str], chinese: bool, utterance: Utterance, matcher: Matcher) -> list[Finding]:
    """What is found; swearing that only stresses is judged where it stands, then read over."""
    marked = marks(words, chinese, matcher)
    stresses = [mark for mark in marked.found if mark[2].kind == "intensifier"]
    asked = bool(marked.found) and _asked_for_words(utterance.before, chinese, matcher)
    rude = any(mark[2].kind in _RUDE for mark in marked.found)
    quotes = _in_quotes(utterance.text, len(words), matcher) if rude else frozenset()
    if not stresses:
        return _judged(words, marked, marked.found, asked, quotes)
    skipped = {word for start, end, _ in stresses for word in range(start, end)}
    kept = [place for place in range(len(words)) if place not in skipped]
    rest = [words[place] for place in kept]
    others = marks(rest, chinese, matcher)
    quoted_rest = frozenset(place for place, word in enumerate(kept) if word in quotes) if quotes else quotes
    judged = _judged(rest, others, others.found, asked, quoted_rest)
    return _judged(words, marked, stresses, asked, quotes) + [_put_back(one, kept) for one in judged]


def _in_quotes(text: str, count: int, matcher: Matcher) -> frozenset[int]:
    """The words inside quotation marks; none where all are, for then the text is what is said."""
    spans = quotations(text)
    if not spans:
        return frozenset()
    items = zip(read(text, matcher.spelling), places(text, matcher.spelling), strict=True)
    at = [place for item, (place, _) in items for _ in item.split(" ")]
    quoted = {place for start, end in spans for place in range(start + 1, end)}
    inside = frozenset(word for word, place in enumerate(at) if place in quoted)
    return inside if count - len(inside) > 1 else frozenset()


def _judged(
    words: list[str], marked: Marks, which: Sequence[Mark], asked: bool, quotes: frozenset[int] = frozenset()
) -> list[Finding]:
    findings: list[Finding] = []
    at_a_thing = any(term.kind == "aside" for _, _, term in marked.found)
    scene: Scene | None = None
    for mark in which:
        start, end, term = mark
        if term.kind == "benign":
            findings.append(Finding(start, end, "benign", term, _AT_NOBODY))
        elif term.kind in _CALM_KINDS:
            findings.append(Finding(start, end, _CALM_KINDS[term.kind], term, _AT_NOBODY))
        elif term.kind in _RUDE:
            if scene is None:
                loud = (mark for mark in marked.found if mark[2].kind in _RUDE - _SAID_OF)
                rude = {word for start, end, _ in loud for word in range(start, end)}
                scene = Scene(words, marked.cues, rude, quotes)
            aimed = aim(scene, mark)
            if at_a_thing and aimed.target == ADVISOR:
                aimed = Aim(COMPANY, "subject")
            if asked and aimed.reason in _BARE:
                aimed = Aim(QUOTED, "quoted")
            findings.extend(_counted(mark, aimed, scene.run(aimed.word) if aimed.word >= 0 else None))
    return findings


def _counted(mark: Mark, aimed: Aim, shown: tuple[int, int] | None) -> list[Finding]:
    """What a mark that is aimed so counts as: nothing, frustration, or hostility of a category."""
    start, end, term = mark
    if (aimed.target, aimed.reason) == (CALM, "of-oneself"):
        return [Finding(start, end, "polite", term, aimed)]
    if aimed.target == CALM or (term.kind in ("jibe", "epithet") and not _hurts(term, aimed)):
        return [Finding(start, end, "benign", term, aimed)] if aimed.reason == "denied" else []
    if aimed.target == QUOTED or (term.kind == "slight" and aimed.target in (COMPANY, NOBODY)):
        return [Finding(start, end, "frustration", term, Aim(NOBODY, aimed.reason))]
    return [Finding(start, end, "profanity" if term.kind in SWEARING else term.sort, term, aimed, shown)]


def _hurts(term: Term, aimed: Aim) -> bool:
    """Whether a plain word is an insult where it stands: said to the advisor, or as a name for somebody else."""
    named = term.kind == "epithet" and aimed.reason == "subject"
    return aimed.target == ADVISOR or (named and aimed.target in (OTHER, COMPANY))


def _asked_for_words(before: tuple[Turn, ...], chinese: bool, matcher: Matcher) -> bool:
    """Whether the advisor has just asked for somebody's words, so that a bare insult only repeats them."""
    if not before or before[-1].speaker != "advisor":
        return False
    words = " ".join(read(before[-1].text, matcher.spelling)).split(" ")
    return any(term.kind == "asks" for _, _, term in marks(words, chinese, matcher).found)


def _not_the_customers(finding: Finding) -> Finding:
    """What an advisor says to "you" is said to the customer."""
    if finding.aim.target != ADVISOR:
        return finding
    return evolve(finding, aim=Aim(OTHER, "said-by-advisor"), shown=None)


def _is_posted(utterance: Utterance) -> bool:
    """Whether it is a public post to a name with "@", not said in a talk with an advisor."""
    talked = any(turn.speaker == "advisor" for turn in utterance.before)
    return not talked and "@" in utterance.text and _POSTED.search(utterance.text[:LONGEST]) is not None


def _at_the_brand(finding: Finding) -> Finding:
    """What a public post calls "you" is the brand, unless it is worse than an insult."""
    if finding.aim.target != ADVISOR or finding.category != "insult":
        return finding
    return evolve(finding, aim=Aim(COMPANY, "several"), shown=None)


def _put_back(finding: Finding, kept: list[int]) -> Finding:
    """A finding in the words that were kept, at its place in all words."""
    shown = finding.shown and (kept[finding.shown[0]], kept[finding.shown[1] - 1] + 1)
    return evolve(finding, start=kept[finding.start], end=kept[finding.end - 1] + 1, shown=shown)


def _facts(findings: list[Finding], text: str, numbers: Mapping[str, int]) -> dict[str, bool | str | int]:
    hostile = [one for one in findings if one.hostile]
    frustrated = any(one.kind in ("frustration", "impatience") for one in findings)
    target = max((one.aim.target for one in hostile), key=_TARGETS.index, default=NOBODY)
    aimed = [one.category for one in hostile if one.aim.target == target or one.category == "hate"]
    causes = [one.term.sort for one in findings if one.kind == "impatience"]
    return {
        "speech.hostile": bool(hostile),
        "speech.frustrated": frustrated,
        "speech.target": target,
        "speech.category": max(aimed, key=CATEGORIES.index, default="none"),
        "speech.intensity": _intensity(findings, text, numbers),
        "speech.impatience": max(causes, key=IMPATIENCE.index, default="none"),
        "speech.complaint": frustrated or any(one.aim.target == COMPANY for one in hostile),
        "speech.request": any(one.kind == "request" for one in findings),
        "speech.confidence": _confidence(findings, target, frustrated, numbers),
    }


def _intensity(findings: list[Finding], text: str, numbers: Mapping[str, int]) -> int:
    """How strongly it is said, in percent: the strongest finding, and more for further ones and for shouting."""
    strong = [numbers[f"intensity.{one.kind}"] for one in findings if one.kind != "request"]
    if not strong:
        return 0
    found = max(strong) + numbers["intensity.further"] * (len(strong) - 1)
    letters = sum(map(str.isalpha, text))
    if sum(map(str.isupper, text)) > _SHOUTED * letters and letters > 1:
        found += numbers["intensity.capitals"]
    if "!!" in text or "！！" in text:
        found += numbers["intensity.exclaimed"]
    return min(100, found)


def _confidence(findings: list[Finding], target: str, frustrated: bool, numbers: Mapping[str, int]) -> int:
    """How sure the reading is, in percent: of abuse as the surest mark of it, of anger as the least sure."""
    hostile = [one for one in findings if one.hostile]
    if not hostile:
        learnt = any(one.aim.reason == "learnt" for one in findings)
        return numbers[f"confidence.{'learnt' if learnt else 'frustrated' if frustrated else 'quiet'}"]
    sure = [numbers[f"confidence.{one.aim.reason}"] for one in hostile if one.aim.target == target]
    return max(sure) if target == ADVISOR else min(sure)


def _evidence(text: str, items: list[str], findings: list[Finding], matcher: Matcher) -> tuple[Evidence, ...]:
    """Where the findings, and the words that show whom they are aimed at, stand in the text as given."""
    spans = places(text, matcher.spelling)
    if any(" " in item for item in items):
        spans = [span for item, span in zip(items, spans, strict=True) for _ in item.split(" ")]
    shown: dict[tuple[int, int, str], tuple[str, str]] = {}
    for one in findings:
        kind = f"impatience:{one.term.sort}" if one.kind == "impatience" else one.kind
        shown.setdefault((spans[one.start][0], spans[one.end - 1][1], kind), (one.term.text, one.aim.reason))
        if one.shown and one.aim.target in _SHOWN_AS:
            place = spans[one.shown[0]][0], spans[one.shown[1] - 1][1], _SHOWN_AS[one.aim.target]
            shown.setdefault(place, ("", one.aim.reason))
    return tuple(
        Evidence(start, end, kind, text[start:end], entry, reason)
        for (start, end, kind), (entry, reason) in sorted(shown.items())
    )
