"""The benchmark of proofs runs, and proves what it times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_prints_how_long_each_proof_took_and_what_came_of_it() -> None:
    command = [sys.executable, "-m", "benchmarks.prove", "--pack", "routing", "--decision", "priority", "--rules", "12"]
    command += ["--changed", "priority.yaml"]
    done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=True)
    pack, again, changed, decision, *many = json.loads(done.stdout)["results"]
    assert (pack["name"], decision["name"]) == ("the pack routing", "its decision `priority`")
    assert pack["kept"] == 0 < changed["kept"] < again["kept"]
    assert [(one["promises"], one["proved"], one["findings"]) for one in many] == [(1, 1, 0)] * 3
