"""The embedded default: one SQLite file, write-ahead log, full synchronous."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from forbear.errors import LedgerError
from forbear.language.types import Value
from forbear.ledger.entries import Entry
from forbear.ledger.store import Decided, Transaction

VERSION = 1
BUSY_SECONDS = 30.0
_SCOPES = {"contact": "contact", "customer": "customer", "advisor": "advisor"}


class SQLiteStore:
    """A ledger in one file, or in memory. Threads share it; processes may share the file.

    Raises LedgerError where the file cannot be opened, is no ledger, or was made by a newer Forbear.
    """

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._path = path
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._open()
        except sqlite3.Error as error:
            raise LedgerError(f"the ledger {path} cannot be opened: {error}") from error

    def _open(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        with self._transaction("BEGIN IMMEDIATE"):
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise LedgerError(f"the ledger {self._path} was made by a newer Forbear (version {version})")
            if version == 0:
                (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                if tables:
                    raise LedgerError(f"{self._path} is a SQLite file, but not a ledger of Forbear")
                schema = files("forbear.ledger").joinpath("schema.sql").read_text(encoding="utf-8")
                for statement in schema.split(";"):
                    if statement.strip():
                        self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Transaction]:
        with self._lock:
            try:
                self._connection.execute(begin)
                try:
                    yield _SQLiteTransaction(self._connection)
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise LedgerError(f"the ledger {self._path} failed: {error}; nothing of this event was kept") from error

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A view that changes nothing."""
        with self._transaction("BEGIN") as transaction:
            yield transaction

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A view whose changes are committed together, or rolled back together when it raises."""
        with self._transaction("BEGIN IMMEDIATE") as transaction:
            yield transaction

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        with self._lock:
            self._connection.close()


_ENTRIES = """
SELECT entry.id, entry.kind, entry.at, entry.contact, entry.customer, entry.advisor, entry.attributes, amendment.attributes
FROM entry LEFT JOIN amendment ON amendment.entry = entry.seq AND amendment.at <= :at
WHERE {condition} AND entry.at <= :at
ORDER BY entry.at, entry.seq, amendment.at, amendment.seq
"""


class _SQLiteTransaction:
    """The transaction in progress on a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute

    @contextmanager
    def attempt(self) -> Iterator[None]:
        self._run("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._run("ROLLBACK TO attempt")
            self._run("RELEASE attempt")
            raise
        self._run("RELEASE attempt")

    def decided(self, event: str) -> Decided | None:
        row = self._run("SELECT fingerprint, record FROM decision WHERE event = ?", (event,)).fetchone()
        return None if row is None else Decided(*row)

    def latest(self, contact: str | None, customer: str | None) -> int | None:
        if customer is not None:
            rows = self._run("SELECT max(at) FROM decision WHERE customer = ?", (customer,))
        elif contact is not None:
            rows = self._run("SELECT max(at) FROM decision WHERE contact = ?", (contact,))
        else:
            rows = self._run("SELECT max(at) FROM decision WHERE customer IS NULL AND contact IS NULL")
        (at,) = rows.fetchone()
        return None if at is None else int(at)

    def entry(self, id: str, at: int) -> Entry | None:
        found = list(self._entries("entry.id = :id", {"id": id, "at": at}))
        return found[0] if found else None

    def entries(self, kind: str, scope: str, scope_id: str | None, since: int | None, at: int) -> Iterable[Entry]:
        condition, given = "entry.kind = :kind", {"kind": kind, "at": at}
        if scope in _SCOPES:
            condition += f" AND entry.{_SCOPES[scope]} = :scope"
            given["scope"] = scope_id
        if since is not None:
            condition += " AND entry.at > :since"
            given["since"] = since
        return self._entries(condition, given)

    def _entries(self, condition: str, given: Mapping[str, Any]) -> Iterator[Entry]:
        """Entries with their amendments folded in; the rows of one entry follow each other."""
        current: tuple[str, str, int, str | None, str | None, str | None] | None = None
        values: dict[str, Value] = {}
        for *head, own, amended in self._run(_ENTRIES.format(condition=condition), given):
            if current is None or head[0] != current[0]:
                if current is not None:
                    yield Entry(*current, values)
                current, values = (head[0], head[1], head[2], head[3], head[4], head[5]), _values(own)
            if amended is not None:
                values |= _values(amended)
        if current is not None:
            yield Entry(*current, values)

    def overdue(self, at: int) -> list[str]:
        query = "SELECT obligation FROM watch WHERE raised = 0 AND due < ? ORDER BY due, obligation"
        return [row[0] for row in self._run(query, (at,))]

    def outbox(self) -> list[tuple[str, str]]:
        return list(self._run("SELECT obligation, payload FROM outbox ORDER BY seq"))

    def save_decision(
        self, event: str, fingerprint: str, at: int, contact: str | None, customer: str | None, record: str
    ) -> None:
        self._run(
            "INSERT INTO decision (event, fingerprint, at, contact, customer, record) VALUES (?, ?, ?, ?, ?, ?)",
            (event, fingerprint, at, contact, customer, record),
        )

    def append(self, entry: Entry) -> None:
        self._run(
            'INSERT INTO entry (id, kind, at, contact, customer, advisor, attributes) VALUES (?, ?, ?, ?, ?, ?, ?)',
            (entry.id, entry.kind, entry.at, entry.contact, entry.customer, entry.advisor, _dump(entry.values)),
        )

    def amend(self, id: str, at: int, values: Mapping[str, Value]) -> None:
        self._run(
            'INSERT INTO amendment (entry, at, attributes) SELECT seq, ?, ? FROM entry WHERE id = ?',
            (at, _dump(values), id),
        )

    def owe(self, id: str, due: int, payload: str) -> None:
        self._run("INSERT INTO watch (obligation, due) VALUES (?, ?)", (id, due))
        self._run("INSERT INTO outbox (obligation, payload) VALUES (?, ?)", (id, payload))

    def settle(self, id: str) -> None:
        self._run("DELETE FROM watch WHERE obligation = ?", (id,))

    def raise_overdue(self, id: str) -> None:
        self._run("UPDATE watch SET raised = 1 WHERE obligation = ?", (id,))

    def delivered(self, id: str) -> None:
        self._run("DELETE FROM outbox WHERE obligation = ?", (id,))


def _dump(values: Mapping[str, Value]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _values(text: str) -> dict[str, Value]:
    """Values from JSON; a list comes back as the tuple that it was."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()}
