"""Every call of a store to its database and its keys, counted, and one of them chosen for something to happen."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from attrs import define, field

EXECUTE = sqlite3.Connection.execute  # past any fuse


@define
class Fuse:
    """Calls `burn` at one moment: moment 2n is before the n-th call, 2n + 1 after it; without one it only counts.

    `calls` are the statements so far; `seen` is what `look` told at each moment.
    """

    at: int | None = None
    burn: Callable[[Any], None] = lambda _: None
    look: Callable[[], object] = lambda: None
    calls: list[str] = field(factory=list)
    seen: list[object] = field(factory=list)

    def moment(self, connection: Any) -> None:
        number = len(self.seen)
        self.seen.append(self.look() if self.at is None else None)
        if number == self.at:
            self.burn(connection)

    def moments(self) -> list[int]:
        """The moments worth a fault: one after a call and the next before a call are one, if nothing came between."""
        return [n for n, seen in enumerate(self.seen) if n % 2 or n == 0 or seen != self.seen[n - 1]]


def die(_: Any) -> None:
    """End this process as a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def laid(fuse: Fuse) -> Iterator[Fuse]:
    """Lay a fuse at every statement that this thread runs on a connection that is opened inside."""
    connect, execute, thread = sqlite3.connect, psycopg.Connection.execute, threading.current_thread()

    class Counting(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            fuse.moment(self)
            fuse.calls.append(sql)
            found = super().execute(sql, *given)
            fuse.moment(self)
            return found

    def counting(self: Any, query: Any, *given: Any, **more: Any) -> Any:
        if threading.current_thread() is not thread:  # the pool's own
            return execute(self, query, *given, **more)
        fuse.moment(self)
        fuse.calls.append(str(query))
        found = execute(self, query, *given, **more)
        fuse.moment(self)
        return found

    sqlite3.connect = lambda *given, **more: connect(*given, factory=Counting, **more)  # type: ignore[assignment]
    psycopg.Connection.execute = counting  # type: ignore[method-assign,assignment]
    try:
        yield fuse
    finally:
        sqlite3.connect, psycopg.Connection.execute = connect, execute  # type: ignore[method-assign]
