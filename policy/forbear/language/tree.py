"""YAML text → a tree of nodes that know where they stand.

Only PyYAML's event stream is used. Anchors, aliases, tags, merge keys, duplicate keys and several documents are
refused; plain scalars mean what YAML 1.2 says (`no` is a string, `010` is ten).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NoReturn, assert_never

import yaml
from attrs import frozen

from forbear.errors import PackError, Span
from forbear.language.problems import Problems
from forbear.language.source import Source, hidden_in, note_hidden
from forbear.language.traps import explain_error, explain_trap, find_trap, quoted
from forbear.language.types import MAX_STRING

MAX_NODES = 100_000  # of all files of a run
MAX_NESTING = 40
MAX_REPAIRS = 20


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
        if len(self.value) > MAX_STRING:
            return self.span
        places = _places(self.source.text[self.start : self.end], self.value, self.plain)
        inside = [place for place in places[offset : offset + length] if place[0] < place[1]]
        if not inside:
            before = places[offset - 1][1] if 0 < offset <= len(places) else 0
            return self.source.span(self.start + before)
        first, last = inside[0][0], inside[-1][1]
        return self.source.span(self.start + first, last - first)


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
_EMPTY = re.compile(r"[ \t]*(#.*)?")
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


_SINGLE = re.compile(r"''|.", re.DOTALL)
_DOUBLE = re.compile(r"(?P<fold>\\(?:\r\n|\r|\n)\s*)|\\(?:x.{2}|u.{4}|U.{8}|.)|.", re.DOTALL)


def _places(raw: str, value: str, plain: bool) -> list[tuple[int, int]]:
    """Where each character of a value stands in its raw text; white space may have been folded and has no place."""
    units: list[tuple[str | None, int, int]]  # what a stretch of raw text stands for, None where it was escaped
    if not plain and raw[:1] == "'":
        units = [(one.group()[0], one.start(), one.end()) for one in _SINGLE.finditer(raw, 1)]
    elif not plain and raw[:1] == '"':
        found = [one for one in _DOUBLE.finditer(raw, 1) if not one.group("fold")]
        units = [(None if one.group()[0] == "\\" else one.group(), one.start(), one.end()) for one in found]
    else:
        start = 0 if plain else raw.find("\n") + 1
        units = [(character, start + n, start + n + 1) for n, character in enumerate(raw[start:])]
    places: list[tuple[int, int]] = []
    n, here = 0, 0
    for character in value:
        if n < len(units) and units[n][0] is None:
            here = units[n][2]
            places.append(units[n][1:])
            n += 1
            continue
        if character.isspace():
            places.append((here, here))
            if n < len(units) and units[n][0] == character:
                n += 1
            continue
        while n < len(units) and units[n][0] != character and (units[n][0] or "x").isspace():
            n += 1
        if n < len(units):
            here = units[n][2]
            places.append(units[n][1:])
            n += 1
        else:
            places.append((here, here))
    return places


class _Stop(Exception):
    """The tree cannot be built further; the reason has been noted."""


def parse_tree(source: Source, problems: Problems) -> Node | None:
    """The tree of a file, or None where it is empty or broken; what is wrong goes to `problems`.

    An expression that YAML cannot read is noted, blanked out, and the file read on.
    """
    text, blanked = source.text, frozenset[int]()
    first = next((n for n, line in enumerate(source.lines) if not _EMPTY.fullmatch(line)), 0)
    if source.lines[first].startswith("%"):
        place = source.span(source.starts[first], 1)
        problems.error("yaml-syntax", "directives of YAML are not part of the language", place, "remove the line")
        problems.lose(source.text)
        return None
    for _ in range(MAX_REPAIRS):
        try:
            builder = _Builder(source, text, blanked, problems)
            tree = builder.document()
            problems.values = builder.nodes
            return tree
        except _Stop:
            break
        except yaml.YAMLError as error:
            trap = find_trap(text, error)
            if trap is None:
                explain_error(source, problems, error)
                break
            explain_trap(source, problems, trap)
            text = text[: trap.start] + "~" + " " * (trap.end - trap.start - 1) + text[trap.end :]
            blanked |= {trap.start}
    problems.lose(source.text)
    return None


def words(node: Node) -> Iterator[str]:
    """Every scalar of a tree, keys included."""
    match node:
        case Scalar(value):
            yield value
        case Sequence(items):
            for item in items:
                yield from words(item)
        case Mapping(pairs):
            for key, inner in pairs:
                yield key.value
                yield from words(inner)
        case _:
            assert_never(node)


class _Builder:
    """Reads the event stream of one file."""

    def __init__(self, source: Source, text: str, blanked: frozenset[int], problems: Problems) -> None:
        self.source, self.blanked, self.problems = source, blanked, problems
        # Events come one by one, so that nesting is stopped before the parser has followed it down.
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.nodes = problems.values

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
        start, end = _stretch(event)
        self.problems.error(code, message, self.source.span(start, max(1, end - start)), hint)

    def refuse(self, event: yaml.Event, code: str, message: str, hint: str) -> NoReturn:
        self.note(event, code, message, hint)
        raise _Stop

    def node(self, event: yaml.Event, depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.note(event, "pack-too-large", f"there are more than {MAX_NODES:,} values", "make two packs of it")
            raise PackError(self.problems.errors)
        if depth > MAX_NESTING:
            self.refuse(event, "too-deep", f"nested deeper than {MAX_NESTING} levels", "flatten it")
        start, end = _stretch(event)
        if isinstance(event, yaml.AliasEvent):
            self.note(event, "yaml-alias", "aliases are not part of the language", "write the value out")
            return Scalar("", True, self.source, start, end, broken=True)
        if getattr(event, "anchor", None):
            self._note_anchor(start)
        tagged = getattr(event, "tag", None) is not None
        if tagged:
            self._note_tag(event)
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style  # libyaml says "", the pure parser None
            if plain:
                end = start + len(self.source.text[start:end].rstrip())
            broken = tagged or start in self.blanked or self._is_hiding(event, start, end)
            return Scalar(event.value, plain, self.source, start, end, broken=broken)
        span = self.source.span(start, 1)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(self._sequence(depth), span)
        items = self._mapping(depth)
        return Mapping(items, items[0][0].span if items and end == start else span)

    def _note_anchor(self, start: int) -> None:
        name = re.compile(r"&\S*").search(self.source.text, start)
        span = self.source.span(*((name.start(), len(name.group())) if name else (start, 1)))
        self.problems.error("yaml-anchor", "anchors are not part of the language", span, "remove the &name")

    def _is_hiding(self, event: yaml.ScalarEvent, start: int, end: int) -> bool:
        """Whether an escape stands for a character that cannot be seen, which is noted."""
        hidden = hidden_in(event.value) if event.style == '"' else None
        if hidden is not None:
            scalar = Scalar(event.value, False, self.source, start, end)
            note_hidden(hidden.group(), scalar.at(hidden.start(), 1), self.problems)
        return hidden is not None

    def _note_tag(self, event: yaml.Event) -> None:
        """`when: !speech.hostile` is a YAML tag, not a negation."""
        start, end = _stretch(event)
        written = self.source.text[start:end] if isinstance(event, yaml.ScalarEvent) else ""
        word = re.split(r"[\s,}\]]", self.source.span(start).text[self.source.span(start).column - 1 :], maxsplit=1)[0]
        if re.match(r"![A-Za-z(]", written):
            hint = f"put the expression in single quotes: {quoted(written)}"
        elif word == "!=":
            hint = f"put the cell in quotes: {quoted(written)}"
        else:
            hint = "remove the tag"
        message = f"YAML reads `{word}` as a tag"
        self.problems.error("yaml-tag", message, self.source.span(start, len(word)), hint)

    def _sequence(self, depth: int) -> tuple[Node, ...]:
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self.node(event, depth + 1))
        return tuple(items)

    def _mapping(self, depth: int) -> tuple[tuple[Scalar, Node], ...]:
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
            if key.broken:
                self._lose(key, value)
            elif key.plain and key.value == "<<":
                self.problems.error("yaml-merge", "merge keys are not part of the language", key.span, "write it out")
                self._lose(key, value)
            elif key.value in seen:
                line = seen[key.value].span.line
                hint = "leave one of the two out, or put both contents under one key"
                self.problems.error("duplicate-key", f"`{key.value}` stands on line {line} already", key.span, hint)
                self._lose(key, value)
            else:
                seen[key.value] = key
                items.append((key, value))
        return tuple(items)

    def _lose(self, key: Scalar, value: Node) -> None:
        for word in (key.value, *words(value)):
            self.problems.lose(word)


def _stretch(event: yaml.Event) -> tuple[int, int]:
    assert event.start_mark is not None
    assert event.end_mark is not None
    return event.start_mark.index, event.end_mark.index
