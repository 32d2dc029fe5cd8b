"""What a process knows of a SQLite ledger without reading it again is what the ledger says, whoever wrote meanwhile."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from hypothesis import event, given
from hypothesis import strategies as st

from forbear.ledger import SQLiteStore, known
from forbear.ledger.book import Book
from forbear.ledger.entries import LAST, Entry
from places import sqlite
from strategies.profile import examples

PEOPLE = st.sampled_from(["x", "y", None])
STORES = st.sampled_from([0] * 7 + [1])
CONTACTS = st.sampled_from(["c", "d", None])
KINDS = ("strike", "override")


@frozen
class Decide:
    """An event of somebody's, with entries and amendments of its own; `undone` says how it ends."""

    store: int
    contact: str | None
    customer: str | None
    at: int
    entries: list[tuple[str, str | None, str | None]]
    amends: list[int]
    undone: str
    hurried: bool  # nothing is looked up before or after


@frozen
class Change:
    """Something that is not said of one customer alone."""

    store: int
    what: str
    at: int


DECIDE = st.builds(
    Decide, STORES, CONTACTS, PEOPLE, st.integers(0, 9),
    st.lists(st.tuples(st.sampled_from(("strike",) * 9 + ("override",)), CONTACTS, PEOPLE), max_size=2),
    st.lists(st.integers(0, 9), max_size=1),
    st.sampled_from(["", "", "", "", "", "", "attempt", "all"]),
    st.integers(0, 3).map(lambda n: n == 0),
)  # fmt: skip
CHANGE = st.builds(Change, STORES, st.sampled_from(["join", "split", "erase", "expire"]), st.integers(0, 9))
STEPS = st.one_of(*[DECIDE] * 6, CHANGE)


class Undone(Exception):
    """Somebody thought better of it."""


def decide(store: SQLiteStore, n: int, step: Decide, ids: list[str]) -> None:
    made: list[str] = []
    with store.writing() as ledger:
        if not step.hurried:
            ledger.hold(f"e{n}", step.contact, step.customer)
            assert ledger.decided(f"e{n}") is None
            ledger.latest(step.contact, step.customer)
            look(ledger)
        try:
            with ledger.attempt():
                for k, (kind, contact, customer) in enumerate(step.entries):
                    made.append(f"l{n}-{k}")
                    ledger.append(Entry(made[-1], kind, step.at, contact, customer, None, {"n": n}))
                for which in step.amends:
                    if ids:
                        ledger.amend(ids[which % len(ids)], step.at, {"amended": n})
                if step.undone == "attempt":
                    raise Undone
        except Undone:
            made.clear()
        if not step.hurried:
            look(ledger)
        ledger.save_decision(f"e{n}", "", step.at, step.contact, step.customer, "{}")
        if step.undone == "all":
            raise Undone
    ids += made


def change(store: SQLiteStore, n: int, step: Change) -> None:
    gone: tuple[int, ...] = ()
    with store.writing() as ledger:
        match step.what:
            case "join":
                ledger.join("x", "y", step.at)
            case "split":
                ledger.split("x", "y", step.at)
            case "erase":
                gone = ledger.erase("x", step.at)
            case _:
                ledger.expire("strike", step.at)
        ledger.save_decision(f"e{n}", "", step.at, None, None, "{}")
    store.destroy(gone)


def take(stores: list[Any], n: int, step: Decide | Change, ids: list[str]) -> None:
    if isinstance(step, Decide):
        decide(stores[step.store], n, step, ids)
    else:
        change(stores[step.store], n, step)


def look(ledger: Any) -> list[Any]:
    """All that may be known, asked as an event asks it."""
    assert isinstance(ledger, Book)
    found: list[Any] = [ledger.gone()]
    for customer in ("x", "y", None):
        ledger.hold("new", None, customer)
        assert ledger.decided("new") is None
        found += [ledger._number(), ledger.latest(None, customer)]
        if customer is not None:
            found += [ledger.group(customer, 5), list(ledger.entries("override", "customer", customer, None, LAST))]
        name = ledger._subject_name(None, customer)
        subject = ledger._known_subject(name)
        found.append(None if subject is None else (subject.seq, subject.number, subject.head, subject.length))
    for contact in ("c", "d"):
        found += [list(ledger.entries(kind, "contact", contact, None, at)) for kind in KINDS for at in (5, LAST)]
    return found


@examples(30)
@given(steps=st.lists(STEPS, min_size=8, max_size=40))
def test_what_is_known_is_what_the_ledger_says(steps: list[Decide | Change]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place, ids = sqlite(Path(folder)), []
        stores = [place.open(), place.open()]
        for n, step in enumerate(steps):
            with suppress(Undone):
                take(stores, n, step, ids)
            for one in stores:
                assert isinstance(one, SQLiteStore)
                with one.writing() as ledger:
                    told = look(ledger)
                event(f"people known: {len(one._known.people) > 0}, contacts: {len(one._known.contacts) > 0}")
                with one.reading() as ledger:
                    assert told == look(ledger)
        for one in stores:
            one.close()


LATER: dict[str, Decide | Change] = {
    "join": Change(0, "join", 0),
    "override": Decide(0, None, "x", 2, [("override", None, "y")], [], "", hurried=False),
    "erase": Change(0, "erase", 0),
    "another process": Decide(1, "c", "x", 2, [("strike", "c", "y")], [0], "", hurried=False),
    "hurried": Decide(0, "c", "x", 2, [("strike", "c", "y")], [0], "", hurried=True),
    "undone": Decide(0, "c", "x", 2, [("strike", "c", "y")], [0], "all", hurried=False),
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
def test_what_is_known_ends_with_what_changes_it(tmp_path: Path, later: Decide | Change) -> None:
    before = [Decide(0, "c", one, 1, [("strike", "c", one)], [], "", hurried=False) for one in ("x", "y")]
    stores = [sqlite(tmp_path).open(), sqlite(tmp_path).open()]
    ids: list[str] = []
    for n, step in enumerate((*before, later)):
        with suppress(Undone):
            take(stores, n, step, ids)
    with stores[0].writing() as ledger:
        told = look(ledger)
    with stores[0].reading() as ledger:
        assert told == look(ledger)
    for one in stores:
        one.close()


def test_what_is_known_has_an_end() -> None:
    store = SQLiteStore(":memory:")
    for n in range(known.MOST + 10):
        with store.writing() as ledger:
            ledger.hold(f"e{n}", f"c{n}", f"u{n}")
            ledger.decided(f"e{n}")
            list(ledger.entries("strike", "contact", f"c{n}", None, LAST))
            ledger.save_decision(f"e{n}", "", n, f"c{n}", f"u{n}", "{}")
    assert 0 < len(store._known.people) < known.MOST
    assert 0 < len(store._known.contacts) < known.MOST
    store.close()
