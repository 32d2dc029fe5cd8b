"""Everything that is held about a person, as one document for them."""

from __future__ import annotations

import json
from typing import Any

from forbear.codec import record_from_plain
from forbear.engine.audit import Again
from forbear.engine.expiry import KIND as EXPIRY
from forbear.explain import explain
from forbear.language.events import TEXTS
from forbear.language.kept import Unusable
from forbear.ledger.audit import Opened
from forbear.ledger.checkpoints import as_book
from forbear.ledger.entries import from_micros
from forbear.ledger.held import Held, Kept, held
from forbear.ledger.store import Store

FORMAT = 1
_KINDS = {"obligation": "obligations", TEXTS: "texts", "override": "overrides", "contact": "contacts"}
SECTIONS = (*_KINDS.values(), "entries")


def export(store: Store, customer: str) -> dict[str, Any]:
    """What a ledger holds about a customer, also under ids merged with theirs, as JSON data.

    Each decision has its record, and in English and Chinese what its customer is told of it, where the policy that
    decided is kept. Where nothing is held, `held` is False; `cannot_be_opened` counts what somebody changed.
    """
    with store.reading() as transaction:
        book = as_book(transaction)
        found, again = held(book, customer), Again(book)
        entries: dict[str, list[dict[str, Any]]] = {name: [] for name in SECTIONS}
        for one in found.entries:
            if one.entry.kind != EXPIRY:  # the engine's own note of when an obligation expires, which it says too
                entries[_KINDS.get(one.entry.kind, "entries")].append(_entry(one))
        return {
            "format": FORMAT,
            "customer": customer,
            "held": not found.is_empty,
            "also_known_as": [one for one in found.customers if one != customer],
            "decisions": [_decision(one, again) for one in found.decisions],
            **entries,
            **_missing(found),
        }


def _missing(found: Held) -> dict[str, int]:
    """How much there is beside, where there is any."""
    told = {"decisions_no_longer_kept": found.expired, "cannot_be_opened": found.unreadable}
    return {name: number for name, number in told.items() if number}


def _decision(one: Opened, again: Again) -> dict[str, Any]:
    plain = json.loads(one.body.record)
    record = record_from_plain(plain)
    try:
        told = explain(again.policy(record.policy.digest), record, "customer")
        explanation: dict[str, Any] = {lang: list(told.lines(lang)) for lang in ("en", "zh")}
    except Unusable as error:
        explanation = {"missing": f"the policy that decided: {error}"}
    return {
        "id": record.id,
        "at": record.at.isoformat(),
        "type": record.type,
        "contact": one.body.contact,
        "customer": one.body.customer,
        "explanation": explanation,
        "record": plain,
    }


def _entry(one: Kept) -> dict[str, Any]:
    entry = one.entry
    told: dict[str, Any] = {
        "id": entry.id,
        "kind": entry.kind,
        "at": from_micros(entry.at).isoformat(),
        "contact": entry.contact,
        "customer": entry.customer,
        "advisor": entry.advisor,
        "values": _moments(entry.kind, entry.values),
        "amendments": [
            {"at": from_micros(more.at).isoformat(), "values": _moments(entry.kind, more.values)}
            for more in one.amendments
        ],
    }
    if entry.kind == "obligation":
        told |= {"waits_to_be_handed_over": one.waits, "watched": one.watched}
    return told


def _moments(kind: str, values: Any) -> dict[str, Any]:
    """Values as they are kept, the moments of an obligation as such."""
    if kind != "obligation":
        return dict(values)
    times = ("due", "from", "expires", "ended")
    return {name: from_micros(one).isoformat() if name in times else one for name, one in values.items()}
