"""Anger in words that no list holds: what they weigh together, by the tables `en_weights.txt` and `zh_weights.txt`."""

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
"""Places in an utterance where words that weigh for anger must begin: one is never enough."""


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


def angriest(words: Sequence[str], weights: Mapping[str, int], lang: str) -> tuple[int, int, str] | None:
    """The words that weigh most for anger, if all of them together weigh enough; each text counts once."""
    found: dict[str, tuple[int, int]] = {}
    for start, end, text in rows_of_words(words, LONGEST_ROW[lang]):
        if text in weights:
            found.setdefault(text, (start, end))
    for_anger = {start for text, (start, _) in found.items() if weights[text] > 0}
    if len(for_anger) < FEWEST or sum(map(weights.__getitem__, found)) < weights[LEAST] * length(words, lang):
        return None
    text = max(found, key=weights.__getitem__)
    return *found[text], text
