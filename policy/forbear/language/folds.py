"""`history:` → folds, the questions that a rule may ask about the past."""

from __future__ import annotations

from forbear.calendar import UNIT_SECONDS, DuePhraseError, Elapsed, Named, parse_due
from forbear.errors import FactError
from forbear.language import ir
from forbear.language.check import check_condition, plain
from forbear.language.scope import Names, Scope
from forbear.language.shape import PATH, Shape, did_you_mean
from forbear.language.tree import Mapping, Node, Scalar
from forbear.language.types import (
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
from forbear.language.vocabulary import attributes_of

OPERATORS = ("count", "any", "sum", "first", "last")
SCOPES = ("contact", "customer", "advisor", "centre")
KEYS = ("of", "where", "scope", "window", "by", "else", "range")


class Folds:
    """Reads folds into `names`; those over obligations wait until the obligations are known."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names

    def read(self, key: Scalar, node: Node) -> None:
        """One fold: `name: {count: offence, where: …, scope: customer, window: …}`."""
        path = f"history.{key.value}"
        if path in self.names.folds:
            self.shape.error("duplicate-name", f"`{key.value}` is declared already", key.span)
            return
        fold = self._fold(path, key, node)
        if fold is None:
            self.names.broken.add(path)
        else:
            self.names.folds[path] = fold

    def _fold(self, path: str, key: Scalar, node: Node) -> ir.Fold | None:
        keys = self.shape.keys(node, f"`{key.value}`", optional=(*OPERATORS, *KEYS))
        operators = [name for name in OPERATORS if name in keys]
        if len(operators) != 1:
            if isinstance(node, Mapping):
                hint = "for example {count: offence, scope: customer}"
                self.shape.error("missing-key", f"a fold is one of {', '.join(OPERATORS)}", key.span, hint)
            return None
        operator = operators[0]
        entry = self.shape.choice(keys[operator], "entry", self.names.entries, "unknown-entry")
        if entry is None:
            return None
        attributes = attributes_of(self.names, entry)
        kind = self._kind(operator, keys, attributes, key)
        scope = self.shape.choice(keys["scope"], "scope", SCOPES) if "scope" in keys else "centre"
        where: ir.Expr | None = None
        if "where" in keys:
            typed = check_condition(keys["where"], Scope(self.names, attributes=attributes), self.shape.problems)
            where = typed.expr if typed is not None else None
        window = self.window(keys["window"]) if "window" in keys else None
        by = self._by(keys["by"], attributes) if "by" in keys else ()
        if kind is None or scope is None or by is None:
            return None
        return ir.Fold(
            path=path,
            operator=operator,
            entry=entry,
            type=kind,
            scope=scope,
            of=keys["of"].value if isinstance(keys.get("of"), Scalar) else "",  # type: ignore[union-attr]
            where=where,
            window=window,
            by=by,
            otherwise=self._otherwise(keys, kind),
        )

    def _kind(
        self, operator: str, keys: dict[str, Node], attributes: dict[str, ir.Attribute], key: Scalar
    ) -> Type | None:
        if operator in ("count", "any"):
            if "of" in keys:
                self.shape.error("wrong-shape", f"`{operator}` takes no `of`", keys["of"].span)
            return IntType(0, JSON_SAFE) if operator == "count" else BoolType()
        if "of" not in keys:
            self.shape.error("missing-key", f"`{operator}` needs `of`: an attribute, or age", key.span)
            return None
        of = self.shape.choice(keys["of"], "attribute", attributes, "unknown-attribute")
        if of is None:
            return None
        attribute = attributes[of]
        if operator != "sum":
            if attribute.optional and operator in ("first", "last"):
                return attribute.type
            return attribute.type
        if not isinstance(attribute.type, IntType):
            self.shape.error("type-mismatch", "`sum` adds whole numbers", keys["of"].span)
            return None
        if "range" not in keys:
            hint = "it stops at its ends, for example range: [0, 1000000]"
            self.shape.error("missing-key", "a `sum` needs a range", key.span, hint)
            return None
        bounds = plain(keys["range"])
        if not (isinstance(bounds, list) and len(bounds) == 2 and all(type(bound) is int for bound in bounds)):
            self.shape.wrong(keys["range"], "a range is [lowest, highest]")
            return None
        return IntType(bounds[0], bounds[1], attribute.type.unit)

    def _otherwise(self, keys: dict[str, Node], kind: Type) -> Value | None:
        if "else" not in keys:
            return None
        try:
            return fit("else", kind, plain(keys["else"]))
        except FactError as error:
            self.shape.error("wrong-value", f"`else` is not {error.expected}", keys["else"].span)
            return None

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
            return seconds_of(self.shape, self.names, due.path, word)
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
            path = self.shape.name(value, "a fact", PATH)
            kind = self._type_at(path) if path is not None else None
            if path is None:
                continue
            if kind is None:
                if path not in self.names.broken:
                    known = [*self.names.facts, *(one for facts in self.names.events.values() for one in facts)]
                    hint = did_you_mean(path, known)
                    self.shape.error("unknown-name", f"there is no fact `{path}`", value.span, hint)
            elif _comparable(kind, attributes[key.value].type):
                pairs.append((key.value, path))
            else:
                self.shape.error("type-mismatch", f"`{path}` and `{key.value}` are never equal", value.span)
        return tuple(pairs) if mapping and len(pairs) == len(mapping.items) else None

    def _type_at(self, path: str) -> Type | None:
        if path in self.names.facts:
            return self.names.facts[path].type
        found = [facts[path].type for facts in self.names.events.values() if path in facts]
        return found[0] if found else None


def seconds_of(shape: Shape, names: Names, path: str, word: Scalar) -> ir.Seconds | None:
    """The setting at `path` as a stretch of time."""
    if path in names.broken:
        return None
    setting = names.settings.get(path)
    if setting is None:
        shape.error("unknown-name", f"there is no setting `{path}`", word.span, did_you_mean(path, names.settings))
        return None
    if not (isinstance(setting.type, IntType) and setting.type.unit in UNIT_SECONDS and setting.type.low >= 1):
        hint = f"give it a unit ({', '.join(UNIT_SECONDS)}) and a range from 1"
        shape.error("bad-time", f"`{path}` is not a stretch of time", word.span, hint)
        return None
    return ir.Seconds(path, UNIT_SECONDS[setting.type.unit])


def _comparable(one: Type, other: Type) -> bool:
    if isinstance(one, EnumType) and isinstance(other, EnumType):
        return bool(set(one.values) & set(other.values))
    if isinstance(one, DecimalType) and isinstance(other, DecimalType):
        return one.places == other.places
    texts = (EnumType, StringType)
    if isinstance(one, texts) and isinstance(other, texts):
        return True
    return type(one) is type(other) and not isinstance(one, ListType)
