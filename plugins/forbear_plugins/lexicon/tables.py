"""The tables of `data/`: what they look like on disk and how they are read."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from attrs import frozen

from forbear.errors import ForbearError

HOSTILE = ("insult", "insults", "slight", "jibe", "attack", "bodily", "group")
SWEARING = ("dirt", "profanity", "alone", "intensifier")
CALM = ("frustrated", "benign", "asks")
CUES = (
    *("you", "your", "you_all", "self", "he", "third", "it", "thing", "company", "personal", "conduct"),
    *("link", "a", "the", "is", "be", "modal", "not", "report", "filler"),
)
CATEGORIES = ("none", "insult", "sexual", "hate", "threat")


class TableError(ForbearError):
    """A word list cannot be read; the message names the file and the line."""


@frozen
class Term:
    """What one entry of a table stands for; `lang` is the table's language."""

    kind: str
    category: str
    lang: str
    is_cue: bool  # says at whom, rather than what


def entries(name: str) -> Iterator[tuple[str, Term]]:
    """The entries of a table such as `en_attack.txt`, alternatives spelt out, as text and meaning."""
    term: Term | None = None
    for number, line in _lines(name):
        if line.startswith("["):
            term = _heading(name, number, line)
        elif term is None:
            raise TableError(f"{name}:{number}: put a [kind] heading above the first entry")
        else:
            for entry in line.split(","):
                if entry.count("(") != entry.count(")"):
                    raise TableError(f"{name}:{number}: close every bracket of {entry.strip()!r}")
                yield from ((text, term) for text in _spelt_out(entry.strip()) if text)


def spellings(name: str) -> dict[str, str]:
    """A table of `several words = how the other tables spell them`."""
    known: dict[str, str] = {}
    for number, line in _lines(name):
        left, equals, right = line.partition("=")
        if not equals:
            raise TableError(f"{name}:{number}: write `word = spelling`")
        known.update((word, right.strip()) for word in left.split())
    return known


def characters(name: str) -> dict[int, str]:
    """A table of character pairs, for `str.translate`."""
    return {ord(pair[0]): pair[1] for _, line in _lines(name) for pair in line.split()}


def _lines(name: str) -> Iterator[tuple[int, str]]:
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def _heading(name: str, number: int, line: str) -> Term:
    kind, _, category = line.strip("[]").partition(":")
    kind = kind.strip()
    term = Term(kind, category.strip() or "none", name[:2], kind in CUES)
    if term.kind not in HOSTILE + SWEARING + CALM + CUES or term.category not in CATEGORIES:
        raise TableError(f"{name}:{number}: {line} is not a kind and category that data/README.md knows")
    return term


def _spelt_out(entry: str) -> list[str]:
    """Every reading of `a (b/c (d/)) e`; innermost groups first."""
    opened = entry.rfind("(")
    if opened < 0:
        return [entry]
    closed = entry.index(")", opened)
    head, choices, tail = entry[:opened], entry[opened + 1 : closed].split("/"), entry[closed + 1 :]
    return [reading for choice in choices for reading in _spelt_out(head + choice + tail)]
