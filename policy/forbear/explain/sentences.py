"""What an explanation is made of: sentences in both languages, each with what it speaks of as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import define, field, frozen

from forbear.explain.audience import Audience, Sight
from forbear.explain.labels import Labels
from forbear.explain.words import HEADINGS, LANGUAGES, Language, sentence
from forbear.language import ir
from forbear.language.types import Type, Value
from forbear.records import Plain, Record

Part = str | int | Callable[[Labels], str]
"""What fills a placeholder: the same in every language, or said anew in each."""


@frozen
class Sentence:
    """One sentence in every language; `kind` says what it tells, `level` how far it stands in.

    `decision` and `rule` name what it speaks of, `values` gives the values by path that it rests on.
    """

    kind: str
    text: Mapping[str, str]
    section: str = ""
    level: int = 0
    decision: str = ""
    rule: str = ""
    values: Mapping[str, Plain] = field(factory=dict)

    def as_json(self) -> dict[str, Plain]:
        """The sentence as plain data; what does not apply is left out."""
        plain: dict[str, Plain] = {"kind": self.kind}
        for name, value in (("decision", self.decision), ("rule", self.rule), ("values", dict(self.values))):
            if value:
                plain[name] = value
        return {**plain, **self.text}


@frozen
class Explanation:
    """Why a decision came out as it did, for one audience.

    `whole` is false where the policy that decided is not the one that explains, so that the rules could not be looked
    at; `sound` is false where record and rules contradict each other. `decision` and `event` are empty for a customer.
    """

    audience: Audience
    at: datetime
    sentences: tuple[Sentence, ...]
    decision: str = ""
    event: str = ""
    whole: bool = True
    sound: bool = True

    def lines(self, language: Language) -> list[str]:
        """The explanation as indented lines of one language, an empty one before each heading."""
        found: list[str] = []
        section = ""
        for one in self.sentences:
            if one.section != section:
                section = one.section
                found += ["", HEADINGS[section][language]]
            found.append("  " * (one.level + bool(section)) + one.text[language])
        return found

    def as_json(self) -> dict[str, Plain]:
        """The explanation as plain data."""
        named: dict[str, Plain] = {"decision": self.decision, "event": self.event} if self.decision else {}
        told: list[Plain] = [one.as_json() for one in self.sentences]
        return {
            **named,
            "at": self.at.isoformat(),
            "for": self.audience,
            "whole": self.whole,
            "sound": self.sound,
            "sentences": told,
        }


@define
class Telling:
    """Sentences being put together for one record and one audience."""

    policy: ir.Policy
    record: Record
    sight: Sight
    section: str = ""
    quiet: frozenset[str] = frozenset()  # decisions that came out as usual, told in one line
    sentences: list[Sentence] = field(factory=list)

    @property
    def audience(self) -> Audience:
        """Who is told."""
        return self.sight.audience

    @property
    def same_policy(self) -> bool:
        """Whether the policy at hand is the one that decided."""
        return self.policy.digest == self.record.policy.digest

    @property
    def zone(self) -> str:
        """Where moments are told: the centre's zone, if it is surely the one that decided."""
        return self.policy.calendar.zone if self.same_policy else "UTC"

    def say(
        self,
        kind: str,
        key: str = "",
        *,
        level: int = 0,
        decision: str = "",
        rule: str = "",
        values: Mapping[str, Plain] | None = None,
        **parts: Part,
    ) -> None:
        """Add the sentence of `key` (else of `kind`) in every language."""
        text: dict[str, str] = {}
        for language in LANGUAGES:
            labels = Labels(self.policy, self.record.type, language)
            filled = {name: part(labels) if callable(part) else part for name, part in parts.items()}
            text[language] = sentence(key or kind, language, **{"rule": f"{decision}.{rule}", **filled})
        self.sentences.append(Sentence(kind, text, self.section, level, decision, rule, values or {}))

    def moment(self, at: datetime) -> Callable[[Labels], str]:
        """A moment in the centre's zone."""
        return lambda labels: labels.at(at, self.zone)

    def value(self, value: Value, kind: Type | None, path: str) -> Callable[[Labels], str]:
        """The value at a path in words."""
        return lambda labels: labels.value(value, kind, path)
