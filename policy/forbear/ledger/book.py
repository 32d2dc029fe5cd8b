"""The ledger's tables in one transaction, the same SQL on every database; ids and contents leave here sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from attrs import define, evolve

from forbear.errors import LedgerError
from forbear.language.events import TEXTS
from forbear.language.types import Value
from forbear.ledger.bodies import Join, record_of, wrap
from forbear.ledger.entries import FIRST, Entry
from forbear.ledger.seal import Sealer, digest, link, moment
from forbear.ledger.store import FARTHEST, Decided, Grown, Waiting

NO_LINK = bytes(32)  # before the first of a chain
NOTHING = b""  # between the entries and the amendments that a link binds


class Connection(Protocol):
    """What a database offers inside a transaction; parameters are written `?`."""

    def run(self, statement: str, given: Sequence[object] = ()) -> Iterable[tuple[Any, ...]]:
        """The rows of a statement."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone on its own when it raises."""
        ...

    @property
    def parallel(self) -> bool:
        """Whether others may write meanwhile."""
        ...

    def lock(self, names: Sequence[bytes], shared: Sequence[bytes] = ()) -> None:
        """Hold names until the transaction ends, one after another, waiting for whoever holds them; first the shared
        ones, which others may share.
        """
        ...

    def next_decision(self) -> int:
        """The number of the next decision."""
        ...


@define
class Subject:
    """Whom a chain is about."""

    seq: int
    number: int  # of the key
    head: bytes
    length: int


_SUBJECT = "SELECT seq, number, head, length FROM subject WHERE name = ?"
_OF_CONTACT = """
SELECT entry.seq, entry.name, entry.kind, entry.at, subject.number, entry.body, amendment.body, amendment.at
FROM entry JOIN subject ON subject.seq = entry.subject AND subject.erased IS NULL
LEFT JOIN amendment ON amendment.entry = entry.seq
WHERE entry.contact = ? AND entry.kind <> ? AND entry.body IS NOT NULL
ORDER BY entry.at, entry.seq, amendment.at, amendment.seq
"""
_ENTRIES = """
SELECT entry.seq, entry.name, entry.kind, entry.at, subject.number, entry.body, amendment.body
FROM entry JOIN subject ON subject.seq = entry.subject AND subject.erased IS NULL
LEFT JOIN amendment ON amendment.entry = entry.seq AND amendment.at <= ?
WHERE {condition} AND entry.at <= ? AND entry.body IS NOT NULL
ORDER BY entry.at, entry.seq, amendment.at, amendment.seq
"""


class Book:
    """A `Transaction` over a connection."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection, self._sealer = connection, sealer
        self._run = connection.run
        self._subjects: dict[bytes, Subject] = {}
        self._decision: int | None = None
        self._appended: list[bytes] = []  # what the next link binds, beside the record: entries, then amendments
        self._amended: list[bytes] = []
        self._joins: list[Join] = []
        self._contacts: dict[bytes, list[tuple[Any, ...]]] = {}  # what was read of them, until something is written
        self._joined: dict[bytes, list[tuple[Any, ...]]] = {}

    @property
    def connection(self) -> Connection:
        """What this reads and writes through, for an audit."""
        return self._connection

    @property
    def sealer(self) -> Sealer:
        """What this names and opens with, for an audit."""
        return self._sealer

    @contextmanager
    def attempt(self) -> Iterator[None]:
        appended, amended, subjects = len(self._appended), len(self._amended), dict(self._subjects)
        try:
            with self._connection.savepoint():
                yield
        except BaseException:
            del self._appended[appended:]
            self._contacts.clear()
            del self._amended[amended:]
            self._subjects = subjects
            raise

    # --- names

    def mark(self, fingerprint: str) -> bytes:
        return self._sealer.name("mark", fingerprint)

    def _name(self, space: str, id: str | None) -> bytes | None:
        return None if id is None else self._sealer.name(space, id)

    def _subject_name(self, contact: str | None, customer: str | None) -> bytes:
        if customer is not None:
            return self._sealer.name("customer", customer)
        return self._sealer.name("contact", contact) if contact is not None else self._sealer.name("centre", "")

    def _known_subject(self, name: bytes) -> Subject | None:
        found = self._subjects.get(name)
        if found is None:
            row = _first(self._run(_SUBJECT, (name,)))
            if row is None:
                return None
            found = self._subjects[name] = Subject(int(row[0]), int(row[1]), bytes(row[2]), int(row[3]))
        return found

    def _subject(self, contact: str | None, customer: str | None) -> Subject:
        """Whom an event is about, met now where it was never met before."""
        name = self._subject_name(contact, customer)
        found = self._known_subject(name)
        if found is not None and not self._sealer.has(found.number):
            # Erased after the backup was made from which this ledger was restored: a stranger, as after any erasure.
            ((at,),) = self._run("SELECT max(at) FROM decision")
            self._forget(found, int(at or 0))
            self._part(name)
            self._look_anew()
            found = None
        if found is None:
            number = self._sealer.keys.take()
            insert = "INSERT INTO subject (name, number, head, length) VALUES (?, ?, ?, 0)"
            row = _first(self._run(f"{insert} ON CONFLICT (name) DO NOTHING RETURNING seq", (name, number, NO_LINK)))
            if row is not None:
                return self._subjects.setdefault(name, Subject(int(row[0]), number, NO_LINK, 0))
            found = self._known_subject(name)  # somebody else met them at the same time
            assert found is not None
        return found

    def hold(self, event: str, contact: str | None, customer: str | None) -> bool:
        if not self._connection.parallel:
            return False
        # Always in this order, so that nobody waits in a circle: everybody, the event, the contact, customers by name.
        everybody, own = self._sealer.name("centre", ""), [self._sealer.name("event", event)]
        if contact is None and customer is None:
            self._connection.lock([everybody, *own])
        else:
            self._connection.lock([*own, *filter(None, [self._name("contact", contact)])], [everybody])
        self._look_anew()
        if customer is not None:
            self._connection.lock(sorted(self._same(self._sealer.name("customer", customer), None)))
            self._look_anew()
        return True

    def _look_anew(self) -> None:
        """Count nothing that was read so far: whoever was waited for may have changed it."""
        for read in (self._subjects, self._contacts, self._joined):
            read.clear()

    # --- decisions

    def decided(self, event: str) -> Decided | None:
        name = self._sealer.name("event", event)
        row = _first(
            self._run(
                "SELECT decision.mark, decision.body, subject.number, subject.erased FROM decision"
                " JOIN subject ON subject.seq = decision.subject WHERE decision.event = ?",
                (name,),
            )
        )
        if row is None:
            return None
        mark, body, number, erased = row
        record = None if body is None or erased is not None else self._sealer.unseal(number, bytes(body), name)
        return Decided(bytes(mark), None if record is None else record_of(record))

    def latest(self, contact: str | None, customer: str | None) -> int | None:
        if customer is None and contact is not None:
            row = _only(self._run("SELECT max(at) FROM decision WHERE contact = ?", (self._name("contact", contact),)))
        else:
            subject = self._known_subject(self._subject_name(contact, customer))
            if subject is None:
                return None
            row = _only(self._run("SELECT max(at) FROM decision WHERE subject = ?", (subject.seq,)))
        return None if row[0] is None else int(row[0])

    def save_decision(
        self, event: str, fingerprint: str, at: int, contact: str | None, customer: str | None, record: str
    ) -> None:
        subject, name, mark = (
            self._subject(contact, customer),
            self._sealer.name("event", event),
            self.mark(fingerprint),
        )
        body = self._sealer.seal(subject.number, wrap(contact, customer, self._joins, record), name)
        kept, number = digest(body), self._number()
        parts = [moment(number), name, mark, moment(at), kept, *self._appended, NOTHING, *self._amended]
        subject.head, subject.length = link(subject.head, subject.length, parts), subject.length + 1
        self._run(
            "INSERT INTO decision (seq, event, subject, position, contact, at, mark, digest, link, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, name, subject.seq, subject.length, self._name("contact", contact), at, mark, kept,
                subject.head, body,
            ),
        )  # fmt: skip
        self._run("UPDATE subject SET head = ?, length = ? WHERE seq = ?", (subject.head, subject.length, subject.seq))
        self._decision = None
        self._appended.clear()
        self._amended.clear()
        self._joins.clear()

    def _number(self) -> int:
        """The number of the decision in hand."""
        if self._decision is None:
            self._decision = self._connection.next_decision()
        return self._decision

    # --- entries

    def entry(self, id: str, at: int) -> Entry | None:
        return next(iter(self._entries("entry.name = ?", [self._sealer.name("entry", id)], at)), None)

    def entries(self, kind: str, scope: str, scope_id: str | None, since: int | None, at: int) -> Iterable[Entry]:
        if scope == "contact" and scope_id is not None and kind != TEXTS:
            return self._of_contact(self._sealer.name(scope, scope_id), kind, since, at)
        condition = "entry.kind = ?"
        given: list[object] = [kind]
        if scope != "centre":
            if scope_id is None:
                return []
            name = self._sealer.name(scope, scope_id)
            if scope == "customer":
                subjects = [one.seq for same in self._same(name, at) if (one := self._known_subject(same)) is not None]
                if not subjects:
                    return []
                condition += f" AND entry.subject IN ({', '.join('?' * len(subjects))})"
                given += subjects
            else:
                condition += f" AND entry.{scope} = ?"
                given.append(name)
        if since is not None:
            condition += " AND entry.at > ?"
            given.append(since)
        return self._entries(condition, given, at)

    def _entries(self, condition: str, given: list[object], at: int) -> Iterator[Entry]:
        """Entries with their amendments folded in; the rows of one entry follow each other."""
        current: Entry | None = None
        last = None
        for seq, name, kind, its, number, own, amended in self._run(
            _ENTRIES.format(condition=condition), (at, *given, at)
        ):
            name = bytes(name)
            if seq != last:
                if current is not None:
                    yield current
                last, current = seq, self._opened(kind, int(its), number, name, bytes(own))
            if amended is not None and current is not None:
                more = self._sealer.unseal(number, bytes(amended), name)
                if more is not None:
                    current = Entry(*_head(current), {**current.values, **_values(json.loads(more))})
        if current is not None:
            yield current

    def _of_contact(self, contact: bytes, kind: str, since: int | None, at: int) -> list[Entry]:
        """The entries of a kind in a contact; one event asks for several kinds, so all are read at once, sealed."""
        rows = self._contacts.get(contact)
        if rows is None:
            rows = self._contacts[contact] = list(self._run(_OF_CONTACT, (contact, TEXTS)))
        found: dict[int, Entry | None] = {}
        for seq, name, its_kind, its, number, own, amended, when in rows:
            if its_kind != kind or its > at or (since is not None and its <= since):
                continue
            if seq not in found:
                found[seq] = self._opened(kind, its, number, bytes(name), bytes(own))
            entry = found[seq]
            if amended is not None and when <= at and entry is not None:
                more = self._sealer.unseal(number, bytes(amended), bytes(name)) or b"{}"
                found[seq] = evolve(entry, values={**entry.values, **_values(json.loads(more))})
        return [entry for entry in found.values() if entry is not None]

    def _opened(self, kind: str, at: int, number: int, name: bytes, body: bytes) -> Entry | None:
        raw = self._sealer.unseal(number, body, name)
        if raw is None:
            return None
        id, contact, customer, advisor, values = json.loads(raw)
        return Entry(id, kind, at, contact, customer, advisor, _values(values))

    def append(self, entry: Entry) -> None:
        subject, name = self._subject(entry.contact, entry.customer), self._sealer.name("entry", entry.id)
        told = [entry.id, entry.contact, entry.customer, entry.advisor, entry.values]
        body = self._sealer.seal(subject.number, _dump(told), name)
        kept = digest(body)
        self._run(
            "INSERT INTO entry (name, decision, subject, kind, at, contact, advisor, digest, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                name, self._number(), subject.seq, entry.kind, entry.at, self._name("contact", entry.contact),
                self._name("advisor", entry.advisor), kept, body,
            ),
        )  # fmt: skip
        self._appended += [name, entry.kind.encode(), moment(entry.at), kept]
        self._contacts.clear()

    def amend(self, id: str, at: int, values: Mapping[str, Value]) -> None:
        name = self._sealer.name("entry", id)
        row = _first(
            self._run(
                "SELECT entry.seq, subject.number, subject.seq FROM entry JOIN subject ON subject.seq = entry.subject"
                " WHERE entry.name = ? AND subject.erased IS NULL",
                (name,),
            )
        )
        if row is None:
            return
        body = self._sealer.seal(row[1], _dump(values), name)
        kept = digest(body)
        self._run(
            "INSERT INTO amendment (entry, subject, decision, at, digest, body) VALUES (?, ?, ?, ?, ?, ?)",
            (row[0], row[2], self._number(), at, kept, body),
        )
        self._amended += [name, b"amended", moment(at), kept]
        self._contacts.clear()

    def group(self, customer: str, at: int) -> tuple[int, ...]:
        names = self._same(self._sealer.name("customer", customer), at)
        return tuple(sorted(one.seq for name in names if (one := self._known_subject(name)) is not None))

    def grown(self, group: tuple[int, ...], seen: int) -> Iterator[Grown]:
        here = f"subject IN ({', '.join('?' * len(group))})"
        new = f"SELECT seq FROM entry WHERE {here} AND decision > ?"
        amended = f"SELECT entry FROM amendment WHERE {here} AND decision > ?"
        rows = self._run(
            "SELECT entry.seq, entry.name, entry.kind, entry.at, subject.number, entry.body, amendment.body,"
            " entry.decision, amendment.decision, amendment.at FROM entry JOIN subject ON subject.seq = entry.subject"
            f" LEFT JOIN amendment ON amendment.entry = entry.seq WHERE entry.seq IN ({new} UNION {amended})"
            " AND entry.body IS NOT NULL ORDER BY entry.seq, amendment.at, amendment.seq",
            (*group, seen, *group, seen),
        )
        current: Grown | None = None
        for seq, name, kind, at, number, own, more, decision, by, when in rows:
            if current is None or seq != current.seq:
                if current is not None:
                    yield current
                entry = self._opened(kind, int(at), number, bytes(name), bytes(own))
                current = Grown(int(seq), entry, int(decision), int(at)) if entry is not None else None
            if more is not None and current is not None:
                raw = self._sealer.unseal(number, bytes(more), bytes(name)) or b"{}"
                entry = evolve(current.entry, values={**current.entry.values, **_values(json.loads(raw))})
                current = Grown(current.seq, entry, max(current.decision, int(by)), max(current.latest, int(when)))
        if current is not None:
            yield current

    # --- the whole of it

    def records(self, customer: str | None = None) -> Iterator[str]:
        condition, given = "subject.erased IS NULL", []
        if customer is not None:
            names = self._same(self._sealer.name("customer", customer), None)
            given = [one.seq for name in names if (one := self._known_subject(name)) is not None]
            condition += f" AND subject.seq IN ({', '.join('?' * len(given))})" if given else " AND 1 = 0"
        rows = self._run(
            "SELECT decision.event, subject.number, decision.body FROM decision"
            f" JOIN subject ON subject.seq = decision.subject WHERE decision.body IS NOT NULL AND {condition}"
            " ORDER BY decision.seq",
            given,
        )
        for event, number, body in rows:
            record = self._sealer.unseal(number, bytes(body), bytes(event))
            if record is not None:
                yield record_of(record)

    def kinds(self) -> list[str]:
        return sorted(kind for (kind,) in self._run("SELECT DISTINCT kind FROM entry"))

    # --- obligations

    def owe(self, id: str, due: int, payload: str) -> None:
        name = self._sealer.name("entry", id)
        (seq, number) = _only(
            self._run(
                "SELECT entry.seq, subject.number FROM entry JOIN subject ON subject.seq = entry.subject"
                " WHERE entry.name = ?",
                (name,),
            )
        )
        self._run("INSERT INTO watch (entry, due) VALUES (?, ?)", (seq, due))
        body = self._sealer.seal(number, payload.encode("utf-8", "surrogatepass"), name)
        self._run("INSERT INTO outbox (entry, body) VALUES (?, ?)", (seq, body))

    def settle(self, id: str) -> None:
        for table in ("watch", "outbox"):
            self._run(f"DELETE FROM {table} WHERE entry = {_SEQ}", (self._sealer.name("entry", id),))

    def raise_overdue(self, id: str) -> None:
        self._run(f"UPDATE watch SET raised = 1 WHERE entry = {_SEQ}", (self._sealer.name("entry", id),))

    def overdue(self, at: int) -> list[str]:
        rows = self._run(
            "SELECT watch.due, entry.kind, entry.at, subject.number, entry.name, entry.body FROM watch"
            " JOIN entry ON entry.seq = watch.entry JOIN subject ON subject.seq = entry.subject"
            " WHERE watch.raised = 0 AND watch.due < ? AND entry.body IS NOT NULL AND subject.erased IS NULL"
            " ORDER BY watch.due",
            (at,),
        )
        found = [(row[0], self._opened(row[1], row[2], row[3], bytes(row[4]), bytes(row[5]))) for row in rows]
        return [id for _, id in sorted((due, entry.id) for due, entry in found if entry is not None)]

    # --- customers who turn out to be one, and customers who go

    def _same(self, name: bytes, at: int | None) -> set[bytes]:
        """A customer and everyone joined to it at a moment (at any moment without one), directly or through others."""
        found, new = {name}, [name]
        while new:
            one = new.pop()
            asked = "SELECT one, other, since, until FROM joined WHERE one = ? OR other = ?"
            if one not in self._joined:
                self._joined[one] = list(self._run(asked, (one, one)))
            for left, right, since, until in self._joined[one]:
                if at is None or (since <= at and (until is None or at < until)):
                    more = {bytes(side) for side in (left, right) if side is not None} - found
                    found |= more
                    new += more
        return found

    def join(self, one: str, other: str, at: int) -> None:
        self._joined.clear()
        names = (self._sealer.name("customer", one), self._sealer.name("customer", other))
        self._run("INSERT INTO joined (one, other, since) VALUES (?, ?, ?)", (*names, at))
        self._joins.append(("joined", *names))

    def split(self, one: str, other: str, at: int) -> bool:
        self._joined.clear()
        names = (self._sealer.name("customer", one), self._sealer.name("customer", other))
        between = "((one = ? AND other = ?) OR (other = ? AND one = ?)) AND since <= ? AND (until IS NULL OR until > ?)"
        rows = self._run(f"UPDATE joined SET until = ? WHERE {between} RETURNING seq", (at, *names, *names, at, at))
        self._joins.append(("split", *names))
        return len(list(rows)) > 0

    def erase(self, customer: str, at: int) -> tuple[int, ...]:
        names = self._same(self._sealer.name("customer", customer), at)
        customers = [one for name in names if (one := self._known_subject(name)) is not None]
        contacts: set[bytes] = set()
        for one in customers:
            for table in ("decision", "entry"):
                rows = self._run(f"SELECT DISTINCT contact FROM {table} WHERE subject = ?", (one.seq,))
                contacts |= {bytes(contact) for (contact,) in rows if contact is not None}
        # What was said in their contacts before it was known who they are.
        unknown = [one for name in contacts if (one := self._known_subject(name)) is not None]
        gone = [*customers, *unknown]
        for one in gone:
            self._forget(one, at)
        for name in names:
            self._part(name)
        self._look_anew()
        return tuple(one.number for one in gone)

    def _forget(self, one: Subject, at: int) -> None:
        """Leave of a subject what its chain needs, and nothing by which it could be found."""
        mine = "SELECT seq FROM entry WHERE subject = ?"
        for table in ("watch", "outbox"):
            self._run(f"DELETE FROM {table} WHERE entry IN ({mine})", (one.seq,))
        self._run("UPDATE entry SET contact = NULL, advisor = NULL WHERE subject = ?", (one.seq,))
        self._run("UPDATE decision SET contact = NULL WHERE subject = ?", (one.seq,))
        proof = erasure(self._sealer, one.seq, one.number, at)
        self._run("UPDATE subject SET name = ?, erased = ? WHERE seq = ?", (proof, at, one.seq))

    def _part(self, name: bytes) -> None:
        """Take a name out of what was joined."""
        for side in ("one", "other"):
            self._run(f"UPDATE joined SET {side} = NULL WHERE {side} = ?", (name,))

    def expire(self, kind: str, before: int) -> int:
        if kind == "decision":
            dropped = self._run(
                "UPDATE decision SET body = NULL WHERE at < ? AND body IS NOT NULL RETURNING seq", (before,)
            )
            return self._dropped(kind, before, len(list(dropped)))
        old = "kind = ? AND at < ? AND body IS NOT NULL AND seq NOT IN (SELECT entry FROM watch)"
        seqs = [seq for (seq,) in self._run(f"SELECT seq FROM entry WHERE {old}", (kind, before))]
        for seq in seqs:
            self._run("DELETE FROM outbox WHERE entry = ?", (seq,))
            self._run("UPDATE amendment SET body = NULL WHERE entry = ?", (seq,))
            self._run("UPDATE entry SET body = NULL WHERE seq = ?", (seq,))
        return self._dropped(kind, before, len(seqs))

    def _dropped(self, kind: str, before: int, number: int) -> int:
        if number:
            self.note_expired(kind, before)
        return number

    # --- the outbox

    def outbox(self, now: int | None = None, most: int | None = None) -> list[Waiting]:
        if now is None:
            return self._waiting("1 = 1", (), "outbox.entry", most)
        turn = "outbox.dead = 0 AND outbox.after {} ?"
        order = "outbox.after, outbox.entry"
        found = self._waiting(turn.format("<="), (now,), order, most)
        left = None if most is None else most - len(found)
        return found + self._waiting(turn.format(">"), (now + FARTHEST,), order, left)

    def waiting(self, id: str) -> Waiting | None:
        found = self._waiting("entry.name = ?", (self._sealer.name("entry", id),), "outbox.entry", None)
        return found[0] if found else None

    def _waiting(self, condition: str, given: Sequence[object], order: str, most: int | None) -> list[Waiting]:
        rows = self._run(
            "SELECT entry.name, entry.kind, entry.at, subject.number, entry.body, outbox.body, outbox.tries,"
            " outbox.problem, outbox.dead, outbox.after FROM outbox JOIN entry ON entry.seq = outbox.entry"
            " JOIN subject ON subject.seq = entry.subject"
            f" WHERE subject.erased IS NULL AND entry.body IS NOT NULL AND {condition} ORDER BY {order}"
            + ("" if most is None else f" LIMIT {max(0, int(most))}"),
            given,
        )
        found: list[Waiting] = []
        for name, kind, at, number, own, body, tries, problem, dead, after in rows:
            entry = self._opened(kind, at, number, bytes(name), bytes(own))
            payload = self._sealer.unseal(number, bytes(body), bytes(name))
            if entry is not None and payload is not None:
                told = payload.decode("utf-8", "surrogatepass")
                found.append(Waiting(entry.id, told, int(tries), problem, bool(dead), int(after)))
        return found

    def claim(self, id: str, now: int, until: int) -> bool:
        rows = self._run(
            f"UPDATE outbox SET after = ? WHERE entry = {_SEQ} AND dead = 0 AND (after <= ? OR after > ?)"
            " RETURNING entry",
            (until, self._sealer.name("entry", id), now, now + FARTHEST),
        )
        return len(list(rows)) > 0

    def delivered(self, id: str) -> None:
        self._run(f"DELETE FROM outbox WHERE entry = {_SEQ}", (self._sealer.name("entry", id),))

    def failed(self, id: str, after: int, problem: str, dead: bool) -> None:
        self._run(
            f"UPDATE outbox SET tries = tries + 1, after = ?, problem = ?, dead = ? WHERE entry = {_SEQ}",
            (after, _writable(problem), int(dead), self._sealer.name("entry", id)),
        )

    def replay(self, id: str) -> bool:
        rows = self._run(
            f"UPDATE outbox SET dead = 0, after = 0, tries = 0 WHERE entry = {_SEQ} AND dead = 1 RETURNING entry",
            (self._sealer.name("entry", id),),
        )
        return len(list(rows)) > 0

    # --- keys

    def note(self, name: str, value: bytes) -> None:
        """Note something about the ledger itself."""
        self._run("INSERT INTO meta (name, value) VALUES (?, ?)", (name, value))

    def noted(self, name: str) -> bytes | None:
        """What was noted under a name."""
        row = _first(self._run("SELECT value FROM meta WHERE name = ?", (name,)))
        return None if row is None else bytes(row[0])

    def note_first(self, number: int) -> None:
        """Note the last of the decisions that were made before policies were kept."""
        self.note("first", _proven(self._sealer, "first", number))

    def first(self) -> int | None:
        """The last decision made before policies were kept; None where the note is not ours."""
        return _told(self._sealer, "first", self.noted("first"), 0)

    def note_expired(self, kind: str, before: int) -> None:
        """Note that what is older was dropped, because its time was over."""
        name = f"expired {kind}"
        if before > (self.expired(kind) or FIRST):
            self.forget_note(name)
            self.note(name, _proven(self._sealer, name, before))

    def expired(self, kind: str) -> int | None:
        """Up to when entries of a kind (decisions, under `decision`) were dropped; None where the note is not ours."""
        name = f"expired {kind}"
        return _told(self._sealer, name, self.noted(name), FIRST)

    def forget_note(self, name: str) -> None:
        """Take a note out again."""
        self._run("DELETE FROM meta WHERE name = ?", (name,))

    def note_keys(self) -> None:
        """Note which keys a new ledger is sealed with."""
        self.note("keys", self._sealer.name("keys", ""))

    def touch(self) -> None:
        """Write something that changes nothing."""
        self._run("UPDATE meta SET value = value WHERE name = 'keys'")

    def check_keys(self) -> None:
        """Raises LedgerError where the ledger was sealed with other keys."""
        if self.noted("keys") != self._sealer.name("keys", ""):
            raise LedgerError("these are not the keys of this ledger; give the key store that it was made with")

    def erased(self) -> tuple[int, ...]:
        """The keys of all erased customers; a key store that was restored from a backup may have them again."""
        rows = self._run("SELECT seq, number, erased, name FROM subject WHERE erased IS NOT NULL")
        return tuple(
            int(number)
            for seq, number, at, name in rows
            if bytes(name or b"")
            == erasure(self._sealer, seq, number, at)  # whoever has the ledger alone destroys no key with it
        )

    # --- policies

    def keep_policy(self, digest: str, body: bytes) -> None:
        self._run("INSERT INTO policy (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING", (digest, body))

    def policy(self, digest: str) -> bytes | None:
        row = _first(self._run("SELECT body FROM policy WHERE digest = ?", (digest,)))
        return None if row is None else bytes(row[0])


_SEQ = "(SELECT seq FROM entry WHERE name = ?)"


def erasure(sealer: Sealer, seq: int, number: int, at: int) -> bytes:
    """What stands in place of an erased subject's name; only who has the keys can write it."""
    return sealer.name("erased", f"{seq} {number} {at}")


def _proven(sealer: Sealer, name: str, number: int) -> bytes:
    """A number with a proof that only who has the keys can write."""
    return moment(number) + sealer.name("proof", f"{name} {number}")


def _told(sealer: Sealer, name: str, noted: bytes | None, otherwise: int) -> int | None:
    """The number again; None where somebody else wrote it."""
    if noted is None:
        return otherwise
    number = int.from_bytes(noted[:16], "big", signed=True)
    return number if noted == _proven(sealer, name, number) else None


def _head(entry: Entry) -> tuple[str, str, int, str | None, str | None, str | None]:
    return entry.id, entry.kind, entry.at, entry.contact, entry.customer, entry.advisor


def _first(rows: Iterable[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    return next(iter(rows), None)


def _only(rows: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    (row,) = rows
    return row


def _writable(text: str) -> str:
    """A text as every database takes it: without what UTF-8 cannot hold, and without NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _dump(value: object) -> bytes:
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def _values(given: Mapping[str, Any]) -> dict[str, Value]:
    """Values from JSON; a list comes back as the tuple that it was."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
