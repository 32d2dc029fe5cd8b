"""The installed `forbear` command, run as a user runs it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

from attrs import frozen

import forked
from forbear.cli import main
from forbear.ledger import open_ledger
from forbear.ledger.entries import LAST

FORBEAR = str(Path(sys.executable).with_name("forbear"))
STATUSES = (0, 1, 2)


@frozen
class Result:
    """What a command said, and its exit status."""

    status: int
    stdout: bytes
    err: str

    @property
    def out(self) -> str:
        return self.stdout.decode("utf-8")

    @property
    def lines(self) -> list[Any]:
        """Standard output, every line of it JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


def forbear(
    *arguments: object,
    given: str | bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run a command to its end. Whatever it was given, it ends with 0, 1 or 2 and without a traceback."""
    fed = given.encode("utf-8") if isinstance(given, str) else given
    words, whole = [*map(str, arguments)], {**os.environ, **(env or {})}
    if all(name.startswith("FORBEAR_") for name in env or {}):
        status, out, err = forked.run(words, fed, cwd, whole)
    else:  # what Python itself reads when it starts
        done = subprocess.run([FORBEAR, *words], input=fed, capture_output=True, cwd=cwd, env=whole, check=False)
        status, out, err = done.returncode, done.stdout, done.stderr
    result = Result(status, out, err.decode("utf-8", "replace"))
    assert "Traceback" not in result.err, result.err
    assert result.status in STATUSES, result
    return result


def inside(*arguments: object) -> Result:
    """A command as the installed one runs it, in this process: for runs that differ in their arguments only."""
    out, err = TextIOWrapper(BytesIO(), "utf-8"), StringIO()
    with patch("sys.argv", ["forbear", *map(str, arguments)]), patch("sys.stdout", out), patch("sys.stderr", err):
        try:
            main()
            status: object = 0
        except SystemExit as end:
            status = end.code or 0
        out.flush()
    assert status in STATUSES, status
    return Result(int(str(status)), out.buffer.getvalue(), err.getvalue())


def events_text(*events: Mapping[str, object]) -> str:
    """Events as the lines of a file."""
    return "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)


def dump(ledger: Path) -> dict[str, list[str]]:
    """Everything that a ledger holds: its decisions, its entries as amended, and what waits."""
    store = open_ledger(f"sqlite:///{ledger}")
    try:
        with store.reading() as kept:
            kinds = {kind: [*map(repr, kept.entries(kind, "centre", None, None, LAST))] for kind in kept.kinds()}
            waiting = [*map(repr, kept.outbox()), *kept.overdue(LAST)]
            return {"decision": list(kept.records()), **kinds, "waiting": waiting}
    finally:
        store.close()


def write_pack(folder: Path, files: Mapping[str, str]) -> Path:
    """A pack of the given files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
