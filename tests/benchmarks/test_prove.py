"""The benchmark of proofs runs, and proves what it times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_prints_how_long_each_proof_took_and_what_came_of_it() -> None:
    command = [sys.executable, "-m", "benchmarks.prove", "--pack", "consent", "--decision", "consent", "--rules", "12"]
    done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=True)
    pack, decision, many = json.loads(done.stdout)["results"]
    assert (pack["name"], decision["name"]) == ("the pack consent", "its decision `consent`")
    assert (many["promises"], many["proved"], many["findings"]) == (1, 1, 0)
