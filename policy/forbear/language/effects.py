"""What a rule causes: `record`, `amend`, `owe`, `close`, `say`."""

from __future__ import annotations

from collections.abc import Collection

from forbear.language import ir
from forbear.language.check import check_value
from forbear.language.events import HOW, KEPT_BY_ENGINE
from forbear.language.scope import Names, Scope
from forbear.language.shape import Shape, did_you_mean, nearest
from forbear.language.tree import Mapping, Node, Scalar
from forbear.language.types import StringType

WHICH = "which"
MAX_EFFECTS = 100


class Effects:
    """Reads the effects of one rule; each is a list of names, or of `name: {…}`."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names

    def read(self, keys: dict[str, Node], scope: Scope) -> tuple[ir.Effect, ...]:
        """The effects in the order record, amend, close, owe, say, each in file order."""
        effects: list[ir.Effect | None] = []
        entries = [name for name in self.names.entries if name not in KEPT_BY_ENGINE]
        for name, node in self._listed(keys.get("record"), "record", entries, "entry"):
            effects.append(self._record(name, node, scope))
        for name, node in self._listed(keys.get("amend"), "amend", entries, "entry"):
            effects.append(self._amend(name, node, scope))
        obligations = [*self.names.obligations, *self._broken("owed.")]
        for name, node in self._listed(keys.get("close"), "close", obligations, "obligation"):
            effects.append(self._close(name, node, scope))
        for name, node in self._listed(keys.get("owe"), "owe", obligations, "obligation"):
            effects.append(self._owe(name, node, scope))
        texts = [*self.names.texts, *self._broken("text.")]
        for text in self.shape.choices(keys["say"], "text", texts, "unknown-text") if "say" in keys else ():
            effects.append(ir.Say(text))
        return tuple(one for one in effects if one is not None)

    def _broken(self, space: str) -> list[str]:
        return [name.removeprefix(space) for name in self.names.broken if name.startswith(space)]

    def _listed(
        self, node: Node | None, what: str, known: Collection[str], noun: str
    ) -> list[tuple[Scalar, Node | None]]:
        """The names in a list of effects, each with what stands behind it; unknown ones are noted."""
        if node is None:
            return []
        found: list[tuple[Scalar, Node | None]] = []
        items = (node,) if isinstance(node, Mapping) else self.shape.items(node, f"`{what}`")
        if len(items) > MAX_EFFECTS:
            self.shape.wrong(node, f"`{what}` has at most {MAX_EFFECTS} items", "make it several rules")
            return []
        for item in items:
            if isinstance(item, Scalar):
                found.append((item, None))
            elif isinstance(item, Mapping):
                found += item.items
            else:
                self.shape.wrong(item, f"`{what}` names one {noun} per item", f"write {what}: [one, another]")
        good: list[tuple[Scalar, Node | None]] = []
        for name, value in found:
            if name.value in known:
                good.append((name, value))
            elif not name.broken:
                hint = did_you_mean(name.value, known)
                code = "unknown-entry" if noun == "entry" else "unknown-obligation"
                self.shape.error(code, f"there is no {noun} `{name.value}`", name.span, hint)
        return good

    def _values(
        self, node: Node | None, attributes: dict[str, ir.Attribute], owner: Scalar, scope: Scope
    ) -> tuple[tuple[str, ir.Expr], ...]:
        """Values for attributes; unknown names are noted."""
        mapping = self.shape.mapping(node, f"`{owner.value}`") if node is not None else None
        values: list[tuple[str, ir.Expr]] = []
        for key, value in mapping.items if mapping else ():
            if key.value not in attributes:
                hint = did_you_mean(key.value, attributes)
                message = f"`{owner.value}` has no `{key.value}`"
                self.shape.error("unknown-attribute", message, key.span, hint)
                continue
            attribute = attributes[key.value]
            expr = check_value(value, attribute.type, scope, self.shape.problems, optional=attribute.optional)
            if expr is not None:
                values.append((key.value, expr))
        return tuple(values)

    def _record(self, name: Scalar, node: Node | None, scope: Scope) -> ir.Record:
        attributes = dict(self.names.entries[name.value].attributes)
        values = self._values(node, attributes, name, scope)
        given = {key.value for key, _ in node.items} if isinstance(node, Mapping) else set()
        meant = {nearest(one, attributes) for one in given - attributes.keys()}
        missing = [
            one.name
            for one in attributes.values()
            if one.name not in given | meant and one.default is None and not one.optional
        ]
        if missing and (node is None or isinstance(node, Mapping)):
            message = f"the entry `{name.value}` needs {' and '.join(f'`{one}`' for one in missing)}"
            hint = f"{name.value}: {{{', '.join(f'{one}: …' for one in missing)}}}"
            self.shape.error("missing-attribute", message, name.span, hint)
        filled = dict(values)
        for attribute in attributes.values():
            if attribute.name not in filled and attribute.default is not None:
                filled[attribute.name] = ir.Constant(attribute.default)
        return ir.Record(name.value, tuple(filled.items()))

    def _amend(self, name: Scalar, node: Node | None, scope: Scope) -> ir.Amend | None:
        which_type = ir.Attribute(WHICH, StringType())
        attributes = {**self.names.entries[name.value].attributes, WHICH: which_type}
        values = dict(self._values(node, attributes, name, scope))
        which = values.pop(WHICH, None)
        if which is None:
            given = [key.value for key, _ in node.items] if isinstance(node, Mapping) else []
            misspelt = any(one not in attributes and nearest(one, attributes) == WHICH for one in given)
            if (node is None or isinstance(node, Mapping)) and WHICH not in given and not misspelt:
                hint = f"{name.value}: {{which: = event.{name.value}, …}}"
                self.shape.error("missing-key", "`amend` says which entry", name.span, hint)
            return None
        return ir.Amend(name.value, which, tuple(values.items()))

    def _close(self, name: Scalar, node: Node | None, scope: Scope) -> ir.Close | None:
        if name.value not in self.names.obligations:
            return None
        keys = (
            self.shape.keys(node, "`close`", required=("how",), optional=("by", "reason")) if node is not None else {}
        )
        if node is None:
            self.shape.error("missing-key", "`close` says how", name.span, f"{name.value}: {{how: waived}}")
        how = self.shape.choice(keys["how"], "way to close", HOW) if "how" in keys else None
        closes = self.names.obligations[name.value].closes
        if how is not None and how not in closes:
            hint = "it closes by " + ", ".join(closes)
            self.shape.error("unknown-value", f"`{name.value}` is never closed `{how}`", keys["how"].span, hint)
        carried = dict(self.names.obligations[name.value].carries)
        by = self._values(keys["by"], carried, name, scope) if "by" in keys else ()
        reason = self.shape.text(keys["reason"], "`reason`") if "reason" in keys else None
        return None if how is None else ir.Close(name.value, by, how, reason.value if reason is not None else "")

    def _owe(self, name: Scalar, node: Node | None, scope: Scope) -> ir.Owe | None:
        obligation = self.names.obligations.get(name.value)
        if obligation is None:
            return None
        keys = self.shape.keys(node, "`owe`", optional=("carries",)) if node is not None else {}
        given = self._values(keys["carries"], dict(obligation.carries), name, scope) if "carries" in keys else ()
        return ir.Owe(name.value, tuple({**dict(obligation.values), **dict(given)}.items()))
