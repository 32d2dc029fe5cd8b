"""An utterance as numbers: which features it has, each as a place in the table of weights.

Four groups: grams of words and characters; each word with whether its clause says "you"; the words of the advisor's
turn before; and what the lexicon's lists found, beside the length. The first three are many, so their sum is divided by
the root of their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from zlib import crc32

from attrs import frozen

from forbear.records import Evidence, SpeechSignals, Utterance
from forbear_plugins.lexicon.marks import Matcher
from forbear_plugins.lexicon.signals import heard
from forbear_plugins.lexicon.words import places, read

BITS = 17
PLACES = 1 << BITS
LONGEST = 400
"""Words of an utterance that the model considers; what follows only the lexicon hears."""

_MASK = PLACES - 1
_WORD, _CHARACTER = (crc32(kind) for kind in (b"w", b"c"))
_CHARACTERS = (3, 4, 5)  # of an English word
_WORDS = 3
_CHINESE = 4
_YOU = frozenset(("you", "your", "yours", "yourself", "u", "ur", "ya", "你", "您", "妳"))
_CLAUSE_ENDS = frozenset(".!?,;:\n")
_TURN = 40  # words of the turn before that are considered
_LENGTHS = 6
_LENGTH = 4


@frozen(slots=True)
class Features:
    """The features of an utterance: places of grams by the item they begin at, and of signals; and what was heard."""

    items: list[str]
    grams: list[list[int]]
    flat: set[int]  # the places of the grams, each once
    signals: list[int]
    heard: SpeechSignals
    lang: str  # `zh` where most words are Chinese, else `en`


def features(utterance: Utterance, matcher: Matcher) -> Features:
    """The features of an utterance, by the lexicon's tables."""
    signals = heard(utterance, matcher, learnt=False)
    items = read(utterance.text, matcher.spelling)[:LONGEST]
    words = " ".join(items).split(" ")[:LONGEST] if items else []
    grams = _grams(words)
    for start, place in _of_clauses(words):
        grams[start].append(place)
    if words:
        grams[0].extend(_of_turn(utterance, matcher))
    flat = set(chain.from_iterable(grams))
    return Features(words, grams, flat, [*_of_signals(signals), *_of_shape(words)], signals, _language(words))


def spans(utterance: Utterance, matcher: Matcher) -> list[tuple[int, int]]:
    """Where the words of `Features.items` stand in the text."""
    items = read(utterance.text, matcher.spelling)[:LONGEST]
    found = zip(items, places(utterance.text, matcher.spelling), strict=False)
    return [span for item, span in found for _ in item.split(" ")][:LONGEST]


def _language(words: Sequence[str]) -> str:
    """The language by the words: a Chinese name in an English text does not make it Chinese."""
    ours = [word.isascii() for word in words if word.isalpha()]
    return "zh" if sum(ours) * 2 < len(ours) else "en"


def _place(feature: str) -> int:
    return crc32(feature.encode("utf-8", "replace")) & _MASK


def _grams(words: Sequence[str]) -> list[list[int]]:
    """Of each word: grams of words that begin there, and of its characters. A longer gram continues a shorter's sum."""
    found: list[list[int]] = []
    spaced = [b" " + word.encode("utf-8", "replace") for word in words]
    for start, word in enumerate(words):
        own: list[int] = []
        longest = _CHINESE if not word.isascii() else _WORDS
        gram = _WORD
        for other in spaced[start : start + longest]:
            gram = crc32(other, gram)
            own.append(gram & _MASK)
        if word.isascii() and len(word) > 2:
            padded = f"<{word}>".encode()
            for n in _CHARACTERS:
                own += [crc32(padded[at : at + n], _CHARACTER) & _MASK for at in range(len(padded) - n + 1)]
        found.append(own)
    return found


def _of_clauses(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Each word with whether its clause says "you", Chinese also two at a time; then beginning and end of it all."""
    start = 0
    for end in range(len(words) + 1):
        if end < len(words) and words[end] not in _CLAUSE_ENDS:
            continue
        said = "y " if not _YOU.isdisjoint(words[start:end]) else "n "
        for at in range(start, end):
            yield at, _place(said + words[at])
            if at + 1 < end and not words[at].isascii():
                yield at, _place(said + words[at] + words[at + 1])
        start = end + 1
    if words:
        yield 0, _place("^ " + words[0])
        yield len(words) - 1, _place("$ " + words[-1])
    if len(words) > 1:
        yield 0, _place(f"^ {words[0]} {words[1]}")
        yield len(words) - 1, _place(f"$ {words[-2]} {words[-1]}")


def _of_turn(utterance: Utterance, matcher: Matcher) -> set[int]:
    """The words, one and two at a time, of what the advisor said right before."""
    if not utterance.before or utterance.before[-1].speaker != "advisor":
        return set()
    words = read(utterance.before[-1].text, matcher.spelling)[:_TURN]
    return {_place("b " + word) for word in words} | {
        _place(f"b {word} {following}") for word, following in pairwise(words)
    }


def _of_shape(words: Sequence[str]) -> Iterator[int]:
    """How long it is, and whether it says "you", asks or exclaims."""
    yield _place(f"l {min(_LENGTHS, len(words) // _LENGTH)}")
    yield _place(f"y {not _YOU.isdisjoint(words)} {'?' in words} {'!' in words}")


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
