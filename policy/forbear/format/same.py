"""Whether two trees mean the same."""

from __future__ import annotations

from forbear.language.tree import Mapping, Node, Scalar, Sequence


def same_tree(one: Node | None, other: Node | None) -> bool:
    """Whether two trees agree node by node: order, values, and which scalars stand in quotes."""
    match one, other:
        case None, None:
            return True
        case Scalar(), Scalar():
            return (one.value, one.plain) == (other.value, other.plain)
        case Sequence(), Sequence():
            return len(one.items) == len(other.items) and all(map(same_tree, one.items, other.items))
        case Mapping(), Mapping():
            pairs = zip(one.items, other.items, strict=False)
            return len(one.items) == len(other.items) and all(
                same_tree(key, key2) and same_tree(value, value2) for (key, value), (key2, value2) in pairs
            )
        case _:
            return False
