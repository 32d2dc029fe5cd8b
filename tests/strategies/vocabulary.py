"""The words of a pack, drawn: facts, settings, entries, events and folds, with their declarations."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from forbear.language.events import CONTACT_ATTRIBUTES, ENDS, ENTRY_ATTRIBUTES, EVENT_TYPES
from forbear.language.types import JSON_SAFE, BoolType, EnumType, IntType, ListType, Scalar, StringType, Type
from strategies.expressions import Author, Readable
from strategies.kinds import decimal, declare, listed, scalar, value
from strategies.pen import Pen
from strategies.yaml_text import Node

# Names that would do harm if they reached generated code otherwise than through repr.
FACTS = ("f.d0", "fired.f0", "happenings.append", "none.r0", "lambda.is", "a.get", "deep.er.still", "tuple.values")
SETTINGS = ("not", "degraded", "days", "print")
ENTRIES = ("offence", "happening", "note")
ATTRIBUTES = ("status", "level", "print", "f0")
EVENTS = {"promise_made": ("within", "def"), "survey": ("def", "score")}
BUILT_IN_EVENTS = ("utterance", "contact_offered", "tick", "offence_reviewed", "obligation_closed", "contact_ended")
CARRIED: dict[str, Scalar] = {"who": StringType(), "much": IntType(), "sure": BoolType()}
OBLIGATIONS = ("farewell", "repr")
LISTS = ("advisors", "f.list", "left", "scores")  # of candidates; some are names in generated code
FIELDS = ("free", "level", "skills", "get", "is")
SCOPES = ("contact", "customer", "advisor", "centre")


@frozen
class Attribute:
    """An attribute of an entry, as a record must know it."""

    name: str
    type: Scalar
    optional: bool
    default: bool


@frozen
class Vocabulary:
    """What was declared: the sections of the file, and the names that expressions may read."""

    sections: dict[str, Node]
    everywhere: tuple[Readable, ...]  # facts, settings, folds
    on_event: dict[str, tuple[Readable, ...]]
    entries: dict[str, tuple[Attribute, ...]]
    obligations: dict[str, tuple[str, ...]]  # name → what it carries
    late: frozenset[str]  # folds over obligations, which no obligation's own declaration may read
    lists: dict[str, tuple[Readable, ...]]  # list of candidates → the fields of each
    keyed: tuple[Readable, ...]  # folds asked for each candidate

    def readable(self, events: Iterable[str]) -> tuple[Readable, ...]:
        """What may be read on every one of the events."""
        asked = [self.on_event[event] for event in events]
        shared = [one for one in asked[0] if all(one in others for others in asked)] if asked else []
        return (*self.everywhere, *shared)


def vocabulary(pen: Pen) -> Vocabulary:
    """Draw a vocabulary."""
    sections: dict[str, Node] = {}
    facts, plain = _facts(pen, pen.some(FACTS, 1, 6))
    lists, candidates = _lists(pen)
    sections["facts"] = {**plain, **candidates}
    settings, sections["settings"] = _settings(pen)
    entries, sections["entries"] = _entries(pen)
    carried = {name: tuple(pen.some(tuple(CARRIED), 0, 3)) for name in pen.some(OBLIGATIONS, 0, 2)}
    fields, sections["events"] = _events(pen)
    on_event = _on_event(fields, entries, carried)
    folds, keyed, sections["history"] = _folds(pen, entries, carried, facts, lists, settings)
    late = frozenset(one.path for one in folds if "obligation" in _folded(sections, one.path))
    return Vocabulary(sections, (*facts, *settings, *folds), on_event, entries, carried, late, lists, tuple(keyed))


def _folded(sections: dict[str, Node], path: str) -> list[Node]:
    history = sections["history"]
    assert isinstance(history, dict)
    fold = history[path.removeprefix("history.")]
    return list(fold.values()) if isinstance(fold, dict) else []


def _declared(pen: Pen, kind: Type) -> tuple[bool, bool, dict[str, Node]]:
    """Whether it is optional, whether it has a default, and the declaration."""
    state = pen.pick(("required", "optional", "default"))
    node = declare(kind)
    if state == "optional":
        node["optional"] = True
    elif state == "default":
        node["default"] = value(pen, kind)
    return state == "optional", state == "default", node


def _facts(pen: Pen, paths: list[str]) -> tuple[list[Readable], dict[str, Node]]:
    found: list[Readable] = []
    nodes: dict[str, Node] = {}
    for path in paths:
        kind = listed(pen) if pen.chance(20) else scalar(pen)
        optional, _, nodes[path] = _declared(pen, kind)
        found.append(Readable(path, kind, optional))
    return found, nodes


def _lists(pen: Pen) -> tuple[dict[str, tuple[Readable, ...]], dict[str, Node]]:
    """Lists of candidates."""
    found: dict[str, tuple[Readable, ...]] = {}
    nodes: dict[str, Node] = {}
    for path in pen.some(LISTS, 0, 2):
        fields = [Readable("id", StringType())]
        inner: dict[str, Node] = {"id": "string"}
        for name in pen.some(FIELDS, 0, 4):
            kind: Scalar | ListType = listed(pen) if pen.chance(20) else scalar(pen)
            optional, _, inner[name] = _declared(pen, kind)
            fields.append(Readable(name, kind, optional))
        found[path], nodes[path] = tuple(fields), {"list_of": inner}
    return found, nodes


def _settings(pen: Pen) -> tuple[list[Readable], dict[str, Node]]:
    found: list[Readable] = []
    nodes: dict[str, Node] = {}
    for name in pen.some(SETTINGS, 0, 3):
        kind = scalar(pen)
        nodes[name] = {**declare(kind), "default": value(pen, kind)}
        found.append(Readable(f"setting.{name}", kind))
    if pen.chance(30):
        nodes["window"] = {"type": "int", "unit": "days", "range": [1, 90], "default": 30}
        found.append(Readable("setting.window", IntType(1, 90, "days")))
    return found, nodes


def _entries(pen: Pen) -> tuple[dict[str, tuple[Attribute, ...]], dict[str, Node]]:
    entries: dict[str, tuple[Attribute, ...]] = {}
    nodes: dict[str, Node] = {}
    for name in pen.some(ENTRIES, 0, 2):
        attributes: list[Attribute] = []
        inner: dict[str, Node] = {}
        for attribute in pen.some(ATTRIBUTES, 0, 3):
            kind = scalar(pen)
            optional, default, inner[attribute] = _declared(pen, kind)
            attributes.append(Attribute(attribute, kind, optional, default))
        entries[name], nodes[name] = tuple(attributes), inner
    return entries, nodes


def _events(pen: Pen) -> tuple[dict[str, list[Readable]], dict[str, Node]]:
    """Events of the pack; a field of one name is the same on each."""
    fields: dict[str, tuple[Readable, dict[str, Node]]] = {}
    found: dict[str, list[Readable]] = {}
    nodes: dict[str, Node] = {}
    for event in pen.some(tuple(EVENTS), 0, 2):
        for name in EVENTS[event]:
            if name not in fields:
                kind = listed(pen) if pen.chance(10) else decimal(pen) if pen.chance(20) else scalar(pen)
                optional, _, node = _declared(pen, kind)
                fields[name] = Readable(f"event.{name}", kind, optional), node
        found[event] = [fields[name][0] for name in EVENTS[event]]
        nodes[event] = {name: fields[name][1] for name in EVENTS[event]}
    return found, nodes


def _on_event(
    fields: dict[str, list[Readable]], entries: dict[str, tuple[Attribute, ...]], carried: dict[str, tuple[str, ...]]
) -> dict[str, tuple[Readable, ...]]:
    """The facts that each event brings: its fields, what all have, and what the entry that it names lends."""
    types = EnumType((*EVENT_TYPES, *fields))
    common = [Readable("event.type", types)]
    common += [Readable(f"event.{name}", StringType(), optional=True) for name in ("contact", "customer", "advisor")]
    found = {event: (*own, *common) for event, own in fields.items()}
    for event in BUILT_IN_EVENTS:
        described = EVENT_TYPES[event]
        own = [
            Readable(f"event.{name}", one.type, not one.required and one.default is None)
            for name, one in described.fields.items()
            if not one.private
        ]
        lent = _attributes(described.names, entries, carried) if described.names else []
        found[event] = (
            *own,
            *common,
            *(Readable(f"{described.names}.{one.path}", one.type, one.optional) for one in lent),
        )
    return found


def _attributes(
    entry: str, entries: dict[str, tuple[Attribute, ...]], carried: dict[str, tuple[str, ...]]
) -> list[Readable]:
    """The attributes of a kind of entry, as a `where` reads them."""
    found = [Readable(name, kind, optional, "entry") for name, (kind, optional) in ENTRY_ATTRIBUTES.items()]
    if entry == "obligation":
        own: dict[str, Scalar] = {
            "owe": EnumType(tuple(carried) or ("none",)),
            "to": StringType(),
            "open": BoolType(),
            "overdue": BoolType(),
            "how": EnumType(("none", *ENDS)),
        }
        found += [Readable(name, kind, False, "entry") for name, kind in own.items()]
        found.append(Readable("reason", StringType(), True, "entry"))
        names = dict.fromkeys(name for keys in carried.values() for name in keys)
        return found + [Readable(name, CARRIED[name], True, "entry") for name in names]
    if entry == "contact":
        return found + [
            Readable(name, kind, optional, "entry") for name, (kind, optional) in CONTACT_ATTRIBUTES.items()
        ]
    if entry not in entries:
        return []
    return found + [Readable(one.name, one.type, one.optional, "entry") for one in entries[entry]]


def _folds(
    pen: Pen,
    entries: dict[str, tuple[Attribute, ...]],
    carried: dict[str, tuple[str, ...]],
    facts: list[Readable],
    lists: dict[str, tuple[Readable, ...]],
    settings: list[Readable],
) -> tuple[list[Readable], list[Readable], dict[str, Node]]:
    """The folds asked once, those asked for each candidate, and their declarations."""
    found: list[Readable] = []
    keyed: list[Readable] = []
    nodes: dict[str, Node] = {}
    for name in pen.some(("count", "fold", "x1", "last"), 0, 3 + len(lists)):
        entry = pen.pick((*entries, "obligation", "contact"))
        attributes = _attributes(entry, entries, carried)
        operator = pen.pick(("any", "count", "last", "first", "sum"))
        node: dict[str, Node] = {operator: entry, "scope": pen.pick(SCOPES)}
        kind: Type = BoolType() if operator == "any" else IntType(0, JSON_SAFE)
        optional = False
        if operator == "sum":
            of = pen.pick([one for one in attributes if isinstance(one.type, IntType)])
            assert isinstance(of.type, IntType)
            kind = IntType(-5, 5, of.type.unit)
            node |= {"of": of.path, "range": [-5, 5]}
        elif operator in ("first", "last"):
            of = pen.pick(attributes)
            kind, optional = of.type, not pen.chance(30)
            node["of"] = of.path
            if not optional:
                node["else"] = value(pen, kind)
        if pen.chance(60):
            node["where"] = Author(pen, [*attributes, *settings]).condition(depth=2).forbear
        if pen.chance(30):
            node["window"] = pen.pick(
                ("30 days", *(["setting.window"] if "setting.window" in [s.path for s in settings] else []))
            )
        by: dict[str, Node] = {}
        if pen.chance(30):
            texts = [one.path for one in facts if isinstance(one.type, StringType)] + ["event.customer"]
            by["id"] = pen.pick(texts)
        asked_for_each = bool(lists) and pen.chance(50)
        if asked_for_each:
            by["advisor"] = "candidate.id"
        nodes[name] = {**node, "by": by} if by else node
        (keyed if asked_for_each else found).append(Readable(f"history.{name}", kind, optional))
    return found, keyed, nodes
