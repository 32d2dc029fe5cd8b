"""What role each word of a text has in saying at whom something is aimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import repeat

from attrs import frozen

from .patterns import Patterns, patterns

_NONE = repeat("")


@frozen
class Cues:
    """The roles of words, and of several words in a row."""

    single: Mapping[str, str]
    several: Patterns[str]

    def roles(self, words: list[str], spoken: str) -> list[str]:
        """The role of each word, empty if it has none; `spoken` are the words with a space around each."""
        roles = list(map(self.single.get, words, _NONE))
        for start, end, role in reversed(self.several.outermost(spoken)):
            roles[start:end] = [role] * (end - start)
        return roles


def cues(entries: Iterable[tuple[str, str]]) -> Cues:
    """What finds these entries, each words with a space around each, and their role."""
    single: dict[str, str] = {}
    several: list[tuple[str, str]] = []
    for words, role in entries:
        if words.count(" ") == 2:
            single[words.strip()] = role
        else:
            several.append((words, role))
    return Cues(single, patterns(several))


NO_CUES = cues(())
