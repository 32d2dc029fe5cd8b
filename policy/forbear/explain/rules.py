"""One rule or promise as one sentence, for pages that are made from a policy."""

from __future__ import annotations

from typing import Final, assert_never

from forbear.errors import ForbearError
from forbear.explain.labels import Labels
from forbear.explain.prose import clause, term
from forbear.explain.trace import conjuncts
from forbear.explain.words import Language, Words, fill
from forbear.language import ir
from forbear.language.shape import did_you_mean
from forbear.language.types import Type

_PARTS: Final[Words] = {
    "when": {"en": "When {conditions}, then {then}", "zh": "当{conditions}时，{then}"},
    "always": {"en": "In every other case {then}", "zh": "在其他情况下，{then}"},
    "always.collect": {"en": "In every case {then}", "zh": "在任何情况下，{then}"},
    "on": {"en": "Only where {events}: ", "zh": "仅当{events}："},
    "is": {"en": "{decision} is {value}", "zh": "{decision}为{value}"},
    "contains": {"en": "{decision} contains {value}", "zh": "{decision}包含{value}"},
    "amend": {"en": "the entry “{name}” is amended", "zh": "修订“{name}”记录"},
    "close": {"en": "“{name}” is closed ({how})", "zh": "“{name}”了结（{how}）"},
    "say": {"en": "the text “{name}” is said", "zh": "说出“{name}”的话"},
    "because": {"en": "{sentence}, because: {because}", "zh": "{sentence}，理由：{because}"},
    "end": {"en": "{sentence}.", "zh": "{sentence}。"},
    "needed": {
        "en": "Only a candidate may be taken for which {conditions}",
        "zh": "只有满足以下条件的候选者才能入选：{conditions}",
    },
    "points": {"en": "{points} points are added", "zh": "加{points}分"},
    "never": {"en": "Never: {conditions}.", "zh": "绝不：{conditions}。"},
    "always.holds": {"en": "Always: {conditions}.", "zh": "始终：{conditions}。"},
}


def rule_sentence(policy: ir.Policy, decision: str, rule: str, language: Language) -> str:
    """A rule of a decision, or a requirement or preference of a ranking, as one sentence.

    Raises ForbearError where there is no such rule.
    """
    if decision in policy.decisions:
        one = policy.decisions[decision]
        for each in one.rules:
            if each.name == rule:
                return _rule(Labels(policy, each.asked_on[0], language), one, each)
    elif decision in policy.rankings:
        ranking = policy.rankings[decision]
        for candidate_rule in _both(ranking):
            if candidate_rule.name == rule:
                return _of_candidates(Labels(policy, ranking.asked_on[0], language), candidate_rule)
    known = [f"{name}.{each.name}" for name, one in policy.decisions.items() for each in one.rules]
    known += [f"{name}.{each.name}" for name, ranking in policy.rankings.items() for each in _both(ranking)]
    hint = did_you_mean(f"{decision}.{rule}", known) or "`forbear check` lists what the pack has"
    raise ForbearError(f"there is no rule {decision}.{rule}; {hint}")


def otherwise_sentence(policy: ir.Policy, decision: ir.Decision, language: Language) -> str:
    """What holds where no rule of a decision does, as one sentence; empty where its rules cover every case."""
    if decision.otherwise is None:
        return ""
    labels = Labels(policy, decision.asked_on[0], language)
    return _part("end", labels, sentence=_part("always", labels, then=_outcome(labels, decision, decision.otherwise)))


def promise_sentence(policy: ir.Policy, promise: ir.Invariant, language: Language) -> str:
    """A promise as one sentence; its reason, which packs give in English alone, is not in it."""
    labels = Labels(policy, promise.asked_on[0] if promise.asked_on else "", language)
    key = "never" if promise.never else "always.holds"
    return _part(key, labels, conditions=clause(promise.condition, labels))


def _both(ranking: ir.Ranking) -> tuple[ir.Requirement | ir.Preference, ...]:
    return (*ranking.require, *ranking.prefer)


def _rule(labels: Labels, decision: ir.Decision, rule: ir.Rule) -> str:
    listed = decision.hit == "collect"
    then = labels.listed([_outcome(labels, decision, rule.then), *(effect_clause(one, labels) for one in rule.effects)])
    start = ""
    if rule.asked_on != decision.asked_on:
        start = _part("on", labels, events=labels.listed([labels.event_type(one) for one in rule.asked_on]))
    if rule.when is None:
        said = start + _part("always.collect" if listed else "always", labels, then=then)
    else:
        said = start + _part("when", labels, conditions=_conditions(rule.when, labels), then=then)
    return _ended(said, labels.because(rule.because), labels)


def _outcome(labels: Labels, decision: ir.Decision, then: ir.Expr) -> str:
    kind: Type = decision.type
    key = "contains" if decision.hit == "collect" and decision.outcome_type != kind else "is"
    return _part(key, labels, decision=labels.name(decision.name), value=term(then, labels, kind))


def effect_clause(effect: ir.Effect, labels: Labels) -> str:
    """What a rule brings about beside its outcome, as a part of a sentence."""
    match effect:
        case ir.Record(entry):
            return labels.name(f"recorded.{entry}")
        case ir.Amend(entry):
            return _part("amend", labels, name=entry)
        case ir.Owe(obligation):
            return labels.name(f"owed.{obligation}")
        case ir.Close(obligation, _, how):
            return _part("close", labels, name=obligation, how=labels.how(how))
        case ir.Say(text):
            return _part("say", labels, name=text)
        case _:
            assert_never(effect)


def _of_candidates(labels: Labels, rule: ir.Requirement | ir.Preference) -> str:
    match rule:
        case ir.Requirement():
            said = _part("needed", labels, conditions=_conditions(rule.when, labels))
        case ir.Preference():
            then = _part("points", labels, points=term(rule.add, labels))
            if rule.when is None:
                said = _part("always.collect", labels, then=then)
            else:
                said = _part("when", labels, conditions=_conditions(rule.when, labels), then=then)
        case _:
            assert_never(rule)
    return _ended(said, labels.because(rule.because), labels)


def _conditions(when: ir.Expr, labels: Labels) -> str:
    return clause(ir.All(tuple(conjuncts(when))), labels)


def _ended(said: str, because: str, labels: Labels) -> str:
    if because:
        return _part("because", labels, sentence=said, because=because)
    return _part("end", labels, sentence=said)


def _part(key: str, labels: Labels, **parts: str) -> str:
    return fill(_PARTS[key][labels.language], parts)
