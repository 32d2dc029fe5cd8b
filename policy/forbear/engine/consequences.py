"""Happenings → entries, amendments and obligations in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import define, field

from forbear.calendar import UNIT_SECONDS, CalendarError, Due, due_at
from forbear.codec import line, owed_as_plain
from forbear.engine.expiry import unwatch, watch
from forbear.engine.facts import suits, type_of
from forbear.engine.terms import TERMS, closes_of, terms_of
from forbear.engine.texts import fill
from forbear.errors import ForbearError
from forbear.evaluate import Happening
from forbear.language import ir
from forbear.language.events import EXPIRED
from forbear.language.types import IntType, Value, show
from forbear.ledger.entries import LAST, Entry, from_micros, is_open, to_micros
from forbear.ledger.store import Transaction
from forbear.records import Amended, Closed, Event, Owed, Plain, Recorded, Said


class Impossible(ForbearError):
    """An effect cannot take place; the decision whose rule caused it falls back."""

    def __init__(self, rule: str, reason: str) -> None:
        self.rule, self.reason = rule, reason
        super().__init__(f"{rule}: {reason}")


@define
class Consequences:
    """What one decision did to the ledger, in the form of its record."""

    policy: ir.Policy
    event: Event
    transaction: Transaction
    environment: Mapping[str, Value]  # facts, settings and outcome, for texts and due times
    recorded: list[Recorded] = field(factory=list)
    amended: list[Amended] = field(factory=list)
    closed: list[Closed] = field(factory=list)
    owed: list[Owed] = field(factory=list)
    said: list[Said] = field(factory=list)
    created: list[Owed] = field(factory=list)
    at: int = field(init=False)  # the event's moment in microseconds

    def __attrs_post_init__(self) -> None:
        self.at = to_micros(self.event.at)

    def apply(self, happenings: tuple[Happening, ...]) -> None:
        """Carry out everything that the deciding rules cause. Raises Impossible, after which nothing may be kept."""
        beside: dict[str, list[str]] = {}
        for one in happenings:
            if one.action == "record":
                beside.setdefault(one.rule, []).append(self.record(one.name, dict(one.values)))
            elif one.action == "amend":
                self._amend(one)
            elif one.action == "close":
                self._close(one)
        for one in happenings:
            if one.action == "owe":
                self._owe(one, beside.get(one.rule, []))
            elif one.action == "say":
                words = fill(self.policy.texts[one.name], self.environment, self.policy)
                self.said.append(Said(one.rule, one.name, words))

    def record(self, kind: str, values: Mapping[str, Value]) -> str:
        """Append an entry for this event; its id is made of the event's id and the kind."""
        id_ = self._new_id("l", kind, [one.id for one in self.recorded])
        self._append(id_, kind, values)
        self.recorded.append(Recorded(id_, kind))
        return id_

    def _append(self, id_: str, kind: str, values: Mapping[str, Value]) -> None:
        event = self.event
        self.transaction.append(Entry(id_, kind, self.at, event.contact, event.customer, event.advisor, values))

    def _new_id(self, letter: str, name: str, taken: list[str]) -> str:
        """`l:<event>:<name>`, and `l:<event>:<name>:2` for a second one of the same event."""
        base = f"{letter}:{self.event.id}:{name}"
        same = sum(1 for one in taken if one == base or one.rpartition(":")[0] == base)
        return base if same == 0 else f"{base}:{same + 1}"

    def _amend(self, one: Happening) -> None:
        entry = self.transaction.entry(one.which, self.at)
        if entry is None or entry.kind != one.name:
            raise Impossible(one.rule, f"there is no {one.name} {one.which!r} to amend")
        self.amend(entry, one.values)

    def amend(self, entry: Entry, values: Mapping[str, Value]) -> None:
        """Append an amendment to an entry."""
        self.transaction.amend(entry.id, self.at, values)
        self.amended.append(self._amended(entry, values))

    def _amended(self, entry: Entry, values: Mapping[str, Value]) -> Amended:
        kind = self.policy.entries.get(entry.kind)
        attributes = kind.attributes if kind is not None else {}
        shown = {name: show(attributes[name].type, value) for name, value in values.items() if name in attributes}
        return Amended(entry.id, shown)

    # --- closing

    def close(self, obligation: Entry, how: str, reason: str) -> None:
        """Close an open obligation and append what that closing amends to the entries recorded beside it.

        It closes by its own terms. One that has expired since, at a later moment, is closed for good all the same.
        """
        values: dict[str, Value] = {"how": how}
        if reason:
            values["reason"] = reason
        closing = (closes_of(obligation, self.policy) or {}).get(how)
        beside = self._beside(obligation, closing)
        for at in (self.at, *self._expired_since(obligation)):
            self.transaction.amend(obligation.id, at, values)
            for entry, changes in beside:
                self.transaction.amend(entry.id, at, changes)
        self.transaction.settle(obligation.id)
        unwatch(self.transaction, obligation)
        self.closed.append(Closed(obligation.id, str(obligation.values["owe"]), how))
        self.amended += [self._amended(entry, changes) for entry, changes in beside]

    def expire(self, obligation: Entry, *, overdue: bool) -> None:
        """Close an open obligation whose time is over; one that is still to be raised as overdue stays watched."""
        closing = (closes_of(obligation, self.policy) or {}).get(EXPIRED)
        self.transaction.amend(obligation.id, self.at, {"how": EXPIRED, "ended": self.at})
        if overdue:
            self.transaction.delivered(obligation.id)  # nobody is handed it any more
        else:
            self.transaction.settle(obligation.id)
        unwatch(self.transaction, obligation)
        self.closed.append(Closed(obligation.id, str(obligation.values["owe"]), EXPIRED))
        for entry, changes in self._beside(obligation, closing):
            self.amend(entry, changes)

    def _beside(self, obligation: Entry, closing: ir.Closing | None) -> list[tuple[Entry, dict[str, Value]]]:
        """The entries recorded beside an obligation that a closing amends, each with its changes."""
        found: list[tuple[Entry, dict[str, Value]]] = []
        for kind, changes in closing.amends if closing is not None else ():
            for id_ in _ids(obligation.values.get("beside")):
                entry = self.transaction.entry(id_, self.at)
                if entry is not None and entry.kind == kind:
                    found.append((entry, dict(changes)))
        return found

    def _expired_since(self, obligation: Entry) -> tuple[int, ...]:
        """When an obligation that is open at the event's moment was found expired, if it was."""
        latest = self.transaction.entry(obligation.id, LAST)
        ended = latest.values.get("ended") if latest is not None and latest.values.get("how") == EXPIRED else None
        return (ended,) if isinstance(ended, int) else ()

    def _close(self, one: Happening) -> None:
        for entry in self._around():
            if entry.values["owe"] != one.name or not is_open(entry):
                continue
            if all(entry.values.get(name) == value for name, value in one.values.items()):
                self.close(entry, one.how, one.reason)

    def _around(self) -> list[Entry]:
        """The obligations of the event's customer, else of its contact, else those of neither."""
        if self.event.customer or self.event.contact:
            return self._obligations("customer" if self.event.customer else "contact", self.at)
        return list(self.transaction.entries("obligation", "nobody", None, None, self.at))

    def _obligations(self, scope: str, at: int) -> list[Entry]:
        scope_id = self.event.customer if scope == "customer" else self.event.contact
        if scope_id is None:
            return []
        return list(self.transaction.entries("obligation", scope, scope_id, None, at))

    # --- owing

    def _owe(self, one: Happening, beside: list[str]) -> None:
        declared = self.policy.obligations[one.name]
        standing = self._standing(declared)
        if standing is not None:
            self.owed.append(self._described(standing, declared))
            return
        id_ = self._new_id("o", one.name, [owed.id for owed in self.created])
        due = self._moment(declared.due, one.rule)
        start, expires = (
            None if time is None else self._moment(time, one.rule) for time in (declared.start, declared.expires)
        )
        values: dict[str, Value] = {"owe": one.name, "to": declared.to, "how": "none", "due": to_micros(due)}
        if start is not None:
            values["from"] = to_micros(start)
        if expires is not None:
            values["expires"] = to_micros(expires)
        values |= one.values
        values["beside"] = tuple(beside)
        values[TERMS] = terms_of(declared)
        self._append(id_, "obligation", values)
        say = fill(self.policy.texts[declared.say], self.environment, self.policy) if declared.say else None
        owed = Owed(id_, one.name, declared.to, due, start, say, _carried(declared, one.values), expires)
        self.transaction.owe(id_, to_micros(due), line(owed_as_plain(owed)))
        if expires is not None:
            watch(self.transaction, self.event, id_, to_micros(expires))
        self.owed.append(owed)
        self.created.append(owed)

    def _standing(self, declared: ir.Obligation) -> Entry | None:
        """The first obligation that stands in the way of a second one, after this event's own closing.

        One that was created by an event of a later moment stands in the way too: nobody is asked twice because an
        event came late.
        """
        if declared.once is None:
            return None
        for entry in self._obligations(declared.once.per, LAST):
            if entry.values["owe"] == declared.name and (is_open(entry) or not declared.once.while_open):
                return entry
        return None

    def _described(self, entry: Entry, declared: ir.Obligation) -> Owed:
        due, start, expires = (
            from_micros(micros) if isinstance(micros := entry.values.get(name), int) else None
            for name in ("due", "from", "expires")
        )
        assert due is not None
        carried = _carried(declared, entry.values)
        return Owed(entry.id, declared.name, str(entry.values["to"]), due, start, None, carried, expires)

    def _moment(self, due: Due, rule: str) -> datetime:
        try:
            return due_at(self.policy.calendar, self.event.at, due, self._seconds)
        except CalendarError as error:
            raise Impossible(rule, str(error)) from error

    def _seconds(self, path: str) -> int:
        setting = self.policy.settings.get(path)
        kind = setting.type if setting is not None else type_of(self.policy, self.event.type, path)
        value = self.environment[path]
        assert isinstance(kind, IntType)
        assert isinstance(value, int)
        return value * UNIT_SECONDS[kind.unit]


def _carried(declared: ir.Obligation, values: Mapping[str, Value]) -> dict[str, Plain]:
    """What an obligation carries, as far as the declaration still has it so."""
    known = [one for one in declared.carries.values() if one.name in values and suits(one.type, values[one.name])]
    return {one.name: show(one.type, values[one.name]) for one in known}


def _ids(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, tuple) else ()
