"""Whose turn it is: events of one customer or contact go one after another, in the order in which they came."""

from __future__ import annotations

from asyncio import Future, get_running_loop

from attrs import field, frozen

from forbear.engine.naming import LATEST
from forbear.language.events import EVENT_TYPES, is_whole
from forbear.records import Event

MAX_CONTACTS = 10_000

_Key = tuple[str, str]


@frozen(eq=False)
class Turn:
    """An event's place in the order: what must end before it begins, and what ends with it."""

    keys: frozenset[_Key] | None  # None: it may be about anybody
    before: frozenset[Future[None]]
    ended: Future[None] = field(factory=lambda: get_running_loop().create_future())


class Turns:
    """The events in hand. An event that may be about anybody waits for all before it, and all after it wait for it.

    That is one without a customer, unless its contact was started here, or it says that the contact has none; and one
    that names an entry by id without saying whose it is.
    """

    def __init__(self) -> None:
        self._going: set[Future[None]] = set()
        self._last: dict[_Key, Future[None]] = {}
        self._alone: Future[None] | None = None
        self._contacts: dict[str, set[str | None]] = {}  # whose a contact is; one may be started more than once

    def enter(self, event: Event) -> Turn:
        """Take a place behind everything that the event may depend on."""
        keys = self._keys(event)
        if keys is None:
            turn = Turn(None, frozenset(self._going))
            self._alone = turn.ended
            self._last.clear()
        else:
            before = {self._last[key] for key in keys if key in self._last}
            turn = Turn(keys, frozenset(before | ({self._alone} if self._alone is not None else set())))
            self._last |= dict.fromkeys(keys, turn.ended)
        self._going.add(turn.ended)
        return turn

    def leave(self, turn: Turn) -> None:
        """End a turn, however it went."""
        turn.ended.set_result(None)
        self._going.discard(turn.ended)
        if self._alone is turn.ended:
            self._alone = None
        for key in turn.keys or ():
            if self._last.get(key) is turn.ended:
                del self._last[key]

    def _keys(self, event: Event) -> frozenset[_Key] | None:
        if is_whole(event.type):  # it may touch every customer who is joined to this one
            return None
        contact = event.contact
        if event.type == "contact_started" and contact is not None:
            self._contacts.setdefault(contact, set()).add(event.customer)
            if len(self._contacts) > MAX_CONTACTS:
                del self._contacts[next(iter(self._contacts))]
        withheld = "customer" in event.withheld
        customers = self._contacts.get(contact, set()) if contact is not None and not withheld else set()
        if event.customer is None and (not (customers or (withheld and contact)) or _names_by_id(event)):
            return None
        whose = {("customer", one) for one in {event.customer, *customers} if one is not None}
        return frozenset(whose | ({("contact", contact)} if contact is not None else set()))


def _names_by_id(event: Event) -> bool:
    """Whether an event names an entry by an id, which may be of any contact."""
    kind = EVENT_TYPES[event.type].names if event.type in EVENT_TYPES else ""
    return bool(kind) and str(event.fields[kind]).partition(":")[0] != LATEST
