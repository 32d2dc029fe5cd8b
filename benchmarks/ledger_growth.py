"""What an event of each kind costs with the whole pack `standard`, as the ledger of a centre grows.

Processor time of one thread, in milliseconds, on a ledger in memory: the median over the last 40 contacts before each
mark; a tick counts with all that it finds overdue. Run it with `python benchmarks/ledger_growth.py 600 3000`. With
`--entries 100000` it asks a centre with so many entries, most of them promises and cases of other customers, beside one
with a hundred.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from forbear import Engine
from forbear.ledger.entries import LAST, Entry, to_micros

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEEN = 40  # contacts before each mark
ABUSE = {"speech.hostile": True, "speech.target": "advisor", "speech.category": "insult", "speech.frustrated": True}
CALM = {"speech.hostile": False, "speech.target": "nobody", "speech.category": "none", "speech.frustrated": False}
ADVISORS = [{"id": f"a{n}", "available": True, "skills": ["general"]} for n in range(20)]


def contact(n: int, dice: random.Random) -> Iterator[dict[str, Any]]:
    """The events of the n-th contact: it waits, starts, speaks, opens a case, hears a promise and ends."""
    who = {"contact": f"c{n}", "customer": f"u{dice.randrange(1 + n // 3)}", "advisor": f"a{dice.randrange(20)}"}
    caller = {name: who[name] for name in ("contact", "customer")}
    case = {"case": f"k{n}", "kind": dice.choice(("problem", "complaint")), "topic": dice.choice(("bill", "tone"))}
    yield {"type": "contact_offered", **caller, "channel": "voice", "facts": {"advisors": ADVISORS}}
    yield {"type": "contact_started", **who, "channel": "voice"}
    for _ in range(3):
        yield {"type": "utterance", **who, "facts": ABUSE if dice.random() < 0.2 else CALM}
    yield {"type": "case_opened", **who, **case}
    yield {"type": "promise_made", **who, "promise": f"p{n}", "within": 60}
    yield {"type": "contact_ended", **who}
    waiting = [{"id": f"c{n}", "since": 30}]
    yield {"type": "tick", "facts": {"queue.waiting": waiting}}


def grown(marks: list[int]) -> None:
    """Tell what events cost after so many contacts."""
    dice = random.Random(1)
    with Engine("standard", "memory:", discover=False, confirm="never") as engine:
        times: defaultdict[str, list[float]] = defaultdict(list)
        for n in range(max(marks)):
            for k, told in enumerate(contact(n, dice)):
                times[told["type"]].append(_decided(engine, n, k, told))
            if n + 1 in marks or n + 1 == SEEN:
                print(f"after {n + 1} contacts:", *_shown(times), sep="  ", flush=True)


def flat(short: int, long: int) -> None:
    """Tell what events cost in a centre with many entries, beside one with few."""
    dice = random.Random(1)
    events = [list(contact(n, dice)) for n in range(SEEN + 1)]
    engines = {entries: Engine("standard", "memory:", discover=False, confirm="never") for entries in (short, long)}
    taken = {entries: defaultdict[str, list[float]](list) for entries in engines}
    for entries, engine in engines.items():
        for k, told in enumerate(events[0]):
            _decided(engine, 0, k, told)
        _fill(engine, entries)
    for n, some in enumerate(events[1:], 1):
        for entries, engine in engines.items():
            for k, told in enumerate(some):
                taken[entries][told["type"]].append(_decided(engine, n, k, told))
    for entries, engine in engines.items():
        reading = sum(max(one) for one in taken[entries].values())
        print(f"{entries} entries:", *_shown(taken[entries]), f"first questions {reading:.2f} s", sep="  ", flush=True)
        engine.close()


def _fill(engine: Engine, entries: int) -> None:
    """Add copies of a promise and a case, each of another customer and thing, one a minute before the start."""
    with engine.store.writing() as ledger:
        kept = [*ledger.entries("obligation", "centre", None, None, LAST)][-1:]
        kept += [*ledger.entries("case", "centre", None, None, LAST)]
        for n in range(entries):
            at, like = to_micros(START) - n * 60_000_000, kept[n % len(kept)]
            own = {name: f"{name}-{n}" for name in ("case", "promise") if name in like.values}
            whom = (f"old-c{n}", f"old-u{n % 5000}", f"a{n % 20}")
            ledger.append(Entry(f"old-{n}", like.kind, at, *whom, {**like.values, **own}))
        ledger.save_decision("filled", "", to_micros(START), None, None, "{}")


def _decided(engine: Engine, n: int, k: int, told: dict[str, Any]) -> float:
    """The processor time that the k-th event of the n-th contact takes."""
    at = START + timedelta(minutes=n, seconds=k)
    event = {"id": f"e{n}-{k}", "at": at.isoformat(), **told}
    begun = time.thread_time()
    engine.decide(event)
    return time.thread_time() - begun


def _shown(times: dict[str, list[float]]) -> Iterator[str]:
    for kind, taken in sorted(times.items()):
        last = taken[-(SEEN * len(taken) // len(times["tick"])) :]
        yield f"{kind} {1000 * statistics.median(last):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contacts", type=int, nargs="*", default=[600, 3000])
    parser.add_argument("--entries", type=int)
    given = parser.parse_args()
    if given.entries:
        flat(100, given.entries)
    else:
        grown(given.contacts)


if __name__ == "__main__":
    main()
