"""What one process knows of a ledger to which nobody else has written since, so that it need not be read again.

Only where one writer at a time is let in and the database tells whether another was there meanwhile, as SQLite does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import define, field, frozen

MOST = 4096  # people, and contacts; beyond that all is read again

Rows = dict[str, list[tuple[Any, ...]]]
"""The entries of a contact by kind, sealed, as they were read."""


@frozen
class Person:
    """Whom a chain is about, joined with nobody: its number, that of its key, the last link and the length; whether
    there may be an override about them; the latest moment decided.
    """

    seq: int
    number: int
    head: bytes
    length: int
    overridden: bool
    latest: int


@define
class Known:
    """What is so as of the last transaction of this process."""

    version: int | None = None  # changes when another process writes
    last: int | None = None  # the number of the last decision
    gone: tuple[Any, Any] | None = None  # the notes that tell of losses
    people: dict[bytes, Person] = field(factory=dict)
    contacts: dict[bytes, Rows] = field(factory=dict)
    where: dict[bytes, bytes] = field(factory=dict)  # an entry of a known contact, and that contact

    def begin(self, version: int) -> None:
        """Forget everything where another process wrote since."""
        if version != self.version:
            self.clear()
            self.version = version

    def clear(self) -> None:
        """Forget everything."""
        self.version = self.last = self.gone = None
        self.people.clear()
        self._clear_contacts()

    def _clear_contacts(self) -> None:
        self.contacts.clear()
        self.where.clear()

    def learn(self, last: int | None, gone: tuple[Any, Any] | None, people: Mapping[bytes, Person]) -> None:
        """Know the last decision, the notes, and these people."""
        self.last = last or self.last
        self.gone = gone or self.gone
        if len(self.people) + len(people) > MOST:
            self.people.clear()
        self.people.update(people)

    def learn_contacts(self, touched: Collection[bytes], read: Mapping[bytes, Rows]) -> None:
        """Know contacts as they were read, and no longer those in which something was written."""
        for contact in touched:
            for rows in self.contacts.pop(contact, {}).values():
                for row in rows:
                    self.where.pop(bytes(row[1]), None)
        if len(self.contacts) + len(read) > MOST:
            self._clear_contacts()
        for contact, kinds in read.items():
            if self.contacts.get(contact) is not kinds:
                self.contacts[contact] = kinds
                self.where.update((bytes(row[1]), contact) for rows in kinds.values() for row in rows)
