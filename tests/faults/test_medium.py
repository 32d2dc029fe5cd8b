"""A medium that is full, may not be written, or is held by somebody else: an error that says so, and nothing kept."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from centre import said
from forbear import LedgerError
from places import postgres, sqlite
from somebody import in_child, in_child_as_somebody

from .conftest import EVERY, SHARDS, Make, share, wanted
from .day import EVENTS, site, unsound, wrong
from .fuse import EXECUTE, Fuse, laid

LATER = said("more", 60 * 24 * 30)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_database_that_may_not_grow_any_more_takes_events_again_once_it_may(
    shard: int, room: Path, record_property: Callable[[str, object], None]
) -> None:
    full, points = 0, share(sqlite, shard, 4)
    for point in points:
        one, limited = site(room / str(point), sqlite), []

        def fill(connection: sqlite3.Connection) -> None:
            EXECUTE(connection, "PRAGMA max_page_count = 1").fetchone()  # it never shrinks below what there is
            limited.append(connection)  # noqa: B023

        with laid(Fuse(point, fill)), suppress(LedgerError):
            full += 1
            one.live()
            full -= 1
        assert unsound(one) == [], point
        one.live(later=60)
        assert wrong(one, wanted(sqlite)) == [], point
    assert full > 0
    record_property("faults", ("database full, sqlite", len(points)))


@pytest.mark.parametrize("room_left", range(0, 400_000, 4_000 if EVERY else 120_000))
def test_a_disk_without_room_takes_events_again_once_there_is(
    room_left: int, room: Path, record_property: Callable[[str, object], None]
) -> None:
    one = site(room / "full", sqlite)

    def with_little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_left, resource.RLIM_INFINITY))
        try:
            one.live()
        except (LedgerError, OSError):
            return

    assert in_child(with_little_room) == 0
    one.live(later=60)
    assert wrong(one, wanted(sqlite)) == []
    record_property("faults", ("file too large, sqlite", 1))


def test_a_server_without_room_takes_events_again_once_there_is(room: Path) -> None:
    one = site(room / "full", postgres)
    one.live(EVENTS[:4])
    schema = one.place.url.partition("%3D")[2]
    with psycopg.connect(one.place.url, autocommit=True) as admin:
        admin.execute(
            f"CREATE FUNCTION {schema}.full() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        for table in ("decision", "outbox", "amendment"):
            admin.execute(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} EXECUTE FUNCTION {schema}.full()")
        with pytest.raises(LedgerError, match=r"failed \(No space left on device\); send the event again"):
            one.live(EVENTS[4:])
        assert unsound(one) == []
        admin.execute(f"DROP FUNCTION {schema}.full() CASCADE")
    one.live(EVENTS[4:], later=60)
    assert wrong(one, wanted(postgres)) == []


def test_a_file_that_may_only_be_read_is_left_as_it_is(open_folder: Path) -> None:
    one = site(open_folder / "day", sqlite)
    one.live(EVENTS[:8])
    before = {path: path.read_bytes() for path in one.folder.iterdir()}
    for path in before:
        path.chmod(0o444)
    one.folder.chmod(0o555)

    def refused() -> None:
        with pytest.raises(LedgerError, match="allow this user to write"):
            one.live(EVENTS[8:])

    try:
        assert in_child_as_somebody(refused) == 0
    finally:
        one.folder.chmod(0o755)
    assert {path: path.read_bytes() for path in one.folder.iterdir()} == before
    for path in before:
        path.chmod(0o644)
    one.live(EVENTS[8:], later=60)
    assert wrong(one, wanted(sqlite)) == []


def held(make: Make, one: Any) -> Any:
    """A connection that keeps others from writing."""
    if make is sqlite:
        other = sqlite3.connect(one.place.url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        return other
    server = psycopg.connect(one.place.url)
    server.execute("LOCK TABLE decision")
    return server


def test_a_ledger_that_somebody_holds_is_waited_for_and_then_told(
    make: Make, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forbear.ledger.sqlite.BUSY_SECONDS", 0.05)
    monkeypatch.setattr("forbear.ledger.sessions.WAIT_SECONDS", 0.05)
    one = site(room / "held", make)
    one.live()
    engine = one.engine(later=60)
    other = held(make, one)
    with pytest.raises(LedgerError, match=r"failed \(.*(locked|held it).*\); send the event again"):
        engine.decide(LATER)
    other.close()
    assert wrong(one, wanted(make)) == []
    engine.decide(LATER)
    engine.close()
