"""A ledger that the first version made, in clear and without chains: every row of it comes along, and no word stays."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from chains import broken_chains
from forbear import load_policy
from forbear.ledger.entries import LAST
from forbear.ledger.store import Waiting
from places import Place, sqlite
from recount import differences

FIRST = (Path(__file__).parent / "data" / "first.sql").read_text(encoding="utf-8")
PLAIN = ("Bellamy", "Harcourt", "Quill", "Nobody", "Ottoline", "manager_callback", "spoken", "aimed-at-the-advisor")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A ledger of the first version."""
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        connection.executescript(FIRST)
    return sqlite(tmp_path)


def rows(query: str) -> list[tuple[Any, ...]]:
    """What the first version kept."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(FIRST)
        return connection.execute(query).fetchall()


def entries() -> Iterator[tuple[str, str, int, str | None, str | None, str | None, dict[str, Any]]]:
    amended: dict[int, dict[str, Any]] = defaultdict(dict)
    for entry, told in rows("SELECT entry, attributes FROM amendment ORDER BY at, seq"):
        amended[entry] |= json.loads(told)
    for seq, *head, told in rows("SELECT seq, id, kind, at, contact, customer, advisor, attributes FROM entry"):
        yield (*head, {**json.loads(told), **amended[seq]})  # type: ignore[misc]


def test_everything_is_there_again(place: Place) -> None:
    store = place.open()
    with store.reading() as ledger:
        assert list(ledger.records()) == [record for (record,) in rows("SELECT record FROM decision ORDER BY seq")]
        for event, mark in rows("SELECT event, fingerprint FROM decision"):
            kept = ledger.decided(event)
            assert kept is not None
            assert kept.mark == ledger.mark(mark)
        for id_, kind, at, contact, customer, advisor, values in entries():
            found = ledger.entry(id_, LAST)
            assert found is not None
            assert (found.kind, found.at, found.contact, found.customer, found.advisor) == (
                kind, at, contact, customer, advisor)  # fmt: skip
            told = {name: list(one) if isinstance(one, tuple) else one for name, one in found.values.items()}
            assert told == values
        watched = rows("SELECT due, obligation FROM watch WHERE raised = 0 ORDER BY due, obligation")
        assert ledger.overdue(LAST) == [id_ for _, id_ in watched]
        # What was closed before anybody took it over is handed to nobody any more.
        open_ = "SELECT obligation FROM watch"
        waiting = rows(f"SELECT obligation, payload FROM outbox WHERE obligation IN ({open_}) ORDER BY seq")
        assert waiting
        assert ledger.outbox() == [Waiting(id_, payload) for id_, payload in waiting]
        counts = {table: len(rows(f"SELECT 1 FROM {table}")) for table in ("decision", "entry", "amendment", "watch")}
    store.close()
    assert {table: len(place.rows(f"SELECT 1 FROM {table}")) for table in counts} == counts
    assert all(counts.values())


def test_it_is_sound_and_goes_on(place: Place) -> None:
    with place.engine(load_policy("standard")) as one:
        assert differences(one, LAST) == []
        raised = one.decide({"id": "later", "at": "2027-01-01T09:00:00+00:00", "type": "tick"}).overdue
        assert set(raised) == {id_ for (id_,) in rows("SELECT obligation FROM watch WHERE raised = 0")}
    assert broken_chains(place) == []


def leftovers(folder: Path) -> set[str]:
    """The words of the first version that can be read in the files of a ledger."""
    raw = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    return {word for word in PLAIN if word.encode() in raw}


def test_no_word_of_it_can_be_read_any_more(place: Place, tmp_path: Path) -> None:
    assert leftovers(tmp_path) == set(PLAIN)
    store = place.open()
    assert leftovers(tmp_path) == set(), "while it is open"
    store.close()
    assert leftovers(tmp_path) == set()


def open_until(place: Place, statement: str) -> None:
    """Die at a statement of opening."""
    connect = sqlite3.connect

    class Dies(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if statement in sql:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().execute(sql, *given)

    sqlite3.connect = lambda *given, **more: connect(*given, factory=Dies, **more)  # type: ignore[assignment]
    place.open()


@pytest.mark.parametrize(
    "statement",
    ["BEGIN EXCLUSIVE", "ALTER TABLE outbox", "CREATE TABLE policy", "INSERT INTO outbox", "DROP TABLE first_decision",
     "PRAGMA user_version = ", "PRAGMA wal_checkpoint", "VACUUM", "DELETE FROM meta"],
)  # fmt: skip
def test_a_migration_that_was_killed_is_made_whole(place: Place, tmp_path: Path, statement: str) -> None:
    process = get_context("fork").Process(target=open_until, args=(place, statement))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    test_everything_is_there_again(place)
    assert leftovers(tmp_path) == set()
    assert broken_chains(place) == []
