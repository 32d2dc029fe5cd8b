"""Each kind of mess, and what becomes of it: `golden/NAME.before.yaml` → `golden/NAME.after.yaml`."""

from __future__ import annotations

from pathlib import Path

import pytest

from forbear.format import format_source
from forbear.language.pack import find_pack
from forbear.language.problems import Problems
from forbear.language.source import Source, decode

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.name.removesuffix(".before.yaml") for path in GOLDEN.glob("*.before.yaml"))


def formatted(text: str) -> str:
    problems = Problems()
    found = format_source(Source("a.yaml", text), problems)
    assert problems.found == []
    assert found is not None
    return found


def pair(name: str) -> tuple[str, str]:
    before, after = ((GOLDEN / f"{name}.{which}.yaml").read_text(encoding="utf-8") for which in ("before", "after"))
    return before, after


def test_there_is_a_pair_for_each_kind_of_mess() -> None:
    assert len(NAMES) >= 35
    assert len(list(GOLDEN.iterdir())) == 2 * len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_mess_is_laid_out_as_shown(name: str) -> None:
    before, after = pair(name)
    assert formatted(before) == after


@pytest.mark.parametrize("name", NAMES)
def test_what_is_laid_out_stays_as_it_is(name: str) -> None:
    _, after = pair(name)
    assert formatted(after) == after


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_become_line_feeds(name: str, end: str) -> None:
    before, after = pair(name)
    assert formatted(before.replace("\n", end)) == after


@pytest.mark.parametrize("name", NAMES)
def test_blanks_at_the_end_of_a_line_are_taken_away(name: str) -> None:
    before, after = pair(name)
    if "|" not in before and ">" not in before and '"' not in before:  # elsewhere they may be part of a text
        assert formatted("".join(f"{line}   \n" for line in before.splitlines())) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: b", "a: b\n"),
        ("a: b\n\n\n", "a: b\n"),
        ("a: b   # c", "a: b   # c\n"),
        ("a: b\n# c", "a: b\n# c\n"),
        ("a:\tb\t# c\n", "a: b  # c\n"),
        ("a: |\n  text", "a: |-\n  text\n"),
        ("a: >+\n  text", "a: >-\n  text\n"),
        ("a: |2\n   text", "a: |2-\n   text\n"),
        ("a: |1-\n  text", "a: |2-\n   text\n"),
        ("a: |-\n   text\n     \n   more\n", "a: |-\n  text\n    \n  more\n"),
        ('a: "b\\   \n   c"\n', 'a: "b\\   \n  c"\n'),
        ('a: "b   \n   \\  c"\n', 'a: "b\n  \\  c"\n'),
        ("[a,\n b\n]\n", "[a,\n b]\n"),
        ("{a: , b: }\n", "{a: , b: }\n"),
        ("text\n   more\n", "text\nmore\n"),
        ("--- |\n text\n", "--- |\n  text\n"),
        ("", ""),
        ("\n  \n", ""),
    ],
)
def test_the_ends_of_files_and_of_texts(before: str, after: str) -> None:
    assert formatted(before) == after
    assert formatted(after) == after


def test_a_byte_order_mark_is_dropped() -> None:
    problems = Problems()
    source = decode(b"\xef\xbb\xbfa:  b\r\n", "a.yaml", problems)
    assert source is not None
    assert format_source(source, problems) == "a: b\n"


def test_the_bundled_pack_is_laid_out() -> None:
    for path in sorted(find_pack("standard").parent.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert formatted(text) == text, path
