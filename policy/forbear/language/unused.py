"""Warnings of what a pack declares and nothing uses; packs that it builds on are left alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forbear.language import ir
from forbear.language.plan import effect_reads, text_reads
from forbear.language.problems import Problems
from forbear.language.resolve import CANDIDATE_SPACES
from forbear.language.texts import APPEAL
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar
from forbear.language.walk import reads

_SPACES = {
    "facts": "",
    "settings": "setting.",
    "texts": "text.",
    "history": "history.",
    "entries": "recorded.",
    "obligations": "owed.",
    "events": "on.",
}
_WORDS = {
    "facts": ("unused-fact", "no rule reads the fact {}", "leave it out, or read it"),
    "settings": ("unused-setting", "nothing reads the setting {}", "leave it out, or read it"),
    "texts": ("unused-text", "nothing says the text {}", "name it under `say:`, or leave it out"),
    "history": ("unused-fold", "no rule reads {}", "leave it out, or read it"),
    "entries": ("unused-entry", "no rule records the entry {}", "leave it out, or record it"),
    "obligations": ("unused-obligation", "no rule owes {}", "name it under `owe:`, or leave it out"),
    "events": ("unused-event", "no decision is asked on the event {}", "name it under `asked_on:`, or leave it out"),
}


def warn_of_unused(policy: ir.Policy, sections: Mapping[str, list[Node]], problems: Problems) -> None:
    """Warn at each declaration that nothing uses; a pack that decides nothing declares words for others."""
    if not policy.decisions and not policy.rankings:
        return
    used = set(_used(policy))
    for section, (code, message, hint) in _WORDS.items():
        for key in _declared(sections[section]):
            if _SPACES[section] + key.value not in used:
                problems.warn(code, message.format(f"`{key.value}`"), key.span, hint)
    for key in (one for node in sections["decision"] if (one := _named(node)) is not None):
        decision = policy.decisions.get(key.value)
        if decision is not None and not decision.asks and key.value not in used and not _acts(decision):
            message = f"nothing reads the decision `{key.value}`, and nothing follows from it"
            problems.warn("unread-decision", message, key.span, "if the host reads it, say what it `asks:`")


def _declared(nodes: list[Node]) -> Iterator[Scalar]:
    """The names that a section of the pack in hand declares."""
    for node in nodes:
        for key, _ in node.items if isinstance(node, Tree) else ():
            if not key.source.pack:
                yield key


def _named(node: Node) -> Scalar | None:
    """The name of a decision of the pack in hand."""
    for key, value in node.items if isinstance(node, Tree) else ():
        if key.value == "decision" and isinstance(value, Scalar) and not value.source.pack:
            return value
    return None


def _acts(decision: ir.Decision) -> bool:
    return any(rule.effects for rule in decision.rules)


def _used(policy: ir.Policy) -> Iterator[str]:
    """Everything that a decision, ranking, promise, fold or metric uses, directly or through what is said and owed."""
    for decision in policy.decisions.values():
        yield from reads(decision.fallback)
        yield from reads(decision.otherwise)
        yield from (f"on.{event}" for event in decision.asked_on)
        for rule in decision.rules:
            yield from reads(rule.when)
            yield from reads(rule.then)
            for effect in rule.effects:
                yield from _of_effect(effect, policy)
    for ranking in policy.rankings.values():
        yield ranking.over
        yield from (f"on.{event}" for event in ranking.asked_on)
        for expr in (
            *(one.when for one in ranking.require),
            *(e for one in ranking.prefer for e in (one.when, one.add)),
        ):
            yield from _through_candidates(expr)
    for invariant in policy.invariants:
        yield from _through_candidates(invariant.condition)
    for fold in policy.folds.values():
        yield from reads(fold.where)
        yield from (path for _, path in fold.by)
    for time in (*(fold.window for fold in policy.folds.values()), *policy.retention.values()):
        if time is not None and isinstance(time.amount, str):
            yield time.amount
    for metric in policy.metrics.values():
        yield from (path for fold in (metric.part, metric.base) if fold is not None for path in reads(fold.where))
        if isinstance(metric.least, str):
            yield metric.least
    yield f"text.{APPEAL}"
    if APPEAL in policy.texts:
        yield from text_reads(policy.texts[APPEAL])


def _through_candidates(expr: ir.Expr | None) -> Iterator[str]:
    """What is read, a fold that is asked for each candidate by its own path."""
    for path in reads(expr):
        space, _, rest = path.partition(".")
        yield rest if space in CANDIDATE_SPACES else path


def _of_effect(effect: ir.Effect, policy: ir.Policy) -> Iterator[str]:
    yield from effect_reads(effect, policy.obligations, policy.texts)
    match effect:
        case ir.Record(entry):
            yield f"recorded.{entry}"
        case ir.Owe(name):
            yield f"owed.{name}"
            yield f"text.{policy.obligations[name].say}"
        case ir.Say(name):
            yield f"text.{name}"
        case _:
            return
