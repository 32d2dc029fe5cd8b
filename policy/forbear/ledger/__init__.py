"""What was decided and what followed: entries, amendments, folds over them, obligations, the stores that keep them."""

from __future__ import annotations

from forbear.errors import LedgerError, MissingExtra
from forbear.ledger.keys import Keys, open_keys, slashes, told_url
from forbear.ledger.sqlite import MEMORY, SQLiteStore
from forbear.ledger.store import Store

SCHEMES = ("memory:", "sqlite:", "postgresql:", "postgres:")  # of the ledgers that are opened here


def open_ledger(url: str, keys: Keys | str | None = None) -> Store:
    """The store at a URL: `memory:`, `sqlite:///relative/path`, `sqlite:////absolute/path` or `postgresql://…`.

    `keys`, or the URL of some, replace the key store that stands beside an SQLite file; PostgreSQL needs them. A ledger
    in memory has its own and takes no URL. Raises LedgerError, or MissingExtra.
    """
    if url == "memory:":
        return SQLiteStore(MEMORY, None if isinstance(keys, str) else keys)
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return SQLiteStore(url.removeprefix("sqlite:///"), keys)
    if url.startswith(("postgresql://", "postgres://")):
        return _open_postgres(url, keys)
    known = "memory:, sqlite:///relative/path or sqlite:////absolute/path, or postgresql://host/database"
    raise LedgerError(f"{told_url(url)} is not a ledger this version can open; give {known}")


def _open_postgres(url: str, keys: Keys | str | None) -> Store:
    try:
        from forbear.ledger.postgres import PostgresStore  # only who wants it needs psycopg
    except ImportError as error:
        if (error.name or "psycopg").partition(".")[0] not in ("psycopg", "psycopg_pool"):
            raise
        raise MissingExtra(f"a PostgreSQL ledger needs psycopg ({error}): pip install 'forbear[postgres]'") from error
    return PostgresStore(url, keys)


__all__ = ["SCHEMES", "Keys", "SQLiteStore", "Store", "open_keys", "open_ledger", "slashes", "told_url"]
