"""`docs/reference/diagnostics`: a page for each code, whose example brings it about, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands import write_pack
from docs.diagnostic_pages import INDEX, PACK, as_shown, check, do, index_row, pages, read_page, small_pack
from language.codes import CODES

SMALL = small_pack()
BESIDE = {"too-many-problems": {"bad-name"}, "override-conflict": {"overrides"}}  # what cannot but come along


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A folder in which the small pack lies."""
    write_pack(tmp_path / PACK, SMALL)
    return tmp_path


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    assert [path.stem for path in pages()] == CODES


def test_the_small_pack_has_no_problem(pack: Path) -> None:
    assert check(pack).endswith("no problems\n")


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_the_example_brings_its_code_about_as_shown_and_mended_it_passes(path: Path, pack: Path) -> None:
    page = read_page(path)
    do(page.example, pack)
    said = check(pack)
    assert as_shown(said, page.shown) == page.shown
    found = re.findall(r"^(\w+)\[([a-z0-9-]+)\]", said, re.MULTILINE)
    assert (page.severity.lower(), page.code) in found
    assert {code for _, code in found} - BESIDE.get(page.code, set()) == {page.code}
    do(page.mended, pack)
    assert check(pack).endswith("no problems\n")


def test_the_index_lists_every_page_once_with_what_it_means() -> None:
    rows = [line for line in INDEX.read_text(encoding="utf-8").splitlines() if line.startswith("| [")]
    assert sorted(rows) == sorted(index_row(read_page(path)) for path in pages())


def test_no_page_is_only_about_the_form_of_another() -> None:
    meanings = [read_page(path).means for path in pages()]
    assert len(set(meanings)) == len(meanings)
    assert [one for one in meanings if not one.endswith(".")] == []
