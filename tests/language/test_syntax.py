"""The grammar: a strict subset of CEL's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.language.syntax import (
    MAX_ARITHMETIC,
    MAX_DEPTH,
    MAX_LENGTH,
    Binary,
    Items,
    Junction,
    Literal,
    Name,
    Syntax,
    SyntaxProblem,
    Unary,
    parse_expression,
)


def problem(text: str) -> SyntaxProblem:
    with pytest.raises(SyntaxProblem) as caught:
        parse_expression(text)
    return caught.value


def marked(text: str) -> str:
    one = problem(text)
    return text[one.offset : one.offset + one.length]


def shown(one: Syntax) -> str:
    """The tree with all its brackets."""
    match one:
        case Name(path):
            return path
        case Literal(value):
            return repr(value)
        case Unary(operator, operand):
            return f"({operator}{shown(operand)})"
        case Binary(operator, left, right):
            return f"({shown(left)} {operator} {shown(right)})"
        case Junction(operator, parts):
            return "(" + f" {operator} ".join(map(shown, parts)) + ")"
        case Items(items):
            return f"[{', '.join(map(shown, items))}]"
        case _:
            return f"has({one.of.path})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a || b && c", "(a || (b && c))"),
        ("(a || b) && c", "((a || b) && c)"),
        ("a && (b && c) && d", "(a && b && c && d)"),
        ("!a.b == c", "((!a.b) == c)"),
        ("!!a", "(!(!a))"),
        ("a + b * 2 - -3 > 4", "(((a + (b * 2)) - (-3)) > 4)"),
        ("a - b - c == 0", "(((a - b) - c) == 0)"),
        ("x.y in [\"a\", 'b']", "(x.y in ['a', 'b'])"),
        ("has(a.b) && true != false", "(has(a.b) && (True != False))"),
        ("indeed in [intro]", "(indeed in [intro])"),
        ("trueish || hash", "(trueish || hash)"),
        (" a\n\t&& b ", "(a && b)"),
    ],
)
def test_operators_bind_as_in_cel(text: str, tree: str) -> None:
    assert shown(parse_expression(text)) == tree


def test_every_node_knows_where_it_stands() -> None:
    text = 'a.b in ["x", "yy"] && !has(c.d)'
    tree = parse_expression(text)
    assert isinstance(tree, Junction)
    within, negation = tree.parts
    assert isinstance(within, Binary)
    assert text[within.right.start : within.right.end] == '["x", "yy"]'
    assert text[negation.start : negation.end].startswith("!has(c.d")


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("a and b", "and", "&&"),
        ("a or b", "or", "||"),
        ("not a", "not", "!"),
        ("a == b is c", "is", "=="),
        ("a = b", "=", "=="),
        ("a <> b", ">", "!="),
        ("a & b", "&", "&&"),
        ("a | b", "|", "||"),
        ("a ? b : c", "?", "two rules"),
        ("a / 2 > 1", "/", "multiply"),
        ("a % 2 == 1", "%", "remainder"),
        ("size(a) > 1", "(", "has(path)"),
        ('has("a.b")', '"a.b"', "without quotes"),
        ("a == b == c", "==", "one comparison"),
        ("a == “x”", "“", '"'),
        ("a，b", "，", ","),
        ("a ≥ 3", "≥", ">="),
        ("（a", "（", "("),
        ("a b", "b", "operator"),
        ("1.2.3 > a", "1.2.3", "digits"),
        ("a > 3rd", "3rd", "digits"),
        ('a == "x', '"', "close it"),
        ("a &&", "&&", "missing"),
        ("(a", "a", "not closed"),
        ("a)", ")", "one too many"),
        ("a..b", ".", "single dots"),
        (r'a == "\n"', '"', "close it"),
        ("аb", "а", "Latin"),
        ("a not in [b]", "not", "!"),
    ],
)
def test_the_usual_slips_are_named(text: str, word: str, hint: str) -> None:
    assert marked(text) == word
    assert hint in problem(text).hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "()",
        "[]]",
        "a.",
        ".a",
        "a.b.",
        "&& a",
        "a in",
        "has()",
        "has(a.b",
        "1.",
        ".5",
        "a[0]",
        "a.b(c)",
        "{a: 1}",
        '"a" + ',
        "a == 'b\"",
        "a\x00b",
        "0x10",
        "1e5",
        "1u",
        "b'x'",
        'r"x"',
        "a ?? b",
        "in",
        "a == in",
    ],
)
def test_what_is_not_in_the_grammar_is_refused(text: str) -> None:
    one = problem(text)
    assert 0 <= one.offset <= len(text)
    assert one.message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "!" * 5_000,
        "-" * 5_000,
        "!-" * 2_000,
        "!\n" * 2_000,
        "[" * 5_000,
        ("!" * 40 + "(") * 40 + "a",
        "a + " * 1_200 + "a",
        "a - " * 1_200 + "a",
        "(" * 2_400 + "a" + ")" * 2_400,
        "a" * (MAX_LENGTH + 1),
        "a" * 10_000_000,
    ],
)
def test_what_nests_or_goes_on_too_long_is_refused_before_it_is_parsed(text: str) -> None:
    assert len(problem(text).hint) > 0


def test_what_stays_within_the_bounds_is_parsed() -> None:
    parse_expression("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    parse_expression("!" * MAX_DEPTH + "a")
    parse_expression(" + ".join(["a"] * (MAX_ARITHMETIC + 1)))
    parse_expression(" || ".join(["!a"] * 600))
    parse_expression(" && ".join(["(a.b == 1)"] * 350))


def test_signs_and_brackets_inside_a_text_count_for_nothing() -> None:
    ids = ", ".join(f'"{n}-0000-0000-0000-(((([[[["' for n in range(100))
    parse_expression(f"a.b in [{ids}]")


@given(st.text(st.sampled_from("ab.()[]!&|=<>+-*\"' ,\n1in中"), max_size=60))
def test_any_text_is_parsed_or_refused_at_a_place_inside_it(text: str) -> None:
    try:
        one = parse_expression(text)
        start, end = one.start, one.end
    except SyntaxProblem as wrong:
        start, end = wrong.offset, wrong.offset + wrong.length
    assert 0 <= start <= end <= max(1, len(text))
