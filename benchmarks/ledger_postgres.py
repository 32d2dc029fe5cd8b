"""The ledger in PostgreSQL with many writers, against the bare driver; `python benchmarks/ledger.py --postgres URL`."""

from __future__ import annotations

import multiprocessing
import os
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from forbear import Engine
from forbear.ledger import open_keys, open_ledger
from forbear.ledger.sessions import PostgresConnection
from ledger import POLICY, WRITES, Writes, day, encoding, timed


def beside(url: str, folder: Path, contacts: int, writers: int, rounds: int) -> dict[str, Any]:
    """Writers with customers of their own, against as many that only decide, encode and write."""
    shares = [[_of(one, w) for one in day(contacts, seed=w)] for w in range(writers)]
    ratios, ours, bares = [], [], []
    for n in range(rounds):
        ledger = _schema(url, f"bench_{os.getpid()}_{n}")
        keys = f"file:///{folder / f'{n}.keys'}"
        open_ledger(ledger, open_keys(keys)).close()
        ours.append(_together([(_decide_share, (ledger, keys, share)) for share in shares]))
        written = [_recorded(_schema(url, f"bench_{os.getpid()}_{n}_r{w}"), keys, shares[w]) for w in range(writers)]
        bare = _schema(url, f"bench_{os.getpid()}_{n}_bare")
        open_ledger(bare, open_keys(keys)).close()
        _loosen(bare)
        bares.append(
            _together([(_write_share, (bare, share, rows)) for share, rows in zip(shares, written, strict=True)])
        )
        ratios.append(bares[-1] / ours[-1])
    events = sum(len(share) for share in shares)
    return {
        "name": f"postgresql, {writers} writers",
        "ratio": round(statistics.median(ratios), 3),
        "spread": [round(min(ratios), 3), round(max(ratios), 3)],
        "events_per_second": round(events / statistics.median(ours)),
        "bare_per_second": round(events / statistics.median(bares)),
    }


def _of(event: dict[str, Any], writer: int) -> dict[str, Any]:
    """An event of one writer's own people."""
    return {**event, **{name: f"{event[name]}-{writer}" for name in ("id", "contact", "customer")}}


def _schema(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE".encode())
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"


def _together(works: list[tuple[Callable[..., None], tuple[Any, ...]]]) -> float:
    """How long processes take that begin at the same moment."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(works) + 1)
    processes = [context.Process(target=_begin, args=(barrier, work, given)) for work, given in works]
    for process in processes:
        process.start()
    barrier.wait()

    def end() -> None:
        for process in processes:
            process.join()

    taken = timed(end)
    assert all(process.exitcode == 0 for process in processes)
    return taken


def _begin(barrier: Any, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    ready = work(*given)
    barrier.wait()
    next(ready, None)


def _decide_share(ledger: str, keys: str, share: list[dict[str, Any]]) -> Iterator[None]:
    engine = Engine(POLICY, open_ledger(ledger, open_keys(keys)), discover=False, confirm="never")
    return _generator(lambda: engine.decide_all(share))


def _write_share(ledger: str, share: list[dict[str, Any]], written: list[Writes]) -> Iterator[None]:
    connection = psycopg.connect(ledger, autocommit=True)
    work = encoding(share)

    def write() -> None:
        for n, statements in enumerate(written):
            work(n)
            connection.execute("BEGIN")
            for statement, given in statements:
                connection.execute(statement.replace("?", "%s").encode(), given, binary=True)
            connection.execute("COMMIT")

    return _generator(write)


def _generator(work: Callable[[], object]) -> Iterator[None]:
    def run() -> Iterator[None]:
        work()
        yield

    return run()


def _recorded(ledger: str, keys: str, share: list[dict[str, Any]]) -> list[Writes]:
    """What the engine writes for a share, transaction by transaction."""
    found: list[Writes] = []
    run, write = PostgresConnection.run, PostgresConnection.write

    def noting(method: Callable[..., Any]) -> Callable[..., Any]:
        def noted(self: Any, statement: str, given: Any = ()) -> Any:
            if statement.startswith(WRITES) and found:
                found[-1].append((statement, tuple(given)))
            return method(self, statement, given)

        return noted

    PostgresConnection.run = noting(run)  # type: ignore[method-assign]
    PostgresConnection.write = noting(write)  # type: ignore[method-assign]
    try:
        store = open_ledger(ledger, open_keys(keys))
        begin = store.writing

        def writing() -> Any:
            found.append([])
            return begin()

        store.writing = writing  # type: ignore[method-assign]
        with Engine(POLICY, store, discover=False, confirm="never") as engine:
            engine.decide_all(share)
    finally:
        PostgresConnection.run = run  # type: ignore[method-assign]
        PostgresConnection.write = write  # type: ignore[method-assign]
    return [one for one in found if one][-len(share) :]


def _loosen(ledger: str) -> None:
    """Drop what ties rows to numbers that the server gave in another run."""
    keyed = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('f', 'p', 'u')"
    columns = {"decision": ("event", "seq"), "entry": ("name", "seq"), "amendment": ("seq",), "watch": (), "outbox": ()}
    with psycopg.connect(ledger, autocommit=True) as connection:
        for table in columns:
            for (name,) in connection.execute(keyed, (table,)).fetchall():
                connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE".encode())
        connection.execute("DROP INDEX decision_by_subject")
        connection.execute("CREATE INDEX decision_by_subject ON decision (subject, position)")
        for table, column in ((table, column) for table, named in columns.items() for column in named):
            connection.execute(f"CREATE INDEX ON {table} ({column})".encode())
