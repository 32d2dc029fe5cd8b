"""A text as the tables spell it: a list of words, and where each came from.

English is cut into words, Chinese into characters; both are lower-cased, look-alikes are written plainly, and
disguises (`f**k`, `fuuuck`, `sh1t`) are undone. Every step before cutting maps one character to one, so a word's
place in the original needs no bookkeeping. No expression here can backtrack: repeats are possessive.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import accumulate, compress, count
from operator import not_
from typing import NamedTuple

from attrs import frozen

LONGEST = 20_000
"""Characters of a text that are considered; what follows is not read."""

LONGEST_QUOTATION = 200
"""Characters between two quotation marks; what is longer is no quotation but two marks that went astray."""

_WORD = re.compile(r"[㐀-鿿.!?\n,;:\[\]]|[a-z0-9*@$#&']++|[^\W_]|[☀-➿\U0001f300-\U0001faff]")
_CHINESE = re.compile("[\u3400-\u9fff]++")
_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0489\u061c\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\U000e0000-\U000e01ef]"
)
_FOLDED = ((0xC0, 0x250), (0x1E00, 0x1F00), (0x2460, 0x2500), (0xFF01, 0xFFEF), (0x1D400, 0x1D800), (0x1F130, 0x1F190))
_ALIKE = dict(zip("’‘´`。、…“”асеорхуіѕ\r\u2028", "''''.,.\"\"aceopxyis\n\n", strict=True))
_STRETCHED = re.compile(r"([a-z])\1\1")
_LONG_RUN = re.compile(r"([a-z])\1\1++")
_RUN = re.compile(r"([a-z])\1++")
_BANG = re.compile(r"(?<=[a-z])!(?=[a-z])")
_QUOTATION = re.compile(r"[\"“”「」'‘’](?:(?<=[\"“”「」])|(?<=['‘])(?<!\w['‘])|(?<=['’])(?!\w))")
_STARS = re.compile(r"\*++")
_SPACED = re.compile(r"(?<![a-z0-9'&*@$#])[a-z](?:[ ._-][a-z](?![a-z0-9'&*@$#])){2,40}+")
_PERHAPS_SPACED = re.compile(r"[ ._-][a-z][ ._-][a-z](?![a-z0-9'&*@$#])")
"""Stands in whatever `_SPACED` matches, and is found sooner."""

_SIGNS = re.compile("[0-9*@$#&']")
_BETWEEN = str.maketrans(" ._-", "&###")
_APART = frozenset("&#")
_LEET = str.maketrans("0134578@$", "oieastbas")
_SYMBOLS = frozenset("*@$#&")


@frozen
class Spelling:
    """How words are spelt: plain characters, fixed spellings, the words that the tables know, starred rude ones."""

    plain: Mapping[int, str]
    fixed: Mapping[str, str]
    known: frozenset[str]
    starred: Mapping[str, str]
    longest: int  # letters of the longest word in `known`


class Reading(NamedTuple):
    """A text and what was read in it: levelled, cut to pieces, and as the tables spell it."""

    text: str  # what is considered of it
    level: str  # in plain characters
    pieces: list[str]  # the words of `level`
    items: list[str]  # each of them as the tables spell it, which may be several words
    words: list[str]
    spoken: str  # the words with a space around each

    def spans(self, most: int) -> list[tuple[int, int]]:
        """Start and end of the first words at least, in characters of the text as given."""
        return self._placed(self.pieces[:most], self.items)

    def places(self) -> list[tuple[int, int]]:
        """Start and end of each item, in characters of the text as given."""
        return self._placed(self.pieces, self.pieces)

    def _placed(self, pieces: list[str], items: list[str]) -> list[tuple[int, int]]:
        """Where pieces stand, each as often as its item has words."""
        found = self._beside_each_other(pieces) if len(self.words) == len(self.pieces) else None
        if found is None:
            found = []
            index, end = self.level.index, 0
            for piece, item in zip(pieces, items, strict=False):
                start = index(piece, end)
                end = start + len(piece)
                found.append((start, end))
                if item is not piece and " " in item:
                    found += found[-1:] * item.count(" ")
        if len(self.text) == len(self.level):
            return found
        seen = [place for place, character in enumerate(self.text) if not _INVISIBLE.match(character)]
        return [(seen[start], seen[end - 1] + 1) for start, end in found]

    def _beside_each_other(self, pieces: list[str]) -> list[tuple[int, int]] | None:
        """Where pieces stand that nothing parts from each other, as in Chinese; None if something does."""
        if len(self.level) != sum(map(len, self.pieces)):
            return None
        ends = list(accumulate(map(len, pieces)))
        return list(zip([0, *ends], ends, strict=False))


def reading(text: str, spelling: Spelling) -> Reading:
    """What is read in a text, by these spellings."""
    text = text[:LONGEST]
    level = _levelled(text, spelling.plain)
    pieces = _WORD.findall(level)
    items = _spelt(level, pieces, spelling)
    told = " ".join(items)
    words = told.split(" ") if told.count(" ") >= len(items) else items
    return Reading(text, level, pieces, items, words, f" {told} ")


def read(text: str, spelling: Spelling) -> list[str]:
    """The words of a text as the tables spell them; one item per word found, which may have become several."""
    return reading(text, spelling).items


def places(text: str, spelling: Spelling) -> list[tuple[int, int]]:
    """Start and end of each item of `read`, in characters of the text as given."""
    return reading(text, spelling).places()


def _spelt(level: str, words: list[str], spelling: Spelling) -> list[str]:
    fixed = spelling.fixed
    if _STRETCHED.search(level):
        words = [_unstretched(word, spelling) for word in words]
    items = list(map(fixed.get, words, words))
    if _SIGNS.search(level):
        for place in compress(count(), map(not_, map(str.isalpha, words))):
            word = words[place]
            if len(word) > 1 and word not in fixed:
                items[place] = _undisguised(word, spelling)
    return items


def quotations(text: str) -> list[tuple[int, int]]:
    """Start and end of what stands in quotation marks."""
    found: list[tuple[int, int]] = []
    if not _QUOTATION.search(text):
        return found
    opened: dict[bool, int] = {}
    for mark in _QUOTATION.finditer(text[:LONGEST]):
        double, place = mark[0] in '"“”「」', mark.start()
        if double in opened and mark[0] not in "“‘「":
            found.append((opened.pop(double), place))
        elif mark[0] not in "”’」":
            opened[double] = place
    return [(start, end) for start, end in found if end - start <= LONGEST_QUOTATION]


def entry(text: str, plain: Mapping[int, str], fixed: Mapping[str, str]) -> list[str]:
    """The words of a table's entry."""
    if _CHINESE.fullmatch(text):
        return [fixed.get(word, word) for word in text.translate(plain)]
    return " ".join(fixed.get(word, word) for word in _WORD.findall(_levelled(text, plain))).split(" ")


def starred_forms(words: Iterable[str]) -> dict[str, str]:
    """`f*k`, `f*`, `fu*k` … for each word; the first word that has a form keeps it."""
    forms: dict[str, str] = {}
    for word in words:
        for start in range(1, len(word)):
            for end in range(start + 1, len(word) + 1):
                forms.setdefault(word[:start] + "*" + word[end:], word)
    return forms


def _levelled(text: str, plain: Mapping[int, str]) -> str:
    """The text in lower case and plain characters; as long as it was, but for what cannot be seen."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text).translate(plain)
    text = text.lower()
    if _PERHAPS_SPACED.search(text):
        text = _SPACED.sub(_joined, text)
    return _BANG.sub("i", text) if "!" in text else text


def _joined(letters: re.Match[str]) -> str:
    """Letters that stand apart, joined to one word: `s&t&u&p&i&d`."""
    return letters[0].translate(_BETWEEN)


def plain_characters(more: Mapping[int, str]) -> dict[int, str]:
    """Accented, full-width, styled and, by `more`, traditional characters as plain ones, one for one."""
    table = {ord(character): plain for character, plain in _ALIKE.items()}
    for first, last in _FOLDED:
        for code in range(first, last):
            plain = unicodedata.normalize("NFKD", chr(code))[0]
            if plain.isascii() and plain.isprintable():
                table[code] = plain
    return {**table, **more}


def _unstretched(word: str, spelling: Spelling) -> str:
    if not _STRETCHED.search(word) or word in spelling.known:
        return word
    runs = (_LONG_RUN.sub(r"\1", word), _LONG_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word), _RUN.sub(r"\1\1", word))
    for shorter in runs:
        if shorter in spelling.known or shorter in spelling.fixed:
            return shorter
    return word


def _spelt_apart(word: str, spelling: Spelling) -> str:
    """The known words that the letters of `s&t&u&p&i&d` make up; without such, the letters."""
    letters = word[::2]
    known, words, place = spelling.known, list[str](), 0
    while place < len(letters):
        last = min(len(letters), place + spelling.longest)
        end = next((end for end in range(last, place + 2, -1) if letters[place:end] in known), place + 1)
        words.append(letters[place:end])
        place = end
    if any(len(word) == 1 and word not in "aiur" for word in words):
        words = list(letters)
    return " ".join(words if "#" in word else [spelling.fixed.get(word, word) for word in words])


def _undisguised(word: str, spelling: Spelling) -> str:
    """A word with signs or digits in it, as it was meant."""
    if len(word) == 1:
        return word
    if word in spelling.fixed:
        return spelling.fixed[word]
    if word.isdigit():
        return word
    owner, mark, ending = word.partition("'")
    if ending == "s" and owner.isalpha():
        return word if word in spelling.known else f"{owner} 's"
    if len(word) > 4 and _APART.issuperset(word[1::2]):
        return _spelt_apart(word, spelling)
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
    if (plain in spelling.known or plain in spelling.fixed) and not bare.isdigit():
        return spelling.fixed.get(plain, plain)
    noun, mark, ending = bare.rpartition("'")
    if "*" in noun and ending == "s" and "'" not in noun:
        return f"{_undisguised(noun, spelling)} 's"
    return f"{noun} '{ending}" if mark and ending == "s" else bare
