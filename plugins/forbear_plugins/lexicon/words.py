"""A text as the tables spell it: a list of words, and where each came from.

English is cut into words, Chinese into characters; both are lower-cased, look-alikes are written plainly, and
disguises (`f**k`, `fuuuck`, `sh1t`) are undone. Every step before cutting maps one character to one, so a word's
place in the original needs no bookkeeping. No expression here can backtrack: repeats are possessive.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from attrs import frozen

from .tables import characters

LONGEST = 20_000
"""Characters of a text that are considered; what follows is not read."""

_WORD = re.compile(r"[a-z0-9*@$#&']++|[^\W_]|[.!?\n,;:\[\]]|[☀-➿\U0001f300-\U0001faff]")
_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0489\u061c\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\U000e0000-\U000e01ef]"
)
_FOLDED = ((0xC0, 0x250), (0x1E00, 0x1F00), (0x2460, 0x2500), (0xFF01, 0xFFEF), (0x1D400, 0x1D800), (0x1F130, 0x1F190))
_ALIKE = dict(zip("’‘´`。、…“”асеорхуіѕ\r\u2028", "''''.,.\"\"aceopxyis\n\n", strict=True))
_STRETCHED = re.compile(r"([a-z])\1\1")
_RUN = re.compile(r"([a-z])\1++")
_BANG = re.compile(r"(?<=[a-z])!(?=[a-z])")
_STARS = re.compile(r"\*++")
_LEET = str.maketrans("0134578@$", "oieastbas")
_SYMBOLS = frozenset("*@$#&")


@frozen
class Spelling:
    """How words are spelt: fixed spellings, the words that the tables know, and the starred forms of rude ones."""

    fixed: Mapping[str, str]
    known: frozenset[str]
    starred: Mapping[str, str]


def read(text: str, spelling: Spelling) -> list[str]:
    """The words of a text as the tables spell them; one item per word found, which may have become several."""
    level = _levelled(text[:LONGEST])
    words = _WORD.findall(level)
    fixed = spelling.fixed
    if _STRETCHED.search(level):
        words = [_unstretched(word, spelling) for word in words]
    return [fixed.get(word, word) if word.isalpha() else _undisguised(word, spelling) for word in words]


def places(text: str) -> list[tuple[int, int]]:
    """Start and end of each item of `read`, in characters of the text as given."""
    text = text[:LONGEST]
    if text.isascii():
        return [match.span() for match in _WORD.finditer(_levelled(text))]
    seen = [place for place, character in enumerate(text) if not _INVISIBLE.match(character)]
    spans = (match.span() for match in _WORD.finditer(_levelled(text)))
    return [(seen[start], seen[end - 1] + 1) for start, end in spans]


def entry(text: str, fixed: Mapping[str, str]) -> list[str]:
    """The words of a table's entry."""
    return " ".join(fixed.get(word, word) for word in _WORD.findall(_levelled(text))).split(" ")


def starred_forms(words: Iterable[str]) -> dict[str, str]:
    """`f*k`, `f*`, `fu*k` … for each word; the first word that has a form keeps it."""
    forms: dict[str, str] = {}
    for word in words:
        for start in range(1, len(word)):
            for end in range(start + 1, len(word) + 1):
                forms.setdefault(word[:start] + "*" + word[end:], word)
    return forms


def _levelled(text: str) -> str:
    """The text in lower case and plain characters; as long as it was, but for what cannot be seen."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text).translate(_plain())
    text = text.lower()
    return _BANG.sub("i", text) if "!" in text else text


@cache
def _plain() -> Mapping[int, str]:
    """Accented, full-width, styled and traditional characters as plain ones, one for one."""
    table = {ord(character): plain for character, plain in _ALIKE.items()}
    for first, last in _FOLDED:
        for code in range(first, last):
            plain = unicodedata.normalize("NFKD", chr(code))[0]
            if plain.isascii() and plain.isprintable():
                table[code] = plain
    return table | characters("traditional.txt")


def _unstretched(word: str, spelling: Spelling) -> str:
    if not _STRETCHED.search(word):
        return word
    for shorter in (_RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word)):
        if shorter in spelling.known or shorter in spelling.fixed:
            return shorter
    return word


def _undisguised(word: str, spelling: Spelling) -> str:
    """A word with signs or digits in it, as it was meant."""
    if len(word) == 1:
        return word
    if word in spelling.fixed:
        return spelling.fixed[word]
    bare = word.strip("@#&'*")
    if not bare:
        return "*" if word.count("*") > 1 or (len(set(word)) > 1 and _SYMBOLS.issuperset(word)) else word
    form = _STARS.sub("*", word.strip("@#&'"))
    masked = word.count("*") - word.endswith("*")  # one star at the end is more likely a footnote or emphasis
    if form in spelling.starred and masked and word.count("*") + len(bare) > 2:
        return spelling.starred[form]
    if bare in spelling.known or bare in spelling.fixed:
        return spelling.fixed.get(bare, bare)
    plain = bare.translate(_LEET)
    if plain in spelling.known and not bare.isdigit():
        return plain
    noun, mark, ending = bare.rpartition("'")
    return f"{noun} '{ending}" if mark and ending == "s" else bare
