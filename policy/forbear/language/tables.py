"""`table:` → rules as rows; `-` matches anything, a list any of its values, `>= 300` a comparison."""

from __future__ import annotations

import re

from attrs import frozen

from forbear.language import ir
from forbear.language.infer import Checker
from forbear.language.judging import judge
from forbear.language.scope import Scope, Typed
from forbear.language.shape import PATH, Shape
from forbear.language.syntax import Binary, Items, Literal, Name
from forbear.language.tree import Mapping, Node, Scalar, Sequence, scalar_value
from forbear.language.types import BoolType

_COMPARISON = re.compile(r"(==|!=|<=|>=|<|>)\s*")
ANYTHING = "-"
ANYTHING_HINT = "write `-` to match anything"


@frozen
class Row:
    """A row: its keys as a rule has them, and its cells under the inputs; no cells where they cannot be read."""

    node: Node
    inputs: tuple[Scalar, ...]
    cells: tuple[Node, ...] | None


def read_rows(shape: Shape, node: Node) -> tuple[Row, ...]:
    """The rows of a table, each with as many cells as the table has inputs."""
    keys = shape.keys(node, "a table", required=("inputs", "rows"))
    listed = shape.items(keys["inputs"], "`inputs`") if "inputs" in keys else ()
    rows = shape.items(keys["rows"], "`rows`") if "rows" in keys else ()
    for key in keys.keys() & {"inputs", "rows"}:
        if keys[key] == Sequence((), keys[key].span):
            shape.wrong(keys[key], f"a table has {key}", "list one at least")
    inputs = tuple(one for item in listed if (one := _input(shape, item)) is not None)
    readable = bool(listed) and len(inputs) == len(listed)
    return tuple(Row(row, inputs, _cells(shape, row, inputs) if readable else None) for row in rows)


def _input(shape: Shape, node: Node) -> Scalar | None:
    """The path of a value."""
    if isinstance(node, Scalar) and PATH.fullmatch(node.value):
        return node
    shape.wrong(node, "an input is the name of a value", "for what must be worked out, write a decision and name it")
    return None


def _cells(shape: Shape, row: Node, inputs: tuple[Scalar, ...]) -> tuple[Node, ...] | None:
    pairs = {key.value: value for key, value in row.items} if isinstance(row, Mapping) else {}
    if not isinstance(row, Mapping) or "otherwise" in pairs:
        return None  # what is wrong with it, its reader says
    cells = pairs.get("when", row)
    if isinstance(cells, Sequence) and len(cells.items) == len(inputs):
        return cells.items
    message = f"this row needs {len(inputs)} cell{'s' if len(inputs) > 1 else ''}, one for each input"
    shape.wrong(cells, message, f"when: [{', '.join(one.value for one in inputs)}], each a value; {ANYTHING_HINT}")
    return None


def check_row(row: Row, scope: Scope, shape: Shape) -> tuple[Typed | None, bool]:
    """The condition of a row (None where every cell is `-`), and whether it is free of problems."""
    if row.cells is None:
        return None, False
    parts: list[ir.Expr] = []
    whole = True
    for column, cell in zip(row.inputs, row.cells, strict=True):
        if isinstance(cell, Scalar) and cell.value == ANYTHING:
            continue
        path = Name(column.value, 0, len(column.value))
        known = Checker(scope, column, shape.problems).check(path, scope.known) is not None
        part = _cell(column.value, cell, scope, shape) if known else None
        whole = whole and part is not None
        parts += [part] if part is not None else []
    if not parts:
        return None, whole
    return Typed(parts[0] if len(parts) == 1 else ir.All(tuple(parts)), BoolType()), whole


def _cell(path: str, cell: Node, scope: Scope, shape: Shape) -> ir.Expr | None:
    """A cell as a condition on its input."""
    if isinstance(cell, Sequence):
        return _any_of(path, cell, scope, shape)
    if isinstance(cell, Mapping):
        shape.wrong(cell, "a cell is a value, a list of values, or a comparison", '">= 300", say')
        return None
    if _is_unsaid(cell, shape):
        return None
    end = len(cell.value)
    comparison = _COMPARISON.match(cell.value)
    operator, literal = "==", _literal(cell)
    if comparison is not None:
        rest = Scalar(cell.value[comparison.end() :].strip(), True, cell.source, cell.start, cell.end)
        operator, literal = comparison.group(1), _literal(rest)
        if _is_unsaid(rest, shape):
            return None
    checker = Checker(scope, cell, shape.problems)
    typed = checker.check(Binary(operator, Name(path, 0, end), literal, 0, end), scope.known)
    judge(checker)
    return None if typed is None else typed.expr


def _any_of(path: str, cell: Sequence, scope: Scope, shape: Shape) -> ir.Expr | None:
    """Any of the values listed, each checked at its own place."""
    values: list[ir.Expr] = []
    for item in cell.items:
        if not isinstance(item, Scalar):
            shape.wrong(item, "a cell's list holds plain values", "write [a, b]")
        elif not _is_unsaid(item, shape):
            end = len(item.value)
            within = Binary("in", Name(path, 0, end), Items((_literal(item),), 0, end), 0, end)
            typed = Checker(scope, item, shape.problems).check(within, scope.known)
            if typed is not None and isinstance(typed.expr, ir.In) and isinstance(typed.expr.items, ir.ListOf):
                values += typed.expr.items.items
    if not cell.items:
        shape.wrong(cell, "an empty list matches nothing", ANYTHING_HINT)
    return ir.In(ir.Read(path), ir.ListOf(tuple(values))) if len(values) == len(cell.items) > 0 else None


def _is_unsaid(cell: Scalar, shape: Shape) -> bool:
    """Whether a cell, or what stands behind its comparison, says nothing; noted where it does not."""
    if scalar_value(cell) is None or not cell.value:
        shape.wrong(cell, "a value is missing in this cell", ANYTHING_HINT)
        return True
    return cell.broken


def _literal(cell: Scalar) -> Literal:
    value = scalar_value(cell)
    return Literal(cell.value if value is None else value, 0, len(cell.value))
