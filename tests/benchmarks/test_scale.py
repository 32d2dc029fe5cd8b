"""The benchmark of sizes runs: what it compares agrees, and every figure is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_size_is_measured() -> None:
    command = [sys.executable, "-m", "benchmarks.scale", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["counts"] == [10, 100, 1_000]
    kinds = {(one["name"], one["by"]) for one in found["results"]}
    assert {(name, by) for name in ("forbear", "chain") for by in ("enumeration", "number")} <= kinds
    assert {("forbear", "candidates"), ("by hand", "candidates")} <= kinds
    assert all(len(one["us"]) == 3 and min(one["us"]) > 0 for one in found["results"])
