"""Gathering: what an event says, what hosts and plugins know, what its entry lends, each fitted to its type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from attrs import define, field

from forbear.codec import line
from forbear.engine.plain import sort_of
from forbear.errors import FactError
from forbear.evaluate.given import declared
from forbear.language import ir
from forbear.language.types import (
    BoolType,
    DecimalType,
    EnumType,
    FieldType,
    IntType,
    RecordsType,
    StringType,
    Type,
    Value,
    fit,
    show,
)
from forbear.ledger.entries import Entry, attributes, lacking
from forbear.records import Event, Evidence, Plain

_EXACT = json.JSONDecoder(parse_float=Decimal)  # numbers with a fraction as they were written


@define
class Gathered:
    """The facts of one event: inner values by path, why others were refused, what was defaulted, what was heard."""

    values: dict[str, Value] = field(factory=dict)
    refused: dict[str, str] = field(factory=dict)
    defaulted: list[str] = field(factory=list)
    evidence: tuple[Evidence, ...] = ()
    sources: dict[str, str] = field(factory=dict)  # path → the plugin whose value it is


@define
class Supplied:
    """What plugins gave, by path with the plugin's name, and which facts a failing plugin leaves in doubt."""

    values: dict[str, tuple[object, str]] = field(factory=dict)
    evidence: tuple[Evidence, ...] = ()
    failed: list[tuple[str, frozenset[str], str]] = field(factory=list)  # plugin, facts in doubt, reason
    origins: dict[str, str] = field(factory=dict)  # plugin → the distribution that it comes from


@define
class Started:
    """What a contact was started with: facts that hold for all of it, and why others of them were refused."""

    facts: dict[str, object] = field(factory=dict)
    refused: dict[str, str] = field(factory=dict)


def gather(policy: ir.Policy, event: Event, contact: Entry | None, supplied: Supplied) -> Gathered:
    """The facts that the event's plan needs, folds left out.

    What the event says wins over what its contact was started with, that over what plugins supply, that over a
    default. A value that does not fit is refused, and so is one that is missing and has no default; where a plugin
    failed, whatever it might have supplied is refused rather than defaulted.
    """
    found = Gathered(evidence=supplied.evidence)
    started = _started(event, contact)
    for path in sorted(policy.plans[event.type].facts & policy.facts.keys()):
        fact = policy.facts[path]
        if path in event.facts:
            _take(found, fact, event.facts[path])
        elif path in started.refused:
            found.refused[path] = started.refused[path]
        elif path in started.facts:
            _take(found, fact, started.facts[path])
        elif path in supplied.values:
            given, plugin = supplied.values[path]
            _take(found, fact, given, f" (from the plugin {plugin})")
            if path in found.values:
                found.sources[path] = plugin
        else:
            failure = next((reason for _, doubt, reason in supplied.failed if path in doubt), None)
            if failure is None:
                _take(found, fact, None)
            else:
                found.refused[path] = failure
    for path, fact in policy.events[event.type].items():
        value = _told(event, path)
        if value is not None:
            found.values[path] = fit(path, fact.type, value)
    return found


def doubtful(plan: ir.Plan, refused: Mapping[str, str]) -> dict[str, str]:
    """The decisions that cannot be trusted without the facts that were refused, each with the first reason."""
    found: dict[str, str] = {}
    if not refused:
        return found
    for name in (*plan.decisions, *plan.rankings):
        missing = plan.reads[name] & refused.keys()
        if missing:
            found[name] = refused[min(missing)]
    for one, paths in plan.promised:
        missing = paths & refused.keys()
        if missing:
            found.setdefault(one.decision, f"the promise {one.name} cannot be checked: {refused[min(missing)]}")
    return found


def kept_facts(policy: ir.Policy, event: Event) -> dict[str, Value]:
    """The facts that a contact is started with, as attributes of its entry; what does not fit is kept as a reason."""
    started = Started()
    for path, given in event.facts.items():
        kind = policy.facts[path].type
        try:
            started.facts[path] = None if given is None else show(kind, fit(path, kind, given))
        except FactError as error:
            started.refused[path] = _reason(error)
    kept: dict[str, Value] = {"facts": line(started.facts)}
    if started.refused:
        kept["refused"] = line(started.refused)
    return kept


def _started(event: Event, contact: Entry | None) -> Started:
    """What `kept_facts` kept, the channel among the facts; the event's own channel wins."""
    started = Started()
    for name, value in contact.values.items() if contact is not None else ():
        if name == "channel":
            started.facts["contact.channel"] = value
        elif name == "refused" and isinstance(value, str):
            started.refused = json.loads(value)
    kept = contact.values.get("facts") if contact is not None else None
    if isinstance(kept, str):
        started.facts |= _EXACT.decode(kept)
    if event.fields.get("channel") is not None:
        started.facts["contact.channel"] = event.fields["channel"]
        started.refused.pop("contact.channel", None)
    return started


def _take(found: Gathered, fact: ir.Fact, given: object, source: str = "") -> None:
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
        found.refused[fact.path] = f"{_reason(error)}{source}"


def _reason(error: FactError) -> str:
    """Why a value was refused, without the words of a text: they may be a customer's."""
    return f"{error.path}: {sort_of(error.given)} is not {error.expected}"


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


def lend(policy: ir.Policy, event: Event, named: Entry, gathered: Gathered, at: int) -> None:
    """Add the attributes of the entry that an event names, as facts `offence.x` or `obligation.x`."""
    kind = policy.entries[named.kind]
    found = attributes(named, at, kind)
    for name, value in found.items():
        path = f"{named.kind}.{name}"
        fact = policy.events[event.type].get(path)
        if fact is None:
            continue
        if suits(fact.type, value) or path == "obligation.owe":  # of a name that this policy need not know any more
            gathered.values[path] = value
        else:
            gathered.refused[path] = (
                f"the `{name}` of the entry {named.id} was kept by a policy that wrote it otherwise"
            )
    for name in lacking(found, kind):
        gathered.refused[f"{named.kind}.{name}"] = f"the entry {named.id} has no `{name}`"


def suits(kind: Type, value: Value) -> bool:
    """Whether a value that the ledger kept is one of this type still."""
    match kind:
        case BoolType():
            return isinstance(value, bool)
        case IntType(low, high) | DecimalType(low=low, high=high):
            return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        case EnumType(values):
            return value in values
        case _:
            return isinstance(value, str)


def type_of(policy: ir.Policy, event: str, path: str) -> Type:
    """The type of a fact or fold that an event's plan needs."""
    found = declared(policy, event, path)
    return found.type if found is not None else StringType()


def shown(policy: ir.Policy, event: str, values: Mapping[str, Value]) -> dict[str, Plain]:
    """The facts that the plan needs, in the form of the record."""
    return {
        path: show(with_folds(policy, type_of(policy, event, path)), values[path])
        for path in policy.plans[event].ordered_facts
        if path in values
    }


def with_folds(policy: ir.Policy, kind: Type) -> Type:
    """A list of candidates with the folds that may stand beside their fields; any other type as it is."""
    if not isinstance(kind, RecordsType):
        return kind
    types = {path: fold.type for path, fold in policy.folds.items() if fold.keyed}
    folds = [FieldType(path, one) for path, one in types.items() if not isinstance(one, RecordsType)]
    return RecordsType((*kind.fields, *folds))
