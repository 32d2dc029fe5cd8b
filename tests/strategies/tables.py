"""Tables, drawn: inputs that are always there, and rows of cells for them."""

from __future__ import annotations

from collections.abc import Sequence

from forbear.language.types import BoolType, EnumType, IntType
from strategies.expressions import ORDERS, Readable
from strategies.kinds import near
from strategies.pen import Pen
from strategies.yaml_text import Node

ANYTHING = "-"


def draw_table(
    pen: Pen, names: Sequence[Readable], then: dict[str, Node], prefix: str, *, covers: bool = False
) -> Node | None:
    """A table whose rows say `then`, the last one of anything where it `covers`; None where nothing can be an input."""
    inputs = pen.some(_inputs(names), 1, 2)
    if not inputs:
        return None
    rows: list[list[Node]] = [[_cell(pen, one) for one in inputs] for _ in range(pen.number(1, 3))]
    if covers:
        rows.append([ANYTHING] * len(inputs))
    return _table(inputs, rows, then, prefix)


def draw_partition(pen: Pen, names: Sequence[Readable], thens: Sequence[Node], prefix: str) -> Node | None:
    """A table of which one row at most matches, and one always does: a row for each value of an input."""
    closed = [one for one in _inputs(names) if isinstance(one.type, BoolType | EnumType)]
    if not closed:
        return None
    one = pen.pick(closed)
    values: tuple[Node, ...] = one.type.values if isinstance(one.type, EnumType) else (True, False)
    other = pen.some([other for other in _inputs(names) if other is not one], 0, 1)
    rows: list[list[Node]] = [[value, *([ANYTHING] * len(other))] for value in values]
    return _table([one, *other], rows, {"then": list(thens)}, prefix)


def _table(inputs: Sequence[Readable], rows: list[list[Node]], then: dict[str, Node], prefix: str) -> Node:
    written: list[Node] = []
    for n, cells in enumerate(rows):
        said = {key: value[n % len(value)] if isinstance(value, list) else value for key, value in then.items()}
        written.append({"rule": f"{prefix}{n}", "when": list(cells), **said})
    return {"inputs": [one.path for one in inputs], "rows": written}


def _inputs(names: Sequence[Readable]) -> list[Readable]:
    return [one for one in names if not one.optional and isinstance(one.type, BoolType | EnumType | IntType)]


def _cell(pen: Pen, one: Readable) -> Node:
    cells: list[Node]
    match one.type:
        case EnumType(values):
            cells = [ANYTHING, pen.pick(values), [*pen.some(values, 1, 2)], f"!= {pen.pick(values)}"]
        case IntType(low, high):
            number = near(pen, low, high)
            cells = [ANYTHING, number, [number, 1], f"{pen.pick(ORDERS)} {number}"]
        case _:
            cells = [ANYTHING, True, False]
    return pen.pick(cells)
