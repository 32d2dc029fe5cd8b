"""What is sealed of a decision: whom it was about, which customers it joined or split, and its record."""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii

from attrs import frozen

Join = tuple[str, bytes, bytes]
"""`joined` or `split`, and the names of the two customers as the ledger knows them."""


@frozen
class Body:
    """The sealed body of a decision, opened."""

    contact: str | None
    customer: str | None
    joins: tuple[Join, ...]
    record: str


def wrap(contact: str | None, customer: str | None, joins: list[Join], record: str) -> bytes:
    """The body as bytes: a line about it, then the record."""
    told = ", ".join(f'["{word}", "{one.hex()}", "{other.hex()}"]' for word, one, other in joins)
    return f"[{_id(contact)}, {_id(customer)}, [{told}]]\n{record}".encode("utf-8", "surrogatepass")


def _id(id: str | None) -> str:
    return "null" if id is None else encode_basestring_ascii(id)


def record_of(raw: bytes) -> str:
    """The record alone."""
    return raw.partition(b"\n")[2].decode("utf-8", "surrogatepass")


def unwrap(raw: bytes) -> Body:
    """The body again."""
    contact, customer, joins = json.loads(raw.partition(b"\n")[0])
    told = tuple((word, bytes.fromhex(one), bytes.fromhex(other)) for word, one, other in joins)
    return Body(contact, customer, told, record_of(raw))
