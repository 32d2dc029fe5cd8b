"""The text of a file as the scanner's tokens, with what stands between them: blanks, line breaks and comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import yaml
from attrs import frozen

BLANKS = " \t"
_BLOCK = re.compile(r"(?P<mark>[|>][-+0-9]*)[ \t]*(?P<comment>#[^\n]*)?")


@frozen
class Comment:
    """A comment, `#` included, and the column where its author put it."""

    text: str
    column: int
    blank: bool = False  # an empty line stands before it


@frozen
class Gap:
    """What stands before a token."""

    spaces: int = 0  # directly before it, on its line
    breaks: bool = False  # it begins a line
    blank: bool = False  # an empty line stands before it
    trailing: Comment | None = None  # on the line of the token before
    comments: tuple[Comment, ...] = ()  # on lines of their own


@frozen
class Piece:
    """A token with its text, the column of its first character, and the gap before it.

    Where a block begins or ends and where a key follows, the scanner has a token without text; it has no gap.
    """

    token: yaml.Token
    text: str = ""
    column: int = 0
    gap: Gap = Gap()
    hangs: bool = False  # nothing but a comment follows on its line


def read_pieces(text: str) -> Iterator[Piece]:
    """The tokens of a text whose lines end in a line feed; the last one stands for the end of the file."""
    cursor, column, after_block, blank = 0, 0, False, False
    for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        assert token.start_mark is not None
        assert token.end_mark is not None
        start, end = token.start_mark.index, token.end_mark.index
        last = isinstance(token, yaml.StreamEndToken)
        if isinstance(token, yaml.BlockSequenceStartToken | yaml.BlockMappingStartToken):
            # The column of the first thing inside; it is given once more with that thing.
            yield Piece(token, column=_advance(text, cursor, start, column))
            continue
        if start == end and not last and not isinstance(token, yaml.ScalarToken):
            yield Piece(token)
            continue
        start = len(text) if last else start
        gap = _gap(text[cursor:start], column, after_block, blank, cursor == 0)
        column = _advance(text, cursor, start, column)
        after_block = isinstance(token, yaml.ScalarToken) and token.style in ("|", ">")
        end = start + len(text[start:end].rstrip(" \t\n")) if _is_plain(token) else end
        written = text[start:end]
        blank = after_block and "+" not in block_mark(written)[0] and re.search(r"\n *\n *$", written) is not None
        yield Piece(token, written, column, gap, re.compile(r"[ \t]*(#|\n|$)").match(text, end) is not None)
        cursor, column = end, _advance(text, start, end, column)


def comments(text: str) -> list[str]:
    """Every comment of a text, in order."""
    found: list[str] = []
    for piece in read_pieces(re.sub("\r\n?", "\n", text)):
        found += [one.text for one in (piece.gap.trailing, *piece.gap.comments) if one is not None]
        if isinstance(piece.token, yaml.ScalarToken) and piece.token.style in ("|", ">"):
            comment = block_mark(piece.text)[1]
            found += [comment] if comment else []
    return found


def block_mark(written: str) -> tuple[str, str]:
    """The mark of a block scalar, such as `>-`, and the comment on its line."""
    match = _BLOCK.match(written)
    assert match is not None
    return match.group("mark"), (match.group("comment") or "").rstrip(BLANKS)


def width(text: str) -> int:
    """Columns that a text takes where letters are of one width; a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(one) in "WF" else 0 if unicodedata.combining(one) else 1 for one in text
    )


def _is_plain(token: yaml.Token) -> bool:
    return isinstance(token, yaml.ScalarToken) and not token.style


def _advance(text: str, start: int, end: int, column: int) -> int:
    """The column at `end`, where `start` stands at `column`."""
    line = text.rfind("\n", start, end) + 1
    return width(text[line:end]) if line else column + width(text[start:end])


def _gap(between: str, column: int, after_block: bool, blank: bool, first: bool) -> Gap:
    """What stands between two tokens; behind a block scalar, whose line break is part of it, a new line begins."""
    head, *rest = between.split("\n")
    if after_block or first:
        head, rest = "", [head, *rest]
    trailing = None
    if written := head.strip(BLANKS):
        trailing = Comment(written, column + width(head) - width(head.lstrip(BLANKS)))
    if not rest:
        return Gap(len(head), trailing=trailing)
    own: list[Comment] = []
    for line in rest[:-1]:
        written = line.strip(BLANKS)
        if written:
            own.append(Comment(written, width(line) - width(line.lstrip(BLANKS)), blank))
        blank = not written
    if written := rest[-1].strip(BLANKS):  # the last line of the file, not ended
        own.append(Comment(written, width(rest[-1]) - width(rest[-1].lstrip(BLANKS)), blank))
    return Gap(len(rest[-1]), True, blank, trailing, tuple(own))
