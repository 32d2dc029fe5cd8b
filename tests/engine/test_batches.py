"""Decisions that are made safe on the disk together: what they come to, and what is told when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from centre import abuse, at, dump, engine, event, said, three_strikes
from forbear import EventError, LedgerError, hookimpl
from forbear.ledger.keys import FileKeys
from forbear.ledger.sqlite import SQLiteStore
from places import Place, postgres, sqlite

DAY = [
    *(one for n in range(6) for one in three_strikes(f"c{n}", 20 * n, customer=f"u{n % 3}")),
    event("night", "tick", 60 * 24),
]


@pytest.mark.parametrize("batch", [2, 7, 1000])
def test_a_batch_comes_to_what_one_by_one_comes_to(batch: int) -> None:
    with engine() as one, engine() as other:
        assert one.decide_all(DAY) == other.decide_all(DAY, batch=batch)
        assert dump(one) == dump(other)
        assert other.decide_all(DAY, batch=batch) == one.decide_all(DAY), "again, nothing changes"
        assert dump(one) == dump(other)


def test_what_stands_before_an_event_that_cannot_be_taken_is_kept_and_told() -> None:
    watch = Watch()
    with engine(plugins=[watch]) as one:
        events = [said("e1"), said("e2", 1), {"id": "e3", "at": at(2), "type": "odd"}, said("e4", 3)]
        with pytest.raises(EventError, match="there is no event type"):
            one.decide_all(events, batch=10)
        assert watch.told == ["e1", "e2"]
        with one.store.reading() as ledger:
            assert [ledger.decided(id) is not None for id in ("e1", "e2", "e4")] == [True, True, False]


class Watch:
    """Notes what it is told, and whether a group of transactions was open then."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.performed: list[str] = []
        self.store: Any = None
        self.early = False

    @hookimpl
    def decision_recorded(self, record: Any) -> None:
        self.told.append(record.event)
        self.early = self.early or (self.store is not None and self.store._postponed is not None)

    @hookimpl
    def perform(self, obligation: Any) -> None:
        self.performed.append(obligation.id)
        self.early = self.early or (self.store is not None and self.store._postponed is not None)


def test_nobody_hears_of_a_decision_before_it_is_safe(tmp_path: Path) -> None:
    watch = Watch()
    with engine(ledger=f"sqlite:///{tmp_path}/ledger.db", plugins=[watch]) as one:
        watch.store = one.store
        one.decide_all([said("e1", 0, abuse()), said("e2", 1)], batch=2)
    assert (watch.told, watch.performed, watch.early) == (["e1", "e2"], ["o:e1:warning"], False)


def test_a_key_is_destroyed_only_when_the_erasure_is_safe(tmp_path: Path) -> None:
    with engine(ledger=f"sqlite:///{tmp_path}/ledger.db") as one:
        assert isinstance(one.store, SQLiteStore)
        one.decide(said("e1"))
        keys = FileKeys(f"{tmp_path}/ledger.db.keys")
        with one.store.grouped():
            one.decide(event("bye", "erase", 1, customer="u1"))
            assert keys.key(1) is not None
        assert keys.key(1) is None
        keys.close()


def test_a_key_that_a_failing_group_left_is_destroyed_when_the_erasure_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bye = event("bye", "erase", 1, customer="u1")
    with engine(ledger=f"sqlite:///{tmp_path}/ledger.db") as one:
        one.decide(said("e1"))
        keys = FileKeys(f"{tmp_path}/ledger.db.keys")
        with monkeypatch.context() as full:
            full.setattr("forbear.ledger.book.Book.touch", failing)
            with pytest.raises(LedgerError, match="the disk is full"):
                one.decide_all([bye, said("e2", 2, customer="u2")], batch=2)
        assert keys.key(1) is not None
        assert one.decide_all([bye, said("e2", 2, customer="u2")], batch=2)[0].erased
        assert keys.key(1) is None
        keys.close()


def failing(*_: object) -> None:
    raise LedgerError("the disk is full")


@pytest.mark.parametrize("make", [sqlite, postgres])
def test_a_key_on_which_the_key_store_fails_is_destroyed_when_the_erasure_is_sent_again(
    make: Callable[[Path], Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bye = event("bye", "erase", 1, customer="u1")
    place = make(tmp_path)
    with place.engine() as one:
        one.decide(said("e1"))
        keys = FileKeys(f"{tmp_path}/ledger{'.db' if make is sqlite else ''}.keys")
        with monkeypatch.context() as held:
            held.setattr("forbear.ledger.keys.FileKeys.destroy", failing)
            with pytest.raises(LedgerError, match="the disk is full"):
                one.decide(bye)
            assert one.decide(said("e2", 2, customer="u2")).event == "e2", "nobody else waits for the key store"
            assert len(one.decide_all([said("e3", 3), said("e4", 4)], batch=2)) == 2
            with pytest.raises(LedgerError, match="the disk is full"):
                one.decide(bye)
        assert keys.key(1) is not None
        assert one.decide_all([bye, said("e5", 5)], batch=2)[0].erased
        assert keys.key(1) is None
        keys.close()


def test_after_a_group_every_transaction_waits_for_the_disk_again(tmp_path: Path) -> None:
    with engine(ledger=f"sqlite:///{tmp_path}/ledger.db") as one:
        assert isinstance(one.store, SQLiteStore)
        connection = one.store._connection
        full = connection.execute("PRAGMA synchronous").fetchone()
        with one.store.grouped():
            assert connection.execute("PRAGMA synchronous").fetchone() != full
        assert connection.execute("PRAGMA synchronous").fetchone() == full
        with pytest.raises(ZeroDivisionError), one.store.grouped():
            raise ZeroDivisionError
        assert connection.execute("PRAGMA synchronous").fetchone() == full


def test_a_decision_of_a_group_of_another_process_is_told_only_when_it_is_safe_sqlite(tmp_path: Path) -> None:
    place = sqlite(tmp_path)
    log = tmp_path / "ledger.db-wal"
    with place.engine() as one, place.engine() as other:
        assert isinstance(other.store, SQLiteStore)
        other.decide(said("e0"))
        with one.store.grouped():
            record = one.decide(said("e1", 1))
            before = log.read_bytes()
            assert other.decide(said("e1", 1)) == record
            assert log.read_bytes() != before, "a commit in full synchronous mode takes what stands before it along"
            assert other.store._connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_decision_of_a_group_of_another_process_is_told_only_when_it_is_safe_postgres(tmp_path: Path) -> None:
    place = postgres(tmp_path)
    with place.engine() as one, place.engine() as other:
        other.decide(said("e0"))
        with one.store.grouped():
            record = one.decide(said("e1", 1))
            ((end,),) = place.rows("SELECT pg_current_wal_insert_lsn()::text")
            assert other.decide(said("e1", 1)) == record
            assert place.rows(f"SELECT pg_current_wal_flush_lsn() >= '{end}'::pg_lsn") == [(True,)]
