"""`history:` → folds, the questions that a rule may ask about the past."""

from __future__ import annotations

from collections.abc import Iterable

from forbear.calendar import UNIT_SECONDS, DuePhraseError, Elapsed, Named, parse_due
from forbear.language import ir
from forbear.language.check import check_condition, check_value
from forbear.language.kinds import about, bounds, seen_by
from forbear.language.problems import Problems
from forbear.language.scope import Names, Scope
from forbear.language.shape import PATH, Shape, did_you_mean
from forbear.language.tree import Mapping, Node, Scalar, scalar_value
from forbear.language.types import (
    BoolType,
    DecimalType,
    EnumType,
    FieldType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
    Value,
    describe,
)
from forbear.language.vocabulary import attributes_of

OPERATORS = ("count", "any", "sum", "first", "last")
SCOPES = ("contact", "customer", "advisor", "centre")
KEYS = ("of", "where", "scope", "window", "by", "else", "range", "about", "seen_by")
MOST = 2**40  # entries that a count may come to; no ledger holds more


class Folds:
    """Reads folds into `names`: first their types, on which obligations may build, then the whole."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names

    def announce(self, key: Scalar, node: Node) -> None:
        """Make the type of a fold known before its entry is; what is wrong with it is noted when it is read."""
        quiet = Folds(Shape(Problems()), self.names)
        keys = {one.value: value for one, value in node.items} if isinstance(node, Mapping) else {}
        operator, entry = quiet._question(key, node, keys)
        kind = (
            quiet._kind(operator, keys, attributes_of(self.names.entries[entry]), key) if operator and entry else None
        )
        if operator and entry and kind is not None:
            path = f"history.{key.value}"
            otherwise = quiet._otherwise(operator, keys, kind)
            by = _keyed(keys.get("by"))
            self.names.folds.setdefault(
                path, ir.Fold(path, operator, entry, kind, "centre", by=by, otherwise=otherwise)
            )
        elif entry == "obligation":
            self.names.unready.add(f"history.{key.value}")

    def read(self, sections: Iterable[tuple[Scalar, Node]]) -> None:
        """All folds: `name: {count: offence, where: …, scope: customer, window: …}`."""
        read: set[str] = set()
        for key, node in sections:
            path = f"history.{key.value}"
            if path in read:
                hint = "leave one of them out, or rename it"
                self.shape.error("duplicate-name", f"`{key.value}` is declared already", key.span, hint)
                continue
            read.add(path)
            fold = self._fold(path, key, node)
            if fold is None:
                self.names.folds.pop(path, None)
                self.names.broken.add(path)
            else:
                self.names.folds[path] = fold

    def _question(self, key: Scalar, node: Node, keys: dict[str, Node]) -> tuple[str | None, str | None]:
        """The operator of a fold and the entry that it asks about."""
        operators = [name for name in OPERATORS if name in keys]
        if len(operators) != 1:
            if isinstance(node, Mapping) or (isinstance(node, Scalar) and scalar_value(node) is None):
                hint = "for example {count: offence, scope: customer}"
                self.shape.error("missing-key", f"a fold has one of {', '.join(OPERATORS)}", key.span, hint)
            return None, None
        return operators[0], self.shape.choice(keys[operators[0]], "entry", self.names.entries, "unknown-entry")

    def _fold(self, path: str, key: Scalar, node: Node) -> ir.Fold | None:
        keys = self.shape.keys(node, f"`{key.value}`", optional=(*OPERATORS, *KEYS))
        operator, entry = self._question(key, node, keys)
        if operator is None or entry is None:
            return None
        attributes = attributes_of(self.names.entries[entry])
        kind = self._kind(operator, keys, attributes, key)
        scope = self.shape.choice(keys["scope"], "scope", SCOPES) if "scope" in keys else "centre"
        where: ir.Expr | None = None
        if "where" in keys:
            typed = check_condition(keys["where"], Scope(self.names, attributes=attributes), self.shape.problems)
            where = typed.expr if typed is not None else None
        window = self.window(keys["window"]) if "window" in keys else None
        by = self._by(keys["by"], attributes) if "by" in keys else ()
        self._refuse_unfitting(operator, keys)
        if kind is None or scope is None or by is None:
            return None
        of = keys.get("of")
        return ir.Fold(
            path=path,
            operator=operator,
            entry=entry,
            type=kind,
            scope=scope,
            of=of.value if isinstance(of, Scalar) else "",
            where=where,
            window=window,
            by=by,
            otherwise=self._otherwise(operator, keys, kind),
            about=about(self.shape, keys),
            seen_by=seen_by(self.shape, keys, ir.MANAGERS),
        )

    def _refuse_unfitting(self, operator: str, keys: dict[str, Node]) -> None:
        for key, operators in (("of", ("sum", "first", "last")), ("range", ("sum",)), ("else", ("first", "last"))):
            if key in keys and operator not in operators:
                hint = f"`{key}` is for {' and '.join(operators)}"
                self.shape.error("wrong-shape", f"`{operator}` takes no `{key}`", keys[key].span, hint)

    def _kind(
        self, operator: str, keys: dict[str, Node], attributes: dict[str, ir.Attribute], key: Scalar
    ) -> Type | None:
        if operator in ("count", "any"):
            return IntType(0, MOST) if operator == "count" else BoolType()
        if "of" not in keys:
            hint = "for example of: age"
            self.shape.error("missing-key", f"`{operator}` needs `of`: an attribute, or age", key.span, hint)
            return None
        of = self.shape.choice(keys["of"], "attribute", attributes, "unknown-attribute")
        if of is None:
            return None
        kind = attributes[of].type
        if operator != "sum":
            return kind
        if not isinstance(kind, IntType):
            message = f"`sum` adds whole numbers; this is {describe(kind)}"
            self.shape.error("type-mismatch", message, keys["of"].span, "count the entries instead")
            return None
        if "range" not in keys:
            hint = "it stops at its ends, for example range: [0, 1000000]"
            self.shape.error("missing-key", "a `sum` needs `range`", key.span, hint)
            return None
        ends = bounds(self.shape, keys["range"])
        return None if ends is None else IntType(*ends, kind.unit)

    def _otherwise(self, operator: str, keys: dict[str, Node], kind: Type) -> Value | None:
        if "else" not in keys or operator not in ("first", "last"):
            return None
        value = check_value(keys["else"], kind, Scope(self.names, settings_only=True), self.shape.problems)
        if value is not None and not isinstance(value, ir.Constant):
            self.shape.error("wrong-value", "`else` is a plain value", keys["else"].span, "leave out the `=`")
        return value.value if isinstance(value, ir.Constant) else None

    def window(self, node: Node) -> ir.Seconds | None:
        """A stretch of time: `30 days`, or a setting with a unit of time."""
        word = self.shape.text(node, "a window")
        if word is None:
            return None
        try:
            due = parse_due(word.value)
        except DuePhraseError as error:
            self.shape.error("bad-time", error.message, word.at(error.offset, error.length), error.hint)
            return None
        if isinstance(due, Elapsed):
            return ir.Seconds(due.seconds)
        if isinstance(due, Named):
            return seconds_of(self.shape, self.names, due.path, word, at_least=0)
        self.shape.error("bad-time", "a window is a plain stretch of time", word.span, "for example 30 days")
        return None

    def _by(self, node: Node, attributes: dict[str, ir.Attribute]) -> tuple[tuple[str, str], ...] | None:
        pairs: list[tuple[str, str]] = []
        mapping = self.shape.mapping(node, "`by`")
        for key, value in mapping.items if mapping else ():
            if key.value not in attributes:
                hint = did_you_mean(key.value, attributes)
                self.shape.error("unknown-attribute", f"the entry has no `{key.value}`", key.span, hint)
                continue
            keyed = isinstance(value, Scalar) and value.value.startswith(ir.CANDIDATE)
            path = value.value if keyed and isinstance(value, Scalar) else self.shape.name(value, "a fact", PATH)
            if path is None or path in self.names.broken:
                continue
            kinds = self._types_at(path)
            if not kinds:
                known = [*self.names.facts, *(one for facts in self.names.events.values() for one in facts)]
                known = self._candidate_paths() if path.startswith(ir.CANDIDATE) else known
                hint = did_you_mean(path, known)
                self.shape.error("unknown-name", f"there is no fact `{path}`", value.span, hint)
            elif all(comparable(kind, attributes[key.value].type) for kind in kinds):
                pairs.append((key.value, path))
            else:
                message = f"`{path}` is {describe(kinds[0])}; `{key.value}` is {describe(attributes[key.value].type)}"
                self.shape.error("type-mismatch", message, value.span, "they are never equal; choose another")
        return tuple(pairs) if mapping and len(pairs) == len(mapping.items) else None

    def _candidate_paths(self) -> list[str]:
        return [f"{ir.CANDIDATE}{one.name}" for one in self._candidate_fields()]

    def _candidate_fields(self) -> list[FieldType]:
        lists = [fact.type for fact in self.names.facts.values() if isinstance(fact.type, RecordsType)]
        return [one for kind in lists for one in kind.fields]

    def _types_at(self, path: str) -> list[Type]:
        if path.startswith(ir.CANDIDATE):
            return [one.type for one in self._candidate_fields() if f"{ir.CANDIDATE}{one.name}" == path]
        if path in self.names.facts:
            return [self.names.facts[path].type]
        return [facts[path].type for facts in self.names.events.values() if path in facts]


def seconds_of(shape: Shape, names: Names, path: str, word: Scalar, at_least: int = 1) -> ir.Seconds | None:
    """The setting at `path` as a stretch of time, of at least so many of its unit."""
    if path in names.broken:
        return None
    setting = names.settings.get(path)
    if setting is None:
        shape.error("unknown-name", f"there is no setting `{path}`", word.span, did_you_mean(path, names.settings))
        return None
    if not (isinstance(setting.type, IntType) and setting.type.unit in UNIT_SECONDS and setting.type.low >= at_least):
        hint = f"give it a unit ({', '.join(UNIT_SECONDS)}) and a range from {at_least}"
        shape.error("bad-time", f"`{path}` is not a stretch of time", word.span, hint)
        return None
    return ir.Seconds(path, UNIT_SECONDS[setting.type.unit])


def _keyed(node: Node | None) -> tuple[tuple[str, str], ...]:
    """Which attributes must equal something of the candidate."""
    pairs = node.items if isinstance(node, Mapping) else ()
    named = ((key.value, value.value) for key, value in pairs if isinstance(value, Scalar))
    return tuple(pair for pair in named if pair[1].startswith(ir.CANDIDATE))


def comparable(one: Type, other: Type) -> bool:
    """Whether values of two types may be equal."""
    if isinstance(one, EnumType) and isinstance(other, EnumType):
        return bool(set(one.values) & set(other.values))
    if isinstance(one, DecimalType) and isinstance(other, DecimalType):
        return one.places == other.places
    texts = (EnumType, StringType)
    if isinstance(one, texts) and isinstance(other, texts):
        return True
    return type(one) is type(other) and not isinstance(one, ListType)
