"""Checkpoints: all chains at one moment under one hash, which somebody outside the ledger signs.

The hash is over the last link that each chain had when decision number N was made, so it can be worked out again when
the chains have grown, and after customers were erased: their links stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from forbear.errors import LedgerError
from forbear.ledger.audit import Finding
from forbear.ledger.book import Book
from forbear.ledger.entries import from_micros
from forbear.ledger.seal import moment
from forbear.ledger.store import Store, Transaction

Sign = Callable[[bytes], tuple[str, bytes]]
"""Signs a hash: the name of whoever signs, and the signature."""
Verify = Callable[[bytes, bytes], bool]
"""Whether a signature over a hash is good."""
_HEAD = b"forbear checkpoint 1\n"
_COLUMNS = "SELECT seq, at, decision, subjects, root, signer, signature FROM checkpoint"


@frozen
class Checkpoint:
    """All chains up to a decision, under one hash; `seq` is 0 and nobody has signed until it is kept."""

    at: int
    decision: int
    subjects: int
    root: bytes
    seq: int = 0
    signer: str = ""
    signature: bytes = b""


class Disturbed(LedgerError):
    """A checkpoint that stands already does not hold; a new one would hide that."""


def make_checkpoint(store: Store, at: int, sign: Sign) -> Checkpoint | None:
    """Sign all chains as they stand now and keep that; None where nothing was decided since the last one.

    Nobody waits while the hash is worked out or signed. Raises Disturbed where the last checkpoint does not hold, and
    LedgerError where another was made meanwhile.
    """
    with store.writing() as transaction:
        book = as_book(transaction)
        book.hold("", None, None)  # so that every decision up to the newest is there, and none joins them later
        last = latest(book)
        ((newest,),) = list(book.connection.run("SELECT coalesce(max(seq), 0) FROM decision"))
    with store.reading() as transaction:
        book = as_book(transaction)
        if last is not None and _root(book, _before(book, last), last.at, last.decision)[0] != last.root:
            raise Disturbed(f"the checkpoint of {from_micros(last.at):%Y-%m-%d} does not hold; see `forbear audit`")
        if int(newest) == (last.decision if last is not None else 0):
            return None
        root, count = _root(book, last, at, int(newest))
    signer, signature = sign(root)
    with store.writing() as transaction:
        book = as_book(transaction)
        book.hold("", None, None)
        if latest(book) != last:
            raise LedgerError("another checkpoint was made at the same time; this one is not kept")
        made = Checkpoint(at, int(newest), count, root, (last.seq if last else 0) + 1, signer, signature)
        insert = (
            "INSERT INTO checkpoint (seq, at, decision, subjects, root, signer, signature) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        book.connection.run(insert, (made.seq, at, made.decision, count, root, signer, signature))
    return made


def latest(book: Book) -> Checkpoint | None:
    """The last checkpoint."""
    return next((_read(row) for row in book.connection.run(f"{_COLUMNS} ORDER BY seq DESC LIMIT 1")), None)


def all_checkpoints(book: Book) -> list[Checkpoint]:
    """Every checkpoint, in order."""
    return [_read(row) for row in book.connection.run(f"{_COLUMNS} ORDER BY seq")]


def check_checkpoints(book: Book, verify: Verify | None = None) -> Iterator[Finding]:
    """Which checkpoints do not hold; with `verify` their signatures too."""
    links: dict[int, bytes] = {}
    rows = iter(book.connection.run("SELECT seq, subject, link FROM decision ORDER BY seq"))
    waiting: tuple[Any, ...] | None = next(rows, None)
    before: Checkpoint | None = None
    for number, one in enumerate(all_checkpoints(book), 1):
        while waiting is not None and int(waiting[0]) <= one.decision:
            links[int(waiting[1])] = bytes(waiting[2])
            waiting = next(rows, None)
        name = f"the checkpoint {one.seq} of {from_micros(one.at):%Y-%m-%d %H:%M}"
        root = _hash(before, one.at, one.decision, sorted(links.values()))
        if one.seq != number:
            yield Finding("the ledger", name, "checkpoint.seq", str(number), str(one.seq))
        elif one.subjects != len(links):
            yield Finding("the ledger", name, "checkpoint.subjects", f"{one.subjects} chains", f"{len(links)}")
        elif root != one.root:
            expected = f"{one.root.hex()} for the chains up to decision {one.decision}"
            yield Finding("the ledger", name, "checkpoint.root", expected, root.hex())
        elif verify is not None and not verify(one.root, one.signature):
            yield Finding("the ledger", name, "checkpoint.signature", "one by the key given", f"one of {one.signer}")
        before = one


def as_book(transaction: Transaction) -> Book:
    """The tables behind a transaction. Raises LedgerError for a ledger that a plugin keeps in its own way."""
    if not isinstance(transaction, Book):
        raise LedgerError("this ledger is kept by a plugin in its own way; only those of Forbear can be audited")
    return transaction


def _read(row: tuple[Any, ...]) -> Checkpoint:
    seq, at, decision, subjects, root, signer, signature = row
    return Checkpoint(int(at), int(decision), int(subjects), bytes(root), int(seq), str(signer), bytes(signature))


def _before(book: Book, one: Checkpoint) -> Checkpoint | None:
    rows = book.connection.run(f"{_COLUMNS} WHERE seq < ? ORDER BY seq DESC LIMIT 1", (one.seq,))
    return next((_read(row) for row in rows), None)


def _root(book: Book, before: Checkpoint | None, at: int, decision: int) -> tuple[bytes, int]:
    """The hash over all chains up to a decision, and how many they are."""
    rows = book.connection.run(
        "SELECT decision.link FROM decision JOIN"
        " (SELECT subject, max(position) AS position FROM decision WHERE seq <= ? GROUP BY subject) AS last"
        " ON last.subject = decision.subject AND last.position = decision.position",
        (decision,),
    )
    links = sorted(bytes(one) for (one,) in rows)
    return _hash(before, at, decision, links), len(links)


def _hash(before: Checkpoint | None, at: int, decision: int, links: list[bytes]) -> bytes:
    """What is signed: the checkpoint before, the moment, the decision and the last link of each chain."""
    found = hashlib.sha256(_HEAD + _told(before) + moment(at) + moment(decision) + moment(len(links)))
    for one in links:
        found.update(one)
    return found.digest()


def _told(before: Checkpoint | None) -> bytes:
    if before is None:
        return bytes(32)
    signer = before.signer.encode("utf-8", "surrogatepass")
    parts = (before.root, moment(before.seq), moment(len(signer)), signer, before.signature)
    return hashlib.sha256(b"".join(parts)).digest()
