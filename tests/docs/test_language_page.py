"""`docs/reference/language.md`: its examples are one pack that loads, passes its own tests and uses all its rules."""

from __future__ import annotations

import pytest

from commands import write_pack
from forbear.errors import PackError
from forbear.language.pack import SECTIONS
from forbear.testing.runner import run_tests
from pages import DOCS, blocks

PAGE = DOCS / "reference" / "language.md"


@pytest.fixture
def pack(tmp_path):
    examples = blocks(PAGE, "yaml")
    assert [one.text.splitlines()[0] for one in examples if not one.file] == []
    assert len({one.file for one in examples}) == len(examples)
    return write_pack(tmp_path, {one.file: one.text for one in examples})


def test_the_examples_are_a_pack_whose_tests_pass(pack):
    try:
        report = run_tests(pack)
    except PackError as error:
        pytest.fail(str(error))
    assert [failure for result in report.results for failure in result.failures] == []
    assert len(report.results) == 9


def test_the_tests_of_the_page_make_every_rule_fire(pack):
    assert run_tests(pack).unfired() == []


def test_every_section_has_an_example(pack):
    text = "\n".join(one.text for one in blocks(PAGE, "yaml"))
    assert [section for section in SECTIONS if f"\n{section}:" not in text] == []
