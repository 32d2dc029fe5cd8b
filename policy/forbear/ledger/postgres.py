"""A ledger in a PostgreSQL schema, for many processes: customers in parallel, each one's events one after another."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from forbear.errors import LedgerError
from forbear.ledger.book import Book
from forbear.ledger.keys import Keys, open_keys
from forbear.ledger.migrations import VERSION, statements
from forbear.ledger.seal import Sealer
from forbear.ledger.sessions import WAIT_SECONDS, Connected, PostgresConnection, configure, is_there, roll_back, told
from forbear.ledger.store import Contended, Transaction

CONNECTIONS = 10  # at most, each process
_IDLE_SECONDS = 1  # after which a connection may be lost, and nobody said so
_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"  # one view, one state
# What is read after a lock was waited for must be what the holder left, so every statement looks anew; what must not
# change between two statements is under a lock.
_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"
_MARK = "forbear"  # the note that tells a ledger's tables from somebody else's
_TABLES = frozenset(("meta", "subject", "decision", "entry", "amendment", "joined", "watch", "outbox", "policy"))


def _parse(url: str) -> dict[str, Any]:
    """The parameters of a URL. Raises LedgerError, without what libpq quotes: a part of the URL, so of a password."""
    authority, _, path = url.partition("://")[2].partition("?")[0].partition("/")
    problem = "a sign of the user or password is not percent-encoded"
    if authority.count("@") < 2 and "@" not in path:
        try:
            return conninfo_to_dict(url)
        except psycopg.Error as error:
            problem = re.sub('".*"', "…", told(error))
    advice = "write postgresql://user@host/database, and the password in PGPASSWORD or ~/.pgpass"
    raise LedgerError(f"this is not the URL of a PostgreSQL ledger: {problem}; {advice}")


class PostgresStore:
    """A ledger in the first schema of the connection's search path. Threads share it, and processes the database.

    Its `keys`, or their URL, stand elsewhere: a database that held its own keys could not forget anybody. Raises
    LedgerError where the database cannot be reached, the schema holds tables of somebody else or of a newer Forbear,
    or the ledger was made with other keys. A process that forks opens the store afterwards.
    """

    def __init__(self, url: str, keys: Keys | str | None = None) -> None:
        if keys is None or keys == "memory:":
            advice = "give them a place that lasts, outside the database, such as keys='file:////path' or --keys"
            raise LedgerError(f"a PostgreSQL ledger keeps its keys apart; {advice}")
        given = _parse(url)
        self._name = f"{given.get('dbname') or 'database'} on {given.get('host') or 'this machine'}"
        given = {"connect_timeout": 10, "client_encoding": "UTF8", "application_name": "forbear", **given}
        self._group, self._losses = _Group(), 0
        self._used: WeakKeyDictionary[Connected, float] = WeakKeyDictionary()  # when a connection was last
        self._pool = ConnectionPool(
            make_conninfo("", **given),
            kwargs={"autocommit": True},  # BEGIN and COMMIT are ours
            min_size=1,
            max_size=CONNECTIONS,
            timeout=WAIT_SECONDS,
            reconnect_timeout=WAIT_SECONDS,
            configure=configure,
            open=False,
        )
        try:
            self._open(make_conninfo("", **given), keys)
        except psycopg.Error as error:
            raise LedgerError(f"the ledger {self._name} cannot be opened: {told(error)}") from error

    def _open(self, conninfo: str, keys: Keys | str) -> None:
        # The first connection is made here, so that what is wrong is told at once and not by a pool that waits.
        with psycopg.connect(conninfo, autocommit=True) as connection:
            configure(connection)
            version = self._version(connection)
            self._sealer = Sealer(open_keys(keys, create=version == 0) if isinstance(keys, str) else keys)
            try:
                connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
                with connection.transaction():
                    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", (0x464F5242,))
                    version = self._version(connection)  # another process may have been faster
                    book = Book(PostgresConnection(connection), self._sealer)
                    if version < VERSION:
                        self._migrate(connection, version, book)
                    book.check_keys()
                    gone = book.erased()
                self.destroy(gone)
                self._pool.open()
            except BaseException:
                self._sealer.keys.close()
                raise

    def _version(self, connection: Connected) -> int:
        """The version of the tables, 0 where there are none. Raises LedgerError where they are not ours."""
        row = connection.execute("SELECT current_schema()").fetchone()
        if row is None or row[0] is None:
            raise LedgerError(f"{self._name} has no schema on the search path; create it first")
        found = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        ).fetchall()
        names = {name for (name,) in found}
        noted = None
        if {"meta", "subject", "decision", "entry"} <= names:
            noted = connection.execute("SELECT value FROM meta WHERE name = %s", (_MARK,)).fetchone()
        elif not names & _TABLES:
            return 0
        if noted is None:
            advice = "give the ledger a schema of its own: ?options=-csearch_path%3Dname"
            raise LedgerError(f"the schema {row[0]!r} of {self._name} holds tables of somebody else; {advice}")
        version = int(bytes(noted[0]))
        if version > VERSION:
            advice = "install that version or a later one"
            raise LedgerError(f"the ledger {self._name} was made by a newer Forbear (version {version}); {advice}")
        return version

    def _migrate(self, connection: Connected, version: int, book: Book) -> None:
        """Bring the tables to this version, from none or from those of an older one."""
        for statement in statements("postgres", version):
            connection.execute(statement)
        if version == 0:
            book.note_keys()
        book.forget_note(_MARK)
        book.note(_MARK, str(VERSION).encode())

    @contextmanager
    def _transaction(self, *begin: str) -> Iterator[Book]:
        with self._telling():
            connection = self._group.connection or self._connected()
            try:
                session = PostgresConnection(connection, self._losses, begin)
                yield Book(session, self._sealer)
                # A transaction in which a statement failed ends here too, as a rollback and without an error.
                if not session.commit():
                    raise LedgerError(f"the ledger {self._name} kept nothing; send the event again")
            finally:
                roll_back(connection)
                if connection is not self._group.connection:
                    self._used[connection] = monotonic()
                    self._pool.putconn(connection)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell what went wrong as an error of ours."""
        try:
            yield
        except (errors.DeadlockDetected, errors.SerializationFailure) as error:
            raise Contended(f"the ledger {self._name} is contended ({told(error)}); send the event again") from error
        except psycopg.Error as error:
            raise LedgerError(f"the ledger {self._name} failed ({told(error)}); send the event again") from error

    def _connected(self) -> Connected:
        """A connection; those that were lost while they lay idle are replaced."""
        for _ in range(CONNECTIONS):
            connection = self._pool.getconn()
            if is_there(connection, ask=monotonic() - self._used.get(connection, 0.0) > _IDLE_SECONDS):
                return connection
            connection.close()
            self._pool.putconn(connection)
            self._losses += 1
        return self._pool.getconn()

    @contextmanager
    def grouped(self) -> Iterator[None]:
        """Let the transactions inside wait for the disk together, when it ends; it holds for this thread."""
        if self._group.connection is not None:
            yield
            return
        with self._telling():
            connection = self._connected()
        # One connection for all of it: one that is alive at the end tells that the server has not lost, by a restart,
        # what it had not yet written.
        self._group.connection = connection
        try:
            yield
        finally:
            try:
                with self._transaction(_WRITING) as book:
                    book.touch()  # with this commit everything before it in the log is on the disk
            finally:
                postponed, self._group.postponed = self._group.postponed, []
                self._group.connection = None
                self._pool.putconn(connection)
            if postponed:
                self.destroy(chain(*postponed))

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A view that changes nothing."""
        with self._transaction(_READING) as transaction:
            yield transaction

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A view whose changes are committed together, or rolled back together when it raises."""
        begin = (_WRITING,) if self._group.connection is None else (_WRITING, "SET LOCAL synchronous_commit = off")
        with self._transaction(*begin) as transaction:
            yield transaction

    def destroy(self, keys: Iterable[int]) -> None:
        """Destroy the keys of erased customers, once the erasure is safe on the disk."""
        if self._group.connection is not None:
            self._group.postponed.append(tuple(keys))
            return
        self._sealer.destroy(keys)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
        self._sealer.keys.close()


class _Group(threading.local):
    """The connection of the group that a thread has begun, and the keys to destroy when it ends."""

    def __init__(self) -> None:
        self.connection: Connected | None = None
        self.postponed: list[tuple[int, ...]] = []
