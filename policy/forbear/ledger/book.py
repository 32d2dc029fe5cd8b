"""The ledger's decisions and entries in one transaction, the same SQL on every database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from forbear.language.types import Value
from forbear.ledger.bodies import record_of, wrap
from forbear.ledger.deliveries import Deliveries
from forbear.ledger.entries import LAST, OVERRIDE, PENDING, Entry
from forbear.ledger.growth import Growth
from forbear.ledger.known import Known, Person
from forbear.ledger.notes import Notes
from forbear.ledger.page import Connection, dump, first_row
from forbear.ledger.reading import ENTRIES
from forbear.ledger.seal import Sealer, digest, link, moment
from forbear.ledger.store import Decided
from forbear.ledger.subjects import EXPIRIES, Opened, Subject

NOTHING = b""  # between the entries and the amendments that a link binds


class Book(Growth, Deliveries, Notes):
    """A `Transaction` over a connection."""

    def __init__(self, connection: Connection, sealer: Sealer, known: Known | None = None) -> None:
        super().__init__(connection, sealer, known)
        self._last: int | None = None  # of the decisions saved here
        self._people: dict[bytes, Person] = {}  # whom they were about, as they are now
        self._whom: bytes | None = None  # about whom an event will be decided
        self._decision: int | None = None
        self._ahead: tuple[bytes, Opened] | None = None  # what was read of an event while its people were locked
        self._appended: list[bytes] = []  # what the next link binds, beside the record: entries, then amendments
        self._amended: list[bytes] = []

    @contextmanager
    def attempt(self) -> Iterator[None]:
        appended, amended, subjects = len(self._appended), len(self._amended), dict(self._subjects)
        try:
            with self.connection.savepoint():
                yield
        except BaseException:
            del self._appended[appended:]
            del self._amended[amended:]
            self._contacts.clear()
            self._places.clear()
            self._subjects = subjects
            raise

    def mark(self, fingerprint: str) -> bytes:
        return self.sealer.name("mark", fingerprint)

    def hold(self, event: str, contact: str | None, customer: str | None) -> bool:
        self._whom, self._decision, self._ahead = self._subject_name(contact, customer), None, None
        if not self.connection.parallel:
            return False
        # Always in this order, so that nobody waits in a circle: everybody, the event, the contact, customers by name.
        everybody, own = self.sealer.name("centre", ""), [self.sealer.name("event", event)]
        self._look_anew()
        if contact is None and customer is None:
            self.connection.lock([everybody, *own])
            return True
        alone = self._name("customer", customer)
        self.connection.lock([*own, *filter(None, [self._name("contact", contact)])], [everybody], alone)
        self._ahead = own[0], self._open(self._whom, own[0], self.connection.next_number)
        if alone is not None and alone not in self._joined:  # who is the same changes only while everybody is held
            self.connection.lock(sorted(self._same(alone, None)))
            self._look_anew()
            self._ahead = None
        return True

    # --- decisions

    def decided(self, event: str) -> Decided | None:
        name = self.sealer.name("event", event)
        if self._whom is not None:
            ahead, self._ahead = self._ahead, None
            known, following = (
                ahead[1]
                if ahead is not None and ahead[0] == name
                else self._open(self._whom, name, self.connection.next_number)
            )
            if known is None:
                self._decision = self._decision or following
                return None
        row = first_row(
            self._run(
                "SELECT decision.mark, decision.body, subject.number, subject.erased FROM decision"
                " JOIN subject ON subject.seq = decision.subject WHERE decision.event = ?",
                (name,),
            )
        )
        if row is None:
            return None
        mark, body, number, erased = row
        record = None if body is None or erased is not None else self.sealer.unseal(number, bytes(body), name)
        return Decided(bytes(mark), None if record is None else record_of(record))

    def chain_of(self, event: str) -> tuple[int, int] | None:
        """The number of the decision on an event and its chain, if there is one."""
        row = first_row(
            self._run("SELECT seq, subject FROM decision WHERE event = ?", (self.sealer.name("event", event),))
        )
        return None if row is None else (int(row[0]), int(row[1]))

    def latest(self, contact: str | None, customer: str | None) -> int | None:
        if customer is None and contact is not None:
            rows = self._run("SELECT max(at) FROM decision WHERE contact = ?", (self._name("contact", contact),))
        else:
            name = self._subject_name(contact, customer)
            if name not in self._latest:
                self._open(name)
            return self._latest[name]
        ((at,),) = rows
        return None if at is None else int(at)

    def save_decision(
        self, event: str, fingerprint: str, at: int, contact: str | None, customer: str | None, record: str
    ) -> None:
        subject = self._subject(contact, customer)
        name, mark = self.sealer.name("event", event), self.mark(fingerprint)
        body = self.sealer.seal(subject.number, wrap(contact, customer, self._joins, record), name)
        kept, number = digest(body), self._number()
        parts = [moment(number), name, mark, moment(at), kept, *self._appended, NOTHING, *self._amended]
        subject.head, subject.length = link(subject.head, subject.length, parts), subject.length + 1
        self._note_person(self._subject_name(contact, customer), subject, number, at)
        self._latest.clear()
        self._places.clear()
        self._write(
            "INSERT INTO decision (seq, event, subject, position, contact, at, mark, digest, link, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, name, subject.seq, subject.length, self._name("contact", contact), at, mark, kept,
                subject.head, body,
            ),
        )  # fmt: skip
        self._write(
            "UPDATE subject SET head = ?, length = ? WHERE seq = ?", (subject.head, subject.length, subject.seq)
        )
        self._decision = None
        self._appended.clear()
        self._amended.clear()
        self._joins.clear()

    def _note_person(self, name: bytes, subject: Subject, number: int, at: int) -> None:
        """Note what is so of a subject once its decision is kept."""
        if self._known is None:
            return
        self._last = number
        if name in self._latest and self._joined.get(name) == []:
            latest = max(at, at if (before := self._latest[name]) is None else before)
            self._people[name] = Person(
                subject.seq, subject.number, subject.head, subject.length, subject.overridden, latest
            )
        else:
            self._known.people.pop(name, None)

    def learn(self) -> None:
        """Let what is known be as this transaction left the ledger, now that it is kept."""
        if self._known is None:
            return
        if self._unsure:
            self._known.clear()
        else:
            self._known.learn(self._last, self._gone, self._people)
            self._known.learn_contacts(self._written, self._contacts)

    def _number(self) -> int:
        """The number of the decision in hand."""
        if self._decision is None:
            ((number,),) = self._run(f"SELECT {self.connection.next_number}")
            self._decision = int(number)
        return self._decision

    # --- entries

    def append(self, entry: Entry) -> None:
        subject, name = self._subject(entry.contact, entry.customer), self.sealer.name("entry", entry.id)
        told = [entry.id, entry.contact, entry.customer, entry.advisor, entry.values]
        body = self.sealer.seal(subject.number, dump(told), name)
        kept = digest(body)
        ((seq,),) = self._run(
            "INSERT INTO entry (name, decision, subject, kind, at, contact, advisor, digest, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
            (
                name, self._number(), subject.seq, entry.kind, entry.at, self._name("contact", entry.contact),
                self._name("advisor", entry.advisor), kept, body,
            ),
        )  # fmt: skip
        self._appended += [name, entry.kind.encode(), moment(entry.at), kept]
        self._places[name] = (int(seq), subject.number, subject.seq)
        self._contacts.clear()
        if entry.contact is not None:
            self._written.add(self.sealer.name("contact", entry.contact))
        if entry.kind == OVERRIDE:
            subject.overridden = self._unsure = True

    def amend(self, id: str, at: int, values: Mapping[str, Value]) -> None:
        name = self.sealer.name("entry", id)
        place = self._place(name)
        if place is None:
            return
        seq, number, subject = place
        body = self.sealer.seal(number, dump(values), name)
        kept = digest(body)
        self._write(
            "INSERT INTO amendment (entry, subject, decision, at, digest, body) VALUES (?, ?, ?, ?, ?, ?)",
            (seq, subject, self._number(), at, kept, body),
        )
        self._amended += [name, b"amended", moment(at), kept]
        if self._known is not None and name in self._known.where:
            self._written.add(self._known.where[name])
        self._contacts.clear()

    def expire(self, kind: str, before: int) -> int:
        if kind == "decision":
            dropped = self._run(
                "UPDATE decision SET body = NULL WHERE at < ? AND body IS NOT NULL RETURNING seq", (before,)
            )
            return self._dropped(kind, before, len(list(dropped)))
        old = "entry.kind = ? AND entry.at < ? AND entry.seq NOT IN (SELECT entry FROM watch)"
        rows = self._run(ENTRIES.format(condition=old), (LAST, kind, before, LAST))
        seqs = [one.seq for one in self._folded(rows) if one.entry.values.get("status") not in PENDING]
        for seq in seqs:
            self._run("DELETE FROM outbox WHERE entry = ?", (seq,))
            self._run("UPDATE amendment SET body = NULL WHERE entry = ?", (seq,))
            self._run("UPDATE entry SET body = NULL WHERE seq = ?", (seq,))
        self._contacts.clear()
        if seqs:
            self._sign(EXPIRIES)
        return self._dropped(kind, before, len(seqs))

    def _dropped(self, kind: str, before: int, number: int) -> int:
        if number:
            self.note_expired(kind, before)
        return number

    # --- the whole of it

    def records(self, customer: str | None = None) -> Iterator[str]:
        condition, given = "subject.erased IS NULL", []
        if customer is not None:
            names = self._same(self.sealer.name("customer", customer), None)
            given = [one.seq for name in names if (one := self._known_subject(name)) is not None]
            condition += f" AND subject.seq IN ({', '.join('?' * len(given))})" if given else " AND 1 = 0"
        rows = self._run(
            "SELECT decision.event, subject.number, decision.body FROM decision"
            f" JOIN subject ON subject.seq = decision.subject WHERE decision.body IS NOT NULL AND {condition}"
            " ORDER BY decision.seq",
            given,
        )
        for event, number, body in rows:
            record = self.sealer.unseal(number, bytes(body), bytes(event))
            if record is not None:
                yield record_of(record)

    def kinds(self) -> list[str]:
        return sorted(kind for (kind,) in self._run("SELECT DISTINCT kind FROM entry"))
