"""What was decided and what followed: entries, amendments, folds over them, obligations, and the SQLite store."""

from __future__ import annotations

from forbear.errors import LedgerError
from forbear.ledger.sqlite import SQLiteStore
from forbear.ledger.store import Store


def open_ledger(url: str) -> Store:
    """The store at a URL: `memory:`, `sqlite:///relative/path` or `sqlite:////absolute/path`. Raises LedgerError."""
    if url == "memory:":
        return SQLiteStore(":memory:")
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return SQLiteStore(url.removeprefix("sqlite:///"))
    known = "memory:, sqlite:///relative/path or sqlite:////absolute/path"
    raise LedgerError(f"{url!r} is not a ledger this version can open; give {known}")


__all__ = ["SQLiteStore", "Store", "open_ledger"]
