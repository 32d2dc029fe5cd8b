"""Where the things to reach stand in the files of a pack, and how their conditions are spelled there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from forbear.engine.parts import VOCABULARY
from forbear.errors import Span
from forbear.language import ir
from forbear.language.files import MANIFEST
from forbear.language.overriding import OVERRIDES
from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.syntax import Junction, Syntax, Unary, parse_expression
from forbear.language.tables import ANYTHING
from forbear.language.tree import Mapping as Tree
from forbear.language.tree import Node, Scalar, parse_tree
from forbear.language.tree import Sequence as Listed

_Place = tuple[str, int, int]
NOWHERE: Final = Span("", 1, 1)


@frozen
class Spelled:
    """A part of a condition as written; its own parts follow those of the expression that it became."""

    text: str
    span: Span
    parts: tuple[Spelled, ...] = ()

    def at(self, way: Sequence[int]) -> Spelled:
        """The part at the end of a way down; the innermost that is spelled out where there is no more of it."""
        part = self
        for n in way:
            if n >= len(part.parts):
                break
            part = part.parts[n]
        return part


@frozen
class Places:
    """The places in the files of a pack and of those below it."""

    own: frozenset[str]  # the pack's own files; whatever stands in others is tested there
    _named: Mapping[_Place, Tree] = field(repr=False)  # a name's place → what it names
    _declared: Mapping[tuple[str, str], tuple[Scalar, Node]] = field(repr=False)  # section and name → key, value
    _inputs: Mapping[_Place, tuple[str, ...]] = field(repr=False)  # a row's place → the inputs of its table
    _changed: Mapping[tuple[str, str], Node] = field(repr=False)  # rule and key → what another pack put there

    def when(self, rule: str, span: Span) -> Spelled | None:
        """The condition of a rule whose name stands at a span."""
        tree = self._named.get(_place(span))
        node = self._changed.get((rule, "when")) or (value_of(tree, "when") if tree is not None else None)
        if isinstance(node, Listed):
            return _cells(node, self._inputs.get(_place(span), ()), span)
        return _expression(node)

    def where(self, fold: str) -> Spelled | None:
        """The `where` of a fold."""
        found = self._declared.get(("history", fold.removeprefix("history.")))
        return _expression(value_of(found[1], "where")) if found is not None else None

    def part(self, span: Span, key: str) -> Span:
        """What stands under a key of the thing whose name stands at a span; the name where there is no such key."""
        tree = self._named.get(_place(span))
        node = value_of(tree, key) if tree is not None else None
        return node.span if node is not None else span

    def outcome(self, span: Span, value: object) -> Span:
        """One of the outcomes of a decision."""
        tree = self._named.get(_place(span))
        listed = value_of(tree, "outcome") if tree is not None else None
        for item in listed.items if isinstance(listed, Listed) else ():
            if isinstance(item, Scalar) and item.value == value:
                return item.span
        return self.part(span, "outcome")

    def otherwise(self, span: Span) -> Span:
        """The `otherwise` of a decision."""
        tree = self._named.get(_place(span))
        for listed in (value_of(tree, "rules"), value_of(value_of(tree, "table"), "rows")):
            for item in listed.items if isinstance(listed, Listed) else ():
                found = value_of(item, "otherwise")
                if found is not None:
                    return found.span
        return span

    def declared(self, section: str, name: str, *below: str) -> Span:
        """What a section declares under a name, or a key below it."""
        found = self._declared.get((section, name))
        if found is None:
            return NOWHERE
        key, node = found
        for one in below:
            pairs = {each.value: (each, value) for each, value in node.items} if isinstance(node, Tree) else {}
            if one not in pairs:
                break
            key, node = pairs[one]
        return key.span

    def is_changed(self, rule: str) -> bool:
        """Whether the pack itself changes a rule of a pack below it."""
        return any(of == rule and node.span.file in self.own for (of, _), node in self._changed.items())


def places_of(policy: ir.Policy, sources: Sequence[Source]) -> Places:
    """The places in the files of a policy."""
    order = {pack: n for n, pack in enumerate((*policy.builds_on, ""))}
    named: dict[_Place, Tree] = {}
    declared: dict[tuple[str, str], tuple[Scalar, Node]] = {}
    inputs: dict[_Place, tuple[str, ...]] = {}
    changed: dict[tuple[str, str], Node] = {}
    words: set[str] = set()  # own files and those of plugins that hold vocabulary alone
    for source in sorted(sources, key=lambda one: order.get(one.pack, len(order))):
        tree = parse_tree(source, Problems())
        for node in _trees(tree):
            for word in ("rule", "decision"):
                name = value_of(node, word)
                if isinstance(name, Scalar):
                    named[_place(name.span)] = node
            inputs |= dict(_rows(node))
        if not source.pack and {section.value for section, _ in _items(tree)} <= {*VOCABULARY}:
            words.add(source.name)
        for section, inner in _items(tree):
            if section.value == OVERRIDES:
                changed |= dict(_changes(inner))
            else:
                declared |= {(section.value, key.value): (key, value) for key, value in _items(inner)}
    own = frozenset(source.name for source in sources if not source.pack)
    if words == own - {MANIFEST}:  # it only composes others, and is tested as they are together
        own = frozenset(source.name for source in sources)
    return Places(own, named, declared, inputs, changed)


def value_of(node: Node | None, key: str) -> Node | None:
    """What stands under a key."""
    return next((value for one, value in _items(node) if one.value == key), None)


def _items(node: Node | None) -> tuple[tuple[Scalar, Node], ...]:
    return node.items if isinstance(node, Tree) else ()


def _place(span: Span) -> _Place:
    return span.file, span.line, span.column


def _trees(node: Node | None) -> Iterator[Tree]:
    """Every mapping of a tree."""
    if isinstance(node, Tree):
        yield node
        for _, value in node.items:
            yield from _trees(value)
    elif isinstance(node, Listed):
        for item in node.items:
            yield from _trees(item)


def _rows(table: Tree) -> Iterator[tuple[_Place, tuple[str, ...]]]:
    """The rows of a table by the place of their names, each with the table's inputs."""
    listed, rows = value_of(table, "inputs"), value_of(table, "rows")
    if isinstance(listed, Listed) and isinstance(rows, Listed):
        names = tuple(one.value for one in listed.items if isinstance(one, Scalar))
        for row in rows.items:
            name = value_of(row, "rule")
            if isinstance(name, Scalar):
                yield _place(name.span), names


def _changes(overrides: Node) -> Iterator[tuple[tuple[str, str], Node]]:
    for rule, change in _items(value_of(overrides, "rules")):
        for key, value in _items(change):
            yield (rule.value, key.value), value


def _cells(row: Listed, inputs: tuple[str, ...], span: Span) -> Spelled:
    """A row's cells that ask for something."""
    parts = tuple(
        Spelled(f"{name} {_written(cell)}", _around(cell))
        for name, cell in zip(inputs, row.items, strict=False)
        if not (isinstance(cell, Scalar) and cell.value == ANYTHING)
    )
    return parts[0] if len(parts) == 1 else Spelled("", span, parts)


def _written(cell: Node) -> str:
    if isinstance(cell, Scalar):
        return cell.value
    return f"[{', '.join(one.value for one in cell.items if isinstance(one, Scalar))}]"


def _around(cell: Node) -> Span:
    """A cell from end to end."""
    last = cell.items[-1] if isinstance(cell, Listed) and cell.items else None
    if not isinstance(last, Scalar):
        return cell.span
    begin = last.source.starts[cell.span.line - 1] + cell.span.column - 1
    return last.source.span(begin, last.source.text.find("]", last.end) + 1 - begin)


def _expression(node: Node | None) -> Spelled | None:
    return _spelled(parse_expression(node.value), node) if isinstance(node, Scalar) else None


def _spelled(syntax: Syntax, scalar: Scalar) -> Spelled:
    match syntax:
        case Unary("!", operand):
            parts: tuple[Syntax, ...] = (operand,)
        case Junction(_, inside):
            parts = inside
        case _:
            parts = ()
    text = " ".join(scalar.value[syntax.start : syntax.end].split())
    span = scalar.at(syntax.start, syntax.end - syntax.start)
    return Spelled(text, span, tuple(_spelled(part, scalar) for part in parts))
