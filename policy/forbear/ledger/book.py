"""The ledger's tables in one transaction, the same SQL on every database; ids and contents leave here sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from attrs import define

from forbear.errors import LedgerError
from forbear.language.types import Value
from forbear.ledger.entries import Entry
from forbear.ledger.seal import Sealer, digest, link, moment
from forbear.ledger.store import Decided, Waiting

NO_LINK = bytes(32)  # before the first of a chain


class Connection(Protocol):
    """What a database offers inside a transaction; parameters are written `?`."""

    def run(self, statement: str, given: Sequence[object] = ()) -> Iterable[tuple[Any, ...]]:
        """The rows of a statement."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone on its own when it raises."""
        ...

    def lock(self, name: bytes) -> bool:
        """Hold a name until the transaction ends, waiting for whoever holds it; False where nobody else can write."""
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
        self._appended: list[bytes] = []  # what the next link binds, beside the record

    @contextmanager
    def attempt(self) -> Iterator[None]:
        appended, subjects = len(self._appended), dict(self._subjects)
        try:
            with self._connection.savepoint():
                yield
        except BaseException:
            del self._appended[appended:]
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
        if found is None:
            number = self._sealer.keys.take()
            insert = "INSERT INTO subject (name, number, head, length) VALUES (?, ?, ?, 0) RETURNING seq"
            (seq,) = _only(self._run(insert, (name, number, NO_LINK)))
            found = self._subjects[name] = Subject(int(seq), number, NO_LINK, 0)
        return found

    def hold(self, contact: str | None, customer: str | None) -> bool:
        names: list[bytes] = []
        if contact is not None:
            names.append(self._sealer.name("contact", contact))
        if customer is not None:
            names += sorted(self._same(self._sealer.name("customer", customer), None))
        waited = False
        for name in names or [self._sealer.name("centre", "")]:  # in this order, so that nobody waits in a circle
            waited = self._connection.lock(name) or waited
        return waited

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
        return Decided(bytes(mark), None if record is None else record.decode("utf-8", "surrogatepass"))

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
        body = self._sealer.seal(subject.number, record.encode("utf-8", "surrogatepass"), name)
        kept = digest(body)
        parts = [name, mark, moment(at), kept, *self._appended]
        subject.head, subject.length = link(subject.head, subject.length, parts), subject.length + 1
        self._run(
            "INSERT INTO decision (seq, event, subject, position, contact, at, mark, digest, link, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._number(), name, subject.seq, subject.length, self._name("contact", contact), at, mark, kept,
                subject.head, body,
            ),
        )  # fmt: skip
        self._run("UPDATE subject SET head = ?, length = ? WHERE seq = ?", (subject.head, subject.length, subject.seq))
        self._decision = None
        self._appended.clear()

    def _number(self) -> int:
        """The number of the decision in hand."""
        if self._decision is None:
            self._decision = self._connection.next_decision()
        return self._decision

    # --- entries

    def entry(self, id: str, at: int) -> Entry | None:
        return next(iter(self._entries("entry.name = ?", [self._sealer.name("entry", id)], at)), None)

    def entries(self, kind: str, scope: str, scope_id: str | None, since: int | None, at: int) -> Iterable[Entry]:
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

    def amend(self, id: str, at: int, values: Mapping[str, Value]) -> None:
        name = self._sealer.name("entry", id)
        row = _first(
            self._run(
                "SELECT entry.seq, subject.number FROM entry JOIN subject ON subject.seq = entry.subject"
                " WHERE entry.name = ?",
                (name,),
            )
        )
        if row is None:
            return
        body = self._sealer.seal(row[1], _dump(values), name)
        kept = digest(body)
        self._run(
            "INSERT INTO amendment (entry, decision, at, digest, body) VALUES (?, ?, ?, ?, ?)",
            (row[0], self._number(), at, kept, body),
        )
        self._appended += [name, b"amended", moment(at), kept]

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
                yield record.decode("utf-8", "surrogatepass")

    def kinds(self) -> list[str]:
        return [kind for (kind,) in self._run("SELECT DISTINCT kind FROM entry ORDER BY kind")]

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
        self._run(f"DELETE FROM watch WHERE entry = {_SEQ}", (self._sealer.name("entry", id),))

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
            for left, right, since, until in self._run(asked, (one, one)):
                if at is None or (since <= at and (until is None or at < until)):
                    more = {bytes(left), bytes(right)} - found
                    found |= more
                    new += more
        return found

    def join(self, one: str, other: str, at: int) -> None:
        names = (self._sealer.name("customer", one), self._sealer.name("customer", other))
        self._run("INSERT INTO joined (one, other, since) VALUES (?, ?, ?)", (*names, at))

    def split(self, one: str, other: str, at: int) -> bool:
        names = (self._sealer.name("customer", one), self._sealer.name("customer", other))
        between = "((one = ? AND other = ?) OR (other = ? AND one = ?)) AND since <= ? AND (until IS NULL OR until > ?)"
        rows = self._run(f"UPDATE joined SET until = ? WHERE {between} RETURNING seq", (at, *names, *names, at, at))
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
            mine = "SELECT seq FROM entry WHERE subject = ?"
            for table in ("watch", "outbox"):
                self._run(f"DELETE FROM {table} WHERE entry IN ({mine})", (one.seq,))
            self._run("UPDATE entry SET contact = NULL, advisor = NULL WHERE subject = ?", (one.seq,))
            self._run("UPDATE decision SET contact = NULL WHERE subject = ?", (one.seq,))
            self._run("UPDATE subject SET name = NULL, erased = ? WHERE seq = ?", (at, one.seq))
        for name in names:
            self._run("DELETE FROM joined WHERE one = ? OR other = ?", (name, name))
        self._subjects.clear()
        return tuple(one.number for one in gone)

    def expire(self, kind: str, before: int) -> int:
        if kind == "decision":
            dropped = self._run(
                "UPDATE decision SET body = NULL WHERE at < ? AND body IS NOT NULL RETURNING seq", (before,)
            )
            return len(list(dropped))
        old = "kind = ? AND at < ? AND body IS NOT NULL AND seq NOT IN (SELECT entry FROM watch)"
        seqs = [seq for (seq,) in self._run(f"SELECT seq FROM entry WHERE {old}", (kind, before))]
        for seq in seqs:
            self._run("DELETE FROM outbox WHERE entry = ?", (seq,))
            self._run("UPDATE amendment SET body = NULL WHERE entry = ?", (seq,))
            self._run("UPDATE entry SET body = NULL WHERE seq = ?", (seq,))
        return len(seqs)

    # --- the outbox

    def outbox(self, now: int | None = None) -> list[Waiting]:
        turn = "" if now is None else " AND outbox.dead = 0 AND outbox.after <= ?"
        rows = self._run(
            "SELECT entry.name, entry.kind, entry.at, subject.number, entry.body, outbox.body, outbox.tries,"
            " outbox.problem, outbox.dead FROM outbox JOIN entry ON entry.seq = outbox.entry"
            " JOIN subject ON subject.seq = entry.subject"
            f" WHERE subject.erased IS NULL AND entry.body IS NOT NULL{turn} ORDER BY outbox.entry",
            () if now is None else (now,),
        )
        found: list[Waiting] = []
        for name, kind, at, number, own, body, tries, problem, dead in rows:
            entry = self._opened(kind, at, number, bytes(name), bytes(own))
            payload = self._sealer.unseal(number, bytes(body), bytes(name))
            if entry is not None and payload is not None:
                told = payload.decode("utf-8", "surrogatepass")
                found.append(Waiting(entry.id, told, int(tries), problem, bool(dead)))
        return found

    def claim(self, id: str, now: int, until: int) -> bool:
        rows = self._run(
            f"UPDATE outbox SET after = ? WHERE entry = {_SEQ} AND dead = 0 AND after <= ? RETURNING entry",
            (until, self._sealer.name("entry", id), now),
        )
        return len(list(rows)) > 0

    def delivered(self, id: str) -> None:
        self._run(f"DELETE FROM outbox WHERE entry = {_SEQ}", (self._sealer.name("entry", id),))

    def failed(self, id: str, after: int, problem: str, dead: bool) -> None:
        self._run(
            f"UPDATE outbox SET tries = tries + 1, after = ?, problem = ?, dead = ? WHERE entry = {_SEQ}",
            (after, problem, int(dead), self._sealer.name("entry", id)),
        )

    def replay(self, id: str) -> bool:
        rows = self._run(
            f"UPDATE outbox SET dead = 0, after = 0 WHERE entry = {_SEQ} AND dead = 1 RETURNING entry",
            (self._sealer.name("entry", id),),
        )
        return len(list(rows)) > 0

    # --- keys

    def note_keys(self) -> None:
        """Note which keys a new ledger is sealed with."""
        self._run("INSERT INTO meta (name, value) VALUES ('keys', ?)", (self._sealer.name("keys", ""),))

    def check_keys(self) -> None:
        """Raises LedgerError where the ledger was sealed with other keys."""
        noted = _first(self._run("SELECT value FROM meta WHERE name = 'keys'"))
        if noted is None or noted[0] != self._sealer.name("keys", ""):
            raise LedgerError("these are not the keys of this ledger; give the key store that it was made with")

    def erased(self) -> tuple[int, ...]:
        """The keys of all erased customers; a key store that was restored from a backup may have them again."""
        return tuple(int(number) for (number,) in self._run("SELECT number FROM subject WHERE erased IS NOT NULL"))

    # --- policies

    def keep_policy(self, digest: str, body: bytes) -> None:
        self._run("INSERT INTO policy (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING", (digest, body))

    def policy(self, digest: str) -> bytes | None:
        row = _first(self._run("SELECT body FROM policy WHERE digest = ?", (digest,)))
        return None if row is None else bytes(row[0])


_SEQ = "(SELECT seq FROM entry WHERE name = ?)"


def _head(entry: Entry) -> tuple[str, str, int, str | None, str | None, str | None]:
    return entry.id, entry.kind, entry.at, entry.contact, entry.customer, entry.advisor


def _first(rows: Iterable[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    return next(iter(rows), None)


def _only(rows: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    (row,) = rows
    return row


def _dump(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _values(given: Mapping[str, Any]) -> dict[str, Value]:
    """Values from JSON; a list comes back as the tuple that it was."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
