"""Positions in a file, and what is refused before YAML sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.errors import PackError, Span
from forbear.language.problems import MAX_PROBLEMS, Problems
from forbear.language.source import MAX_FILE_BYTES, Source, decode


def codes(raw: bytes) -> list[tuple[str, int, int]]:
    problems = Problems()
    decode(raw, "a.yaml", problems)
    return [(one.code, one.span.line, one.span.column) for one in problems.errors]


@given(st.text(st.sampled_from("ab中\n\r\t"), max_size=30), st.integers(0, 30))
def test_a_span_finds_its_character_again(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    span = Source("a.yaml", text).span(offset, 1)
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    inside_break = text[offset - 1 : offset + 1] == "\r\n" and offset > 0
    if not inside_break:
        assert span.line == before.count("\n") + 1
        assert span.column == len(before) - (before.rfind("\n") + 1) + 1
    if span.length:
        assert span.text[span.column - 1] == text[offset]


def test_a_span_ends_with_its_line() -> None:
    assert Source("a.yaml", "abc\ndef").span(1, 100) == Span("a.yaml", 1, 2, 2, "abc")


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    source = decode(b"\xef\xbb\xbffacts: {}", "a.yaml", Problems())
    assert source is not None
    assert source.text == "facts: {}"


@pytest.mark.parametrize("name", ["utf-16", "utf-32", "gb18030", "latin-1"])
def test_other_encodings_are_refused(name: str) -> None:
    assert [one[0] for one in codes(("a: é" if name == "latin-1" else "a: 中文").encode(name))] == ["not-utf8"]


def test_the_first_wrong_byte_is_marked() -> None:
    assert codes("facts:\n  中文: \udc80 x".encode("utf-8", "surrogateescape")) == [("not-utf8", 2, 7)]


def test_a_lone_surrogate_is_not_utf8() -> None:
    assert codes("a: \ud800".encode("utf-8", "surrogatepass")) == [("not-utf8", 1, 4)]


@pytest.mark.parametrize(
    "hidden", ["\0", "\x1b", "\x85", "\xad", "\u061c", "\u200b", "\u200f", "\u2028", "\u2029", "\u202e", "\u2066",
               "\u3164", "\ufeff", "\uffff", "\U000e0041"]
)  # fmt: skip
def test_what_cannot_be_seen_is_refused(hidden: str) -> None:
    assert codes(f"facts:\n  a.b{hidden}: bool".encode()) == [("hidden-character", 2, 6)]


def test_every_hidden_character_is_reported_in_one_run() -> None:
    assert len(codes("a: \u200b\nb: \u202e\n".encode())) == 2


def test_visible_text_of_any_script_may_stand_in_a_file() -> None:
    assert codes("a: 中文，‘引号’ — ñ 😀 ß\u00a0°\n".encode()) == []


def test_a_file_is_bounded() -> None:
    assert codes(b"#" * MAX_FILE_BYTES) == []
    assert codes(b"#" * (MAX_FILE_BYTES + 1)) == [("file-too-large", 1, 1)]


def test_the_same_problem_is_noted_once_and_problems_come_in_order() -> None:
    problems = Problems()
    for line in (3, 1, 3):
        problems.error("bad-name", "x", Span("a.yaml", line, 1))
    assert [one.span.line for one in problems.errors] == [1, 3]


def test_endless_problems_are_cut_off() -> None:
    problems = Problems()
    for line in range(MAX_PROBLEMS):
        problems.error("bad-name", "x" * 10_000, Span("a.yaml", line + 1, 1))
    with pytest.raises(PackError) as caught:
        problems.error("bad-name", "one more", Span("a.yaml", 9999, 1))
    assert len(caught.value.diagnostics) == MAX_PROBLEMS + 1
    assert caught.value.diagnostics[-1].code == "too-many-problems"
    assert all(len(one.message) <= 500 for one in caught.value.diagnostics)


def test_a_word_that_stands_in_a_lost_part_is_not_called_unknown() -> None:
    problems = Problems()
    problems.lose("speech.hostile: bool")
    for word in ("speech.hostile", "hostile", '"bool"', "speech.hostle"):
        problems.error("unknown-name", word, Span("a.yaml", 1, 4, len(word), f"x: {word}"))
        problems.error("type-mismatch", word, Span("a.yaml", 2, 4, len(word), f"x: {word}"))
    assert [one.message for one in problems.errors if one.code == "unknown-name"] == ["speech.hostle"]
    assert len([one for one in problems.errors if one.code == "type-mismatch"]) == 4
