"""The embedded default: one SQLite file, write-ahead log, full synchronous."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from forbear.errors import LedgerError
from forbear.language.types import Value
from forbear.ledger.entries import Entry
from forbear.ledger.store import Decided, Transaction

VERSION = 1
APPLICATION = 0x464F5242  # "FORB" in the file's header: this SQLite file is a ledger of ours
BUSY_SECONDS = 30.0
_SCOPES = {"contact": "contact", "customer": "customer", "advisor": "advisor"}


class SQLiteStore:
    """A ledger in one file, or in memory. Threads share it; processes may share the file.

    Raises LedgerError where the file cannot be opened, is no ledger, or was made by a newer Forbear; a file that is
    no ledger is left as it was.
    """

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._path = path
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except (sqlite3.Error, ValueError) as error:
            raise LedgerError(f"the ledger {path!r} cannot be opened: {_advice(path, error)}") from error
        try:
            self._open()
        except sqlite3.Error as error:
            self._connection.close()
            raise LedgerError(f"the ledger {path!r} cannot be opened: {_advice(path, error)}") from error
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        is_new = self._is_new()
        self._use_write_ahead_log()
        if is_new:
            with self._transaction("BEGIN IMMEDIATE"):
                if self._is_new():  # another process may have been faster
                    self._create()

    def _is_new(self) -> bool:
        """Whether the file is still empty. Raises LedgerError where it holds anything but a ledger of this version."""
        version, application, tables = (
            self._connection.execute(f"SELECT {what}").fetchone()[0]
            for what in (
                "user_version FROM pragma_user_version",
                "application_id FROM pragma_application_id",
                "count(*) FROM sqlite_master",
            )
        )
        if application == APPLICATION and version > VERSION:
            advice = "install that version or a later one"
            raise LedgerError(f"the ledger {self._path!r} was made by a newer Forbear (version {version}); {advice}")
        if application != APPLICATION and (application or version or tables):
            raise LedgerError(f"{self._path!r} is a SQLite file, but not a ledger of Forbear; give another path")
        return bool(application != APPLICATION)

    def _use_write_ahead_log(self) -> None:
        """Switch the file over, once in its life; SQLite does not wait for other processes here, so we do."""
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _create(self) -> None:
        schema = files("forbear.ledger").joinpath("schema.sql").read_text(encoding="utf-8")
        for statement in schema.split(";"):
            if statement.strip():
                self._connection.execute(statement)
        self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Transaction]:
        with self._lock:
            try:
                self._connection.execute(begin)
                try:
                    yield _SQLiteTransaction(self._connection)
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:  # a full disk has rolled it back already
                        self._connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise LedgerError(f"the ledger {self._path!r} failed ({error}); send the event again") from error

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
SELECT entry.id, entry.kind, entry.at, entry.contact, entry.customer, entry.advisor,
       entry.attributes, amendment.attributes
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
            "INSERT INTO entry (id, kind, at, contact, customer, advisor, attributes) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (entry.id, entry.kind, entry.at, entry.contact, entry.customer, entry.advisor, _dump(entry.values)),
        )

    def amend(self, id: str, at: int, values: Mapping[str, Value]) -> None:
        self._run(
            "INSERT INTO amendment (entry, at, attributes) SELECT seq, ?, ? FROM entry WHERE id = ?",
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


def _advice(path: str, error: Exception) -> str:
    """What is wrong with a path, and what to do about it."""
    code = _code(error)
    place = Path(path)
    if isinstance(error, ValueError):
        return "the path holds a NUL character; take it out"
    if code == sqlite3.SQLITE_NOTADB:
        return "it is not a SQLite file; give the path of a ledger, or one where there is no file yet"
    if place.is_dir():
        return "it is a folder; name a file inside it"
    if not place.parent.is_dir():
        return f"there is no folder {str(place.parent)!r}; create it first"
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return f"{error}; allow this user to write to the file and its folder"
    if code == sqlite3.SQLITE_BUSY:
        return f"another process has held it for {BUSY_SECONDS:.0f} seconds; try again"
    return str(error)


def _code(error: Exception) -> int:
    """SQLite's primary result code; the upper bits tell only where it arose."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _dump(values: Mapping[str, Value]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _values(text: str) -> dict[str, Value]:
    """Values from JSON; a list comes back as the tuple that it was."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()}
