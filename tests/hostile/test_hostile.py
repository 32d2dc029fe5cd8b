"""Whatever comes in, Forbear takes it or refuses it in its own words, within bounds of memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hostile.families import LONG
from hostile.server import OUTCOMES, names

TESTS = Path(__file__).parents[1]
Run = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """How a case ends in a process of its own, forked from one that has Forbear in memory."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "hostile.server"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=TESTS, env=environment, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        stdin, stdout = server.stdin, server.stdout

        def ask(case: str) -> dict[str, Any]:
            stdin.write(case + "\n")
            stdin.flush()
            return dict(json.loads(stdout.readline()))

        yield ask
        stdin.close()


def expected() -> dict[str, str]:
    """What came of each case when a person last looked at it."""
    lines = OUTCOMES.read_text(encoding="utf-8").splitlines()
    return dict(line.rsplit(": ", 1) for line in lines)


ALL = os.environ.get("FORBEAR_HOSTILE") == "all"
EVERYDAY = [case for n, case in enumerate(names()) if ALL or (case not in LONG and n % 2 == 0)]  # half of them


@pytest.mark.parametrize("case", EVERYDAY)
def test_it_is_taken_or_refused_within_bounds(case: str, run: Run) -> None:
    done = run(case)
    assert not done["outcome"].startswith(("raised", "killed")), done["outcome"]
    assert done["outcome"] == expected()[case]


def test_every_kind_is_there() -> None:
    assert len(set(names())) >= 300
    assert set(names()) == set(expected()) >= LONG
