"""Obligations on their way: whose due time is watched, and which still wait to be handed over."""

from __future__ import annotations

from collections.abc import Sequence

from forbear.ledger.page import SEQ, Page
from forbear.ledger.store import FARTHEST, Waiting


class Deliveries(Page):
    """The watch and the outbox of a ledger."""

    def owe(self, id: str, due: int, payload: str) -> None:
        name = self.sealer.name("entry", id)
        place = self._place(name)
        assert place is not None, "what is owed is an entry of this transaction"
        seq, number, _ = place
        self._write("INSERT INTO watch (entry, due) VALUES (?, ?)", (seq, due))
        body = self.sealer.seal(number, payload.encode("utf-8", "surrogatepass"), name)
        self._write("INSERT INTO outbox (entry, body) VALUES (?, ?)", (seq, body))

    def settle(self, id: str) -> None:
        for table in ("watch", "outbox"):
            self._run(f"DELETE FROM {table} WHERE entry = {SEQ}", (self.sealer.name("entry", id),))

    def raise_overdue(self, id: str) -> None:
        self._run(f"UPDATE watch SET raised = 1 WHERE entry = {SEQ}", (self.sealer.name("entry", id),))

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

    def outbox(self, now: int | None = None, most: int | None = None) -> list[Waiting]:
        if now is None:
            return self._waiting("1 = 1", (), "outbox.entry", most)
        turn = "outbox.dead = 0 AND outbox.after {} ?"
        order = "outbox.after, outbox.entry"
        found = self._waiting(turn.format("<="), (now,), order, most)
        left = None if most is None else most - len(found)
        return found + self._waiting(turn.format(">"), (now + FARTHEST,), order, left)

    def waiting(self, id: str) -> Waiting | None:
        found = self._waiting("entry.name = ?", (self.sealer.name("entry", id),), "outbox.entry", None)
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
            payload = self.sealer.unseal(number, bytes(body), bytes(name))
            if entry is not None and payload is not None:
                told = payload.decode("utf-8", "surrogatepass")
                found.append(Waiting(entry.id, told, int(tries), problem, bool(dead), int(after)))
        return found

    def claim(self, id: str, now: int, until: int) -> bool:
        rows = self._run(
            f"UPDATE outbox SET after = ? WHERE entry = {SEQ} AND dead = 0 AND (after <= ? OR after > ?)"
            " RETURNING entry",
            (until, self.sealer.name("entry", id), now, now + FARTHEST),
        )
        return len(list(rows)) > 0

    def delivered(self, id: str) -> None:
        self._run(f"DELETE FROM outbox WHERE entry = {SEQ}", (self.sealer.name("entry", id),))

    def failed(self, id: str, after: int, problem: str, dead: bool) -> None:
        self._run(
            f"UPDATE outbox SET tries = tries + 1, after = ?, problem = ?, dead = ? WHERE entry = {SEQ}",
            (after, _writable(problem), int(dead), self.sealer.name("entry", id)),
        )

    def replay(self, id: str) -> bool:
        rows = self._run(
            f"UPDATE outbox SET dead = 0, after = 0, tries = 0 WHERE entry = {SEQ} AND dead = 1 RETURNING entry",
            (self.sealer.name("entry", id),),
        )
        return len(list(rows)) > 0


def _writable(text: str) -> str:
    """A text as every database takes it: without what UTF-8 cannot hold, and without NUL."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")
