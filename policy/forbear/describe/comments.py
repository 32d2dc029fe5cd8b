"""The comments of a file, by the lines on which they stand: what an author says of a setting or rule beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from forbear.language.source import Source
from forbear.language.tree import Node, Scalar, Sequence

_HASH = re.compile(r"(?<![^ \t])#+")
_RULER = re.compile(r"^[-=\s]+|[-=\s]+$")


@frozen
class Comments:
    """The comments of one file by line, counted from 1: on lines of their own, and behind something."""

    own: Mapping[int, str]
    behind: Mapping[int, str]

    def above(self, line: int) -> str:
        """What stands directly above a line, as one text."""
        first = line
        while first - 1 in self.own:
            first -= 1
        return " ".join(self.own[one] for one in range(first, line) if self.own[one])

    def beside(self, first: int, end: int) -> str:
        """What stands behind things on the lines from `first` to the one before `end`, as one text."""
        return "; ".join(self.behind[line] for line in range(first, end) if line in self.behind)


def comments_of(source: Source, tree: Node | None) -> Comments:
    """The comments of a file whose tree is at hand; rulers such as `# ---` around their words are left out."""
    inside = bytearray(len(source.text) + 1)
    for scalar in _scalars(tree) if tree is not None else ():
        inside[scalar.start : scalar.end] = b"\x01" * (scalar.end - scalar.start)
    own: dict[int, str] = {}
    behind: dict[int, str] = {}
    for number, (start, line) in enumerate(zip(source.starts, source.lines, strict=True), 1):
        found = next((one for one in _HASH.finditer(line) if not inside[start + one.start()]), None)
        if found is not None:
            kept = behind if line[: found.start()].strip() else own
            kept[number] = _RULER.sub("", line[found.end() :])
    return Comments(own, behind)


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _scalars(item)
    else:
        for key, value in node.items:
            yield key
            yield from _scalars(value)
