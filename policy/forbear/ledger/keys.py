"""The key store: what turns the ledger's hashes and sealed bodies back into people. It is kept apart from the ledger.

Whoever has the ledger without its keys has moments and kinds of entries, nobody's. Destroying a customer's key erases
them from the ledger and from every backup of it.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from pathlib import Path
from typing import Protocol

from forbear.bounded import is_folder
from forbear.errors import LedgerError

KEY_BYTES = 32
_POOL = (32, 1024)  # keys made at once, so that a new customer does not wait for the disk: first, and at most
_BUSY_SECONDS = 30.0


class Keys(Protocol):
    """Holds one secret for all hashes, and a key for each customer, under a number."""

    def secret(self) -> bytes:
        """The secret from which the names of customers, contacts, events and entries are made; always the same."""
        ...

    def take(self) -> int:
        """The number of a new key, which is safe on its medium."""
        ...

    def key(self, number: int) -> bytes | None:
        """A key, or None where it was destroyed."""
        ...

    def destroy(self, number: int) -> None:
        """Destroy a key for good; it may be gone already."""
        ...

    def close(self) -> None:
        """Release the medium."""
        ...


class MemoryKeys:
    """Keys that end with the process, for a ledger in memory."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(KEY_BYTES)
        self._keys: dict[int, bytes] = {}
        self._taken = 0
        self._lock = threading.Lock()

    def secret(self) -> bytes:
        return self._secret

    def take(self) -> int:
        with self._lock:
            self._taken += 1
            self._keys[self._taken] = secrets.token_bytes(KEY_BYTES)
            return self._taken

    def key(self, number: int) -> bytes | None:
        return self._keys.get(number)

    def destroy(self, number: int) -> None:
        self._keys.pop(number, None)

    def close(self) -> None:
        return


def slashes(path: str) -> str:
    """Advice for a path that was meant to be absolute: three slashes instead of four make it relative."""
    meant = Path("/", path)
    slipped = not is_folder(Path(path).parent) and is_folder(meant.parent)
    return f"; for {str(meant)!r} write four slashes" if slipped else ""


class FileKeys:
    """Keys in a file of their own, readable by its owner only; processes may share it.

    Raises LedgerError where the file cannot be opened or is not a key store, or, unless `create`, where there is none.
    """

    def __init__(self, path: str, *, create: bool = True) -> None:
        self._path, self._lock = path, threading.RLock()
        self._pool: list[int] = []
        self._size = _POOL[0]
        place = Path(path)
        try:
            if not place.exists():
                if not create:
                    advice = f"restore it from its backup{slashes(path)}"
                    raise LedgerError(f"the ledger's keys are missing: there is no {path!r}; {advice}")
                place.touch(mode=0o600)
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._secret = self._open()
            except BaseException:
                self._connection.close()  # and with it a transaction that others would wait for
                raise
        except (OSError, ValueError, sqlite3.Error) as error:
            lost = isinstance(error, FileNotFoundError)
            told = f"there is no folder {str(place.parent)!r}; create it first" if lost else str(error)
            raise LedgerError(f"the key store {path!r} cannot be opened: {told}{slashes(path)}") from error

    def _open(self) -> bytes:
        """The secret; made where the file is new."""
        # No write-ahead log: a destroyed key must not lie on in it. What is deleted is overwritten.
        for pragma in ("journal_mode = DELETE", "synchronous = FULL", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("CREATE TABLE IF NOT EXISTS secret (value BLOB NOT NULL)")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS key (number INTEGER PRIMARY KEY AUTOINCREMENT, value BLOB NOT NULL)"
        )
        row = self._connection.execute("SELECT value FROM secret").fetchone()
        if row is None:
            row = (secrets.token_bytes(KEY_BYTES),)
            self._connection.execute("INSERT INTO secret VALUES (?)", row)
        self._connection.execute("COMMIT")
        return bytes(row[0])

    def secret(self) -> bytes:
        return self._secret

    def take(self) -> int:
        with self._lock:
            if not self._pool:
                self._pool = self._run_all(
                    "INSERT INTO key (value) VALUES (?) RETURNING number",
                    [(secrets.token_bytes(KEY_BYTES),) for _ in range(self._size)],
                )
                self._size = min(2 * self._size, _POOL[1])
            return self._pool.pop(0)

    def key(self, number: int) -> bytes | None:
        with self._lock:
            try:
                row = self._connection.execute("SELECT value FROM key WHERE number = ?", (number,)).fetchone()
            except sqlite3.Error as error:
                raise LedgerError(f"the key store {self._path!r} failed ({error})") from error
        return None if row is None else bytes(row[0])

    def destroy(self, number: int) -> None:
        with self._lock:
            self._run_all("DELETE FROM key WHERE number = ? RETURNING number", [(number,)])

    def _run_all(self, statement: str, each: list[tuple[object, ...]]) -> list[int]:
        """Run a statement for each row, all of them or none, on the disk when it returns."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                found = [row[0] for given in each for row in self._connection.execute(statement, given)]
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise LedgerError(f"the key store {self._path!r} failed ({error})") from error
        return found

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def told_url(url: str) -> str:
    """A URL for a message; one that may hold a password is not shown."""
    return "this" if set("@?=") & set(url) else repr(url)


def open_keys(url: str, *, create: bool = True) -> Keys:
    """The key store at a URL: `memory:`, `file:///relative/path` or `file:////absolute/path`. Raises LedgerError."""
    if url == "memory:":
        return MemoryKeys()
    if url.startswith("file:///") and len(url) > len("file:///"):
        return FileKeys(url.removeprefix("file:///"), create=create)
    known = "memory:, file:///relative/path or file:////absolute/path"
    raise LedgerError(f"{told_url(url)} is not a key store this version can open; give {known}")
