"""A ledger as far as one record remembers it, so that what a decision caused can be caused again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from attrs import define, evolve, field

from forbear.engine.facts import suits
from forbear.evaluate import Happening
from forbear.language import ir
from forbear.language.events import EXPIRED
from forbear.language.types import Value, fit
from forbear.ledger.entries import LAST, Entry, to_micros
from forbear.records import Event, Owed, Record


@define
class Replayed:
    """What a decision reads and writes of the ledger while it is carried out again; nothing is kept."""

    closing: dict[str, Entry]  # obligations that the record says were closed
    standing: dict[str, Entry]  # obligations that stood in the way of another
    amended: dict[str, Entry]  # entries that the record says were amended
    own: dict[str, Entry] = field(factory=dict)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        yield

    def entry(self, id: str, at: int) -> Entry | None:
        for known in (self.own, self.closing, self.standing, self.amended):
            if id in known:
                return known[id]
        return None

    def entries(self, kind: str, scope: str, scope_id: str | None, since: int | None, at: int) -> Iterable[Entry]:
        # What stood in the way of an obligation may have come from a later moment; what was closed had not.
        seen = [self.closing, self.own, *([self.standing] if at == LAST else [])]
        return [one for known in seen for one in known.values() if one.kind == kind]

    def append(self, entry: Entry) -> None:
        self.own[entry.id] = entry

    def amend(self, id: str, at: int, values: Mapping[str, Value]) -> None:
        for known in (self.own, self.closing, self.standing, self.amended):
            if id in known:
                known[id] = evolve(known[id], values={**known[id].values, **values})

    def owe(self, id: str, due: int, payload: str) -> None:
        return

    def settle(self, id: str) -> None:
        return

    def delivered(self, id: str) -> None:
        return


def replayed(policy: ir.Policy, record: Record, event: Event, happenings: Iterable[Happening]) -> Replayed:
    """The ledger as a record remembers it, for what is to happen again."""
    told = list(happenings)
    by_how = {(one.name, one.how): one for one in told if one.action == "close"}
    closing = {
        one.id: _entry(event, one.id, "obligation", {"owe": one.owe, "how": "none", **by_how[one.owe, one.how].values})
        for one in record.closed
        if (one.owe, one.how) in by_how and one.how != EXPIRED
    }
    new = {one.id for one in record.obligations if one.id.startswith(f"o:{event.id}:")}
    standing = {one.id: _standing(policy, event, one) for one in record.obligations if one.id not in new}
    kinds = {one.which: one.name for one in told if one.action == "amend"}
    amended = {one.id: _entry(event, one.id, kinds[one.id], {}) for one in record.amended if one.id in kinds}
    return Replayed(closing, standing, amended)


def _standing(policy: ir.Policy, event: Event, one: Owed) -> Entry:
    values: dict[str, Value] = {"owe": one.owe, "to": one.to, "how": "none", "due": to_micros(one.due)}
    for name, moment in (("from", one.start), ("expires", one.expires)):
        if moment is not None:
            values[name] = to_micros(moment)
    declared = policy.obligations.get(one.owe)
    for name, given in one.carries.items():
        attribute = declared.carries.get(name) if declared is not None else None
        if attribute is not None:
            value = (
                given if isinstance(given, str) and suits(attribute.type, given) else fit(name, attribute.type, given)
            )
            values[name] = value
    return _entry(event, one.id, "obligation", values)


def _entry(event: Event, id: str, kind: str, values: Mapping[str, Value]) -> Entry:
    return Entry(id, kind, to_micros(event.at), event.contact, event.customer, event.advisor, values)
