"""Whom and what an event is about: its contact, and the entry that it names by id, as `latest` or `latest:kind`."""

from __future__ import annotations

from attrs import evolve

from forbear.errors import EventError
from forbear.language.events import EVENT_TYPES
from forbear.language.ir import Policy
from forbear.language.shape import did_you_mean
from forbear.ledger.entries import Entry, is_open, to_micros
from forbear.ledger.store import Transaction
from forbear.records import Event

LATEST = "latest"


def contact_of(event: Event, transaction: Transaction) -> Entry | None:
    """The contact that an event belongs to, as it was started last; a start begins anew."""
    if event.contact is None or event.type == "contact_started":
        return None
    found = list(transaction.entries("contact", "contact", event.contact, None, to_micros(event.at)))
    return found[-1] if found else None


def inherit(event: Event, source: Entry | None) -> Event:
    """The event with contact, customer and advisor of an entry, where it says nothing of them."""
    if source is None:
        return event
    return evolve(
        event,
        contact=event.contact if event.contact or "contact" in event.withheld else source.contact,
        customer=event.customer if event.customer or "customer" in event.withheld else source.customer,
        advisor=event.advisor if event.advisor or "advisor" in event.withheld else source.advisor,
    )


def resolve(event: Event, policy: Policy, transaction: Transaction) -> tuple[Event, Entry | None]:
    """The event with the id that it names filled in, and that entry as it stood at the event's moment.

    What the event does not say of contact, customer and advisor is the entry's. Raises EventError where there is no
    such entry, or where it is another customer's.
    """
    kind = EVENT_TYPES[event.type].names if event.type in EVENT_TYPES else ""
    if not kind:
        return event, None
    if kind not in policy.entries:
        raise EventError(f"the pack {policy.name} keeps no `{kind}`; `{event.type}` cannot be decided", event.id)
    name = str(event.fields[kind])
    head, _, wanted = name.partition(":")
    if head == LATEST:
        entry = _latest(kind, wanted, inherit(event, contact_of(event, transaction)), policy, transaction)
    else:
        entry = _by_id(kind, name, event, transaction)
    if event.customer and entry.customer and event.customer != entry.customer:
        raise EventError(f"the {kind} {name!r} is not of customer {event.customer!r}; leave `customer` out", event.id)
    if event.type == "obligation_closed":
        _may_close(event, policy, str(entry.values["owe"]))
    return evolve(inherit(event, entry), fields={**event.fields, kind: entry.id}), entry


def _by_id(kind: str, id_: str, event: Event, transaction: Transaction) -> Entry:
    entry = transaction.entry(id_, to_micros(event.at))
    if entry is None or entry.kind != kind:
        raise EventError(f"there is no {kind} {id_!r} at {event.at.isoformat()}; give its id or `latest`", event.id)
    return entry


def _latest(kind: str, wanted: str, event: Event, policy: Policy, transaction: Transaction) -> Entry:
    """The latest open one in the event's contact, else of its customer; of one decision, the last listed."""
    for scope, scope_id in (("contact", event.contact), ("customer", event.customer)):
        if scope_id is None:
            continue
        found = [
            entry
            for entry in transaction.entries(kind, scope, scope_id, None, to_micros(event.at))
            if is_open(entry) and (not wanted or entry.values.get("owe") == wanted)
        ]
        if found:
            return found[-1]
    if not event.contact and not event.customer:
        raise EventError(f"`{LATEST}` needs a `contact` or a `customer` whose {kind} it is", event.id)
    if not wanted:
        raise EventError(f"its contact and customer have no open {kind}; give the id of one", event.id)
    known = policy.obligations if kind == "obligation" else ()
    hint = "give its id" if wanted in known else did_you_mean(wanted, known) or f"write `{LATEST}` alone"
    raise EventError(f"its contact and customer have no open {kind} {wanted!r}; {hint}", event.id)


def _may_close(event: Event, policy: Policy, owe: str) -> None:
    """Refuse a closing that the obligation does not know, or that lacks what it needs."""
    declared = policy.obligations.get(owe)
    if declared is None:
        return
    how = str(event.fields["how"])
    if how not in declared.closes:
        raise EventError(f"`{owe}` is never closed {how!r}; it closes by {', '.join(declared.closes)}", event.id)
    for need in declared.closes[how].needs:
        if not event.fields.get(need):
            raise EventError(f"closing `{owe}` as {how!r} needs `{need}`", event.id)
