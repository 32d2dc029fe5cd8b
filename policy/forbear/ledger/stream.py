"""The entries of a ledger one after another, however many there are, and what of them cannot be read any more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from attrs import frozen

from forbear.errors import LedgerError
from forbear.language.types import Value
from forbear.ledger.book import Book
from forbear.ledger.entries import Entry
from forbear.ledger.page import values
from forbear.ledger.store import Transaction

PAGE = 500  # entries that are read at once
_PAGE = f"""
SELECT page.seq, page.name, page.at, page.number, page.body, amendment.at, amendment.body FROM (
    SELECT entry.seq AS seq, entry.name AS name, entry.at AS at, entry.body AS body, subject.number AS number
    FROM entry JOIN subject ON subject.seq = entry.subject
    WHERE entry.kind = ? AND entry.at >= ? AND (entry.at > ? OR entry.seq > ?) AND entry.at < ?
        AND entry.body IS NOT NULL AND subject.erased IS NULL
    ORDER BY entry.at, entry.seq LIMIT {PAGE}
) AS page LEFT JOIN amendment ON amendment.entry = page.seq AND amendment.body IS NOT NULL
ORDER BY page.at, page.seq, amendment.at, amendment.seq
"""
_MISSING = """
SELECT entry.kind, CASE WHEN subject.erased IS NULL THEN 0 ELSE 1 END, count(*)
FROM entry JOIN subject ON subject.seq = entry.subject
WHERE entry.at >= ? AND entry.at < ? AND (subject.erased IS NOT NULL OR entry.body IS NULL)
GROUP BY 1, 2
"""


@frozen
class Amended:
    """An entry as amended so far, and each amendment with its moment, oldest first."""

    entry: Entry
    amendments: tuple[tuple[int, Mapping[str, Value]], ...]


@frozen
class Missing:
    """How many entries of a kind a ledger holds that nobody can read."""

    erased: int = 0  # of customers who were erased
    expired: int = 0  # dropped when their time was over


def stream(transaction: Transaction, kind: str, since: int, until: int) -> Iterator[Amended | None]:
    """The entries of a kind with since <= own `at` < until, oldest first; None for one whose key is gone.

    A page of them is in memory at a time. Raises LedgerError where one was changed.
    """
    book = _book(transaction)
    at, seq = since, -1
    while True:
        rows = list(book.connection.run(_PAGE, (kind, at, at, seq, until)))
        number = 0
        for _, same in groupby(rows, key=itemgetter(0)):
            number += 1
            mine = list(same)
            seq, at = int(mine[0][0]), int(mine[0][2])
            yield _opened(book, kind, mine)
        rows.clear()  # before the next page is read
        if number < PAGE:
            return


def _opened(book: Book, kind: str, rows: list[tuple[Any, ...]]) -> Amended | None:
    _, name, at, number, body, _, _ = rows[0]
    name = bytes(name)
    raw = book.sealer.unseal(number, bytes(body), name)
    if raw is None:
        return None
    id, contact, customer, advisor, told = json.loads(raw)
    amendments = tuple(
        (int(when), values(json.loads(book.sealer.unseal(number, bytes(sealed), name) or b"{}")))
        for *_, when, sealed in rows
        if sealed is not None
    )
    found = values(told)
    for _, more in amendments:
        found |= more
    return Amended(Entry(id, kind, int(at), contact, customer, advisor, found), amendments)


def missing(transaction: Transaction, since: int, until: int) -> dict[str, Missing]:
    """By kind, how many entries with since <= own `at` < until cannot be read any more."""
    found: dict[str, Missing] = {}
    for kind, erased, number in _book(transaction).connection.run(_MISSING, (since, until)):
        before = found.get(str(kind), Missing())
        more = (int(number), 0) if erased else (0, int(number))
        found[str(kind)] = Missing(before.erased + more[0], before.expired + more[1])
    return found


def newest(transaction: Transaction) -> int | None:
    """The moment of the latest decision, None in an empty ledger."""
    ((at,),) = _book(transaction).connection.run("SELECT max(at) FROM decision")
    return None if at is None else int(at)


def _book(transaction: Transaction) -> Book:
    if not isinstance(transaction, Book):
        raise LedgerError("this ledger is kept by a plugin in its own way; only those of Forbear can be reported on")
    return transaction
