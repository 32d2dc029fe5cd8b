"""The benchmark of peers runs: all agree, and every figure is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.peers_facts import random_facts

from benchmarks import peers_plain
from forbear import Decider, load_policy
from forbear.evaluate.durable import is_available

ROOT = Path(__file__).parents[2]


def test_all_agree_and_each_is_measured(tmp_path: Path) -> None:
    drawn = tmp_path / "peers.svg"
    command = [sys.executable, "-m", "benchmarks.peers", "--quick", "--json", "--plot", str(drawn)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    results = json.loads(done.stdout)["results"]
    names = [one["name"] for one in results]
    assert {"plain Python", "forbear compiled", "forbear Decider", "forbear Engine.decide", "CEL"} <= {*names}
    assert not is_available() or {"forbear durable", "durable-rules, its own host"} <= {*names}
    for one in results:
        low, high = one["spread"]
        assert 0 < low <= one["ratio_to_plain"] <= high
    assert ElementTree.parse(drawn).getroot().tag.endswith("svg")


def test_random_facts_meet_every_outcome_and_rule() -> None:
    decider = Decider(load_policy(ROOT / "benchmarks" / "peers_pack"))
    answers = [decider.decide("utterance", one) for one in random_facts(10_000)]
    assert [dict(one.outcome) for one in answers] == [peers_plain.decide(one) for one in random_facts(10_000)]
    assert not any(one.violated for one in answers)
    rules = {f"{name}.{rule.name}" for name, one in decider.policy.decisions.items() for rule in one.rules}
    assert {rule for one in answers for rule in one.fired} == rules
