"""Pairs that are not trained on: how lexicon and model do on them must not fall.

Rows whose pair has an odd number have been read, and lists mended after them; of the others only scores have been seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from forbear.records import SpeechSignals, Turn, Utterance
from forbear_plugins import lexicon, model

CONDUCTS = ("abuse", "anger", "civil")
FOLDER = Path(__file__).parent / "second_pairs"

# A hundredth below what was measured when the floors were last set, on the rows that nobody read.
FLOORS = {("lexicon", "en"): 0.70, ("lexicon", "zh"): 0.80, ("model", "en"): 0.81, ("model", "zh"): 0.88}
PLUGINS: dict[str, ModuleType] = {"lexicon": lexicon, "model": model}


def conduct(signals: SpeechSignals) -> str:
    facts = signals.facts
    if facts["speech.hostile"] and facts["speech.target"] == "advisor":
        return "abuse"
    return "anger" if facts["speech.hostile"] or facts["speech.frustrated"] else "civil"


def unread(pair: str) -> bool:
    return int(pair.rpartition("u")[2]) % 2 == 0


def pairs_of(lang: str, hear: Callable[[Utterance], SpeechSignals]) -> list[tuple[str, str]]:
    """What each unread row is, and what it is heard as."""
    found = []
    for line in (FOLDER / f"pairs_{lang}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if unread(row["pair"]):
            before = tuple(Turn(one["speaker"], one["text"]) for one in row.get("before", ()))
            found.append((row["conduct"], conduct(hear(Utterance(row["text"], lang, before=before)))))
    return found


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    total = 0.0
    for one in CONDUCTS:
        hits = sum(gold == said == one for gold, said in pairs)
        total += 2 * hits / (sum(gold == one for gold, _ in pairs) + sum(said == one for _, said in pairs))
    return total / len(CONDUCTS)


@pytest.mark.parametrize(("plugin", "lang"), FLOORS)
def test_pairs_that_nobody_read_are_heard_as_well_as_before(plugin: str, lang: str) -> None:
    pairs = pairs_of(lang, PLUGINS[plugin].hear)
    assert len(pairs) > 130
    assert macro_f1(pairs) >= FLOORS[plugin, lang]
