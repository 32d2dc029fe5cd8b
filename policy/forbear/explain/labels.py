"""Names and values of a policy as words of a language: what the pack says of them, else the bare name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from attrs import field, frozen

from forbear.calendar import UNIT_SECONDS, in_words
from forbear.explain.words import EVENTS, FIELDS, HOW, LENT, PLACES, ROLES, Language, Words, fill
from forbear.language import ir
from forbear.language.types import EXACT, DecimalType, IntType, ListType, StringType, Type, Value
from forbear.language.wording import translated
from forbear.records import Plain

MOST_ITEMS = 20  # of a list that are shown
LONGEST = 300  # characters of a text that are shown
_NAMED = frozenset({"recorded", "owed"})  # what stands behind them is the name of an entry or an obligation


@frozen
class Labels:
    """How one policy is spoken of, on events of one type, in one language."""

    policy: ir.Policy
    event: str
    language: Language
    shown: Mapping[str, Value | None] = field(factory=dict)  # values to be told behind their names; None is missing

    def named(self, path: str) -> str:
        """A name, with its value behind it where that is to be shown."""
        name = self.name(path)
        if path not in self.shown:
            return name
        value = self.value_or_none(self.shown[path], self.kind(path), path)
        return {"en": f"{name} ({value})", "zh": f"{name}（{value}）"}[self.language]

    def value_or_none(self, value: Value | None, kind: Type | None, path: str = "") -> str:
        """A value in words, or that it was missing."""
        return {"en": "not known", "zh": "未知"}[self.language] if value is None else self.value(value, kind, path)

    def name(self, path: str) -> str:
        """What a fact, fold, setting, candidate's field or decision is called."""
        declared = self._declared(path)
        phrase = declared.about.get(self.language) if declared is not None else None
        if phrase:
            return phrase
        if path in FIELDS:
            return FIELDS[path][self.language]
        if path.startswith(ir.CANDIDATE):
            inner = path.removeprefix(ir.CANDIDATE)
            if inner in self.policy.folds:
                return self.name(inner)
        space, _, attribute = path.partition(".")
        if space in PLACES and attribute.startswith("history."):
            return fill(PLACES[space][self.language], {"name": self.name(attribute)})
        if space in LENT and attribute:
            told = attribute if space in _NAMED else attribute.replace("_", " ")
            return fill(LENT[space][self.language], {"attribute": told})
        return path

    def kind(self, path: str) -> Type | None:
        """The type of a path, or None where the policy does not know it."""
        if path in self.policy.decisions:
            return self.policy.decisions[path].outcome_type
        declared = self._declared(path)
        return declared.type if declared is not None else None

    def _declared(self, path: str) -> ir.Fact | ir.Fold | ir.Setting | None:
        policy = self.policy
        if path.startswith(ir.CANDIDATE):
            return policy.folds.get(path.removeprefix(ir.CANDIDATE))
        return (
            policy.facts.get(path)
            or policy.folds.get(path)
            or policy.settings.get(path)
            or policy.events.get(self.event, {}).get(path)
        )

    def value(self, value: Value, kind: Type | None = None, path: str = "") -> str:
        """An inner value in words: yes or no, a length of time, a number at its places, a text in quotes.

        A text that stands at a path is told in the language's own words, where a setting gave it.
        """
        if isinstance(value, bool):
            return {"en": ("no", "yes"), "zh": ("否", "是")}[self.language][value]
        if isinstance(value, int):
            return self._number(value, kind)
        if isinstance(value, str):
            text = translated(self.policy, value, path, self.language) if isinstance(kind, StringType) else value
            return f"“{text if len(text) <= LONGEST else text[:LONGEST] + '…'}”"
        if isinstance(value, Mapping):
            return self.value(value.get("id", ""))
        item = kind.item if isinstance(kind, ListType) else None
        shown = [self.value(one, item) for one in value[:MOST_ITEMS]]
        if len(value) > MOST_ITEMS:
            shown.append("…")
        return self.listed(shown) or {"en": "none", "zh": "无"}[self.language]

    def _number(self, value: int, kind: Type | None) -> str:
        unit = kind.unit if isinstance(kind, IntType | DecimalType) else ""
        if unit in UNIT_SECONDS and isinstance(kind, IntType):
            return in_words(value * UNIT_SECONDS[unit], self.language)
        text = str(value)
        if isinstance(kind, DecimalType):
            text = f"{EXACT.scaleb(Decimal(value), -kind.places):f}"
        if unit == "percent":
            return f"{text}%"
        return f"{text} {unit}" if unit else text

    def listed(self, parts: list[str]) -> str:
        """Parts one after another."""
        return {"en": ", ", "zh": "、"}[self.language].join(parts)

    def joined(self, parts: list[str]) -> str:
        """Statements one after another."""
        return {"en": "; ", "zh": "；"}[self.language].join(parts)

    def pair(self, name: str, value: str) -> str:
        """A name with its value."""
        return {"en": f"{name}: {value}", "zh": f"{name}：{value}"}[self.language]

    def question(self, name: str, asks: str) -> str:
        """A decision's question, ready for its answer; packs ask in English, so in Chinese its name stands for it."""
        return {"en": asks or f"{name}:", "zh": f"{name}："}[self.language]

    def at(self, moment: datetime, zone: str) -> str:
        """A moment in a zone, which is named."""
        local = moment.astimezone(UTC if zone == "UTC" else ZoneInfo(zone))
        clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        if self.language == "zh":
            return f"{local.year}年{local.month}月{local.day}日{clock}（{zone}）"
        return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {clock} ({zone})"

    def event_type(self, name: str) -> str:
        """A type of event."""
        return self._core(EVENTS, name)

    def role(self, name: str) -> str:
        """Whoever owes something, at the start of a sentence."""
        return self._core(ROLES, name)

    def how(self, name: str) -> str:
        """A way to close an obligation."""
        return self._core(HOW, name)

    def obligation(self, name: str) -> str:
        """What is owed."""
        return f"“{name}”"

    def _core(self, words: Words, name: str) -> str:
        return words[name][self.language] if name in words else name

    def because(self, told: Mapping[str, str]) -> str:
        """A rule's reason; in another language where it is not given in this one."""
        return told.get(self.language) or next(iter(told.values()), "")


def as_value(plain: Plain) -> Value:
    """A value of a record as it stands, where no type tells more of it."""
    if isinstance(plain, list):
        return tuple(as_value(one) for one in plain)
    if isinstance(plain, dict):
        return {name: as_value(one) for name, one in plain.items()}
    return plain if isinstance(plain, bool | int | str) else str(plain)


MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
