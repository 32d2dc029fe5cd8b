"""From an utterance to facts: what was found, at whom it is aimed, how sure that is, and the evidence."""

from __future__ import annotations

import re

from forbear.records import SpeechSignals, Utterance

from .address import names
from .aims import ADVISOR, COMPANY, NOBODY, OTHER, Aim
from .findings import Finding, weighed
from .judging import in_quotes, judge
from .learnt import Weighed
from .marks import Matcher
from .tables import Term
from .told import evidence, facts, quiet
from .words import LONGEST, Reading, reading

_SETTLED = frozenset(("quoted", "denied", "of-oneself"))
_YOU = frozenset(("you", "yourself", "你"))
_ASKED = frozenset(("request",))
_COURTEOUS = frozenset(("polite", "benign"))

Learnt = tuple[str, str, Aim]
"""Kind of finding, kind of term and aim of what is told by weights."""

_ANGER: Learnt = ("frustration", "frustrated", Aim(NOBODY, "learnt"))
_ABUSE: Learnt = ("insult", "attack", Aim(ADVISOR, "weighed"))
_POSTED = re.compile(r"^[\s.]{0,9}+@\w\w|\byou,?+ @\w\w", re.IGNORECASE)


def heard(utterance: Utterance, matcher: Matcher, *, learnt: bool = True) -> SpeechSignals:
    """The signals of an utterance; one without words is quiet. Unless `learnt`, by the lists alone."""
    said = reading(utterance.text, matcher.spelling)
    findings = find(utterance, said, matcher, learnt=learnt) if said.items else []
    if not findings:
        return SpeechSignals(quiet(matcher.numbers))
    return SpeechSignals(facts(findings, said.text, matcher.numbers), evidence(findings, said))


def find(utterance: Utterance, said: Reading, matcher: Matcher, *, learnt: bool) -> list[Finding]:
    """What is found in what was read of an utterance."""
    findings = judge(said, utterance.before, matcher)
    spoken_to = not _YOU.isdisjoint(said.words)
    if spoken_to and not matcher.chinese:
        findings += _called(said, findings, matcher)
    if utterance.speaker != "customer":
        findings = [_not_the_customers(one) for one in findings]
    elif findings and _is_posted(utterance):
        findings = [_at_the_brand(one) for one in findings]
    of = "weight.zh." if matcher.chinese else "weight."
    counted = weighed(findings, said.words, matcher.numbers, of) if findings else findings
    if not learnt or utterance.speaker != "customer":
        return counted
    if not _COURTEOUS.isdisjoint({one.kind for one in findings}):
        return counted
    if spoken_to and _may_be_aimed(said.text, findings) and (aimed := _learnt(said, matcher.abuse, _ABUSE)):
        return counted + aimed
    if {one.kind for one in counted} - _ASKED:
        return counted
    return counted + _learnt(said, matcher.anger, _ANGER)


def _may_be_aimed(text: str, findings: list[Finding]) -> bool:
    """Whether words that no list holds, said to "you", may be aimed at the advisor: nothing says otherwise."""
    if "@" in text or "您" in text:  # in a public post, or spoken to politely
        return False
    return all(one.aim.target != ADVISOR and one.aim.reason not in _SETTLED for one in findings)


def _learnt(said: Reading, table: Weighed, what: Learnt) -> list[Finding]:
    """Anger or abuse in words that no list holds, told by the words that weigh most."""
    found = table.heaviest(said.words, said.spoken)
    if found is None:
        return []
    start, end, text = found
    kind, term, aimed = what
    return [Finding(start, end, kind, Term(term, "none", table.lang, text), aimed)]


def _called(said: Reading, findings: list[Finding], matcher: Matcher) -> list[Finding]:
    """Names that the person spoken to is called in words that no table knows; not what the findings hold already."""
    marked = names(said.words, matcher.ordinary)
    if not marked:
        return []
    quotes = in_quotes(said)
    known = {word for one in findings for word in range(one.start, one.end) if one.hostile}
    return [
        Finding(start, end, term.sort, term, Aim(ADVISOR, "vocative", start), (start, start + 1))
        for start, end, term in marked
        if start not in quotes and known.isdisjoint(range(start, end))
    ]


def _not_the_customers(finding: Finding) -> Finding:
    """What an advisor says to "you" is said to the customer."""
    if finding.aim.target != ADVISOR:
        return finding
    return finding._replace(aim=Aim(OTHER, "said-by-advisor"), shown=None)


def _is_posted(utterance: Utterance) -> bool:
    """Whether it is a public post to a name with "@", not said in a talk with an advisor."""
    if "@" not in utterance.text or any(turn.speaker == "advisor" for turn in utterance.before):
        return False
    return _POSTED.search(utterance.text[:LONGEST]) is not None


def _at_the_brand(finding: Finding) -> Finding:
    """What a public post calls "you" is the brand, unless it is worse than an insult."""
    if finding.aim.target != ADVISOR or finding.category != "insult":
        return finding
    return finding._replace(aim=Aim(COMPANY, "several"), shown=None)
