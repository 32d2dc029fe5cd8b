"""`obligations:` → who owes what by when, what it carries, what is said, and how it closes."""

from __future__ import annotations

from attrs import evolve, frozen

from forbear.calendar import UNIT_SECONDS, Due, DuePhraseError, Elapsed, Named, parse_due
from forbear.language import ir
from forbear.language.check import check_assigned, check_value
from forbear.language.events import ENDS, ENTRY_ATTRIBUTES, EXPIRED, KEPT_BY_ENGINE
from forbear.language.folds import seconds_of
from forbear.language.infer import Checker
from forbear.language.kinds import seen_by
from forbear.language.scope import Names, Scope, Typed
from forbear.language.shape import Shape, did_you_mean
from forbear.language.syntax import Name
from forbear.language.texts import Texts
from forbear.language.tree import Node, Scalar
from forbear.language.types import (
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
    Value,
    describe,
)
from forbear.language.vocabulary import attributes_of

NEEDED = ("to", "due", "closes")
KEYS = ("to", "from", "due", "expires", "carries", "say", "once", "closes", "seen_by")
NEEDS = ("reason", "by", "note")
OWN = frozenset({"owe", "to", "open", "overdue", "how", "reason", *ENTRY_ATTRIBUTES})
_KEPT = frozenset({"due", "from", "expires", "beside", "terms", "ended"})  # in the ledger beside what it carries


@frozen
class Owing:
    """A place where a rule owes an obligation: the events of the rule and the carried values that it gives itself."""

    events: tuple[str, ...]
    gives: frozenset[str]


def events_of(owings: tuple[Owing, ...], key: str = "") -> tuple[str, ...]:
    """The events on which the declaration must give a value itself (all events of the owing rules without a key)."""
    return tuple(dict.fromkeys(event for one in owings if key not in one.gives for event in one.events))


class Obligations:
    """Reads obligations, once the decisions' outcomes are known."""

    def __init__(self, shape: Shape, names: Names, texts: Texts) -> None:
        self.shape, self.names, self.texts = shape, names, texts
        self.carried: dict[str, Type] = {}
        self.said: dict[str, dict[str, None]] = {}  # text → the events on which it is said

    def read(self, key: Scalar, node: Node, owings: tuple[Owing, ...]) -> None:
        """One obligation and the places where rules owe it."""
        if key.value in self.names.obligations or f"owed.{key.value}" in self.names.broken:
            message = f"there is an obligation `{key.value}` already"
            self.shape.error("duplicate-name", message, key.span, "leave one of them out, or rename it")
            return
        obligation = self._obligation(key, node, owings)
        if obligation is None:
            self.names.broken.add(f"owed.{key.value}")
        else:
            self.names.obligations[key.value] = obligation

    def _obligation(self, key: Scalar, node: Node, owings: tuple[Owing, ...]) -> ir.Obligation | None:
        events = events_of(owings)
        keys = self.shape.keys(node, f"the obligation `{key.value}`", required=NEEDED, optional=KEYS)
        to = self.shape.name(keys["to"], "`to`") if "to" in keys else None
        due = self._due(keys["due"], events) if "due" in keys else None
        start = self._due(keys["from"], events) if "from" in keys else None
        carries, values = self._carries(keys["carries"], owings) if "carries" in keys else ({}, ())
        say = ""
        if "say" in keys:
            say = self.shape.choice(keys["say"], "text", self._text_names(), "unknown-text") or ""
            self.said.setdefault(say, {}).update(dict.fromkeys(events))
        expires = self._due(keys["expires"], events) if "expires" in keys else None
        closes = self._closes(keys["closes"], "expires" in keys) if "closes" in keys else None
        once = self._once(keys["once"]) if "once" in keys else None
        if isinstance(due, Elapsed) and isinstance(expires, Elapsed) and expires.seconds < due.seconds:
            hint = "give it at least the time that `due` gives"
            self.shape.error("bad-time", "it expires before it is due", keys["expires"].span, hint)
        if to is None or due is None or closes is None:
            return None
        seen = seen_by(self.shape, keys, ir.STAFF)
        return ir.Obligation(key.value, to, due, start, carries, values, say, once, closes, seen, expires)

    def _text_names(self) -> list[str]:
        broken = [name.removeprefix("text.") for name in self.names.broken if name.startswith("text.")]
        return [*self.texts.drafts, *broken]

    def _due(self, node: Node, events: tuple[str, ...]) -> Due | None:
        word = self.shape.text(node, "a time")
        if word is None:
            return None
        try:
            due = parse_due(word.value)
        except DuePhraseError as error:
            self.shape.error("bad-time", error.message, word.at(error.offset, error.length), error.hint)
            return None
        if isinstance(due, Named):
            if due.path.startswith("setting."):
                return due if seconds_of(self.shape, self.names, due.path, word) is not None else None
            checker = Checker(Scope(self.names, events), word, self.shape.problems)
            begin = word.value.index(due.path)
            typed = checker.check(Name(due.path, begin, begin + len(due.path)), frozenset())
            if typed is None:
                return None
            if not (isinstance(typed.type, IntType) and typed.type.unit in UNIT_SECONDS and typed.type.low >= 1):
                hint = f"it needs a unit ({', '.join(UNIT_SECONDS)}) and a range from 1"
                self.shape.error("bad-time", f"`{due.path}` is not a stretch of time", word.span, hint)
                return None
        return due

    def _carries(
        self, node: Node, owings: tuple[Owing, ...]
    ) -> tuple[dict[str, ir.Attribute], tuple[tuple[str, ir.Expr], ...]]:
        """The carried values, each with the type of its expression, the same for every obligation that carries it."""
        attributes: dict[str, ir.Attribute] = {}
        values: list[tuple[str, ir.Expr]] = []
        for key, value in self.shape.named(node, "`carries`"):
            if key.value in OWN | _KEPT:
                message = f"every obligation has `{key.value}` already"
                self.shape.error("reserved-name", message, key.span, "choose another name")
                continue
            typed = self._carried(value, Scope(self.names, events_of(owings, key.value)))
            if typed is None or isinstance(typed.type, ListType | DecimalType | RecordsType):
                self.shape.problems.lose(key.value)
                if typed is not None:
                    message = (
                        f"a carried value is a text, a whole number, or true or false; this is {describe(typed.type)}"
                    )
                    self.shape.error("type-mismatch", message, value.span, "carry something else")
                continue
            kind = StringType() if isinstance(typed.type, EnumType) else typed.type
            if self.carried.setdefault(key.value, kind) != kind:
                message = f"another obligation carries a `{key.value}` of another type"
                self.shape.error("type-mismatch", message, value.span, "give one of the two another name")
                continue
            attributes[key.value] = ir.Attribute(key.value, kind, optional=True)
            values.append((key.value, typed.expr))
        return attributes, tuple(values)

    def _carried(self, node: Node, scope: Scope) -> Typed | None:
        """A carried value and its type: a plain value is a text, an expression has its own."""
        if isinstance(node, Scalar) and node.value.startswith("="):
            typed = check_assigned(node, scope, self.shape.problems, optional=True)
            if typed is None or not isinstance(typed.type, IntType):
                return typed
            kept = IntType()  # the same for every obligation, and what JSON keeps exactly
            if typed.type.low < kept.low or typed.type.high > kept.high:
                message = f"{describe(typed.type)} may not fit: from {kept.low} to {kept.high} is needed"
                self.shape.error("type-mismatch", message, node.span, "choose a value that always fits")
                return None
            return evolve(typed, type=kept)
        expr = check_value(node, StringType(), scope, self.shape.problems)
        return None if expr is None else Typed(expr, StringType())

    def _once(self, node: Node) -> ir.Once | None:
        keys = self.shape.keys(node, "`once`", required=("per",), optional=("while",))
        if "per" not in keys:
            return None
        per = self.shape.choice(keys["per"], "scope", ("contact", "customer"))
        while_open = "while" in keys and self.shape.choice(keys["while"], "state", ("open",)) is not None
        return None if per is None else ir.Once(per, while_open)

    def _closes(self, node: Node, expires: bool) -> dict[str, ir.Closing] | None:
        mapping = self.shape.mapping(node, "`closes`")
        closes: dict[str, ir.Closing] = {}
        for key, value in mapping.items if mapping else ():
            if key.value not in ENDS:
                hint = did_you_mean(key.value, ENDS)
                self.shape.error("unknown-value", f"nothing closes `{key.value}`", key.span, hint)
                continue
            if key.value == EXPIRED and not expires:
                message = "an obligation that never expires is never closed `expired`"
                self.shape.error("missing-key", message, key.span, "add `expires: …`, or leave it out")
            optional = ("amend",) if key.value == EXPIRED else ("needs", "amend")
            keys = self.shape.keys(value, f"`{key.value}`", optional=optional)
            needs = self.shape.choices(keys["needs"], "field", NEEDS) if "needs" in keys else ()
            closes[key.value] = ir.Closing(needs, self._amends(keys["amend"]) if "amend" in keys else ())
        if mapping and all(key.value == EXPIRED for key, _ in mapping.items):
            self.shape.error("missing-key", "an obligation needs a way to close", mapping.span, "add `done: {}`")
        return closes or None

    def _amends(self, node: Node) -> tuple[tuple[str, tuple[tuple[str, Value], ...]], ...]:
        """What a closing appends to the entries recorded beside the obligation; plain values only."""
        found: list[tuple[str, tuple[tuple[str, Value], ...]]] = []
        mapping = self.shape.mapping(node, "`amend`")
        entries = [name for name in self.names.entries if name not in KEPT_BY_ENGINE]
        for key, value in mapping.items if mapping else ():
            if key.value not in entries:
                hint = did_you_mean(key.value, entries)
                self.shape.error("unknown-entry", f"there is no entry `{key.value}`", key.span, hint)
                continue
            values: list[tuple[str, Value]] = []
            attributes = self.names.entries[key.value].attributes
            inner = self.shape.mapping(value, f"`{key.value}`")
            for name, given in inner.items if inner else ():
                if name.value not in attributes:
                    hint = did_you_mean(name.value, attributes)
                    self.shape.error("unknown-attribute", f"`{key.value}` has no `{name.value}`", name.span, hint)
                elif isinstance(given, Scalar) and given.value.startswith("="):
                    self.shape.error(
                        "wrong-value", "a closing amends with a plain value", given.span, "leave out the `=`"
                    )
                else:
                    kind = attributes[name.value].type
                    expr = check_value(given, kind, Scope(self.names), self.shape.problems)
                    values += [(name.value, expr.value)] if isinstance(expr, ir.Constant) else []
            found.append((key.value, tuple(values)))
        return tuple(found)


def complete_obligation_entry(names: Names) -> None:
    """The attributes of the built-in entry `obligation`: its own, and all that any obligation carries."""
    broken = (name.removeprefix("owed.") for name in names.broken if name.startswith("owed."))
    owed = tuple(dict.fromkeys((*names.obligations, *sorted(broken)))) or ("none",)
    attributes = {
        "owe": ir.Attribute("owe", EnumType(owed)),
        "to": ir.Attribute("to", StringType()),
        "open": ir.Attribute("open", BoolType()),
        "overdue": ir.Attribute("overdue", BoolType()),
        "how": ir.Attribute("how", EnumType(("none", *ENDS))),
        "reason": ir.Attribute("reason", StringType(), optional=True),
    }
    for obligation in names.obligations.values():
        attributes.update(obligation.carries)
    names.entries["obligation"] = ir.EntryKind("obligation", attributes)
    for event in ("obligation_closed", "obligation_overdue"):
        for one in attributes_of(names.entries["obligation"]).values():
            path = f"obligation.{one.name}"
            names.events[event][path] = ir.Fact(path, one.type, one.optional)
