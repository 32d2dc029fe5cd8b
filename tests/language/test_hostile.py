"""Packs from strangers: whatever comes in, only PackError comes out. Bombs go off in ../hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import examples
from forbear.errors import PackError
from forbear.language import check
from forbear.language.files import find_pack
from forbear.language.pack import build_policy, read_pack
from forbear.language.problems import Problems
from forbear.language.source import decode
from forbear.language.syntax import parse_expression
from forbear.language.tree import parse_tree
from language.small_pack import NOTHING_SAID, RANKED, SMALL, edited, problems_of

STANDARD = {one.name: one.text for one in read_pack(find_pack("standard"))}


@pytest.mark.parametrize(
    "text", ["", "- a", "abc", "[]", "{}", "~", "42", "'x'", "{a}", "? {a: b}\n: c", ": ", "{? }", "*a", "&a"]
)
@pytest.mark.parametrize("name", list(SMALL))
def test_any_file_may_be_a_scalar_a_list_or_nothing(name: str, text: str) -> None:
    problems_of(SMALL | {name: text})


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xef\xbb\xbf", b"a: \xc0\xaf", b"\r\n" * 9],
)
def test_any_bytes_are_decoded_or_refused(raw: bytes, tmp_path: Path) -> None:
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "more.yaml").write_bytes(raw)
    try:
        found = build_policy(read_pack(tmp_path)).name
    except PackError as error:
        found = error.diagnostics[0].span.file
    assert found in ("small", "more.yaml")


def test_line_breaks_of_other_systems_mean_the_same() -> None:
    for end in ("\r\n", "\r"):
        assert problems_of({name: text.replace("\n", end) for name, text in SMALL.items()}) == []


@pytest.mark.parametrize(
    "name", ["speесh.hostile", "speech.hostíle", "ѕpeech.hostile", "ｓpeech.hostile", "speech․hostile"]
)
def test_a_name_in_mixed_scripts_is_refused_where_it_is_declared_and_where_it_is_read(name: str) -> None:
    declared = problems_of(edited(("vocabulary.yaml", "speech.hostile: bool", f"speech.hostile: bool\n  {name}: bool")))
    assert [one.code for one in declared] == ["bad-name"]
    assert "U+" in declared[0].hint
    read = problems_of(edited(("conduct.yaml", "    when: speech.hostile\n", f"    when: {name}\n")))
    assert [one.code for one in read] == ["expression-syntax"]


def test_a_broken_pack_is_never_passed_over_in_silence() -> None:
    """Every value of the small pack made empty, one at a time: it is refused, or it may be left out."""
    may_be_empty = {"entries", "events", "warning", "promise_made", "done", "carries", "shows", "texts"}
    for name, text in SMALL.items():
        lines = text.splitlines()
        for n, line in enumerate(lines):
            key, colon, value = line.strip().removeprefix("- ").partition(": ")
            if not colon or key in may_be_empty or value.startswith((">", "|")):
                continue
            emptied = [*lines[:n], line[: line.rindex(value)].rstrip(), *lines[n + 1 :]]
            assert problems_of(SMALL | {name: "\n".join(emptied) + "\n"}), f"{name}:{n + 1}: {line}"


# --- any text


@settings(max_examples=examples(150))
@given(st.text(st.characters(codec="utf-8")) | st.text(st.sampled_from("ab:-[]{}'\"&*!|>%@#,?= \n\t\\中"), max_size=80))
def test_any_text_is_a_tree_or_a_problem(text: str) -> None:
    problems = Problems()
    source = decode(text.encode(), "a.yaml", problems)
    if source is not None:
        parse_tree(source, problems)
    for one in problems.errors:
        assert one.span.line >= 1
        assert 1 <= one.span.column <= len(one.span.text) + 1
        assert one.span.column - 1 + one.span.length <= len(one.span.text)


@settings(max_examples=examples(150))
@given(st.binary(max_size=60))
def test_any_bytes_are_a_source_or_a_problem(raw: bytes) -> None:
    problems = Problems()
    assert (decode(raw, "a.yaml", problems) is None) == bool(problems.errors)


TABLED = RANKED | {
    "table.yaml": "decision: more\nasked_on: [utterance]\noutcome: [a, b]\nfallback: a\nhit: unique\ntable:\n"
    "  inputs: [contact.turns, speech.target]\n  rows:\n"
    '    - {rule: x, when: ["< 300", -], then: a}\n    - {rule: y, when: [">= 300", [nobody, company]], then: b}\n'
    '    - {rule: z, when: [">= 300", advisor], then: b}\n'
}


@st.composite
def mutated(draw: st.DrawFn, files: dict[str, str]) -> dict[str, str]:
    """A pack with a few of its words dropped, doubled, swapped or replaced."""
    changed = dict(files)
    everywhere = "\n".join(files.values())
    words = sorted(set(everywhere.split()))
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(changed)))
        text = changed[name]
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 1, 1, 2, 5, 20, 100])))
        new = draw(
            st.just("")
            | st.sampled_from(words)
            | st.just(text[start:end] * 2)
            | st.text(st.sampled_from("[]{}:,'\"!&*=- \n#|>"), max_size=3)
        )
        changed[name] = text[:start] + new + text[end:]
    return changed


def check_mutation(files: dict[str, str]) -> None:
    found = problems_of(files)
    assert NOTHING_SAID not in found
    for one in found:
        assert one.message
        assert one.span.column - 1 + one.span.length <= len(one.span.text)


@settings(max_examples=examples(250))
@given(mutated(SMALL))
def test_a_mutated_small_pack_is_read_or_refused(files: dict[str, str]) -> None:
    check_mutation(files)


@settings(max_examples=examples(250))
@given(mutated(TABLED))
def test_a_mutated_pack_of_rankings_and_tables_is_read_or_refused(files: dict[str, str]) -> None:
    check_mutation(files)


@settings(max_examples=examples(40))
@given(mutated(STANDARD))
def test_a_mutated_standard_pack_is_read_or_refused(files: dict[str, str]) -> None:
    check_mutation(files)


def test_a_promise_is_read_as_often_on_many_events_as_on_one(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(check, "parse_expression", lambda text: read.append(text) or parse_expression(text))
    counted = []
    for events in (1, 60):
        read.clear()
        assert problems_of(asked_on(events)) == []
        counted.append(read.count("speech.hostile && odd"))
    assert counted[0] == counted[1] > 0


def test_events_and_outcomes_are_no_rules() -> None:
    assert problems_of(asked_on(80)) == []  # 80 * 2, not 80 * 80


def asked_on(events: int) -> dict[str, str]:
    """A pack with a decision of one rule and one promise that is asked on so many events, twice."""
    names = [f"e{n}" for n in range(events)]
    more = {"types.yaml": "events:\n" + "".join(f"  {name}: {{}}\n" for name in names)}
    for decision in ("odd", "even"):
        more[f"{decision}.yaml"] = (
            f"decision: {decision}\nasked_on: [{', '.join(names)}]\noutcome: bool\nfallback: false\n"
            "rules: [{rule: x, then: true}]\ninvariants: [{never: speech.hostile && odd, because: So.}]\n"
        )
    return edited(also=more)
