"""Where the sentences and the paragraphs of a text begin, and how long they are."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from attrs import frozen

_STOP: Final = re.compile(r"[.!?]++|[。！？…]++|\n++")
_CLOSING: Final = frozenset("\"'”’)]")
_SHORT: Final = ("mr", "mrs", "ms", "dr", "no", "st", "e.g", "i.e", "approx")
_LATIN: Final = re.compile(r"[^\W_\u3400-\u9fff]++(?:['’][A-Za-z]++)?+")
_CHINESE: Final = re.compile("[\u3400-\u9fff]")


@frozen
class Layout:
    """Where each sentence and each paragraph begins, empty ones left out."""

    sentences: tuple[int, ...]
    paragraphs: tuple[int, ...]

    def sentence(self, place: int) -> int:
        """The number of the sentence in which a character stands, from 1 on."""
        return max(1, bisect_right(self.sentences, place))

    def paragraph(self, place: int) -> int:
        """The number of the paragraph in which a character stands, from 1 on."""
        return max(1, bisect_right(self.paragraphs, place))


def layout(text: str) -> Layout:
    """The layout of a text. A line is a paragraph, as messages have it."""
    lines = (match.end() for match in re.finditer("\n", text))
    return Layout(_begins(text, _stops(text)), _begins(text, lines))


def _stops(text: str) -> Iterable[int]:
    """Where sentences end; a full stop within a word, a number or an abbreviation ends none."""
    for match in _STOP.finditer(text):
        end = match.end()
        if match[0][0] in ".!?":
            while text[end : end + 1] in _CLOSING and end < match.end() + 3:
                end += 1
            before = text[max(0, match.start() - 8) : match.start()].lower().split()
            if match[0] == "." and before and before[-1] in _SHORT:
                continue
            if end < len(text) and not text[end].isspace():
                continue
        yield end


def _begins(text: str, ends: Iterable[int]) -> tuple[int, ...]:
    found: list[int] = []
    start = 0
    for end in (*ends, len(text)):
        if not text[start:end].isspace() and end > start:
            found.append(start)
        start = end
    return tuple(found)


def length(text: str) -> int:
    """How many words a text has; two Chinese characters count as one."""
    return sum(1 for _ in _LATIN.finditer(text)) + (len(_CHINESE.findall(text)) + 1) // 2
