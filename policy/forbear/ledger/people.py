"""Which chains are about a person: a customer's, those of every id merged with theirs, and what their contacts said
before it was known who they are.
"""

from __future__ import annotations

from forbear.ledger.book import Book
from forbear.ledger.entries import LAST


def chains_of(book: Book, customer: str) -> list[int]:
    """The chains of a customer as things stand now; none for one who is unknown or erased."""
    mine = book.group(customer, LAST)
    run = book.connection.run
    contacts: set[bytes] = set()
    for seq in mine:
        for table in ("decision", "entry"):
            rows = run(f"SELECT DISTINCT contact FROM {table} WHERE subject = ? AND contact IS NOT NULL", (seq,))
            contacts |= {bytes(contact) for (contact,) in rows}
    found = set(mine)
    for contact in contacts:
        found |= {int(seq) for (seq,) in run("SELECT seq FROM subject WHERE name = ?", (contact,))}
    return sorted(found)


def chain_of(book: Book, event: str) -> tuple[int, int] | None:
    """The number of the decision on an event and its chain, if there is one."""
    name = book.sealer.name("event", event)
    rows = book.connection.run("SELECT seq, subject FROM decision WHERE event = ?", (name,))
    return next(((int(seq), int(subject)) for seq, subject in rows), None)
