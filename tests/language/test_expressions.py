"""What an expression may read and compare, and what it becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.language import ir
from forbear.language.infer import Checker
from forbear.language.problems import Problems
from forbear.language.scope import NOTHING, Names, Scope, Typed
from forbear.language.source import Source
from forbear.language.syntax import parse_expression
from forbear.language.tree import Scalar
from forbear.language.types import INT_MAX, INT_MIN, BoolType, DecimalType, EnumType, IntType, ListType, StringType

NAMES = Names(
    facts={
        path: ir.Fact(path, kind, optional)
        for path, kind, optional in [
            ("a.yes", BoolType(), False),
            ("a.int", IntType(0, 100), False),
            ("a.other", IntType(-5, 5), False),
            ("a.days", IntType(0, 100, "days"), False),
            ("a.hours", IntType(0, 100, "hours"), False),
            ("a.share", DecimalType(2, 0, 100), False),
            ("a.fine", DecimalType(4, 0, 10_000), False),
            ("a.pounds", DecimalType(2, 0, 10**15, "pounds"), False),
            ("a.huge", IntType(-(2**53), 2**53), False),
            ("a.kind", EnumType(("x", "y")), False),
            ("a.sort", EnumType(("y", "z")), False),
            ("a.far", EnumType(("p", "q")), False),
            ("a.name", StringType(), False),
            ("a.ints", ListType(IntType(0, 9)), False),
            ("a.names", ListType(StringType()), False),
            ("a.shares", ListType(DecimalType(2, 0, 100)), False),
            ("a.kinds", ListType(EnumType(("x", "y"))), False),
            ("a.spans", ListType(IntType(0, 9, "days")), False),
            ("o.yes", BoolType(), True),
            ("o.int", IntType(0, 9), True),
            ("o.name", StringType(), True),
        ]
    },
    settings={"setting.factor": ir.Setting("setting.factor", IntType(1, 10), 3)},
)


def check(text: str, known: frozenset[str] = NOTHING) -> tuple[Typed | None, list[tuple[str, str]]]:
    problems = Problems()
    scalar = Scalar(text, True, Source("a.yaml", text), 0, len(text))
    typed = Checker(Scope(NAMES), scalar, problems).check(parse_expression(text), known)
    spans = [(one.code, one.span.text[one.span.column - 1 :][: one.span.length]) for one in problems.errors]
    assert (typed is None) == bool(spans)
    return typed, spans


def fine(text: str) -> Typed:
    typed, problems = check(text)
    assert typed is not None, problems
    return typed


@pytest.mark.parametrize(
    "text",
    [
        'a.kind == "x"',
        '"x" == a.kind',
        "a.kind == a.sort",
        "a.kind == a.name",
        "a.name != a.kind",
        'a.name == "Li"',
        "a.yes == false",
        "a.int < 3",
        "3 < a.int",
        "a.share >= 0.5",
        "0.5 <= a.share",
        "a.share > 0",
        "1 > a.share",
        "a.share < a.fine",
        "a.share == 0.125",
        'a.kind in ["x", "y"]',
        "a.int in [1, 2, a.other]",
        "a.name in a.names",
        "a.int in a.ints",
        '"x" in a.kinds',
        "a.kind in a.kinds",
        "a.sort in a.kinds",
        "a.share in a.shares",
        "0.5 in a.shares",
        "a.days in a.spans",
        "a.days + 1 > a.days",
        "2 * a.days > a.days",
        "setting.factor * a.hours > a.days",
        "a.days - a.days == 0",
        "-a.int < 3",
        "a.int > -3",
        "a.int + 24 * 60 > 3",
        "has(a.int) && a.yes",
        "!a.yes || a.yes",
        '"a" == "b"',
    ],
)
def test_like_is_compared_with_like(text: str) -> None:
    assert fine(text).type == BoolType()


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ('a.kind == "w"', "unknown-value", '"w"'),
        ("a.kind == a.far", "type-mismatch", "a.far"),
        ('a.kind < "y"', "type-mismatch", "a.kind"),
        ("a.name > 3", "type-mismatch", "a.name"),
        ("a.yes == 1", "type-mismatch", "1"),
        ("1 == a.yes", "type-mismatch", "1"),
        ("a.int == 1.5", "type-mismatch", "1.5"),
        ("a.share == a.int", "type-mismatch", "a.int"),
        ("a.share + 1 > 2", "type-mismatch", "a.share"),
        ("a.days > a.hours", "unit-mismatch", "a.hours"),
        ("a.days + a.hours > 1", "unit-mismatch", "a.hours"),
        ("a.days > a.int", "unit-mismatch", "a.int"),
        ("a.int * a.other > 1", "type-mismatch", "a.int * a.other"),
        ("a.ints == a.ints", "type-mismatch", "a.ints"),
        ("a.hours in a.spans", "unit-mismatch", "a.spans"),
        ("a.fine in a.shares", "type-mismatch", "a.fine"),
        ("0.125 in a.shares", "type-mismatch", "0.125"),
        ("a.share in [0.5, 0.125]", "type-mismatch", "0.125"),
        ('"w" in a.kinds', "unknown-value", '"w"'),
        ('a.int in ["x"]', "type-mismatch", '"x"'),
        ("a.int in 3", "type-mismatch", "3"),
        ("a.int in []", "type-mismatch", "[]"),
        ("[1] == [1]", "type-mismatch", "[1]"),
        ("!a.int", "type-mismatch", "a.int"),
        ("-a.yes > 1", "type-mismatch", "a.yes"),
        ("a.yes && a.int", "type-mismatch", "a.int"),
        ('a.name == ""', "type-mismatch", '""'),
    ],
)
def test_unlike_is_refused_at_its_word(text: str, code: str, word: str) -> None:
    assert check(text)[1][0] == (code, word)


def test_every_part_of_an_expression_is_checked() -> None:
    text = 'a.yess && a.kind == "w" || o.int > 3 && a.days > a.hours'
    assert [code for code, _ in check(text)[1]] == ["unknown-name", "unknown-value", "optional-read", "unit-mismatch"]


# --- what may be missing


@pytest.mark.parametrize(
    "text",
    [
        "has(o.int) && o.int > 3",
        "!has(o.int) || o.int > 3",
        "a.yes && has(o.int) && o.int > 3 && o.int < 5",
        "!(!has(o.int)) && o.int > 3",
        "!(!has(o.int) || a.yes) && o.int > 3",
        "(has(o.int) && a.yes) && o.int > 3",
        "has(o.int) && (a.yes || o.int > 3)",
        "has(o.int) && has(o.yes) && o.yes == (o.int > 3)",
        "(has(o.int) || has(o.int)) && o.int > 3",
        "(has(o.int) && a.yes || has(o.int) && !a.yes) && o.int > 3",
        "!(has(o.int) && o.int > 3)",
        "has(o.yes) && o.yes",
        '!has(o.int) || !has(o.name) || o.int > 3 && o.name == "x"',
    ],
)
def test_has_opens_what_follows_it(text: str) -> None:
    fine(text)


@pytest.mark.parametrize(
    "text",
    [
        "o.int > 3",
        "o.int > 3 && has(o.int)",
        "has(o.int) || o.int > 3",
        "!has(o.int) && o.int > 3",
        "has(o.name) && o.int > 3",
        "(has(o.int) || a.yes) && o.int > 3",
        "(a.yes || has(o.int)) && o.int > 3",
        "!(has(o.int) && a.yes) && o.int > 3",
        "(has(o.int) && a.yes) || o.int > 3",
        "has(o.int) == true && o.int > 3",
        "!(!has(o.int) && a.yes) && o.int > 3",
    ],
)
def test_nothing_else_opens_it(text: str) -> None:
    assert check(text)[1] == [("optional-read", "o.int")]


def test_a_mistake_beside_has_does_not_close_it() -> None:
    assert check("(has(o.int) && a.yess) && o.int > 3")[1] == [("unknown-name", "a.yess")]


PARTS = st.recursive(
    st.sampled_from(["a.yes", "has(o.yes)", "has(o.int)", "o.yes", "o.int > 3", "true"]),
    lambda inner: (
        st.builds("!({})".format, inner)
        | st.builds("({} && {})".format, inner, inner)
        | st.builds("({} || {} || {})".format, inner, inner, inner)
    ),
    max_leaves=8,
)


def evaluate(expr: ir.Expr, facts: dict[str, int]) -> int:
    match expr:
        case ir.Constant(value):
            assert isinstance(value, int)
            return value
        case ir.Read(path):
            return facts[path]
        case ir.Has(path):
            return path in facts
        case ir.Not(operand):
            return not evaluate(operand, facts)
        case ir.All(parts):
            return all(evaluate(part, facts) for part in parts)
        case ir.Any(parts):
            return any(evaluate(part, facts) for part in parts)
        case ir.Compare(_, left, right):
            return evaluate(left, facts) > evaluate(right, facts)
        case ir.Arithmetic(operator, left, right):
            one, two = evaluate(left, facts), evaluate(right, facts)
            return one + two if operator == "+" else one - two if operator == "-" else one * two
        case _:
            raise AssertionError(expr)


@given(PARTS, st.booleans(), st.none() | st.booleans(), st.none() | st.integers(0, 9))
def test_what_passes_never_reads_what_is_missing(text: str, yes: bool, o_yes: bool | None, o_int: int | None) -> None:
    typed, _ = check(text)
    if typed is None:
        return
    facts = {"a.yes": yes, "o.yes": o_yes, "o.int": o_int}
    there = {path: value for path, value in facts.items() if value is not None}
    held = typed.when_true if evaluate(typed.expr, there) else typed.when_false
    assert held <= there.keys()


# --- numbers


def test_decimals_are_compared_at_the_same_places() -> None:
    assert fine("a.share > 0.5").expr == ir.Compare(">", ir.Read("a.share"), ir.Constant(50))
    assert fine("1 > a.share").expr == ir.Compare(">", ir.Constant(100), ir.Read("a.share"))
    scaled = ir.Arithmetic("*", ir.Read("a.share"), ir.Constant(100))
    assert fine("a.share == a.fine").expr == ir.Compare("==", scaled, ir.Read("a.fine"))
    assert fine("a.share in [0.5, 1.0]").expr == ir.In(
        ir.Read("a.share"), ir.ListOf((ir.Constant(50), ir.Constant(100)))
    )


@pytest.mark.parametrize(
    "text",
    [
        "a.huge * 1024 * 1024 > 1",
        "a.huge + 9223372036854775807 > 1",
        "9223372036854775808 > a.int",
        "-9223372036854775809 < a.int",
        "99999999999999999999999999999 > a.int",
        "a.pounds > 0.000001",
        "a.share == 0.00000000000000000000000000001",
        "a.share < 99999999999999999999",
        "a.share < 99999999999999999999.5",
        "9223372036854775807 + 1 > a.int",
        "a.int in [1, 9223372036854775808]",
    ],
)
def test_what_can_leave_64_bits_is_refused(text: str) -> None:
    assert {code for code, _ in check(text)[1]} == {"overflow"}


def test_the_ends_of_64_bits_are_inside() -> None:
    fine("a.int < 9223372036854775807")
    fine("a.int > -9223372036854775808")


SUMS = st.recursive(
    st.sampled_from(["a.int", "a.other", "3", "-7", "setting.factor"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner)
        | st.builds("(setting.factor * {})".format, inner)
        | st.builds("({} * -2)".format, inner)
        | st.builds("-{}".format, inner)
    ),
    max_leaves=6,
)


@given(SUMS, st.integers(0, 100), st.integers(-5, 5), st.integers(1, 10))
def test_a_result_lies_in_its_range(text: str, one: int, two: int, factor: int) -> None:
    typed = fine(text)
    assert isinstance(typed.type, IntType)
    value = evaluate(typed.expr, {"a.int": one, "a.other": two, "setting.factor": factor})
    assert INT_MIN <= typed.type.low <= value <= typed.type.high <= INT_MAX


def test_a_bare_value_is_explained() -> None:
    problems = Problems()
    text = "a.kind == x"
    Checker(Scope(NAMES), Scalar(text, True, Source("a.yaml", text), 0, len(text)), problems).check(
        parse_expression(text), NOTHING
    )
    assert problems.errors[0].hint == 'if you mean the value, put it in double quotes: "x"'


@pytest.mark.parametrize(
    ("text", "hint"), [("a.name == null", "has(path)"), ("a.yes == True", "`true`"), ("kind", "a.kind")]
)
def test_words_of_other_languages_are_explained(text: str, hint: str) -> None:
    problems = Problems()
    Checker(Scope(NAMES), Scalar(text, True, Source("a.yaml", text), 0, len(text)), problems).check(
        parse_expression(text), NOTHING
    )
    assert hint in problems.errors[0].hint
