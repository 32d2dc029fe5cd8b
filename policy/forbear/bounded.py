"""The one way in which files and streams are read: regular files only, never more than a bound, never for ever."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from forbear.errors import ForbearError

MAX_FILE_BYTES = 1_000_000  # a file of a pack
MAX_LINE_BYTES = 4_000_000  # a line of events, facts or utterances
MAX_SKIPPED_BYTES = 256_000_000  # what is passed over to find the end of a longer line
MAX_ENTRIES = 50_000  # what a folder may hold, all below it counted
MAX_FOLDER_DEPTH = 30

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY  # a pipe nobody writes to is opened without waiting


class Unreadable(ForbearError):
    """A file or folder cannot be read, or may not be; the message is the reason."""


def is_folder(name: str | Path) -> bool:
    """Whether there is a folder at a path, however strange the path is."""
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):  # longer than any path
        return False


def exists(name: str | Path) -> bool:
    """Whether there is anything at a path, however strange the path is."""
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def open_regular(path: str | Path) -> BinaryIO:
    """A regular file, open for reading bytes. Raises Unreadable for a folder, a device, a pipe, or an error."""
    try:
        handle = os.open(path, _FLAGS)
        mode = os.fstat(handle).st_mode
    except (OSError, ValueError) as error:
        raise Unreadable(_reason(error)) from error
    if not stat.S_ISREG(mode):
        os.close(handle)
        what = "it is a folder" if stat.S_ISDIR(mode) else "it is a device or a pipe, not a file"
        raise Unreadable(what)
    return os.fdopen(handle, "rb")


def read_file(path: str | Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a regular file, one more than `limit` where it is longer. Raises Unreadable."""
    with open_regular(path) as stream:
        try:
            return stream.read(limit + 1)
        except OSError as error:
            raise Unreadable(_reason(error)) from error


def read_lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a stream, each with its end; None for one that is longer than the bound. Raises Unreadable."""
    try:
        while raw := stream.readline(MAX_LINE_BYTES + 1):
            if len(raw) <= MAX_LINE_BYTES or raw.endswith(b"\n"):
                yield raw
            else:
                _skip(stream)
                yield None
    except OSError as error:
        raise Unreadable(_reason(error)) from error


def _skip(stream: BinaryIO) -> None:
    """Read on to the end of the line."""
    skipped = 0
    while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
        skipped += len(rest)
        if skipped > MAX_SKIPPED_BYTES:
            raise Unreadable(f"a line has no end within {MAX_SKIPPED_BYTES:,} bytes")


def files_below(folder: Path) -> Iterator[Path]:
    """Everything below a folder but folders, in no order; links are given, not followed, and hidden names left out.

    Raises Unreadable where a folder cannot be read, or where there is more or deeper than the bounds.
    """
    waiting, seen = [(folder, 0)], 0
    while waiting:
        here, depth = waiting.pop()
        try:
            found = []
            with os.scandir(here) as entries:
                for entry in entries:
                    seen += 1
                    if seen > MAX_ENTRIES:
                        raise Unreadable(f"there are more than {MAX_ENTRIES:,} files and folders in it")
                    if not entry.name.startswith("."):
                        found.append((Path(entry.path), entry.is_dir(follow_symlinks=False)))
        except (OSError, ValueError) as error:
            raise Unreadable(f"{here.name}: {_reason(error)}") from error
        if depth == MAX_FOLDER_DEPTH and any(is_dir for _, is_dir in found):
            raise Unreadable(f"its folders are nested deeper than {MAX_FOLDER_DEPTH} levels")
        waiting += [(path, depth + 1) for path, is_dir in found if is_dir]
        yield from (path for path, is_dir in found if not is_dir)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return "no path looks like this"
