"""Gathering: what an event says, what hosts and plugins know, what history tells, each fitted to its type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from attrs import define, field

from forbear.errors import FactError
from forbear.language import ir
from forbear.language.types import StringType, Type, Value, fit, show
from forbear.ledger.entries import Entry, attributes
from forbear.records import Event, Evidence, Plain


@define
class Gathered:
    """The facts of one event: inner values by path, why others were refused, what was defaulted, what was heard."""

    values: dict[str, Value] = field(factory=dict)
    refused: dict[str, str] = field(factory=dict)
    defaulted: list[str] = field(factory=list)
    evidence: tuple[Evidence, ...] = ()


@define
class Supplied:
    """What plugins gave, by path with the plugin's name, and which facts a failing plugin leaves in doubt."""

    values: dict[str, tuple[object, str]] = field(factory=dict)
    evidence: tuple[Evidence, ...] = ()
    failed: list[tuple[str, str, str]] = field(factory=list)  # plugin, prefix of the facts in doubt, reason


def gather(policy: ir.Policy, event: Event, contact: Entry | None, supplied: Supplied) -> Gathered:
    """The facts that the event's plan needs, folds left out.

    What the event says wins over what its contact was started with, that over what plugins supply, that over a
    default. A value that does not fit is refused, and so is one that is missing and has no default; where a plugin
    failed, whatever it might have supplied is refused rather than defaulted.
    """
    found = Gathered(evidence=supplied.evidence)
    plan = policy.plans[event.type]
    started = _started(event, contact)
    for path in sorted(plan.facts):
        fact = policy.facts.get(path)
        if fact is None:
            continue
        given: object
        source = ""
        if path in event.facts:
            given = event.facts[path]
        elif path in started:
            given = started[path]
        elif path in supplied.values:
            given, plugin = supplied.values[path]
            source = f" (from the plugin {plugin})"
        else:
            given = None
            doubt = next((reason for _, prefix, reason in supplied.failed if path.startswith(prefix)), None)
            if doubt is not None:
                found.refused[path] = doubt
                continue
        _take(found, fact, given, source)
    for path, fact in policy.events[event.type].items():
        value = _told(event, path)
        if value is not None:
            found.values[path] = fit(path, fact.type, value)
    return found


def _started(event: Event, contact: Entry | None) -> dict[str, object]:
    """The facts that the contact was started with, its channel among them; the event's own channel wins."""
    started: dict[str, object] = {}
    if contact is not None:
        if "channel" in contact.values:
            started["contact.channel"] = contact.values["channel"]
        facts = contact.values.get("facts")
        started |= json.loads(facts, parse_float=Decimal) if isinstance(facts, str) else {}
    if event.fields.get("channel") is not None:
        started["contact.channel"] = event.fields["channel"]
    return started


def _take(found: Gathered, fact: ir.Fact, given: object, source: str) -> None:
    if given is None:
        if fact.default is not None:
            found.values[fact.path] = fact.default
            found.defaulted.append(fact.path)
        elif not fact.optional:
            found.refused[fact.path] = f"{fact.path} is missing: no event, contact or plugin gave it"
        return
    try:
        found.values[fact.path] = fit(fact.path, fact.type, given)
    except FactError as error:
        found.refused[fact.path] = f"{error}{source}"


def _told(event: Event, path: str) -> Plain:
    """A fact that the event itself is the source of."""
    space, _, name = path.partition(".")
    if space != "event":
        return None
    if name == "type":
        return event.type
    if name in ("contact", "customer", "advisor"):
        return getattr(event, name)  # type: ignore[no-any-return]
    return event.fields.get(name)


def lend(policy: ir.Policy, event: Event, named: Entry, at: int) -> dict[str, Value]:
    """The attributes of the entry that an event names, as facts `offence.x` or `obligation.x`."""
    known = policy.events[event.type]
    return {path: value for name, value in attributes(named, at).items() if (path := f"{named.kind}.{name}") in known}


def type_of(policy: ir.Policy, event: str, path: str) -> Type:
    """The type of a fact or fold that an event's plan needs."""
    if path in policy.folds:
        return policy.folds[path].type
    if path in policy.facts:
        return policy.facts[path].type
    fact = policy.events[event].get(path)
    return fact.type if fact is not None else StringType()


def shown(policy: ir.Policy, event: str, values: Mapping[str, Value]) -> dict[str, Plain]:
    """The facts that the plan needs, in the form of the record."""
    plan = policy.plans[event]
    return {path: show(type_of(policy, event, path), values[path]) for path in sorted(plan.facts) if path in values}
