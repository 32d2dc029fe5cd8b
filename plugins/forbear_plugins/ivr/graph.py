"""A phone menu as data: nodes with the keys that lead on, read from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from forbear.bounded import Unreadable, read_file
from forbear.errors import ForbearError

KINDS: Final = ("menu", "message", "queue", "person", "call_back", "end")
OUT: Final = ("call_back", "person")
"""The kinds of node at which a person takes over: at once, or with a call-back."""


class GraphError(ForbearError):
    """A menu is not usable as given; the message names every place."""


def _goes(goes: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(goes))


@frozen
class Node:
    """A place in the menu: what it is, key (`"1"`, `timeout`, any word) → node, and what is said, by language."""

    kind: str = "menu"
    goes: Mapping[str, str] = field(factory=dict, converter=_goes)
    says: Mapping[str, str] = field(factory=dict, converter=_goes)


@frozen
class Graph:
    """A menu: nodes by name. Raises GraphError where it has none, or a key leads to a node that is not there."""

    nodes: Mapping[str, Node]

    def __attrs_post_init__(self) -> None:
        if not self.nodes:
            raise GraphError("the menu has no nodes: give at least one")
        wrong = [
            f"`{name}` is a {node.kind!r}: write one of {', '.join(KINDS)}"
            for name, node in self.nodes.items()
            if node.kind not in KINDS
        ]
        wrong += [
            f"key {key!r} of `{name}` leads to `{to}`, which is not there"
            for name, node in self.nodes.items()
            for key, to in node.goes.items()
            if to not in self.nodes
        ]
        if wrong:
            raise GraphError("; ".join(wrong))


def read_graph(path: str | Path) -> Graph:
    """The menu in a JSON file: `{"main": {"kind": "menu", "goes": {"1": "bills", "0": "team"}, "says": {"en": …}}}`.

    Raises GraphError for a file that cannot be read or does not hold that.
    """
    try:
        told = json.loads(read_file(Path(path), 1_000_000))
    except Unreadable as error:
        raise GraphError(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise GraphError(f"{path} is not JSON") from error
    if not isinstance(told, dict):
        raise GraphError(f"{path}: give an object, node → what it is")
    return Graph({name: _node(name, one) for name, one in told.items()})


def _node(name: str, told: object) -> Node:
    if not isinstance(told, dict):
        raise GraphError(f"`{name}` is no object: give kind, goes and says")
    if unknown := sorted(told.keys() - {"kind", "goes", "says"}):
        raise GraphError(f"`{name}` has {', '.join(unknown)}: give kind, goes and says")
    return Node(str(told.get("kind", "menu")), _texts(name, told, "goes"), _texts(name, told, "says"))


def _texts(name: str, told: Mapping[str, object], key: str) -> dict[str, str]:
    found = told.get(key, {})
    if not isinstance(found, dict):
        raise GraphError(f"`{key}` of `{name}` is no object of texts")
    texts = {one: text for one, text in found.items() if isinstance(text, str)}
    if len(texts) != len(found):
        raise GraphError(f"`{key}` of `{name}` is no object of texts")
    return texts
