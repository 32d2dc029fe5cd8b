"""The benchmark of `decide_many` runs, finds all agreed and gives its ratios."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_gives_ratios_to_plain_python_and_the_cost_of_many_rules() -> None:
    command = [sys.executable, "-m", "benchmarks.columns", "--rows", "300", "--most-rules", "100", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert [one["name"] for one in told["results"]][:2] == ["plain Python", "decide_many"]
    assert all(one["ratio_to_plain"] > 0 for one in told["results"])
    assert [[*one["cost"]] for one in told["rules"]] == [["10", "100"]] * 3
