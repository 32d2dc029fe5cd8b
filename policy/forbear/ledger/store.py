"""What a store can do. The engine works in transactions: all of an event's changes are there, or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from attrs import frozen

from forbear.language.types import Value
from forbear.ledger.entries import Entry


@frozen
class Decided:
    """A stored decision: the fingerprint of its event and the record as JSON."""

    fingerprint: str
    record: str


class Transaction(Protocol):
    """A consistent view of the ledger; moments are microseconds since 1970 UTC."""

    def attempt(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone on its own when it raises."""
        ...

    def decided(self, event: str) -> Decided | None:
        """The decision on an event id, if there is one."""
        ...

    def latest(self, contact: str | None, customer: str | None) -> int | None:
        """The latest `at` decided so far for the customer (else the contact, else events of neither)."""
        ...

    def entry(self, id: str, at: int) -> Entry | None:
        """One entry as amended up to `at`; None where it does not exist or is younger."""
        ...

    def entries(self, kind: str, scope: str, scope_id: str | None, since: int | None, at: int) -> Iterable[Entry]:
        """The entries of a kind in a scope with since < own `at` <= at, as amended up to `at`, oldest first."""
        ...

    def overdue(self, at: int) -> list[str]:
        """Open obligations that fell due before `at` and were not yet raised, by due time."""
        ...

    def outbox(self) -> list[tuple[str, str]]:
        """Obligations not yet handed over: id and JSON, oldest first."""
        ...

    def save_decision(
        self, event: str, fingerprint: str, at: int, contact: str | None, customer: str | None, record: str
    ) -> None:
        """Keep a decision under its event id."""
        ...

    def append(self, entry: Entry) -> None:
        """Append an entry."""
        ...

    def amend(self, id: str, at: int, values: Mapping[str, Value]) -> None:
        """Append an amendment to an entry."""
        ...

    def owe(self, id: str, due: int, payload: str) -> None:
        """Watch an obligation's due time and put it into the outbox."""
        ...

    def settle(self, id: str) -> None:
        """Watch a closed obligation's due time no longer."""
        ...

    def raise_overdue(self, id: str) -> None:
        """Note that an obligation's being overdue was raised."""
        ...

    def delivered(self, id: str) -> None:
        """Take an obligation out of the outbox."""
        ...


class Store(Protocol):
    """A ledger on some medium."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """A view that changes nothing."""
        ...

    def writing(self) -> AbstractContextManager[Transaction]:
        """A view whose changes are kept together when it ends, and dropped together when it raises."""
        ...

    def close(self) -> None:
        """Release the medium."""
        ...
