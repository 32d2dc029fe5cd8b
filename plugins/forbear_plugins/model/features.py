"""An utterance as numbers: which features it has, each as a place in the table of weights.

Three groups: grams of words and characters; grams of the words' roles, in which hostile words and those that say at
whom stand for their kind; and what the lexicon found. The first two are many, so their sum is divided by the root of
their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zlib import crc32

from attrs import frozen

from forbear.records import Evidence, SpeechSignals, Utterance
from forbear_plugins.lexicon.marks import Matcher, is_chinese, marks
from forbear_plugins.lexicon.signals import heard
from forbear_plugins.lexicon.words import places, read

BITS = 17
PLACES = 1 << BITS
LONGEST = 400
"""Words of an utterance that the model considers; what follows only the lexicon hears."""

_CHARACTERS = (3, 4, 5)  # of an English word
_WORDS = 3
_ROLES = 4
_CHINESE = 4


@frozen(slots=True)
class Features:
    """The features of an utterance: places of grams by the item they begin at, and of signals; and what was heard."""

    items: list[str]
    grams: list[list[int]]
    signals: list[int]
    heard: SpeechSignals

    def flat(self) -> set[int]:
        """The places of the grams, each once."""
        return {place for some in self.grams for place in some}


def features(utterance: Utterance, matcher: Matcher) -> Features:
    """The features of an utterance, by the lexicon's tables."""
    signals = heard(utterance, matcher)
    items = read(utterance.text, matcher.spelling)[:LONGEST]
    words = " ".join(items).split(" ")[:LONGEST] if items else []
    chinese = is_chinese(utterance)
    grams = _grams(words)
    for start, place in _of_roles(words, chinese, matcher):
        grams[start].append(place)
    return Features(words, grams, list(_of_signals(signals)), signals)


def spans(utterance: Utterance, matcher: Matcher) -> list[tuple[int, int]]:
    """Where the words of `Features.items` stand in the text."""
    items = read(utterance.text, matcher.spelling)[:LONGEST]
    found = zip(items, places(utterance.text, matcher.spelling), strict=False)
    return [span for item, span in found for _ in item.split(" ")][:LONGEST]


def _place(feature: str) -> int:
    return crc32(feature.encode("utf-8", "replace")) & (PLACES - 1)


def _grams(words: Sequence[str]) -> list[list[int]]:
    """Of each word: grams of words that begin there, and of its characters."""
    found: list[list[int]] = []
    for start, word in enumerate(words):
        own: list[int] = []
        longest = _CHINESE if not word.isascii() else _WORDS
        gram = "w"
        for other in words[start : start + longest]:
            gram += " " + other
            own.append(_place(gram))
        if word.isascii() and len(word) > 2:
            padded = f"<{word}>"
            own.extend(_place("c" + padded[at : at + n]) for n in _CHARACTERS for at in range(len(padded) - n + 1))
        found.append(own)
    return found


def _of_roles(words: list[str], chinese: bool, matcher: Matcher) -> Iterator[tuple[int, int]]:
    """Grams in which marked words stand for their kind, and words that say at whom for their role."""
    marked = marks(words, chinese, matcher)
    kinds: dict[int, str] = {}
    for start, end, term in marked.found:
        kinds[start] = f"<{term.kind}>"
        kinds.update(dict.fromkeys(range(start + 1, end), ""))
    if not marked.found:
        return
    line = [(at, kinds.get(at, marked.cues.get(at, word))) for at, word in enumerate(words)]
    line = [(at, name) for at, name in line if name]
    for n, (at, name) in enumerate(line):
        gram = "r " + name
        for _, other in line[n + 1 : n + _ROLES]:
            gram += " " + other
            yield at, _place(gram)


def _of_signals(signals: SpeechSignals) -> Iterator[int]:
    facts = signals.facts
    hostile, frustrated = facts["speech.hostile"], facts["speech.frustrated"]
    yield _place(f"s {hostile} {frustrated} {facts['speech.target']}")
    yield _place(f"s {hostile} {facts['speech.target']} {facts['speech.category']}")
    for name in ("impatience", "request", "complaint"):
        yield _place(f"s {name} {facts[f'speech.{name}']}")
    for one in {(one.kind, one.reason) for one in signals.evidence}:
        yield _place(f"s {one[0]} {one[1]}")
    yield _place(f"s found {min(4, len(signals.evidence))}")


def strongest(contributions: Sequence[float], where: Sequence[tuple[int, int]], text: str, kind: str) -> list[Evidence]:
    """The words that spoke most for an answer: at most three, each with at least a fifth of all that spoke for it."""
    total = sum(one for one in contributions if one > 0)
    ranked = sorted(range(len(contributions)), key=lambda at: -contributions[at])[:3]
    chosen = sorted(at for at in ranked if contributions[at] > 0.2 * total)
    return [Evidence(*where[at], kind, text[slice(*where[at])], "", "model") for at in chosen]
