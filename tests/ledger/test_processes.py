"""Several processes on one ledger, and processes that die in the middle of their work."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest

from centre import abuse, closed, dump, engine, event, said, standard

FORK = get_context("fork")
DAY = 60 * 24


def history(customers: int) -> list[dict[str, Any]]:
    """Some eighteen events per customer: strikes, a review, a call-back in vain, and ticks that find things overdue."""
    given: list[dict[str, Any]] = []
    for n in range(customers):
        who = {"contact": f"c{n}", "customer": f"u{n % 3}", "advisor": f"a{n % 2}"}
        given.append(event(f"s{n}", "contact_started", n * 60, **who, facts={"advisor.name": "Ada"}))
        for k in range(3):
            given.append(said(f"e{n}-{k}", n * 60 + k, abuse("hate" if n % 4 == 1 else "insult"), **who))
            if k < 2:
                given.append(
                    closed(f"w{n}-{k}", n * 60 + k + 0.5, "latest:final_warning" if k else "latest:warning", **who)
                )
        given.append(said(f"calm{n}", n * 60 + 2.5, **who))
        given.append(event(f"end{n}", "contact_ended", n * 60 + 3, **who))
        given.append(event(f"t{n}", "tick", n * 60 + 45))
        verdict = "upheld" if n % 5 else "overturned"
        given.append(event(f"r{n}", "offence_reviewed", n * 60 + 50, offence=f"l:e{n}-2:offence", verdict=verdict))
        given.append(event(f"o{n}", "contact_offered", n * 60 + 55, contact=f"next{n}", customer=f"u{n % 3}"))
    given.append(event("last", "tick", DAY * 30))
    return given


def run(url: str, events: list[dict[str, Any]]) -> None:
    with engine(ledger=url) as one:
        one.decide_all(events)


def contents(url: str) -> list[str]:
    with engine(ledger=url) as one:
        return dump(one)


def start(url: str, events: list[dict[str, Any]]) -> BaseProcess:
    standard()  # read once, before the fork
    process = FORK.Process(target=run, args=(url, events))
    process.start()
    return process


def test_processes_with_the_same_events_decide_each_once(url: str, tmp_path: Path) -> None:
    events = history(6)
    processes = [start(url, events) for _ in range(3)]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    undisturbed = f"sqlite:///{tmp_path}/undisturbed.db"
    run(undisturbed, events)
    assert contents(url) == contents(undisturbed)


def test_processes_with_different_customers_lose_nothing(url: str) -> None:
    shares = [
        [said(f"e{n}-{k}", k, abuse(), contact=f"c{n}-{k}", customer=f"u{n}") for k in range(30)] for n in range(3)
    ]
    processes = [start(url, share) for share in shares]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with engine(ledger=url) as one:
        kept = dump(one)
        for share in shares:
            one.decide_all(share)
        assert dump(one) == kept


def kill_when_grown(process: BaseProcess, url: str, events: int) -> None:
    """Kill a process as soon as the ledger holds that many decisions, wherever in the next one it is by then."""
    watcher = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)
    while process.is_alive():
        try:
            (count,) = watcher.execute("SELECT count(*) FROM decision").fetchone()
        except sqlite3.OperationalError:
            continue  # it has not made its tables yet
        if count >= events:
            break
    watcher.close()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


@pytest.mark.parametrize("seed", range(5))
def test_a_run_that_was_killed_again_and_again_ends_like_an_undisturbed_one(
    url: str, tmp_path: Path, seed: int
) -> None:
    events = history(18)
    assert len(events) > 190
    points = sorted(random.Random(seed).sample(range(1, len(events)), 3))
    for point in points:
        process = start(url, events)
        kill_when_grown(process, url, point)
    run(url, events)
    undisturbed = f"sqlite:///{tmp_path}/undisturbed.db"
    run(undisturbed, events)
    assert contents(url) == contents(undisturbed)
