"""A ledger in a PostgreSQL schema, for many processes: customers in parallel, each one's events one after another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

from forbear.errors import LedgerError
from forbear.ledger.book import Book
from forbear.ledger.keys import Keys, open_keys
from forbear.ledger.migrations import VERSION, statements
from forbear.ledger.seal import Sealer
from forbear.ledger.store import Contended, Transaction

WAIT_SECONDS = 30  # for a customer whom another process holds, and for a connection
CONNECTIONS = 10  # at most, each process
_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"  # one view, one state
# What is read after a lock was waited for must be what the holder left, so every statement looks anew; what must not
# change between two statements is under a lock.
_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"
_MARK = "forbear"  # the note that tells a ledger's tables from somebody else's
_SESSION = """
SELECT set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', '120s', false),
    set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '3', false), set_config('synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
        false)
"""

_Connected = psycopg.Connection[tuple[Any, ...]]


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
        try:
            given = conninfo_to_dict(url)
        except psycopg.Error as error:
            raise LedgerError(f"this is not the URL of a PostgreSQL ledger: {_told(error)}") from error
        self._name = f"{given.get('dbname') or 'database'} on {given.get('host') or 'this machine'}"
        given = {"connect_timeout": 10, "client_encoding": "UTF8", "application_name": "forbear", **given}
        self._pool = ConnectionPool(
            make_conninfo("", **given),
            kwargs={"autocommit": True},  # BEGIN and COMMIT are ours
            min_size=1,
            max_size=CONNECTIONS,
            timeout=WAIT_SECONDS,
            reconnect_timeout=WAIT_SECONDS,
            configure=_configure,
            open=False,
        )
        try:
            self._open(make_conninfo("", **given), keys)
        except psycopg.Error as error:
            raise LedgerError(f"the ledger {self._name} cannot be opened: {_told(error)}") from error

    def _open(self, conninfo: str, keys: Keys | str) -> None:
        # The first connection is made here, so that what is wrong is told at once and not by a pool that waits.
        with psycopg.connect(conninfo, autocommit=True) as connection:
            _configure(connection)
            version = self._version(connection)
            self._sealer = Sealer(open_keys(keys, create=version == 0) if isinstance(keys, str) else keys)
            try:
                with connection.transaction():
                    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", (0x464F5242,))
                    version = self._version(connection)  # another process may have been faster
                    book = Book(_Transaction(connection), self._sealer)
                    if version < VERSION:
                        self._migrate(connection, version, book)
                    book.check_keys()
                    gone = book.erased()
                self.destroy(gone)
                self._pool.open()
            except BaseException:
                self._sealer.keys.close()
                raise

    def _version(self, connection: _Connected) -> int:
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

    def _migrate(self, connection: _Connected, version: int, book: Book) -> None:
        """Bring the tables to this version, from none or from those of an older one."""
        for statement in statements("postgres", version):
            connection.execute(statement)
        if version == 0:
            book.note_keys()
        book.forget_note(_MARK)
        book.note(_MARK, str(VERSION).encode())

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Book]:
        try:
            connection = self._begun(begin)
            try:
                yield Book(_Transaction(connection), self._sealer)
                # A transaction in which a statement failed ends here too, as a rollback and without an error.
                if connection.execute("COMMIT").statusmessage != "COMMIT":
                    raise LedgerError(f"the ledger {self._name} kept nothing; send the event again")
            finally:
                _roll_back(connection)
                self._pool.putconn(connection)
        except (errors.DeadlockDetected, errors.SerializationFailure) as error:
            raise Contended(f"the ledger {self._name} is contended ({_told(error)}); send the event again") from error
        except psycopg.Error as error:
            raise LedgerError(f"the ledger {self._name} failed ({_told(error)}); send the event again") from error

    def _begun(self, begin: str) -> _Connected:
        """A connection in a transaction; those that were lost while they lay idle are replaced."""
        for left in reversed(range(CONNECTIONS + 1)):
            connection = self._pool.getconn()
            try:
                connection.execute(begin)
                return connection
            except BaseException as error:
                lost = isinstance(error, psycopg.OperationalError) and connection.closed
                _roll_back(connection)
                self._pool.putconn(connection)
                if not lost or not left:
                    raise
        raise AssertionError

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A view that changes nothing."""
        with self._transaction(_READING) as transaction:
            yield transaction

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A view whose changes are committed together, or rolled back together when it raises."""
        with self._transaction(_WRITING) as transaction:
            yield transaction

    def destroy(self, keys: Iterable[int]) -> None:
        """Destroy the keys of erased customers."""
        for number in keys:
            self._sealer.destroy(number)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
        self._sealer.keys.close()


class _Transaction:
    """A connection inside a transaction, beside others."""

    parallel = True

    def __init__(self, connection: _Connected) -> None:
        self._execute = connection.execute

    def run(self, statement: str, given: Sequence[Any] = ()) -> Iterable[tuple[Any, ...]]:
        cursor = self._execute(_translated(statement), given, binary=True)
        return cursor if cursor.description is not None else ()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self._execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._execute("ROLLBACK TO attempt")
            self._execute("RELEASE attempt")
            raise
        self._execute("RELEASE attempt")

    def lock(self, names: Sequence[bytes], shared: Sequence[bytes] = ()) -> None:
        calls = ["pg_advisory_xact_lock_shared(?)"] * len(shared) + ["pg_advisory_xact_lock(?)"] * len(names)
        self.run(f"SELECT {', '.join(calls)}", [_number(one) for one in (*shared, *names)])

    def next_decision(self) -> int:
        ((number,),) = self.run("SELECT nextval('decision_seq_seq')")
        return int(number)


_TABLES = frozenset(("meta", "subject", "decision", "entry", "amendment", "joined", "watch", "outbox", "policy"))


@lru_cache(maxsize=512)
def _translated(statement: str) -> str:
    """A statement of the book's as psycopg wants it."""
    return statement.replace("?", "%s")


def _number(name: bytes) -> int:
    """The number under which PostgreSQL locks a name."""
    return int.from_bytes(name[:8], "big", signed=True)


def _configure(connection: _Connected) -> None:
    """What a session must keep to: nobody waits for ever, and what is committed is on the disk."""
    connection.execute(_SESSION, (f"{WAIT_SECONDS}s",))


def _roll_back(connection: _Connected) -> None:
    """Leave no transaction open; a connection on which that fails is closed, and the server ends it."""
    if connection.closed or connection.info.transaction_status is TransactionStatus.IDLE:
        return
    try:
        connection.execute("ROLLBACK")
    except psycopg.Error:
        connection.close()


def _told(error: psycopg.Error) -> str:
    """What an error says, without the row that it is about."""
    if isinstance(error, errors.LockNotAvailable):
        return f"another process has held it for {WAIT_SECONDS} seconds"
    if isinstance(error, errors.InsufficientPrivilege):
        return f"{error.diag.message_primary}; let this user create and use tables in the schema"
    return error.diag.message_primary or " ".join(str(error).split())
