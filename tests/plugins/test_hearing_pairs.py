"""Rows that were written without knowing the word lists: how many the lexicon hears rightly, kind by kind.

A row that is heard wrongly is listed in `hearing_misses_en.txt` or `hearing_misses_zh.txt`. A new one fails, and one
that is mended must be taken off the list: `python tests/plugins/test_hearing_pairs.py` writes both lists anew.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen

from forbear.records import Turn, Utterance
from forbear_plugins import lexicon

HERE = Path(__file__).parent
LANGS = ("en", "zh")
CONDUCTS = ("abuse", "anger", "civil")

# A hundredth, and for a kind three, below what the lists heard when the floors were last set.
FLOORS = {"en": 0.88, "zh": 0.88}
STRIKES = {"en": 0.013, "zh": 0.008}
KIND_FLOORS = {
    "en": {
        "asr": 0.89,
        "code-switching": 0.91,
        "context": 0.71,
        "direction": 0.93,
        "idiom": 0.92,
        "imperative": 0.93,
        "legal": 0.92,
        "look-alike": 0.6,
        "negation": 0.74,
        "obfuscation": 0.92,
        "plain": 0.89,
        "quotation": 0.75,
        "sarcasm": 0.67,
        "self": 0.92,
        "third-party": 0.97,
        "vocative": 0.9,
    },
    "zh": {
        "asr": 0.92,
        "code-switching": 0.82,
        "context": 0.76,
        "direction": 0.88,
        "idiom": 0.89,
        "imperative": 0.94,
        "legal": 0.85,
        "look-alike": 0.9,
        "negation": 0.87,
        "obfuscation": 0.87,
        "plain": 0.94,
        "quotation": 0.66,
        "sarcasm": 0.76,
        "self": 0.87,
        "third-party": 0.86,
        "vocative": 0.92,
    },
}


@frozen
class Row:
    """A text, the turns before it, what it is, and what the lexicon makes of it."""

    pair: str
    kind: str
    text: str
    conduct: str
    heard: str

    @property
    def line(self) -> str:
        """The row as the list of misses has it."""
        return f"{self.pair} {self.conduct}>{self.heard} {self.text}"


def conduct(utterance: Utterance) -> str:
    """What the standard pack makes of the facts for a customer's utterance."""
    signals = lexicon.hear(utterance)
    assert signals is not None
    if signals.facts["speech.hostile"] and signals.facts["speech.target"] == "advisor":
        return "abuse"
    return "anger" if signals.facts["speech.hostile"] or signals.facts["speech.frustrated"] else "civil"


@cache
def rows(lang: str) -> tuple[Row, ...]:
    """The rows of a language, heard."""
    told = map(json.loads, (HERE / f"hearing_pairs_{lang}.jsonl").read_text(encoding="utf-8").splitlines())
    return tuple(
        Row(
            pair=row["pair"],
            kind=row["kind"],
            text=row["text"],
            conduct=row["conduct"],
            heard=conduct(Utterance(row["text"], row["lang"], before=turns(row))),
        )
        for row in told
    )


def turns(row: dict[str, object]) -> tuple[Turn, ...]:
    """The turns before a row."""
    return tuple(Turn(turn["speaker"], turn["text"]) for turn in row.get("before", ()))  # type: ignore[attr-defined]


def misses(lang: str) -> list[str]:
    """The rows that are heard wrongly, as the list has them."""
    return [row.line for row in rows(lang) if row.heard != row.conduct]


def macro_f1(some: list[Row]) -> float:
    """The mean over the conducts that the rows have of 2 TP / (2 TP + FP + FN)."""
    heard = Counter((row.conduct, row.heard) for row in some)
    known = [one for one in CONDUCTS if any(row.conduct == one for row in some)]
    return sum(_f1(heard, one) for one in known) / len(known)


def _f1(heard: Counter[tuple[str, str]], one: str) -> float:
    right = heard[one, one]
    wrong = sum(count for (told, said), count in heard.items() if (told == one) != (said == one))
    return 2 * right / max(1, 2 * right + wrong)


def by_kind(lang: str) -> dict[str, list[Row]]:
    """The rows of each kind, such as negation."""
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in rows(lang):
        kinds[row.kind].append(row)
    return kinds


@pytest.mark.parametrize("lang", LANGS)
def test_the_rows_that_are_heard_wrongly_are_the_listed_ones(lang: str) -> None:
    listed = (HERE / f"hearing_misses_{lang}.txt").read_text(encoding="utf-8").splitlines()
    found = misses(lang)
    assert [line for line in found if line not in listed] == [], "newly missed"
    assert [line for line in listed if line not in found] == [], "mended: take them off the list"


@pytest.mark.parametrize("lang", LANGS)
def test_whole_set_stays_above_its_floor(lang: str) -> None:
    assert macro_f1(list(rows(lang))) >= FLOORS[lang]


@pytest.mark.parametrize(("lang", "kind"), [(lang, kind) for lang in LANGS for kind in sorted(by_kind(lang))])
def test_every_kind_stays_above_its_floor(lang: str, kind: str) -> None:
    assert macro_f1(by_kind(lang)[kind]) >= KIND_FLOORS[lang][kind]


@pytest.mark.parametrize("lang", LANGS)
def test_hardly_any_angry_or_civil_row_is_a_strike(lang: str) -> None:
    calm = [row for row in rows(lang) if row.conduct != "abuse"]
    assert sum(row.heard == "abuse" for row in calm) <= STRIKES[lang] * len(calm)


def write_lists() -> None:
    """Write the lists of misses, and say what the floors could be."""
    for lang in LANGS:
        (HERE / f"hearing_misses_{lang}.txt").write_text("".join(f"{line}\n" for line in misses(lang)), "utf-8")
        some = list(rows(lang))
        strikes = sum(row.heard == "abuse" != row.conduct for row in some)
        kinds = {kind: round(macro_f1(of), 2) for kind, of in sorted(by_kind(lang).items())}
        print(f"{lang}: macro-F1 {macro_f1(some):.3f}, {strikes} strikes, {len(misses(lang))} misses, kinds {kinds}")


if __name__ == "__main__":
    sys.exit(write_lists())
