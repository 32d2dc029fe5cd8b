"""Anger and abuse in words that no list holds: what they weigh together, by tables such as `en_weights.txt`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from ahocorasick_rs import AhoCorasick
from attrs import frozen

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


@frozen
class Weighed:
    """A table of weights in the form that is searched: the automaton, and of each of its patterns text and weight."""

    automaton: AhoCorasick
    texts: tuple[str, ...]
    weights: tuple[int, ...]
    least: int
    lang: str

    def heaviest(self, words: Sequence[str], spoken: str) -> tuple[int, int, str] | None:
        """The words that weigh most, if all of them together weigh enough; each text counts once.

        `spoken` are the words with a space around each.
        """
        matches = self.automaton.find_matches_as_indexes(spoken, overlapping=True)
        if len(matches) < FEWEST:
            return None
        first = {pattern: begin for pattern, begin, _ in reversed(matches)}
        if sum(map(self.weights.__getitem__, first)) < self.least * length(words, self.lang):
            return None
        if len({begin for pattern, begin in first.items() if self.weights[pattern] > 0}) < FEWEST:
            return None
        most = max(map(self.weights.__getitem__, first))
        equal = (pattern for pattern in first if self.weights[pattern] == most)
        shown = min(equal, key=lambda pattern: (first[pattern], len(self.texts[pattern])))
        start = spoken.count(" ", 0, first[shown])
        return start, start + self.texts[shown].count(" ") + 1, self.texts[shown]


def weighed(weights: Mapping[str, int], lang: str = "en") -> Weighed:
    """A table of weights, without rows of words that are too long to be weighed."""
    rows = {text: weight for text, weight in weights.items() if text.count(" ") < LONGEST_ROW[lang] and text != LEAST}
    automaton = AhoCorasick([f" {text} " for text in rows], store_patterns=False)
    return Weighed(automaton, tuple(rows), tuple(rows.values()), weights.get(LEAST, 0), lang)


NOTHING_WEIGHED = weighed({})
