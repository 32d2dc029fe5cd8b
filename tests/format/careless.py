"""A careless author: writes a tree down with whatever indentation, blanks, quotes, breaks and comments come to hand."""

from __future__ import annotations

import random
import re

from forbear.language.tree import Mapping, Node, Scalar, Sequence
from strategies.yaml_text import yaml_text

Plain = tuple[object, ...]
_COMMENT = re.compile(r"# ?c[0-9]+\b")


def plain(node: Node | None) -> Plain:
    """A tree as nested tuples, without places."""
    match node:
        case Scalar(value, is_plain):
            return ("scalar", value, is_plain)
        case Sequence(items):
            return ("list", *map(plain, items))
        case Mapping(pairs):
            return ("map", *((plain(key), plain(value)) for key, value in pairs))
        case _:
            return ()


def comments_in(text: str) -> list[str]:
    """The comments of the careless author, in order."""
    return _COMMENT.findall(text)


class Author:
    """Writes one file; `mess` is how often something is out of order."""

    def __init__(self, chance: random.Random, mess: float = 0.3) -> None:
        self.chance, self.mess, self.count = chance, mess, 0

    def file(self, node: Node) -> str:
        text = self._between() + self._block(node, 0, "")
        return text.replace("\n", self.chance.choice(["\n", "\n", "\r\n", "\r"]))

    def _odd(self) -> bool:
        return self.chance.random() < self.mess

    def _comment(self) -> str:
        self.count += 1
        return f"#{self.chance.choice([' ', ''])}c{self.count}{self.chance.choice(['', ' why: [x, {y', '  '])}"

    def _blanks(self, least: int = 1) -> str:
        return " " * (least + (self.chance.choice([1, 2, 5, 20]) if self._odd() else 0))

    def _end(self) -> str:
        """The end of a line, and what stands before the next one."""
        comment = self._blanks() + self._comment() if self._odd() else ""
        return f"{comment}{self._blanks(0)}\n{self._between()}"

    def _between(self) -> str:
        lines = ""
        while self._odd():
            lines += self.chance.choice([self._blanks(0), f"{self._blanks(0)}{self._comment()}"]) + "\n"
        return lines

    def _block(self, node: Node, indent: int, head: str) -> str:
        """The node behind `head`, which is on its line already, with the end of its last line."""
        if isinstance(node, Scalar):
            return self._scalar_block(node, indent, head)
        if not node.items or (_fits_flow(node) and self._odd()):
            gap = self._gap(indent) if head and self._odd() else self._blanks()
            return f"{head}{gap}{self._flow(node, indent)}{self._end()}"
        written = head + self._end() if head else ""
        for one in node.items:
            written += " " * indent + (self._pair(*one, indent) if isinstance(one, tuple) else self._item(one, indent))
        return written

    def _pair(self, key: Scalar, value: Node, indent: int) -> str:
        deeper = 0 if isinstance(value, Sequence) and self._odd() else self.chance.randint(1, 6) if self._odd() else 2
        return self._block(value, indent + deeper, f"{self._quoted(key, False)}{self._blanks(0)}:")

    def _item(self, item: Node, indent: int) -> str:
        """An item behind its dash; a collection on the dash's own line begins where the blanks end."""
        if isinstance(item, Mapping) and item.items and self._odd():
            blanks = self._blanks()
            inner = indent + 1 + len(blanks)
            rows = [self._pair(key, value, inner) for key, value in item.items]
            return "-" + blanks + (" " * inner).join(rows)
        return self._block(item, indent + self.chance.randint(1, 4), "-")

    def _scalar_block(self, node: Scalar, indent: int, head: str) -> str:
        indent = max(indent, 1)
        value = node.value
        foldable = value.isprintable() and value[:1] not in ("", " ") and not value.endswith(" ")
        if not node.plain and foldable and head and self._odd():
            mark = self.chance.choice([">-", "|-"])
            lines = _folded(value, self.chance) if mark == ">-" else [value]
            comment = self._blanks() + self._comment() if self._odd() else ""
            body = "".join(" " * indent + line + "\n" for line in lines)
            below = f"{self._comment()}\n\n" if self._odd() else ""  # anything further right would be part of the text
            return f"{head}{self._blanks()}{mark}{comment}\n{body}{below}"
        if head and value and self._odd():
            return f"{head}{self._end()}{' ' * indent}{self._quoted(node, True, indent)}{self._end()}"
        return f"{head}{self._blanks() if head else ''}{self._quoted(node, True, indent)}{self._end()}"

    def _flow(self, node: Node, indent: int) -> str:
        if isinstance(node, Scalar):
            return self._quoted(node, True, indent)
        opened, closed = "{}" if isinstance(node, Mapping) else "[]"
        parts = []
        for one in node.items:
            if isinstance(one, tuple):
                key, value = one
                gap = self._gap(indent) if self._odd() else self._blanks()
                parts.append(f"{self._quoted(key, False)}{self._blanks(0)}:{gap}{self._flow(value, indent)}")
            else:
                parts.append(self._flow(one, indent))
        between = [self._gap(indent) if self._odd() else self._blanks(0) for _ in range(2 * len(parts) + 2)]
        text = between[0]
        for n, part in enumerate(parts):
            last = n == len(parts) - 1
            comma = "" if last and not self._odd() else ","
            text += f"{part}{between[2 * n + 1]}{comma}{between[2 * n + 2]}"
        return f"{opened}{text}{closed}"

    def _gap(self, indent: int) -> str:
        """A line break inside brackets."""
        return f"{self._end()}{' ' * (indent + self.chance.randint(1, 9))}"

    def _quoted(self, node: Scalar, may_break: bool, indent: int = 0) -> str:
        if node.plain:
            text = node.value
        elif node.value.isprintable() and self._odd():
            text = "'" + node.value.replace("'", "''") + "'"
        else:
            text = yaml_text(node.value)
        if may_break and node.value.isprintable() and "\\" not in text and self._odd() and re.search(r"\S \S", text):
            text = f"\n{' ' * (indent + 1)}".join(_folded(text, self.chance))
        return text


def _folded(text: str, chance: random.Random) -> list[str]:
    """The text in lines that are broken at single blanks."""
    lines = [""]
    for n, word in enumerate(re.split(r"(?<=\S) (?=\S)", text)):
        if n and chance.random() < 0.3:
            lines.append(word)
        else:
            lines[-1] += (" " if n else "") + word
    return lines


def _fits_flow(node: Node) -> bool:
    """Whether all plain scalars of a node can stand inside brackets."""
    match node:
        case Scalar(value, is_plain):
            return not is_plain or not re.search(r"[][{},]", value)
        case Sequence(items):
            return all(map(_fits_flow, items)) and not any(isinstance(one, Scalar) and not one.value for one in items)
        case Mapping(pairs):
            return all(_fits_flow(value) for _, value in pairs)
