"""Whether the chains of a ledger hold: every link, every body, every column that repeats what a body says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, field, frozen

from forbear.errors import LedgerError
from forbear.ledger.bodies import Body, unwrap
from forbear.ledger.book import NO_LINK, NOTHING, Book, erasure
from forbear.ledger.entries import to_micros
from forbear.ledger.seal import digest, link, moment

Row = tuple[Any, ...]


@frozen
class Finding:
    """The first place at which something is not what it should be: whose chain, which decision, which field."""

    chain: str
    decision: str
    field: str
    expected: str
    found: str

    @property
    def message(self) -> str:
        """The finding in words."""
        place = " of ".join(one for one in (self.field, self.decision, self.chain) if one)
        return f"{place}: expected {self.expected}, found {self.found}"


@frozen
class Joined:
    """What a decision says about two customers: `joined` or `split`, from a moment on."""

    word: str
    one: bytes
    other: bytes
    at: int
    number: int


@frozen
class Opened:
    """A decision whose body could be opened."""

    number: int
    subject: int
    body: Body


@define
class Chain:
    """A chain after it was walked: how many decisions it has, how many of them were dropped in time, what is wrong."""

    subject: int
    whom: str = ""
    customer: bool = False
    decisions: int = 0
    expired: int = 0
    erased: bool = False
    finding: Finding | None = None
    joins: list[Joined] = field(factory=list)
    untold: set[int] = field(factory=set)  # moments of decisions that cannot be opened any more


class _Broken(Exception):
    """What is wrong, on the way to its Finding."""

    def __init__(self, field: str, expected: str, found: str, decision: str = "") -> None:
        self.field, self.expected, self.found, self.decision = field, expected, found, decision
        super().__init__(field)


def subjects(book: Book, names: Iterable[bytes] | None = None) -> list[int]:
    """The numbers of all subjects, or of those of the names."""
    run = book.connection.run
    if names is None:
        return [int(seq) for (seq,) in run("SELECT seq FROM subject ORDER BY seq")]
    rows = (run("SELECT seq FROM subject WHERE name = ?", (name,)) for name in names)
    return sorted({int(seq) for found in rows for (seq,) in found})


def opened(book: Book, subject: int) -> Iterator[Opened]:
    """The decisions of a chain that can be opened, in their order; those that were changed are left to `walk`."""
    rows = book.connection.run(
        "SELECT decision.seq, decision.event, decision.body, subject.number FROM decision"
        " JOIN subject ON subject.seq = decision.subject WHERE decision.subject = ? AND decision.body IS NOT NULL"
        " ORDER BY decision.position",
        (subject,),
    )
    for seq, event, sealed, number in rows:
        try:
            raw = book.sealer.unseal(number, bytes(sealed), bytes(event))
        except LedgerError:
            continue
        if raw is not None:
            yield Opened(int(seq), subject, unwrap(raw))


def walk(book: Book, subject: int) -> Chain:
    """Walk one chain from its beginning to the first thing that is wrong."""
    chain = Chain(subject, f"the chain {subject}")
    walker = _Walker(book, chain)
    try:
        walker.walk()
    except _Broken as broken:
        chain.finding = Finding(chain.whom, broken.decision, broken.field, broken.expected, broken.found)
    return chain


@define
class _Walker:
    book: Book
    chain: Chain
    name: bytes = b""
    number: int = 0
    has_key: bool = False

    def run(self, statement: str, *given: object) -> list[Row]:
        return list(self.book.connection.run(statement, given))

    def walk(self) -> None:
        rows = self.run("SELECT name, number, head, length, erased FROM subject WHERE seq = ?", self.chain.subject)
        name, number, head, length, erased = rows[0]
        self.name, self.number = bytes(name or b""), int(number)
        self._check_subject(erased)
        before, last, told = NO_LINK, 0, 0
        entries = _grouped(self.run(_ENTRIES, self.chain.subject), 1)
        amendments = _grouped(self.run(_AMENDMENTS, self.chain.subject), 3)
        order = [0, 0]
        for row in self.run(_DECISIONS, self.chain.subject):
            seq, position, told_entries = int(row[0]), int(row[2]), entries.pop(int(row[0]), [])
            told_amendments = amendments.pop(seq, [])
            told += 1
            event = f"the decision number {seq}"
            body = self._check_body(row, event)
            if body is not None:
                event = f"the decision on {json.loads(body.record)['event']!r}"
            if position != told:
                raise _Broken("position", f"decision {told} of the chain", f"decision {position}", event)
            if seq <= last:
                raise _Broken("seq", f"a number above {last}", str(seq), event)
            before = self._check_link(row, before, told_entries, told_amendments, body, event)
            if body is not None:
                self._check_columns(row, body, event)
            for n, found in enumerate((told_entries, told_amendments)):
                for one in found:
                    if int(one[0]) <= order[n]:
                        raise _Broken(f"{_KINDS[n]}.seq", f"a number above {order[n]}", str(one[0]), event)
                    order[n] = int(one[0])
            for entry in told_entries:
                self._check_entry(entry, event)
            for amendment in told_amendments:
                self._check_amendment(amendment, event)
            last = seq
            self.chain.decisions = told
        if int(length) != told:
            raise _Broken("length", f"{length} decisions", f"{told}")
        if bytes(head) != before:
            raise _Broken("head", before.hex(), bytes(head).hex())
        if told == 0 and not self.run("SELECT seq FROM entry WHERE subject = ?", self.chain.subject):
            raise _Broken("subject", "at least one decision", "none")

    # --- whom it is about

    def _check_subject(self, erased: int | None) -> None:
        key = self.book.sealer.keys.key(self.number)
        self.has_key = key is not None
        if erased is None:
            if key is None:
                raise _Broken("number", "the number of a key in the key store", str(self.number))
            if not self.name:
                raise _Broken("name", "the name of whom the chain is about", "none")
            if self.name == self.book.sealer.name("centre", ""):
                self.chain.whom = "the chain of the centre"
            return
        self.chain.erased = True
        if self.name != erasure(self.book.sealer, self.chain.subject, self.number, int(erased)):
            raise _Broken("erased", "the proof of an erasure at that moment", "none")
        if self.has_key:
            raise _Broken("erased", "a key that was destroyed", "the key")
        kept = "SELECT 1 FROM {} WHERE subject = ? AND contact IS NOT NULL"
        for table in ("decision", "entry"):
            if self.run(kept.format(table), self.chain.subject):
                raise _Broken(f"{table}.contact", "nothing, as the customer was erased", "a contact")
        if self.run("SELECT 1 FROM entry WHERE subject = ? AND advisor IS NOT NULL", self.chain.subject):
            raise _Broken("entry.advisor", "nothing, as the customer was erased", "an advisor")

    # --- a decision

    def _check_body(self, row: Row, event: str) -> Body | None:
        """The body of a decision, opened; None where its time was over or its customer is erased."""
        _, name, _, _, at, _, kept, _, sealed = row
        if sealed is None:
            self.chain.expired += 1
            self.chain.untold.add(int(at))
            self._check_expired("decision", int(at), "body", event)
            return None
        if digest(bytes(sealed)) != bytes(kept):
            raise _Broken("body", f"what has the digest {bytes(kept).hex()}", "something else", event)
        if self.chain.erased:
            self.chain.untold.add(int(at))
            return None
        raw = self._unseal(self.number, bytes(sealed), bytes(name), "body", event)
        body = unwrap(raw)
        self._name_chain(body)
        return body

    def _unseal(self, number: int, sealed: bytes, name: bytes, where: str, event: str) -> bytes:
        try:
            raw = self.book.sealer.unseal(number, sealed, name)
        except LedgerError:
            raise _Broken(where, "what the customer's key opens under this name", "something else", event) from None
        if raw is None:
            raise _Broken(where, "what the customer's key opens", "a key that is not there", event)
        return raw

    def _check_expired(self, kind: str, at: int, where: str, event: str) -> None:
        """Whether something may be gone because its time was over."""
        before = self.book.expired(kind)
        if before is None:
            raise _Broken("meta.value", f"until when `{kind}` was dropped, in our own hand", "another's", event)
        if at >= before:
            raise _Broken(where, "a body, as its time is not over", "none", event)

    def _name_chain(self, body: Body) -> None:
        """Say whose chain it is, once a body has told."""
        self.chain.customer = body.customer is not None
        if body.customer is not None:
            self.chain.whom = f"the chain of the customer {body.customer!r}"
        elif body.contact is not None:
            self.chain.whom = f"the chain of the contact {body.contact!r}"

    def _check_link(
        self,
        row: Row,
        before: bytes,
        entries: Sequence[Row],
        amendments: Sequence[Row],
        body: Body | None,
        event: str,
    ) -> bytes:
        """The link of a decision, which binds its number, event, moment, body, entries and amendments."""
        seq, name, position, _, at, mark, kept, its, _ = row
        appended = [part for one in entries for part in (bytes(one[2]), one[4].encode(), moment(one[5]), bytes(one[8]))]
        amended = [
            part for one in amendments for part in (bytes(one[7] or b""), b"amended", moment(one[4]), bytes(one[5]))
        ]
        parts = [moment(seq), bytes(name), bytes(mark), moment(at), bytes(kept), *appended, NOTHING, *amended]
        found = link(before, int(position) - 1, parts)
        if found == bytes(its):
            return found
        if body is not None:
            self._diagnose(row, json.loads(body.record), entries, event)
        bound = "its number, event, mark, moment, body, entries and amendments"
        raise _Broken("link", f"{found.hex()}, of the link before, {bound}", bytes(its).hex(), event)

    def _diagnose(self, row: Row, record: Mapping[str, Any], entries: Sequence[Row], event: str) -> None:
        """Which field keeps a link from being what it should be, as far as the record tells."""
        if int(row[4]) != (at := to_micros(datetime.fromisoformat(record["at"]))):
            raise _Broken("at", str(at), str(row[4]), event)
        there = {bytes(one[2]): one for one in entries}
        made = [(one["id"], one["entry"]) for one in record["recorded"]]
        new = f"o:{record['event']}:"
        made += [(one["id"], "obligation") for one in record["obligations"] if one["id"].startswith(new)]
        for id, kind in made:
            entry = there.get(self.book.sealer.name("entry", id))
            if entry is None:
                raise _Broken("entry", f"the entry {id!r}", "none of that name", event)
            if entry[4] != kind:
                raise _Broken("entry.kind", repr(kind), repr(entry[4]), event)
            if int(entry[5]) != at:
                raise _Broken("entry.at", str(at), str(entry[5]), event)
        for entry in entries:
            if entry[9] is not None and digest(bytes(entry[9])) != bytes(entry[8]):
                raise _Broken("entry.body", f"what has the digest {bytes(entry[8]).hex()}", "something else", event)

    def _check_columns(self, row: Row, body: Body, event: str) -> None:
        """The columns that repeat what the body says."""
        seq, _, _, contact, at, _, _, _, _ = row
        self._check_name("contact", body.contact, contact, "contact", event)
        if self._whom(body.contact, body.customer) != self.name:
            raise _Broken("subject", f"the name of {body.customer or body.contact or 'the centre'!r}", "another", event)
        self.chain.joins += [Joined(word, one, other, int(at), int(seq)) for word, one, other in body.joins]

    def _whom(self, contact: str | None, customer: str | None) -> bytes:
        if customer is not None:
            return self.book.sealer.name("customer", customer)
        return self.book.sealer.name("contact", contact) if contact else self.book.sealer.name("centre", "")

    def _check_name(self, space: str, id: str | None, name: bytes | None, where: str, event: str) -> None:
        expected = None if id is None else self.book.sealer.name(space, id)
        if expected != (None if name is None else bytes(name)):
            raise _Broken(where, f"the keyed hash of {id!r}" if id else "nothing", "another" if name else "none", event)

    # --- its entries

    def _check_entry(self, row: Row, event: str) -> None:
        _, _, name, subject, kind, at, contact, advisor, kept, sealed, number, whom, erased = row
        if whom is None:
            raise _Broken("entry.subject", "somebody whom the ledger knows", str(subject), event)
        if sealed is None:
            self._check_expired(kind, int(at), "entry.body", event)
            return
        if digest(bytes(sealed)) != bytes(kept):
            raise _Broken("entry.body", f"what has the digest {bytes(kept).hex()}", "something else", event)
        if erased is not None:
            return
        raw = self._unseal(int(number), bytes(sealed), bytes(name), "entry.body", event)
        id, told_contact, told_customer, told_advisor, _ = json.loads(raw)
        if self.book.sealer.name("entry", id) != bytes(name):
            raise _Broken("entry.name", f"the keyed hash of {id!r}", "another", event)
        if self._whom(told_contact, told_customer) != bytes(whom):
            raise _Broken("entry.subject", f"the chain of {told_customer or told_contact!r}", str(subject), event)
        self._check_name("contact", told_contact, contact, "entry.contact", event)
        self._check_name("advisor", told_advisor, advisor, "entry.advisor", event)

    def _check_amendment(self, row: Row, event: str) -> None:
        _, entry, subject, _, _, kept, sealed, name, number, its, erased, its_body = row
        if name is None:
            raise _Broken("amendment.entry", "an entry of this ledger", str(entry), event)
        if int(subject) != int(its):
            raise _Broken("amendment.subject", str(its), str(subject), event)
        if sealed is None:
            if its_body is not None:
                raise _Broken("amendment.body", "a body, as that of its entry is there", "none", event)
            return
        if digest(bytes(sealed)) != bytes(kept):
            raise _Broken("amendment.body", f"what has the digest {bytes(kept).hex()}", "something else", event)
        if erased is None:
            self._unseal(int(number), bytes(sealed), bytes(name), "amendment.body", event)


_KINDS = ("entry", "amendment")
_DECISIONS = """
SELECT seq, event, position, contact, at, mark, digest, link, body FROM decision WHERE subject = ? ORDER BY position
"""
_ENTRIES = """
SELECT entry.seq, entry.decision, entry.name, entry.subject, entry.kind, entry.at, entry.contact, entry.advisor,
    entry.digest, entry.body, subject.number, subject.name, subject.erased
FROM decision JOIN entry ON entry.decision = decision.seq LEFT JOIN subject ON subject.seq = entry.subject
WHERE decision.subject = ? ORDER BY entry.decision, entry.seq
"""
_AMENDMENTS = """
SELECT amendment.seq, amendment.entry, amendment.subject, amendment.decision, amendment.at, amendment.digest,
    amendment.body, entry.name, subject.number, entry.subject, subject.erased, entry.body
FROM decision JOIN amendment ON amendment.decision = decision.seq LEFT JOIN entry ON entry.seq = amendment.entry
LEFT JOIN subject ON subject.seq = entry.subject
WHERE decision.subject = ? ORDER BY amendment.decision, amendment.seq
"""


def _grouped(rows: Iterable[Row], column: int) -> dict[int, list[Row]]:
    """Rows by the decision that stands in a column."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(int(row[column]), []).append(row)
    return found
