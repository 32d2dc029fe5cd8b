"""Which decisions an event asks, in which order, and which facts each depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush

from forbear.calendar import Named
from forbear.language import ir
from forbear.language.problems import Problems
from forbear.language.resolve import CANDIDATE_SPACES
from forbear.language.walk import effect_expressions, reads


def in_order(decisions: Mapping[str, ir.Decision], problems: Problems) -> dict[str, ir.Decision]:
    """The decisions so that each stands after all that it reads, ties by name; each cycle is noted and printed."""
    needs = {
        name: {path for path in _deciding_reads(decision, None) if path in decisions}
        for name, decision in decisions.items()
    }
    readers: dict[str, list[str]] = {name: [] for name in decisions}
    for name, need in needs.items():
        for path in need:
            readers[path].append(name)
    waiting = {name: len(need) for name, need in needs.items()}
    ready = [name for name, count in waiting.items() if count == 0]
    heapify(ready)
    ordered: dict[str, ir.Decision] = {}
    while waiting:
        if not ready:
            for name in _report_cycle(waiting, needs, decisions, problems):
                waiting[name] = 0
                heappush(ready, name)
        name = heappop(ready)
        if waiting.pop(name, None) is None:
            continue
        ordered[name] = decisions[name]
        for reader in readers[name]:
            if reader in waiting and waiting[reader] > 0:
                waiting[reader] -= 1
                if waiting[reader] == 0:
                    heappush(ready, reader)
    return ordered


def _report_cycle(
    waiting: Mapping[str, int], needs: Mapping[str, set[str]], decisions: Mapping[str, ir.Decision], problems: Problems
) -> list[str]:
    """Follow the needs from the first waiting decision until one comes again; the decisions of that circle."""
    path = {min(waiting): None}
    while True:
        following = min(need for need in needs[next(reversed(path))] if need in waiting)
        if following in path:
            break
        path[following] = None
    names = list(path)
    circle = names[names.index(following) :]
    turn = circle.index(min(circle))
    circle = circle[turn:] + circle[:turn]
    shown = " → ".join([*circle, circle[0]])
    problems.error(
        "decision-cycle",
        f"decisions wait for each other: {shown}" if len(circle) > 1 else f"the decision reads itself: {shown}",
        decisions[circle[0]].span,
        "let one of them read facts instead",
    )
    return circle


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
    """What the effects of a decision need."""
    for rule in decision.rules:
        for effect in rule.effects if event in rule.asked_on else ():
            yield from effect_reads(effect, obligations, texts)


def effect_reads(
    effect: ir.Effect, obligations: Mapping[str, ir.Obligation], texts: Mapping[str, ir.Text]
) -> Iterator[str]:
    """What an effect needs: its values, the text that is said and when it is due."""
    for expr in effect_expressions(effect):
        yield from reads(expr)
    said = effect.text if isinstance(effect, ir.Say) else ""
    if isinstance(effect, ir.Owe):
        obligation = obligations[effect.obligation]
        yield from (due.path for due in obligation.times if isinstance(due, Named))
        said = obligation.say
    if said in texts:
        yield from text_reads(texts[said])


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
            paths |= depends.get(path, frozenset()) if path in policy.decisions else _with_keys(path, policy)
        for path in _effect_reads(decision, event, policy.obligations, policy.texts):
            if path not in policy.decisions:
                paths |= _with_keys(path, policy)
        depends[decision.name] = frozenset(path for path in paths if not path.startswith("setting."))
    rankings = sorted(name for name, one in policy.rankings.items() if event in one.asked_on)
    keyed: dict[str, set[str]] = {policy.rankings[name].over: set() for name in rankings}
    for name in rankings:
        ranking = policy.rankings[name]
        paths = {ranking.over}
        for path in _ranking_reads(ranking, event, policy):
            fold = path.removeprefix(ir.CANDIDATE) if path.startswith(ir.CANDIDATE) else ""
            if path in policy.decisions:
                paths |= depends[path]
            elif fold in policy.folds:
                keyed[ranking.over].add(fold)
                paths |= {one for _, one in policy.folds[fold].by if not one.startswith(ir.CANDIDATE)}
            elif not fold:
                paths |= _with_keys(path, policy)
        depends[name] = frozenset(path for path in paths if not path.startswith("setting."))
    promised = tuple((one, frozenset(reads(one.condition))) for one in policy.invariants if event in one.asked_on)
    shown: set[str] = set().union(*(paths for _, paths in promised))
    facts = {path for path in shown if path in policy.folds or path in policy.facts or path in policy.events[event]}
    facts = facts.union(*(_with_keys(path, policy) for path in facts), *depends.values())
    folds = tuple(sorted(path for path in facts if path in policy.folds))
    return ir.Plan(
        event,
        tuple(one.name for one in asked),
        depends,
        frozenset(facts),
        folds,
        tuple(rankings),
        {over: tuple(sorted(paths)) for over, paths in keyed.items()},
        promised,
    )


def _ranking_reads(ranking: ir.Ranking, event: str, policy: ir.Policy) -> Iterator[str]:
    """What a ranking and its invariants read, of candidates by `candidate.x` whatever name they go by."""
    for requirement in ranking.require:
        yield from reads(requirement.when)
    for preference in ranking.prefer:
        yield from reads(preference.when)
        yield from reads(preference.add)
    for one in policy.invariants:
        if one.decision == ranking.name and event in one.asked_on:
            for path in reads(one.condition):
                space, _, name = path.partition(".")
                if space in CANDIDATE_SPACES:
                    yield ir.CANDIDATE + name
                elif space not in ("recorded", "owed"):
                    yield path


def _with_keys(path: str, policy: ir.Policy) -> set[str]:
    """A path, and for a fold the facts by which its entries are chosen: refused, they leave it without a value."""
    return {path, *(fact for _, fact in policy.folds[path].by)} if path in policy.folds else {path}
