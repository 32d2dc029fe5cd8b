"""The small changes of a condition: a part dropped, a comparison flipped, a number moved by one."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from forbear.language import ir

OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
PART = "{}"  # in what is said of a change: the part as it is written


@frozen
class Change:
    """A condition changed at one place: the way down to the part that was, and what was done to it."""

    expr: ir.Expr | None  # None: the condition is gone, so the rule always matches
    way: tuple[int, ...]
    said: str

    def within(self, number: int, expr: ir.Expr) -> Change:
        """The same change, of a part with a number inside a larger condition."""
        return evolve(self, expr=expr, way=(number, *self.way))


def changes(condition: ir.Expr) -> Iterator[Change]:
    """Every change of a condition."""
    yield Change(None, (), f"the condition `{PART}` was dropped")
    yield from _inside(condition)


def _inside(expr: ir.Expr) -> Iterator[Change]:
    match expr:
        case ir.All(parts) | ir.Any(parts):
            for n, part in enumerate(parts):
                rest = (*parts[:n], *parts[n + 1 :])
                yield Change(rest[0] if len(rest) == 1 else evolve(expr, parts=rest), (n,), f"`{PART}` was dropped")
                for one in _inside(part):
                    assert one.expr is not None
                    yield one.within(n, evolve(expr, parts=(*parts[:n], one.expr, *parts[n + 1 :])))
        case ir.Not(operand):
            yield Change(operand, (), f"`{PART}` lost its `!`")
            for one in _inside(operand):
                assert one.expr is not None
                if one.expr != ir.Not(operand):  # which is the same as losing it
                    yield one.within(0, ir.Not(one.expr))
        case ir.Compare(operator, left, right):
            yield _operator(expr, OPPOSITE[operator])
            if operator in BOUNDARY and not any(isinstance(side, ir.Constant) for side in (left, right)):
                yield _operator(expr, BOUNDARY[operator])  # beside a number this is the same as moving it
            yield from _numbers(expr)
        case ir.In(_, items):
            yield Change(ir.Not(expr), (), f"`{PART}` was turned round")
            if isinstance(items, ir.ListOf) and len(items.items) > 1:
                for n, item in enumerate(items.items):
                    fewer = evolve(expr, items=ir.ListOf((*items.items[:n], *items.items[n + 1 :])))
                    name = f"`{item.value}`" if isinstance(item, ir.Constant) else f"item {n + 1}"
                    yield Change(fewer, (), f"{name} was dropped from `{PART}`")
        case ir.Read() | ir.Has():
            yield Change(ir.Not(expr), (), f"`{PART}` was turned round")
        case _:
            return


def _operator(expr: ir.Compare, operator: str) -> Change:
    return Change(evolve(expr, operator=operator), (), f"`{expr.operator}` became `{operator}` in `{PART}`")


def _numbers(expr: ir.Compare) -> Iterator[Change]:
    for number, moved in moves(expr.left):
        yield Change(evolve(expr, left=moved), (), f"{number} in `{PART}`")
    for number, moved in moves(expr.right):
        yield Change(evolve(expr, right=moved), (), f"{number} in `{PART}`")


def moves(expr: ir.Expr) -> Iterator[tuple[str, ir.Expr]]:
    """Each number of a term moved by one, up and down, and which it was; what only scales a decimal stays."""
    match expr:
        case ir.Constant(value) if isinstance(value, int) and not isinstance(value, bool):
            yield "one was added to the number", ir.Constant(value + 1)
            yield "one was taken from the number", ir.Constant(value - 1)
        case ir.Arithmetic(operator, left, right):
            scales = [operator == "*" and _is_scale(one) for one in (left, right)]
            for said, moved in moves(left) if not scales[0] else ():
                yield said, evolve(expr, left=moved)
            for said, moved in moves(right) if not scales[1] else ():
                yield said, evolve(expr, right=moved)
        case _:
            return


def _is_scale(expr: ir.Expr) -> bool:
    """Whether a factor may be the checker's own, which brings decimals to the same places."""
    digits = str(expr.value) if isinstance(expr, ir.Constant) else ""
    return digits.startswith("10") and not digits.strip("10")
