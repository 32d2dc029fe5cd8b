"""Where each segment goes: as far left as it can, or under its neighbour where the author aligned the two."""

from __future__ import annotations

from itertools import pairwise

from forbear.format.lines import Kind, Line, Segment
from forbear.format.tables import is_row, place_table

_ALIGNED = (Kind.VALUE, Kind.ENTRY)
Group = list[tuple[Segment, Segment]]  # a segment and the one before it on its line


def place_all(lines: list[Line]) -> None:
    """Give every segment its place.

    Lines are aligned with lines of the same collection only. Where these begin depends on brackets that were opened
    before the collection, so collections are placed in the order in which they were opened.
    """
    siblings: dict[int, list[Line]] = {}
    for line in lines:
        if line.segments:
            siblings.setdefault(line.level.number, []).append(line)
    for number in sorted(siblings):
        _place_siblings(siblings[number])
    for line in lines:
        if line.comment is not None:
            line.comment.place = max(line.comment.column, line.end() + 2) if line.segments else line.indent.column()
    for group in _comments(lines):
        place = max(one.place for one in group)
        for one in group:
            one.place = place


def _place_siblings(lines: list[Line]) -> None:
    """Place the segments of a collection's lines: rows as a table where that can be done, the others each by itself."""
    for line in lines:
        line.segments[0].place = line.indent.column()
    rows = [line for line in lines if is_row(line)]
    if len(rows) > 1 and place_table(rows):
        lines = [line for line in lines if not is_row(line)]
    _place_from_left(lines)


def _place_from_left(lines: list[Line]) -> None:
    """Place segments from left to right, those at once that are aligned: they begin in one column of neighbours."""
    waiting: dict[tuple[int, int], Group] = {}
    open_groups: dict[tuple[Kind, int, int], tuple[int, Group]] = {}
    for number, line in enumerate(lines):
        at = line.segments[0].column
        folded = bool(line.segments[0].tail)
        for before, one in pairwise(line.segments):
            at = max(at + 1, one.column)
            group: Group = []
            if one.kind in _ALIGNED and not folded:
                slot = (one.kind, one.level.depth, one.column)
                last, known = open_groups.get(slot, (-1, group))
                group = known if last == number - 1 else group
                open_groups[slot] = (number, group)
            group.append((one, before))
            waiting[(at, id(group))] = group
            folded = folded or bool(one.tail)
    for key in sorted(waiting, key=lambda one: one[0]):
        _place_group(waiting[key])


def _place_group(group: Group) -> None:
    natural = [before.end() + one.gap for one, before in group]
    aligned = any(one.padded for one, _ in group)
    for (one, _), place in zip(group, natural, strict=True):
        one.place = max(natural) if aligned else place


def _comments(lines: list[Line]) -> list[list[Segment]]:
    """The comments that stand behind something, in groups that an author put under each other."""
    groups: list[list[Segment]] = []
    last: Segment | None = None
    for line in lines:
        one = line.comment if line.segments else None
        if one is not None and last is not None and one.column == last.column:
            groups[-1].append(one)
        elif one is not None:
            groups.append([one])
        last = one
    return groups
