"""Where the words of the tables occur in a text: one linear pass with Aho-Corasick over all tables at once."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from ahocorasick_rs import AhoCorasick
from attrs import frozen

from .tables import Term, entries, spellings
from .words import Spelling, entry, starred_forms

TABLES = (
    *("en_benign.txt", "zh_benign.txt", "en_attack.txt", "zh_attack.txt", "en_hostile.txt", "zh_hostile.txt"),
    *("en_frustrated.txt", "zh_frustrated.txt", "en_cues.txt", "zh_cues.txt"),
)
"""Where two tables have the same entry, the earlier one counts; of two headings of one table, the earlier."""

_STARRED_KINDS = frozenset(("dirt", "profanity", "intensifier", "insult", "insults", "bodily"))

Mark = tuple[int, int, Term]
"""First word, word after the last, and what the words stand for."""


@frozen
class Lexicon:
    """The tables in the form that is searched: the automaton, and for each of its patterns term and length."""

    automaton: AhoCorasick
    terms: tuple[tuple[Term, int, bool], ...]  # the term, its words, whether it needs Chinese around it
    spelling: Spelling


@frozen
class Marks:
    """What was found: hostile and calm words in order, and for each word that is a cue, its role."""

    found: tuple[Mark, ...]
    cues: MappingProxyType[int, str] | dict[int, str]


NOTHING = Marks((), MappingProxyType({}))


@cache
def lexicon() -> Lexicon:
    """The bundled tables, read once."""
    fixed = spellings("spelling.txt")
    said: dict[str, Term] = {}
    cues: dict[str, Term] = {}
    for name in TABLES:
        for text, term in entries(name):
            words = f" {' '.join(entry(text, fixed))} "
            (cues if term.is_cue else said).setdefault(words, term)
    everything = [*said.items(), *cues.items()]
    rude = [words.strip() for words, term in said.items() if term.kind in _STARRED_KINDS and term.lang == "en"]
    rude.sort(key=lambda word: ("fuck" not in word, "shit" not in word, len(word)))
    spelling = Spelling(
        fixed=fixed,
        known=frozenset(word for words, _ in everything for word in words.split() if word.isascii()),
        starred=starred_forms(word for word in rude if word.isalpha() and len(word) > 3),
    )
    terms = tuple(
        (term, words.count(" ") - 1, term.lang == "zh" and term.kind != "attack" and words.isascii())
        for words, term in everything
    )
    return Lexicon(AhoCorasick([words for words, _ in everything]), terms, spelling)


def marks(words: list[str], chinese: bool) -> Marks:
    """The marks in a text of words; `chinese` lets Latin initials such as `sb` count."""
    tables = lexicon()
    terms = tables.terms
    text = f" {' '.join(words)} "
    found: list[Mark] = []
    cues: list[Mark] = []
    at, done = -1, 0
    for pattern, _, place in tables.automaton.find_matches_as_indexes(text, overlapping=True):
        at += text.count(" ", done, place)
        done = place
        term, length, initials = terms[pattern]
        if not initials or chinese:
            (cues if term.is_cue else found).append((at - length, at, term))
    if not found:
        return NOTHING
    roles: dict[int, str] = {}
    for start, end, term in _outermost(cues):
        for word in range(start, end):
            roles.setdefault(word, term.kind)
    return Marks(tuple(_outermost(found)), roles)


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
