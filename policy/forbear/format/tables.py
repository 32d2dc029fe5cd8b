"""Rows that are alike, one mapping in braces to a line: columns that their author aligned stay aligned."""

from __future__ import annotations

from itertools import chain, pairwise

from attrs import define

from forbear.format.lines import LINE_LENGTH, Kind, Line, Segment


@define
class _Row:
    """A row while it is placed from left to right; `entries` are the segments that stand behind its own commas."""

    segments: list[Segment]
    entries: dict[str, int]
    next: int = 1

    def advance(self, to: int) -> None:
        """Place the segments before `to` as far left as they can be."""
        for before, one in pairwise(self.segments[self.next - 1 : to]):
            one.place = before.end() + one.gap
        self.next = max(self.next, to)

    def natural(self, key: str) -> int:
        """Where the entry of a key would stand if nothing were aligned."""
        n = self.entries[key]
        return self.segments[n - 1].end() + self.segments[n].gap

    def put(self, key: str, place: int) -> None:
        """Place the entry of a key."""
        self.segments[self.entries[key]].place = place
        self.next = self.entries[key] + 1


def is_row(line: Line) -> bool:
    """Whether a line is an item of a list and a mapping in braces."""
    opening = [one.text for one in line.segments[:2]]
    folded = any(one.tail for one in line.segments)
    return line.level.sequence and "{" in opening and opening[0] in ("-", "{") and not folded


def place_table(lines: list[Line]) -> bool:
    """Place rows whose first segments have a place; False where that cannot be done.

    A column is aligned where the author aligned two of its entries. It cannot be where the keys have no common order,
    or where lines would get too long by it.
    """
    rows = [_row(line) for line in lines]
    order = _common_order([list(row.entries) for row in rows])
    if order is None:
        return False
    for key in order:
        having = [row for row in rows if key in row.entries]
        for row in having:
            row.advance(row.entries[key])
        places = [row.natural(key) for row in having]
        aligned = _is_aligned([row.segments[row.entries[key]] for row in having])
        for row, place in zip(having, places, strict=True):
            row.put(key, max(places) if aligned else place)
    for row in rows:
        row.advance(len(row.segments))
    return not any(line.end() > LINE_LENGTH >= _least_end(line) for line in lines)


def _row(line: Line) -> _Row:
    bracket = 0 if line.segments[0].text == "{" else 1
    inner = line.segments[bracket].level.depth + 1
    own = [n for n, one in enumerate(line.segments) if one.kind is Kind.ENTRY and one.level.depth == inner]
    return _Row(line.segments, {line.segments[n].text: n for n in own})


def _common_order(rows: list[list[str]]) -> list[str] | None:
    """An order of which each row's is a part, or None."""
    after: dict[str, set[str]] = {key: set() for key in chain.from_iterable(rows)}
    for row in rows:
        for before, key in pairwise(row):
            after[key].add(before)
    order: list[str] = []
    while after:
        ready = [key for key, before in after.items() if not before]
        if not ready:
            return None
        order += ready
        after = {key: before.difference(ready) for key, before in after.items() if before}
    return order


def _is_aligned(entries: list[Segment]) -> bool:
    """Whether an author put two entries under each other, and blanks before one to do so."""
    columns = [one.column for one in entries]
    return any(one.padded and columns.count(one.column) > 1 for one in entries)


def _least_end(line: Line) -> int:
    """Where a line ends if nothing in it is aligned."""
    at = line.segments[0].end()
    for one in line.segments[1:]:
        at += one.gap + one.end() - one.place
    return at
