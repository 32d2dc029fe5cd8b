"""What must be so of each decision of a chain, of its entries and of its amendments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define

from forbear.errors import LedgerError
from forbear.ledger.bodies import Body, unwrap
from forbear.ledger.book import NOTHING, Book
from forbear.ledger.entries import EXPIRY_SUFFIX, to_micros
from forbear.ledger.rows import AmendmentRow, DecisionRow, EntryRow
from forbear.ledger.seal import digest, link, moment

Record = Mapping[str, Any]


class Broken(Exception):
    """The first thing that is wrong in a chain."""

    def __init__(self, field: str, expected: str, found: str, decision: str = "") -> None:
        self.field, self.expected, self.found, self.decision = field, expected, found, decision
        super().__init__(field)


@define
class Checks:
    """The checks of one decision after another; `name` and `number` are the subject's, `event` says which decision."""

    book: Book
    name: bytes
    number: int
    erased: bool
    event: str = ""

    def broken(self, field: str, expected: str, found: str) -> Broken:
        """What is wrong with the decision in hand."""
        return Broken(field, expected, found, self.event)

    # --- a decision

    def body(self, row: DecisionRow) -> Body | None:
        """The body of a decision, opened; None where its time was over or its customer is erased."""
        if row.body is None:
            self._expired("decision", row.at, "body")
            return None
        self._digest("body", row.body, row.digest)
        return None if self.erased else unwrap(self._unseal(self.number, row.body, row.event, "body"))

    def link(
        self,
        row: DecisionRow,
        before: bytes,
        entries: Sequence[EntryRow],
        amendments: Sequence[AmendmentRow],
        record: Record | None,
    ) -> None:
        """The link binds the decision's number, event, moment, body, entries and amendments."""
        appended = [part for one in entries for part in (one.name, one.kind.encode(), moment(one.at), one.digest)]
        amended = [part for one in amendments for part in (one.name or b"", b"amended", moment(one.at), one.digest)]
        parts = [moment(row.seq), row.event, row.mark, moment(row.at), row.digest, *appended, NOTHING, *amended]
        found = link(before, row.position - 1, parts)
        if found == row.link:
            return
        if record is not None:
            self._diagnose(row, record, entries)
        bound = "its number, event, mark, moment, body, entries and amendments"
        raise self.broken("link", f"{found.hex()}, of the link before, {bound}", row.link.hex())

    def _diagnose(self, row: DecisionRow, record: Record, entries: Sequence[EntryRow]) -> None:
        """Which field keeps a link from being what it should be, as far as the record tells."""
        at = to_micros(datetime.fromisoformat(record["at"]))
        if row.at != at:
            raise self.broken("at", str(at), str(row.at))
        there = {one.name: one for one in entries}
        for id, kind in _made(record):
            entry = there.get(self.book.sealer.name("entry", id))
            if entry is None:
                raise self.broken("entry", f"the entry {id!r}", "none of that name")
            if entry.kind != kind:
                raise self.broken("entry.kind", repr(kind), repr(entry.kind))
            if entry.at != at:
                raise self.broken("entry.at", str(at), str(entry.at))
        for one in entries:
            if one.body is not None:
                self._digest("entry.body", one.body, one.digest)

    def columns(self, row: DecisionRow, body: Body) -> None:
        """The columns that repeat what the body says."""
        self._named("contact", body.contact, row.contact, "contact")
        if self._whom(body.contact, body.customer) != self.name:
            whom = body.customer or body.contact or "the centre"
            raise self.broken("subject", f"the keyed hash of {whom!r}", "another")

    def named(self, record: Record, entries: Sequence[EntryRow], amendments: Sequence[AmendmentRow]) -> None:
        """A decision made and amended just what its record names."""
        name = self.book.sealer.name
        made = [id for id, _ in _made(record)]
        beside = [f"t:{record['event']}", *(id + EXPIRY_SUFFIX for id in made)]  # which no record names
        there = {one.name for one in entries}
        lacking = next((id for id in made if name("entry", id) not in there), None)
        if lacking is not None:
            raise self.broken("entry", f"the entry {lacking!r}", "none of that name")
        if there - {name("entry", id) for id in (*made, *beside)}:
            raise self.broken("entry", f"only {', '.join(made) or 'none'}", "another entry")
        told = [one["id"] for key in ("amended", "closed") for one in record.get(key, ())]
        if {one.name for one in amendments} != {name("entry", id) for id in told}:
            raise self.broken("amendment", f"amendments of {', '.join(told) or 'nothing'}", "others")

    # --- its entries and amendments

    def entry(self, row: EntryRow) -> None:
        """The columns of an entry repeat what its body says, and its subject is there."""
        if row.number is None or row.whom is None:
            raise self.broken("entry.subject", "somebody whom the ledger knows", str(row.subject))
        if row.body is None:
            self._expired(row.kind, row.at, "entry.body")
            return
        self._digest("entry.body", row.body, row.digest)
        if row.erased is not None:
            return
        id, contact, customer, advisor, _ = json.loads(self._unseal(row.number, row.body, row.name, "entry.body"))
        if self.book.sealer.name("entry", id) != row.name:
            raise self.broken("entry.name", f"the keyed hash of {id!r}", "another")
        if self._whom(contact, customer) != row.whom:
            raise self.broken("entry.subject", f"the chain of {customer or contact!r}", str(row.subject))
        self._named("contact", contact, row.contact, "entry.contact")
        self._named("advisor", advisor, row.advisor, "entry.advisor")

    def amendment(self, row: AmendmentRow) -> None:
        """An amendment belongs to an entry that is there, and opens with its key."""
        if row.name is None or row.number is None:
            raise self.broken("amendment.entry", "an entry of this ledger", str(row.entry))
        if row.subject != row.its_subject:
            raise self.broken("amendment.subject", str(row.its_subject), str(row.subject))
        if row.body is None:
            if row.its_body is not None:
                raise self.broken("amendment.body", "a body, as that of its entry is there", "none")
            return
        self._digest("amendment.body", row.body, row.digest)
        if row.erased is None:
            self._unseal(row.number, row.body, row.name, "amendment.body")

    # --- what several have

    def _digest(self, field: str, body: bytes, kept: bytes) -> None:
        if digest(body) != kept:
            raise self.broken(field, f"what has the digest {kept.hex()}", "something else")

    def _unseal(self, number: int, sealed: bytes, name: bytes, field: str) -> bytes:
        try:
            raw = self.book.sealer.unseal(number, sealed, name)
        except LedgerError:
            raise self.broken(field, "what the customer's key opens under this name", "something else") from None
        if raw is None:
            raise self.broken(field, "what the customer's key opens", "a key that is not there")
        return raw

    def _expired(self, kind: str, at: int, field: str) -> None:
        """Something may be gone only because its time was over."""
        before = self.book.expired(kind)
        if before is None:
            raise self.broken("meta.value", f"until when `{kind}` was dropped, in our own hand", "another's")
        if at >= before:
            raise self.broken(field, "a body, as its time is not over", "none")

    def _whom(self, contact: str | None, customer: str | None) -> bytes:
        if customer is not None:
            return self.book.sealer.name("customer", customer)
        if contact is not None:
            return self.book.sealer.name("contact", contact)
        return self.book.sealer.name("centre", "")

    def _named(self, space: str, id: str | None, name: bytes | None, field: str) -> None:
        if name != (None if id is None else self.book.sealer.name(space, id)):
            expected = "nothing" if id is None else f"the keyed hash of {id!r}"
            raise self.broken(field, expected, "none" if name is None else "another")


def _made(record: Record) -> list[tuple[str, str]]:
    """The entries that a decision appended, by its record: each one's id and kind."""
    made = [(one["id"], one["entry"]) for one in record["recorded"]]
    new = f"o:{record['event']}:"
    return made + [(one["id"], "obligation") for one in record["obligations"] if one["id"].startswith(new)]
