"""A connection to PostgreSQL: how it is set up, what it runs for the book, what its errors say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import Pipeline, errors
from psycopg.pq import TransactionStatus

WAIT_SECONDS = 30  # for a customer whom another process holds, and for a connection
_SESSION = """
SELECT set_config('lock_timeout', %s, false), set_config('idle_in_transaction_session_timeout', '120s', false),
    set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '3', false), set_config('synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
        false)
"""

Connected = psycopg.Connection[tuple[Any, ...]]


class PostgresConnection:
    """A connection inside a transaction, beside others."""

    parallel = True
    # Whoever misses a number later knows by the transactions of then whether it may still come (see `Growth.seen`): a
    # transaction has its own number before that of its decision.
    next_number = "CASE WHEN txid_current() IS NOT NULL THEN nextval('decision_seq_seq') END"

    def __init__(self, connection: Connected, losses: int = 0) -> None:
        self.losses = losses
        self._connection, self._execute = connection, connection.execute
        self._later: list[tuple[str, Sequence[Any]]] = []

    def run(self, statement: str, given: Sequence[Any] = ()) -> Iterable[tuple[Any, ...]]:
        if self._later:
            self._send()
        cursor = self._execute(_translated(statement), given, binary=True)
        return cursor if cursor.description is not None else ()

    def write(self, statement: str, given: Sequence[Any]) -> None:
        self._later.append((_translated(statement), given))

    def _send(self, last: str = "") -> str | None:
        """Send what is to be written, without waiting for each; the status of a last statement."""
        later, self._later = self._later, []
        with self._connection.pipeline() if Pipeline.is_supported() else nullcontext():
            for statement, given in later:
                self._execute(statement, given, binary=True)
            cursor = self._execute(last, prepare=False) if last else None
        return None if cursor is None else cursor.statusmessage

    def commit(self) -> bool:
        """Commit; whether that is what became of it."""
        if self._later:
            return self._send("COMMIT") == "COMMIT"
        return self._execute("COMMIT", prepare=False).statusmessage == "COMMIT"

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.run("SAVEPOINT attempt")
        try:
            yield
            self.run("RELEASE attempt")
        except BaseException:
            self._later.clear()
            self._execute("ROLLBACK TO attempt")
            self._execute("RELEASE attempt")
            raise

    def lock(self, names: Sequence[bytes], shared: Sequence[bytes] = ()) -> None:
        calls = ["pg_advisory_xact_lock_shared(?)"] * len(shared) + ["pg_advisory_xact_lock(?)"] * len(names)
        self.run(f"SELECT {', '.join(calls)}", [_number(one) for one in (*shared, *names)])


@lru_cache(maxsize=512)
def _translated(statement: str) -> str:
    """A statement of the book's as psycopg wants it."""
    return statement.replace("?", "%s")


def _number(name: bytes) -> int:
    """The number under which PostgreSQL locks a name."""
    return int.from_bytes(name[:8], "big", signed=True)


def configure(connection: Connected) -> None:
    """What a session must keep to: nobody waits for ever, and what is committed is on the disk."""
    connection.execute(_SESSION, (f"{WAIT_SECONDS}s",))


def roll_back(connection: Connected) -> None:
    """Leave no transaction open; a connection on which that fails is closed, and the server ends it."""
    if connection.closed or connection.info.transaction_status is TransactionStatus.IDLE:
        return
    try:
        connection.execute("ROLLBACK")
    except psycopg.Error:
        connection.close()


def told(error: psycopg.Error) -> str:
    """What an error says, without the row that it is about."""
    if isinstance(error, errors.LockNotAvailable):
        return f"another process has held it for {WAIT_SECONDS} seconds"
    if isinstance(error, errors.InsufficientPrivilege):
        return f"{error.diag.message_primary}; let this user create and use tables in the schema"
    return error.diag.message_primary or " ".join(str(error).split())
