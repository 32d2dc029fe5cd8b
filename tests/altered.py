"""A ledger in which everything happened that its tables can hold, to be altered as by somebody who has the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from centre import engine, event, small
from forbear.engine.auditor import Report, audit
from forbear.ledger import open_ledger
from forbear.ledger.checkpoints import make_checkpoint
from forbear.ledger.entries import SECOND
from forbear.ledger.signing import signer_of, verifier_of
from forbear.ledger.store import Store

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
POLICY = """
facts:
  note.about: {type: string, default: nothing}
entries:
  strike: {about: string}
history:
  strikes: {count: strike, scope: customer, window: 30 days}
decisions:
  - decision: before
    asked_on: [utterance]
    outcome: {type: int, range: [0, 1099511627776]}
    fallback: 0
    rules:
      - rule: always
        then: = history.strikes
        record: [{strike: {about: = note.about}}]
        owe: [letter, call]
obligations:
  letter: {to: manager, due: 1 hour, carries: {about: = note.about}, closes: {done: {}}}
  call: {to: advisor, due: 1 hour, expires: 3 days, closes: {done: {}}}
retention: {text: 60 days, decision: 60 days, strike: 90 days}
"""
DAY = 24 * 60


def strike(id: str, minute: int, customer: str | None, contact: str | None = None) -> dict:
    return event(id, "utterance", minute, customer=customer, contact=contact, advisor="a7", text="words")


STORY = [
    event("start", "contact_started", 0, customer="u1", contact="c1", channel="voice"),
    strike("s1", 1, "u1", "c1"),
    strike("s2", 2, "u2", "c2"),
    strike("nobody", 3, None, "c9"),
    event("end", "contact_ended", 4, customer="u1", contact="c1"),
    event("done", "obligation_closed", 5, obligation="o:s1:letter", how="done"),
    event("merge", "customers_merged", 6, customer="u1", other="u2"),
    strike("s3", 7, "u1", "c3"),
    event("split", "customers_split", 8, customer="u2", other="u1"),
    event("again", "customers_merged", 9, customer="u2", other="u4"),
    strike("gone", 10, "u3"),
    event("bye", "erase", 11, customer="u3"),
    event("late", "tick", 100),
]


def make(folder: Path) -> Path:
    """The ledger in a folder, with two checkpoints."""
    with engine(small(POLICY), f"sqlite:///{folder}/ledger.db") as one:
        for day, told in enumerate((STORY, [strike("s4", 200, "u1")])):
            one.decide_all(told)
            make_checkpoint(one.store, day * 1000 * SECOND, signer_of(KEY))
        one.decide(strike("s5", 201, "u2", "c5"))
    return folder


@contextmanager
def rows(folder: Path) -> Iterator[sqlite3.Connection]:
    """The tables as whoever has the file sees them; nothing keeps rows together."""
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        yield connection
        connection.commit()


@contextmanager
def store(folder: Path) -> Iterator[Store]:
    with closing(open_ledger(f"sqlite:///{folder}/ledger.db")) as one:
        yield one


def audited(folder: Path) -> Report:
    with store(folder) as one:
        return audit(one, verify=verifier_of(PUBLIC))


def fields(folder: Path) -> list[str]:
    return [one.field for one in audited(folder).findings]


def change(folder: Path, *statements: str) -> None:
    with rows(folder) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount != 0, f"nothing was changed by {statement}"
