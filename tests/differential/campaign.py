"""Batch after batch, on every core, until enough requests were compared."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count
from multiprocessing import get_context

from attrs import define, field, frozen

from differential.batch import Finding, Order, Result, run
from differential.evaluators import FIRST, second
from differential.expressions import EACH as EACH_EXPRESSIONS
from differential.expressions import Compared, compare

SPAWN = get_context("spawn")  # the threads of Polars do not outlive a fork
EACH = 250  # requests to one pack, shared out among its events


@frozen
class Wanted:
    """How much is to be done, and by what seed."""

    seed: str
    requests: int
    durable: int
    processes: int


@define
class Tally:
    """What was done so far."""

    packs: int = 0
    refused: int = 0
    too_large: int = 0
    requests: int = 0
    durable: int = 0
    entries: int = 0
    seen: Counter[str] = field(factory=Counter)
    findings: list[tuple[str, Finding]] = field(factory=list)

    def add(self, seed: str, one: Result) -> None:
        """Count a batch."""
        self.packs += not one.refused
        self.refused += one.refused
        self.too_large += one.too_large
        self.requests += one.requests
        self.durable += one.durable
        self.entries += one.entries
        self.seen += one.seen
        if one.finding is not None:
            self.findings.append((seed, one.finding))


def carry_out(wanted: Wanted, most_findings: int = 3) -> Tally:
    """Run batches until the requests are done, or something was found often enough."""
    tally, orders = Tally(), _orders(wanted)
    told = time.monotonic()
    with ProcessPoolExecutor(wanted.processes, SPAWN) as pool:
        running: dict[Future[Result], str] = {}

        def enough() -> bool:
            done = tally.requests >= wanted.requests and tally.durable >= wanted.durable
            return done or len(tally.findings) >= most_findings

        while not enough():
            while len(running) < 3 * wanted.processes:
                order = next(orders)
                running[pool.submit(work, order)] = order.seed
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                tally.add(running.pop(one), one.result())
            if time.monotonic() - told > 20:
                told = time.monotonic()
                print(f"  {tally.packs:,} packs, {tally.requests:,} requests", file=sys.stderr, flush=True)
        pool.shutdown(cancel_futures=True)
    return tally


def _orders(wanted: Wanted) -> Iterator[Order]:
    """Batches without end; the second engine is asked its share of each."""
    share = -(-EACH * wanted.durable * 21 // (20 * max(1, wanted.requests))) if second() is not None else 0
    for n in count():
        yield Order(f"{wanted.seed}:{n}", EACH, min(EACH, share))


def work(order: Order) -> Result:
    """One batch, in a process of its own."""
    return run(order, FIRST, second())


def compare_expressions(seed: str, wanted: int, processes: int) -> list[Compared]:
    """Compare at least so many drawn expressions with CEL."""
    batches = -(-wanted // EACH_EXPRESSIONS)
    with ProcessPoolExecutor(processes, SPAWN) as pool:
        return list(pool.map(compare, (f"{seed}:cel:{n}" for n in range(batches)), chunksize=8))
