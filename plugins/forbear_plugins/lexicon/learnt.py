"""Anger and abuse in words that no list holds: what they weigh together, by tables such as `en_weights.txt`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

LONGEST_ROW = {"en": 2, "zh": 4}
"""Words in a row that are weighed together; Chinese counts characters."""

LEAST = "(least)"
"""The entry that says from which sum on it counts."""


SHORT = {"en": 8, "zh": 14}
"""Words up to which an utterance counts as this long: two or three words are little to go by."""

FEWEST = 3
"""Places in an utterance where words that weigh for it must begin: one is never enough."""


def rows_of_words(words: Sequence[str], longest: int) -> Iterator[tuple[int, int, str]]:
    """Every word and every few words in a row: the first, the one after the last, and their text."""
    for start, text in enumerate(words):
        yield start, start + 1, text
        for end in range(start + 2, min(start + longest, len(words)) + 1):
            text += " " + words[end - 1]
            yield start, end, text


def length(words: Sequence[str], lang: str) -> float:
    """By what the sum of an utterance's weights is divided."""
    return math.sqrt(max(SHORT[lang], len(words)))


def heaviest(words: Sequence[str], weights: Mapping[str, int], lang: str) -> tuple[int, int, str] | None:
    """The words that weigh most, if all of them together weigh enough; each text counts once."""
    said = set(words)
    for n in range(2, LONGEST_ROW[lang] + 1):
        said.update(map(" ".join, zip(*(words[start:] for start in range(n)), strict=False)))
    found = said & weights.keys()
    if len(found) < FEWEST or sum(map(weights.__getitem__, found)) < weights[LEAST] * length(words, lang):
        return None
    return _shown(words, {text: weights[text] for text in found}, lang)


def _shown(words: Sequence[str], found: Mapping[str, int], lang: str) -> tuple[int, int, str] | None:
    """The heaviest of the found rows and where it first stands, if enough places begin one that weighs for it."""
    first: dict[str, tuple[int, int]] = {}
    for start, end, text in rows_of_words(words, LONGEST_ROW[lang]):
        if text in found:
            first.setdefault(text, (start, end))
    if len({start for text, (start, _) in first.items() if found[text] > 0}) < FEWEST:
        return None
    text = max(first, key=found.__getitem__)
    return *first[text], text
