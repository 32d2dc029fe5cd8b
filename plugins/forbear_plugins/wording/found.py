"""What the lists find in a text, with its place."""

from __future__ import annotations

from attrs import frozen

from ..lexicon.marks import Matcher, marks
from ..lexicon.words import reading


@frozen
class Found:
    """Something that was found: of what kind, from which character to which (exclusive), by which entry."""

    kind: str
    start: int
    end: int
    entry: str = ""


def search(text: str, matcher: Matcher) -> tuple[list[str], list[Found]]:
    """The words of a text as the lists spell them, and what was found; the longer entry hides what stands in it."""
    said = reading(text, matcher.spelling)
    if not said.items:
        return [], []
    marked = marks(said.spoken, matcher)
    if not marked:
        return said.words, []
    spans = said.spans(max(end for _, end, _ in marked))
    return said.words, [Found(term.kind, spans[start][0], spans[end - 1][1], term.text) for start, end, term in marked]
