"""A centre's canned replies, and how alike a draft is to the nearest of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from attrs import frozen

from ..lexicon.tables import Source, TableError, pairs

MOST: Final = 1_000
"""Canned replies that a centre may have."""

_PIECE: Final = re.compile(r"[a-z0-9']++|[^\W_]")
_BLANK: Final = re.compile(r"\{[^{}\n]{0,60}+\}")


_FILLED: Final = 4
"""Pairs of neighbours that what stands in a blank may make up, without making the reply another one."""


@frozen
class Canned:
    """Canned replies by the pairs of neighbouring words that they have; none across a blank."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    blanks: tuple[int, ...]
    having: Mapping[tuple[str, str], tuple[int, ...]]


def read_canned(name: str, found_in: Sequence[Source]) -> Canned:
    """The canned replies of a table of `name = words`. Raises TableError."""
    replies = pairs(name, found_in)
    if len(replies) > MOST:
        raise TableError(f"{name}: there are {len(replies)} canned replies; give {MOST} at most")
    having: dict[tuple[str, str], list[int]] = {}
    sizes: list[int] = []
    for number, words in enumerate(replies.values()):
        two = _neighbours(words)
        sizes.append(len(two))
        for one in two:
            having.setdefault(one, []).append(number)
    blanks = tuple(len(_BLANK.findall(words)) for words in replies.values())
    by_two = {one: tuple(numbers) for one, numbers in having.items()}
    return Canned(tuple(replies), tuple(sizes), blanks, by_two)


def nearest(text: str, canned: Canned) -> tuple[str, int]:
    """The canned reply that a text is most alike, and how alike in percent: neighbours in both, of those in either.

    What fills the blanks of a reply is not held against it.
    """
    if not canned.names:
        return "", 0
    two = _neighbours(text)
    shared = Counter(number for one in two for number in canned.having.get(one, ()))
    best = max(
        ((_alike(canned, number, common, len(two)), -number) for number, common in shared.items()), default=(0, 0)
    )
    return (canned.names[-best[1]], best[0]) if best[0] else ("", 0)


def _alike(canned: Canned, number: int, common: int, size: int) -> int:
    foreign = max(0, size - common - _FILLED * canned.blanks[number])
    return 100 * common // (canned.sizes[number] + foreign)


def _neighbours(text: str) -> frozenset[tuple[str, str]]:
    """The pairs of neighbouring words, the beginning and the end being words too."""
    parts = [_PIECE.findall(part) for part in _BLANK.split(text.lower())]
    if not any(parts):
        return frozenset()
    parts[0].insert(0, "")
    parts[-1].append("")
    return frozenset(two for words in parts for two in pairwise(words))
