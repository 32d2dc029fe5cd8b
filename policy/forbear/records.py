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
    withheld: frozenset[str] = frozenset()  # of contact, customer, advisor: said to be unknown, so not inherited


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
class Draft:
    """What is about to be sent: by whom (`advisor`, `bot`), and of what kind (`reply`, `promotion`, `announcement`,
    `farewell`). `shows` are words that the text must have in it, such as names; `before` is oldest first.
    """

    text: str
    lang: str = "auto"
    author: str = "advisor"
    kind: str = "reply"
    shows: tuple[str, ...] = ()
    before: tuple[Turn, ...] = ()


@frozen
class Evidence:
    """Where a signal was found: characters `start` to `end` (exclusive) of the text, what was found, the words.

    `entry` is the entry or pattern of the plugin that found it, `reason` why it is taken to be aimed as it is.
    """

    start: int
    end: int
    kind: str
    text: str
    entry: str = ""
    reason: str = ""


@frozen
class SpeechSignals:
    """What a signal plugin heard: facts by path (`speech.hostile` …) and the evidence for them."""

    facts: Mapping[str, Plain]
    evidence: tuple[Evidence, ...] = ()


@frozen
class DraftSignals:
    """What a plugin found in a draft: facts by path (`draft.…`) and the evidence for them."""

    facts: Mapping[str, Plain]
    evidence: tuple[Evidence, ...] = ()


@frozen
class PolicyId:
    """Which policy decided: its pack, version and the digest of files and settings."""

    pack: str
    version: str
    digest: str


@frozen
class Owed:
    """An obligation as the record lists it. Its moments are UTC; `say` is the text in every language."""

    id: str
    owe: str
    to: str
    due: datetime
    start: datetime | None = None
    say: Mapping[str, str] | None = None
    carries: Mapping[str, Plain] = field(factory=dict)
    expires: datetime | None = None


@frozen
class Recorded:
    """An entry that this decision appended."""

    id: str
    entry: str


@frozen
class Amended:
    """An amendment that this decision appended to an earlier entry."""

    id: str
    values: Mapping[str, Plain]


@frozen
class Closed:
    """An obligation that this decision closed, and how."""

    id: str
    owe: str
    how: str


@frozen
class Said:
    """What a rule said itself: `say` is the text in every language."""

    rule: str
    text: str
    say: Mapping[str, str]


@frozen
class Overridden:
    """A decision whose outcome a person set: the entry that says so, who and why, and what the rules had decided."""

    id: str
    by: str
    reason: str
    decided: Plain


@frozen
class Record:
    """What was decided on one event, and everything that followed.

    `degraded` gives, per decision that fell back, the reason; None where all went well. `facts` holds what the asked
    decisions may read, `defaulted` the paths for which the vocabulary's default stood in. `confirmed_by` names the
    second engine where one was asked about a grave outcome and agreed. `erased` says that this event was decided and
    that the record is gone, with its customer or because its time was over.
    """

    id: str
    event: str
    at: datetime
    type: str
    policy: PolicyId
    evaluator: str
    confirmed_by: str | None = None
    degraded: Mapping[str, str] | None = None
    late: bool = False
    outcome: Mapping[str, Plain] = field(factory=dict)
    fired: tuple[str, ...] = ()
    obligations: tuple[Owed, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    facts: Mapping[str, Plain] = field(factory=dict)
    amended: tuple[Amended, ...] = ()
    closed: tuple[Closed, ...] = ()
    overdue: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    left_out: Mapping[str, str] = field(factory=dict)  # candidate → the rule that excluded it
    defaulted: tuple[str, ...] = ()
    overridden: Mapping[str, Overridden] = field(factory=dict)  # decision → who set its outcome
    erased: bool = False
    evidence: tuple[Evidence, ...] = ()  # without the words: customer text is not kept
    sources: Mapping[str, str] = field(factory=dict)  # of `facts`: path → the plugin that supplied it
    plugins: Mapping[str, str] = field(factory=dict)  # each of these → its distribution and version, or "host"


def tombstone(event: Event) -> Record:
    """What is left of the record of an event whose customer was erased, or whose time was over."""
    return Record(f"d:{event.id}", event.id, event.at, event.type, PolicyId("", "", ""), "", erased=True)


@frozen
class Alarm:
    """Something that a person should see: which event, what fell back or broke, and why."""

    event: str  # nothing where no event led to it: an obligation failed that `forbear deliver` handed over
    kind: str  # degraded, invariant, conflict, plugin, disagreement, dead_letter, checkpoint
    subject: str  # a decision, an invariant, a plugin or an obligation
    reason: str
