"""YAML text → a tree of nodes that know where they stand.

Only PyYAML's event stream is used. Anchors, aliases, tags, merge keys, duplicate keys and several documents are
refused; plain scalars mean what YAML 1.2 says (`no` is a string, `010` is ten).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import yaml
from attrs import frozen

from forbear.errors import Span
from forbear.language.source import MAX_NESTING, Problems, Source

MAX_NODES = 100_000


@frozen
class Scalar:
    """One value as written; `start` and `end` are offsets of its raw text, quotes and block marks included."""

    value: str
    plain: bool
    source: Source
    start: int
    end: int
    broken: bool = False  # already reported; whoever reads it says nothing more

    @property
    def span(self) -> Span:
        """The scalar's place; a scalar of several lines is marked on its first."""
        return self.source.span(self.start, self.end - self.start)

    def at(self, offset: int, length: int) -> Span:
        """The place of `length` characters of the value from `offset`, found again in the raw text."""
        raw = self.source.text[self.start : self.end]
        if self.plain or raw[:1] in ("|", ">"):
            place = _follow_spaces(raw, self.value, offset, raw.find("\n") + 1 if not self.plain else 0)
        elif raw[:1] == "'":
            place = _follow_spaces(raw.replace("''", "'\x00"), self.value, offset, 1)
        elif "\\" not in raw:
            place = _follow_spaces(raw, self.value, offset, 1)
        else:
            return self.span
        return self.source.span(self.start + place, length)


@frozen
class Mapping:
    """Key and value pairs in file order; keys are unique scalars."""

    items: tuple[tuple[Scalar, Node], ...]
    span: Span


@frozen
class Sequence:
    """Nodes in file order."""

    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence

_INT = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE, _FALSE = frozenset({"true", "True", "TRUE"}), frozenset({"false", "False", "FALSE"})


def scalar_value(scalar: Scalar) -> bool | int | Decimal | str | None:
    """What a scalar means under YAML 1.2's core schema; a fraction stays exact, as written."""
    text = scalar.value
    if not scalar.plain:
        return text
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return Decimal(text)
    return text


def _follow_spaces(raw: str, value: str, offset: int, place: int) -> int:
    """Walk `value` and `raw` side by side up to `offset`; they differ only in white space and doubled quotes."""
    for character in value[:offset]:
        if character.isspace():
            continue
        while place < len(raw) and raw[place] != character:
            place += 1
        place += 1
    wanted = value[offset : offset + 1]
    while wanted and not wanted.isspace() and place < len(raw) and raw[place] != wanted:
        place += 1
    return place


class _Stop(Exception):
    """The tree cannot be built further; the reason has been noted."""


def parse_tree(source: Source, problems: Problems) -> Node | None:
    """The tree of a file, or None where it is empty or broken; what is wrong goes to `problems`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Builder(source, problems, yaml.parse(source.text, Loader=loader)).document()
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        _explain_syntax(source, problems, error)
    except yaml.YAMLError as error:
        problems.error("yaml-syntax", f"this is not YAML: {error}", source.span(0))
    return None


class _Builder:
    """Reads the event stream of one file."""

    def __init__(self, source: Source, problems: Problems, events: Iterator[yaml.Event]) -> None:
        self.source, self.problems, self.events = source, problems, events
        self.nodes = 0

    def document(self) -> Node | None:
        tree: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, "yaml-documents", "a file holds one document", "make a second file")
            elif isinstance(event, yaml.NodeEvent):
                tree = self.node(event, 0)
        return tree

    def note(self, event: yaml.Event, code: str, message: str, hint: str) -> None:
        start = event.start_mark.index
        self.problems.error(code, message, self.source.span(start, max(1, event.end_mark.index - start)), hint)

    def refuse(self, event: yaml.Event, code: str, message: str, hint: str) -> None:
        self.note(event, code, message, hint)
        raise _Stop

    def node(self, event: yaml.Event, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(event, "file-too-large", f"the file has more than {MAX_NODES:,} nodes", "split it")
        if depth > MAX_NESTING:
            self.refuse(event, "too-deep", f"nested deeper than {MAX_NESTING} levels", "flatten it")
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.AliasEvent):
            self.note(event, "yaml-alias", "aliases are not part of the language", "write the value out")
            return Scalar("", True, self.source, start, end, broken=True)
        if getattr(event, "anchor", None):
            self.note(event, "yaml-anchor", "anchors are not part of the language", "remove the &name")
        tagged = getattr(event, "tag", None) is not None
        if tagged:
            self._note_tag(event)
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style  # libyaml says "", the pure parser None
            if plain:
                end = start + len(self.source.text[start:end].rstrip())
            return Scalar(event.value, plain, self.source, start, end, broken=tagged)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(start, depth)
        return self._mapping(start, depth)

    def _note_tag(self, event: yaml.Event) -> None:
        """`when: !speech.hostile` is a YAML tag, not a negation."""
        start = event.start_mark.index
        place = self.source.span(start)
        rest = place.text[place.column - 1 :].strip()
        word = rest.split()[0].rstrip(",}") if rest else "!"
        hint = f"put the expression in single quotes: '{rest}'" if word[1:2].isalpha() or word[1:2] in "!(" else ""
        self.problems.error(
            "yaml-tag", f"YAML reads `{word}` as a tag", self.source.span(start, len(word)), hint or "remove the tag"
        )

    def _sequence(self, start: int, depth: int) -> Sequence:
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self.node(event, depth + 1))
        return Sequence(tuple(items), self.source.span(start, 1))

    def _mapping(self, start: int, depth: int) -> Mapping:
        items: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                self.problems.error("yaml-key", "a key is a plain word", key.span, "write `name: value`")
                raise _Stop
            value = self.node(next(self.events), depth + 1)
            if key.plain and key.value == "<<":
                self.problems.error("yaml-merge", "merge keys are not part of the language", key.span, "write it out")
                continue
            if key.value in seen:
                line = seen[key.value].span.line
                self.problems.error("duplicate-key", f"`{key.value}` stands on line {line} already", key.span)
                continue
            seen[key.value] = key
            items.append((key, value))
        return Mapping(tuple(items), self.source.span(start, 1))


_TRAP = re.compile(r"^\s*(?:- )?\{?(?:.*[,{]\s*)?(?:when|never|always|where|then)\s*:\s*(.+)$")


def _explain_syntax(source: Source, problems: Problems, error: yaml.MarkedYAMLError) -> None:
    """Say what broke the YAML, and where an expression is the likely reason, how to write it."""
    mark = error.problem_mark or error.context_mark
    start = min(mark.index, len(source.text)) if mark is not None else 0
    span = source.span(start, 1)
    hint = ""
    trap = _TRAP.match(span.text)
    if trap:
        expression = trap.group(1).split(" then:")[0].rstrip(" ,}").strip("'\"")
        if trap.group(1)[:1] == '"':
            expression = trap.group(1).rstrip(" ,}")
        hint = f"put the expression in single quotes: '{expression}'"
    elif span.text.rstrip().endswith(":") or ": " in span.text:
        hint = "a text with a colon, a bracket or a quote in it needs quotes around the whole"
    problems.error("yaml-syntax", f"this is not YAML: {error.problem or error.context}", span, hint)
