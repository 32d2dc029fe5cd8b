"""Whom and what an event is about: its contact, and the entry that it names by id, as `latest` or `latest:kind`."""

from __future__ import annotations

from attrs import evolve

from forbear.engine.terms import closes_of
from forbear.errors import EventError
from forbear.language.events import EVENT_TYPES, EXPIRED, EventType
from forbear.language.ir import Policy
from forbear.language.shape import did_you_mean
from forbear.ledger.entries import Entry, is_open, to_micros
from forbear.ledger.store import Transaction
from forbear.records import Event, Plain

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
    found = {
        name: told
        for name in ("contact", "customer", "advisor")
        if not getattr(event, name) and name not in event.withheld and (told := getattr(source, name)) is not None
    }
    return evolve(event, **found) if found else event


def resolve(event: Event, policy: Policy, transaction: Transaction) -> tuple[Event, Entry | None]:
    """The event with the id that it names filled in, and that entry as it stood at the event's moment.

    What the event does not say of contact, customer and advisor is the entry's; of two ids of one customer the entry's
    stands. Raises EventError where there is no such entry, or where it is another customer's.
    """
    type_ = EVENT_TYPES.get(event.type)
    if type_ is None or not type_.names:
        return event, None
    kind = type_.names
    if kind not in policy.entries:
        raise EventError(f"the pack {policy.name} keeps no `{kind}`; `{event.type}` cannot be decided", event.id)
    name = str(event.fields[kind])
    head, _, wanted = name.partition(":")
    if head == LATEST:
        about = _through(type_, event, transaction)
        where = inherit(inherit(event, contact_of(event, transaction)), about)
        entry = _latest(type_, wanted, where, about, policy, transaction)
    else:
        entry = _by_id(kind, name, event, transaction)
    if event.customer and entry.customer and event.customer != entry.customer:
        if not _one(event.customer, entry.customer, event, transaction):
            message = f"the {kind} {name!r} is not of customer {event.customer!r}; leave `customer` out"
            raise EventError(message, event.id)
        event = evolve(event, customer=entry.customer)
    if event.type == "obligation_closed":
        _may_close(event, policy, entry)
    named: dict[str, Plain] = {kind: entry.id}
    other = entry.values.get(type_.through)
    if isinstance(other, str):
        if event.fields.get(type_.through) not in (None, LATEST, other):
            raise EventError(f"the {kind} {entry.id!r} is about the {type_.through} {other!r}", event.id)
        named[type_.through] = other
    return evolve(inherit(event, entry), fields={**event.fields, **named}), entry


def _one(customer: str, other: str, event: Event, transaction: Transaction) -> bool:
    """Whether two ids belong to one customer at the event's moment."""
    at = to_micros(event.at)
    return not set(transaction.group(customer, at)).isdisjoint(transaction.group(other, at))


def _by_id(kind: str, id_: str, event: Event, transaction: Transaction) -> Entry:
    entry = transaction.entry(id_, to_micros(event.at))
    if entry is None or entry.kind != kind:
        raise EventError(f"there is no {kind} {id_!r} at {event.at.isoformat()}; give its id or `latest`", event.id)
    return entry


def _through(type_: EventType, event: Event, transaction: Transaction) -> Entry | None:
    """The entry by which the one that the event names may be told: the offence of an appeal."""
    given = event.fields.get(type_.through)
    if not isinstance(given, str) or given == LATEST:
        return None
    return _by_id(type_.through, given, event, transaction)


def _latest(
    type_: EventType, wanted: str, event: Event, about: Entry | None, policy: Policy, transaction: Transaction
) -> Entry:
    """The latest that waits in the event's contact, else of its customer; of one decision, the last listed."""
    kind = type_.names
    for scope, scope_id in (("contact", event.contact), ("customer", event.customer)):
        if scope_id is None:
            continue
        found = [
            entry
            for entry in transaction.entries(kind, scope, scope_id, None, to_micros(event.at))
            if _waits(entry, type_) and (not wanted or entry.values.get("owe") == wanted)
            if about is None or entry.values.get(type_.through) == about.id
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


def _waits(entry: Entry, type_: EventType) -> bool:
    if not type_.waiting:
        return is_open(entry)
    return entry.values.get("status", type_.waiting[0]) in type_.waiting


def _may_close(event: Event, policy: Policy, entry: Entry) -> None:
    """Refuse a closing that the obligation does not know, or that lacks what it needs."""
    closes = closes_of(entry, policy)
    if closes is None:
        return
    owe, how = str(entry.values["owe"]), str(event.fields["how"])
    ways = [one for one in closes if one != EXPIRED]
    if how not in ways:
        raise EventError(f"`{owe}` is never closed {how!r}; it closes by {', '.join(ways)}", event.id)
    for need in closes[how].needs:
        if not event.fields.get(need):
            raise EventError(f"closing `{owe}` as {how!r} needs `{need}`", event.id)
