"""What a decision costs against the number of its rules, and a ranking against the number of its candidates.

python -m benchmarks.scale [--quick] [--json]

The rules test one enumeration (a text, where it has more than 200 values) or one number against constants. Beside
Forbear stand the same rules as a chain of `if` in plain Python and as one `if` of datalogic-py; and plain Python's
ranking. Processor time, in turns.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Callable, Sequence
from time import perf_counter, process_time_ns
from typing import Any

from rich.console import Console
from rich.table import Table

from forbear import Policy
from forbear.evaluate import Compiled
from forbear.language.pack import build_policy, pack_from_texts

EVENT = "contact_offered"
COUNTS = (10, 100, 1_000, 10_000)
CANDIDATES = (10, 100, 1_000, 10_000)
LEVELS = ("low", "middle", "high")
MOST_VALUES = 200  # of an enumeration; a text has any
SLICE_NS = 3_000_000
Ask = Callable[[], Any]


def pack(files: dict[str, str]) -> Policy:
    head = "pack: scale\nversion: 1.0.0\nlanguage: 1\n"
    return build_policy(pack_from_texts({"pack.yaml": head, **files}))


def ruled(count: int, by: str) -> Policy:
    """A decision of so many rules on one enumeration or one number, the last being what holds otherwise."""
    if by == "enumeration":
        kind = "[" + ", ".join(f"v{n}" for n in range(count)) + "]" if count <= MOST_VALUES else "string"
        whens = [f'contact.kind == "v{n}"' for n in range(count - 1)]
    else:
        kind = f"{{type: int, range: [0, {10 * count}]}}"
        whens = [f"contact.kind >= {10 * n} && contact.kind < {10 * n + 10}" for n in range(count - 1)]
    rules = [f"  - {{rule: r{n}, when: '{when}', then: {LEVELS[n % 3]}}}" for n, when in enumerate(whens)]
    head = f"decision: level\nasked_on: [{EVENT}]\noutcome: [{', '.join(LEVELS)}]\nfallback: low\nhit: first\nrules:\n"
    otherwise = "\n  - otherwise: low"
    return pack({"words.yaml": f"facts: {{contact.kind: {kind}}}\n", "level.yaml": head + "\n".join(rules) + otherwise})


def chain(count: int, by: str) -> Callable[[dict[str, Any]], str]:
    """The same rules as a chain of conditions by hand."""
    lines = ["def level(f):", "    kind = f['contact.kind']"]
    for n in range(count - 1):
        when = f"kind == 'v{n}'" if by == "enumeration" else f"{10 * n} <= kind < {10 * n + 10}"
        lines += [f"    if {when}:", f"        return {LEVELS[n % 3]!r}"]
    space: dict[str, Any] = {}
    exec("\n".join([*lines, "    return 'low'"]), space)  # noqa: S102 — our own lines
    return space["level"]  # type: ignore[no-any-return]


def logic(count: int, by: str) -> Callable[[dict[str, Any]], Any] | None:
    """The same rules in JSONLogic, where datalogic-py is installed."""
    try:
        from datalogic_py import Engine
    except ImportError:
        return None
    kind = {"var": "kind"}
    parts: list[Any] = []
    for n in range(count - 1):
        within = {"and": [{">=": [kind, 10 * n]}, {"<": [kind, 10 * n + 10]}]}
        parts += [{"==": [kind, f"v{n}"]} if by == "enumeration" else within, LEVELS[n % 3]]
    return Engine().compile({"if": [*parts, "low"]}).evaluate  # type: ignore[no-any-return]


def ranked() -> Policy:
    """Advisors by what they know and how long they have been free."""
    words = """facts:
  contact.skill: string
  advisors:
    list_of:
      id: string
      open: bool
      skills: {type: list of string, default: []}
      free: {type: int, unit: seconds, range: [0, 86400], default: 0}
"""
    ranking = f"""decision: advisor
asks: Who takes it?
asked_on: [{EVENT}]
over: advisors
fallback: as_given
require:
  - {{rule: at-work, when: candidate.open}}
  - {{rule: skilled, when: contact.skill in candidate.skills}}
prefer:
  - {{rule: longest-free, add: = candidate.free}}
"""
    return pack({"words.yaml": words, "advisor.yaml": ranking})


def ranked_by_hand(facts: dict[str, Any]) -> list[str]:
    """The same ranking in plain Python."""
    able = [one for one in facts["advisors"] if one["open"] and facts["contact.skill"] in one["skills"]]
    return [one["id"] for one in sorted(able, key=lambda one: -one["free"])]


def in_turns(asked: dict[str, Ask], rounds: int) -> dict[str, float]:
    """The median of each, in microseconds for one call."""
    times: dict[str, list[float]] = {name: [] for name in asked}
    calls: dict[str, int] = {}
    for name, ask in asked.items():
        ask()
        start = process_time_ns()
        ask()
        calls[name] = max(1, SLICE_NS // max(1, process_time_ns() - start))
    for _ in range(rounds):
        for name, ask in asked.items():
            start = process_time_ns()
            for _ in range(calls[name]):
                ask()
            times[name].append((process_time_ns() - start) / calls[name] / 1000)
    return {name: statistics.median(one) for name, one in times.items()}


def for_each(decide: Callable[[Any], Any], given: Sequence[Any]) -> Ask:
    return lambda: [decide(one) for one in given]


def by_rules(by: str, rounds: int, counts: Sequence[int]) -> list[dict[str, Any]]:
    asked: dict[str, Ask] = {}
    built: dict[int, float] = {}
    dice = random.Random(1)
    for count in counts:
        start = perf_counter()
        compiled = Compiled(ruled(count, by))
        kinds: list[Any] = [
            dice.randrange(count) if by == "enumeration" else dice.randrange(10 * count) for _ in range(50)
        ]
        values = [f"v{one}" if by == "enumeration" else one for one in kinds]
        facts = [{"contact.kind": one} for one in values]
        hand, other = chain(count, by), logic(count, by)
        expected = [hand(one) for one in facts]
        assert [compiled.decide(EVENT, one).outcome["level"] for one in facts] == expected
        built[count] = perf_counter() - start
        asked[f"forbear {count}"] = for_each(lambda one, decide=compiled.decide: decide(EVENT, one), facts)
        asked[f"chain {count}"] = for_each(hand, facts)
        if other is not None:
            given = [{"kind": one} for one in values]
            assert [other(one) for one in given] == expected
            asked[f"datalogic {count}"] = for_each(other, given)
    found = in_turns(asked, rounds)
    rows = []
    for name in ("forbear", "chain", "datalogic"):
        costs = [found[f"{name} {count}"] / 50 for count in counts if f"{name} {count}" in found]
        if costs:
            rows.append({"name": name, "by": by, "us": costs, "times_of_first": [one / costs[0] for one in costs]})
    return rows


def by_candidates(rounds: int, counts: Sequence[int]) -> list[dict[str, Any]]:
    compiled, asked, dice = Compiled(ranked()), dict[str, Ask](), random.Random(1)
    for count in counts:
        advisors = tuple(
            {
                "id": f"a{n}",
                "open": dice.random() < 0.8,
                "skills": tuple(dice.sample(["en", "zh", "billing", "tech"], 2)),
                "free": dice.randrange(3600),
            }
            for n in range(count)
        )
        facts: dict[str, Any] = {"contact.skill": "zh", "advisors": advisors}
        assert list(compiled.decide(EVENT, facts).outcome["advisor"]) == ranked_by_hand(facts)
        asked[f"forbear {count}"] = lambda facts=facts: compiled.decide(EVENT, facts)
        asked[f"by hand {count}"] = lambda facts=facts: ranked_by_hand(facts)
    found = in_turns(asked, rounds)
    rows = []
    for name in ("forbear", "by hand"):
        costs = [found[f"{name} {count}"] for count in counts]
        rows.append(
            {"name": name, "by": "candidates", "us": costs, "times_of_first": [one / costs[0] for one in costs]}
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="no more than 1,000 of each")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    counts, rounds = (COUNTS[:3], 7) if chosen.quick else (COUNTS, 31)
    rows = [*by_rules("enumeration", rounds, counts), *by_rules("number", rounds, counts)]
    rows += by_candidates(rounds, CANDIDATES[: len(counts)])
    if chosen.json:
        print(json.dumps({"counts": counts, "results": rows}))
        return
    table = Table("who", "by", *[f"{one:,}" for one in counts], title="µs a decision (and times of the first)")
    for row in rows:
        cells = [f"{us:.3g} ({times:.3g})" for us, times in zip(row["us"], row["times_of_first"], strict=True)]
        table.add_row(row["name"], row["by"], *cells)
    Console().print(table)


if __name__ == "__main__":
    main()
