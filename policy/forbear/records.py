"""What goes in and what comes out: events, decision records, obligations, alarms, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
"""A value as JSON has it; facts, texts and records use nothing else at the border."""


@frozen
class Event:
    """Something that happened, as the host tells it. `at` is UTC; `fields` holds what only this type has."""

    id: str
    at: datetime
    type: str
    contact: str | None = None
    customer: str | None = None
    advisor: str | None = None
    fields: Mapping[str, Plain] = field(factory=dict)  # speaker, text, lang, channel, obligation, how, verdict …
    facts: Mapping[str, object] = field(factory=dict)  # numbers with a fraction stay Decimal until they are fitted


@frozen
class Turn:
    """One earlier utterance of a contact."""

    speaker: str
    text: str


@frozen
class Utterance:
    """What was said, for a signal plugin: `lang` is "en", "zh" or "auto"; `before` is oldest first."""

    text: str
    lang: str = "auto"
    speaker: str = "customer"
    before: tuple[Turn, ...] = ()


@frozen
class Evidence:
    """Where a signal was found: characters `start` to `end` (exclusive) of the text, what was found, the words."""

    start: int
    end: int
    kind: str
    text: str


@frozen
class SpeechSignals:
    """What a signal plugin heard: facts by path (`speech.hostile` …) and the evidence for them."""

    facts: Mapping[str, Plain]
    evidence: tuple[Evidence, ...] = ()
