"""Where the words of the tables occur in a text, all tables at once, and what the tables are in that form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product
from pathlib import Path
from types import MappingProxyType

from attrs import frozen

from forbear.records import Utterance

from .cues import NO_CUES, Cues, cues
from .learnt import LEAST, NOTHING_WEIGHED, Weighed, weighed
from .patterns import Patterns, Place, patterns
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

Mark = Place[Term]
"""First word, word after the last, and what the words stand for."""


@frozen
class Matcher:
    """The tables in the form that is searched."""

    terms: Patterns[Term]
    spelling: Spelling
    numbers: Mapping[str, int] = MappingProxyType({})
    chinese: bool = False
    cues: Cues = NO_CUES
    ordinary: frozenset[str] = frozenset()  # words that are no name to call somebody after "you"
    anger: Weighed = NOTHING_WEIGHED
    abuse: Weighed = NOTHING_WEIGHED


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
    if utterance.lang == "zh":
        return True
    return not utterance.text.isascii() and _CHINESE.search(utterance.text[:LONGEST]) is not None


def _matcher(found_in: Sequence[Source], tables: Sequence[str], lang: str) -> Matcher:
    fixed = pairs(SPELLING, found_in)
    plain = plain_characters(characters(found_in))
    said: dict[str, Term] = {}
    beside: dict[str, Term] = {}
    roles: dict[str, Term] = {}
    ordinary: set[str] = set()
    for source, name in product(found_in, tables):
        for text, term in entries(name, source):
            words = f" {' '.join(entry(text, plain, fixed))} "
            if term.kind in _NO_NAMES and term.lang == "en":
                ordinary.add(words.strip())
            if term.kind == "ordinary":
                continue
            chosen = roles if term.is_cue else beside if term.kind in _BESIDE else said
            chosen.setdefault(words, Term(term.kind, term.sort, term.lang, text.strip()))
    everything = [item for some in (said, beside, roles) for item in some.items() if item[1].kind != "nothing"]
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
    heard = [(words, term) for words, term in everything if lang == "zh" or not _initials(words, term)]

    def spelt(text: str) -> str:
        return text if text == LEAST else " ".join(entry(text, plain, fixed))

    return Matcher(
        terms=patterns(((words, term) for words, term in heard if not term.is_cue), _is_beside),
        spelling=spelling,
        numbers=numbers(found_in),
        chinese=lang == "zh",
        cues=cues((words, term.kind) for words, term in heard if term.is_cue),
        ordinary=frozenset(ordinary),
        anger=weighed(weights(f"{lang}_weights.txt", found_in, spelt), lang),
        abuse=weighed(weights(f"{lang}_weights_abuse.txt", found_in, spelt), lang),
    )


def _initials(words: str, term: Term) -> bool:
    """Whether Latin letters count only where Chinese is spoken, such as `sb`."""
    return term.lang == "zh" and term.kind != "attack" and words.isascii()


def _is_beside(term: Term) -> bool:
    return term.kind in _BESIDE


def marks(spoken: str, tables: Matcher) -> list[Mark]:
    """What stands in words with a space around each, in order, and after it what is found beside the others."""
    return tables.terms.outermost(spoken)
