"""Events that come twice, late, in any order and from several processes, and clocks that jump back."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from chains import broken_chains
from forbear import EventError
from places import sqlite

from .conftest import EVERY, Make, wanted
from .day import EVENTS, Site, site, undisturbed, unsound, wrong

FORK = get_context("fork")


def live_in_any_order(one: Site, seed: int) -> None:
    """Send every event twice, in an order of one's own; one that cannot be taken yet or any more is left."""
    chance, start = random.Random(seed), datetime.now(UTC)
    with one.engine() as engine:
        for told in chance.sample(EVENTS * 2, len(EVENTS) * 2):
            engine.outbox.clock = lambda: start + timedelta(minutes=chance.choice([0, 60, -60]))
            with suppress(EventError):
                one.note(engine.decide(told))


@pytest.mark.parametrize("seed", range(40 if EVERY else 1))
def test_events_in_any_order_from_several_processes_are_each_decided_once(make: Make, seed: int, room: Path) -> None:
    sites = [site(room / str(n), make) for n in range(3)]
    shared = [Site(sites[0].place, one.folder) for one in sites]
    processes = [FORK.Process(target=live_in_any_order, args=(one, seed * 3 + n)) for n, one in enumerate(shared)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    for one in shared:
        assert unsound(one) == []
    told = {}
    for id_, record in [pair for one in shared for pair in one.told()]:
        assert told.setdefault(id_, record) == record or id_ in ("z1", "gone"), (
            "each answer is the same, or a tombstone"
        )
    assert broken_chains(sites[0].place) == []


def test_an_event_sent_twice_at_once_is_handed_over_once(make: Make, room: Path) -> None:
    one, events = site(room / "twice", make), EVENTS if EVERY else EVENTS[:4]
    for told in events:
        processes = [FORK.Process(target=one.live, args=([told],)) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0, 0]
    assert wrong(one, undisturbed(room / "calm", sqlite, events), again=0) == []


def test_a_wall_clock_that_jumps_back_hands_nothing_over_twice(make: Make, room: Path) -> None:
    one = site(room / "back", make)
    start = datetime.now(UTC)
    with one.engine() as engine:
        for n, told in enumerate(EVENTS):
            engine.outbox.clock = lambda n=n: start - timedelta(days=n)  # type: ignore[misc]
            engine.decide(told)
    assert wrong(one, wanted(make), again=0) == []
