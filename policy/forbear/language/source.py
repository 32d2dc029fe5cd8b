"""One bounded way to read a file of a pack, and the positions inside it."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path

from attrs import define, field, frozen

from forbear.errors import Diagnostic, Severity, Span

MAX_FILE_BYTES = 1_000_000
MAX_PACK_FILES = 500
MAX_PACK_BYTES = 10_000_000
MAX_NESTING = 40

# Bidirectional controls and invisible characters can make a file read otherwise than it acts.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@define
class Problems:
    """The diagnostics of one run, collected so that an author sees all of them at once."""

    found: list[Diagnostic] = field(factory=list)

    def error(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Note a problem that refuses the pack; the same one at the same place is noted once."""
        one = Diagnostic(code, message, span, hint)
        if one not in self.found:
            self.found.append(one)

    @property
    def errors(self) -> list[Diagnostic]:
        """What refuses the pack, by file and position."""
        only = [one for one in self.found if one.severity is Severity.ERROR]
        return sorted(only, key=lambda one: (one.span.file, one.span.line, one.span.column))


@frozen
class Source:
    """A file's text under the name that diagnostics use; offsets count characters."""

    name: str
    text: str
    starts: tuple[int, ...] = field(init=False, repr=False)

    @starts.default
    def _find_line_starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in re.finditer("\r\n|\n|\r", self.text)))

    def span(self, start: int, length: int = 0) -> Span:
        """The span of `length` characters from `start`, cut at the end of its line."""
        line = bisect_right(self.starts, start) - 1
        begin = self.starts[line]
        end = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        text = self.text[begin:end].rstrip("\r\n")
        return Span(self.name, line + 1, start - begin + 1, max(0, min(length, len(text) - (start - begin))), text)


def read_source(path: Path, name: str, problems: Problems) -> Source | None:
    """Read one file within the bounds; None, with a diagnostic, when it may not be read."""
    where = Span(name, 1, 1)
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        problems.error("unreadable-file", f"the file cannot be read: {error.strerror}", where)
        return None
    return decode(raw, name, problems)


def decode(raw: bytes, name: str, problems: Problems) -> Source | None:
    """Turn bytes into a source: bounded size and nesting, UTF-8, no hidden characters."""
    where = Span(name, 1, 1)
    if len(raw) > MAX_FILE_BYTES:
        problems.error("file-too-large", f"the file is larger than {MAX_FILE_BYTES:,} bytes", where, "split it")
        return None
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.error("not-utf8", "the file is not UTF-8", Span(name, line, 1), "save it as UTF-8")
        return None
    source = Source(name, text)
    hidden = _HIDDEN.search(text)
    if hidden:
        problems.error(
            "hidden-character",
            f"the character U+{ord(hidden.group()):04X} cannot be seen and may change how the file reads",
            source.span(hidden.start(), 1),
            "remove it",
        )
        return None
    deep = _first_too_deep(text)
    if deep is not None:
        problems.error("too-deep", f"nested deeper than {MAX_NESTING} levels", source.span(deep, 1), "flatten it")
        return None
    return source


def _first_too_deep(text: str) -> int | None:
    """Where brackets or in-line sequences nest too deep. It looks at raw text, before any parser sees it:
    PyYAML's event stream turns quadratic on deep nesting, its composer crashes."""
    depth = 0
    for match in re.finditer(r"[\[{\]}]|(?:[-?:][ \t]+){%d,}" % MAX_NESTING, text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > MAX_NESTING:
                return match.start()
        elif mark in "]}":
            depth = max(0, depth - 1)
        else:
            return match.start()
    return None
