"""What the ledger costs: the engine against the bare driver that writes the same bytes in the same transactions.

The baseline decides and encodes as the engine does, then writes with `sqlite3` (or psycopg) what the engine wrote,
statement by statement, in the same transactions. So the ratio says what everything else costs: parsing, looking up,
folds, hooks, the chain. Run it with `make bench-ledger`, or `python benchmarks/ledger.py --help`.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve

from forbear import Engine, load_policy
from forbear.codec import line, record_as_plain
from forbear.engine.events import fingerprint, parse_event
from forbear.engine.facts import Supplied, gather, shown
from forbear.evaluate import make_evaluator
from forbear.language.types import Value, fit
from forbear.ledger.entries import Entry, to_micros
from forbear.ledger.keys import MemoryKeys
from forbear.ledger.seal import Sealer, digest, link, moment
from forbear.ledger.sqlite import SQLiteStore

POLICY = load_policy("routing")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
SLICE = 100  # events that one side decides before it is the other's turn
WRITES = ("INSERT", "UPDATE", "DELETE")
ABUSE = {"speech.hostile": True, "speech.target": "advisor", "speech.category": "insult", "speech.frustrated": True}
CALM = {"speech.hostile": False, "speech.target": "nobody", "speech.category": "none", "speech.frustrated": False}

Writes = list[tuple[str, tuple[Any, ...]]]  # of one transaction


def day(contacts: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Contacts of many customers: they start, speak, some abuse, are warned, and end."""
    dice = random.Random(seed)
    for n in range(contacts):
        who = {"contact": f"c{n}", "customer": f"u{dice.randrange(contacts)}", "advisor": f"a{dice.randrange(20)}"}
        at = START + timedelta(seconds=30 * n)

        steps: list[dict[str, Any]] = [
            {"type": "contact_started", "channel": "voice", "facts": {"customer.value": 0.5}},
            *({"type": "utterance", "facts": ABUSE if dice.random() < 0.2 else CALM} for _ in range(3)),
            {"type": "contact_ended"},
        ]
        for k, step in enumerate(steps):
            yield {"id": f"e{n}-{k}", "at": (at + timedelta(seconds=k)).isoformat(), **who, **step}


class Recorder:
    """Notes every transaction's writes, with their parameters."""

    def __init__(self, store: SQLiteStore) -> None:
        self.transactions: list[Writes] = []
        inner = store._connection.execute
        recorder = self

        class Connection:
            def __getattr__(self, name: str) -> Any:
                return getattr(connection, name)

            def execute(self, statement: str, given: Any = ()) -> Any:
                if statement.startswith("BEGIN IMMEDIATE"):
                    recorder.transactions.append([])
                elif statement.startswith(WRITES) and recorder.transactions:
                    recorder.transactions[-1].append((statement, tuple(given)))
                return inner(statement, given)

        connection = store._connection
        store._connection = Connection()  # type: ignore[assignment]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Bare:
    """The bare driver on a file of its own: it decides and encodes, then writes, transaction by transaction."""

    def __init__(self, path: Path, schema: Path, transactions: list[Writes], work: Callable[[int], None]) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._transactions, self._work = transactions, work
        source = sqlite3.connect(schema)
        tables = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        for (statement,) in source.execute(tables):
            self._connection.execute(statement)
        source.close()
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")

    def write(self, slice_: range, batch: int) -> None:
        """Write some of the transactions; `batch` of them go to the disk together."""
        execute = self._connection.execute
        for n in slice_:
            self._work(n)
            if batch > 1 and n % batch == 0:
                execute("PRAGMA synchronous = NORMAL")
            if batch > 1 and (n % batch == batch - 1 or n == slice_[-1]):
                execute("PRAGMA synchronous = FULL")
            execute("BEGIN IMMEDIATE")
            for statement, given in self._transactions[n]:
                execute(statement, given)
            execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


def encoding(events: list[dict[str, Any]]) -> Callable[[int], None]:
    """Deciding and encoding of the n-th event, without a ledger: what the baseline has to do too.

    The event is read and checked, its facts are fitted, the policy is evaluated, the record is made and written as
    JSON, and each row is sealed and hashed.
    """
    evaluator = make_evaluator("compiled", POLICY)
    sealer = Sealer(MemoryKeys())
    number = sealer.keys.take()
    with Engine(POLICY, "memory:", discover=False, confirm="never") as engine:
        records = engine.decide_all(events)
    folds = [
        {path: fit(path, POLICY.folds[path].type, value) for path, value in one.facts.items() if path in POLICY.folds}
        for one in records
    ]
    rows = [[*one.recorded, *one.obligations, *one.amended] for one in records]

    def work(n: int) -> None:
        event = parse_event(events[n], POLICY)
        mark = fingerprint(event)
        values = {**gather(POLICY, event, None, Supplied()).values, **folds[n]}
        answer = evaluator.decide(event.type, values, frozenset())
        facts = shown(POLICY, event.type, values)
        record = evolve(records[n], facts=facts, fired=answer.fired)
        head = bytes(32)
        for row in (line(record_as_plain(record)), *(line({"id": one.id, "values": facts}) for one in rows[n])):
            name = sealer.name("entry", event.id)
            body = sealer.seal(number, row.encode(), name)
            head = link(head, 1, [name, moment(0), digest(body), mark.encode()])

    return work


def compare(folder: Path, contacts: int, rounds: int, batch: int) -> dict[str, Any]:
    """The ratio of the baseline's time to the engine's: 1 would be free.

    Both take turns with slices of the same events, so that what else the machine does meets both.
    """
    events = list(day(contacts))
    store = SQLiteStore(str(folder / "recorded.db"))
    recorder = Recorder(store)
    with Engine(POLICY, store, discover=False, confirm="never") as engine:
        engine.decide_all(events)
    work = encoding(events)
    written = [one for one in recorder.transactions if one][-len(events) :]  # the first keeps the policy
    slices = [range(n, min(n + SLICE, len(events))) for n in range(0, len(events), SLICE)]
    ours: list[float] = []
    bares: list[float] = []
    for n in range(rounds):
        bare = Bare(folder / f"bare-{batch}-{n}.db", folder / "recorded.db", written, work)
        ledger = f"sqlite:///{folder / f'engine-{batch}-{n}.db'}"
        with Engine(POLICY, ledger, discover=False, confirm="never") as engine:
            for one in slices:
                some = events[one.start : one.stop]
                ours.append(timed(partial(engine.decide_all, some, batch)) / len(some))
                bares.append(timed(partial(bare.write, one, batch)) / len(some))
        bare.close()
    for path in folder.iterdir():
        path.unlink()
    name = "sqlite, one by one" if batch == 1 else f"sqlite, batches of {batch}"
    return {"name": name, **_compared(ours, bares)}


def _compared(ours: list[float], bares: list[float]) -> dict[str, Any]:
    """Seconds for each event, slice by slice: medians, and between which ratios the middle half of the slices lies."""
    ratios = sorted(bare / our for our, bare in zip(ours, bares, strict=True))
    return {
        "ratio": round(statistics.median(ratios), 3),
        "middle": [round(ratios[len(ratios) // 4], 3), round(ratios[len(ratios) * 3 // 4], 3)],
        "events_per_second": round(1 / statistics.median(ours)),
        "bare_per_second": round(1 / statistics.median(bares)),
    }


def flat(folder: Path, short: int, long: int, questions: int) -> dict[str, Any]:
    """What a decision costs for a customer with a long past against one with a short one, once their pasts are read."""
    with Engine(POLICY, f"sqlite:///{folder / 'flat.db'}", discover=False, confirm="never") as engine:
        for customer, entries in (("short", short), ("long", long)):
            _fill(engine, customer, entries)
        asked = {customer: [_offer(customer, n) for n in range(questions + 1)] for customer in ("short", "long")}
        first = {customer: _decided(engine, told[0]) for customer, told in asked.items()}
        times: dict[str, list[float]] = {"short": [], "long": []}
        for n in range(1, questions + 1):
            for customer, told in asked.items():
                times[customer].append(_decided(engine, told[n]))
        each = {customer: statistics.median(found) for customer, found in times.items()}
    return {
        "name": f"a past of {long:,} entries against {short:,}",
        "ratio": round(each["long"] / each["short"], 2),
        "milliseconds": {customer: round(1000 * one, 3) for customer, one in each.items()},
        "first_question_seconds": {customer: round(one, 3) for customer, one in first.items()},
    }


def _offer(customer: str, n: int) -> dict[str, Any]:
    """A contact to be routed, which asks the folds over the customer's past."""
    at, contact = (START + timedelta(days=30, seconds=n)).isoformat(), f"{customer}-new-{n}"
    return {"id": contact, "at": at, "type": "contact_offered", "contact": contact, "customer": customer}


def _decided(engine: Engine, event: dict[str, Any]) -> float:
    return timed(lambda: engine.decide(event))


def _fill(engine: Engine, customer: str, entries: int) -> None:
    kinds: list[tuple[str, dict[str, Value]]] = [
        ("offence", {"status": "upheld", "category": "insult", "advisor": "a1"}),
        ("warning", {"level": "first", "spoken": True}),
    ]
    for begin in range(0, entries, 1000):
        with engine.store.writing() as ledger:
            at = START
            for n in range(begin, min(begin + 1000, entries)):
                at = START + timedelta(seconds=n)
                kind, values = kinds[n % 2]
                contact = f"{customer}-{n // 50}"
                ledger.append(Entry(f"l:{customer}-{n}", kind, to_micros(at), contact, customer, "a1", values))
            ledger.save_decision(f"fill-{customer}-{begin}", "", to_micros(at), None, customer, "{}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=400, help="of five events each")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--entries", type=int, default=100_000, help="of the customer with the long past")
    parser.add_argument("--folder", help="where the files are written; the disk decides much of it")
    parser.add_argument("--postgres", metavar="URL", help="a PostgreSQL database to measure too, in schemas of its own")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        results = [compare(folder, given.contacts, given.rounds, batch) for batch in (1, 100)]
        results.append(flat(folder, 100, given.entries, 200))
        if given.postgres:
            from ledger_postgres import beside  # psycopg is an extra

            results.append(beside(given.postgres, folder, given.contacts // 4, 8, given.rounds))
    if given.json:
        print(json.dumps({"results": results}))
        return
    for one in results:
        print(one.pop("name"), *(f"{key} {value}" for key, value in one.items()), sep="  ")


if __name__ == "__main__":
    sys.exit(main())
