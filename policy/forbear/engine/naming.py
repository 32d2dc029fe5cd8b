"""Which entry an event names: by id, as `latest`, or as `latest:manager_callback`."""

from __future__ import annotations

from attrs import evolve

from forbear.errors import EventError
from forbear.language.events import EVENT_TYPES
from forbear.language.ir import Policy
from forbear.ledger.entries import Entry, is_open, to_micros
from forbear.ledger.store import Transaction
from forbear.records import Event

LATEST = "latest"


def resolve(event: Event, policy: Policy, transaction: Transaction) -> tuple[Event, Entry | None]:
    """The event with the id that it names filled in, and that entry as it stood at the event's moment.

    Where the event gives no contact, customer or advisor, the entry's are taken. Raises EventError where there is no
    such entry.
    """
    kind = EVENT_TYPES[event.type].names if event.type in EVENT_TYPES else ""
    if not kind:
        return event, None
    if kind not in policy.entries:
        raise EventError(f"the pack {policy.name} keeps no `{kind}`; `{event.type}` cannot be decided", event.id)
    name = str(event.fields[kind])
    at = to_micros(event.at)
    entry = _latest(name, kind, event, transaction, at) if name.partition(":")[0] == LATEST else None
    if entry is None:
        entry = transaction.entry(name, at)
    if entry is None or entry.kind != kind:
        raise EventError(f"there is no {kind} {name!r} at {event.at.isoformat()}", event.id)
    if event.type == "obligation_closed":
        _may_close(event, policy, str(entry.values["owe"]))
    return (
        evolve(
            event,
            contact=event.contact if event.contact or "contact" in event.withheld else entry.contact,
            customer=event.customer if event.customer or "customer" in event.withheld else entry.customer,
            advisor=event.advisor if event.advisor or "advisor" in event.withheld else entry.advisor,
            fields={**event.fields, kind: entry.id},
        ),
        entry,
    )


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


def _latest(name: str, kind: str, event: Event, transaction: Transaction, at: int) -> Entry:
    """The latest open one in the event's contact, else of its customer; of one decision, the last listed."""
    _, _, wanted = name.partition(":")
    for scope, scope_id in (("contact", event.contact), ("customer", event.customer)):
        if scope_id is None:
            continue
        found = [
            entry
            for entry in transaction.entries(kind, scope, scope_id, None, at)
            if is_open(entry) and (not wanted or entry.values.get("owe") == wanted)
        ]
        if found:
            return found[-1]
    what = f"{kind} {wanted!r}" if wanted else kind
    where = "its contact or customer" if event.contact or event.customer else "an event without contact or customer"
    raise EventError(f"there is no open {what} for {where}", event.id)
