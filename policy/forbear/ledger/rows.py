"""The rows of one chain, as an audit reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from forbear.ledger.page import Connection


@frozen
class DecisionRow:
    """A decision."""

    seq: int
    event: bytes
    position: int
    contact: bytes | None
    at: int
    mark: bytes
    digest: bytes
    link: bytes
    body: bytes | None


@frozen
class EntryRow:
    """An entry that a decision appended, with whom it is about; these are None where there is no such subject."""

    seq: int
    decision: int
    name: bytes
    subject: int
    kind: str
    at: int
    contact: bytes | None
    advisor: bytes | None
    digest: bytes
    body: bytes | None
    number: int | None
    whom: bytes | None
    erased: int | None


@frozen
class AmendmentRow:
    """An amendment that a decision appended, with its entry; these are None where there is no such entry."""

    seq: int
    decision: int
    entry: int
    subject: int
    at: int
    digest: bytes
    body: bytes | None
    name: bytes | None
    its_subject: int | None
    its_body: bytes | None
    number: int | None
    erased: int | None


_DECISIONS = """
SELECT seq, event, position, contact, at, mark, digest, link, body FROM decision WHERE subject = ? ORDER BY position
"""
_ENTRIES = """
SELECT entry.seq, entry.decision, entry.name, entry.subject, entry.kind, entry.at, entry.contact, entry.advisor,
    entry.digest, entry.body, subject.number, subject.name, subject.erased
FROM decision JOIN entry ON entry.decision = decision.seq LEFT JOIN subject ON subject.seq = entry.subject
WHERE decision.subject = ? ORDER BY entry.decision, entry.seq
"""
_AMENDMENTS = """
SELECT amendment.seq, amendment.decision, amendment.entry, amendment.subject, amendment.at, amendment.digest,
    amendment.body, entry.name, entry.subject, entry.body, subject.number, subject.erased
FROM decision JOIN amendment ON amendment.decision = decision.seq LEFT JOIN entry ON entry.seq = amendment.entry
LEFT JOIN subject ON subject.seq = entry.subject
WHERE decision.subject = ? ORDER BY amendment.decision, amendment.seq
"""


def decisions_of(connection: Connection, subject: int) -> list[DecisionRow]:
    """The decisions of a chain by their position."""
    return [DecisionRow(*_plain(row)) for row in connection.run(_DECISIONS, (subject,))]


def entries_of(connection: Connection, subject: int) -> Mapping[int, list[EntryRow]]:
    """The entries that a chain's decisions appended, by the number of the decision."""
    found: dict[int, list[EntryRow]] = {}
    for row in connection.run(_ENTRIES, (subject,)):
        one = EntryRow(*_plain(row))
        found.setdefault(one.decision, []).append(one)
    return found


def amendments_of(connection: Connection, subject: int) -> Mapping[int, list[AmendmentRow]]:
    """The amendments that a chain's decisions appended, by the number of the decision."""
    found: dict[int, list[AmendmentRow]] = {}
    for row in connection.run(_AMENDMENTS, (subject,)):
        one = AmendmentRow(*_plain(row))
        found.setdefault(one.decision, []).append(one)
    return found


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row with its bytes as bytes, whatever the driver gives."""
    return tuple(bytes(one) if isinstance(one, memoryview | bytearray) else one for one in row)
