"""Whether the chains of a ledger hold: every link, every body, every column that repeats what a body says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from attrs import define, field, frozen

from forbear.errors import LedgerError
from forbear.ledger.bodies import Body, unwrap
from forbear.ledger.book import Book
from forbear.ledger.checks import Broken, Checks
from forbear.ledger.rows import AmendmentRow, DecisionRow, EntryRow, amendments_of, decisions_of, entries_of
from forbear.ledger.subjects import NO_LINK, erasure


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


def subjects(book: Book) -> list[int]:
    """The numbers of all chains."""
    return [int(seq) for (seq,) in book.connection.run("SELECT seq FROM subject ORDER BY seq")]


def opened(book: Book, subject: int) -> Iterator[Opened]:
    """The decisions of a chain that can be opened, in their order; `walk` finds those that were changed."""
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
    try:
        _Walker(book, chain).walk()
    except Broken as broken:
        chain.finding = Finding(chain.whom, broken.decision, broken.field, broken.expected, broken.found)
    return chain


@define
class _Walker:
    book: Book
    chain: Chain
    first: int = 0  # the last decision that an older ledger made
    walked: int = 0
    last: int = 0  # the number of the decision before
    order: dict[str, int] = field(factory=dict)  # table → the number of the row before

    def walk(self) -> None:
        subject, connection = self.chain.subject, self.book.connection
        asked = "SELECT name, number, head, length, erased FROM subject WHERE seq = ?"
        ((name, number, head, length, erased),) = connection.run(asked, (subject,))
        checks = Checks(self.book, bytes(name or b""), int(number), erased is not None)
        self.chain.erased = checks.erased
        rows = decisions_of(connection, subject)
        self.chain.decisions = len(rows)
        self._check_subject(checks, erased)
        entries, amendments = entries_of(connection, subject), amendments_of(connection, subject)
        before, self.first = NO_LINK, self.book.first() or 0
        for row in rows:
            checks.event = f"the decision number {row.seq}"
            self._check_decision(checks, row, before, entries.get(row.seq, ()), amendments.get(row.seq, ()))
            before = row.link
        if length != self.chain.decisions:
            raise Broken("length", f"{length} decisions", f"{self.chain.decisions}")
        if bytes(head) != before:
            raise Broken("head", before.hex(), bytes(head).hex())
        if length == 0 and not list(connection.run("SELECT 1 FROM entry WHERE subject = ? LIMIT 1", (subject,))):
            raise Broken("subject", "at least one decision", "none")

    def _check_decision(
        self,
        checks: Checks,
        row: DecisionRow,
        before: bytes,
        entries: Sequence[EntryRow],
        amendments: Sequence[AmendmentRow],
    ) -> None:
        chain = self.chain
        body = checks.body(row)
        record = None if body is None else json.loads(body.record)
        if body is not None and record is not None:
            checks.event = f"the decision on {record['event']!r}"
            chain.customer = body.customer is not None
            if body.customer is not None or body.contact is not None:
                kind = "contact" if body.customer is None else "customer"
                chain.whom = f"the chain of the {kind} {body.customer or body.contact!r}"
        else:
            chain.untold.add(row.at)
            chain.expired += row.body is None
        self.walked += 1
        if row.position != self.walked:
            raise checks.broken("position", f"decision {self.walked} of the chain", f"decision {row.position}")
        if row.seq <= self.last:
            raise checks.broken("seq", f"a number above {self.last}", str(row.seq))
        checks.link(row, before, entries, amendments, record)
        self._check_order(checks, "entry", [one.seq for one in entries])
        self._check_order(checks, "amendment", [one.seq for one in amendments])
        if body is not None and record is not None:
            checks.columns(row, body)
            if row.seq > self.first:
                checks.named(record, entries, amendments)
            chain.joins += [Joined(word, one, other, row.at, row.seq) for word, one, other in body.joins]
        for entry in entries:
            checks.entry(entry)
        for amendment in amendments:
            checks.amendment(amendment)
        self.last = row.seq

    def _check_order(self, checks: Checks, table: str, numbers: Sequence[int]) -> None:
        """Rows stand in the order in which they were made; it decides what is the first and the last at a moment."""
        for number in numbers:
            last = self.order.get(table, 0)
            if number <= last:
                raise checks.broken(f"{table}.seq", f"a number above {last}", str(number))
            self.order[table] = number

    def _check_subject(self, checks: Checks, erased: int | None) -> None:
        sealer, run = self.book.sealer, self.book.connection.run
        has_key = sealer.keys.key(checks.number) is not None
        if erased is None:
            if not has_key:
                raise Broken("number", "the number of a key in the key store", str(checks.number))
            if not checks.name:
                raise Broken("name", "the keyed hash of whom the chain is about", "none")
            if checks.name == sealer.name("centre", ""):
                self.chain.whom = "the chain of the centre"
            return
        if checks.name != erasure(sealer, self.chain.subject, checks.number, int(erased)):
            raise Broken("erased", "the proof of an erasure at that moment", "none")
        if has_key:
            raise Broken("erased", "a key that was destroyed", "the key")
        for table, column in (("decision", "contact"), ("entry", "contact"), ("entry", "advisor")):
            asked = f"SELECT 1 FROM {table} WHERE subject = ? AND {column} IS NOT NULL LIMIT 1"
            if list(run(asked, (self.chain.subject,))):
                raise Broken(f"{table}.{column}", "nothing, as the customer was erased", f"a keyed {column}")
