"""How a draft is typed: doubled words, stray marks, capitals, and blanks that nobody filled in.

No expression here can backtrack, for its repeats are possessive or bounded; and none reads far before it fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .found import Found

_MARKS: Final = re.compile(r"[!！]{3,}+|[?？]{2,}+|[,，;；]{2,}+|。{2,}+|(?<!\.)\.\.(?!\.)")
_SPACED: Final = re.compile(r"(?<=[A-Za-z]) [,.!?](?=\s|\Z)")
_SMALL_I: Final = re.compile(r"(?<![\w'’./@(-])i(?:['’](?:m|ve|ll|d))?+(?![\w'’./@)-])")
_BEGINNING: Final = re.compile(r"\s*+([a-z]\S*+)(?=\s)")
_NO_WORD: Final = re.compile(r"[A-Z0-9@/_:]|\.\w")
_SHOUTED: Final = re.compile(r"(?<![A-Za-z])[A-Z]{2,}+(?![a-z])(?:[ ,]{1,2}[A-Z]{2,}+(?![a-z])){2,}+")
_LETTERS_SHOUTED: Final = 12
_WORD: Final = re.compile(r"[A-Za-z']++")
_CURLY: Final = re.compile(r"\{{1,2}+[\w .-]{1,40}+\}{1,2}+")
_BRACKETS: Final = re.compile(r"[\[<【（(]([^\[\]<>【】（）()\n]{1,40}+)[\]>】）)]")
_LEFT_OPEN: Final = re.compile(
    r"_{3,}+|(?<![A-Za-z0-9_×])(?:[Xx]{3,}+|×{2,}+)(?![A-Za-z0-9_×])|[Xx×]{2}(?=先生|女士|小姐|元|号)|某某|%[sd](?!\w)"
)


def slips(text: str, may_repeat: frozenset[str]) -> Iterator[Found]:
    """Slips of typing that no list could name."""
    for match in _MARKS.finditer(text):
        yield Found("slip", match.start(), match.end(), "marks")
    for match in _SPACED.finditer(text):
        yield Found("slip", match.start(), match.end(), "space")
    for match in _SMALL_I.finditer(text):
        yield Found("slip", match.start(), match.end(), "small i")
    for match in _SHOUTED.finditer(text):
        if sum(map(str.isupper, match[0])) >= _LETTERS_SHOUTED:
            yield Found("slip", match.start(), match.end(), "capitals")
    begins = _BEGINNING.match(text)
    if begins is not None and not _NO_WORD.search(begins[1]):
        yield Found("slip", begins.start(1), begins.end(1), "small letter")
    yield from _doubled(text, may_repeat)


def _doubled(text: str, may_repeat: frozenset[str]) -> Iterator[Found]:
    last: re.Match[str] | None = None
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if last is not None and last[0].lower() == word and len(word) > 1 and word not in may_repeat:
            between = text[last.end() : match.start()]
            if between == " ":
                yield Found("slip", last.start(), match.end(), "twice")
        last = match


def blanks(text: str, names: frozenset[str]) -> Iterator[Found]:
    """Blanks of a template that still stand: `{name}`, `[order number]`, a run of crosses or underscores."""
    for match in _CURLY.finditer(text):
        yield Found("blank", match.start(), match.end(), "{}")
    for match in _BRACKETS.finditer(text):
        if match[1].strip().casefold() in names:
            yield Found("blank", match.start(), match.end(), "[]")
    for match in _LEFT_OPEN.finditer(text):
        yield Found("blank", match.start(), match.end(), "...")
