"""`metrics:` → the figures that a report works out over the whole ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forbear.language import ir
from forbear.language.check import check_condition
from forbear.language.folds import MOST, comparable
from forbear.language.scope import Names, Scope
from forbear.language.shape import PATH, Shape, did_you_mean
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar, scalar_value
from forbear.language.types import BoolType, DecimalType, IntType, Type, describe
from forbear.language.vocabulary import attributes_of

OPERATORS = ("count", "sum")
FOLD_KEYS = (*OPERATORS, "of", "where")
NEEDED = ("about", "part")
KEYS = (*NEEDED, "whole", "per", "by", "least", "beside", "source")
MEASURED: Mapping[str, tuple[ir.Attribute, ...]] = {
    "obligation": (
        ir.Attribute("took", IntType(0, MOST, "seconds"), optional=True),
        ir.Attribute("late", BoolType()),
    ),
    "contact": (ir.Attribute("took", IntType(0, MOST, "seconds"), optional=True),),
}
"""What a report can tell of entries beside their attributes. An attribute of that name comes first."""
EACH_ITS_OWN = ("id", "age", "took")  # by these nothing can be grouped


def measured(kind: ir.EntryKind) -> dict[str, ir.Attribute]:
    """All that a metric may read of a kind of entry, and group it by."""
    return {**{one.name: one for one in MEASURED.get(kind.name, ())}, **attributes_of(kind)}


class Metrics:
    """Reads the metrics of a pack."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.found: dict[str, ir.Metric] = {}
        self._beside: list[tuple[str, Scalar]] = []

    def read(self, sections: Iterable[Node]) -> dict[str, ir.Metric]:
        """All metrics: `name: {about: {…}, part: {count: …}, whole: {count: …}, by: […], least: 30}`."""
        for section in sections:
            for key, node in self.shape.named(section, "`metrics`"):
                if key.value in self.found or f"metric.{key.value}" in self.names.broken:
                    hint = "leave one of them out, or rename it"
                    self.shape.error("duplicate-name", f"`{key.value}` is declared already", key.span, hint)
                    continue
                metric = self._metric(key, node)
                if metric is None:
                    self.names.broken.add(f"metric.{key.value}")
                else:
                    self.found[key.value] = metric
        self._check_beside()
        return self.found

    def _metric(self, key: Scalar, node: Node) -> ir.Metric | None:
        what = f"the metric `{key.value}`"
        keys = self.shape.keys(node, what, required=NEEDED, optional=KEYS)
        about = self.shape.languages(keys["about"], f"`about` of {what}") if "about" in keys else {}
        folds = {
            name: self._fold(f"metric.{key.value}.{name}", name, keys[name])
            for name in ("part", "whole", "per")
            if name in keys
        }
        if "whole" in keys and "per" in keys:
            hint = "a share has a `whole` to which its part belongs; `per` sets one thing against another"
            self.shape.error("wrong-shape", f"{what} has both `whole` and `per`", keys["per"].span, hint)
            return None
        part, whole, per = (folds.get(name) for name in ("part", "whole", "per"))
        by = self._by(keys["by"], [one for one in folds.values() if one is not None]) if "by" in keys else ()
        least = self._least(keys, what) if "least" in keys else 1
        self._note_beside(key, keys)
        source = self.shape.text(keys["source"], "a source") if "source" in keys else None
        if part is None or None in folds.values() or by is None or least is None:
            return None
        if whole is not None and not self._is_of(part, whole, keys["whole"]):
            return None
        told = {language: one.value for language, one in about.items()}
        others = tuple(one.value for name, one in self._beside if name == key.value)
        return ir.Metric(key.value, part, whole, per, by, least, others, told, source.value if source else "")

    # --- folds

    def _fold(self, path: str, name: str, node: Node) -> ir.Fold | None:
        keys = self.shape.keys(node, f"`{name}`", optional=FOLD_KEYS)
        asked = [one for one in OPERATORS if one in keys]
        if len(asked) != 1:
            empty = isinstance(node, Scalar) and scalar_value(node) is None
            if empty or (isinstance(node, Tree) and len(keys) == len(node.items)):  # else what is wrong was noted
                hint = "for example {count: offence}"
                self.shape.error("missing-key", f"`{name}` has one of {', '.join(OPERATORS)}", node.span, hint)
            return None
        operator = asked[0]
        entry = self.shape.choice(keys[operator], "entry", self.names.entries, "unknown-entry")
        if entry is None:
            return None
        attributes = measured(self.names.entries[entry])
        where: ir.Expr | None = None
        if "where" in keys:
            typed = check_condition(keys["where"], Scope(self.names, attributes=attributes), self.shape.problems)
            if typed is None:
                return None
            where = typed.expr
        kind = self._kind(operator, keys, attributes, name, node)
        if kind is None:
            return None
        of = keys.get("of")
        return ir.Fold(path, operator, entry, kind, "centre", of.value if isinstance(of, Scalar) else "", where)

    def _kind(
        self, operator: str, keys: Mapping[str, Node], attributes: Mapping[str, ir.Attribute], name: str, node: Node
    ) -> Type | None:
        if operator == "count":
            if "of" in keys:
                self.shape.error("wrong-shape", "`count` takes no `of`", keys["of"].span, "`of` is for sum")
                return None
            return IntType(0, MOST)
        if "of" not in keys:
            self.shape.error("missing-key", f"the `sum` of `{name}` needs `of`", node.span, "add `of:` an attribute")
            return None
        of = self.shape.choice(keys["of"], "attribute", attributes, "unknown-attribute")
        if of is None:
            return None
        kind = attributes[of].type
        if not isinstance(kind, IntType | DecimalType):
            message = f"`sum` adds numbers; this is {describe(kind)}"
            self.shape.error("type-mismatch", message, keys["of"].span, "count the entries instead")
            return None
        return kind

    def _is_of(self, part: ir.Fold, whole: ir.Fold, node: Node) -> bool:
        """Whether a part can be a share of its whole: the same is counted or added in both."""
        if (part.operator, part.entry, part.of) == (whole.operator, whole.entry, whole.of):
            return True
        message = f"the part is {_in_words(part)}, the whole {_in_words(whole)}"
        hint = "a part belongs to its whole; to set two things against each other, write `per:` instead of `whole:`"
        self.shape.error("metric-mismatch", message, node.span, hint)
        return False

    # --- further keys

    def _by(self, node: Node, folds: list[ir.Fold]) -> tuple[str, ...] | None:
        found: dict[str, None] = {}
        items = self.shape.items(node, "`by`")
        for item in items:
            word = self.shape.text(item, "an attribute")
            if word is not None and word.value in found:
                message = f"`{word.value}` stands in this list already"
                self.shape.error("duplicate-name", message, item.span, "leave it out")
            elif word is not None and self._groups(word.value, item, folds):
                found[word.value] = None
        return tuple(found) if len(found) == len(items) else None

    def _groups(self, name: str, item: Node, folds: list[ir.Fold]) -> bool:
        """Whether the entries of all folds can be grouped by an attribute."""
        types: list[Type] = []
        for fold in folds:
            attributes = measured(self.names.entries[fold.entry])
            if name not in attributes:
                hint = did_you_mean(name, attributes)
                self.shape.error("unknown-attribute", f"`{fold.entry}` has no `{name}`", item.span, hint)
                return False
            types.append(attributes[name].type)
        if name in EACH_ITS_OWN or any(isinstance(kind, DecimalType) for kind in types):
            hint = "group by an attribute that many entries share"
            self.shape.error("wrong-value", f"nothing is grouped by `{name}`", item.span, hint)
            return False
        if len(types) > 1 and not comparable(types[0], types[1]):
            message = f"`{name}` is {describe(types[0])} in the one, {describe(types[1])} in the other"
            self.shape.error("metric-mismatch", message, item.span, "group by what both have alike")
            return False
        return True

    def _least(self, keys: Mapping[str, Node], what: str) -> int | str | None:
        node = keys["least"]
        if "whole" not in keys and "per" not in keys:
            self.shape.error("wrong-shape", f"{what} is a plain figure", node.span, "`least` is for shares and ratios")
            return None
        if isinstance(node, Scalar) and isinstance(scalar_value(node), str) and PATH.fullmatch(node.value):
            return self._setting(node)
        number = self.shape.whole(node, "`least`")
        if number is not None and number < 1:
            self.shape.error("wrong-value", "`least` is at least 1", node.span, "leave it out to show every figure")
            return None
        return number

    def _setting(self, node: Scalar) -> str | None:
        path = node.value
        setting = self.names.settings.get(path)
        if setting is None:
            if path not in self.names.broken:
                hint = did_you_mean(path, self.names.settings)
                self.shape.error("unknown-name", f"there is no setting `{path}`", node.span, hint)
            return None
        if not isinstance(setting.type, IntType) or setting.type.low < 1:
            message = f"`{path}` is {describe(setting.type)}; `least` is a number of entries"
            self.shape.error("type-mismatch", message, node.span, "give it type: int and a range from 1")
            return None
        return path

    # --- beside each other

    def _note_beside(self, key: Scalar, keys: Mapping[str, Node]) -> None:
        for item in self.shape.items(keys["beside"], "`beside`") if "beside" in keys else ():
            word = self.shape.text(item, "a metric")
            if word is not None and word.value == key.value:
                self.shape.error("wrong-value", "a metric stands beside others", word.span, "leave it out")
            elif word is not None:
                self._beside.append((key.value, word))

    def _check_beside(self) -> None:
        """What stands beside a metric is a metric, and grouped alike, so that one table holds both."""
        for name, word in self._beside:
            if name not in self.found or f"metric.{word.value}" in self.names.broken:
                continue
            other = self.found.get(word.value)
            if other is None:
                hint = did_you_mean(word.value, self.found)
                self.shape.error("unknown-metric", f"there is no metric `{word.value}`", word.span, hint)
            elif other.by != self.found[name].by:
                message = f"`{name}` is grouped by {_list(self.found[name].by)}, `{word.value}` by {_list(other.by)}"
                self.shape.error("metric-mismatch", message, word.span, "give both the same `by`")


def _in_words(fold: ir.Fold) -> str:
    return f"the count of `{fold.entry}`" if fold.operator == "count" else f"the sum of `{fold.of}` of `{fold.entry}`"


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"
