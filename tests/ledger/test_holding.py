"""Who waits for whom in PostgreSQL: people are decided about one event after another, others in parallel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forbear import LedgerError
from forbear.ledger.entries import Entry
from forbear.ledger.store import Store, Transaction
from places import Place, postgres

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return postgres(tmp_path)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    one = place.open()
    with one.writing() as ledger:
        ledger.hold("joining", None, None)
        ledger.join("u1", "u2", 0)
        ledger.join("u2", "u3", 0)
        ledger.save_decision("joining", "", 0, None, None, "{}")
    yield one
    one.close()


def decide(ledger: Transaction, event: str, contact: str | None, customer: str | None) -> None:
    ledger.hold(event, contact, customer)
    assert ledger.decided(event) is None
    ledger.save_decision(event, "", 1, contact, customer, "{}")


def waits(
    place: Place, store: Store, first: Callable[[Transaction], None], then: Callable[[Transaction], None]
) -> bool:
    """Whether what comes then waits for what was begun first."""
    ended = threading.Event()

    def follow() -> None:
        with store.writing() as ledger:
            then(ledger)
        ended.set()

    thread = threading.Thread(target=follow)
    with store.writing() as ledger:
        first(ledger)
        thread.start()
        while not (ended.is_set() or place.rows(WAITING) != [(0,)]):
            time.sleep(0.001)
        waited = not ended.is_set()
    thread.join()
    assert ended.is_set()
    return waited


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("e1", "c1", "u9"), ("e2", "c2", "u9"), True),  # one customer
        (("e1", "c1", "u1"), ("e2", "c2", "u2"), True),  # who are the same
        (("e1", "c1", "u1"), ("e2", "c2", "u3"), True),  # through somebody else
        (("e1", "c1", "u3"), ("e2", "c2", "u1"), True),
        (("e1", "c1", None), ("e2", "c1", None), True),  # one contact
        (("e1", "c1", None), ("e2", "c1", "u9"), True),
        (("e1", None, None), ("e2", "c2", "u9"), True),  # about anybody
        (("e1", "c1", "u9"), ("e2", None, None), True),
        (("e1", "c1", "u8"), ("e2", "c2", "u9"), False),
        (("e1", "c1", "u1"), ("e2", "c2", "u9"), False),
        (("e1", "c1", None), ("e2", "c2", None), False),
    ],
)
def test_who_waits(
    place: Place,
    store: Store,
    one: tuple[str, str | None, str | None],
    other: tuple[str, str | None, str | None],
    expected: bool,
) -> None:
    assert waits(place, store, lambda ledger: decide(ledger, *one), lambda ledger: decide(ledger, *other)) is expected
    with store.reading() as ledger:
        assert ledger.decided(one[0]) is not None
        assert ledger.decided(other[0]) is not None


def test_the_same_event_waits_and_is_then_there(place: Place, store: Store) -> None:
    found: list[bool] = []

    def look(ledger: Transaction) -> None:
        ledger.hold("e1", "c2", "u9")
        found.append(ledger.decided("e1") is not None)

    assert waits(place, store, lambda ledger: decide(ledger, "e1", "c1", "u8"), look)
    assert found == [True]


def test_who_is_joined_meanwhile_is_waited_for(place: Place, store: Store) -> None:
    """Two are joined while a decision about one of them waits: it then holds the other too."""

    def joining(ledger: Transaction) -> None:
        ledger.hold("m", None, None)
        ledger.join("u8", "u9", 0)
        ledger.save_decision("m", "", 1, None, None, "{}")

    holding, ready, leave = threading.Event(), threading.Event(), threading.Event()

    def about_one() -> None:
        with store.writing() as ledger:
            holding.set()
            decide(ledger, "e1", "c1", "u8")
            ready.set()
            leave.wait()

    thread = threading.Thread(target=about_one)
    with store.writing() as ledger:
        joining(ledger)
        thread.start()
        holding.wait()
    ready.wait()
    try:
        about_other = threading.Thread(target=lambda: _alone(store))
        about_other.start()
        while place.rows(WAITING) == [(0,)]:
            assert about_other.is_alive(), "the other was decided about at the same time"
            time.sleep(0.001)
    finally:
        leave.set()
    thread.join()
    about_other.join()


def _alone(store: Store) -> None:
    with store.writing() as ledger:
        decide(ledger, "e2", "c2", "u9")


@pytest.mark.parametrize("asked", [False, True])
def test_an_attempt_that_fails_leaves_nothing(store: Store, *, asked: bool) -> None:
    """Whether its savepoint was sent to the server, or still waited for something that has an answer."""
    entry = Entry("l:e1:warning", "warning", 1, "c1", None, None, {"level": "first"})

    def attempted(ledger: Transaction) -> None:
        with ledger.attempt():
            ledger.amend(entry.id, 1, {"level": "final"})
            if asked:
                ledger.outbox()
            raise RuntimeError

    with store.writing() as ledger:
        ledger.hold("e1", "c1", None)
        ledger.append(entry)
        with pytest.raises(RuntimeError):
            attempted(ledger)
        assert ledger.entry(entry.id, 1) == entry
        ledger.save_decision("e1", "", 1, "c1", None, "{}")
    with store.reading() as ledger:
        assert ledger.entry(entry.id, 1) == entry


@pytest.mark.parametrize("before", range(5, 11))  # psycopg prepares a statement that is sent for the sixth time
def test_a_lock_that_was_waited_for_in_vain_spoils_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr("forbear.ledger.sessions.WAIT_SECONDS", 0.05)
    store, other = place.open(), place.open()

    def fail(ledger: Transaction) -> None:
        ledger.hold("x", "c0", None)
        ledger.latest("c0", None)
        raise RuntimeError

    with pytest.raises(RuntimeError), store.writing() as ledger:
        fail(ledger)
    for n in range(before):
        with store.writing() as ledger:
            decide(ledger, f"e{n}", "c0", "u0")
    with other.writing() as holder:
        holder.hold("held", "c0", None)
        holder.latest("c0", None)
        with pytest.raises(LedgerError, match="has held it"), store.writing() as ledger:
            decide(ledger, "late", "c0", "u0")
    for n in range(20):
        with store.writing() as ledger:
            decide(ledger, f"then{n}", "c1", "u1")
    store.close()
    other.close()
