"""Whom the chains are about: how they are met, found to be the same, and forgotten."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from attrs import define

from forbear.ledger.bodies import Join
from forbear.ledger.entries import OVERRIDE
from forbear.ledger.known import Known, Person
from forbear.ledger.page import Connection, Page, first_row
from forbear.ledger.seal import NAME_BYTES, Sealer

NO_LINK = bytes(32)  # before the first of a chain


@define
class Subject:
    """Whom a chain is about."""

    seq: int
    number: int  # of the key
    head: bytes
    length: int
    overridden: bool = True  # whether there may be an override about them


ERASURES, EXPIRIES = "erasures", "expiries"  # notes that change whenever somebody is erased, or time is over
SIGNS = ", ".join(f"(SELECT value FROM meta WHERE name = '{name}')" for name in (ERASURES, EXPIRIES))
_SUBJECT = "SELECT seq, number, head, length FROM subject WHERE name = ?"
_OPENING = """
SELECT subject.seq, subject.number, subject.head, subject.length,
    EXISTS (SELECT 1 FROM entry WHERE entry.subject = subject.seq AND entry.kind = ?),
    EXISTS (SELECT 1 FROM joined WHERE one = ? OR other = ?),
    (SELECT max(at) FROM decision WHERE decision.subject = subject.seq),
    (SELECT seq FROM decision WHERE event = ?),
    {signs},
    {number}
FROM (SELECT 1) AS here LEFT JOIN subject ON subject.name = ?
"""
_JOINED = "SELECT one, other, since, until FROM joined WHERE one = ? OR other = ?"


Opened = tuple[int | None, int | None]
"""The number of the decision that an event has already, and the next one."""


@cache
def _opening(number: str) -> str:
    return _OPENING.format(signs=SIGNS, number=number)


class Subjects(Page):
    """The subjects of a ledger, and who of them are the same."""

    def __init__(self, connection: Connection, sealer: Sealer, known: Known | None = None) -> None:
        super().__init__(connection, sealer, known)
        self._subjects: dict[bytes, Subject | None] = {}  # what was read, until something is written
        self._latest: dict[bytes, int | None] = {}
        self._joined: dict[bytes, list[tuple[Any, ...]]] = {}
        self._gone: tuple[Any, Any] | None = None  # the notes that tell of losses
        self._joins: list[Join] = []  # of the decision in hand

    def _look_anew(self) -> None:
        """Count nothing that was read so far."""
        self._subjects.clear()
        self._latest.clear()
        self._joined.clear()
        self._gone = None

    def _open(self, name: bytes, event: bytes = b"", number: str = "NULL") -> Opened:
        """Read at once what a decision about a subject needs."""
        if self._known is not None and (person := self._known.people.get(name)) is not None:
            return self._open_known(name, person, event, self._known)
        (row,) = self._run(_opening(number), (OVERRIDE, name, name, event, name))
        seq, key, head, length, overridden, joined, at, known, erasures, expiries, following = row
        self._gone = erasures, expiries
        self._subjects[name] = None if seq is None else Subject(seq, key, bytes(head), length, bool(overridden))
        self._latest[name] = at
        if not joined:
            self._joined[name] = []
        return known, following

    def _open_known(self, name: bytes, person: Person, event: bytes, known: Known) -> Opened:
        """The same of a subject that is known, where only the event must be looked up."""
        self._subjects[name] = Subject(person.seq, person.number, person.head, person.length, person.overridden)
        self._latest[name], self._joined[name], self._gone = person.latest, [], known.gone
        row = first_row(self._run("SELECT seq FROM decision WHERE event = ?", (event,))) if event else None
        return (None if row is None else int(row[0])), None if known.last is None else known.last + 1

    def _subject_name(self, contact: str | None, customer: str | None) -> bytes:
        if customer is not None:
            return self.sealer.name("customer", customer)
        return self.sealer.name("contact", contact) if contact is not None else self.sealer.name("centre", "")

    def _known_subject(self, name: bytes) -> Subject | None:
        if name in self._subjects:
            return self._subjects[name]
        row = first_row(self._run(_SUBJECT, (name,)))
        if row is None:
            return None
        found = self._subjects[name] = Subject(int(row[0]), int(row[1]), bytes(row[2]), int(row[3]))
        return found

    def _subject(self, contact: str | None, customer: str | None) -> Subject:
        """Whom an event is about, met now where it was never met before."""
        name = self._subject_name(contact, customer)
        found = self._known_subject(name)
        if found is not None and not self.sealer.has(found.number):
            # Erased after the backup was made from which this ledger was restored: a stranger, as after any erasure.
            ((at,),) = self._run("SELECT max(at) FROM decision")
            self._forget(found.seq, found.number, int(at or 0))
            self._part(name)
            self._look_anew()
            found = None
        if found is None:
            number = self.sealer.keys.take()
            insert = "INSERT INTO subject (name, number, head, length) VALUES (?, ?, ?, 0)"
            row = first_row(self._run(f"{insert} ON CONFLICT (name) DO NOTHING RETURNING seq", (name, number, NO_LINK)))
            if row is not None:
                found = self._subjects[name] = Subject(int(row[0]), number, NO_LINK, 0, overridden=False)
                return found
            self._subjects.pop(name, None)
            found = self._known_subject(name)  # somebody else met them at the same time
            assert found is not None
        return found

    def group(self, customer: str, at: int) -> tuple[int, ...]:
        names = self._same(self.sealer.name("customer", customer), at)
        return tuple(sorted(one.seq for name in names if (one := self._known_subject(name)) is not None))

    def chains(self, customer: str, at: int) -> list[int]:
        """The chains of a customer, of all who are the same, and of what their contacts said before it was known who
        they are.
        """
        found = set(self.group(customer, at))
        contacts: set[bytes] = set()
        for seq in found:
            for table in ("decision", "entry"):
                rows = self._run(
                    f"SELECT DISTINCT contact FROM {table} WHERE subject = ? AND contact IS NOT NULL", (seq,)
                )
                contacts |= {bytes(contact) for (contact,) in rows}
        return sorted(found | {one.seq for name in contacts if (one := self._known_subject(name)) is not None})

    def _same(self, name: bytes, at: int | None) -> set[bytes]:
        """A customer and everyone joined to it at a moment (at any moment without one), directly or through others."""
        found, new = {name}, [name]
        while new:
            one = new.pop()
            if one not in self._joined:
                self._joined[one] = list(self._run(_JOINED, (one, one)))
            for left, right, since, until in self._joined[one]:
                if at is None or (since <= at and (until is None or at < until)):
                    more = {bytes(side) for side in (left, right) if side is not None} - found
                    found |= more
                    new += more
        return found

    def join(self, one: str, other: str, at: int) -> None:
        self._joined.clear()
        self._unsure = True
        names = (self.sealer.name("customer", one), self.sealer.name("customer", other))
        self._run("INSERT INTO joined (one, other, since) VALUES (?, ?, ?)", (*names, at))
        self._joins.append(("joined", *names))

    def split(self, one: str, other: str, at: int) -> bool:
        self._joined.clear()
        self._unsure = True
        names = (self.sealer.name("customer", one), self.sealer.name("customer", other))
        between = "((one = ? AND other = ?) OR (other = ? AND one = ?)) AND since <= ? AND (until IS NULL OR until > ?)"
        rows = self._run(f"UPDATE joined SET until = ? WHERE {between} RETURNING seq", (at, *names, *names, at, at))
        self._joins.append(("split", *names))
        return len(list(rows)) > 0

    def erase(self, customer: str, at: int) -> tuple[int, ...]:
        names = self._same(self.sealer.name("customer", customer), at)
        gone: list[int] = []
        for seq in self.chains(customer, at):
            ((number,),) = self._run("SELECT number FROM subject WHERE seq = ?", (seq,))
            self._forget(seq, int(number), at)
            gone.append(int(number))
        for name in names:
            self._part(name)
        self._look_anew()
        return tuple(gone)

    def _forget(self, seq: int, number: int, at: int) -> None:
        """Leave of a subject what its chain needs, and nothing by which it could be found."""
        mine = "SELECT seq FROM entry WHERE subject = ?"
        for table in ("watch", "outbox"):
            self._run(f"DELETE FROM {table} WHERE entry IN ({mine})", (seq,))
        self._run("UPDATE entry SET contact = NULL, advisor = NULL WHERE subject = ?", (seq,))
        self._run("UPDATE decision SET contact = NULL WHERE subject = ?", (seq,))
        proof = erasure(self.sealer, seq, number, at)
        self._run("UPDATE subject SET name = ?, erased = ? WHERE seq = ?", (proof, at, seq))
        self._sign(ERASURES)

    def _sign(self, name: str) -> None:
        """Change a note, so that whoever keeps something at hand looks anew."""
        self._unsure = True
        token = os.urandom(NAME_BYTES)
        self._run(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, token + sign(self.sealer, name, token)),
        )
        self._gone = None

    def _part(self, name: bytes) -> None:
        """Take a name out of what was joined."""
        self._unsure = True
        for side in ("one", "other"):
            self._run(f"UPDATE joined SET {side} = NULL WHERE {side} = ?", (name,))


def sign(sealer: Sealer, name: str, token: bytes) -> bytes:
    """What shows that a token was noted by whoever has the keys."""
    return sealer.name("proof", f"{name} {token.hex()}")


def erasure(sealer: Sealer, seq: int, number: int, at: int) -> bytes:
    """What stands in place of an erased subject's name; only who has the keys can write it."""
    return sealer.name("erased", f"{seq} {number} {at}")
