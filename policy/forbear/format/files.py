"""The files that are to be formatted, and how one of them is replaced."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from forbear.bounded import exists, files_below
from forbear.errors import ForbearError, PackNotFound
from forbear.language.files import MANIFEST
from forbear.language.problems import Problems
from forbear.language.source import list_files


def is_file(name: str | Path) -> bool:
    """Whether a path names a file or a link, however strange it is."""
    path = Path(name)
    try:
        return path.is_symlink() or (path.exists() and not path.is_dir())
    except (OSError, ValueError):
        return False


def enclosing_pack(path: Path) -> Path | None:
    """The folder of the pack that a file belongs to: the nearest above it with a `pack.yaml`.

    Hidden files, and files in hidden folders, belong to none.
    """
    absolute = Path(os.path.abspath(path))
    for one in (absolute,) if ".." in path.parts else (path, absolute):
        folder = next((above for above in one.parents if exists(above / MANIFEST)), None)
        if folder is not None:
            hidden = any(part.startswith(".") for part in one.relative_to(folder).parts)
            return None if hidden else folder
    return None


def pack_files(folder: Path) -> list[Path]:
    """The YAML files of a pack, of a folder inside one, or of all packs below a folder, in path order.

    Hidden files and folders are left out. Raises PackNotFound, Unreadable, or PackError where there are too many.
    """
    if enclosing_pack(folder / MANIFEST) is not None:
        return list_files(folder, Problems())
    packs = sorted(path.parent for path in files_below(folder) if path.name == MANIFEST)
    if not packs:
        raise PackNotFound(f"{folder} holds no pack: there is no {MANIFEST} in it, below it or above it")
    return list(dict.fromkeys(path for pack in packs for path in list_files(pack, Problems())))


def replace_file(path: Path, text: str) -> None:
    """Put a text in the place of a file, whole or not at all; its mode is kept. Raises ForbearError."""
    temporary = None
    try:
        mode = stat.S_IMODE(path.lstat().st_mode)
        handle, temporary = tempfile.mkstemp(prefix=".forbear-", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise ForbearError(f"{path} cannot be written: {error.strerror}") from error


def differences(name: str, before: str, after: str) -> Iterator[str]:
    """What changes, as the lines of a unified diff; a line end other than a line feed is shown as `^M`."""
    old, new = (one.replace("\r\n", "^M\n").replace("\r", "^M\n").split("\n") for one in (before, after))
    return unified_diff(old, new, name, f"{name} (formatted)", lineterm="")
