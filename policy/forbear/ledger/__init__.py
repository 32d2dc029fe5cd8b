"""What was decided and what followed: entries, amendments, folds over them, obligations, the stores that keep them."""

from __future__ import annotations

from forbear.errors import LedgerError
from forbear.ledger.keys import Keys, open_keys
from forbear.ledger.sqlite import MEMORY, SQLiteStore
from forbear.ledger.store import Store


def open_ledger(url: str, keys: Keys | None = None) -> Store:
    """The store at a URL: `memory:`, `sqlite:///relative/path` or `sqlite:////absolute/path`. Raises LedgerError.

    `keys` replace the key store that stands beside an SQLite file.
    """
    if url == "memory:":
        return SQLiteStore(MEMORY, keys)
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return SQLiteStore(url.removeprefix("sqlite:///"), keys)
    known = "memory:, sqlite:///relative/path or sqlite:////absolute/path"
    raise LedgerError(f"{url!r} is not a ledger this version can open; give {known}")


__all__ = ["Keys", "SQLiteStore", "Store", "open_keys", "open_ledger"]
