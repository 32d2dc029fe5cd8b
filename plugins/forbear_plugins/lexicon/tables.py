"""The tables of `data/` and of a centre's own folder: what they look like on disk and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from attrs import frozen

from forbear.bounded import Unreadable, is_folder, read_file
from forbear.errors import ForbearError

HOSTILE = ("insult", "insults", "slight", "jibe", "epithet", "barb", "attack", "bodily", "group", "people")
SWEARING = ("dirt", "profanity", "alone", "intensifier")
CALM = ("frustrated", "hint", "gripe", "polite", "glad", "impatient", "request", "benign", "asks", "aside", "nothing")
CUES = (
    *("you", "your", "you_all", "self", "he", "third", "it", "thing", "company", "personal", "conduct"),
    *("link", "a", "the", "is", "be", "modal", "not", "report", "filler", "ordinary"),
)
CATEGORIES = ("none", "insult", "sexual", "hate", "threat")
IMPATIENCE = ("none", "other", "wait", "menu", "repeat", "transfer")

TABLES = (
    *("zh_latin.txt", "en_benign.txt", "zh_benign.txt", "en_attack.txt", "zh_attack.txt", "en_hostile.txt"),
    *("zh_hostile.txt", "en_impatient.txt", "zh_impatient.txt", "en_frustrated.txt", "zh_frustrated.txt"),
    *("en_request.txt", "zh_request.txt", "en_cues.txt", "zh_cues.txt"),
)
"""Where two tables have the same entry, the earlier one counts; of two headings of one table, the earlier."""
LATIN = tuple(name for name in TABLES if name.startswith("en_") or name == "zh_latin.txt")
"""What a text without Chinese characters is searched for."""
MOST_READINGS = 20_000
SPELLING, TRADITIONAL, NUMBERS = "spelling.txt", "traditional.txt", "numbers.txt"
WEIGHTS = ("en_weights.txt", "zh_weights.txt", "en_weights_abuse.txt", "zh_weights_abuse.txt")
HEAVIEST = 999


class TableError(ForbearError):
    """A word list cannot be read; the message names the file and the line."""


@frozen
class Term:
    """One entry of a table, as it is spelt there, and what it stands for; `lang` is the table's language.

    `sort` is a category of hostility, or a cause of impatience.
    """

    kind: str
    sort: str
    lang: str
    text: str = ""

    @property
    def is_cue(self) -> bool:
        """Whether it says at whom, rather than what."""
        return self.kind in CUES


Heading = Callable[[str, str, str], Term]


@frozen
class Source:
    """A folder of tables: a centre's own, or those that a package bundles."""

    folder: Path | None = None
    package: str = __package__

    def lines(self, name: str) -> Iterator[tuple[str, str]]:
        """Place, for errors, and text of each line of a table that is no comment; none where there is no such table."""
        if self.folder is None:
            text = files(self.package).joinpath("data", name).read_text(encoding="utf-8")
        elif (self.folder / name).exists():
            text = _text(self.folder / name)
        else:
            return
        place = name if self.folder is None else str(self.folder / name)
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not line.startswith("#"):
                yield f"{place}:{number}", line.strip()


def sources(
    folder: Path | None,
    known: Sequence[str] = (*TABLES, *WEIGHTS, SPELLING, TRADITIONAL, NUMBERS),
    package: str = __package__,
) -> tuple[Source, ...]:
    """Where tables are read, what counts first first: a centre's folder, then the tables that a package bundles.

    Raises TableError for a folder that is none, or holds a file that is not called as one of the `known` tables.
    """
    if folder is None:
        return (Source(package=package),)
    if not is_folder(folder):
        raise TableError(f"{folder}: there is no such folder of word lists")
    for file in sorted(folder.iterdir()):
        if file.name not in (*known, "README.md") and not file.name.startswith("."):
            raise TableError(f"{file}: no table is called so; the tables are {', '.join(known)}")
    return Source(folder, package), Source(package=package)


def entries(name: str, source: Source, heading: Heading | None = None) -> Iterator[tuple[str, Term]]:
    """The entries of a table such as `en_attack.txt`, alternatives spelt out, as text and meaning.

    `heading` reads what stands above entries, given the place, the table's language and the line.
    """
    term: Term | None = None
    for place, line in source.lines(name):
        if line.startswith("["):
            term = (heading or _heading)(place, name[:2], line)
        elif term is None:
            raise TableError(f"{place}: put a [kind] heading above the first entry")
        else:
            for entry in line.split(","):
                if entry.count("(") != entry.count(")"):
                    raise TableError(f"{place}: close every bracket of {entry.strip()!r}")
                if _readings(entry) > MOST_READINGS:
                    raise TableError(f"{place}: {entry.strip()!r} has too many readings; write several entries")
                yield from ((text, term) for text in _spelt_out(entry.strip()) if text.strip())


def pairs(name: str, found_in: Sequence[Source]) -> dict[str, str]:
    """A table of `several words = how the other tables spell them`."""
    known: dict[str, str] = {}
    for place, line in _lines(name, found_in):
        left, right = _sides(place, line)
        for word in left.split():
            known.setdefault(word, right)
    return known


def numbers(found_in: Sequence[Source]) -> dict[str, int]:
    """The table of numbers: percentages by name."""
    known = {_sides(*line)[0] for line in Source().lines(NUMBERS)}
    found: dict[str, int] = {}
    for place, line in _lines(NUMBERS, found_in):
        name, told = _sides(place, line)
        if name not in known:
            raise TableError(f"{place}: there is no number called `{name}`; there are {', '.join(sorted(known))}")
        if not told.isdecimal() or not told.isascii() or len(told) > 3 or int(told) > 100:
            raise TableError(f"{place}: `{name}` is a whole number from 0 to 100, not {told!r}")
        found.setdefault(name, int(told))
    return found


def weights(name: str, found_in: Sequence[Source], spelt: Callable[[str], str]) -> dict[str, int]:
    """A table of `words = what they weigh`, from -999 to 999. Of words that are `spelt` alike the first counts."""
    found: dict[str, int] = {}
    for place, line in _lines(name, found_in):
        words, told = _sides(place, line)
        figure = told.removeprefix("-")
        if not figure.isdecimal() or not figure.isascii() or len(figure) > 3:
            raise TableError(f"{place}: {words!r} weighs a whole number from -{HEAVIEST} to {HEAVIEST}, not {told!r}")
        found.setdefault(spelt(words), int(told))
    return found


def characters(found_in: Sequence[Source]) -> dict[int, str]:
    """A table of character pairs, for `str.translate`."""
    found: dict[int, str] = {}
    for place, line in _lines(TRADITIONAL, found_in):
        for pair in line.split():
            if len(pair) != 2:
                raise TableError(f"{place}: {pair!r} is no pair of characters")
            found.setdefault(ord(pair[0]), pair[1])
    return found


def _lines(name: str, found_in: Sequence[Source]) -> Iterator[tuple[str, str]]:
    return (line for source in found_in for line in source.lines(name))


def _sides(place: str, line: str) -> tuple[str, str]:
    left, equals, right = line.partition("=")
    if not equals:
        raise TableError(f"{place}: write `left = right`")
    return left.strip(), right.strip()


def _text(file: Path) -> str:
    try:
        return read_file(file).decode("utf-8-sig")
    except Unreadable as error:
        raise TableError(f"{file}: the file cannot be read: {error}") from None
    except UnicodeDecodeError as error:
        raise TableError(f"{file}: the file is not UTF-8 (byte {error.start}); save it as UTF-8") from None


def _heading(place: str, lang: str, line: str) -> Term:
    kind, _, sort = line.strip("[]").partition(":")
    term = Term(kind.strip(), sort.strip() or "none", lang)
    sorts = IMPATIENCE if term.kind == "impatient" else CATEGORIES
    if term.kind not in HOSTILE + SWEARING + CALM + CUES or term.sort not in sorts:
        raise TableError(f"{place}: {line} is not a kind and category that data/README.md knows")
    if term.kind in HOSTILE and term.sort == "none":
        raise TableError(f"{place}: say what {line} is, for example [{term.kind}: insult]; also sexual, hate or threat")
    return term


def _readings(entry: str) -> int:
    """At least as many as an entry has."""
    found = 1
    for group in entry.split("(")[1:]:
        found *= group.count("/") + 1
    return found


def _spelt_out(entry: str) -> list[str]:
    """Every reading of `a (b/c (d/)) e`; innermost groups first."""
    opened = entry.rfind("(")
    if opened < 0:
        return [entry]
    closed = entry.index(")", opened)
    head, choices, tail = entry[:opened], entry[opened + 1 : closed].split("/"), entry[closed + 1 :]
    return [reading for choice in choices for reading in _spelt_out(head + choice + tail)]
