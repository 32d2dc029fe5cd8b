"""Reading a tree by the shape that a key expects, with diagnostics that name the word and suggest a better one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from forbear.errors import Span
from forbear.language.source import Problems
from forbear.language.tree import Mapping, Node, Scalar, Sequence, scalar_value

NAME = re.compile(r"[a-z][a-z0-9_]*")
PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
RULE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# A CEL implementation keeps these words for itself; `candidate`, `ahead` and `behind` are ours.
RESERVED = frozenset(
    ["true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "has", "candidate", "ahead", "behind"]
)
LANGUAGES = ("en", "zh")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or lists them when they are few."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    if 0 < len(names) <= 12:
        return "known: " + ", ".join(names)
    return ""


class Shape:
    """The questions that the readers ask of a node; a wrong answer is noted and None comes back."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def error(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Note a problem."""
        self.problems.error(code, message, span, hint)

    def wrong(self, node: Node, message: str, hint: str = "") -> None:
        """Note that a node has another shape than its key expects, unless the node was reported already."""
        if not (isinstance(node, Scalar) and node.broken):
            self.error("wrong-shape", message, node.span, hint)

    def mapping(self, node: Node, what: str) -> Mapping | None:
        """The node as a mapping."""
        if isinstance(node, Mapping):
            return node
        if isinstance(node, Scalar) and not node.broken and scalar_value(node) is None:
            return Mapping((), node.span)
        self.wrong(node, f"{what} is written as `key: value` pairs")
        return None

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        """The node's items; a single value counts as a list of one."""
        if isinstance(node, Sequence):
            return node.items
        if isinstance(node, Scalar) and not node.broken and scalar_value(node) is not None:
            return (node,)
        self.wrong(node, f"{what} is a list", "write it as [a, b] or one `- ` per line")
        return ()

    def keys(
        self, node: Node, what: str, *, required: Collection[str] = (), optional: Collection[str] = ()
    ) -> dict[str, Node]:
        """The values under known keys; unknown and missing keys are noted."""
        mapping = self.mapping(node, what)
        if mapping is None:
            return {}
        known = {*required, *optional}
        found: dict[str, Node] = {}
        for key, value in mapping.items:
            if key.value in known:
                found[key.value] = value
            else:
                self.error("unknown-key", f"{what} has no `{key.value}`", key.span, did_you_mean(key.value, known))
        for key_name in required:
            if key_name not in found:
                self.error("missing-key", f"{what} needs `{key_name}`", mapping.span)
        return found

    def named(self, node: Node, what: str, pattern: re.Pattern[str] = NAME) -> Iterator[tuple[Scalar, Node]]:
        """The pairs of a mapping whose keys are names of the given pattern."""
        mapping = self.mapping(node, what)
        for key, value in mapping.items if mapping else ():
            if self.is_name(key, pattern):
                yield key, value

    def is_name(self, scalar: Scalar, pattern: re.Pattern[str] = NAME) -> bool:
        """Whether the scalar is a well-formed name that is not reserved; noted where not."""
        if not pattern.fullmatch(scalar.value) or len(scalar.value) > 100:
            shape = "lower-case words joined by hyphens" if pattern is RULE_NAME else "lower-case letters, digits and _"
            self.error("bad-name", f"`{scalar.value}` is not a name", scalar.span, f"a name is {shape}")
            return False
        if pattern is not RULE_NAME and RESERVED & set(scalar.value.split(".")):
            self.error("reserved-name", f"`{scalar.value}` uses a word of the expression language", scalar.span)
            return False
        return True

    def text(self, node: Node, what: str) -> Scalar | None:
        """The node as a non-empty scalar."""
        if isinstance(node, Scalar) and not node.broken and node.value.strip() and scalar_value(node) is not None:
            return node
        self.wrong(node, f"{what} is a text")
        return None

    def name(self, node: Node, what: str, pattern: re.Pattern[str] = NAME) -> str | None:
        """The node as a name."""
        scalar = self.text(node, what)
        return scalar.value if scalar is not None and self.is_name(scalar, pattern) else None

    def choice(self, node: Node, what: str, known: Collection[str], code: str = "unknown-value") -> str | None:
        """The node as one of the known words."""
        scalar = self.text(node, what)
        if scalar is None:
            return None
        if scalar.value in known:
            return scalar.value
        self.error(code, f"there is no {what} `{scalar.value}`", scalar.span, did_you_mean(scalar.value, known))
        return None

    def choices(self, node: Node, what: str, known: Collection[str], code: str = "unknown-value") -> tuple[str, ...]:
        """The node as a list of known words."""
        chosen = [self.choice(item, what, known, code) for item in self.items(node, what)]
        return tuple(dict.fromkeys(one for one in chosen if one is not None))

    def flag(self, node: Node, what: str) -> bool:
        """The node as true or false."""
        value = scalar_value(node) if isinstance(node, Scalar) else None
        if not isinstance(value, bool):
            self.wrong(node, f"{what} is true or false")
        return value is True

    def whole(self, node: Node, what: str) -> int | None:
        """The node as a whole number."""
        value = scalar_value(node) if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.wrong(node, f"{what} is a whole number")
        return None

    def number(self, node: Node, what: str) -> int | Decimal | None:
        """The node as a number."""
        value = scalar_value(node) if isinstance(node, Scalar) else None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return value
        self.wrong(node, f"{what} is a number")
        return None

    def languages(self, node: Node, what: str) -> dict[str, Scalar]:
        """A text in every language."""
        mapping = self.mapping(node, what)
        found: dict[str, Scalar] = {}
        for key, value in mapping.items if mapping else ():
            if key.value not in LANGUAGES:
                hint = did_you_mean(key.value, LANGUAGES)
                self.error("unknown-language", f"there is no language `{key.value}`", key.span, hint)
                continue
            scalar = self.text(value, what)
            if scalar is not None:
                found[key.value] = scalar
        for language in LANGUAGES:
            if mapping and not any(key.value == language for key, _ in mapping.items):
                self.error("missing-language", f"{what} is missing in `{language}`", mapping.span, f"add `{language}:`")
        return found
