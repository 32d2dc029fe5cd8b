"""An entry of the ledger, as rules see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from attrs import frozen

from forbear.language import ir
from forbear.language.types import Value

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000  # the ledger counts microseconds
EXPIRY_SUFFIX = ":expiry"  # of the entry by which the moment is watched at which an obligation expires
FIRST = (datetime.min.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
PENDING = frozenset({"provisional", "lodged"})  # the statuses of offences and appeals on which somebody must decide
OVERRIDE = "override"  # an entry of the engine's own: an outcome that a person set
LAST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)


@frozen
class Entry:
    """One entry with its values as amended up to some moment; `at` is its own, in microseconds since 1970 UTC."""

    id: str
    kind: str
    at: int
    contact: str | None
    customer: str | None
    advisor: str | None
    values: Mapping[str, Value]


def to_micros(at: datetime) -> int:
    """A moment as the ledger keeps it."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def from_micros(micros: int) -> datetime:
    """The moment again, in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def attributes(entry: Entry, at: int, kind: ir.EntryKind) -> dict[str, Value]:
    """Everything that a fold or an event may read of an entry at a moment; what is missing is absent.

    An entry that was recorded before its kind got an attribute has that attribute's default.
    """
    found: dict[str, Value] = {name: one.default for name, one in kind.attributes.items() if one.default is not None}
    found |= entry.values
    found |= {"id": entry.id, "age": max(0, at - entry.at) // SECOND}
    for name, value in (("contact", entry.contact), ("customer", entry.customer), ("advisor", entry.advisor)):
        if value is not None:
            found[name] = value
    if entry.kind == "obligation":
        due = entry.values["due"]
        assert isinstance(due, int)
        found["open"] = is_open(entry)
        found["overdue"] = is_open(entry) and due < at
    return found


def lacking(found: Mapping[str, Value], kind: ir.EntryKind) -> list[str]:
    """The attributes that an entry should have and has not, because it was recorded before its kind got them."""
    return [name for name, one in kind.attributes.items() if name not in found and not one.optional]


def is_open(entry: Entry) -> bool:
    """Whether an obligation still waits to be closed."""
    return entry.values.get("how", "none") == "none"
