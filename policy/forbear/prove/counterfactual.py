"""A change of facts that gives another outcome, as data and as a sentence in both languages."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from forbear.explain.labels import Labels
from forbear.explain.words import LANGUAGES, Language, Words, fill
from forbear.language import ir
from forbear.language.types import Value, show

_SENTENCES: Final[Words] = {
    "change": {
        "en": "{question} {becomes} instead of {was}, had this been otherwise: {changes}.",
        "zh": "{question}本会是{becomes}，而不是{was}，只要以下情况有所不同：{changes}。",
    },
    "none": {
        "en": "{question} {was}; nothing that may change here would have given {wanted}.",
        "zh": "{question}{was}；此处可以改变的情况，无论怎样都不会得出{wanted}。",
    },
    "another": {"en": "another answer", "zh": "其他结果"},
    "one": {"en": "{name}: {after} instead of {before}", "zh": "{name}：{after}，而不是{before}"},
}


@frozen
class Changed:
    """A fact that would have been otherwise; None where it is not there."""

    path: str
    before: Value | None
    after: Value | None


@frozen
class Counterfactual:
    """The smallest change that gives another outcome, decided again; without `changed` there is none."""

    policy: ir.Policy
    event: str
    decision: str
    was: Value
    becomes: Value | None
    changed: tuple[Changed, ...]
    cost: int
    wanted: Value | None = None

    def sentence(self, language: Language) -> str:
        """The change as a sentence."""
        labels = Labels(self.policy, self.event, language)
        decision = self.policy.decisions[self.decision]
        question = labels.question(self.decision, decision.asks)
        was = labels.value(self.was, decision.outcome_type, self.decision)
        if self.becomes is None:
            another = _SENTENCES["another"][language]
            wanted = another if self.wanted is None else labels.value(self.wanted, decision.type, self.decision)
            return fill(_SENTENCES["none"][language], {"question": question, "was": was, "wanted": wanted})
        becomes = labels.value(self.becomes, decision.outcome_type, self.decision)
        changes = labels.joined([_told(one, labels) for one in self.changed])
        parts = {"question": question, "was": was, "becomes": becomes, "changes": changes}
        return fill(_SENTENCES["change"][language], parts)

    def as_json(self) -> dict[str, object]:
        """The change as plain data, with its sentences."""
        changed = [
            {"path": one.path, "before": self._shown(one.path, one.before), "after": self._shown(one.path, one.after)}
            for one in self.changed
        ]
        told: dict[str, object] = {language: self.sentence(language) for language in LANGUAGES}
        return {"kind": "change", "decision": self.decision, "changed": changed, "cost": self.cost, **told}

    def _shown(self, path: str, value: Value | None) -> object:
        kind = Labels(self.policy, self.event, "en").kind(path)
        return value if value is None or kind is None else show(kind, value)


def _told(one: Changed, labels: Labels) -> str:
    kind = labels.kind(one.path)
    before, after = (labels.value_or_none(value, kind, one.path) for value in (one.before, one.after))
    return fill(_SENTENCES["one"][labels.language], {"name": labels.name(one.path), "before": before, "after": after})
