"""The benchmark of the ledger runs, and measures what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_runs_and_gives_a_ratio_for_each_way_of_writing() -> None:
    small = ["--contacts", "4", "--rounds", "1", "--entries", "40", "--json"]
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "ledger.py", *small], capture_output=True, text=True, check=True
    )
    results = json.loads(done.stdout)["results"]
    assert [one["name"] for one in results] == [
        "sqlite, one by one",
        "sqlite, batches of 100",
        "a past of 40 entries against 100",
    ]
    assert all(one["ratio"] > 0 for one in results)
