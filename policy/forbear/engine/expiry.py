"""When obligations expire: watched beside their due time, so that a tick after any downtime finds what it missed."""

from __future__ import annotations

from forbear.ledger.entries import EXPIRY_SUFFIX, Entry, is_open, to_micros
from forbear.ledger.store import Transaction
from forbear.records import Event

KIND = "expiry"  # an entry of the engine's own, of which no pack knows


def watch(transaction: Transaction, event: Event, obligation: str, expires: int) -> None:
    """Watch for the moment at which an obligation expires; nobody is handed anything then."""
    id_ = obligation + EXPIRY_SUFFIX
    transaction.append(Entry(id_, KIND, to_micros(event.at), event.contact, event.customer, event.advisor, {}))
    transaction.owe(id_, expires, "{}")
    transaction.delivered(id_)


def unwatch(transaction: Transaction, obligation: Entry) -> None:
    """Watch no longer for the moment at which an obligation expires."""
    if "expires" in obligation.values:
        transaction.settle(obligation.id + EXPIRY_SUFFIX)


def passed(transaction: Transaction, at: int) -> tuple[list[str], list[Entry]]:
    """The obligations that fell due before a moment and were not raised yet, and the open ones that expired before it.

    One that expires no later than it falls due is never overdue.
    """
    overdue: list[str] = []
    expired: list[Entry] = []
    for id_ in transaction.overdue(at):
        if not id_.endswith(EXPIRY_SUFFIX):
            overdue.append(id_)
            continue
        entry = transaction.entry(id_.removesuffix(EXPIRY_SUFFIX), at)
        if entry is not None and is_open(entry):
            expired.append(entry)
        else:
            transaction.settle(id_)
    never = {one.id for one in expired if not _due(one) < _expires(one)}
    return [id_ for id_ in overdue if id_ not in never], expired


def _due(entry: Entry) -> int:
    due = entry.values["due"]
    assert isinstance(due, int)
    return due


def _expires(entry: Entry) -> int:
    expires = entry.values["expires"]
    assert isinstance(expires, int)
    return expires
