"""What a decision says of its outcomes beside the rules: which are grave, and which a person may set."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.language import ir
from forbear.language.scope import Names
from forbear.language.shape import Shape
from forbear.language.tree import Node
from forbear.language.types import EnumType, Type, Value


def read_grave(
    shape: Shape, names: Names, keys: Mapping[str, Node], kind: Type, fallback: ir.Expr | None
) -> tuple[Value, ...]:
    """The outcomes that a second engine confirms; the fallback is none of them."""
    if "grave" not in keys:
        return ()
    node = keys["grave"]
    if not isinstance(kind, EnumType):
        message = "only values of an enumeration can be grave"
        shape.error("type-mismatch", message, node.span, "leave `grave` out")
        return ()
    grave = shape.choices(node, "outcome", kind.values)
    if _values_of(fallback, names) & set(grave):
        shape.error("grave-fallback", "a fallback is never grave", keys["fallback"].span, "choose a milder value")
    return grave


def read_overridable(shape: Shape, keys: Mapping[str, Node], kind: Type, hit: str) -> tuple[Value, ...] | None:
    """The outcomes that a person may set, where they are listed."""
    if "overridable" not in keys:
        return None
    node = keys["overridable"]
    if not isinstance(kind, EnumType) or hit == "collect":
        message = "only one value of an enumeration can be overridden"
        shape.error("type-mismatch", message, node.span, "leave `overridable` out")
        return None
    return shape.choices(node, "outcome", kind.values)


def _values_of(fallback: ir.Expr | None, names: Names) -> set[Value]:
    """Every value of an enumeration that a fallback may give."""
    match fallback:
        case ir.Constant(tuple() as values):
            return set(values)
        case ir.Constant(value):
            return {value}
        case ir.Read(path) if path in names.settings:
            kind = names.settings[path].type
            return set(kind.values) if isinstance(kind, EnumType) else set()
        case _:
            return set()
