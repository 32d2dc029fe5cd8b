"""Plain data → JSON text, which is YAML; fractions stay exact, as an author would write them."""

from __future__ import annotations

import json
from decimal import Decimal

Node = None | bool | int | str | Decimal | list["Node"] | dict[str, "Node"]


def yaml_text(node: Node) -> str:
    """The node on one line."""
    match node:
        case dict():
            return "{" + ", ".join(f"{yaml_text(key)}: {yaml_text(value)}" for key, value in node.items()) + "}"
        case list():
            return "[" + ", ".join(map(yaml_text, node)) + "]"
        case Decimal():
            return f"{node:f}"
        case _:
            return "".join(map(_escaped, json.dumps(node, ensure_ascii=False)))


def _escaped(character: str) -> str:
    """YAML takes some characters for the end of a line that JSON does not."""
    return character if character.isprintable() or ord(character) > 0xFFFF else f"\\u{ord(character):04x}"
