"""The chains of a ledger, recomputed from its rows without its keys."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

from places import Place

_DECISIONS = """
SELECT decision.seq, subject, position, event, mark, at, digest, link, body FROM decision ORDER BY subject, position
"""
_ENTRIES = "SELECT decision, name, kind, at, digest, body FROM entry ORDER BY seq"
_AMENDMENTS = """
SELECT amendment.decision, entry.name, amendment.at, amendment.digest, amendment.body
FROM amendment JOIN entry ON entry.seq = amendment.entry ORDER BY amendment.seq
"""


def broken_chains(place: Place) -> list[str]:
    """What is wrong with the chains: a link, a digest, a gap, rows that belong to no decision, a head."""
    problems: list[str] = []
    bound: dict[int, list[bytes]] = defaultdict(list)
    amended: dict[int, list[bytes]] = defaultdict(list)
    for decision, name, kind, at, digest, body in place.rows(_ENTRIES):
        problems += _digest(f"entry of {decision}", body, digest)
        bound[decision] += [name, kind.encode(), _moment(at), digest]
    for decision, name, at, digest, body in place.rows(_AMENDMENTS):
        problems += _digest(f"amendment of {decision}", body, digest)
        amended[decision] += [name, b"amended", _moment(at), digest]
    heads: dict[int, tuple[bytes, int]] = defaultdict(lambda: (bytes(32), 0))
    for seq, subject, position, event, mark, at, digest, link, body in place.rows(_DECISIONS):
        problems += _digest(f"decision {seq}", body, digest)
        head, length = heads[subject]
        if position != length + 1:
            problems.append(f"decision {seq}: position {position} after {length}")
        parts = [_moment(seq), event, mark, _moment(at), digest, *bound.pop(seq, []), b"", *amended.pop(seq, [])]
        if _link(head, length, parts) != link:
            problems.append(f"decision {seq}: its link does not follow")
        heads[subject] = (link, position)
    problems += [f"decision {seq}: its entries are there, it is not" for seq in (*bound, *amended)]
    for seq, head, length in place.rows("SELECT seq, head, length FROM subject"):
        if heads[seq] != (head, length):
            problems.append(f"subject {seq}: its head is not the last link")
    return problems


def _digest(what: str, body: bytes | None, digest: bytes) -> list[str]:
    return [] if body is None or hashlib.sha256(body).digest() == digest else [f"{what}: its body was changed"]


def _moment(at: int) -> bytes:
    return at.to_bytes(16, "big", signed=True)


def _link(head: bytes, length: int, parts: list[Any]) -> bytes:
    told = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hashlib.sha256(head + length.to_bytes(8, "big") + told).digest()
