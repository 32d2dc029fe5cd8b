"""Train the weights: `make train DATA=folder`.

From openly licensed labelled sets in the folder (`SETS`), where they are there, and from our own rows: the corpus
beside this module and the pairs of the tests. Each row answers some of the heads' questions, and says nothing to the
others. Our own rows are learnt twice, once without the lexicon's findings: its lists were tuned on some of them, and
would be trusted too much. Deterministic: the same data and lexicon give the same bytes. Needs the extra `train`
(scikit-learn).
"""

from __future__ import annotations

import json
import lzma
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from attrs import evolve, frozen
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from forbear.records import Turn, Utterance
from forbear_plugins.lexicon import bundled

from .features import PLACES, features
from .fusing import KINDS
from .tempers import write_weights
from .weights import FILE, Head, packed, quantised

HEADS = ("abuse", "upset", "hostile", *KINDS)
SETS = {  # file: licence, how much a row weighs against one of our own, and which rows are taken: every nth
    "convabuse-train": ("CC BY 4.0", 1.0, 1),
    "diasafety-train": ("Apache-2.0", 0.2, 1),
    "cold-train": ("Apache-2.0", 0.3, 4),
    "goemotions-train": ("Apache-2.0", 0.3, 3),
}
C = 60.0  # how freely weights may grow: chosen on folds of our pairs and on the development sets
TOLERANCE = 1e-2
FOLDS = 3
EXACT = 9  # digits of the calibration that do not hang on how many cores took part


@frozen
class Row:
    """An utterance, the answers to heads' questions that its label gives, its weight, and its group in folds.

    `own` are those on whose folds a head is calibrated.
    """

    utterance: Utterance
    answers: Mapping[str, bool]
    weight: float
    group: str
    own: bool


def main(arguments: Sequence[str]) -> None:
    """Train on a folder of sets, and on folders of our own rows; write the weights beside this module."""
    folder = Path(arguments[0])
    own = [row for one in arguments[1:] for row in own_rows(Path(one))]
    rows = [*own, *(row for name in SETS for row in set_rows(folder, name))]
    print(f"{len(rows)} rows, {len(own)} of them our own")
    write_weights(rows)
    bare = matrix_of((row.utterance for row in own), signals=False)
    matrix = vstack([matrix_of(row.utterance for row in rows), bare]).tocsr()
    rows += [evolve(row, own=False) for row in own]
    heads = {name: trained(name, rows, matrix) for name in HEADS}
    used = sorted({row.group.split(":")[0] for row in rows})
    about = {
        "sets": used,
        "rows": len(rows) - len(own),
        "licences": {name: licence for name, (licence, *_) in SETS.items()},
    }
    target = Path(__file__).with_name(FILE)
    target.write_bytes(packed(heads, about))
    print(f"{target}: {target.stat().st_size / 1024:.0f} KiB")


def own_rows(folder: Path) -> Iterator[Row]:
    """Our own rows in a folder, not in those below it; a file of something else is passed over."""
    for file in sorted(folder.glob("*.jsonl")):
        for number, row in enumerate(_read(file)):
            if "conduct" not in row:
                break
            abuse, category = row["conduct"] == "abuse", row["category"]
            answers = {"abuse": abuse, "upset": row["conduct"] != "civil"}
            if abuse or category != "none" or row["conduct"] == "civil":
                answers["hostile"] = row["conduct"] != "civil"
            answers |= {kind: category == kind for kind in KINDS} if abuse else {}
            group = f"{file.stem}:{row.get('pair', number)}"
            yield Row(_utterance(row, row.get("before", ())), answers, 1.0, group, own=True)


def set_rows(folder: Path, name: str) -> Iterator[Row]:
    """The rows of an open set: what its labels mean for each head."""
    file = folder / f"{name}.jsonl.xz"
    if not file.exists():
        print(f"{file} is not there; trained without it")
        return
    _, weight, step = SETS[name]
    for number, row in enumerate(islice(_read(file), 0, None, step)):
        abuse, anger = row["gold_class"] == "abuse", row["gold_class"] == "anger"
        if row["gold_ok"] == "emo":
            answers = {"upset": anger} if anger else {"upset": False, "abuse": False, "hostile": False}
        else:
            answers = {"abuse": abuse and row["target"] == "individual", "hostile": abuse}
            answers |= {"upset": True} if abuse else {}
        agent = row["meta"].get("agent")
        before = [{"speaker": "advisor", "text": agent}] if agent else []
        yield Row(_utterance(row, before), answers, weight, f"{name}:{number}", own=False)


def matrix_of(utterances: Iterable[Utterance], *, signals: bool = True) -> csr_matrix:
    """A row of features for each utterance, as `Head.score` weighs them; without `signals` only its words'."""
    lists = bundled()
    data: list[float] = []
    columns: list[int] = []
    starts = [0]
    for utterance in utterances:
        found = features(utterance, lists.of(utterance))
        grams = found.flat
        row = dict.fromkeys(grams, 1 / np.sqrt(len(grams) or 1))
        for place in found.signals if signals else ():
            row[place] = row.get(place, 0.0) + 1.0
        columns.extend(row)
        data.extend(row.values())
        starts.append(len(columns))
    return csr_matrix((data, columns, starts), shape=(len(starts) - 1, PLACES))


def trained(name: str, rows: Sequence[Row], matrix: csr_matrix) -> Head:
    """A head, calibrated on the folds of our own rows."""
    chosen = np.array([at for at, row in enumerate(rows) if name in row.answers])
    answers = np.array([rows[at].answers[name] for at in chosen])
    weights = np.array([rows[at].weight for at in chosen])
    groups = [rows[at].group for at in chosen]
    own = np.array([rows[at].own for at in chosen])
    found = matrix[chosen]
    scores = cross_val_predict(
        _learner(),
        found,
        answers,
        groups=groups,
        cv=GroupKFold(FOLDS),
        params={"sample_weight": weights},
        method="decision_function",
    )
    slope, shift = _calibration(scores[own], answers[own])
    said = slope * scores[own] + shift > 0
    right = (said & answers[own]).sum()
    precision, recall = right / max(1, said.sum()), right / max(1, answers[own].sum())
    print(f"{name}: {len(chosen)} rows; folds of our own: precision {precision:.3f}, recall {recall:.3f}")
    learnt = _learner().fit(found, answers, sample_weight=weights)
    bias = round(float(learnt.intercept_[0]) + shift / slope, EXACT)
    return quantised(learnt.coef_[0].tolist(), bias, round(slope, EXACT))


def _learner() -> LogisticRegression:
    return LogisticRegression(C=C, solver="liblinear", dual=True, random_state=1, max_iter=400, tol=TOLERANCE)


def _calibration(scores: Any, answers: Any) -> tuple[float, float]:
    """Slope and shift with which scores that were not trained on give probabilities (Platt 1999)."""
    fitted = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), answers)
    return float(fitted.coef_[0][0]), float(fitted.intercept_[0])


def _utterance(row: Mapping[str, Any], before: Iterable[Mapping[str, str]]) -> Utterance:
    return Utterance(row["text"], row["lang"], before=tuple(Turn(one["speaker"], one["text"]) for one in before))


def _read(file: Path) -> Iterator[dict[str, Any]]:
    with (lzma.open if file.suffix == ".xz" else open)(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main(sys.argv[1:])
