"""A server that goes away, whatever it was doing: the host sends the event again, and nothing else comes of it."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import connection, get_context
from pathlib import Path
from typing import Any

import psycopg
import pytest

from centre import abuse, said
from chains import broken_chains
from forbear import LedgerError
from places import Place, postgres, sqlite
from postgres import cluster

from .conftest import EVERY, SHARDS, share, wanted
from .day import Site, site, undisturbed, unsound, wrong
from .fuse import Fuse, laid
from .proxy import proxy

FORK = get_context("fork")


def hang_up(_: Any) -> None:
    """End every connection of a ledger, at the server."""
    with psycopg.connect(cluster().url(), application_name="admin", autocommit=True) as admin:
        ours = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'forbear'"
        admin.execute(ours)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_connection_lost_at_any_store_call_is_made_again(
    shard: int, room: Path, record_property: Callable[[str, object], None]
) -> None:
    points, failures = share(postgres, shard, 4), 0
    for point in points:
        one = site(room / str(point), postgres)
        with laid(Fuse(point, hang_up)):
            failures += one.persist()
        assert wrong(one, wanted(postgres)) == [], point
    assert failures > 0
    record_property("faults", ("connection lost, postgres", len(points)))


COMMITS = range(1, 60) if EVERY else (3, 17)


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("at", COMMITS)
def test_a_line_cut_in_mid_commit_leaves_an_event_decided_once_or_not_at_all(
    at: int, committed: bool, room: Path, record_property: Callable[[str, object], None]
) -> None:
    server = cluster()
    schema = server.schema()
    with proxy(server.port, at, committed) as line:
        keys = f"file:///{room}/through.keys"
        one = Site(Place(server.url(schema, line.port), keys), room)
        one.persist()  # nobody is told where it was the commit of a hand-over
        assert line.cut
        assert line.commits > at
    straight = Site(Place(server.url(schema), keys), room)
    assert wrong(straight, wanted(postgres)) == []
    record_property("faults", ("line cut in mid-commit, postgres", 1))


def shares() -> list[list[dict[str, Any]]]:
    return [
        [said(f"e{n}-{k}", k, abuse() if k % 3 else None, contact=f"c{n}-{k // 5}", customer=f"u{n}")
         for k in range(30)] for n in range(4)
    ]  # fmt: skip


def test_a_server_that_restarts_under_load_loses_nothing_that_was_acknowledged(
    room: Path, record_property: Callable[[str, object], None]
) -> None:
    one = site(room / "restarted", postgres)
    one.place.open().close()
    sites = [Site(one.place, room / str(n)) for n in range(4)]
    for each in sites:
        each.folder.mkdir()
    writers = [FORK.Process(target=each.persist, args=(events,)) for each, events in zip(sites, shares(), strict=True)]
    for writer in writers:
        writer.start()
    for restarts in (1, 2, 3):
        while sum(len(each.told()) for each in sites) < 25 * restarts and any(one.is_alive() for one in writers):
            connection.wait([writer.sentinel for writer in writers], timeout=0.02)
        cluster().restart()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    for each in sites:
        assert unsound(each) == []
    assert broken_chains(one.place) == []
    calm = undisturbed(room / "calm", sqlite, [event for events in shares() for event in events])
    assert sorted(one.place.contents()) == sorted(calm.place.contents())
    record_property("faults", ("server restarted under load, postgres", 3))


def test_a_server_that_only_reads_refuses_events_until_it_writes_again(room: Path) -> None:
    one = site(room / "standby", postgres)
    one.live()
    with psycopg.connect(cluster().url(), autocommit=True) as admin:
        admin.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
        try:
            with pytest.raises(LedgerError, match="read-only transaction"):
                one.live([said("more", 60 * 24 * 30)])
        finally:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute("ALTER DATABASE postgres RESET default_transaction_read_only")
    assert wrong(one, wanted(postgres)) == []
    one.live([said("more", 60 * 24 * 30)])
