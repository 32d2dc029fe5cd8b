"""A file's text → the same in one layout."""

from __future__ import annotations

import re

import yaml

from forbear.errors import ForbearError
from forbear.format.columns import place_all
from forbear.format.layout import lay_out
from forbear.format.lines import render
from forbear.format.pieces import comments
from forbear.format.same import same_tree
from forbear.format.wrap import wrap_all
from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.tree import parse_tree

MAX_ROUNDS = 20


class FormatError(ForbearError):
    """A file cannot be laid out without changing what it says."""

    def __init__(self, file: str, reason: str) -> None:
        self.file, self.reason = file, reason
        super().__init__(f"{file}: {reason}; it is left as it is. Please report this file")


def format_source(source: Source, problems: Problems) -> str | None:
    """The text of a file in the one layout, or None where the file has problems, which are noted.

    The result has been read back: it has the same tree and the same comments, and is its own layout. Raises FormatError
    where that cannot be had.
    """
    before = len(problems.found)
    tree = parse_tree(source, problems)
    if len(problems.found) > before:
        return None
    try:
        text = _settle(source)
        again = Problems()
        if not same_tree(tree, parse_tree(Source(source.name, text), again)) or again.found:
            raise FormatError(source.name, "its layout would change its meaning")
        if comments(source.text) != comments(text):
            raise FormatError(source.name, "its layout would lose a comment")
    except yaml.YAMLError as error:
        raise FormatError(source.name, "its layout would not be YAML") from error
    return text


def _settle(source: Source) -> str:
    """Lay a text out until nothing changes: behind a line that was broken, neighbours may have nothing to align."""
    text = re.sub("\r\n?", "\n", source.text)
    for _ in range(MAX_ROUNDS):
        done = _once(text)
        if done == text:
            return text
        text = done
    raise FormatError(source.name, "no layout of it holds still")


def _once(text: str) -> str:
    lines = lay_out(text)
    place_all(lines)
    while len(wrapped := wrap_all(lines)) > len(lines):
        lines = wrapped
        place_all(lines)
    return render(lines)
