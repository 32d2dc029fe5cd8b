"""What a store can do. The engine works in transactions: all of an event's changes are there, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from attrs import field, frozen

from forbear.errors import LedgerError
from forbear.language.types import Value
from forbear.ledger.entries import Entry

T = TypeVar("T")
_TRIES = 5


@frozen
class Decided:
    """A stored decision: the fingerprint of its event under `mark`, and the record as JSON, None once it was erased."""

    mark: bytes
    record: str | None


FARTHEST = 24 * 60 * 60 * 1_000_000  # microseconds; nobody puts an attempt off for longer


@frozen
class Waiting:
    """An obligation in the outbox: its JSON, how often it was tried, why that failed; a dead one waits for a person.

    It is tried no earlier than `after`; a dead one has been dead since then.
    """

    id: str
    payload: str
    tries: int = 0
    problem: str = ""
    dead: bool = False
    after: int = 0


@frozen
class Grown:
    """An entry with all its amendments so far, the last decision that touched it, and the latest moment in it."""

    seq: int
    entry: Entry
    decision: int
    latest: int


@frozen
class Seen:
    """How far a ledger was read: up to which decision, and which before it nobody could see yet, as the store knows."""

    last: int = 0
    awaited: Mapping[int, int] = field(factory=dict)


@frozen
class Gone:
    """What tells that a ledger lost something: a sign that changes when somebody is erased, one when time is over, and
    how often the server was gone, which may have forgotten what it had not yet written.
    """

    erased: bytes | None
    expired: bytes | None
    losses: int = 0


class Contended(LedgerError):
    """The database gave a transaction up for the sake of another; nothing of it was kept, and it may be tried again."""


def persistently(work: Callable[[], T]) -> T:
    """What some work comes to, done again where its transaction was given up for another's sake."""
    for left in reversed(range(_TRIES)):
        try:
            return work()
        except Contended:
            if not left:
                raise
    raise AssertionError


class Transaction(Protocol):
    """A consistent view of the ledger; moments are microseconds since 1970 UTC."""

    def attempt(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone on its own when it raises."""
        ...

    def hold(self, event: str, contact: str | None, customer: str | None) -> bool:
        """Wait until no other transaction decides this event, nor on this contact or customer or one who is the same;
        with neither, until no other decides at all. Whether anybody could, so that what was read before counts no more.
        """
        ...

    def touch(self) -> None:
        """Write something that changes nothing: with this transaction, all before it is on the disk."""
        ...

    def mark(self, fingerprint: str) -> bytes:
        """A fingerprint as `Decided` has it."""
        ...

    def decided(self, event: str) -> Decided | None:
        """The decision on an event id, if there is one."""
        ...

    def latest(self, contact: str | None, customer: str | None) -> int | None:
        """The latest `at` decided so far for the customer (else the contact, else events of neither)."""
        ...

    def entry(self, id: str, at: int) -> Entry | None:
        """One entry as amended up to `at`; None where it does not exist, is younger or was erased."""
        ...

    def entries(self, kind: str, scope: str, scope_id: str | None, since: int | None, at: int) -> Iterable[Entry]:
        """The entries of a kind in a scope with since < own `at` <= at, as amended up to `at`, oldest first.

        The scope `customer` includes every id that was joined to the customer by `at`; `nobody` those of neither a
        contact nor a customer.
        """
        ...

    def overdue(self, at: int) -> list[str]:
        """Open obligations that fell due before `at` and were not yet raised, by due time."""
        ...

    def save_decision(
        self, event: str, fingerprint: str, at: int, contact: str | None, customer: str | None, record: str
    ) -> None:
        """Keep a decision under its event id, as the next link of its customer's chain (else contact's, else centre's).

        All that was appended in this transaction belongs to it.
        """
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
        """Watch a closed obligation's due time no longer, and hand it to nobody who has not got it yet."""
        ...

    def raise_overdue(self, id: str) -> None:
        """Note that an obligation's being overdue was raised."""
        ...

    # --- what has grown and what was lost since, for whoever keeps something of it at hand

    def group(self, customer: str, at: int) -> tuple[int, ...]:
        """A customer and all who are the same at a moment, as this store numbers them; nobody who is unknown."""
        ...

    def grown(self, group: tuple[int, ...], kinds: Sequence[str], last: int) -> tuple[int, Sequence[Grown]]:
        """The entries of a group that are new or amended since the decision of number `last`, in no useful order,
        those of other kinds left out; and the last decision that touched any of all kinds.
        """
        ...

    def seen(self, before: Seen | None) -> Seen:
        """How far the ledger can be read now, where it was read so far before."""
        ...

    def grown_anywhere(self, kinds: Sequence[str], before: Seen) -> Iterable[Grown]:
        """The entries of some kinds, of whomever, that are new or amended since; some may be given again."""
        ...

    def all_of(self, kind: str, since: int) -> Iterable[Grown]:
        """The entries of a kind with since < own `at`, of whomever."""
        ...

    def rewound(self, seqs: Sequence[int], at: int) -> Iterable[Grown]:
        """The entries of these numbers with own `at` <= at, as amended up to `at`."""
        ...

    def gone(self) -> Gone:
        """What changes when something is lost."""
        ...

    def expired(self, kind: str) -> int | None:
        """Up to when entries of a kind were dropped; None where that cannot be trusted."""
        ...

    def left(self, kind: str, before: int) -> Iterable[int]:
        """The numbers of the entries of a kind older than `before` that were not dropped."""
        ...

    def erased_entries(self, kinds: Sequence[str]) -> Iterable[int]:
        """The numbers of the entries of some kinds of whoever was erased."""
        ...

    # --- the whole of it

    def records(self, customer: str | None = None) -> Iterable[str]:
        """The records as JSON, in the order in which they were decided; one customer's, or everybody's."""
        ...

    def kinds(self) -> list[str]:
        """The kinds of which there are entries."""
        ...

    # --- customers who turn out to be one, and customers who go

    def join(self, one: str, other: str, at: int) -> None:
        """Two customer ids belong to one person from `at` on."""
        ...

    def split(self, one: str, other: str, at: int) -> bool:
        """They do not, from `at` on; whether they were joined."""
        ...

    def erase(self, customer: str, at: int) -> tuple[int, ...]:
        """Forget a customer, and every id joined to it; the keys to destroy once this is kept."""
        ...

    def expire(self, kind: str, before: int) -> int:
        """Drop the bodies of entries of a kind (of decisions, under `decision`) older than `before`; how many.

        What is still open stays.
        """
        ...

    # --- the outbox; these moments are the clock of who delivers

    def outbox(self, now: int | None = None, most: int | None = None) -> list[Waiting]:
        """Obligations not yet handed over, oldest first; with `now` those whose turn it is, `most` of them at most.

        Whose turn came first comes first. A turn later than FARTHEST from now was set by a clock that was wrong, and
        has come.
        """
        ...

    def waiting(self, id: str) -> Waiting | None:
        """One obligation that was not yet handed over."""
        ...

    def claim(self, id: str, now: int, until: int) -> bool:
        """Keep others from handing an obligation over until then; whether it still waits and its turn has come."""
        ...

    def delivered(self, id: str) -> None:
        """Take an obligation out of the outbox."""
        ...

    def failed(self, id: str, after: int, problem: str, dead: bool) -> None:
        """Note a failed attempt, and when the next may be made; after a `dead` one a person must ask for it."""
        ...

    def replay(self, id: str) -> bool:
        """Let a dead obligation be tried again, as if for the first time; whether there was one."""
        ...

    # --- the policies that decided

    def keep_policy(self, digest: str, body: bytes) -> None:
        """Keep what a policy is made of under its digest; one that is there already stays."""
        ...

    def policy(self, digest: str) -> bytes | None:
        """What a policy was made of."""
        ...


class Store(Protocol):
    """A ledger on some medium."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """A view that changes nothing."""
        ...

    def writing(self) -> AbstractContextManager[Transaction]:
        """A view whose changes are kept together when it ends, and dropped together when it raises."""
        ...

    def grouped(self) -> AbstractContextManager[None]:
        """Let the transactions inside become safe together, when it ends; until then none may be acknowledged."""
        ...

    def destroy(self, keys: Iterable[int]) -> None:
        """Destroy the keys of erased customers, and those on which that failed before."""
        ...

    def close(self) -> None:
        """Release the medium."""
        ...
