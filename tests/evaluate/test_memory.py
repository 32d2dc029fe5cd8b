"""A compiled policy decides a million times and holds no more than before."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from benchmarks.peers_facts import random_facts

from forbear import Decider, load_policy

PACK = Path(__file__).parents[2] / "benchmarks" / "peers_pack"
FEW = 500  # blocks of memory: a million of anything would take more


def test_a_million_decisions_leave_memory_flat() -> None:
    decider, facts = Decider(load_policy(PACK)), random_facts(10_000)
    for one in facts:  # every kind of answer has been given once
        decider.decide("utterance", one)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(100):
        for one in facts:
            decider.decide("utterance", one)
    gc.collect()
    assert sys.getallocatedblocks() - before < FEW
