"""A policy kept beside its decisions, so that they can be decided again when its pack is gone."""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import date, time
from functools import lru_cache
from typing import Any

from attrs import evolve, fields

from forbear.calendar import WorkingCalendar
from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.manifest import LANGUAGE_VERSION
from forbear.language.pack import build_policy
from forbear.language.source import Source
from forbear.language.types import show

_LARGEST = 64_000_000  # of a kept policy; a pack is much smaller


class Unusable(ForbearError):
    """A kept policy is not what its digest says, or this version cannot read it."""


def written(policy: ir.Policy) -> bytes:
    """All that a policy is made of: its files with what plugins added, settings, calendar, version of the language."""
    told = {
        "language": policy.language,
        "sources": policy.sources,
        "settings": {
            path.removeprefix("setting."): show(one.type, one.value)
            for path, one in policy.settings.items()
            if not one.words  # worded per language by the pack itself
        },
        "calendar": _calendar(policy.calendar),
    }
    return _deflated(json.dumps(told, ensure_ascii=False))


@lru_cache(maxsize=2)
def _deflated(text: str) -> bytes:
    """A text made small; engines on one policy write the same one."""
    return zlib.compress(text.encode())


def rebuilt(body: bytes, digest: str) -> ir.Policy:
    """The policy again. Raises Unusable."""
    try:
        told = json.loads(_inflated(body))
        if told["language"] != LANGUAGE_VERSION:
            raise Unusable(f"it is written in version {told['language']} of the language; this Forbear reads another")
        sources = [Source(name, text, pack) for name, text, pack in told["sources"]]
        policy = build_policy(sources, told["settings"])
        if policy.digest != digest:
            policy = with_calendar(policy, _read_calendar(told["calendar"]))
    except Unusable:
        raise
    except (ForbearError, ValueError, KeyError, TypeError, RecursionError, zlib.error) as error:
        raise Unusable(f"it cannot be built again: {error}") from error
    if policy.digest != digest:
        raise Unusable(f"it has the digest {policy.digest}")
    return policy


def with_calendar(policy: ir.Policy, calendar: WorkingCalendar) -> ir.Policy:
    """The policy with another calendar than its pack's; the digest then speaks of that calendar too."""
    digest = hashlib.sha256(f"{policy.digest}\n{_in_words(calendar)}".encode()).hexdigest()
    return evolve(policy, calendar=calendar, digest=f"sha256:{digest}")


def _in_words(calendar: WorkingCalendar) -> str:
    """A calendar as text, the same in every process."""
    values = ((one.name, getattr(calendar, one.name)) for one in fields(WorkingCalendar) if one.eq)
    return "\n".join(f"{name}={sorted(value) if isinstance(value, frozenset) else value!r}" for name, value in values)


def _inflated(body: bytes) -> bytes:
    """The bytes again, unless they would fill the memory."""
    inflating = zlib.decompressobj()
    found = inflating.decompress(body, _LARGEST)
    if not inflating.eof:
        raise Unusable("it is cut off, or larger than a policy can be")
    return found


def _calendar(calendar: WorkingCalendar) -> dict[str, Any]:
    return {
        "zone": calendar.zone,
        "weekly": [[[a.isoformat(), b.isoformat()] for a, b in day] for day in calendar.weekly],
        "closed_on": sorted(day.isoformat() for day in calendar.closed_on),
    }


def _read_calendar(told: dict[str, Any]) -> WorkingCalendar:
    weekly = tuple(
        tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in day)
        for day in told["weekly"]
    )
    return WorkingCalendar(told["zone"], weekly, frozenset(date.fromisoformat(day) for day in told["closed_on"]))
