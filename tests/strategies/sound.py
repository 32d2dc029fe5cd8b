"""What the checker promises of every answer: each value fits its type, nothing needed is missing, and what is said,
and when it is due, can be worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forbear.calendar import Due, Named
from forbear.evaluate import Evaluation, Happening
from forbear.language import ir
from forbear.language.types import (
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    Type,
    Value,
)
from strategies.facts import Facts


def unsound(policy: ir.Policy, event: str, facts: Facts, answer: Evaluation) -> list[str]:
    """What an answer lacks or holds too much of; nothing, for every answer on facts that fit."""
    return list(_unsound(policy, event, facts, answer))


def _unsound(policy: ir.Policy, event: str, facts: Facts, answer: Evaluation) -> Iterator[str]:
    plan = policy.plans[event]
    if tuple(answer.outcome) != (*plan.decisions, *plan.rankings):
        yield f"asked {plan.decisions}, {plan.rankings}, answered {tuple(answer.outcome)}"
    for name, value in answer.outcome.items():
        if not fits(policy.outcome_type(name), value):
            yield f"{name} is {value!r}"
    environment = {path: one.value for path, one in policy.settings.items()} | facts | dict(answer.outcome)
    for one in answer.happenings:
        yield from _happening(policy, one, environment)
    for name in plan.rankings:
        yield from _ranked(policy.rankings[name], facts, answer)


def _happening(policy: ir.Policy, one: Happening, environment: Mapping[str, Value]) -> Iterator[str]:
    match one.action:
        case "record" | "amend":
            known = policy.entries[one.name].attributes
            needed = [name for name, kind in known.items() if not kind.optional and kind.default is None]
            if one.action == "record" and not {*needed} <= one.values.keys():
                yield f"{one.rule} records {one.name} without {needed}"
            yield from _values(one, {name: kind.type for name, kind in known.items()})
            if one.action == "amend" and not one.which:
                yield f"{one.rule} amends nothing"
        case "owe":
            owed = policy.obligations[one.name]
            yield from _values(one, {name: kind.type for name, kind in owed.carries.items()})
            yield from _due(owed.due, environment)
            yield from _due(owed.start, environment)
            yield from _said(policy, owed.say, environment)
        case "close":
            yield from _values(one, {name: kind.type for name, kind in policy.obligations[one.name].carries.items()})
        case "say":
            yield from _said(policy, one.name, environment)


def _values(one: Happening, types: Mapping[str, Type]) -> Iterator[str]:
    for name, value in one.values.items():
        if name not in types or not fits(types[name], value):
            yield f"{one.rule} gives {one.name} {name}={value!r}"


def _due(due: Due | None, environment: Mapping[str, Value]) -> Iterator[str]:
    if isinstance(due, Named):
        value = environment.get(due.path)
        if not isinstance(value, int) or value < 1:
            yield f"due in {due.path}={value!r}"


def _said(policy: ir.Policy, name: str, environment: Mapping[str, Value]) -> Iterator[str]:
    if not name:
        return
    text = policy.texts[name]
    languages = text.variants.get(str(environment[text.by]), {}) if text.by else next(iter(text.variants.values()))
    for template in (languages or text.variants["otherwise"]).values():
        for part in template:
            if isinstance(part, ir.Placeholder) and not fits(part.type, environment.get(part.path)):
                yield f"{name} shows {part.path}={environment.get(part.path)!r}"


def _ranked(ranking: ir.Ranking, facts: Facts, answer: Evaluation) -> Iterator[str]:
    given = facts.get(ranking.over, ())
    ranked = answer.outcome[ranking.name]
    assert isinstance(given, tuple)
    assert isinstance(ranked, tuple)
    ids = [one["id"] for one in given if isinstance(one, Mapping)]
    left_out = answer.left_out.get(ranking.name, {})
    if sorted(map(str, (*ranked, *left_out))) != sorted(map(str, ids)):
        yield f"{ranking.name} ranks {ranked} and leaves out {left_out} of {ids}"


def fits(kind: Type, value: Value | None) -> bool:
    """Whether an inner value is one of a type."""
    match kind:
        case BoolType():
            return isinstance(value, bool)
        case IntType(low, high) | DecimalType(_, low, high):
            return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        case EnumType(known):
            return value in known
        case ListType(item):
            return isinstance(value, tuple) and all(fits(item, one) for one in value)
        case _:
            return isinstance(value, str) and value != ""
