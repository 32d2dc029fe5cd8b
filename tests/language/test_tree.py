"""YAML text → nodes: what scalars mean, where they stand, and how traps are explained and read past."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.traps import quoted
from forbear.language.tree import Mapping, Node, Scalar, Sequence, parse_tree, scalar_value, words
from language.small_pack import assert_found, edited, place, problems_of


def tree(text: str) -> tuple[Node | None, list[str]]:
    problems = Problems()
    found = parse_tree(Source("a.yaml", text), problems)
    return found, [one.code for one in problems.errors]


def value_at(text: str, key: str = "when") -> Scalar:
    found, codes = tree(text)
    assert codes == []
    assert isinstance(found, Mapping)
    node = {one.value: two for one, two in found.items}[key]
    assert isinstance(node, Scalar)
    return node


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("true", True), ("False", False), ("~", None), ("null", None),
        ("", None), ("010", 10), ("0x10", "0x10"), ("1_000", "1_000"), ("12:30", "12:30"), ("-7", -7), ("+7", 7),
        ("1.50", Decimal("1.50")), (".5", Decimal("0.5")), ("1e3", "1e3"), (".inf", ".inf"), (".nan", ".nan"),
        ("2026-12-25", "2026-12-25"), ("'10'", "10"), ('"true"', "true"), ("9" * 31, "9" * 31), ("=", "="),
    ],
)  # fmt: skip
def test_plain_scalars_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    value = scalar_value(value_at(f"when: {written}\n"))
    assert value == meant
    assert type(value) is type(meant)


EXPRESSION = 'a.b == "x" && speech.wrong && c.d > 3'
FORMS = {
    "plain": "when: {0}\n",
    "plain in a list": "rules:\n  - when: {0}\n",
    "single-quoted": "when: '{0}'\n",
    "double-quoted": 'when: "{1}"\n',
    "folded": "when: >-\n  {0}\n",
    "literal": "when: |\n  {0}\n",
    "with a comment on the mark": "when: >- # why\n\n  {0}\n",
    "in braces behind Chinese text": "{{rule: 中文说明, when: '{0}', then: 好}}\n",
    "behind an emoji": "{{rule: \"😀😀\", when: '{0}'}}\n",
    "with carriage returns": "a: 1\r\nwhen: {0}\r\nb: 2\r\n",
    "single-quoted with a quote first": "when: '''q'' == x && {0}'\n",
}


def find_when(node: Node) -> Scalar:
    match node:
        case Mapping(items):
            for key, value in items:
                if key.value == "when":
                    assert isinstance(value, Scalar)
                    return value
                if not isinstance(value, Scalar):
                    return find_when(value)
        case Sequence(items):
            return find_when(items[0])
        case _:
            pass
    raise AssertionError("no when")


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_word_of_an_expression_is_found_again_in_the_file(form: str) -> None:
    text = form.format(EXPRESSION, EXPRESSION.replace('"', '\\"'))
    found, codes = tree(text)
    assert codes == []
    assert found is not None
    scalar = find_when(found)
    for word in ("speech.wrong", "c.d", "a.b"):
        span = scalar.at(scalar.value.index(word), len(word))
        assert span.text[span.column - 1 : span.column - 1 + span.length] == word
        assert span.text in text
        assert text[: text.index(word)].replace("\r\n", "\n").count("\n") + 1 == span.line


@pytest.mark.parametrize(
    "text",
    [
        "when: >-\n  first &&\n  中文 second &&\n\n  third\n",
        "when: |\n  first &&\n    second &&\n  third\n",
        "when: first &&\n  second\n   && third\n",
        "when: 'first &&\n\n  second ''q'' &&\n  third'\n",
        'when: "first \\\n  \\u0026& \\"second\\" &&\n  third"\n',
    ],
)
def test_a_word_on_a_later_line_of_a_scalar_is_found(text: str) -> None:
    scalar = value_at(text)
    for word in ("first", "second", "third"):
        span = scalar.at(scalar.value.index(word), len(word))
        assert span.text[span.column - 1 : span.column - 1 + span.length] == word
        assert text[: text.index(word)].count("\n") + 1 == span.line


def test_a_doubled_quote_is_underlined_whole() -> None:
    scalar = value_at("when: 'x == ''abc'' && y'\n")
    span = scalar.at(scalar.value.index("'abc'"), 5)
    assert span.text[span.column - 1 : span.column - 1 + span.length] == "''abc''"


@given(st.text(st.sampled_from("ab'\"\\ 中&"), min_size=1, max_size=20), st.data())
def test_every_character_of_a_quoted_scalar_is_found(value: str, data: st.DataObject) -> None:
    double = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    for written in ("'" + value.replace("'", "''") + "'", double):
        scalar = value_at(f"when: {written}\n")
        assert scalar.value == value
        n = data.draw(st.integers(0, len(value) - 1))
        span = scalar.at(n, 1)
        if not value[n].isspace():
            shown = span.text[span.column - 1 : span.column - 1 + span.length]
            assert shown in (value[n], "''", "\\" + value[n])


def test_empty_files_and_comments_are_no_tree() -> None:
    for text in ("", "\n\n", "# nothing\n"):
        assert tree(text) == (None, [])


def test_all_words_of_a_tree_are_known() -> None:
    found, _ = tree("a: [b, {c: d}]\n")
    assert found is not None
    assert list(words(found)) == ["a", "b", "c", "d"]


def trapped(condition: str) -> dict[str, str]:
    return edited(("conduct.yaml", "    when: speech.hostile\n", f"    when: {condition}\n"))


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        ("⟦!speech.hostile⟧", "'!speech.hostile'"),
        ("⟦!has(customer.name)⟧ # none", "'!has(customer.name)'"),
    ],
)
def test_a_negation_that_yaml_takes_for_a_tag_is_shown_in_quotes(condition: str, hint: str) -> None:
    (one,) = assert_found(trapped(condition), "yaml-tag")
    assert one.hint == f"put the expression in single quotes: {hint}"


@pytest.mark.parametrize(
    "condition",
    [
        '"abuse" == conduct', "'abuse' == conduct", "!speech.hostile && contact.turns > 3", "!speech.hostile || x",
        "!(speech.hostile || x)", "> 3", "[a] == b", "{a} == b", '"abuse == conduct', "@x == 3", "`x` == 3", "%x == 3",
        "- x", "|| x", 'speech.target == "a: b"', "x: y", "? x", "& x", "* x",
    ],
)  # fmt: skip
def test_an_expression_that_breaks_yaml_is_one_diagnostic_that_shows_it_in_quotes(condition: str) -> None:
    found = problems_of(trapped(condition))
    assert len(found) == 1, found
    (one,) = found
    assert one.span.file == "conduct.yaml"
    assert one.span.line == 14
    assert one.code in ("unquoted-expression", "wrong-shape", "yaml-tag", "expression-syntax", "yaml-alias")
    assert "quote" in one.hint or one.code == "yaml-alias"


def test_a_trap_on_one_line_with_its_rule_is_cut_at_the_next_key() -> None:
    rule = '{rule: vented, when: ⟦speech.target in ["a", "b"]⟧, then: anger, source: S3}'
    files = edited(("conduct.yaml", "rule: vented\n    when: speech.hostile\n    then: anger", rule))
    (one,) = assert_found(files, "unquoted-expression")
    assert one.hint == """put the expression in single quotes: 'speech.target in ["a", "b"]'"""


def test_behind_a_trap_the_file_is_read_on() -> None:
    files = edited(
        ("conduct.yaml", 'when: speech.hostile && speech.target == "advisor"', 'when: ⟦"advisor" == speech.target⟧'),
        ("conduct.yaml", "    when: speech.hostile\n", "    when: ⟦!speech.hostile && contact.wait > 3⟧\n"),
        ("conduct.yaml", "then: anger", "then: ⟦angry⟧"),
        ("response.yaml", "level: first", "level: ⟦frist⟧"),
    )
    assert_found(files, "unquoted-expression", "unquoted-expression", "unknown-value", "unknown-value")


def test_an_unclosed_bracket_is_not_blamed_on_the_expression_below_it() -> None:
    files = edited(("conduct.yaml", "  - rule: vented\n", "  - rule: vented\n    owe: [call\n"))
    (one,) = problems_of(files)
    assert one.code == "yaml-syntax"


def test_a_comment_inside_a_text_of_an_expression_is_explained() -> None:
    (one,) = assert_found(trapped('speech.target == ⟦"⟧a #1" && x'), "expression-syntax")
    assert one.hint.endswith("""'speech.target == "a #1" && x'""")


@given(st.text(st.sampled_from("ab '\"!"), min_size=1))
def test_what_is_shown_in_quotes_is_a_scalar(expression: str) -> None:
    scalar = value_at(f"when: {quoted(expression)}\n")
    assert scalar.value.replace("'", '"') == expression.replace("'", '"')


def test_a_block_mapping_is_marked_by_its_first_word() -> None:
    (one,) = problems_of(edited(("duties.yaml", "    to: manager\n", "")))
    assert place(one)[3] == "due"
