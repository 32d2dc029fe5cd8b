"""What a ledger notes about itself: whose keys it was sealed with, what was dropped, the policies that decided."""

from __future__ import annotations

from forbear.errors import LedgerError
from forbear.ledger.entries import FIRST
from forbear.ledger.page import Page, first_row
from forbear.ledger.seal import Sealer, moment
from forbear.ledger.subjects import erasure


class Notes(Page):
    """The notes of a ledger."""

    def note(self, name: str, value: bytes) -> None:
        """Note something about the ledger itself."""
        self._run("INSERT INTO meta (name, value) VALUES (?, ?)", (name, value))

    def noted(self, name: str) -> bytes | None:
        """What was noted under a name."""
        row = first_row(self._run("SELECT value FROM meta WHERE name = ?", (name,)))
        return None if row is None else bytes(row[0])

    def note_first(self, number: int) -> None:
        """Note the last of the decisions that were made before policies were kept."""
        self.note("first", _proven(self.sealer, "first", number))

    def first(self) -> int | None:
        """The last decision made before policies were kept; None where the note is not ours."""
        return _told(self.sealer, "first", self.noted("first"), 0)

    def note_expired(self, kind: str, before: int) -> None:
        """Note that what is older was dropped, because its time was over."""
        name = f"expired {kind}"
        if before > (self.expired(kind) or FIRST):
            self.forget_note(name)
            self.note(name, _proven(self.sealer, name, before))

    def expired(self, kind: str) -> int | None:
        """Up to when entries of a kind (decisions, under `decision`) were dropped; None where the note is not ours."""
        name = f"expired {kind}"
        return _told(self.sealer, name, self.noted(name), FIRST)

    def forget_note(self, name: str) -> None:
        """Take a note out again."""
        self._run("DELETE FROM meta WHERE name = ?", (name,))

    def note_keys(self) -> None:
        """Note which keys a new ledger is sealed with."""
        self.note("keys", self.sealer.name("keys", ""))

    def touch(self) -> None:
        """Write something that changes nothing.

        SQLite writes no row that stays as it is, and waits for no disk where nothing was written.
        """
        self.note("touch", b"")
        self.forget_note("touch")

    def check_keys(self) -> None:
        """Raises LedgerError where the ledger was sealed with other keys."""
        if self.noted("keys") != self.sealer.name("keys", ""):
            raise LedgerError("these are not the keys of this ledger; give the key store that it was made with")

    def erased(self) -> tuple[int, ...]:
        """The keys of all erased customers; a key store that was restored from a backup may have them again."""
        rows = self._run("SELECT seq, number, erased, name FROM subject WHERE erased IS NOT NULL")
        return tuple(
            int(number)
            for seq, number, at, name in rows
            if bytes(name or b"")
            == erasure(self.sealer, seq, number, at)  # whoever has the ledger alone destroys no key with it
        )

    def keep_policy(self, digest: str, body: bytes) -> None:
        self._run("INSERT INTO policy (digest, body) VALUES (?, ?) ON CONFLICT DO NOTHING", (digest, body))

    def policy(self, digest: str) -> bytes | None:
        row = first_row(self._run("SELECT body FROM policy WHERE digest = ?", (digest,)))
        return None if row is None else bytes(row[0])


def _proven(sealer: Sealer, name: str, number: int) -> bytes:
    """A number with a proof that only who has the keys can write."""
    return moment(number) + sealer.name("proof", f"{name} {number}")


def _told(sealer: Sealer, name: str, noted: bytes | None, otherwise: int) -> int | None:
    """The number again; None where somebody else wrote it."""
    if noted is None:
        return otherwise
    number = int.from_bytes(noted[:16], "big", signed=True)
    return number if noted == _proven(sealer, name, number) else None
