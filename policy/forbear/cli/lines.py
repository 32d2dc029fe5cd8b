"""Reading lines of JSON from a file or standard input, so that no input harms more than its own line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from forbear.engine import parse_line
from forbear.engine.lines import MAX_LINE
from forbear.errors import EventError, ForbearError

MAX_BYTES = MAX_LINE * 4  # of UTF-8
BOM = "\ufeff"


def read_lines(path: str) -> Iterator[tuple[int, str | EventError]]:
    """The numbered lines of a file, or of standard input for `-`; an error stands for one that cannot be read.

    Blank lines are skipped. A line is never read past the bound, so that no input fills the memory. Raises
    ForbearError where the file itself cannot be read.
    """
    try:
        stream = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 — closed below
        try:
            for number, raw in enumerate(iter(lambda: stream.readline(MAX_BYTES + 1), b""), 1):
                text = _text(raw, stream, number)
                if isinstance(text, EventError) or text.strip():
                    yield number, text
        finally:
            if stream is not sys.stdin.buffer:
                stream.close()
    except OSError as error:
        raise ForbearError(f"{path} cannot be read: {error.strerror}") from error


def _text(raw: bytes, stream: BinaryIO, number: int) -> str | EventError:
    if len(raw) > MAX_BYTES and not raw.endswith(b"\n"):
        while (rest := stream.readline(MAX_BYTES)) and not rest.endswith(b"\n"):
            pass
        return EventError(f"the line is longer than {MAX_LINE:,} characters")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return EventError("the line is not UTF-8")
    return text.removeprefix(BOM) if number == 1 else text


def parsed(text: str | EventError) -> dict[str, Any]:
    """The JSON object of a line. Raises EventError."""
    if isinstance(text, EventError):
        raise text
    return parse_line(text)
