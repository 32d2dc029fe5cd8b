"""Where the words of the tables occur in a text: one linear pass with Aho-Corasick over all tables at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from pathlib import Path
from types import MappingProxyType

from ahocorasick_rs import AhoCorasick
from attrs import frozen

from forbear.records import Utterance

from .learnt import LEAST
from .tables import (
    LATIN,
    SPELLING,
    TABLES,
    Source,
    Term,
    characters,
    entries,
    numbers,
    pairs,
    sources,
    weights,
)
from .words import LONGEST, Spelling, entry, plain_characters, starred_forms

_CHINESE = re.compile("[\u3400-\u9fff]")
_STARRED_KINDS = frozenset(("dirt", "profanity", "intensifier", "insult", "insults", "bodily"))

_BESIDE = frozenset(("request", "polite", "glad"))
"""Kinds that are found beside the others, on the same words too: "get me your manager"."""

_NO_NAMES = frozenset(
    ("ordinary", "thing", "company", "self", "he", "it", "a", "the", "is", "be", "modal", "not", "benign", "nothing")
)
"""Kinds whose words do not stand in what somebody is called after "you"."""

Mark = tuple[int, int, Term]
"""First word, word after the last, and what the words stand for."""


@frozen
class Matcher:
    """The tables in the form that is searched: the automaton, and for each of its patterns term and length."""

    automaton: AhoCorasick
    terms: tuple[tuple[Term, int, bool, int], ...]
    """Of each pattern the term, its words, whether it needs Chinese around it, and its lot."""

    spelling: Spelling
    numbers: Mapping[str, int]
    ordinary: frozenset[str] = frozenset()  # words that are no name to call somebody after "you"
    weights: Mapping[str, int] = MappingProxyType({})  # of words for anger
    abuse: Mapping[str, int] = MappingProxyType({})  # of words for abuse


@frozen
class Marks:
    """What was found: hostile and calm words in order, and for each word that is a cue, its role."""

    found: tuple[Mark, ...]
    cues: MappingProxyType[int, str] | dict[int, str]


NOTHING = Marks((), MappingProxyType({}))


class Lists:
    """The bundled tables, and those of a centre's folder before them, each language read when it is first needed.

    Raises TableError; where a folder is given, at once.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._sources = sources(folder)
        if folder is not None:
            _ = self.chinese, self.latin

    def of(self, utterance: Utterance) -> Matcher:
        """What an utterance is searched with."""
        return self.chinese if is_chinese(utterance) else self.latin

    @cached_property
    def latin(self) -> Matcher:
        """For texts without Chinese characters."""
        return _matcher(self._sources, LATIN, "en")

    @cached_property
    def chinese(self) -> Matcher:
        """For Chinese texts, which may be mixed with English."""
        return _matcher(self._sources, TABLES, "zh")


def is_chinese(utterance: Utterance) -> bool:
    """Whether an utterance is told to be Chinese, or has a Chinese character."""
    return utterance.lang == "zh" or _CHINESE.search(utterance.text[:LONGEST]) is not None


def _matcher(found_in: Sequence[Source], tables: Sequence[str], lang: str) -> Matcher:
    fixed = pairs(SPELLING, found_in)
    plain = plain_characters(characters(found_in))
    said: dict[str, Term] = {}
    asked: dict[str, Term] = {}
    cues: dict[str, Term] = {}
    ordinary: set[str] = set()
    for source, name in product(found_in, tables):
        for text, term in entries(name, source):
            words = f" {' '.join(entry(text, plain, fixed))} "
            if term.kind in _NO_NAMES and term.lang == "en":
                ordinary.add(words.strip())
            if term.kind == "ordinary":
                continue
            chosen = cues if term.is_cue else asked if term.kind in _BESIDE else said
            chosen.setdefault(words, Term(term.kind, term.sort, term.lang, text.strip()))
    everything = [item for some in (said, asked, cues) for item in some.items() if item[1].kind != "nothing"]
    rude = [words.strip() for words, term in said.items() if term.kind in _STARRED_KINDS and term.lang == "en"]
    rude.sort(key=lambda word: ("fuck" not in word, "shit" not in word, len(word)))
    known = frozenset(word for words, _ in everything for word in words.split() if word.isascii())
    spelling = Spelling(
        plain=plain,
        fixed=fixed,
        known=known,
        starred=starred_forms(word for word in rude if word.isalpha() and len(word) > 3),
        longest=max(map(len, known), default=0),
    )
    terms = tuple(
        (term, words.count(" ") - 1, term.lang == "zh" and term.kind != "attack" and words.isascii(), _lot(term))
        for words, term in everything
    )

    def spelt(text: str) -> str:
        return text if text == LEAST else " ".join(entry(text, plain, fixed))

    return Matcher(
        AhoCorasick([words for words, _ in everything], store_patterns=False),
        terms,
        spelling,
        numbers(found_in),
        frozenset(ordinary),
        *(weights(f"{lang}_{name}", found_in, spelt) for name in ("weights.txt", "weights_abuse.txt")),
    )


def _lot(term: Term) -> int:
    """Whether a term is one of what is found, of what stands beside that, or a cue."""
    return 2 if term.is_cue else int(term.kind in _BESIDE)


def marks(words: list[str], chinese: bool, tables: Matcher) -> Marks:
    """The marks in a text of words; `chinese` lets Latin initials such as `sb` count."""
    terms = tables.terms
    text = f" {' '.join(words)} "
    lots: tuple[list[Mark], list[Mark], list[Mark]] = ([], [], [])
    found, asked, cues = lots
    at, done = -1, 0
    for pattern, _, place in tables.automaton.find_matches_as_indexes(text, overlapping=True):
        at += text.count(" ", done, place)
        done = place
        term, length, initials, lot = terms[pattern]
        if not initials or chinese:
            lots[lot].append((at - length, at, term))
    if not found and not asked:
        return NOTHING
    roles: dict[int, str] = {}
    for start, end, term in _outermost(cues):
        for word in range(start, end):
            roles.setdefault(word, term.kind)
    return Marks((*_outermost(found), *_outermost(asked)), roles)


def _outermost(several: list[Mark]) -> list[Mark]:
    """The marks that no longer one contains, in order."""
    several.sort(key=_left_then_long)
    kept: list[Mark] = []
    reached = -1
    for one in several:
        if one[1] > reached:
            kept.append(one)
            reached = one[1]
    return kept


def _left_then_long(mark: Mark) -> tuple[int, int]:
    return mark[0], -mark[1]
