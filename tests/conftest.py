"""How every test runs: Hypothesis without deadlines, as many examples as the run can afford."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "forbear",
    deadline=None,  # the machine is shared; time is measured in benchmarks, never in tests
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("forbear")

os.environ["FORBEAR_CACHE"] = ""  # no test keeps proofs, but those that say where

gc.set_threshold(100_000)  # tests make much that lives long; a look through all of it costs more than it frees


def examples(number: int) -> int:
    """How many examples a property gets: `number`, times FORBEAR_EXAMPLES where a longer run is wanted."""
    return number * int(os.environ.get("FORBEAR_EXAMPLES", "1"))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; `tmp_path` stands below one that only its owner may."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def pytest_collection_finish() -> None:
    """What was imported and collected stays, and is not looked through again."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many faults were made to happen."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "faults":
                what, number = value
                counts[what] += number
    for what, number in sorted(counts.items()):
        terminalreporter.line(f"faults: {number:5} × {what}")
