"""What the ledger keeps of people: two ids that are one, a customer who goes, what was kept long enough."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.engine.expiry import KIND as EXPIRY
from forbear.errors import EventError
from forbear.language import ir
from forbear.language.events import TEXTS
from forbear.language.types import Value
from forbear.ledger.entries import SECOND, Entry, to_micros
from forbear.ledger.fold import length
from forbear.ledger.store import Transaction
from forbear.records import Event

ERASURE = "erasure"  # the decision that may let an erasure wait
ERASE = "erase"  # its outcome that does not


def keep(event: Event, policy: ir.Policy, transaction: Transaction) -> None:
    """Join or split customers as an event says, keep what was said where the pack wants it kept."""
    at = to_micros(event.at)
    if event.type == "utterance" and TEXTS in policy.retention and event.fields.get("text"):
        told: dict[str, Value] = {name: str(event.fields[name]) for name in ("speaker", "text", "lang")}
        transaction.append(Entry(f"t:{event.id}", TEXTS, at, event.contact, event.customer, event.advisor, told))
    if event.type not in ("customers_merged", "customers_split") or event.customer is None:
        return
    other = str(event.fields["other"])
    if event.type == "customers_merged":
        transaction.join(event.customer, other, at)
    elif not transaction.split(event.customer, other, at):
        raise EventError(f"the customers {event.customer!r} and {other!r} are not merged at that moment", event.id)


def lapse(event: Event, policy: ir.Policy, transaction: Transaction) -> None:
    """With a tick, drop what was kept as long as the pack says."""
    if event.type == "tick":
        for kind, kept in policy.retention.items():
            before = to_micros(event.at) - length(kept, policy.settings) * SECOND
            transaction.expire(kind, before)
            if kind == "obligation":
                transaction.expire(EXPIRY, before)


def forget(event: Event, outcome: Mapping[str, object], transaction: Transaction) -> tuple[int, ...]:
    """Erase the customer of an `erase` event, unless the policy lets it wait; the keys to destroy once that is kept."""
    if event.type != "erase" or event.customer is None or outcome.get(ERASURE, ERASE) != ERASE:
        return ()
    return transaction.erase(event.customer, to_micros(event.at))
