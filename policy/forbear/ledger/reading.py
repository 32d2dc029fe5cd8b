"""The entries of a ledger as a transaction sees them, those that one event asks for time and again read once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from forbear.language.events import TEXTS
from forbear.ledger.entries import OVERRIDE, Entry
from forbear.ledger.known import Known, Rows
from forbear.ledger.page import COLUMNS, Connection
from forbear.ledger.seal import Sealer
from forbear.ledger.subjects import Subjects

FROM = "FROM entry JOIN subject ON subject.seq = entry.subject AND subject.erased IS NULL LEFT JOIN amendment"
ENTRIES = f"""
SELECT {COLUMNS} {FROM} ON amendment.entry = entry.seq AND amendment.at <= ?
WHERE {{condition}} AND entry.at <= ? AND entry.body IS NOT NULL
ORDER BY entry.at, entry.seq, amendment.at, amendment.seq
"""
_OF_CONTACT = f"""
SELECT {COLUMNS} {FROM} ON amendment.entry = entry.seq
WHERE entry.contact = ? AND entry.kind <> ? AND entry.body IS NOT NULL
ORDER BY entry.kind, entry.at, entry.seq, amendment.at, amendment.seq
"""


class Entries(Subjects):
    """The entries of a ledger."""

    def __init__(self, connection: Connection, sealer: Sealer, known: Known | None = None) -> None:
        super().__init__(connection, sealer, known)
        # What was read of contacts, by kind, until something is written.
        self._contacts: dict[bytes, Rows] = {}
        self._written: set[bytes] = set()  # contacts in which something was written

    def _look_anew(self) -> None:
        super()._look_anew()
        self._contacts.clear()
        self._places.clear()

    def entry(self, id: str, at: int) -> Entry | None:
        return next(self._entries("entry.name = ?", [self.sealer.name("entry", id)], at), None)

    def entries(self, kind: str, scope: str, scope_id: str | None, since: int | None, at: int) -> Iterable[Entry]:
        if scope == "contact" and scope_id is not None and kind != TEXTS:
            return self._of_contact(self.sealer.name(scope, scope_id), kind, since, at)
        condition = "entry.kind = ?"
        given: list[object] = [kind]
        if scope == "nobody":
            nobody = self._known_subject(self._subject_name(None, None))
            if nobody is None:
                return []
            condition += " AND entry.subject = ?"
            given.append(nobody.seq)
        elif scope != "centre":
            if scope_id is None:
                return []
            name = self.sealer.name(scope, scope_id)
            if scope == "customer":
                about = [one for same in self._same(name, at) if (one := self._known_subject(same)) is not None]
                seqs = [one.seq for one in about if kind != OVERRIDE or one.overridden]
                if not seqs:
                    return []
                condition += f" AND entry.subject IN ({', '.join('?' * len(seqs))})"
                given += seqs
            else:
                condition += f" AND entry.{scope} = ?"
                given.append(name)
        if since is not None:
            condition += " AND entry.at > ?"
            given.append(since)
        return self._entries(condition, given, at)

    def _entries(self, condition: str, given: list[object], at: int) -> Iterator[Entry]:
        rows = self._run(ENTRIES.format(condition=condition), (at, *given, at))
        return (one.entry for one in self._folded(rows))

    def _of_contact(self, contact: bytes, kind: str, since: int | None, at: int) -> Sequence[Entry]:
        """The entries of a kind in a contact; one event asks for several kinds, so all are read at once, sealed."""
        kinds = self._contacts.get(contact)
        if kinds is None and self._known is not None and not self._written:
            kinds = self._known.contacts.get(contact)
            if kinds is not None:
                self._contacts[contact] = kinds
        if kinds is None:
            kinds = self._contacts[contact] = {}
            for row in self._run(_OF_CONTACT, (contact, TEXTS)):
                kinds.setdefault(row[2], []).append(row)
        if kind not in kinds:
            return ()
        mine = [
            row if row[9] is None or row[9] <= at else (*row[:6], None, *row[7:])  # amended later: as it stood
            for row in kinds[kind]
            if row[3] <= at and (since is None or row[3] > since)
        ]
        for row in mine:
            self._places[bytes(row[1])] = (int(row[0]), int(row[4]), int(row[10]))
        return [one.entry for one in self._folded(mine, again=True)]
