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

# A statement of its own, so that it sees who was joined before everybody was held.
_LOCK_ALONE = "SELECT pg_advisory_xact_lock(?) WHERE NOT EXISTS (SELECT 1 FROM joined WHERE one = ? OR other = ?)"

Connected = psycopg.Connection[tuple[Any, ...]]
Answer = psycopg.Cursor[tuple[Any, ...]]


class PostgresConnection:
    """A connection inside a transaction, beside others."""

    parallel = True
    # Whoever misses a number later knows by the transactions of then whether it may still come (see `Growth.seen`): a
    # transaction has its own number before that of its decision.
    next_number = "CASE WHEN txid_current() IS NOT NULL THEN nextval('decision_seq_seq') END"

    def __init__(self, connection: Connected, losses: int = 0, begin: Sequence[str] = ()) -> None:
        self.losses = losses
        self._connection = connection
        self._later: list[tuple[str, Sequence[Any]]] = [(one, ()) for one in begin]  # sent with what has an answer
        self._sent = 0  # how often that was

    def run(self, statement: str, given: Sequence[Any] = ()) -> Iterable[tuple[Any, ...]]:
        cursor = self._send([(_translated(statement), given)])
        return cursor if cursor.description is not None else ()

    def write(self, statement: str, given: Sequence[Any]) -> None:
        self._later.append((_translated(statement), given))

    def _send(self, last: Sequence[tuple[str, Sequence[Any]]], prepare: bool | None = None) -> Answer:
        """Send what is to be written, then these, without waiting for each; the answer to the last."""
        later, self._later = [*self._later, *last], []
        self._sent += 1
        with self._connection.pipeline() if len(later) > 1 and Pipeline.is_supported() else nullcontext():
            for statement, given in later[:-1]:
                self._connection.execute(statement, given, binary=True)
            statement, given = later[-1]
            return self._connection.execute(statement, given, binary=True, prepare=prepare)

    def commit(self) -> bool:
        """Commit; whether that is what became of it."""
        return self._send([("COMMIT", ())], prepare=False).statusmessage == "COMMIT"

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        before, sent = len(self._later), self._sent
        self._later.append(("SAVEPOINT attempt", ()))
        try:
            yield
            self._later.append(("RELEASE attempt", ()))
        except BaseException:
            if self._sent == sent:
                del self._later[before:]
            else:
                self._later = [("ROLLBACK TO attempt", ()), ("RELEASE attempt", ())]
            raise

    def lock(self, names: Sequence[bytes], shared: Sequence[bytes] = (), alone: bytes | None = None) -> None:
        calls = ["pg_advisory_xact_lock_shared(?)"] * len(shared) + ["pg_advisory_xact_lock(?)"] * len(names)
        self.write(f"SELECT {', '.join(calls)}", [_number(one) for one in (*shared, *names)])
        if alone is not None:
            self.write(_LOCK_ALONE, (_number(alone), alone, alone))


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


def is_there(connection: Connected, *, ask: bool) -> bool:
    """Whether the server has not ended an idle connection, as far as its socket tells; else it is asked."""
    try:
        for _ in range(2):  # what the server said last, and that nothing comes after it
            connection.pgconn.consume_input()
        if ask:
            connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def roll_back(connection: Connected) -> None:
    """Leave no transaction open; a connection on which that fails is closed, and the server ends it."""
    if connection.closed or connection.info.transaction_status is TransactionStatus.IDLE:
        return
    try:
        # Unlike a statement of ours, it makes psycopg forget what it meant to have prepared behind one that failed.
        connection.rollback()
    except psycopg.Error:
        connection.close()


def told(error: psycopg.Error) -> str:
    """What an error says, without the row that it is about."""
    if isinstance(error, errors.LockNotAvailable):
        return f"another process has held it for {WAIT_SECONDS} seconds"
    if isinstance(error, errors.InsufficientPrivilege):
        return f"{error.diag.message_primary}; let this user create and use tables in the schema"
    return error.diag.message_primary or " ".join(str(error).split())
