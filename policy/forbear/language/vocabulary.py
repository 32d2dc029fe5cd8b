"""`facts:`, `settings:`, `entries:` and `events:` → the words that a rule may use."""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve

from forbear.errors import FactError, SettingError
from forbear.language import ir
from forbear.language.check import plain
from forbear.language.events import COMMON, CONTACT_ATTRIBUTES, ENTRY_ATTRIBUTES, EVENT_TYPES
from forbear.language.scope import Names
from forbear.language.shape import NAME, PATH, RESERVED, Shape, did_you_mean
from forbear.language.tree import Mapping, Node, Scalar, Sequence
from forbear.language.types import (
    DECIMAL_SAFE,
    JSON_SAFE,
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    StringType,
    Type,
    Value,
    fit,
)
from forbear.language.types import (
    Scalar as ScalarType,
)

TYPE_NAMES = ("bool", "int", "decimal", "string")
TYPE_KEYS = ("type", "unit", "range", "places", "default", "optional", "about")
TAKEN = frozenset({"setting", "history", "event", "decision", "recorded", "owed", "candidate"})


class Vocabulary:
    """Reads the vocabulary files of a pack into `names`."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names

    # --- types

    def type(self, node: Node, what: str) -> tuple[Type, dict[str, Node]] | None:
        """A type, written short (`string`, `[a, b]`) or long (`{type: int, range: [0, 9], …}`), and its other keys."""
        if isinstance(node, Mapping):
            keys = self.shape.keys(node, what, required=("type",), optional=TYPE_KEYS)
            kind = self._type(keys["type"], keys, what) if "type" in keys else None
            return None if kind is None else (kind, keys)
        kind = self._type(node, {}, what)
        return None if kind is None else (kind, {})

    def _type(self, node: Node, keys: dict[str, Node], what: str) -> Type | None:
        if isinstance(node, Sequence):
            return self._enumeration(node, what)
        word = self.shape.text(node, "a type")
        if word is None:
            return None
        name, item = word.value, word.value.removeprefix("list of ")
        if item != name:
            kind = self._named(item, word, keys)
            return None if kind is None else ListType(kind)
        return self._named(name, word, keys)

    def _named(self, name: str, word: Scalar, keys: dict[str, Node]) -> ScalarType | None:
        if name not in TYPE_NAMES:
            hint = did_you_mean(name, TYPE_NAMES)
            self.shape.error("unknown-type", f"there is no type `{name}`", word.span, hint or "or list the values")
            return None
        for key, types in (("range", ("int", "decimal")), ("unit", ("int", "decimal")), ("places", ("decimal",))):
            if key in keys and name not in types:
                self.shape.error("wrong-shape", f"a {name} has no `{key}`", keys[key].span)
        if name == "bool":
            return BoolType()
        if name == "string":
            return StringType()
        unit = self.shape.name(keys["unit"], "a unit") or "" if "unit" in keys else ""
        if name == "int":
            low, high = self._range(keys.get("range"), 0) or (-JSON_SAFE, JSON_SAFE)
            if unit and "range" not in keys:
                low = 0
            return IntType(low, high, unit)
        return self._decimal(word, keys, unit)

    def _decimal(self, word: Scalar, keys: dict[str, Node], unit: str) -> DecimalType | None:
        for key in ("places", "range"):
            if key not in keys:
                self.shape.error("missing-key", f"a decimal needs `{key}`", word.span)
                return None
        places = self.shape.whole(keys["places"], "`places`")
        if places is None:
            return None
        if not 1 <= places <= 9:
            self.shape.error("wrong-value", "`places` is from 1 to 9", keys["places"].span)
            return None
        bounds = self._range(keys["range"], places)
        return None if bounds is None else DecimalType(places, *bounds, unit)

    def _range(self, node: Node | None, places: int) -> tuple[int, int] | None:
        if node is None:
            return None
        if not isinstance(node, Sequence) or len(node.items) != 2:
            self.shape.wrong(node, "a range is [lowest, highest]")
            return None
        bounds: list[int] = []
        limit = DECIMAL_SAFE if places else JSON_SAFE
        for item in node.items:
            number = self.shape.number(item, "a bound") if places else self.shape.whole(item, "a bound")
            if number is None:
                return None
            scaled = Decimal(number).scaleb(places)
            if scaled != scaled.to_integral_value() or abs(scaled) > limit:
                self.shape.error("wrong-value", "this bound cannot be kept exactly", item.span)
                return None
            bounds.append(int(scaled))
        if bounds[0] > bounds[1]:
            self.shape.error("wrong-value", "the lowest stands first", node.span, "swap the two")
            return None
        return bounds[0], bounds[1]

    def _enumeration(self, node: Sequence, what: str) -> EnumType | None:
        values: list[str] = []
        for item in node.items:
            value = self.shape.name(item, "a value")
            if value is None:
                return None
            if value in values:
                self.shape.error("duplicate-name", f"`{value}` stands in this list already", item.span)
            values.append(value)
        if not values:
            self.shape.wrong(node, f"{what} needs at least one value")
            return None
        return EnumType(tuple(dict.fromkeys(values)))

    def default(self, keys: dict[str, Node], kind: Type) -> Value | None:
        """The declared default as a value of the type."""
        if "default" not in keys:
            return None
        try:
            return fit("default", kind, plain(keys["default"]))
        except FactError as error:
            self.shape.error("wrong-value", f"the default is not {error.expected}", keys["default"].span)
            return None

    def flag(self, keys: dict[str, Node], key: str) -> bool:
        """A yes or no that may be left out."""
        return key in keys and self.shape.flag(keys[key], f"`{key}`")

    # --- sections

    def read_facts(self, node: Node) -> None:
        """`facts:` what hosts and plugins supply."""
        for key, value in self.shape.named(node, "`facts`", PATH):
            space = key.value.partition(".")[0]
            if "." not in key.value:
                hint = f"for example `contact.{key.value}`"
                self.shape.error("bad-name", f"a fact has a dot; `{key.value}` would be a decision", key.span, hint)
                continue
            if space in TAKEN:
                self.shape.error("reserved-name", f"`{space}.…` is not for facts that a host gives", key.span)
                continue
            if self._declared(key, key.value, self.names.facts):
                continue
            found = self.type(value, f"`{key.value}`")
            if found is None:
                self.names.broken.add(key.value)
                continue
            kind, keys = found
            fact = ir.Fact(key.value, kind, self.flag(keys, "optional"), self.default(keys, kind), self._about(keys))
            if fact.optional and fact.default is not None:
                self.shape.error("wrong-shape", "a fact with a default is never missing", keys["optional"].span)
            self.names.facts[key.value] = fact

    def read_settings(self, node: Node, chosen: dict[str, object]) -> None:
        """`settings:` what a centre chooses; `chosen` replaces the defaults and is emptied of what it was used for."""
        for key, value in self.shape.named(node, "`settings`"):
            path = f"setting.{key.value}"
            if self._declared(key, path, self.names.settings):
                continue
            found = self.type(value, f"`{key.value}`")
            if found is None or isinstance(found[0], ListType):
                if found is not None:
                    self.shape.wrong(value, "a setting is one value")
                self.names.broken.add(path)
                chosen.pop(key.value, None)
                continue
            kind, keys = found
            default = self.default(keys, kind)
            if default is None:
                if "default" not in keys:
                    self.shape.error("missing-key", f"the setting `{key.value}` needs `default`", key.span)
                self.names.broken.add(path)
                chosen.pop(key.value, None)
                continue
            if key.value in chosen:
                try:
                    default = fit(path, kind, chosen.pop(key.value))
                except FactError as error:
                    raise SettingError(str(error)) from error
            self.names.settings[path] = ir.Setting(path, kind, default, self._about(keys))

    def read_entries(self, node: Node) -> None:
        """`entries:` what the ledger may hold."""
        for key, value in self.shape.named(node, "`entries`"):
            if key.value in ("obligation", "contact"):
                self.shape.error("reserved-name", f"`{key.value}` is an entry that the engine keeps", key.span)
                continue
            if self._declared(key, f"recorded.{key.value}", {f"recorded.{name}": 0 for name in self.names.entries}):
                continue
            attributes: dict[str, ir.Attribute] = {}
            for name, kind_node in self.shape.named(value, f"the entry `{key.value}`"):
                if name.value in ENTRY_ATTRIBUTES:
                    message = f"every entry has `{name.value}` already"
                    self.shape.error("reserved-name", message, name.span, "leave it out")
                    continue
                attribute = self._attribute(name, kind_node)
                if attribute is not None:
                    attributes[name.value] = attribute
            self.names.entries[key.value] = ir.EntryKind(key.value, attributes)

    def _attribute(self, name: Scalar, node: Node) -> ir.Attribute | None:
        found = self.type(node, f"`{name.value}`")
        if found is None:
            return None
        kind, keys = found
        if isinstance(kind, ListType):
            self.shape.wrong(node, "an attribute is one value")
            return None
        return ir.Attribute(name.value, kind, self.flag(keys, "optional"), self.default(keys, kind))

    def read_events(self, node: Node) -> None:
        """`events:` types of event that this pack adds; their fields are facts `event.x`."""
        for key, value in self.shape.named(node, "`events`"):
            if key.value in EVENT_TYPES or key.value in self.names.events:
                self.shape.error("duplicate-name", f"there is an event `{key.value}` already", key.span)
                continue
            facts: dict[str, ir.Fact] = {}
            for name, kind_node in self.shape.named(value, f"the event `{key.value}`"):
                if name.value in COMMON:
                    self.shape.error("reserved-name", f"every event has `{name.value}` already", name.span)
                    continue
                found = self.type(kind_node, f"`{name.value}`")
                if found is not None:
                    kind, keys = found
                    path = f"event.{name.value}"
                    facts[path] = ir.Fact(path, kind, self.flag(keys, "optional"), self.default(keys, kind))
            self.names.events[key.value] = facts

    def _declared(self, key: Scalar, path: str, known: object) -> bool:
        assert isinstance(known, dict)
        if path in known or path in self.names.broken:
            self.shape.error("duplicate-name", f"`{key.value}` is declared already", key.span)
            return True
        return False

    def _about(self, keys: dict[str, Node]) -> str:
        about = self.shape.text(keys["about"], "`about`") if "about" in keys else None
        return about.value if about is not None else ""


def add_built_in(names: Names) -> None:
    """The words that every pack has: the engine's entries and the facts of its event types."""
    for kind, given in (("contact", CONTACT_ATTRIBUTES), ("obligation", {})):
        names.entries[kind] = ir.EntryKind(
            kind, {name: ir.Attribute(name, type_, optional) for name, (type_, optional) in given.items()}
        )
    for event, described in EVENT_TYPES.items():
        names.events[event] = {
            f"event.{name}": ir.Fact(f"event.{name}", one.type, not one.required and one.default is None, one.default)
            for name, one in described.fields.items()
            if not one.private
        }


def finish_events(names: Names) -> None:
    """Give each event what all have, and lend it the attributes of the entry that it names."""
    types = EnumType(tuple(names.events))
    for event, facts in names.events.items():
        facts["event.type"] = ir.Fact("event.type", types)
        for name in ("contact", "customer", "advisor"):
            facts[f"event.{name}"] = ir.Fact(f"event.{name}", StringType(), optional=True)
        lender = EVENT_TYPES[event].names if event in EVENT_TYPES else ""
        for attribute in attributes_of(names, lender).values() if lender in names.entries else ():
            path = f"{lender}.{attribute.name}"
            facts[path] = ir.Fact(path, attribute.type, attribute.optional)


def attributes_of(names: Names, entry: str) -> dict[str, ir.Attribute]:
    """All attributes of a kind of entry, those that every entry has included."""
    built_in = {name: ir.Attribute(name, kind, optional) for name, (kind, optional) in ENTRY_ATTRIBUTES.items()}
    return {**built_in, **{name: evolve(one) for name, one in names.entries[entry].attributes.items()}}


__all__ = ["NAME", "RESERVED", "Vocabulary", "add_built_in", "attributes_of", "finish_events"]
