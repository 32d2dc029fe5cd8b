"""A contact centre for tests: events in short, small packs in memory, and everything that a ledger holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from textwrap import dedent
from typing import Any

from forbear import Engine, Policy, load_policy
from forbear.language.pack import build_policy, pack_from_texts
from forbear.ledger.entries import LAST

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday, at opening
MANIFEST = "pack: small\nversion: 1.0.0\nlanguage: 1\n"
BECAUSE = "because: {en: For a test., zh: 测试。}, source: T1"

CALM = {"speech.hostile": False, "speech.target": "nobody", "speech.category": "none", "speech.frustrated": False}


def abuse(category: str = "insult") -> dict[str, object]:
    return {"speech.hostile": True, "speech.target": "advisor", "speech.category": category, "speech.frustrated": True}


def at(minutes: float = 0) -> str:
    """A moment after the start."""
    return (START + timedelta(minutes=minutes)).isoformat()


def event(id: str, type: str, minutes: float = 0, **more: object) -> dict[str, Any]:
    return {"id": id, "at": at(minutes), "type": type, **more}


def said(id: str, minutes: float = 0, facts: dict[str, object] | None = None, **more: object) -> dict[str, Any]:
    """An utterance of customer u1 to advisor a7 in contact c1."""
    who = {"contact": "c1", "customer": "u1", "advisor": "a7"}
    return event(id, "utterance", minutes, **{**who, "facts": CALM if facts is None else facts, **more})


def closed(id: str, minutes: float, obligation: str, how: str = "done", **more: object) -> dict[str, Any]:
    return event(id, "obligation_closed", minutes, obligation=obligation, how=how, **more)


def three_strikes(contact: str = "c1", minutes: float = 0, **more: object) -> list[dict[str, Any]]:
    """Abuse, a spoken warning, abuse, a spoken final warning, abuse: the contact ends with an offence."""
    given: list[dict[str, Any]] = []
    for n in range(3):
        given.append(said(f"{contact}-{n}", minutes + 2 * n, abuse(), contact=contact, **more))
        if n < 2:
            given.append(closed(f"{contact}-{n}-heard", minutes + 2 * n + 1, "latest", contact=contact))
    return given


@cache
def routing() -> Policy:
    """What most tests decide by: the bundled pack that builds on abuse and core; all themes together cost more."""
    return load_policy("routing")


def engine(policy: Policy | None = None, ledger: str = "memory:", **more: Any) -> Engine:
    """An engine without the installed plugins."""
    return Engine(policy or routing(), ledger, discover=False, **more)


def small(text: str) -> Policy:
    """A pack of one file beside its manifest; BECAUSE stands for `because` and `source`."""
    return build_policy(pack_from_texts({"pack.yaml": MANIFEST, "all.yaml": dedent(text).replace("BECAUSE", BECAUSE)}))


def dump(engine: Engine) -> list[str]:
    """Everything that the ledger holds, row by row."""
    with engine.store.reading() as ledger:
        entries = (one for kind in ledger.kinds() for one in ledger.entries(kind, "centre", None, None, LAST))
        kept = [*map(repr, entries), *map(repr, ledger.outbox()), *ledger.overdue(LAST)]
        return [*ledger.records(), *sorted(kept)]
