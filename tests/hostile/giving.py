"""How a case is handed to Forbear: as a pack in memory, as a command, as an event."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from forbear import Engine
from forbear.cli import main
from forbear.evaluate import make_evaluator
from forbear.language.pack import build_policy, check_pack, pack_from_texts


def give_pack(files: Mapping[str, str]) -> str:
    """Check a pack in memory as `forbear check` does; where it is accepted, code is generated for it as well."""
    sources = pack_from_texts(files)
    check_pack(sources)
    make_evaluator("auto", build_policy(sources))
    return "accepted"


@cache
def engine() -> Engine:
    """An engine on the standard pack, made once and inherited by every child."""
    return Engine()


def give_command(arguments: list[str], folder: Path, given: bytes | str = b"") -> str:
    """Run a command in this process; `given` are the bytes, or the path, of its standard input."""
    if isinstance(given, bytes):
        (folder / ".stdin").write_bytes(given)
        given = str(folder / ".stdin")
    for number, path, flags in (
        (0, given, os.O_RDONLY),
        (1, folder / ".stdout", os.O_WRONLY | os.O_CREAT),
        (2, folder / ".stderr", os.O_WRONLY | os.O_CREAT),
    ):
        os.dup2(os.open(path, flags), number)
    sys.argv = ["forbear", *arguments]
    try:
        main()
        status: object = 0
    except SystemExit as error:
        status = error.code
    sys.stdout.flush()
    sys.stderr.flush()
    said = (folder / ".stderr").read_bytes()
    assert b"Traceback" not in said, said.decode("utf-8", "replace")
    assert status in (0, 1, 2, None), status
    assert not (status == 2 and not said), "it could not run and did not say why"
    assert b"cannot be written" not in said, said.decode("utf-8", "replace")
    return f"status {status or 0}"
