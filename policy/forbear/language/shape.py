"""Reading a tree by the shape that a key expects, with diagnostics that name the word and suggest a better one."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from forbear.errors import Span
from forbear.language.problems import Problems
from forbear.language.tree import Mapping, Node, Scalar, Sequence, scalar_value, words
from forbear.language.types import MAX_STRING

NAME = re.compile(r"[a-z][a-z0-9_]*")
PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
RULE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# A CEL implementation keeps these words for itself; `candidate`, `ahead` and `behind` are ours.
_CEL = "true false null in as break const continue else for function if import let loop package namespace return var"
RESERVED = frozenset([*_CEL.split(), "void", "while", "has", "candidate", "ahead", "behind"])
UNSPEAKABLE = frozenset({"true", "false", "null"})  # as values: YAML reads them as something else than a text
LANGUAGES = ("en", "zh")
_PAIRS = "write `name: value`, one a line, or {name: value}"
_MANY = 1_000  # names beyond which the nearest is not looked for, nor for a word longer than _LONG
_LONG = 100
_CLOSEST = 50  # names, by the letters that they share with the word, which are compared
_WORK = 8_000  # pairs of equal letters, which is what a comparison of texts takes: a stranger's names may be all alike


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like the given one, if any is like it."""
    names = set(known)
    if len(word) > _LONG or len(names) > _MANY:
        return None
    names = {one for one in names if abs(len(one) - len(word)) <= 3 + len(word) // 4}
    letters = Counter(word)
    closest = sorted(names, key=lambda one: (-(letters & Counter(one)).total(), one))[:_CLOSEST]
    if sum(letters[letter] for one in closest for letter in one) > _WORK:
        return None
    near = difflib.get_close_matches(word, sorted(closest), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or lists them when they are few."""
    names = set(known)
    near = nearest(word, names)
    if near is not None and near != word:
        return f"did you mean `{near}`?"
    if 0 < len(names) <= 12:
        return "known: " + ", ".join(sorted(names))
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
        self.wrong(node, f"{what} is written as `key: value` pairs", _PAIRS)
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
        """The values under known keys; unknown and missing keys are noted, a misspelt one only once."""
        mapping = self.mapping(node, what)
        if mapping is None:
            return {}
        known = {*required, *optional}
        found: dict[str, Node] = {}
        meant: set[str | None] = set()
        for key, value in mapping.items:
            if key.value in known:
                found[key.value] = value
            else:
                self.error("unknown-key", f"{what} has no `{key.value}`", key.span, did_you_mean(key.value, known))
                meant.add(nearest(key.value, known))
        for key_name in required:
            if key_name not in found and key_name not in meant:
                self.error("missing-key", f"{what} needs `{key_name}`", mapping.span, f"add `{key_name}: …`")
        return found

    def named(self, node: Node, what: str, pattern: re.Pattern[str] = NAME) -> Iterator[tuple[Scalar, Node]]:
        """The pairs of a mapping whose keys are names of the given pattern."""
        mapping = self.mapping(node, what)
        if mapping is None:
            self.lose(node)
        for key, value in mapping.items if mapping else ():
            if self.is_name(key, pattern):
                yield key, value
            else:
                self.problems.lose(key.value)

    def lose(self, node: Node) -> None:
        """Remember that whatever a node declares could not be read."""
        for word in words(node):
            self.problems.lose(word)

    def is_name(self, scalar: Scalar, pattern: re.Pattern[str] = NAME, reserved: frozenset[str] = RESERVED) -> bool:
        """Whether the scalar is a well-formed name that is not reserved; noted where not."""
        if not pattern.fullmatch(scalar.value) or len(scalar.value) > 100:
            self.error("bad-name", f"`{scalar.value}` is not a name", scalar.span, _name_hint(scalar.value, pattern))
            return False
        if pattern is not RULE_NAME and reserved & set(scalar.value.split(".")):
            message = f"`{scalar.value}` uses a word of the expression language"
            self.error("reserved-name", message, scalar.span, "choose another name")
            return False
        return True

    def text(self, node: Node, what: str, longest: int = MAX_STRING) -> Scalar | None:
        """The node as a non-empty scalar."""
        if isinstance(node, Scalar) and not node.broken and node.value.strip() and scalar_value(node) is not None:
            if len(node.value) <= longest:
                return node
            self.error("wrong-value", f"{what} has at most {longest:,} characters", node.span, "shorten it")
            return None
        is_word = isinstance(node, Scalar)
        hint = "write a word or a sentence; nothing and null are none" if is_word else "write one word or sentence"
        self.wrong(node, f"{what} is a text", hint)
        return None

    def name(
        self, node: Node, what: str, pattern: re.Pattern[str] = NAME, reserved: frozenset[str] = RESERVED
    ) -> str | None:
        """The node as a name."""
        scalar = self.text(node, what)
        return scalar.value if scalar is not None and self.is_name(scalar, pattern, reserved) else None

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
            self.wrong(node, f"{what} is true or false", "write true or false; yes and no are texts")
        return value is True

    def whole(self, node: Node, what: str) -> int | None:
        """The node as a whole number."""
        value = scalar_value(node) if isinstance(node, Scalar) else None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.wrong(node, f"{what} is a whole number", "write digits alone, such as 3")
        return None

    def number(self, node: Node, what: str) -> int | Decimal | None:
        """The node as a number."""
        value = scalar_value(node) if isinstance(node, Scalar) else None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return value
        self.wrong(node, f"{what} is a number", "write it in digits, such as 3 or 0.5")
        return None

    def languages(self, node: Node, what: str) -> dict[str, Scalar]:
        """A text in every language."""
        if isinstance(node, Scalar) and scalar_value(node) is not None:
            self.wrong(node, f"{what} is said in every language", "write {en: …, zh: …}")
            return {}
        mapping = self.mapping(node, what)
        found: dict[str, Scalar] = {}
        unknown = False
        for key, value in mapping.items if mapping else ():
            if key.value not in LANGUAGES:
                unknown = True
                hint = did_you_mean(key.value, LANGUAGES)
                if isinstance(value, Scalar) and value.plain and value.value == "":
                    hint = "a comma ends a text inside {…}: put the text in double quotes"
                self.error("unknown-language", f"there is no language `{key.value}`", key.span, hint)
                continue
            scalar = self.text(value, f"{what} in `{key.value}`")
            if scalar is not None:
                found[key.value] = scalar
        missing = [one for one in LANGUAGES if mapping and not any(key.value == one for key, _ in mapping.items)]
        if mapping and missing and not unknown:
            hint = ", ".join(f"add `{language}: …`" for language in missing)
            where = " and ".join(f"`{language}`" for language in missing)
            self.error("missing-language", f"{what} is missing in {where}", mapping.span, hint)
        return found


def _name_hint(word: str, pattern: re.Pattern[str]) -> str:
    shape = "lower-case words joined by hyphens" if pattern is RULE_NAME else "lower-case letters, digits and _"
    strange = next((letter for letter in word if not letter.isascii()), None)
    if strange is not None:
        return f"a name is {shape}; `{strange}` (U+{ord(strange):04X}) is none of these, whatever it looks like"
    return f"a name is {shape}, at most 100 characters"
