"""A page of the ledger: what every part of it needs, whatever the database; ids and contents leave here sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from forbear.language.types import Value
from forbear.ledger.entries import Entry
from forbear.ledger.known import Known
from forbear.ledger.seal import Sealer
from forbear.ledger.store import Grown

SEQ = "(SELECT seq FROM entry WHERE name = ?)"
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Connection(Protocol):
    """What a database offers inside a transaction; parameters are written `?`."""

    def run(self, statement: str, given: Sequence[object] = ()) -> Iterable[tuple[Any, ...]]:
        """The rows of a statement."""
        ...

    def write(self, statement: str, given: Sequence[object]) -> object:
        """Run a statement that has no rows, at the latest before the next that has some, or with the commit."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone on its own when it raises."""
        ...

    @property
    def parallel(self) -> bool:
        """Whether others may write meanwhile."""
        ...

    def lock(self, names: Sequence[bytes], shared: Sequence[bytes] = (), alone: bytes | None = None) -> None:
        """Hold names until the transaction ends, one after another, waiting for whoever holds them; first the shared
        ones, which others may share, last a customer who is `alone`: one who is joined with somebody is left out.

        It is done, at the latest, before the next statement that has rows.
        """
        ...

    @property
    def losses(self) -> int:
        """How often the database was found to be gone."""
        ...

    @property
    def next_number(self) -> str:
        """The number of the next decision, as a part of a statement."""
        ...


class Page:
    """A connection inside a transaction, and what names and opens what is read through it."""

    def __init__(self, connection: Connection, sealer: Sealer, known: Known | None = None) -> None:
        self.connection, self.sealer, self._known = connection, sealer, known
        self._unsure = False  # whether something was written that what is known does not tell
        self._run, self._write = connection.run, connection.write
        self._places: dict[bytes, tuple[int, int, int]] = {}  # of entries that were read or made, until one is undone

    def _name(self, space: str, id: str | None) -> bytes | None:
        return None if id is None else self.sealer.name(space, id)

    def _place(self, entry: bytes) -> tuple[int, int, int] | None:
        """An entry's number, that of its key, and its subject; None where there is none, or it was erased."""
        return self._places.get(entry) or first_row(
            self._run(
                "SELECT entry.seq, subject.number, subject.seq FROM entry JOIN subject ON subject.seq = entry.subject"
                " WHERE entry.name = ? AND subject.erased IS NULL",
                (entry,),
            )
        )

    def _opened(self, kind: str, at: int, number: int, name: bytes, body: bytes) -> Entry | None:
        raw = self.sealer.unseal(number, body, name)
        if raw is None:
            return None
        id, contact, customer, advisor, told = json.loads(raw)
        return Entry(id, kind, at, contact, customer, advisor, values(told))

    def _opened_again(self, kind: str, at: int, number: int, name: bytes, body: bytes) -> Entry | None:
        told = (kind, at, number, name, body)
        return self.sealer.again(number, told, lambda: self._opened(*told))

    def _folded(self, rows: Iterable[tuple[Any, ...]], *, again: bool = False) -> Iterator[Grown]:
        """Entries with their amendments folded in, from rows of COLUMNS; those of one entry follow each other.

        `again` says that the same ones are read time and again.
        """
        opened = self._opened_again if again else self._opened
        last, entry, touched, latest = -1, None, 0, 0
        for seq, name, kind, at, number, body, amended, decision, by, when, _ in rows:
            if seq != last:
                if entry is not None:
                    yield Grown(last, entry, touched, latest)
                last, touched, latest = int(seq), int(decision), int(at)
                entry = opened(kind, latest, number, bytes(name), bytes(body))
            if amended is not None and entry is not None:
                more = json.loads(self.sealer.unseal(number, bytes(amended), bytes(name)) or b"{}")
                head = (entry.id, entry.kind, entry.at, entry.contact, entry.customer, entry.advisor)
                entry = Entry(*head, {**entry.values, **values(more)})
                touched, latest = max(touched, int(by)), max(latest, int(when))
        if entry is not None:
            yield Grown(last, entry, touched, latest)


COLUMNS = (
    "entry.seq, entry.name, entry.kind, entry.at, subject.number, entry.body, amendment.body, entry.decision,"
    " amendment.decision, amendment.at, entry.subject"
)


def first_row(rows: Iterable[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    """The first of some rows, if there is one."""
    return next(iter(rows), None)


def dump(value: object) -> bytes:
    """What is sealed, as bytes."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def values(given: Mapping[str, Any]) -> dict[str, Value]:
    """Values from JSON; a list comes back as the tuple that it was."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
