"""Why, and why not: each decision with the rules that decided it and those that did not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from forbear.evaluate.protocol import Environment
from forbear.explain.labels import Labels, as_value
from forbear.explain.prose import finding
from forbear.explain.quiet import is_told
from forbear.explain.reasons import reason_in
from forbear.explain.sentences import Telling
from forbear.explain.trace import (
    CandidateTrace,
    Condition,
    DecisionTrace,
    RankingTrace,
    RuleTrace,
    Standing,
    environment_of,
    trace_decision,
    trace_ranking,
)
from forbear.explain.words import sentence
from forbear.language import ir
from forbear.language.types import Value
from forbear.records import Overridden, Plain, Record


def tell_decisions(telling: Telling) -> bool:
    """Every decision of the record that the audience may know of; whether record and rules agree on all of them."""
    sound = True
    fallen = telling.record.degraded or {}
    environment = environment_of(telling.policy, telling.record)
    for name, plain in telling.record.outcome.items():
        if name in telling.quiet or not is_told(telling, name):
            continue
        _outcome(telling, name, plain, environment.get(name))
        if name in fallen:
            _fallen(telling, name, fallen[name])
        elif name in telling.record.overridden:
            _overridden(telling, name, telling.record.overridden[name])
        elif not telling.same_policy:
            _fired(telling, name)
        elif name in telling.policy.rankings:
            _ranking(telling, trace_ranking(telling.policy, telling.record, name))
        else:
            found = trace_decision(telling.policy, telling.record, name)
            _decision(telling, found)
            sound = sound and found.sound
    _as_usual(telling, environment)
    return sound


def _as_usual(telling: Telling, environment: Environment) -> None:
    """The decisions that came out as usual, in one line."""
    outcome = {name: plain for name, plain in telling.record.outcome.items() if name in telling.quiet}

    def pair(name: str, labels: Labels) -> str:
        value = environment.get(name, as_value(outcome[name]))
        return labels.pair(name, labels.value(value, labels.kind(name), name))

    if outcome:
        telling.say(
            "as_usual", "as-usual", values=outcome,
            outcomes=lambda labels: labels.joined([pair(name, labels) for name in outcome]),
        )  # fmt: skip


def _outcome(telling: Telling, name: str, plain: Plain, value: Value | None) -> None:
    declared = telling.policy.decisions.get(name) or telling.policy.rankings.get(name)
    asks = declared.asks if declared is not None and telling.same_policy else ""
    kind = telling.policy.decisions[name].outcome_type if name in telling.policy.decisions else None

    def question(labels: Labels) -> str:
        return labels.question(name, asks)

    if not telling.sight.name(name):
        telling.say("outcome", "outcome.hidden", decision=name, question=question)
        return
    shown = as_value(plain) if value is None else value
    telling.say(
        "outcome",
        decision=name,
        values={name: plain},
        question=question,
        value=lambda labels: labels.value(shown, kind, name),
    )


def _fallen(telling: Telling, name: str, reason: str) -> None:
    # Two engines that differ are quoted with their answers, so the reason is as private as the outcome.
    if telling.audience == "advisor" or not telling.sight.name(name):
        telling.say("fell_back", "fell-back.hidden", level=1, decision=name)
    else:
        telling.say(
            "fell_back", "fell-back", level=1, decision=name, reason=lambda labels: reason_in(reason, labels.language)
        )


def _overridden(telling: Telling, name: str, one: Overridden) -> None:
    """Who set the outcome and why, to those who manage; the rules did not decide, so they are not looked at."""
    if telling.audience == "advisor" or not telling.sight.name(name):
        telling.say("overridden", "overridden.hidden", level=1, decision=name)
        return
    decision = telling.policy.decisions.get(name)
    telling.say(
        "overridden",
        level=1,
        decision=name,
        values={"override": one.id, "by": one.by, "reason": one.reason, "decided": one.decided},
        by=one.by,
        reason=one.reason.rstrip(".。"),
        decided=telling.value(as_value(one.decided), decision.outcome_type if decision is not None else None, name),
    )


def _fired(telling: Telling, name: str) -> None:
    """What the record alone tells: the names of the rules that decided."""
    rules = [rule for rule in telling.record.fired if rule.partition(".")[0] == name]
    if rules and telling.audience != "advisor":
        telling.say("fired", level=1, decision=name, rules=lambda labels: labels.listed(rules))


# --- a decision


def _decision(telling: Telling, found: DecisionTrace) -> None:
    for one in found.deciding:
        _because(telling, found.decision.name, one.rule.when, one.rule.because)
        _applied(telling, found.decision.name, one)
    if not found.deciding:
        collected = found.decision.hit == "collect"
        key = "nothing-collected" if collected else "otherwise"
        telling.say("otherwise", key, level=1, decision=found.decision.name)
    if telling.audience == "advisor":
        return
    for one in found.rules:
        _not_applied(telling, found.decision.name, one)
    for kind, key, standing in (
        ("not_looked_at", "not-looked-at", Standing.BEHIND),
        ("other_event", "other-event", Standing.OTHER_EVENT),
    ):
        rules = [one.rule.name for one in found.rules if one.standing is standing]
        if rules:
            telling.say(kind, key, level=1, decision=found.decision.name, rules=_listed(rules))
    if not found.sound:
        telling.say("contradiction", level=1, decision=found.decision.name, name=found.decision.name)


def _because(telling: Telling, decision: str, when: ir.Expr | None, because: Mapping[str, str]) -> None:
    if not because:
        return
    if telling.sight.reason(when):
        telling.say("because", level=1, decision=decision, because=lambda labels: labels.because(because))
    else:
        telling.say("because", "because.hidden", level=1, decision=decision)


def _applied(telling: Telling, decision: str, one: RuleTrace) -> None:
    seen, hidden = _sorted(telling, one.conditions)
    always = one.rule.when is None
    if telling.audience == "advisor":
        if seen and not always:
            telling.say(
                "applied", "conditions", level=1, decision=decision, values=_values(telling.record, seen),
                conditions=lambda labels: labels.joined([_stated(each, labels) for each in seen]),
            )  # fmt: skip
        return

    def conditions(labels: Labels) -> str:
        said = [_stated(each, labels) for each in seen]
        return labels.joined([*said, *([sentence("more-conditions", labels.language)] if hidden else [])])

    telling.say(
        "applied",
        "applied.always" if always else "applied",
        level=1,
        decision=decision,
        rule=one.rule.name,
        values=_values(telling.record, seen),
        conditions=conditions,
    )


def _not_applied(telling: Telling, decision: str, one: RuleTrace) -> None:
    keys = {Standing.OUTRANKED: "outranked", Standing.UNTOLD: "untold", Standing.AGAINST: "against"}
    if one.standing in keys:
        telling.say(keys[one.standing], level=1, decision=decision, rule=one.rule.name)
    elif one.standing is Standing.FAILED:
        failed = one.conditions[-1]
        seen, _ = _sorted(telling, [failed])
        telling.say(
            "not_applied", "not-applied", level=1, decision=decision, rule=one.rule.name,
            values=_values(telling.record, seen), condition=_condition(failed, bool(seen)),
        )  # fmt: skip


# --- a ranking


def _ranking(telling: Telling, found: RankingTrace) -> None:
    """The ranked candidates in their order, then those left out; nobody where the candidates may not be seen."""
    name, outcome = found.ranking.name, telling.record.outcome.get(found.ranking.name)
    if telling.audience == "advisor" or not telling.sight.name(name):
        return
    by_id = {one.id: one for one in found.candidates}
    ids = [str(one) for one in outcome] if isinstance(outcome, list) else []
    for place, one in enumerate((by_id[id_] for id_ in ids if id_ in by_id), 1):
        _ranked(telling, name, place, one)
    for one in found.candidates:
        if one.failed is not None and one.condition is not None:
            _left_out(telling, name, one, one.failed, one.condition)


def _ranked(telling: Telling, ranking: str, place: int, one: CandidateTrace) -> None:
    def part(rule: ir.Preference, points: int, labels: Labels) -> str:
        because = labels.because(rule.because)
        key = "points" if because else "points.plain"
        return sentence(key, labels.language, points=points, rule=rule.name, because=because.rstrip(".。"))

    seen = all(telling.sight.expression(rule.when) and telling.sight.expression(rule.add) for rule, _ in one.held)
    telling.say(
        "ranked",
        "ranked.bare" if not seen else "ranked" if one.held else "ranked.plain",
        level=1,
        decision=ranking,
        candidate=one.id,
        place=place,
        score=one.score,
        parts=lambda labels: labels.joined([part(rule, points, labels) for rule, points in one.held]),
    )


def _left_out(telling: Telling, ranking: str, one: CandidateTrace, rule: ir.Requirement, condition: Condition) -> None:
    if condition.holds is None:
        telling.say("left_out", "left-out.untold", level=1, decision=ranking, rule=rule.name, candidate=one.id)
        return
    seen, _ = _sorted(telling, [condition])
    telling.say(
        "left_out", "left-out", level=1, decision=ranking, rule=rule.name, candidate=one.id,
        condition=_condition(condition, bool(seen)),
    )  # fmt: skip


# --- conditions


def _sorted(telling: Telling, conditions: Iterable[Condition]) -> tuple[list[Condition], int]:
    """The conditions that may be seen, and how many may not."""
    given = list(conditions)
    seen = [one for one in given if telling.sight.expression(one.expr)]
    return seen, len(given) - len(seen)


def _stated(one: Condition, labels: Labels) -> str:
    return finding(one.expr, one.holds is not False, one.values, labels)


def _condition(one: Condition, seen: bool) -> Callable[[Labels], str]:
    return lambda labels: _stated(one, labels) if seen else sentence("more-conditions", labels.language)


def _listed(names: list[str]) -> Callable[[Labels], str]:
    return lambda labels: labels.listed(names)


def _values(record: Record, seen: Iterable[Condition]) -> dict[str, Plain]:
    """What the conditions read, as the record has it; settings and what was missing are left out."""
    paths = dict.fromkeys(path for one in seen for path in one.values)
    known = {**record.facts, **record.outcome}
    return {path: known[path] for path in paths if path in known}
