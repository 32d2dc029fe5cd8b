"""Learn what words weigh for anger, and for abuse, where no list finds any: the tables `en_weights.txt` and so on.

Part of `make train`. A sparse logistic regression on rows of words for each: anger from the rows that the lexicon does
not hear as hostile and whose label tells upset from calm, abuse from those that it does not hear as aimed at the
advisor. The pairs of the tests are kept out, so that it can be judged on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from forbear_plugins.lexicon import bundled
from forbear_plugins.lexicon.learnt import LEAST, LONGEST_ROW, length, rows_of_words
from forbear_plugins.lexicon.marks import is_chinese
from forbear_plugins.lexicon.signals import heard
from forbear_plugins.lexicon.words import read

if TYPE_CHECKING:
    from .train import Row

SCALE, SPREAD = 10.0, 3.0
FAMILIES = 2
"""Groups of rows in which a row of words must occur."""

CALM = frozenset(("cold-train", "convabuse-train"))
"""Sets whose rows are taken as calm where they are not labelled hostile."""


@frozen
class _Question:
    """What words are weighed for, by the end of its tables' names.

    `freedom` is how freely weights may grow, `sets` how much a row of an open set weighs against its weight for the
    other heads (others are not used), and `caution` what the sum must exceed beyond an even chance.
    """

    table: str
    answer: str
    freedom: float
    sets: Mapping[str, float]
    caution: Mapping[str, float]


ANGER = _Question(
    "weights.txt",
    "upset",
    1.0,
    {"goemotions-train": 0.3, "cold-train": 0.5, "convabuse-train": 0.3},
    {"en": 0.5, "zh": 0.3},  # chosen on the airline and food delivery sets
)
ABUSE = _Question(
    "weights_abuse.txt",
    "abuse",
    2.0,
    dict.fromkeys(("goemotions-train", "cold-train", "convabuse-train", "diasafety-train"), 0.5),
    {"en": 1.1, "zh": 1.4},  # chosen on half of the second pairs, ConvAbuse, the airline and food delivery sets
)


@frozen
class _Said:
    """The rows of words that an utterance says, and what is known of it."""

    rows: frozenset[str]
    length: float
    yes: bool
    weight: float
    group: str
    own: bool


def write_weights(rows: Sequence[Row]) -> None:
    """Learn both languages from labelled rows, and write the tables beside the lexicon's others."""
    folder = Path(str(files("forbear_plugins.lexicon").joinpath("data")))
    for question in (ANGER, ABUSE):
        said: dict[str, list[_Said]] = {"en": [], "zh": []}
        for row in rows:
            if one := _said(row, question):
                said["zh" if is_chinese(row.utterance) else "en"].append(one)
        for lang, some in said.items():
            learnt = _learnt(some, lang, question)
            print(f"{lang}: {len(learnt) - 1} weights of words for {question.answer} from {len(some)} rows")
            (folder / f"{lang}_{question.table}").write_text("".join(_lines(learnt, question)), encoding="utf-8")


def _said(row: Row, question: _Question) -> _Said | None:
    """What a row tells; nothing where the lexicon is to decide, or nobody labelled it."""
    source = row.group.partition(":")[0]
    calm = question is ANGER and source in CALM and not row.answers["hostile"]
    told = calm or question.answer in row.answers
    if source.startswith("hearing_pairs") or not told or not (row.own or source in question.sets):
        return None
    matcher = bundled().of(row.utterance)
    facts = heard(row.utterance, matcher, learnt=False).facts
    if facts["speech.target"] == "advisor" or (question is ANGER and facts["speech.hostile"]):
        return None
    words = " ".join(read(row.utterance.text, matcher.spelling)).split(" ")
    lang = "zh" if is_chinese(row.utterance) else "en"
    found = frozenset(text for _, _, text in rows_of_words(words, LONGEST_ROW[lang]))
    weight = row.weight * question.sets.get(source, 1.0)
    return _Said(found, length(words, lang), row.answers.get(question.answer, False), weight, row.group, row.own)


def _learnt(said: Sequence[_Said], lang: str, question: _Question) -> Mapping[str, int]:
    families: Counter[str] = Counter()
    for text, _ in {(text, one.group) for one in said for text in one.rows}:
        families[text] += 1
    known = {text: at for at, text in enumerate(sorted(text for text, n in families.items() if n >= FAMILIES))}
    matrix = _matrix(said, known)
    answers = np.array([one.yes for one in said])
    weights = np.array([one.weight for one in said])
    own = np.array([one.own for one in said])
    scores = cross_val_predict(
        _learner(question),
        matrix,
        answers,
        groups=[one.group for one in said],
        cv=GroupKFold(3),
        params={"sample_weight": weights},
        method="decision_function",
    )
    even = LogisticRegression(C=1e6).fit(scores[own].reshape(-1, 1), answers[own])
    fitted = _learner(question).fit(matrix, answers, sample_weight=weights)
    least = -float(even.intercept_[0] / even.coef_[0][0]) - float(fitted.intercept_[0]) + question.caution[lang]
    found = {text: round(SCALE * SPREAD * float(fitted.coef_[0][at])) for text, at in known.items()}
    return {LEAST: round(SCALE * least), **{text: weight for text, weight in found.items() if weight}}


def _matrix(said: Sequence[_Said], known: Mapping[str, int]) -> csr_matrix:
    data: list[float] = []
    columns: list[int] = []
    starts = [0]
    for one in said:
        places = sorted(known[text] for text in one.rows if text in known)
        columns += places
        data += [SPREAD / one.length] * len(places)
        starts.append(len(columns))
    return csr_matrix((data, columns, starts), shape=(len(said), len(known)))


def _learner(question: _Question) -> LogisticRegression:
    return LogisticRegression(C=question.freedom, l1_ratio=1, solver="liblinear", random_state=1, max_iter=400)


def _lines(learnt: Mapping[str, int], question: _Question) -> Iterator[str]:
    yield "# Licence: Apache-2.0. Source: learnt from our own rows and open sets (model/tempers.py).\n"
    counts = "as frustrated" if question is ANGER else "as an insult"
    yield f"# What words weigh where no other table finds any; from `(least)` on the utterance counts {counts}.\n"
    for text, weight in sorted(learnt.items(), key=lambda item: (item[0] != LEAST, -item[1], item[0])):
        yield f"{text} = {weight}\n"
