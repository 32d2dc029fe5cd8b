"""Everything that a ledger holds about a person, opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from attrs import frozen

from forbear.ledger.audit import Opened, opened
from forbear.ledger.book import Book
from forbear.ledger.entries import LAST, Entry
from forbear.ledger.people import chains_of


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

    @property
    def customers(self) -> tuple[str, ...]:
        """The customer ids under which it is held."""
        told = {one.body.customer for one in self.decisions} | {one.entry.customer for one in self.entries}
        return tuple(sorted(one for one in told if one is not None))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not self.decisions and not self.entries and not self.expired


def held(book: Book, customer: str) -> Held:
    """What is held about a customer, also under ids merged with theirs."""
    chains = chains_of(book, customer)
    if not chains:
        return Held()
    here = ", ".join("?" * len(chains))
    gone = book.connection.run(f"SELECT count(*) FROM decision WHERE body IS NULL AND subject IN ({here})", chains)
    ((expired,),) = list(gone)
    decisions = sorted((one for chain in chains for one in opened(book, chain)), key=lambda one: one.number)
    return Held(tuple(decisions), tuple(_entries(book, here, chains)), int(expired))


def _entries(book: Book, here: str, chains: Sequence[int]) -> Iterator[Kept]:
    rows = book.connection.run(
        "SELECT entry.seq, entry.name, entry.kind, entry.at, entry.body, subject.number, outbox.entry, watch.entry"
        " FROM entry JOIN subject ON subject.seq = entry.subject LEFT JOIN outbox ON outbox.entry = entry.seq"
        f" LEFT JOIN watch ON watch.entry = entry.seq WHERE entry.subject IN ({here}) AND entry.body IS NOT NULL"
        " ORDER BY entry.at, entry.seq",
        chains,
    )
    for seq, name, kind, at, sealed, number, waits, watched in list(rows):
        raw = book.sealer.unseal(number, bytes(sealed), bytes(name))
        if raw is None:
            continue
        id, contact, customer, advisor, values = json.loads(raw)
        entry = Entry(id, str(kind), int(at), contact, customer, advisor, values)
        more = book.connection.run(
            "SELECT at, body FROM amendment WHERE entry = ? AND body IS NOT NULL ORDER BY at, seq", (seq,)
        )
        found = [(int(when), book.sealer.unseal(number, bytes(body), bytes(name))) for when, body in more]
        amendments = tuple(
            Amendment(when, json.loads(body)) for when, body in found if body is not None and when <= LAST
        )
        yield Kept(entry, amendments, waits is not None, watched is not None)
