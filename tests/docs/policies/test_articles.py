"""`docs/explanation/from-articles-to-rules.md`: every id of the articles has its place, as the packs have it."""

from __future__ import annotations

import re

import pytest

from docs.policies.articles import (
    ARTICLES,
    CHOSEN,
    CONTRADICTIONS,
    INVARIANTS,
    PAGE,
    PROMISED,
    ROW,
    Found,
    of,
    places,
    promises,
    written,
)

TEXT = PAGE.read_text(encoding="utf-8")
ROWS = [row for line in TEXT.splitlines() if (row := ROW.match(line))]
FOUND = places()
ELSEWHERE = ("No rule of its own.", "The engine does it", "the fact `contact.channel`")


def test_every_id_has_a_row_in_order() -> None:
    told = [row["id"] for row in ROWS]
    assert told[: len(ARTICLES)] == [*ARTICLES]
    assert len(ARTICLES) == 128
    numbers = [*map(str, range(1, INVARIANTS + 1)), *map(str, range(1, CONTRADICTIONS + 1))]
    assert told[len(ARTICLES) :] == numbers


def test_the_places_are_those_that_the_packs_name() -> None:
    assert written(TEXT) == TEXT, "PYTHONPATH=tests .venv/bin/python -m docs.policies.articles writes them anew"


@pytest.mark.parametrize("row", [row for row in ROWS if row["id"] in ARTICLES], ids=lambda row: row["id"])
def test_an_id_lives_in_a_pack_or_the_page_says_where_it_does(row: re.Match[str]) -> None:
    elsewhere = any(one in row["told"] for one in ELSEWHERE)
    assert elsewhere is not bool(of(row["id"], FOUND)), "the words and the packs say different things"
    assert "](" in row["told"] or not elsewhere


def test_every_source_in_a_pack_is_ours_or_an_id_of_its_article() -> None:
    known = {f"{article} {id_}" for id_, article in ARTICLES.items()}
    assert [one for one in FOUND if one != "ours" and not {*one.split(", ")} <= known] == []


def test_each_of_the_ten_properties_rests_on_promises() -> None:
    assert [*PROMISED] == [*range(1, INVARIANTS + 1)]
    resting = {number: promises(number, FOUND) for number in PROMISED}
    assert [number for number, kept in resting.items() if not kept] == [10], "which the language itself keeps"


def test_each_contradiction_has_settings_that_are_there() -> None:
    assert [*CHOSEN] == [*range(1, CONTRADICTIONS + 1)]
    assert "?`" not in TEXT


def test_what_the_words_call_by_name_is_there() -> None:
    known = {name for packs in FOUND.values() for one in packs.values() for name in _names(one)}
    known |= {"source:", "source: ours", "contact.channel", "overridable", "both", "to", "due", "closes"}
    known |= {"warning", "final_warning", "farewell"}  # texts, and obligations of these names
    told = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row["told"])}
    assert sorted(told - known) == []


def _names(one: Found) -> set[str]:
    return {*one.rules, *one.owed, *one.settings, *one.metrics}
