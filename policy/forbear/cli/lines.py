"""Reading lines of JSON from a file or standard input, so that no input harms more than its own line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from forbear.bounded import Unreadable, open_regular
from forbear.bounded import read_lines as bounded_lines
from forbear.engine import parse_line
from forbear.engine.lines import MAX_LINE
from forbear.errors import EventError, ForbearError

BOM = "\ufeff"
TOO_LONG = f"the line is longer than {MAX_LINE:,} characters"


def read_lines(path: str) -> Iterator[tuple[int, str | EventError]]:
    """The numbered lines of a file, or of standard input for `-`; an error stands for one that cannot be read.

    Blank lines are skipped. A line is never read past the bound, so that no input fills the memory. Raises
    ForbearError where the file itself cannot be read.
    """
    try:
        stream = sys.stdin.buffer if path == "-" else open_regular(path)
        try:
            for number, raw in enumerate(bounded_lines(stream), 1):
                text = _text(raw, number)
                if isinstance(text, EventError) or text.strip():
                    yield number, text
        finally:
            if stream is not sys.stdin.buffer:
                stream.close()
    except Unreadable as error:
        hint = "; give - and send it there" if "pipe" in str(error) else ""
        raise ForbearError(f"{path} cannot be read: {error}{hint}") from error


def _text(raw: bytes | None, number: int) -> str | EventError:
    if raw is None:
        return EventError(TOO_LONG)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return EventError("the line is not UTF-8")
    return text.removeprefix(BOM) if number == 1 else text


def read_joined(path: str) -> str | EventError:
    """All lines as one; an error where one of them cannot be read, or where they are longer than one line may be."""
    found: list[str] = []
    total = 0
    for _, text in read_lines(path):
        if isinstance(text, EventError):
            return text
        total += len(text)
        if total > MAX_LINE:
            return EventError(f"this is longer than {MAX_LINE:,} characters")
        found.append(text)
    return "".join(found)


def parsed(text: str | EventError) -> dict[str, Any]:
    """The JSON object of a line. Raises EventError."""
    if isinstance(text, EventError):
        raise text
    return parse_line(text)
