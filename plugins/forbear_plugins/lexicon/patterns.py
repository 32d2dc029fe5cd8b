"""Many rows of words looked for in a text at once: one linear pass with Aho-Corasick."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick
from attrs import frozen

Meaning = TypeVar("Meaning")

Place = tuple[int, int, Meaning]
"""First word, word after the last, and what the words stand for."""

Match = tuple[int, int, int]
"""Number of a pattern, first character, and character after the last."""


@frozen
class Patterns(Generic[Meaning]):
    """The automaton, and of each pattern its words, what they stand for, and whether it is in the second lot."""

    automaton: AhoCorasick
    lengths: tuple[int, ...]
    meanings: tuple[Meaning, ...]
    second: tuple[bool, ...]

    def outermost(self, spoken: str) -> list[Place[Meaning]]:
        """The patterns in words with a space around each that no longer one of their lot contains; lot by lot."""
        matches = self.automaton.find_matches_as_indexes(spoken, overlapping=True)
        places: list[Place[Meaning]] = []
        at = done = 0
        for pattern, begin, _ in self._outermost(matches) if len(matches) > 1 else matches:
            if begin < done:  # the second lot
                at = done = 0
            at += spoken.count(" ", done, begin)
            done = begin
            places.append((at, at + self.lengths[pattern], self.meanings[pattern]))
        return places

    def _outermost(self, matches: list[Match]) -> list[Match]:
        """The same of matches in the order of their ends."""
        first: list[Match] = []
        second: list[Match] = []
        for match in matches:
            pattern, begin, end = match
            kept = second if self.second[pattern] else first
            while kept and kept[-1][1] >= begin:
                kept.pop()
            if not kept or kept[-1][2] < end:
                kept.append(match)
        return first + second


def patterns(
    entries: Iterable[tuple[str, Meaning]], second: Callable[[Meaning], bool] = lambda _: False
) -> Patterns[Meaning]:
    """What finds these entries, each words with a space around each, and what they stand for."""
    several = list(entries)
    return Patterns(
        AhoCorasick([words for words, _ in several], store_patterns=False),
        tuple(words.count(" ") - 1 for words, _ in several),
        tuple(meaning for _, meaning in several),
        tuple(second(meaning) for _, meaning in several),
    )
