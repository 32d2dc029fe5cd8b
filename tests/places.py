"""Where the ledgers of tests stand: each kind of store that the core can open, with its keys."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from attrs import frozen

from centre import dump, engine
from forbear import Engine, Policy
from forbear.ledger import Store, open_ledger
from postgres import cluster


@frozen
class Place:
    """A ledger that may be opened again and again, but for the one in memory."""

    url: str
    keys: str | None = None

    def open(self) -> Store:
        return open_ledger(self.url, self.keys)

    def engine(self, policy: Policy | None = None, **more: Any) -> Engine:
        return engine(policy, self.url, keys=self.keys, **more)

    def contents(self) -> list[str]:
        """Everything that it holds."""
        with self.engine() as one:
            return dump(one)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, asked past the store."""
        connect = sqlite3.connect if self.url.startswith("sqlite:") else psycopg.connect
        with closing(connect(self.url.removeprefix("sqlite:///"))) as connection:
            return list(connection.execute(query).fetchall())


def memory(_: Path) -> Place:
    return Place("memory:")


def sqlite(folder: Path) -> Place:
    return Place(f"sqlite:///{folder}/ledger.db")


def postgres(folder: Path) -> Place:
    """A schema of its own in the server of this process."""
    one = cluster()
    return Place(one.url(one.schema()), f"file:///{folder}/ledger.keys")


LASTING: dict[str, Callable[[Path], Place]] = {"sqlite": sqlite, "postgres": postgres}
STORES: dict[str, Callable[[Path], Place]] = {"memory": memory, **LASTING}
