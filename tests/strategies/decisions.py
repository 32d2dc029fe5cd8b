"""Decisions, drawn: heads first, because effects and invariants may read any of them, then rules with their effects."""

from __future__ import annotations

from attrs import define, field, frozen

from forbear.language.types import BoolType, EnumType, IntType, ListType, Scalar, StringType, Type
from strategies.assigned import Giver
from strategies.expressions import Author, Readable
from strategies.kinds import ENUMS, INT_RANGES, declare, listed, scalar
from strategies.pen import Pen
from strategies.tables import draw_partition, draw_table
from strategies.vocabulary import BUILT_IN_EVENTS, CARRIED, Vocabulary
from strategies.written import NOTHING, Written, both, either, negated
from strategies.yaml_text import Node

NAMES = ("mood", "d0", "record", "fired", "tuple")  # two of them are names in generated code, one is its built-in
HOWS = ("done", "waived")
SAYINGS = ("greeting", "exec")


@frozen
class Head:
    """What others must know of a decision."""

    name: str
    type: Type
    asked_on: tuple[str, ...]
    hit: str

    @property
    def readable(self) -> Readable:
        """The decision as a name."""
        kind = ListType(self.type) if self.hit == "collect" and isinstance(self.type, EnumType) else self.type
        return Readable(self.name, kind, False, "decision")


@define
class Owed:
    """Where an obligation is owed, and what each rule carries itself."""

    places: list[tuple[tuple[str, ...], frozenset[str]]] = field(factory=list)

    def events(self, key: str = "") -> tuple[str, ...]:
        """The events on which the declaration must give a value itself."""
        return tuple(dict.fromkeys(event for events, gives in self.places if key not in gives for event in events))


def draw_events(pen: Pen, words: Vocabulary) -> list[str]:
    """Some events."""
    declared = tuple(event for event in words.on_event if event not in BUILT_IN_EVENTS)
    return pen.some((*declared, *BUILT_IN_EVENTS), 1, 3)


def draw_heads(pen: Pen, words: Vocabulary) -> list[Head]:
    """Names, types and events; a later decision may read an earlier one."""
    pool = draw_events(pen, words)
    heads: list[Head] = []
    for name in pen.some(NAMES, 1, 4):
        asked_on = tuple(pool) if pen.chance(50) else tuple(pen.some(pool, 1, 3))
        kind: Type = EnumType(pen.pick(ENUMS)) if pen.chance(45) else listed(pen) if pen.chance(15) else scalar(pen)
        if pen.chance(12):
            kind = IntType(*pen.pick(INT_RANGES))
        heads.append(Head(name, kind, asked_on, pen.pick(_hits(kind))))
    return heads


def _hits(kind: Type) -> tuple[str, ...]:
    """The hit policies that a type allows, the commonest more than once."""
    match kind:
        case EnumType():
            return ("first", "first", "collect", "collect", "unique", "priority", "priority")
        case IntType():
            return ("first", "collect", "collect", "unique")
        case _:
            return ("first", "first", "first", "unique")


def effect_flags(words: Vocabulary) -> list[Readable]:
    """What an invariant may ask of the effects."""
    flags = [Readable(f"recorded.{name}", BoolType()) for name in (*words.entries, "contact", "obligation")]
    return flags + [Readable(f"owed.{name}", BoolType()) for name in words.obligations]


@define
class Decisions:
    """Writes the decisions of a pack and remembers what they owe."""

    pen: Pen
    words: Vocabulary
    heads: list[Head]
    owed: dict[str, Owed] = field(factory=dict)
    said: dict[str, list[str]] = field(factory=dict)  # text → the events on which rules say it

    def write(self, number: int) -> dict[str, Node]:
        """One decision, as in its file."""
        pen, head = self.pen, self.heads[number]
        node: dict[str, Node] = {"decision": head.name, "asked_on": list(head.asked_on), "outcome": _outcome(head.type)}
        settings = tuple(one for one in self.words.everywhere if one.setting)
        giver = Giver(pen, settings, NOTHING)
        fallback: Node
        if head.hit == "collect" and isinstance(head.type, EnumType):
            fallback = list(pen.some(head.type.values, 0, 2))
        else:
            fallback = giver.give(head.type)
        node["fallback"] = fallback
        if head.hit != "first" or pen.chance(10):
            node["hit"] = head.hit
        if isinstance(head.type, EnumType) and "setting." not in str(fallback) and pen.chance(40):
            milder = [one for one in head.type.values if one not in str(fallback)]
            if milder:
                node["grave"] = [milder[-1]]
        table = self._table(head, number) if pen.chance(15) else None
        if table is not None:
            node["table"] = table
        else:
            known = dict.fromkeys(head.asked_on, NOTHING)
            rules: list[Node] = [self._rule(head, number, n, known) for n in range(pen.number(1, 4))]
            if head.hit != "collect":
                rules.append({"otherwise": giver.give(head.type)})
            node["rules"] = rules
        invariants: list[Node] = [self._invariant(head) for _ in range(pen.pick((0, 0, 1, 2)))]
        return {**node, "invariants": invariants} if invariants else node

    def _readable(self, events: tuple[str, ...], before: int) -> tuple[Readable, ...]:
        """Words and decisions that are there on all the events."""
        asked = [one.readable for one in self.heads[:before] if set(events) <= set(one.asked_on)]
        return (*self.words.readable(events), *asked)

    def _table(self, head: Head, number: int) -> Node | None:
        """Rows in the place of rules; it has no `otherwise`, so its rows cover every case."""
        names = self._readable(head.asked_on, number)
        giver = Giver(self.pen, names, NOTHING)
        thens: list[Node] = [giver.give(head.type) for _ in range(3)]
        if isinstance(head.type, ListType):
            return None
        if head.hit == "unique":
            table = draw_partition(self.pen, names, thens, "r")
        else:
            table = draw_table(self.pen, names, {"then": thens}, "r", covers=True)
        return table and self._with_effects(table, head)

    def _with_effects(self, table: Node, head: Head) -> Node:
        """The table, some of its rows with effects of their own."""
        assert isinstance(table, dict)
        rows = table["rows"]
        assert isinstance(rows, list)
        giver = Giver(self.pen, self._readable(head.asked_on, len(self.heads)), NOTHING)
        some: list[Node] = []
        for row in rows:
            assert isinstance(row, dict)
            some.append({**row, **self._effects(head.asked_on, giver)} if self.pen.chance(40) else row)
        return {**table, "rows": some}

    def _rule(self, head: Head, number: int, n: int, known: dict[str, frozenset[str]]) -> Node:
        pen = self.pen
        node: dict[str, Node] = {"rule": f"r{n}"}
        events = head.asked_on
        if len(events) > 1 and pen.chance(40):
            events = tuple(pen.some(events, 1, len(events) - 1))
            node["asked_on"] = list(events)
        here = frozenset.intersection(*(known[event] for event in events))
        names = self._readable(events, number)
        inside = here
        if head.hit == "unique" or not pen.chance(10):
            when = Author(pen, names).condition(here)
            if head.hit == "unique":
                when = both(when, lambda _: untold(pen), here)
            node["when"] = when.forbear
            inside = here | when.when_true
            for event in events if head.hit == "first" else ():
                known[event] |= when.when_false
        node["then"] = Giver(pen, names, inside).give(head.type)
        node |= self._effects(events, Giver(pen, self._readable(events, len(self.heads)), inside))
        if pen.chance(20):
            node |= {"because": {"en": "so {it} is", "zh": "如此"}, "source": "S1 A1"}
        return node

    # --- effects

    def _effects(self, events: tuple[str, ...], giver: Giver) -> dict[str, Node]:
        pen = self.pen
        node: dict[str, Node] = {}
        if self.words.entries and pen.chance(40):
            node["record"] = [
                self._record(pen.pick(tuple(self.words.entries)), giver) for _ in range(pen.pick((1, 1, 2)))
            ]
        if self.words.entries and pen.chance(25):
            node["amend"] = [self._amend(pen.pick(tuple(self.words.entries)), giver)]
        if self.words.obligations and pen.chance(25):
            node["close"] = [self._close(pen.pick(tuple(self.words.obligations)), giver)]
        if self.words.obligations and pen.chance(40):
            names = pen.some(tuple(self.words.obligations), 1, 2)
            node["owe"] = [self._owe(name, events, giver) for name in names]
        if pen.chance(15):
            names = pen.some(SAYINGS, 1, 2)
            for name in names:
                self.said.setdefault(name, []).extend(events)
            node["say"] = [*names]
        return node

    def _record(self, entry: str, giver: Giver) -> Node:
        values: dict[str, Node] = {}
        for one in self.words.entries[entry]:
            if not (one.optional or one.default) or self.pen.chance(60):
                values[one.name] = giver.give(one.type, optional=one.optional)
        return {entry: values} if values else entry

    def _amend(self, entry: str, giver: Giver) -> Node:
        chosen = self.pen.some(self.words.entries[entry], 0, 2)
        values = {one.name: giver.give(one.type, optional=one.optional) for one in chosen}
        return {entry: {"which": giver.give(StringType()), **values}}

    def _close(self, name: str, giver: Giver) -> Node:
        node: dict[str, Node] = {"how": self.pen.pick(HOWS)}
        by = self.pen.some(self.words.obligations[name], 0, 2)
        if by:
            node["by"] = {key: giver.give(CARRIED[key], optional=True) for key in by}
        if self.pen.chance(30):
            node["reason"] = 'over "and" done\'s \\'
        return {name: node}

    def _owe(self, name: str, events: tuple[str, ...], giver: Giver) -> Node:
        keys = self.pen.some(self.words.obligations[name], 0, 2)
        self.owed.setdefault(name, Owed()).places.append((events, frozenset(keys)))
        if not keys:
            return name
        return {name: {"carries": {key: giver.give(CARRIED[key], optional=True) for key in keys}}}

    # --- promises

    def _invariant(self, head: Head) -> Node:
        pen = self.pen
        events = tuple(pen.some(head.asked_on, 1, len(head.asked_on)))
        own = [head.readable] * 3  # an invariant mostly speaks of its decision
        names = (*self._readable(events, len(self.heads)), *effect_flags(self.words), *own)
        condition = Author(pen, names).condition()
        return {pen.pick(("never", "always")): condition.forbear, "because": "We promise."}

    # --- obligations

    def write_obligations(self) -> tuple[dict[str, Node], dict[str, Node]]:
        """The sections `obligations:` and `texts:`, once it is known where each is owed."""
        nodes: dict[str, Node] = {}
        texts: dict[str, Node] = {}
        for name, keys in self.words.obligations.items():
            owed = self.owed.get(name, Owed())
            node: dict[str, Node] = {
                "to": "manager",
                "due": self._due(owed.events()),
                "closes": {how: {} for how in HOWS},
            }
            if keys:
                node["carries"] = {key: self._carried(key, owed.events(key)) for key in keys}
            if owed.events() and self.pen.chance(50):
                texts[f"{name}_said"] = self._text(owed.events())
                node["say"] = f"{name}_said"
            if self.pen.chance(30):
                node["once"] = {"per": "customer", "while": "open"}
            nodes[name] = node
        return nodes, texts | {name: self._text(tuple(dict.fromkeys(events))) for name, events in self.said.items()}

    def _declaring(self, events: tuple[str, ...]) -> tuple[Readable, ...]:
        """What a declaration may read: nothing that is known only once all obligations are."""
        names = self._readable(events, len(self.heads))
        return tuple(one for one in names if not one.path.startswith("obligation.") and one.path not in self.words.late)

    def _due(self, events: tuple[str, ...]) -> str:
        timed = [
            one.path
            for one in self.words.readable(events)
            if isinstance(one.type, IntType)
            and one.type.unit in ("seconds", "days")
            and one.type.low >= 1
            and not one.optional
            if one.path.startswith(("setting.", "event."))
        ]
        return self.pen.pick(("5 minutes", "end of next working day", *timed))

    def _carried(self, key: str, events: tuple[str, ...]) -> Node:
        kind: Scalar = CARRIED[key]
        given = Giver(self.pen, self._declaring(events), NOTHING).give(kind, optional=True)
        if isinstance(kind, StringType) or (isinstance(given, str) and given.startswith("=")):
            return given
        return f"= {given}".lower()  # a plain value is a text here

    def _text(self, events: tuple[str, ...]) -> Node:
        shown = [
            one for one in self._declaring(events) if not one.optional and not isinstance(one.type, BoolType | ListType)
        ]
        paths = [one.path for one in self.pen.some(shown, 0, 2)]
        said: dict[str, Node] = {"en": " ".join(["Well,", *(f"{{{path}}}" for path in paths)])}
        said["zh"] = "，".join(["好", *(f"{{{path}}}" for path in paths)])
        chosen_by = [one for one in shown if isinstance(one.type, EnumType)]
        if not chosen_by or self.pen.chance(70):
            return said
        by = self.pen.pick(chosen_by)
        assert isinstance(by.type, EnumType)
        return {"by": by.path, by.type.values[0]: dict(said), "otherwise": said}


def untold(pen: Pen) -> Written:
    """True always, in a way that the checker cannot tell: it takes no two rules for overlapping."""
    name = pen.pick(("event.customer", "event.advisor"))
    there = Written((f"has({name})",))
    return either(there, lambda _: negated(there), NOTHING)


def _outcome(kind: Type) -> Node:
    node = declare(kind)
    return node["type"] if set(node) == {"type"} else node
