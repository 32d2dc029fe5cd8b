"""The lists of `data/` and of a centre's own folder, in the form in which a draft is searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Final

from attrs import frozen

from ..lexicon.marks import Matcher
from ..lexicon.patterns import patterns
from ..lexicon.tables import SPELLING, Source, TableError, Term, characters, entries, pairs, sources
from ..lexicon.words import Spelling, entry, plain_characters
from .canned import Canned, read_canned

FOUND: Final = (
    *("negative", "offer", "reason", "stiff", "rude", "blame", "personal", "promotion", "opt_out", "bot", "human"),
    *("further", "sorry", "call_back", "stay"),
)
BESIDE: Final = ("friendly", "why", "grief", "serving")
"""Kinds that are found beside the others, on the same words too."""
WRITTEN: Final = ("slip", "right")
"""Kinds that are looked for in the words as they were typed."""
SINGLE: Final = ("writer", "reader", "twice", "blank")
"""Kinds whose entries are looked up one by one, not searched for."""
KINDS: Final = (*FOUND, *BESIDE, *WRITTEN, *SINGLE, "benign", "nothing")
TABLES: Final = tuple(f"{lang}_{name}.txt" for lang in ("en", "zh") for name in ("tone", "selling", "cues", "typing"))
CANNED: Final = "canned.txt"


@frozen
class Lists:
    """What a draft is searched with: for what it says, and for how it is typed."""

    said: Matcher
    typed: Matcher
    single: Mapping[str, frozenset[str]]
    canned: Canned


def read_lists(folder: Path | None = None) -> Lists:
    """The bundled lists, and those of a centre's folder before them. Raises TableError."""
    found_in = sources(folder, (*TABLES, CANNED), __package__)
    words_of = sources(None)
    fixed, plain = pairs(SPELLING, words_of), plain_characters(characters(words_of))
    searched: dict[str, dict[str, Term]] = {"said": {}, "beside": {}, "typed": {}}
    single: dict[str, set[str]] = {kind: set() for kind in SINGLE}
    dropped: set[str] = set()
    for text, term in _entries(found_in):
        if term.kind == "nothing":
            dropped.add(text.casefold())
        if term.kind in SINGLE and text.casefold() not in dropped:
            single[term.kind].add(text.casefold())
        for place in _searched_in(term.kind):
            words = entry(text, plain, {} if place == "typed" else fixed)
            searched[place].setdefault(f" {' '.join(words)} ", Term(term.kind, "none", term.lang, text))
    return Lists(
        _matcher([*searched["said"].items(), *searched["beside"].items()], plain, fixed),
        _matcher([*searched["typed"].items()], plain, {}),
        {kind: frozenset(some) for kind, some in single.items()},
        read_canned(CANNED, found_in),
    )


def _entries(found_in: Sequence[Source]) -> Iterator[tuple[str, Term]]:
    for source, name in product(found_in, TABLES):
        for text, term in entries(name, source, _heading):
            yield text.strip(), term


def _heading(place: str, lang: str, line: str) -> Term:
    kind = line.strip("[]").strip()
    if kind not in KINDS:
        raise TableError(f"{place}: {line} is no kind that data/README.md knows; the kinds are {', '.join(KINDS)}")
    return Term(kind, "none", lang)


def _searched_in(kind: str) -> tuple[str, ...]:
    """Which of the searches an entry belongs to; one that is to be dropped stands in the way in all."""
    if kind == "nothing":
        return ("said", "beside", "typed")
    if kind in SINGLE:
        return ()
    return ("typed",) if kind in WRITTEN else ("beside",) if kind in BESIDE else ("said",)


def _matcher(terms: Sequence[tuple[str, Term]], plain: Mapping[int, str], fixed: Mapping[str, str]) -> Matcher:
    searched = [(words, term) for words, term in terms if term.kind != "nothing"]
    known = frozenset(word for words, _ in searched for word in words.split() if word.isascii())
    spelling = Spelling(plain, fixed, known if fixed else frozenset(), {}, max(map(len, known), default=0))
    return Matcher(patterns(searched, lambda term: term.kind in BESIDE), spelling)
