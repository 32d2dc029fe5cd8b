"""The embedded default: one SQLite file, write-ahead log, full synchronous."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from attrs import define

from forbear.bounded import is_folder
from forbear.errors import LedgerError
from forbear.ledger import first
from forbear.ledger.book import Book
from forbear.ledger.keys import FileKeys, Keys, MemoryKeys, open_keys, slashes
from forbear.ledger.known import Known
from forbear.ledger.migrations import VERSION, statements
from forbear.ledger.seal import Sealer
from forbear.ledger.store import Transaction

APPLICATION = 0x464F5242  # "FORB" in the file's header: this SQLite file is a ledger of ours
BUSY_SECONDS = 30.0
MEMORY = ":memory:"
_WRITING = "BEGIN IMMEDIATE"
KEYS_SUFFIX = ".keys"
UNCLEAN = "unclean"  # noted while the file may still hold what the first version wrote


class SQLiteStore:
    """A ledger in one file, or in memory. Threads share it; processes may share the file.

    Its keys stand in the file of the same name that ends in `.keys`, unless other `keys` are given, or the URL of some.
    Raises LedgerError where the file cannot be opened, is no ledger, was made by a newer Forbear or with other keys; a
    file that is no ledger is left as it was.
    """

    def __init__(self, path: str, keys: Keys | str | None = None) -> None:
        self._lock, self._known = threading.RLock(), Known()
        self._path, self._keys = path, keys
        self._postponed: list[tuple[int, ...]] | None = None  # keys to destroy when a group is on the disk
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except (sqlite3.Error, ValueError) as error:
            raise LedgerError(f"the ledger {path!r} cannot be opened: {_advice(path, error)}") from error
        try:
            self._open()
        except BaseException as error:
            self._connection.close()
            if isinstance(error, sqlite3.Error):
                raise LedgerError(f"the ledger {path!r} cannot be opened: {_advice(path, error)}") from error
            raise

    def _open(self) -> None:
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        version = self._version()
        self._use_write_ahead_log()
        # A ledger that has sealed something is lost without its keys; new ones would only hide that.
        self._sealer = Sealer(self._opened_keys(create=version < VERSION))
        try:
            if version < VERSION:
                with self._transaction("BEGIN EXCLUSIVE"):
                    version = self._version()  # another process may have been faster
                    if version < VERSION:
                        self._migrate(version)
            with self._transaction("BEGIN") as book:
                book.check_keys()
                gone, unclean = book.erased(), book.noted(UNCLEAN)
            if unclean is not None:
                self._clean()
            self.destroy(gone)
        except BaseException:
            self._sealer.keys.close()
            raise

    def _opened_keys(self, create: bool) -> Keys:
        if isinstance(self._keys, str):
            return open_keys(self._keys, create=create)
        if self._keys is not None:
            return self._keys
        return MemoryKeys() if self._path == MEMORY else FileKeys(self._path + KEYS_SUFFIX, create=create)

    def _clean(self) -> None:
        """Leave nothing in the free pages or the log of what the first version wrote in clear."""
        for step in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            self._connection.execute(step).fetchall()
        with self._transaction(_WRITING) as book:
            book.forget_note(UNCLEAN)

    def _version(self) -> int:
        """The version of the file, 0 while it is empty. Raises LedgerError where it holds anything but a ledger."""
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
        return int(version) if application == APPLICATION else 0

    def _migrate(self, version: int) -> None:
        """Bring the tables to this version, from none or from those of an older one."""
        if version == 1:
            first.set_aside(self._connection)
        for statement in statements("sqlite", version):
            self._connection.execute(statement)
        book = Book(_Connection(self._connection), self._sealer)
        book.note_keys()
        if version == 1:
            first.write_anew(self._connection, book)
            book.note(UNCLEAN, b"")
        self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

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

    def _transaction(self, begin: str) -> _Transaction:
        return _Transaction(self._lock, self._connection, self._sealer, self._path, begin, self._known)

    def reading(self) -> AbstractContextManager[Transaction]:
        """A view that changes nothing."""
        return self._transaction("BEGIN")

    def writing(self) -> AbstractContextManager[Transaction]:
        """A view whose changes are committed together, or rolled back together when it raises."""
        return self._transaction(_WRITING)

    @contextmanager
    def grouped(self) -> Iterator[None]:
        """Let the transactions inside wait for the disk together, when it ends; other threads wait for that."""
        with self._lock:
            if self._postponed is not None:
                yield
                return
            self._postponed = []
            self._connection.execute("PRAGMA synchronous = NORMAL")
            try:
                yield
            finally:
                postponed, self._postponed = self._postponed, None
                self._sealer.doom(chain(*postponed))
                self._connection.execute("PRAGMA synchronous = FULL")
                with self._transaction(_WRITING) as book:
                    book.touch()  # with this commit everything before it in the log is on the disk
                if postponed:
                    self.destroy(())

    def destroy(self, keys: Iterable[int]) -> None:
        """Destroy the keys of erased customers, once the erasure is safe on the disk."""
        with self._lock:
            if self._postponed is not None:
                self._postponed.append(tuple(keys))
            else:
                self._sealer.destroy(keys)

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        with self._lock:
            self._connection.close()
            self._sealer.keys.close()


@define
class _Transaction:
    """A transaction of one thread: committed when it ends, rolled back when it raises."""

    lock: threading.RLock
    connection: sqlite3.Connection
    sealer: Sealer
    path: str
    begin: str
    known: Known  # changes under the lock, by who writes
    book: Book | None = None

    def __enter__(self) -> Book:
        self.lock.acquire()
        try:
            self.connection.execute(self.begin)
            connection, known = _Connection(self.connection), None
            if self.begin == _WRITING:
                ((version,),) = connection.run("PRAGMA data_version")
                self.known.begin(version)
                known = self.known
            self.book = Book(connection, self.sealer, known)
            return self.book
        except BaseException as error:
            self._leave(error)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self.connection.execute("COMMIT")
            except BaseException as problem:
                self._leave(problem)
                raise
            if self.book is not None:
                self.book.learn()
            self.lock.release()
        else:
            self._leave(error)

    def _leave(self, error: BaseException) -> None:
        """Undo everything. Raises LedgerError where the database failed."""
        self.known.clear()
        try:
            if self.connection.in_transaction:  # a full disk has rolled it back already
                self.connection.execute("ROLLBACK")
        except sqlite3.Error as another:
            error = another
        finally:
            self.lock.release()
        if isinstance(error, sqlite3.Error):
            raise LedgerError(f"the ledger {self.path!r} failed ({error}); send the event again") from error


class _Connection:
    """A connection inside a transaction; one process writes at a time, so that nothing needs to be locked."""

    parallel = False
    losses = 0
    next_number = "(SELECT coalesce(max(seq), 0) + 1 FROM decision)"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.execute = connection.execute
        self.run: Callable[..., Iterable[tuple[Any, ...]]] = connection.execute
        self.write: Callable[..., object] = connection.execute

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self.execute("ROLLBACK TO attempt")
            self.execute("RELEASE attempt")
            raise
        self.execute("RELEASE attempt")

    def lock(self, names: Sequence[bytes], shared: Sequence[bytes] = (), alone: bytes | None = None) -> None:
        return


def _advice(path: str, error: Exception) -> str:
    """What is wrong with a path, and what to do about it."""
    code = _code(error)
    place = Path(path)
    if isinstance(error, ValueError):
        return "the path holds a NUL character; take it out"
    if code == sqlite3.SQLITE_NOTADB:
        return "it is not a SQLite file; give the path of a ledger, or one where there is no file yet"
    if is_folder(place):
        return "it is a folder; name a file inside it"
    if not is_folder(place.parent):
        return f"there is no folder {str(place.parent)!r}; create it first{slashes(path)}"
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return f"{error}; allow this user to write to the file and its folder"
    if code == sqlite3.SQLITE_BUSY:
        return f"another process has held it for {BUSY_SECONDS:.0f} seconds; try again"
    return str(error)


def _code(error: Exception) -> int:
    """SQLite's primary result code; the upper bits tell only where it arose."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
