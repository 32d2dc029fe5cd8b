"""The pieces of a file → lines of segments, each with the place where it should begin."""

from __future__ import annotations

import yaml
from attrs import define, field

from forbear.format.lines import Indent, Kind, Level, Line, Segment
from forbear.format.pieces import Comment, Gap, Piece, block_mark, read_pieces
from forbear.format.scalars import block_lines, flow_lines, requote

STEP = 2
_OPEN = (yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)
_CLOSE = (yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_BLOCK_START = (yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken)
_MARKS = (yaml.DocumentStartToken, yaml.DocumentEndToken, yaml.DirectiveToken)
_BESIDE = (yaml.KeyToken, yaml.BlockEntryToken, *_MARKS)  # these begin the next entry, never what a key holds
_MARGIN = Indent(0)


def lay_out(text: str) -> list[Line]:
    """The lines of a text, in which the author's line breaks are kept; nothing has a place yet."""
    layout = _Layout()
    for piece in read_pieces(text):
        layout.take(piece)
    return layout.lines


@define
class _Layout:
    """Follows the pieces through the collections that they open and close."""

    lines: list[Line] = field(factory=list)
    stack: list[Level] = field(factory=lambda: [Level(0, 0, -1, _MARGIN, _MARGIN)])
    opened: int = 0
    before: yaml.Token | None = None  # the last token that has a text
    around: tuple[Level, ...] = ()  # the collections that were open behind it
    simple_key: bool = False  # the next scalar is a key
    key: str = ""  # the last key
    owed: bool = False  # a line break that stood before a comma and goes behind it

    def take(self, piece: Piece) -> None:
        """Note one piece."""
        token = piece.token
        if isinstance(token, _BLOCK_START):
            self._open(piece.column, self._inner(), sequence=isinstance(token, yaml.BlockSequenceStartToken))
        elif isinstance(token, yaml.BlockEndToken):
            self._leave_bare()
            self.stack.pop()
        elif isinstance(token, yaml.KeyToken):
            self._leave_bare()
            self.simple_key = not piece.text
            if piece.text:
                self._place(piece)
        elif isinstance(token, yaml.BlockEntryToken):
            if not self.stack[-1].sequence:
                self._open(self.stack[-1].column, self._inner(), sequence=True, bare=True)
            self._place(piece)
        elif isinstance(token, yaml.StreamEndToken):
            self._note_comments(piece, None)
        elif not isinstance(token, yaml.StreamStartToken):
            self._place(piece)

    def _open(self, column: int, indent: Indent, *, sequence: bool, bare: bool = False) -> None:
        self.opened += 1
        self.stack.append(Level(self.opened, len(self.stack), column, indent, indent, sequence=sequence, bare=bare))

    def _leave_bare(self) -> None:
        if self.stack[-1].bare:
            self.stack.pop()

    def _inner(self) -> Indent:
        """Where lines of what the innermost collection holds begin."""
        top = self.stack[-1]
        if top.flow:
            return top.indent
        return Indent(top.indent.plus + STEP) if len(self.stack) > 1 else _MARGIN

    def _indent(self, token: yaml.Token) -> Indent:
        """Where a line begins that begins with this token."""
        top = self.stack[-1]
        if isinstance(token, _MARKS):
            return _MARGIN
        if isinstance(token, _CLOSE):
            return top.close
        own = (yaml.BlockEntryToken, yaml.KeyToken, yaml.ValueToken)
        return top.indent if top.flow or self.simple_key or isinstance(token, own) else self._inner()

    def _place(self, piece: Piece) -> None:
        token = piece.token
        indent = self._indent(token)
        self._note_comments(piece, indent)
        line = self._line(piece, indent)
        segment = self._segment(piece)
        line.segments.append(segment)
        if isinstance(token, yaml.ScalarToken):
            self._write(token, piece, segment, line)
        elif isinstance(token, _OPEN):
            self._open_bracket(piece, segment, line)
        elif isinstance(token, _CLOSE):
            self.stack.pop()
        self.simple_key = False
        self.before, self.around = token, tuple(self.stack)

    def _line(self, piece: Piece, indent: Indent) -> Line:
        """The line on which a piece stands; a comma stands behind what it ends, whatever comment came between."""
        gap, token = piece.gap, piece.token
        breaks = gap.breaks or not self.lines or self.owed
        if isinstance(token, _CLOSE) and not (breaks and self._stands_alone(gap)):
            breaks = False
            if isinstance(self.before, yaml.FlowEntryToken):
                self.lines[-1].segments.pop()  # a comma behind the last item
        self.owed = breaks and isinstance(piece.token, yaml.FlowEntryToken)
        if self.owed:
            return next(line for line in reversed(self.lines) if line.segments)
        if breaks:
            self.lines.append(Line(self.stack[-1], indent, piece.gap.blank))
        return self.lines[-1]

    def _stands_alone(self, gap: Gap) -> bool:
        """Whether a bracket that begins a line has to: so does its partner end one, or a comment stands between."""
        return self.stack[-1].hanging or self.lines[-1].comment is not None or bool(gap.trailing or gap.comments)

    def _segment(self, piece: Piece) -> Segment:
        gap, kind = _least_gap(self.before, piece.token)
        return Segment(piece.text, kind, piece.column, gap, self.stack[-1], padded=piece.gap.spaces > 1)

    def _write(self, token: yaml.ScalarToken, piece: Piece, segment: Segment, line: Line) -> None:
        if token.style in ("|", ">"):
            column = max((one.column for one in self.stack if not one.flow), default=-1)
            segment.text, line.body = block_lines(token, piece.text, column)
            line.hang = Indent(self._inner().plus or STEP)
            if comment := block_mark(piece.text)[1]:
                self._add_comment(Comment(comment, 0))
            return
        written = requote(piece.text, token.value, "" if self.simple_key else self.key)
        segment.text, *tail = flow_lines(written)
        segment.tail, segment.hang = tuple(tail), self._inner()
        if self.simple_key:
            self.key = token.value
        elif not isinstance(self.before, yaml.ValueToken):
            self.key = ""

    def _open_bracket(self, piece: Piece, segment: Segment, line: Line) -> None:
        self.opened += 1
        indent, close = Indent(1, segment), Indent(0, segment)
        if piece.hangs:
            base = next(one for one in line.segments if one.text != "-")
            indent, close = Indent(STEP, base), Indent(0, base)
        sequence = isinstance(piece.token, yaml.FlowSequenceStartToken)
        self.stack.append(
            Level(self.opened, len(self.stack), -1, indent, close, flow=True, sequence=sequence, hanging=piece.hangs)
        )
        self.key = ""

    def _add_comment(self, comment: Comment) -> None:
        line = self.lines[-1]
        if line.comment is not None:  # there were two, before and behind a comma
            line = Line(self.stack[0], self.stack[-1].indent, False)
            self.lines.append(line)
        line.comment = Segment(comment.text, Kind.COMMENT, comment.column, 2 if line.segments else 0, line.level)

    def _note_comments(self, piece: Piece, indent: Indent | None) -> None:
        """Note the comments before a piece; `indent` is where it would begin a line."""
        if piece.gap.trailing is not None:
            self._add_comment(piece.gap.trailing)
        for one in piece.gap.comments:
            line = Line(self.stack[0], self._beside(one, piece, indent), one.blank)
            line.comment = Segment(one.text, Kind.COMMENT, one.column, 0, self.stack[0])
            self.lines.append(line)

    def _beside(self, comment: Comment, piece: Piece, indent: Indent | None) -> Indent:
        """Where a comment on a line of its own begins: with what follows, or with what it stands under."""
        if self.around and self.around[-1].flow:
            return self.around[-1].indent
        under = isinstance(self.before, yaml.ValueToken | yaml.BlockEntryToken)
        inside = len(self.stack) > len(self.around) or not (self.simple_key or isinstance(piece.token, _BESIDE))
        if indent is not None and (piece.column == comment.column or (under and inside)):
            return indent
        blocks = [one for one in self.around[1:] if one.column <= comment.column]
        exact = [one for one in blocks if one.column == comment.column]
        if exact:
            return exact[0].indent
        if blocks and blocks[-1] is self.around[-1] and under:
            return Indent(blocks[-1].indent.plus + STEP)
        if indent is not None and piece.column <= comment.column and all(one.column <= piece.column for one in blocks):
            return indent
        return blocks[-1].indent if blocks else _MARGIN


def _least_gap(before: yaml.Token | None, token: yaml.Token) -> tuple[int, Kind]:
    """The blanks between two tokens on a line, and whether an author may align what stands behind them."""
    if isinstance(before, _OPEN):
        return 0, Kind.OTHER
    if isinstance(before, yaml.ValueToken):
        return 1, Kind.OTHER if isinstance(token, (yaml.FlowEntryToken, *_CLOSE)) else Kind.VALUE
    if isinstance(token, (yaml.FlowEntryToken, *_CLOSE)):
        return 0, Kind.OTHER
    if isinstance(before, yaml.FlowEntryToken):
        return 1, Kind.ENTRY
    if isinstance(before, yaml.BlockEntryToken | yaml.KeyToken):
        return 1, Kind.OTHER
    return (0 if isinstance(token, yaml.ValueToken) else 1), Kind.OTHER
