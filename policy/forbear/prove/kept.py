"""Proofs that were found before, in a file of the user's own, so that only what a change touches is asked again.

Only proofs are kept, never what is broken. Each has the digest of all on which it depends; one over histories is kept
with what it rests on, and that is checked again. A file that is damaged, was written by another version, or that
somebody else could have written is not believed.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import z3
from attrs import define, field

import forbear
from forbear.bounded import Unreadable, read_file
from forbear.errors import ForbearError

MAX_BYTES = 16_000_000
MAX_PROOFS = 4000
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@define
class Kept:
    """Proofs by the digest of their question. `why` says why a file that is there was not believed."""

    file: Path
    why: str = ""
    writable: bool = True
    taken: int = 0
    _before: Mapping[str, Any] = field(factory=dict)
    _now: dict[str, Any] = field(factory=dict)

    def get(self, key: str) -> Any:
        """What is kept under a digest, None where nothing is."""
        return self._now.get(key, self._before.get(key))

    def take(self, key: str) -> None:
        """Count an answer that was taken, and keep it."""
        self.taken += 1
        self._now[key] = self.get(key)

    def put(self, key: str, proof: Any) -> None:
        """Keep a proof."""
        self._now[key] = proof

    def save(self) -> None:
        """Write the proofs of this run, then those before it as far as there is room. Raises ForbearError."""
        if not self.writable:
            return
        proofs = {**self._now, **{key: one for key, one in self._before.items() if key not in self._now}}
        proofs = dict([*proofs.items()][:MAX_PROOFS])
        told = {"by": written_by(), "sum": _sum(proofs), "proofs": proofs}
        try:
            _write(self.file, json.dumps(told).encode())
        except OSError as error:
            raise ForbearError(
                f"{self.file} cannot be written: {error.strerror}; --no-cache does without it"
            ) from error


def kept_in(folder: Path, name: str) -> Kept:
    """The proofs of packs of a name that are kept in a folder."""
    file = folder / f"{name}.json"
    try:
        if why := _foreign(folder) or _foreign(file):
            return Kept(file, why, writable=False)
        read = read_file(file, MAX_BYTES)
    except FileNotFoundError:
        return Kept(file)
    except (OSError, Unreadable) as error:
        return Kept(file, f"it cannot be read: {error}", writable=False)
    return _believed(file, read)


def _believed(file: Path, read: bytes) -> Kept:
    try:
        told = json.loads(read)
        by, proofs, sum_ = told["by"], told["proofs"], told["sum"]
        whole = isinstance(proofs, dict) and len(read) <= MAX_BYTES and sum_ == _sum(proofs)
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        return Kept(file, "it is damaged")
    return Kept(file, before=proofs if by == written_by() else {})


def _foreign(path: Path) -> str:
    """Why a file or folder may not be believed."""
    found = path.lstat()
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        return f"{path} is no file or folder"
    if hasattr(os, "geteuid") and (found.st_uid != os.geteuid() or found.st_mode & _OTHERS):
        return f"others may write to {path}"
    return ""


def _write(file: Path, data: bytes) -> None:
    """Put a file in the place of another, at once."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(data)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _sum(proofs: Any) -> str:
    return sha256(json.dumps(proofs, sort_keys=True).encode()).hexdigest()


@cache
def written_by() -> str:
    """The digest of the prover: every source of Forbear, and the solver."""
    found = sha256(z3.get_full_version().encode())
    root = Path(forbear.__file__).parent
    for path in sorted(root.rglob("*.py")):
        found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
