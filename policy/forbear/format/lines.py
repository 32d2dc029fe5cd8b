"""What a formatted file is made of before it is text: lines of segments, whose columns may depend on each other."""

from __future__ import annotations

from enum import Enum, auto

from attrs import define, field, frozen

from forbear.format.pieces import width

LINE_LENGTH = 120


class Kind(Enum):
    """What stands before a segment on its line; authors align values, entries and comments."""

    VALUE = auto()  # a colon
    ENTRY = auto()  # a comma
    COMMENT = auto()  # it is a comment
    OTHER = auto()


@define(eq=False)
class Segment:
    """A stretch of one line; `place` is the column that it gets."""

    text: str
    kind: Kind
    column: int  # as the author has it
    gap: int  # blanks before it, at the least
    level: Level
    padded: bool = False  # the author has more blanks before it
    tail: tuple[str, ...] = ()  # further lines of a text in quotes or of a plain one
    hang: Indent | None = None  # where they begin
    place: int = 0

    def end(self) -> int:
        """The column behind it, on its last line."""
        if self.tail and self.hang is not None:
            return self.hang.column() + width(self.tail[-1])
        return self.place + width(self.text)


@frozen(eq=False)
class Indent:
    """Where a line begins: so many columns right of a segment, or of the margin."""

    plus: int
    base: Segment | None = None

    def column(self) -> int:
        return self.plus + (self.base.place if self.base is not None else 0)


@frozen(eq=False)
class Level:
    """A collection that is open: where its author's lines begin, and where ours will."""

    number: int  # in the order in which they are opened, the file itself 0
    depth: int
    column: int
    indent: Indent
    close: Indent  # where a bracket that ends it begins its line
    flow: bool = False
    hanging: bool = False  # its bracket ends a line
    sequence: bool = False
    bare: bool = False  # a block sequence that is not indented below its key


@define(eq=False)
class Line:
    """One line, with the lines of a block scalar that begins on it."""

    level: Level
    indent: Indent
    blank: bool  # an empty line stands before it
    segments: list[Segment] = field(factory=list)
    comment: Segment | None = None
    body: tuple[str, ...] = ()
    hang: Indent | None = None  # where the body begins

    def end(self) -> int:
        """The column behind its last segment, a comment left aside."""
        return self.segments[-1].end() if self.segments else self.indent.column()


def render(lines: list[Line]) -> str:
    """The text of placed lines."""
    out: list[str] = []
    for line in lines:
        if line.blank and out:
            out.append("\n")
        written, at = "", 0
        for one in [*line.segments, *([line.comment] if line.comment is not None else [])]:
            written += " " * (one.place - at) + one.text
            if one.tail and one.hang is not None:
                blanks = " " * one.hang.column()
                written += "".join(f"\n{blanks}{text}" if text else "\n" for text in one.tail)
            at = one.end()
        out.append(f"{written}\n")
        blanks = " " * line.hang.column() if line.hang is not None else ""
        out += [f"{blanks}{text}\n" if text else "\n" for text in line.body]
    return "".join(out)
