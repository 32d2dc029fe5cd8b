"""One policy, decided by Forbear, by plain Python and by other engines, in turns and in one process.

python -m benchmarks.peers [--quick] [--json] [--plot FILE]

The policy stands in `peers_pack` (conduct, three strikes, ladder, priority, route: 5 decisions, 25 rules, 3 promises)
and by hand in `peers_plain`, which neither validates nor says which rule decided. First all must agree on random
facts. Then each decides a slice of them in every round; what counts is processor time, so that neither a noisy
machine nor waiting for a thread of their own falls on anybody. A ratio of 1 is as fast as plain Python; the spread is
that of the middle half of the rounds.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from time import process_time_ns
from typing import Any

from attrs import frozen
from benchmarks.peers_durable import durable_host
from benchmarks.peers_engines import Peer
from benchmarks.peers_facts import Facts, random_facts
from benchmarks.peers_plot import plot
from rich.console import Console
from rich.table import Table

from benchmarks import peers_engines, peers_plain
from forbear import Decider, Engine, Policy, load_policy
from forbear.evaluate import Compiled, Evaluator, Reference
from forbear.evaluate.durable import Durable, is_available

PACK = Path(__file__).with_name("peers_pack")
EVENT = "utterance"
SLICE_NS = 4_000_000  # what one side decides before it is the other's turn
PLAIN = "plain Python"


@frozen
class Figure:
    """How fast one side is: its share of plain Python's speed, by rounds, and what a decision takes."""

    name: str
    ratio: float
    low: float
    high: float
    microseconds: float
    what: str

    def plain(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ratio_to_plain": round(self.ratio, 4),
            "spread": [round(self.low, 4), round(self.high, 4)],
            "microseconds": round(self.microseconds, 3),
        }


def ours(policy: Policy) -> Iterator[Peer]:
    """Plain Python first, then Forbear's ways to decide."""

    def side(name: str, run: Callable[[Sequence[Facts]], Any], what: str) -> Peer:
        return Peer(name, what, list, run, lambda found: [dict(one.outcome) for one in found])

    yield Peer(PLAIN, "facts in, outcomes out", list, lambda given: [peers_plain.decide(one) for one in given], list)
    compiled, decider = Compiled(policy), Decider(policy)
    yield side("forbear compiled", _evaluator(compiled), "facts that fit; outcomes, rules fired, promises checked")
    yield side(
        "forbear Decider",
        lambda given: [decider.decide(EVENT, one) for one in given],
        "the same, and each fact is checked and named where it does not fit",
    )
    yield side("forbear reference", _evaluator(Reference(policy)), "the walk over the tree that defines the language")
    if is_available():
        yield side("forbear durable", _evaluator(Durable(policy)), "the second engine, on durable-rules")
    yield side("forbear Engine.decide", *_engine(policy))


def _evaluator(evaluator: Evaluator) -> Callable[[Sequence[Facts]], Any]:
    decide = evaluator.decide

    def run(given: Sequence[Facts]) -> Any:
        found = [decide(EVENT, one) for one in given]
        for one in found:
            one.fired  # noqa: B018 — asked for, as the outcomes are
        return found

    return run


def _engine(policy: Policy) -> tuple[Callable[[Sequence[Facts]], Any], str]:
    """The whole path: an event is parsed, decided twice where it is grave, chained and kept in memory."""
    engine = Engine(policy, ledger="memory:")
    serial = itertools.count()

    def run(given: Sequence[Facts]) -> Any:
        found = []
        for facts in given:
            n = next(serial)
            who = {"contact": f"c{n}", "customer": f"u{n % 1000}", "advisor": f"a{n % 20}"}
            event = {"id": f"e{n}", "at": "2026-03-02T09:00:00+00:00", "type": EVENT, **who, "facts": facts}
            found.append(engine.decide(event))
        return found

    return run, "the whole path with a ledger in memory: event parsed, decided, sealed, chained, kept"


def theirs() -> Iterator[Callable[[], Peer]]:
    """How to make each peer."""
    yield from (peers_engines.datalogic, peers_engines.datalogic_parsed, peers_engines.cel)
    yield from (peers_engines.zen, peers_engines.zen_expression, peers_engines.rego)
    yield from (lambda: peers_engines.zen(traced=True), peers_engines.datalogic_traced)
    if is_available():
        yield durable_host


def available(makers: Iterator[Callable[[], Peer]], console: Console) -> list[Peer]:
    """The peers that are installed; who is missing is said."""
    found = []
    for make in makers:
        try:
            found.append(make())
        except ImportError as error:
            console.print(f"missing: {error.name}; `pip install -e '.[peers]'` brings the peers")
    return found


def agree(sides: Sequence[Peer], facts: Sequence[Facts]) -> None:
    """Stop where somebody decides otherwise than plain Python on any of these facts."""
    expected = [peers_plain.decide(one) for one in facts]
    for side in sides:
        found = side.outcomes(side.run(side.prepare(facts)))
        for given, one, other in zip(facts, expected, found, strict=True):
            if other != one:
                sys.exit(f"{side.name} decides {other}, plain Python {one}, on {given}")


def measure(sides: Sequence[Peer], rounds: int) -> list[Figure]:
    """Every side's share of plain Python's speed, slice by slice in turns."""
    prepared = {side.name: side.prepare(random_facts(_slice(side), seed=2)) for side in sides}
    taken: dict[str, list[float]] = {side.name: [] for side in sides}
    gc.disable()
    for _ in range(rounds):
        for side in sides:
            given = prepared[side.name]
            start = process_time_ns()
            found = side.run(given)
            taken[side.name].append((process_time_ns() - start) / len(given) / 1000)
            del found
        gc.collect()
    gc.enable()
    figures = []
    for side in sides:
        ratios = sorted(plain / own for plain, own in zip(taken[PLAIN], taken[side.name], strict=True))
        low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
        middle = statistics.median(taken[side.name])
        figures.append(Figure(side.name, statistics.median(ratios), low, high, middle, side.package))
    return figures


def _slice(side: Peer) -> int:
    """As many facts as a side decides in the time of a slice."""
    given = side.prepare(random_facts(200))
    side.run(given[:20])
    start = process_time_ns()
    side.run(given)
    return max(20, min(20_000, SLICE_NS * 200 // max(1, process_time_ns() - start)))


def show(figures: Sequence[Figure], console: Console) -> None:
    table = Table("who", "of plain Python", "middle half", "µs a decision")
    for one in sorted(figures, key=lambda figure: -figure.ratio):
        table.add_row(one.name, f"{one.ratio:.3g}", f"{one.low:.3g} – {one.high:.3g}", f"{one.microseconds:.3g}")
    console.print(table)
    for one in figures:
        told = one.what if " " in one.what else f"{one.what} {version(one.what)}"
        console.print(f"[bold]{one.name}[/]: {told}", highlight=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer facts and rounds: within 40 seconds")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plot", type=Path, help="draw the ratios as SVG")
    chosen = parser.parse_args()
    console = Console(stderr=chosen.json)
    sides = [*ours(load_policy(PACK)), *available(theirs(), console)]
    agree(sides, random_facts(500 if chosen.quick else 10_000))
    figures = measure(sides, 15 if chosen.quick else 61)
    if chosen.json:
        print(json.dumps({"results": [one.plain() for one in figures]}))
    else:
        show(figures, console)
    if chosen.plot:
        chosen.plot.write_text(plot([(one.name, one.ratio) for one in figures]), encoding="utf-8")


if __name__ == "__main__":
    main()
