"""What no single chain can tell of a ledger: rows that belong to nothing, what is watched, who was joined to whom."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from attrs import define

from forbear.errors import LedgerError
from forbear.ledger.audit import Chain, Finding, Joined
from forbear.ledger.book import Book
from forbear.ledger.entries import EXPIRY_SUFFIX, LAST, Entry, is_open
from forbear.ledger.seal import NAME_BYTES
from forbear.ledger.subjects import ERASURES, EXPIRIES, sign

LEDGER = "the ledger"
_LOST = (  # rows that point nowhere
    ("decision.subject", "decision", "subject", "subject", "seq"),
    ("entry.decision", "entry", "decision", "decision", "seq"),
    ("amendment.decision", "amendment", "decision", "decision", "seq"),
    ("watch.entry", "watch", "entry", "entry", "entry"),
    ("outbox.entry", "outbox", "entry", "entry", "entry"),
)


def check_tables(book: Book, chains: Sequence[Chain]) -> Iterator[Finding]:
    """What is wrong beside the chains, all of which were walked and hold."""
    yield from _lost(book)
    yield from _missing(book)
    yield from _notes(book)
    yield from _watched(book)
    yield from _outbox(book)
    yield from _joined(book, chains)


def _lost(book: Book) -> Iterator[Finding]:
    for name, table, column, other, key in _LOST:
        rows = book.connection.run(
            f"SELECT {table}.{key}, {table}.{column} FROM {table} LEFT JOIN {other} ON {other}.seq = {table}.{column}"
            f" WHERE {other}.seq IS NULL"
        )
        for row, given in rows:
            yield Finding(LEDGER, f"row {row}", name, f"a {other} of this ledger", str(given))


def _missing(book: Book) -> Iterator[Finding]:
    """A gap in the numbers of the decisions; where many may write at once, one that was given up leaves one too."""
    if book.connection.parallel:
        return
    rows = book.connection.run(
        "SELECT seq FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS last FROM decision) AS numbered"
        " WHERE seq <> last + 1 ORDER BY seq LIMIT 1"
    )
    for (seq,) in rows:
        yield Finding(LEDGER, "", "decision.seq", f"a decision number {int(seq) - 1}", f"number {seq} next")


def _notes(book: Book) -> Iterator[Finding]:
    names = [str(name) for (name,) in book.connection.run("SELECT name FROM meta ORDER BY name")]
    for name in names:
        kind = name.removeprefix("expired ")
        wrong = name in (ERASURES, EXPIRIES) and not _signed(book, name)
        if wrong or (kind != name and book.expired(kind) is None) or (name == "first" and book.first() is None):
            yield Finding(LEDGER, "", "meta.value", f"`{name}` in our own hand", "another's")


def _signed(book: Book, name: str) -> bool:
    noted = book.noted(name) or b""
    token = noted[:NAME_BYTES]
    return noted == token + sign(book.sealer, name, token)


# --- what is open


def _watched(book: Book) -> Iterator[Finding]:
    """Whether what is open is watched for its due time and its expiry, and nothing else is."""
    rows = book.connection.run(
        "SELECT entry.name, watch.due, watch.raised FROM watch JOIN entry ON entry.seq = watch.entry"
    )
    watches = {bytes(name): (int(due), int(raised)) for name, due, raised in rows}
    for one in book.entries("obligation", "centre", None, None, LAST):
        found = watches.pop(book.sealer.name("entry", one.id), None)
        yield from _due(book, one, found)
        ends = watches.pop(book.sealer.name("entry", one.id + EXPIRY_SUFFIX), None)
        expires = one.values.get("expires") if is_open(one) else None
        if (ends[0] if ends is not None else None) != expires:
            yield _differs(one.id + EXPIRY_SUFFIX, "watch.due", expires, ends and ends[0])
    if watches:
        yield Finding(LEDGER, "", "watch.entry", "an obligation of somebody who is not erased", "another entry")


def _due(book: Book, one: Entry, found: tuple[int, int] | None) -> Iterator[Finding]:
    if found is None:
        if is_open(one):
            yield _differs(one.id, "watch.due", one.values["due"], None)
        return
    if not is_open(one) and one.values["how"] != "expired":
        yield _differs(one.id, "watch.due", None, found[0])
    elif found[0] != one.values["due"]:
        yield _differs(one.id, "watch.due", one.values["due"], found[0])
    raised = int(book.decided(f"{one.id}:overdue") is not None)
    if found[1] != raised:
        yield _differs(one.id, "watch.raised", raised, found[1])


def _differs(id: str, field: str, expected: object, found: object) -> Finding:
    told = ("nothing" if one is None else str(one) for one in (expected, found))
    return Finding(LEDGER, f"the entry {id!r}", field, *told)


def _outbox(book: Book) -> Iterator[Finding]:
    """Whether each obligation that waits to be handed over is the one that its entry says."""
    rows = book.connection.run(
        "SELECT outbox.entry, entry.name, subject.number, subject.erased, outbox.body FROM outbox"
        " JOIN entry ON entry.seq = outbox.entry JOIN subject ON subject.seq = entry.subject"
    )
    for seq, name, number, erased, sealed in rows:
        try:
            raw = book.sealer.unseal(number, bytes(sealed), bytes(name))
        except LedgerError:
            raw = None
        told = json.loads(raw) if raw is not None and erased is None else {}
        if book.sealer.name("entry", str(told.get("id"))) != bytes(name):
            yield Finding(LEDGER, f"row {seq}", "outbox.body", "the obligation of its entry, sealed", "something else")


# --- who is one with whom


@define
class _Pair:
    """Two customers who are the same from one moment until another; a side that was erased is None."""

    one: bytes | None
    other: bytes | None
    since: int
    until: int | None

    def is_(self, row: _Pair, gone: list[int], untold: set[int]) -> bool:
        """Whether a row is this pair, where some were erased and some decisions cannot be read any more."""
        if row.since != self.since or (row.until != self.until and row.until not in untold):
            return False
        sides = ((self.one, row.one), (self.other, row.other))
        return all(mine == its or (its is None and any(at >= self.since for at in gone)) for mine, its in sides)


def _joined(book: Book, chains: Sequence[Chain]) -> Iterator[Finding]:
    """Whether the customers that are joined are those whom decisions joined and split."""
    told = sorted((one for chain in chains for one in chain.joins), key=lambda one: one.number)
    untold = {at for chain in chains for at in chain.untold}
    gone = [int(at) for (at,) in book.connection.run("SELECT erased FROM subject WHERE erased IS NOT NULL")]
    run = book.connection.run("SELECT one, other, since, until FROM joined ORDER BY seq")
    rows = [_Pair(one and bytes(one), other and bytes(other), since, until) for one, other, since, until in run]
    for pair in _pairs(told):
        row = next((row for row in rows if pair.is_(row, gone, untold)), None)
        if row is None:
            moment = f"since {pair.since}" + (f" until {pair.until}" if pair.until is not None else "")
            yield Finding(LEDGER, "", "joined", f"the two customers joined {moment}", "no such row")
        else:
            rows.remove(row)
    for row in rows:
        if row.since not in untold:
            yield Finding(LEDGER, "", "joined", "only customers whom a decision joined", f"two since {row.since}")


def _pairs(told: Sequence[Joined]) -> list[_Pair]:
    """What the decisions come to."""
    found: list[_Pair] = []
    for one in told:
        if one.word == "joined":
            found.append(_Pair(one.one, one.other, one.at, None))
            continue
        for pair in found:
            same = {pair.one, pair.other} == {one.one, one.other}
            if same and pair.since <= one.at and (pair.until is None or pair.until > one.at):
                pair.until = one.at
    return found
