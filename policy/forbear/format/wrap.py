"""Lines that are too long, broken behind a comma of the outermost bracket that has one."""

from __future__ import annotations

from attrs import evolve

from forbear.format.lines import LINE_LENGTH, Kind, Line, Segment


def wrap_all(lines: list[Line]) -> list[Line]:
    """The lines, those that are too long cut into several where there is a comma inside brackets."""
    return [part for line in lines for part in (_cut(line) if line.segments and line.end() > LINE_LENGTH else [line])]


def _cut(line: Line) -> list[Line]:
    parts: list[Line] = []
    begin, shift = 0, 0
    while (end := _break(line.segments, begin, shift)) is not None:
        _move(line.segments[begin:end], shift)
        parts.append(_part(line, begin, end))
        level = line.segments[end].level
        shift = line.segments[end].place - level.indent.column()
        begin = end
    if not parts:
        return [line]
    _move(line.segments[begin:], shift)
    last = _part(line, begin, len(line.segments))
    last.body, last.hang = line.body, line.hang
    if line.comment is not None:
        last.comment = evolve(line.comment, column=0)
    return [*parts, last]


def _part(line: Line, begin: int, end: int) -> Line:
    if begin == 0:
        return Line(line.level, line.indent, line.blank, line.segments[:end])
    level = line.segments[begin].level
    return Line(level, level.indent, False, line.segments[begin:end])


def _move(segments: list[Segment], shift: int) -> None:
    for one in segments:
        one.place -= shift


def _break(segments: list[Segment], begin: int, shift: int) -> int | None:
    """The segment that begins the next line, or None where all the rest fits or nothing can be done."""
    if segments[-1].end() - shift <= LINE_LENGTH:
        return None
    best: int | None = None
    for n in range(begin + 1, len(segments)):
        one = segments[n]
        fits = segments[n - 1].end() - shift <= LINE_LENGTH
        if best is not None and not fits:
            break
        if (
            one.kind is Kind.ENTRY
            and one.level.flow
            and (best is None or one.level.depth <= segments[best].level.depth)
        ):
            best = n
            if not fits:
                break
    return best
