"""One bounded way to read a file of a pack, and the positions inside it."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path

from attrs import field, frozen

from forbear.bounded import MAX_FILE_BYTES, Unreadable, files_below, read_file
from forbear.errors import PackError, Span
from forbear.language.problems import Problems

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_PACK_BYTES",
    "MAX_PACK_FILES",
    "Problems",
    "Source",
    "decode",
    "hidden_in",
    "list_files",
    "note_hidden",
    "read_source",
    "refuse_link",
]

MAY_READ = "give whoever runs Forbear the right to read it"
MAX_PACK_FILES = 500
MAX_PACK_BYTES = 2_000_000

# Characters that cannot be seen: controls (also the line breaks that only YAML 1.1 knows), bidirectional controls,
# zero-width and filler characters, tags, halves of surrogate pairs. They can make a file read otherwise than it acts.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff\ud800-\udfff]"
)


@frozen
class Source:
    """A file's text under the name that diagnostics use; offsets count characters."""

    name: str
    text: str
    pack: str = ""  # the pack that it belongs to, where that is one which the pack in hand builds on
    starts: tuple[int, ...] = field(init=False, repr=False, eq=False)
    lines: tuple[str, ...] = field(init=False, repr=False, eq=False)  # every span of a line shares its text

    @starts.default
    def _find_line_starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in re.finditer("\r\n|\n|\r", self.text)))

    @lines.default
    def _cut_lines(self) -> tuple[str, ...]:
        ends = (*self.starts[1:], len(self.text))
        return tuple(self.text[start:end].rstrip("\r\n") for start, end in zip(self.starts, ends, strict=True))

    def span(self, start: int, length: int = 0) -> Span:
        """The span of `length` characters from `start`, cut at the end of its line."""
        line = bisect_right(self.starts, start) - 1
        text, column = self.lines[line], start - self.starts[line]
        return Span(self.name, line + 1, column + 1, max(0, min(length, len(text) - column)), text)


def hidden_in(text: str) -> re.Match[str] | None:
    """The first character of a text that cannot be seen."""
    return _HIDDEN.search(text)


def note_hidden(character: str, span: Span, problems: Problems) -> None:
    """Note a character that cannot be seen."""
    message = f"the character U+{ord(character):04X} cannot be seen and may change how the file reads"
    problems.error("hidden-character", message, span, "remove it")


def list_files(folder: Path, problems: Problems) -> list[Path]:
    """The YAML files and links below a folder, hidden ones left out, in path order. Raises PackError."""
    place = Span("pack.yaml", 1, 1)
    try:
        found = sorted(path for path in files_below(folder) if path.suffix.lower() in (".yaml", ".yml"))
    except Unreadable as error:
        problems.error("unreadable-file", f"the folder cannot be read: {error}", place, MAY_READ)
        raise PackError(problems.errors) from None
    if len(found) > MAX_PACK_FILES:
        problems.error(
            "pack-too-large", f"the pack has more than {MAX_PACK_FILES} files", place, "make two packs of it"
        )
        raise PackError(problems.errors)
    return found


def refuse_link(path: Path, name: str, problems: Problems) -> bool:
    """Whether a path is a link, which is noted: it may lead out of the pack; or cannot even be looked at."""
    try:
        if not path.is_symlink():
            return False
    except OSError as error:  # its folder can be listed, and not entered
        _note_unreadable(name, error.strerror, problems)
        return True
    hint = "put the file itself here"
    problems.error("symbolic-link", "a pack holds files, not links to them", Span(name, 1, 1), hint)
    problems.lose_all()
    return True


def _note_unreadable(name: str, reason: object, problems: Problems) -> None:
    problems.error("unreadable-file", f"the file cannot be read: {reason}", Span(name, 1, 1), MAY_READ)
    problems.lose_all()


def read_source(path: Path, name: str, problems: Problems, pack: str = "") -> Source | None:
    """Read one file within the bounds; None, with a diagnostic, when it may not be read."""
    try:
        raw = read_file(path)
    except Unreadable as error:
        _note_unreadable(name, error, problems)
        return None
    return decode(raw, name, problems, pack)


def decode(raw: bytes, name: str, problems: Problems, pack: str = "") -> Source | None:
    """Turn bytes into a source: bounded size, UTF-8, no hidden characters."""
    if len(raw) > MAX_FILE_BYTES:
        message = f"the file is larger than {MAX_FILE_BYTES:,} bytes"
        problems.error("file-too-large", message, Span(name, 1, 1), "split it into several files")
        problems.lose_all()
        return None
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        readable = Source(name, raw[: error.start].decode("utf-8") + raw[error.start :].decode("utf-8", "replace"))
        place = readable.span(len(raw[: error.start].decode("utf-8")), 1)
        problems.error("not-utf8", "the file is not UTF-8", place, "save it as UTF-8")
        problems.lose(readable.text)
        return None
    source = Source(name, text, pack)
    hidden = list(_HIDDEN.finditer(text))
    for one in hidden:
        note_hidden(one.group(), source.span(one.start(), 1), problems)
    if hidden:
        problems.lose(_HIDDEN.sub("", text))
        return None
    return source
