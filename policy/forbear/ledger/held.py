"""Everything that a ledger holds about a person, opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from attrs import frozen

from forbear.errors import LedgerError
from forbear.ledger.audit import Opened, opened
from forbear.ledger.book import Book
from forbear.ledger.entries import LAST, Entry


@frozen
class Amendment:
    """What was appended to an entry, and when."""

    at: int
    values: dict[str, object]


@frozen
class Kept:
    """An entry as it was made, with its amendments; whether it waits to be handed over, and is watched."""

    entry: Entry
    amendments: tuple[Amendment, ...]
    waits: bool
    watched: bool


@frozen
class Held:
    """All that a ledger holds about a person: their decisions in order, and their entries."""

    decisions: tuple[Opened, ...] = ()
    entries: tuple[Kept, ...] = ()
    expired: int = 0  # decisions whose record is gone because its time was over
    unreadable: int = 0  # decisions and entries that somebody changed, so that they cannot be opened

    @property
    def customers(self) -> tuple[str, ...]:
        """The customer ids under which it is held."""
        told = {one.body.customer for one in self.decisions} | {one.entry.customer for one in self.entries}
        return tuple(sorted(one for one in told if one is not None))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not self.decisions and not self.entries and not self.expired and not self.unreadable


def held(book: Book, customer: str) -> Held:
    """What is held about a customer, also under ids merged with theirs."""
    chains = [one for one in book.chains(customer, LAST) if _has_key(book, one)]
    if not chains:
        return Held()
    here = ", ".join("?" * len(chains))
    decisions = sorted((one for chain in chains for one in opened(book, chain)), key=lambda one: one.number)
    entries = tuple(_entries(book, here, chains))
    all_decisions, all_entries = (
        _counted(book, f"{table} WHERE body IS NOT NULL AND subject IN ({here})", chains)
        for table in ("decision", "entry")
    )
    expired = _counted(book, f"decision WHERE body IS NULL AND subject IN ({here})", chains)
    unreadable = all_decisions - len(decisions) + all_entries - len(entries)
    return Held(tuple(decisions), entries, expired, unreadable)


def _has_key(book: Book, chain: int) -> bool:
    """Whether a chain can be opened; of one erased after this ledger's backup was made nothing is held."""
    ((number,),) = book.connection.run("SELECT number FROM subject WHERE seq = ?", (chain,))
    return book.sealer.has(int(number))


def _counted(book: Book, which: str, given: Sequence[int]) -> int:
    ((number,),) = book.connection.run(f"SELECT count(*) FROM {which}", given)
    return int(number)


def _entries(book: Book, here: str, chains: Sequence[int]) -> Iterator[Kept]:
    rows = book.connection.run(
        "SELECT entry.seq, entry.name, entry.kind, entry.at, entry.body, subject.number, outbox.entry, watch.entry"
        " FROM entry JOIN subject ON subject.seq = entry.subject LEFT JOIN outbox ON outbox.entry = entry.seq"
        f" LEFT JOIN watch ON watch.entry = entry.seq WHERE entry.subject IN ({here}) AND entry.body IS NOT NULL"
        " ORDER BY entry.at, entry.seq",
        chains,
    )
    amendments = _amendments(book, here, chains)
    for seq, name, kind, at, sealed, number, waits, watched in list(rows):
        try:
            bodies = [book.sealer.unseal(number, bytes(sealed), bytes(name))]
            bodies += [book.sealer.unseal(number, body, bytes(name)) for _, body in amendments.get(int(seq), ())]
        except LedgerError:  # changed; what is missing is counted
            continue
        if bodies[0] is None:
            continue
        (id, contact, customer, advisor, values), *more = (json.loads(body or b"{}") for body in bodies)
        entry = Entry(id, str(kind), int(at), contact, customer, advisor, values)
        moments = [when for when, _ in amendments.get(int(seq), ())]
        told = tuple(Amendment(when, one) for when, one in zip(moments, more, strict=True))
        yield Kept(entry, told, waits is not None, watched is not None)


def _amendments(book: Book, here: str, chains: Sequence[int]) -> dict[int, list[tuple[int, bytes]]]:
    """When each entry was amended, oldest first, and how, still sealed."""
    rows = book.connection.run(
        f"SELECT entry, at, body FROM amendment WHERE subject IN ({here}) AND body IS NOT NULL ORDER BY at, seq", chains
    )
    found: dict[int, list[tuple[int, bytes]]] = {}
    for entry, at, body in rows:
        found.setdefault(int(entry), []).append((int(at), bytes(body)))
    return found
