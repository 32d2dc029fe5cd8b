"""`facts:`, `settings:`, `entries:` and `events:` → the words that a rule may use."""

from __future__ import annotations

from collections.abc import Container

from forbear.errors import FactError
from forbear.language import ir
from forbear.language.events import (
    COMMON,
    CONTACT_ATTRIBUTES,
    ENTRY_ATTRIBUTES,
    EVENT_TYPES,
    KEPT_BY_ENGINE,
    OVERRIDE_ATTRIBUTES,
    RECORDS,
    TEXTS,
)
from forbear.language.kinds import LIST_OF, OF_A_FACT, OF_A_SETTING, Declared, about, candidates, declared, seen_by
from forbear.language.scope import Names
from forbear.language.shape import PATH, Shape
from forbear.language.tree import Mapping, Node, Scalar, Sequence
from forbear.language.types import EnumType, ListType, StringType, fit

LENDERS = frozenset(one.names for one in EVENT_TYPES.values() if one.names)
TAKEN = frozenset({"setting", "history", "event", "decision", "recorded", "owed", "candidate"}) | LENDERS
MAX_EVENTS = 100


class Vocabulary:
    """Reads the vocabulary files of a pack into `names`."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.unfit: list[FactError] = []  # settings that a centre chose and that do not fit
        self.spaces: dict[str, str] = {}  # a path with something below it → that

    def read_facts(self, node: Node) -> None:
        """`facts:` what hosts and plugins supply."""
        for key, value in self.shape.named(node, "`facts`", PATH):
            path, space = key.value, key.value.partition(".")[0]
            listed = _is_of_candidates(value)
            if space == path and not listed:
                hint = f"for example `contact.{path}`"
                self.shape.error("bad-name", f"a fact has a dot; `{path}` would be a decision", key.span, hint)
                self.shape.problems.lose(path)
                self.shape.lose(value)
                continue
            if space in TAKEN:
                hint = "choose another first word"
                self.shape.error("reserved-name", f"`{space}.…` is not for facts that a host gives", key.span, hint)
                self.shape.problems.lose(path)
                self.shape.lose(value)
                continue
            if self._is_declared(key, path, self.names.facts) or self._is_space(key):
                continue
            fact = self._candidates(path, value) if listed else self._fact(path, value)
            if fact is None:
                self.names.broken.add(path)
                self.shape.lose(value)  # a fold may be asked by a field of it
            else:
                self.names.facts[path] = fact

    def _fact(self, path: str, node: Node) -> ir.Fact | None:
        found = declared(self.shape, node, f"`{path}`", OF_A_FACT)
        if found is None:
            return None
        return ir.Fact(path, found.type, found.optional, found.default, found.about, found.seen_by)

    def _candidates(self, path: str, node: Node) -> ir.Fact | None:
        """A list of candidates; where nobody gives one, there are none to choose from."""
        keys = self.shape.keys(node, f"`{path}`", required=("list_of",), optional=("about", "seen_by"))
        kind = candidates(self.shape, keys["list_of"]) if "list_of" in keys else None
        said, seen = about(self.shape, keys), seen_by(self.shape, keys, ir.MANAGERS)
        return None if kind is None else ir.Fact(path, kind, False, (), said, seen)

    def _is_space(self, key: Scalar) -> bool:
        """Whether a fact would be both a value and a namespace, as `a.b` is beside `a.b.c`."""
        parts = key.value.split(".")
        above = [".".join(parts[:n]) for n in range(1, len(parts))]
        clash = self.spaces.get(key.value) or next((path for path in above if path in self.names.facts), None)
        self.spaces |= dict.fromkeys(above, key.value)
        if clash is not None:
            message = f"`{key.value}` and `{clash}` cannot both be facts"
            self.shape.error("duplicate-name", message, key.span, "a fact has no parts; rename one of them")
            self.names.broken.add(key.value)
        return clash is not None

    def read_settings(self, node: Node, chosen: dict[str, object]) -> None:
        """`settings:` what a centre chooses; `chosen` replaces the defaults and is emptied of what it was used for."""
        for key, value in self.shape.named(node, "`settings`"):
            path = f"setting.{key.value}"
            if self._is_declared(key, path, self.names.settings):
                continue
            choice = {key.value: chosen.pop(key.value)} if key.value in chosen else {}
            found = declared(self.shape, value, f"`{key.value}`", OF_A_SETTING)
            setting = self._setting(key, path, value, found, choice) if found is not None else None
            if setting is None:
                self.names.broken.add(path)
            else:
                self.names.settings[path] = setting

    def _setting(
        self, key: Scalar, path: str, node: Node, found: Declared, choice: dict[str, object]
    ) -> ir.Setting | None:
        if isinstance(found.type, ListType):
            self.shape.wrong(node, "a setting is one value", "make it several settings")
            return None
        if "default" not in found.keys:
            hint = "add what holds where a centre chooses nothing"
            self.shape.error("missing-key", f"the setting `{key.value}` needs `default`", key.span, hint)
        value, words = found.default, found.words
        for given in choice.values():
            try:
                value, words = fit(path, found.type, given), {}
            except FactError as error:
                self.unfit.append(error)
        return None if value is None else ir.Setting(path, found.type, value, found.about, found.seen_by, words)

    def read_entries(self, node: Node) -> None:
        """`entries:` what the ledger may hold."""
        for key, value in self.shape.named(node, "`entries`"):
            if key.value in (*KEPT_BY_ENGINE, TEXTS, RECORDS):
                message = f"`{key.value}` is an entry that the engine keeps"
                self.shape.error("reserved-name", message, key.span, "choose another name")
                continue
            if self._is_declared(key, key.value, self.names.entries):
                continue
            attributes: dict[str, ir.Attribute] = {}
            for name, kind in self.shape.named(value, f"the entry `{key.value}`"):
                attribute = self._attribute(name, kind)
                if attribute is None:
                    self.shape.problems.lose(name.value)
                else:
                    attributes[name.value] = attribute
            self.names.entries[key.value] = ir.EntryKind(key.value, attributes)

    def _attribute(self, name: Scalar, node: Node) -> ir.Attribute | None:
        if name.value in ENTRY_ATTRIBUTES or name.value == "which":
            message = f"every entry has `{name.value}` already"
            if name.value == "which":
                message = "`which` is the word by which `amend` names an entry"
            self.shape.error("reserved-name", message, name.span, "leave it out, or choose another name")
            return None
        found = declared(self.shape, node, f"`{name.value}`", OF_A_FACT)
        if found is None:
            return None
        if isinstance(found.type, ListType):
            self.shape.wrong(node, "an attribute is one value", "record an entry for each")
            return None
        return ir.Attribute(name.value, found.type, found.optional, found.default)

    def read_events(self, node: Node) -> None:
        """`events:` types of event that this pack adds; their fields are facts `event.x`."""
        for key, value in self.shape.named(node, "`events`"):
            if key.value in EVENT_TYPES:
                message = f"there is an event `{key.value}` already"
                self.shape.error("duplicate-name", message, key.span, "the engine knows it; choose another name")
                continue
            if self._is_declared(key, key.value, self.names.events):
                continue
            if len(self.names.events) >= MAX_EVENTS:
                message = f"a pack has at most {MAX_EVENTS} types of event"
                self.shape.error("pack-too-large", message, key.span, "let fields tell alike events apart")
                return
            facts: dict[str, ir.Fact] = {}
            for name, kind in self.shape.named(value, f"the event `{key.value}`"):
                path = f"event.{name.value}"
                if name.value in COMMON:
                    message = f"every event has `{name.value}` already"
                    self.shape.error("reserved-name", message, name.span, "leave it out, or choose another name")
                    continue
                found = declared(self.shape, kind, f"`{name.value}`", OF_A_FACT)
                if found is None:
                    self.names.broken.add(path)
                else:
                    facts[path] = ir.Fact(path, found.type, found.optional, found.default, found.about, found.seen_by)
            self.names.events[key.value] = facts

    def _is_declared(self, key: Scalar, path: str, known: Container[str]) -> bool:
        if path in known or path in self.names.broken:
            message = f"`{key.value}` is declared already"
            self.shape.error("duplicate-name", message, key.span, "leave one of them out, or rename it")
            return True
        return False


def _is_of_candidates(node: Node) -> bool:
    """Whether a declaration is of a list of candidates, and not of one whose items are some values."""
    listed = [value for key, value in node.items if key.value == LIST_OF] if isinstance(node, Mapping) else []
    return bool(listed) and not isinstance(listed[0], Sequence)


def add_built_in(names: Names) -> None:
    """The words that every pack has: the engine's entries and the facts of its event types."""
    for kind, given in (("contact", CONTACT_ATTRIBUTES), ("obligation", {}), ("override", OVERRIDE_ATTRIBUTES)):
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
        for attribute in attributes_of(names.entries[lender]).values() if lender in names.entries else ():
            path = f"{lender}.{attribute.name}"
            facts[path] = ir.Fact(path, attribute.type, attribute.optional)


def attributes_of(kind: ir.EntryKind) -> dict[str, ir.Attribute]:
    """All attributes of a kind of entry, those that every entry has included."""
    built_in = {name: ir.Attribute(name, type_, optional) for name, (type_, optional) in ENTRY_ATTRIBUTES.items()}
    return {**built_in, **kind.attributes}
