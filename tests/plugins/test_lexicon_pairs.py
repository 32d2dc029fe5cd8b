"""The same words aimed at the advisor and elsewhere: only the first is abuse (S3 D1)."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from forbear.records import Utterance
from forbear_plugins import lexicon


def conduct(text: str, lang: str = "auto") -> str:
    """What the standard pack makes of the facts for a customer's utterance."""
    signals = lexicon.hear(Utterance(text, lang))
    assert signals is not None
    if signals.facts["speech.hostile"] and signals.facts["speech.target"] == "advisor":
        return "abuse"
    return "anger" if signals.facts["speech.hostile"] or signals.facts["speech.frustrated"] else "civil"


def pairs(lang: str) -> list[dict[str, str]]:
    text = Path(__file__).with_name(f"lexicon_pairs_{lang}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


PAIRS = [(lang, pair) for lang in ("en", "zh") for pair in pairs(lang)]


@pytest.mark.parametrize(("lang", "pair"), PAIRS, ids=[pair["abuse"] for _, pair in PAIRS])
@pytest.mark.parametrize("told", [True, False], ids=["language told", "language found"])
def test_direction_decides_between_abuse_and_anger(lang: str, pair: dict[str, str], told: bool) -> None:
    heard = {expected: conduct(text, lang if told else "auto") for expected, text in pair.items()}
    assert heard == {expected: expected for expected in pair}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_there_are_at_least_a_hundred_pairs_of_each_language(lang: str) -> None:
    assert len(pairs(lang)) >= 100


@pytest.mark.parametrize(("lang", "pair"), PAIRS, ids=[pair["abuse"] for _, pair in PAIRS])
def test_case_and_outer_white_space_change_nothing(lang: str, pair: dict[str, str]) -> None:
    for expected, text in pair.items():
        assert conduct(f" \t{text.upper()} \n", lang) == expected
