"""Both languages say the same, and the core's own words are complete."""

from __future__ import annotations

import re

import pytest

from forbear.cli import export
from forbear.cli.report import words as report
from forbear.describe.words import _DUE, _START, CAPTIONS
from forbear.explain.prose import CLAUSES
from forbear.explain.rules import _PARTS
from forbear.explain.words import (
    EVENTS,
    FIELDS,
    HEADINGS,
    HOW,
    LANGUAGES,
    LENT,
    PLACES,
    ROLES,
    SENTENCES,
    SOURCES,
    Words,
    fill,
)
from forbear.language import events
from forbear.prove.counterfactual import _SENTENCES

TABLES = [
    SENTENCES, CLAUSES, _PARTS, HEADINGS, SOURCES, EVENTS, FIELDS, HOW, LENT, PLACES, ROLES, CAPTIONS, _DUE, _START,
    _SENTENCES,
]  # fmt: skip
WITH_TERMS = [report._WORDS, report._NAMES, export._WORDS]
"""Tables whose Chinese names commands and methods in Latin letters."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("table", [*TABLES, *WITH_TERMS], ids=range(len(TABLES) + len(WITH_TERMS)))
def test_each_sentence_has_the_same_placeholders_in_every_language(table: Words) -> None:
    for key, texts in table.items():
        assert set(texts) == set(LANGUAGES), key
        found = {language: sorted(_PLACEHOLDER.findall(text)) for language, text in texts.items()}
        assert found["en"] == found["zh"], key


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_chinese_is_chinese(table: Words) -> None:
    for key, texts in table.items():
        bare = _PLACEHOLDER.sub("", texts["zh"])
        assert not re.search(r"[A-Za-z]", bare), key
        assert not re.search(r"[,;:?!]", bare), key
        assert not re.search(r"[一-鿿]", texts["en"]), key


def test_a_time_of_an_obligation_has_words_as_an_end_and_as_a_start() -> None:
    of_time = {key for key in _DUE if key not in ("from", "expires") and not key.startswith("once.")}
    assert set(_START) == of_time


def test_the_core_has_words_for_all_that_it_declares() -> None:
    assert set(EVENTS) == set(events.EVENT_TYPES)
    assert set(HOW) == set(events.ENDS)
    fields = {f"event.{name}" for one in events.EVENT_TYPES.values() for name, f in one.fields.items() if not f.private}
    assert fields - set(FIELDS) == set()


def test_latin_words_are_set_off_from_chinese_and_nothing_else_is_touched() -> None:
    assert fill("规则{rule}适用", {"rule": "a.b"}) == "规则 a.b 适用"
    assert fill("第{n}位：{text}。", {"n": 3, "text": "a中b"}) == "第3位：a中b。"
