"""A ledger that the first version made, written anew: its rows were in clear, and belonged to no chain."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from itertools import islice
from typing import Any

from forbear.language.types import Value
from forbear.ledger.book import Book
from forbear.ledger.entries import Entry

TABLES = ("decision", "entry", "amendment", "watch", "outbox")


def set_aside(connection: sqlite3.Connection) -> None:
    """Make room for the new tables."""
    indexes = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for (index,) in indexes:
        connection.execute(f"DROP INDEX {index}")
    for table in TABLES:
        connection.execute(f"ALTER TABLE {table} RENAME TO first_{table}")


def write_anew(connection: sqlite3.Connection, book: Book) -> None:
    """Write every decision with its entries and amendments, in the order in which they were made; drop the old rows."""
    entries = {row[1]: row for row in connection.execute(f"SELECT seq, {_ENTRY} FROM first_entry")}
    numbers = {row[0]: id for id, row in entries.items()}
    amendments = _amendments(connection, numbers)
    decisions = connection.execute(
        "SELECT event, fingerprint, at, contact, customer, record FROM first_decision ORDER BY seq"
    ).fetchall()
    for number, (event, fingerprint, at, contact, customer, record) in enumerate(decisions, 1):
        told = json.loads(record)
        made = [one["id"] for one in told.get("recorded", ())]
        made += [one["id"] for one in told.get("obligations", ()) if one["id"].startswith(f"o:{event}:")]
        made += [f"{id}:expiry" for id in made]
        last = number == len(decisions)  # it takes what no record names, so that a chain binds that too
        for id in [*made, *entries] if last else made:
            if id in entries:
                book.append(_entry(*entries.pop(id)[1:]))
        known = len(told.get("amended", ())) + len(told.get("closed", ()))
        for amendment in islice(amendments, None if last else known):
            book.amend(*amendment)
        book.save_decision(event, fingerprint, at, contact, customer, record)
    book.note_first(len(decisions))
    payloads = dict(connection.execute("SELECT obligation, payload FROM first_outbox ORDER BY seq"))
    for obligation, due, raised in connection.execute("SELECT obligation, due, raised FROM first_watch").fetchall():
        book.owe(obligation, due, payloads.get(obligation, ""))
        if raised:
            book.raise_overdue(obligation)
        if obligation not in payloads:
            book.delivered(obligation)
    for table in reversed(TABLES):
        connection.execute(f"DROP TABLE first_{table}")


_ENTRY = "id, kind, at, contact, customer, advisor, attributes"


def _entry(id: str, kind: str, at: int, contact: str, customer: str, advisor: str, values: str) -> Entry:
    return Entry(id, kind, at, contact, customer, advisor, _values(values))


def _amendments(connection: sqlite3.Connection, ids: dict[int, str]) -> Iterator[tuple[str, int, dict[str, Value]]]:
    rows = connection.execute("SELECT entry, at, attributes FROM first_amendment ORDER BY seq").fetchall()
    return ((ids[entry], at, _values(values)) for entry, at, values in rows)


def _values(text: str) -> dict[str, Value]:
    given: dict[str, Any] = json.loads(text)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
