"""What the operators of an expression accept, and the range of what they give."""

from __future__ import annotations

from collections.abc import Callable

from forbear.calendar import UNIT_SECONDS
from forbear.language import ir
from forbear.language.scope import Typed
from forbear.language.shape import did_you_mean
from forbear.language.syntax import Binary, Syntax
from forbear.language.types import (
    INT_MAX,
    INT_MIN,
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    StringType,
    Type,
    describe,
    example,
)

Report = Callable[[str, str, Syntax, str], None]
"""Notes a problem: code, message, place, hint."""

NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}  # what holds where it does not
FLIPPED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}  # with its sides exchanged
NARROWER = "give the facts and settings a narrower range"


def fits_64_bits(low: int, high: int) -> bool:
    """Whether every whole number from `low` to `high` can be kept."""
    return low >= INT_MIN and high <= INT_MAX


def compare(at: Binary, left: Typed, right: Typed, report: Report) -> Typed | None:
    """`== != < <= > >=`."""
    if at.operator not in ("==", "!=") and not (_is_number(left.type) and _is_number(right.type)):
        wrong, side = (left, at.left) if not _is_number(left.type) else (right, at.right)
        message = f"`{at.operator}` compares numbers; this is {describe(wrong.type)}"
        report("type-mismatch", message, side, "use `==`, `!=` or `in`")
        return None
    pair = _same_kind(at, left, right, report)
    return None if pair is None else Typed(ir.Compare(at.operator, *pair), BoolType())


def within(at: Binary, left: Typed, right: Typed, report: Report) -> Typed | None:
    """`in` a list that a path names."""
    if not isinstance(right.type, ListType):
        hint = 'write a list, such as ["a", "b"]' if right.literal else "compare it with =="
        report("type-mismatch", f"`in` looks into a list; this is {describe(right.type)}", at.right, hint)
        return None
    kind = right.type.item
    unit = kind.unit if isinstance(kind, IntType | DecimalType) else None
    pair = _same_kind(at, left, Typed(right.expr, kind, unit=unit), report, f"look in a list of {_several(left.type)}")
    if pair is not None and pair[1] != right.expr:
        message = "this has more decimal places than the values of the list"
        report("type-mismatch", message, at.left, _fewer_places(kind))
        return None
    return None if pair is None else Typed(ir.In(pair[0], right.expr), BoolType())


def one_of(at: Binary, left: Typed, item: Typed, report: Report) -> ir.Expr | None:
    """One item of a list that is written out, as a value that `left` may be compared with."""
    pair = _same_kind(at, left, item, report)
    if pair is not None and pair[0] != left.expr:
        message = "this has more decimal places than the value that is looked for"
        report("type-mismatch", message, at.right, _fewer_places(left.type))
        return None
    return None if pair is None else pair[1]


def arithmetic(at: Binary, left: Typed, right: Typed, report: Report) -> Typed | None:
    """`+ - *` on whole numbers."""
    for one, side in ((left, at.left), (right, at.right)):
        if not isinstance(one.type, IntType):
            message = f"arithmetic is on whole numbers; this is {describe(one.type)}"
            report("type-mismatch", message, side, "it can only be compared")
            return None
    assert isinstance(left.type, IntType)
    assert isinstance(right.type, IntType)
    ours, theirs = left.type, right.type
    unit: str | None
    if at.operator == "*":
        if not (_is_fixed(left) or _is_fixed(right)):
            hint = "let a setting or a number stand for one of them"
            report("type-mismatch", "one side of `*` is a number or a setting", at, hint)
            return None
        corners = [a * b for a in (ours.low, ours.high) for b in (theirs.low, theirs.high)]
        low, high = min(corners), max(corners)
        unit = None  # this is how one unit is made of another
    else:
        if not _same_unit(at, left, right, report):
            return None
        minus = at.operator == "-"
        low = ours.low - theirs.high if minus else ours.low + theirs.low
        high = ours.high - theirs.low if minus else ours.high + theirs.high
        unit = right.unit if left.literal or left.unit is None else left.unit
    if not fits_64_bits(low, high):
        report("overflow", "the result can leave 64 bits", at, NARROWER)
        return None
    kind = IntType(low, high, unit or "")
    return Typed(ir.Arithmetic(at.operator, left.expr, right.expr), kind, left.literal and right.literal, unit)


def _same_kind(
    at: Binary, left: Typed, right: Typed, report: Report, otherwise: str = ""
) -> tuple[ir.Expr, ir.Expr] | None:
    """Both sides as values that may be compared, decimals at the same number of places; `otherwise` is a hint."""
    for value, literal, side in ((left, right, at.right), (right, left, at.left)):
        if isinstance(value.type, EnumType) and literal.literal and isinstance(literal.type, StringType):
            return (left.expr, right.expr) if _has_value(value.type, literal, side, report) else None
    match left.type, right.type:
        case (BoolType(), BoolType()) | (StringType() | EnumType(), StringType()) | (StringType(), EnumType()):
            return left.expr, right.expr
        case EnumType(ours), EnumType(theirs) if set(ours) & set(theirs):
            return left.expr, right.expr
        case IntType(), IntType():
            return (left.expr, right.expr) if _same_unit(at, left, right, report) else None
        case DecimalType(), DecimalType():
            pass
        case (DecimalType(), IntType()) if right.literal:
            pass
        case (IntType(), DecimalType()) if left.literal:
            pass
        case _:
            wrong, kept = (at.left, right) if left.literal and not right.literal else (at.right, left)
            message = f"{describe(left.type)} cannot be compared with {describe(right.type)}"
            report("type-mismatch", message, wrong, otherwise or _compare_hint(kept.type))
            return None
    if not _same_unit(at, left, right, report):
        return None
    places = max(_places(left.type), _places(right.type))
    one, other = _scale(left, places, at.left, report), _scale(right, places, at.right, report)
    return None if one is None or other is None else (one, other)


def _compare_hint(kind: Type) -> str:
    value = example(kind)
    return f"compare it with what is alike, such as {value}" if value else "ask with `in` whether the list holds it"


def _several(kind: Type) -> str:
    """What items a list must have for a value of a type to be looked for in it."""
    if isinstance(kind, BoolType):
        return "true or false"
    return "numbers" if _is_number(kind) else "texts"


def _fewer_places(kind: Type) -> str:
    places = _places(kind)
    return f"write {places} decimal place{'s' if places > 1 else ''} at most" if places else "write a whole number"


def _has_value(kind: EnumType, literal: Typed, at: Syntax, report: Report) -> bool:
    assert isinstance(literal.expr, ir.Constant)
    value = literal.expr.value
    if value in kind.values:
        return True
    report("unknown-value", f"there is no value `{value}` here", at, did_you_mean(str(value), kind.values))
    return False


def _same_unit(at: Binary, left: Typed, right: Typed, report: Report) -> bool:
    units = {side.unit for side in (left, right) if not side.literal and side.unit is not None}
    if len(units) < 2:
        return True
    one, other = left.unit or "a number without a unit", right.unit or "a number without a unit"
    report("unit-mismatch", f"{one} and {other} cannot be set against each other", at.right, _conversion(left, right))
    return False


def _conversion(left: Typed, right: Typed) -> str:
    """How to bring two numbers to one unit."""
    if DecimalType in (type(left.type), type(right.type)):  # no arithmetic there
        return "give both the same unit"
    sizes = sorted(
        (UNIT_SECONDS[side.unit], side.unit, side.expr.path)
        for side in (left, right)
        if side.unit is not None and side.unit in UNIT_SECONDS and isinstance(side.expr, ir.Read)
    )
    if len(sizes) < 2:
        return "give both the same unit, or multiply one of them by a number"
    (fine, unit, _), (coarse, _, path) = sizes
    return f"give both the same unit, or turn one into {unit}: {coarse // fine} * {path}"


def _places(kind: Type) -> int:
    return kind.places if isinstance(kind, DecimalType) else 0


def _scale(one: Typed, places: int, at: Syntax, report: Report) -> ir.Expr | None:
    """A number as it is at so many decimal places."""
    assert isinstance(one.type, IntType | DecimalType)
    factor = 10 ** (places - _places(one.type))
    if factor == 1:
        return one.expr
    if not fits_64_bits(one.type.low * factor, one.type.high * factor):
        report("overflow", f"at {places} decimal places this can leave 64 bits", at, "compare it with fewer places")
        return None
    if isinstance(one.expr, ir.Constant) and isinstance(one.expr.value, int):
        return ir.Constant(one.expr.value * factor)
    return ir.Arithmetic("*", one.expr, ir.Constant(factor))


def _is_number(kind: Type) -> bool:
    return isinstance(kind, IntType | DecimalType)


def _is_fixed(one: Typed) -> bool:
    return one.literal or (isinstance(one.expr, ir.Read) and one.expr.path.startswith("setting."))
