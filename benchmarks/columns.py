"""`decide_many` against plain Python row by row and BlazeRules over Arrow, and against the number of its rules.

python -m benchmarks.columns [--quick] [--rows N] [--json]

The policy is that of `peers_pack`, by hand in `peers_plain` (which says no rules) and as BlazeRules in `columns_peers`.
First all must agree on random rows. Then each decides in every round, `decide_many` all rows and the others a part of
them; what counts is the time for a row. `ratio_to_plain` goes by the clock and gains by threads, `by_processor` counts
what all threads spent. The spread is that of the middle half of the rounds.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import polars as pl
from attrs import evolve, frozen
from benchmarks.peers_facts import random_facts

from benchmarks import columns_peers, peers_plain
from forbear import Policy, decide_many, load_policy
from forbear.evaluate import Reference
from forbear.language import ir
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.types import EnumType

PACK = Path(__file__).with_name("peers_pack")
EVENT = "utterance"
RULES = (10, 100, 1_000, 10_000)
WIDE = 10**9  # the range of the number that rules test


@frozen
class Side:
    """One way to decide rows, and how many it is given at a time."""

    name: str
    rows: int
    decide: Callable[[], object]


def frame_of(policy: Policy, rows: int, seed: int = 1) -> pl.DataFrame:
    """Random rows: those of the peers, drawn again and again, so that ten million take seconds to make."""
    drawn = pl.DataFrame(random_facts(100_000, seed))
    enums = {path: pl.Enum(kind.values) for path, one in policy.facts.items() if isinstance(kind := one.type, EnumType)}
    few = drawn.cast(enums)  # type: ignore[arg-type]
    columns = (column.sample(rows, with_replacement=True, seed=seed + n) for n, column in enumerate(few))
    return pl.DataFrame(list(columns))


def agreement(policy: Policy, count: int, blaze: Callable[[Any], list[Any]] | None) -> None:
    """Stop where anybody decides a row otherwise."""
    frame = frame_of(policy, count, seed=7)
    answer, reference = decide_many(policy, frame, event=EVENT), Reference(policy)
    numbers = blaze(columns_peers.blaze_batch(frame)) if blaze is not None else []
    for n, (row, told) in enumerate(zip(frame.iter_rows(named=True), answer.iter_rows(named=True), strict=True)):
        wanted = reference.decide(EVENT, {**row, "event.type": EVENT})
        fired = tuple(told[f"{name}.rule"] for name in wanted.outcome if told[f"{name}.rule"] is not None)
        found = {name: told[name] for name in wanted.outcome}
        if found != wanted.outcome or fired != wanted.fired or found != peers_plain.decide(row):
            sys.exit(f"they differ on {row}: {wanted}, {told}")
        for several, (decision, rules) in zip(numbers, columns_peers.DECISIONS.items(), strict=bool(numbers)):
            if rules[several[n]] != (told[f"{decision}.rule"], told[decision]):
                sys.exit(f"BlazeRules differs on {row}: {decision}")


def compared(sides: Sequence[Side], rounds: int) -> list[dict[str, Any]]:
    """The sides in turns; the first is what they are set against."""
    times: dict[str, list[tuple[float, float]]] = {one.name: [] for one in sides}
    for _ in range(rounds):
        for one in sides:
            gc.collect()
            clock, processor = perf_counter(), process_time()
            one.decide()
            spent = perf_counter() - clock, process_time() - processor
            times[one.name].append((spent[0] / one.rows, spent[1] / one.rows))
    plain, found = times[sides[0].name], []
    for name, own in times.items():
        ratios = sorted(base[0] / mine[0] for base, mine in zip(plain, own, strict=True))
        by_processor = (base[1] / mine[1] for base, mine in zip(plain, own, strict=True))
        found.append(
            {
                "name": name,
                "ratio_to_plain": round(statistics.median(ratios), 2),
                "spread": [round(ratios[len(ratios) // 4], 2), round(ratios[len(ratios) * 3 // 4], 2)],
                "by_processor": round(statistics.median(by_processor), 2),
                "nanoseconds": round(statistics.median(one[0] for one in own) * 1e9, 1),
            }
        )
    return found


def policy_of(number: int, kind: str) -> Policy:
    """A decision of so many rules that test one enumeration, text or number, the last wanting a search."""
    values = [f"v{n}" for n in range(min(number, 200))]  # an enumeration has no more
    declared = {"enumeration": values, "text": "string", "number": {"type": "int", "range": [0, WIDE]}}[kind]
    one = {"rule": "r", "when": {"number": "x.k < 1"}.get(kind, 'x.k == "v0"'), "then": "a"}
    decision = {"decision": "d", "asked_on": [EVENT], "outcome": ["a", "b", "c"], "fallback": "a"}
    written = {"facts": {"x.k": declared}, "decisions": [{**decision, "rules": [one, {"otherwise": "b"}]}]}
    pack = {"pack.yaml": "pack: many\nversion: 1.0.0\nlanguage: 1\n", "all.yaml": json.dumps(written)}
    policy = build_policy(pack_from_texts(pack))
    (rule,), read = policy.decisions["d"].rules, ir.Read("x.k")
    cuts = sorted(random.Random(1).sample(range(1, WIDE), number))
    whens = [ir.Compare("<", read, ir.Constant(cut)) for cut in cuts]
    if kind != "number":
        whens = [
            ir.Compare("==", read, ir.Constant(f"v{n % 200 if kind == 'enumeration' else n}")) for n in range(number)
        ]
    rules = [evolve(rule, name=f"r{n}", when=when, then=ir.Constant("abc"[n % 3])) for n, when in enumerate(whens)]
    many = evolve(policy.decisions["d"], rules=tuple(rules))
    return evolve(policy, decisions={"d": many})


def keys_of(kind: str, number: int, rows: int) -> pl.DataFrame:
    """Rows of what the rules test."""
    if kind == "number":
        return pl.DataFrame({"x.k": pl.int_range(0, WIDE, WIDE // rows, eager=True).sample(rows, shuffle=True, seed=1)})
    values = [f"v{n}" for n in range(min(number, 200) if kind == "enumeration" else number)]
    column = pl.Series("x.k", values).sample(rows, with_replacement=True, seed=1)
    return pl.DataFrame([column.cast(pl.Enum(values)) if kind == "enumeration" else column])


def by_rules(kind: str, rows: int, rounds: int, numbers: Sequence[int]) -> dict[str, Any]:
    """What a further row costs with more and more rules, against the fewest, and what it takes to make ready."""
    told = [(number, policy_of(number, kind), keys_of(kind, number, rows)) for number in numbers]
    times: dict[int, list[tuple[float, float]]] = {number: [] for number in numbers}
    for _ in range(rounds):
        for number, policy, keys in told:
            times[number].append((_processor(policy, keys.head(rows // 10)), _processor(policy, keys)))
    further = rows - rows // 10
    each = {number: statistics.median((all_ - few) / further for few, all_ in own) for number, own in times.items()}
    ready = {
        number: statistics.median(few for few, _ in own) - rows // 10 * each[number] for number, own in times.items()
    }
    return {
        "name": f"rules on one {kind}",
        "cost": {str(number): round(own / each[numbers[0]], 2) for number, own in each.items()},
        "nanoseconds": {str(number): round(own * 1e9, 1) for number, own in each.items()},
        "ready_after_seconds": {str(number): round(own, 3) for number, own in ready.items()},
    }


def _processor(policy: Policy, keys: pl.DataFrame) -> float:
    start = process_time()
    decide_many(policy, keys, event=EVENT)
    return process_time() - start


def megabytes() -> float:
    """The most memory that this process ever held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 2**10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--quick", action="store_true", help="a million rows and few rounds")
    parser.add_argument("--most-rules", type=int, default=RULES[-1])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = given.rows or (1_000_000 if given.quick else 10_000_000)
    policy = load_policy(PACK)
    try:
        blaze = columns_peers.blaze()
    except ImportError:
        blaze = None
        print("BlazeRules is missing: pip install 'forbear[peers]'", file=sys.stderr)
    agreement(policy, min(rows, 10_000), blaze)
    frame, before = frame_of(policy, rows), 0.0
    before = megabytes()
    decide_many(policy, frame, event=EVENT)
    grown = megabytes() - before
    part = frame.head(min(rows, 20_000)).rows(named=True)
    sides = [
        Side("plain Python", len(part), lambda: [peers_plain.decide(row) for row in part]),
        Side("decide_many", rows, lambda: decide_many(policy, frame, event=EVENT)),
    ]
    if blaze is not None:
        decide, batch = blaze, columns_peers.blaze_batch(frame.head(min(rows, 500_000)))
        sides.append(Side("BlazeRules", batch.num_rows, lambda: decide(batch)))
    results = compared(sides, 5 if given.quick else 15)
    numbers, rounds = [number for number in RULES if number <= given.most_rules], 3 if given.quick else 9
    tables = [by_rules(kind, rows // 2, rounds, numbers) for kind in ("enumeration", "text", "number")]
    if given.json:
        print(json.dumps({"results": results, "rules": tables, "rows": rows, "megabytes": round(grown)}))
        return
    print(f"{rows:,} rows; deciding them took {grown:,.0f} MB beside them")
    for one in [*results, *tables]:
        print(one.pop("name"), *(f"{key} {value}" for key, value in one.items()), sep="  ")


if __name__ == "__main__":
    main()
