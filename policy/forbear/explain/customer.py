"""What a customer is told: the reasons of what was decided about them, what happens next, and how to disagree.

Nothing else: no names of rules, facts or values, no ids, nothing that the pack does not mark for customers.
"""

from __future__ import annotations

from forbear.explain.labels import Labels
from forbear.explain.sentences import Part, Telling
from forbear.explain.trace import trace_decision
from forbear.language.texts import APPEAL, OTHERWISE
from forbear.records import Owed


def tell_customer(telling: Telling) -> None:
    """Everything that is the customer's, in the order decided."""
    telling.say("about", "about.customer", at=telling.moment(telling.record.at))
    before = len(telling.sentences)
    if not telling.same_policy:
        telling.say("other_policy", "other-policy.private")
    else:
        _reasons(telling)
        for one in telling.record.obligations:
            if telling.sight.obligation(one.owe, one.to):
                _next(telling, one)
    if len(telling.sentences) == before:
        telling.say("nothing")
    _disagree(telling)


def _reasons(telling: Telling) -> None:
    record = telling.record
    told = [name for name in record.outcome if name in telling.policy.decisions and name not in telling.quiet]
    seen = [name for name in told if telling.sight.decision(name)]
    if any(name in (record.degraded or {}) for name in seen):
        telling.say("fell_back", "fell-back.customer")
    if any(name in record.overridden for name in seen):
        telling.say("overridden", "overridden.customer")
    reasons: list[dict[str, str]] = []
    for name in seen:
        if name in (record.degraded or {}) or name in record.overridden:
            continue
        for one in trace_decision(telling.policy, record, name).deciding:
            because = dict(one.rule.because)
            if because and because not in reasons:
                reasons.append(because)
    for because in reasons:
        telling.say("because", "because.customer", because=_in_language(because))


def _in_language(texts: dict[str, str]) -> Part:
    return lambda labels: labels.because(texts)


def _next(telling: Telling, one: Owed) -> None:
    due = telling.moment(one.due)
    say = one.say
    if say is not None and telling.sight.said(one.owe):
        telling.say("owed", "say.customer", due=due, text=lambda labels: labels.because(say))
        return

    def what(labels: Labels) -> str:
        return one.owe.replace("_", " ") if labels.language == "en" else labels.obligation(one.owe)

    telling.say("owed", "owed.customer", what=what, due=due, who=lambda labels: labels.role(one.to))


def _disagree(telling: Telling) -> None:
    """The pack's own words where it has a text for it, else an invitation that promises nothing."""
    text = telling.policy.texts.get(APPEAL)
    variant = text.variants.get(OTHERWISE) if text is not None and not text.by else None
    if variant is None or any(not isinstance(part, str) for template in variant.values() for part in template):
        telling.say("disagree")
        return
    said = {language: "".join(str(part) for part in template) for language, template in variant.items()}
    telling.say("disagree", "because.customer", because=_in_language(said))
