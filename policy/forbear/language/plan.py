"""Which decisions an event asks, in which order, and which facts each depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forbear.calendar import Named
from forbear.language import ir
from forbear.language.source import Problems
from forbear.language.walk import effect_expressions, reads


def in_order(decisions: Mapping[str, ir.Decision], problems: Problems) -> dict[str, ir.Decision]:
    """The decisions so that each stands after all that it reads, ties by name; a cycle is noted and printed."""
    needs = {
        name: {path for path in _deciding_reads(decision, None) if path in decisions}
        for name, decision in decisions.items()
    }
    ordered: dict[str, ir.Decision] = {}
    waiting = dict(needs)
    while waiting:
        ready = sorted(name for name, need in waiting.items() if need <= ordered.keys())
        if not ready:
            _report_cycle(waiting, decisions, problems)
            return {}
        ordered[ready[0]] = decisions[ready[0]]
        del waiting[ready[0]]
    return ordered


def _report_cycle(waiting: Mapping[str, set[str]], decisions: Mapping[str, ir.Decision], problems: Problems) -> None:
    """Follow the needs from the first waiting decision until one comes again."""
    path = [min(waiting)]
    while True:
        following = min(need for need in waiting[path[-1]] if need in waiting)
        if following in path:
            circle = path[path.index(following) :]
            break
        path.append(following)
    shown = " → ".join([*circle, circle[0]])
    first = decisions[min(circle)]
    problems.error(
        "decision-cycle", f"decisions wait for each other: {shown}", first.span, "let one of them read facts instead"
    )


def _deciding_reads(decision: ir.Decision, event: str | None) -> Iterator[str]:
    """What the outcome itself depends on, effects left out."""
    yield from reads(decision.fallback)
    yield from reads(decision.otherwise)
    for rule in decision.rules:
        if event is None or event in rule.asked_on:
            yield from reads(rule.when)
            yield from reads(rule.then)


def _effect_reads(
    decision: ir.Decision, event: str, obligations: Mapping[str, ir.Obligation], texts: Mapping[str, ir.Text]
) -> Iterator[str]:
    """What the effects of a decision need: their values, the texts that are said and when they are due."""
    for rule in decision.rules:
        for effect in rule.effects if event in rule.asked_on else ():
            for expr in effect_expressions(effect):
                yield from reads(expr)
            if isinstance(effect, ir.Owe):
                obligation = obligations[effect.obligation]
                for due in (obligation.due, obligation.start):
                    if isinstance(due, Named):
                        yield due.path
                if obligation.say in texts:
                    yield from text_reads(texts[obligation.say])


def text_reads(text: ir.Text) -> Iterator[str]:
    """Every path that a text shows or is chosen by."""
    if text.by:
        yield text.by
    for languages in text.variants.values():
        for template in languages.values():
            yield from (part.path for part in template if isinstance(part, ir.Placeholder))


def plan_event(event: str, policy: ir.Policy) -> ir.Plan:
    """The plan of one event type.

    A decision depends on the facts that its rules and effects read, and on those of the decisions that its rules
    read; a decision that only its effects name counts by its outcome, which a fallback gives too.
    """
    asked = [decision for decision in policy.decisions.values() if event in decision.asked_on]
    depends: dict[str, frozenset[str]] = {}
    for decision in asked:
        paths: set[str] = set()
        for path in _deciding_reads(decision, event):
            paths |= depends.get(path, frozenset()) if path in policy.decisions else {path}
        for path in _effect_reads(decision, event, policy.obligations, policy.texts):
            if path not in policy.decisions:
                paths.add(path)
        depends[decision.name] = frozenset(path for path in paths if not path.startswith("setting."))
    shown = {path for one in policy.invariants if event in one.asked_on for path in reads(one.condition)}
    facts = {path for path in shown if path in policy.folds or path in policy.facts or path in policy.events[event]}
    facts = facts.union(*depends.values())
    folds = tuple(sorted(path for path in facts if path in policy.folds))
    for fold in folds:
        facts |= {path for _, path in policy.folds[fold].by}
    return ir.Plan(event, tuple(one.name for one in asked), depends, frozenset(facts), folds)
