"""Several processes on one ledger, and processes that die in the middle of their work."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
from collections import Counter
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from centre import abuse, closed, dump, event, routing, said
from chains import broken_chains
from forbear.ledger.entries import LAST
from places import Place, postgres, sqlite
from recount import differences

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


def run(place: Place, events: list[dict[str, Any]]) -> None:
    with place.engine() as one:
        one.decide_all(events)


def start(place: Place, events: list[dict[str, Any]]) -> BaseProcess:
    routing()  # read once, before the fork
    process = FORK.Process(target=run, args=(place, events))
    process.start()
    return process


def ended(processes: list[BaseProcess]) -> list[int | None]:
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def undisturbed(folder: Path, events: list[dict[str, Any]]) -> list[str]:
    """What a ledger holds after one process decided all events."""
    folder.mkdir()
    place = sqlite(folder)
    run(place, events)
    return place.contents()


def test_processes_with_the_same_events_decide_each_once(place: Place, tmp_path: Path) -> None:
    events = history(6)
    assert ended([start(place, events) for _ in range(3)]) == [0, 0, 0]
    assert place.contents() == undisturbed(tmp_path / "undisturbed", events)
    assert broken_chains(place) == []


def test_processes_with_different_customers_lose_nothing(place: Place) -> None:
    shares = [
        [said(f"e{n}-{k}", k, abuse(), contact=f"c{n}-{k}", customer=f"u{n}") for k in range(30)] for n in range(3)
    ]
    assert ended([start(place, share) for share in shares]) == [0, 0, 0]
    assert broken_chains(place) == []
    with place.engine() as one:
        kept = dump(one)
        for share in shares:
            one.decide_all(share)
        assert dump(one) == kept


WRITERS = 8


def written(writer: int) -> list[dict[str, Any]]:
    """What one of many writers sends: every other event about a customer of its own, the others about four whom all
    writers share, in one contact of theirs and one of the writer's.
    """
    given = []
    for k in range(24):
        whose = f"own{writer}" if k % 2 else f"shared{k // 2 % 4}"
        contact = f"{whose}-{writer}" if k % 3 else whose
        given.append(said(f"e{writer}-{k}", k, abuse() if k % 4 == 0 else None, contact=contact, customer=whose))
    return given


def test_eight_writers_lose_nothing_decide_nothing_twice_and_keep_each_customers_order(tmp_path: Path) -> None:
    place = postgres(tmp_path)
    shares = [written(n) for n in range(WRITERS)]
    assert ended([start(place, share) for share in shares]) == [0] * WRITERS
    assert broken_chains(place) == []
    with place.engine() as one:
        kept = dump(one)
        with one.store.reading() as ledger:
            order = [json.loads(record)["event"] for record in ledger.records()]
            warned = [one.contact for one in ledger.entries("warning", "centre", None, None, LAST)]
        assert differences(one, LAST) == []
        assert sorted(order) == sorted(told["id"] for share in shares for told in share)
        for share in shares:
            one.decide_all(share)
        assert dump(one) == kept
    for n in range(WRITERS):
        mine = [id_ for id_ in order if id_.startswith(f"e{n}-")]
        assert mine == [told["id"] for told in shares[n]], "each writer's events stand in the order it sent them"
    # A second strike before the first warning was spoken is not warned of; two writers that decided at once would both.
    assert warned
    assert set(Counter(warned).values()) == {1}


def kill_when_grown(process: BaseProcess, place: Place, events: int) -> None:
    """Kill a process as soon as the ledger holds that many decisions, wherever in the next one it is by then."""
    while process.is_alive():
        try:
            ((count,),) = place.rows("SELECT count(*) FROM decision")
        except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
            continue  # it has not made its tables yet
        if count >= events:
            break
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


@pytest.mark.parametrize("seed", range(2))
def test_a_run_that_was_killed_again_and_again_ends_like_an_undisturbed_one(
    place: Place, tmp_path: Path, seed: int
) -> None:
    events = history(9)
    assert len(events) > 90
    points = sorted(random.Random(seed).sample(range(1, len(events)), 3))
    for point in points:
        process = start(place, events)
        kill_when_grown(process, place, point)
    run(place, events)
    assert place.contents() == undisturbed(tmp_path / "undisturbed", events)
    assert broken_chains(place) == []
