"""A bound on rules times events: each event has code of its own for every rule that it asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from forbear.errors import PackError
from forbear.language.problems import Problems
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar, Sequence

MAX_PRODUCT = 10_000
_COUNTED = ("rules", "table", "require", "prefer", "invariants")


def check_product(name: Scalar, keys: Mapping[str, Node], asked_on: Collection[str], problems: Problems) -> None:
    """Count a decision's rules, rows and promises for each of its events. Raises PackError past the bound."""
    problems.product += len(asked_on) * sum(_items(keys[key]) for key in _COUNTED if key in keys)
    if problems.product > MAX_PRODUCT:
        message = f"rules, each counted for every event on which it is asked, are more than {MAX_PRODUCT:,}"
        problems.error("pack-too-large", message, name.span, "ask on fewer events, or make two packs of it")
        raise PackError(problems.errors)


def _items(node: Node) -> int:
    """The items of a list, or the rows of a table."""
    if isinstance(node, Tree):
        return sum(_items(inner) for key, inner in node.items if key.value == "rows" and isinstance(inner, Sequence))
    return len(node.items) if isinstance(node, Sequence) else 0
