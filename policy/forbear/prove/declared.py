"""What two policies declare differently, compared as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from forbear.calendar import Due, in_words
from forbear.calendar.due import AfterOpening, Elapsed, EndOf, Named, StartOfNextWorkingDay, WorkingDays, WorkingTime
from forbear.language import ir
from forbear.language.types import Type, Value, describe, show
from forbear.language.walk import verb_and_name
from forbear.prove.phrases import condition, word
from forbear.prove.same import plain_fold


@frozen
class Declared:
    """Something that one of the policies lacks, or that they declare differently."""

    kind: str  # setting, fact, fold, entry, event, decision, ranking, rule, obligation, text, promise, calendar …
    name: str
    what: str  # added, removed or changed
    how: str = ""


def declared(before: ir.Policy, after: ir.Policy) -> Iterator[Declared]:
    """Everything that was added, removed or changed; defaults of settings come first."""
    yield from _compared("setting", before.settings, after.settings, _setting)
    yield from _compared("fact", before.facts, after.facts, _fact)
    yield from _compared("history", before.folds, after.folds, _fold)
    yield from _compared("entry", before.entries, after.entries, _other)
    for event in dict.fromkeys((*before.events, *after.events)):
        ours, theirs = before.events.get(event), after.events.get(event)
        if ours is None or theirs is None:
            yield Declared("event", event, "added" if ours is None else "removed")
        else:
            yield from _compared(event, ours, theirs, _fact)
    for name, one in before.decisions.items():
        if name in after.decisions:
            yield from _decision((before, one), (after, after.decisions[name]))
    yield from _compared("decision", before.decisions, after.decisions, None)
    yield from _compared("ranking", before.rankings, after.rankings, _ranking)
    yield from _compared("obligation", before.obligations, after.obligations, _obligation)
    yield from _compared("text", before.texts, after.texts, lambda one, other: ["its words changed"])
    yield from _promises(before, after)
    yield from _compared("metric", before.metrics, after.metrics, _other)
    yield from _compared("retention", before.retention, after.retention, _other)
    if before.calendar != after.calendar:
        yield Declared("calendar", "opening hours", "changed", "due times in working time may be others")


def _compared(kind: str, ours: Mapping[str, Any], theirs: Mapping[str, Any], how: Any) -> Iterator[Declared]:
    for name in dict.fromkeys((*ours, *theirs)):
        if name not in theirs:
            yield Declared(kind, name, "removed")
        elif name not in ours:
            yield Declared(kind, name, "added")
        elif how is not None and ours[name] != theirs[name]:
            told = [one for one in how(ours[name], theirs[name]) if one]
            yield Declared(kind, name, "changed", "; ".join(told) or "its words for people changed")


def _turn(what: str, before: object, after: object) -> str:
    return "" if before == after else f"{what} {word(before)} → {word(after)}".strip()


def _other(one: object, other: object) -> list[str]:
    return ["declared otherwise"]


def _typed(one: Type, other: Type) -> str:
    return _turn("", describe(one), describe(other))


def _value(kind: Type, value: Value | None) -> object:
    return "none" if value is None else show(kind, value)


def _setting(one: ir.Setting, other: ir.Setting) -> list[str]:
    return [
        _turn("default", _value(one.type, one.value), _value(other.type, other.value)),
        _typed(one.type, other.type),
    ]


def _fact(one: ir.Fact, other: ir.Fact) -> list[str]:
    return [
        _typed(one.type, other.type),
        _turn("default", _value(one.type, one.default), _value(other.type, other.default)),
        "" if one.optional == other.optional else "may be missing now" if other.optional else "may not be missing now",
        "" if one.seen_by == other.seen_by else f"seen by {word(one.seen_by)} → {word(other.seen_by)}",
    ]


def _fold(one: ir.Fold, other: ir.Fold) -> list[str]:
    """How the past is asked otherwise; comparing decisions takes the answers of both for the same."""
    if plain_fold(one) == plain_fold(other):
        return []
    asked = f"{one.operator} of {one.entry}", f"{other.operator} of {other.entry}"
    found = [
        _turn("", *asked),
        _turn("scope", one.scope, other.scope),
        _turn("window", *map(_window, (one, other))),
    ]
    found.append("" if one.where == other.where else "which entries it keeps")
    rest = "asked otherwise" if not any(found) else ""
    return [*found, rest, "decisions are compared as if both gave the same answer"]


def _window(fold: ir.Fold) -> str:
    if fold.window is None:
        return "none"
    if isinstance(fold.window.amount, str):
        return fold.window.amount
    return in_words(fold.window.amount * fold.window.factor, "en")


# --- decisions


_Of = tuple[ir.Policy, ir.Decision]  # in whose words a rule is told


def _decision(was: _Of, now: _Of) -> Iterator[Declared]:
    one, other = was[1], now[1]
    name = one.name
    told = [
        _typed(one.type, other.type),
        _turn("hit", one.hit, other.hit),
        _turn("asked on", one.asked_on, other.asked_on),
        _turn("grave", one.grave, other.grave),
        _turn("may be set to", one.overrides, other.overrides),
        _turn("seen by", one.seen_by, other.seen_by),
        _turn("fallback", _said(one.fallback, was), _said(other.fallback, now)),
        _turn("otherwise", _said(one.otherwise, was), _said(other.otherwise, now)),
        "" if one.asks == other.asks else "its question reads otherwise",
    ]
    if any(told):
        yield Declared("decision", name, "changed", "; ".join(each for each in told if each))
    ours, theirs = ({f"{name}.{rule.name}": rule for rule in each.rules} for each in (one, other))
    yield from _compared("rule", ours, theirs, lambda rule, later: _rule(rule, was, later, now))
    shared = [[rule for rule in each if rule in ours and rule in theirs] for each in (ours, theirs)]
    if shared[0] != shared[1] and one.hit in ("first", "priority"):
        yield Declared("decision", name, "changed", "its rules stand in another order")


def _rule(one: ir.Rule, was: _Of, other: ir.Rule, now: _Of) -> list[str]:
    when = [condition(rule.when, of[0], next(iter(rule.asked_on), "")) for rule, of in ((one, was), (other, now))]
    return [
        "" if one.when == other.when else f"when {when[0]} → when {when[1]}",
        _turn("then", _said(one.then, was), _said(other.then, now)),
        _turn("asked on", one.asked_on, other.asked_on),
        "" if one.effects == other.effects else f"follows {_effects(one)} → {_effects(other)}",
        _turn("source", one.source or "none", other.source or "none"),
    ]


def _effects(rule: ir.Rule) -> str:
    return ", ".join(_effect(one) for one in rule.effects) or "nothing"


def _effect(one: ir.Effect) -> str:
    how = f" ({one.how})" if isinstance(one, ir.Close) else ""
    return f"{' '.join(verb_and_name(one))}{how}"


def _said(expr: ir.Expr | None, of: _Of) -> str:
    policy, decision = of
    match expr:
        case None:
            return "none"
        case ir.Constant(value):
            return word(show(decision.outcome_type if isinstance(value, tuple) else decision.type, value))
        case _:
            return condition(expr, policy, "")


def _ranking(one: ir.Ranking, other: ir.Ranking) -> list[str]:
    found: list[str] = []
    for what, ours, theirs in (("require", one.require, other.require), ("prefer", one.prefer, other.prefer)):
        rules: list[dict[str, Any]] = [
            {rule.name: evolve(rule, because={}) for rule in each} for each in (ours, theirs)
        ]
        found += [f"{what} {each.name} {each.what}" for each in _compared("rule", rules[0], rules[1], _other)]
    return [*found, _turn("asked on", one.asked_on, other.asked_on), _turn("over", one.over, other.over)]


# --- obligations and promises


def _obligation(one: ir.Obligation, other: ir.Obligation) -> list[str]:
    return [
        _turn("owed by", one.to, other.to),
        _turn("due", due_words(one.due), due_words(other.due)),
        _turn("not before", due_words(one.start), due_words(other.start)),
        _turn("lapses", due_words(one.expires), due_words(other.expires)),
        _turn("says", one.say or "nothing", other.say or "nothing"),
        "" if (one.carries, one.values) == (other.carries, other.values) else "what it carries",
        "" if one.once == other.once else "how often it may be owed",
        "" if one.closes == other.closes else "how it is closed",
        _turn("seen by", one.seen_by, other.seen_by),
    ]


def due_words(due: Due | None) -> str:
    """A due time much as a pack writes it."""
    match due:
        case None:
            return "none"
        case Elapsed(seconds):
            return in_words(seconds, "en")
        case WorkingTime(seconds):
            return f"{in_words(seconds, 'en')} of opening"
        case WorkingDays(count):
            return f"{count} working days"
        case AfterOpening(seconds):
            return f"{in_words(seconds, 'en')} after opening"
        case EndOf(following, working):
            day = "working day" if working else "day"
            return f"end of {'next ' if following else ''}{day}"
        case StartOfNextWorkingDay():
            return "next working day"
        case Named(path):
            return path


def _promises(before: ir.Policy, after: ir.Policy) -> Iterator[Declared]:
    """Promises by what they say, as their names are but their places."""
    ours, theirs = ({promise_says(one): one for one in policy.invariants} for policy in (before, after))
    for told, known, what in ((ours, theirs, "removed"), (theirs, ours, "added")):
        for says, one in told.items():
            if says not in known:
                yield Declared("promise", one.name, what, one.because)


def promise_says(one: ir.Invariant) -> tuple[object, ...]:
    """What a promise says, whatever it is called."""
    return one.decision, one.condition, one.never, one.about, one.throughout, tuple(sorted(one.asked_on))
