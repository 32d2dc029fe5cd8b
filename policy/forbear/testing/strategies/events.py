"""What events of each type say, as a host sends them: their fields and facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hypothesis import strategies as st

from forbear.errors import FactError
from forbear.language import ir
from forbear.language.events import AS_DECIDED, EVENT_TYPES, Field
from forbear.language.types import BoolType, EnumType, RecordsType, StringType, Type, Value, fit, show
from forbear.testing.strategies.constants import constants
from forbear.testing.strategies.values import candidates, values

Event = dict[str, Any]

CUSTOMERS: Final = ("u1", "u2")
CONTACTS: Final = ("c1", "c2", "c3")
ADVISORS: Final = ("a1", "a2")
PEOPLE: Final = (*ADVISORS, "m1", "m2", "m3")


def event_types(policy: ir.Policy) -> list[str]:
    """The types of event that a host may send under a policy."""
    found = []
    for name in policy.events:
        described = EVENT_TYPES.get(name)
        if described is None or not (described.raised or (described.names and described.names not in policy.entries)):
            found.append(name)
    return found


def facts_of(policy: ir.Policy, event: str) -> st.SearchStrategy[dict[str, Any]]:
    """Facts that a host may give with an event, in outer form; those that are needed are missing now and then."""
    hints = constants(policy)
    read = [policy.facts[path] for path in sorted(policy.plans[event].facts) if path in policy.facts]
    needed = {one.path: _outer(policy, one, hints) for one in read if not one.optional and one.default is None}
    others = {one.path: _outer(policy, one, hints) for one in read if one.optional or one.default is not None}
    every = st.fixed_dictionaries(needed, optional=others)
    some = st.fixed_dictionaries({}, optional={**needed, **others})
    wishes = [one for one in _wishes(policy, event, frozenset({*needed, *others})) if one]
    wished = st.tuples(every, *[st.sampled_from(wishes)] * 2).map(_merged) if wishes else every
    return st.one_of(*[wished] * 5, every, every, some)


def _merged(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {path: value for part in parts for path, value in part.items()}


def _wishes(policy: ir.Policy, event: str, paths: frozenset[str]) -> Iterator[dict[str, Any]]:
    """For each rule that an event asks, what its condition wants of the facts that a host gives."""
    for name in policy.plans[event].decisions:
        for rule in policy.decisions[name].rules:
            wanted = dict(_wanted(policy, rule.when)) if event in rule.asked_on else {}
            known = {path: value for path, value in wanted.items() if path in paths}
            yield {path: shown for path, value in known.items() if (shown := _fitting(policy, path, value)) is not None}


def _fitting(policy: ir.Policy, path: str, value: Value) -> Any:
    """A value in outer form; None where it is none of the fact's, as one that is set against a finer decimal."""
    kind = policy.facts[path].type
    try:
        return show(kind, fit(path, kind, show(kind, value)))
    except FactError:
        return None


def _wanted(policy: ir.Policy, condition: ir.Expr | None) -> Iterator[tuple[str, Value]]:
    """Values of paths with which parts of a condition hold."""
    match condition:
        case ir.All(parts) | ir.Any(parts):
            for part in parts:
                yield from _wanted(policy, part)
        case ir.Read(path):
            yield path, True
        case ir.Not(ir.Read(path)):
            yield path, False
        case ir.Compare("==" | "<=" | ">=", ir.Read(path), ir.Constant(value)):
            yield path, value
        case ir.Compare("==" | "<=" | ">=", ir.Read(path), ir.Read(setting)) if setting in policy.settings:
            yield path, policy.settings[setting].value
        case ir.In(ir.Read(path), ir.ListOf((ir.Constant(value), *_))):
            yield path, value
        case _:
            return


def named_by(event: str) -> str:
    """The kind of entry that a type of event names."""
    return EVENT_TYPES[event].names if event in EVENT_TYPES else ""


def kept_by(policy: ir.Policy, event: str) -> set[str]:
    """The kinds of entry that an event may leave behind."""
    found: set[str] = set()
    for name in policy.plans[event].decisions:
        for effect in (one for rule in policy.decisions[name].rules if event in rule.asked_on for one in rule.effects):
            found |= {effect.entry} if isinstance(effect, ir.Record) else set()
            found |= {"obligation"} if isinstance(effect, ir.Owe) else set()
    return found


def bodies(policy: ir.Policy, event: str) -> st.SearchStrategy[Event]:
    """What an event of a type says, but for its moment and its people."""
    if event == "override":
        return st.sampled_from(list(_overrides(policy)) or [{"decision": "none", "outcome": "none"}]).flatmap(
            lambda one: st.sampled_from(PEOPLE).map(lambda by: {**one, "by": by, "reason": "known"})
        )
    needed, others = _fields(policy, event)
    facts = facts_of(policy, event).map(lambda given: {"facts": given} if given else {})
    told = st.fixed_dictionaries(needed, optional=others)
    return st.tuples(told, facts).map(lambda parts: {**parts[0], **parts[1]})


_Fields = dict[str, st.SearchStrategy[Any]]


def _fields(policy: ir.Policy, event: str) -> tuple[_Fields, _Fields]:
    """The fields of a type that an event must have, and those that it may."""
    needed: _Fields = {}
    others: _Fields = {}
    described = EVENT_TYPES.get(event)
    texts = [one for one in sorted(map(str, _texts(policy))) if one] or ["x"]
    if described is None:
        for path, fact in policy.events[event].items():
            space, _, name = path.partition(".")
            if space == "event" and name not in ("type", "contact", "customer", "advisor"):
                place = needed if not fact.optional and fact.default is None else others
                place[name] = _outer(policy, fact, constants(policy))
        return needed, others
    for name, one in described.fields.items():
        (needed if one.required else others)[name] = _field(policy, described.names, name, one, texts)
    return needed, others


def _field(policy: ir.Policy, names: str, name: str, one: Field, texts: Sequence[str]) -> st.SearchStrategy[Any]:
    if name == names:
        owed = [f"latest:{each}" for each in policy.obligations] if names == "obligation" else []
        return st.sampled_from(["latest", "latest", *owed])
    match name:
        case "offence":
            return st.just("latest")
        case "other":
            return st.sampled_from(CUSTOMERS)
        case "by":
            return st.sampled_from(PEOPLE)
    if one.private:
        return st.sampled_from(["", "good morning", "早上好"])
    if isinstance(one.type, EnumType):
        return st.sampled_from(one.type.values)
    return st.sampled_from(texts)


def _texts(policy: ir.Policy) -> Iterator[Value]:
    """Texts that conditions compare with, which are also the values that free fields mean something by."""
    yield from (one for one in constants(policy) if isinstance(one, str))


def _overrides(policy: ir.Policy) -> Iterator[Mapping[str, str]]:
    for name, decision in policy.decisions.items():
        for outcome in (*decision.overrides, *([AS_DECIDED] if decision.overrides else [])):
            yield {"decision": name, "outcome": str(outcome)}


def _outer(policy: ir.Policy, fact: ir.Fact, hints: frozenset[Value]) -> st.SearchStrategy[Any]:
    """Values of a fact as a host gives them."""
    kind = fact.type
    drawn = candidates(policy, fact.path, (), hints) if isinstance(kind, RecordsType) else _plain(kind, hints)
    return drawn.map(lambda value: show(kind, value))


def _plain(kind: Type, hints: frozenset[Value]) -> st.SearchStrategy[Value]:
    return (
        st.booleans() if isinstance(kind, BoolType) else values(kind, hints if not isinstance(kind, StringType) else ())
    )
