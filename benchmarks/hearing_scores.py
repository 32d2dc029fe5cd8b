"""Figures from gold labels and answers."""

from __future__ import annotations

import math
import statistics
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import combinations_with_replacement
from typing import Any

from benchmarks.hearing_rows import ABUSE, ANGER, CIVIL, Row
from benchmarks.hearing_systems import Answer, System

BINS = 10
WARM = 20
"""Rows that a system hears before it is timed."""

TIMED = 200
"""Rows that are timed one by one where a system then takes all at once."""

LABELS: dict[str, tuple[Hashable, ...]] = {
    "3class": (CIVIL, ANGER, ABUSE),
    "bin": (False, True),
    "emo": (False, True),
    "hostile": (False, True),
}
"""What is told apart, the mildest first."""

Confusion = Counter[tuple[Hashable, Hashable]]
"""How often a gold label, given first, was called what."""


def gold_of(row: Row, scored: str) -> Hashable:
    """The label of a row as its set is scored; an attack on a group is not abuse of the advisor."""
    match scored:
        case "emo":
            return row.conduct != CIVIL
        case "3class":
            return ANGER if row.group else row.conduct
        case _:
            return row.conduct == ABUSE


def said_of(row: Row, answer: Answer, scored: str) -> Hashable:
    """What an answer says to the question that `gold_of` answers."""
    match scored:
        case "emo":
            return answer.conduct != CIVIL
        case "3class":
            return answer.conduct
        case "hostile":
            return answer.hostile
        case _:
            return answer.hostile if row.group else answer.conduct == ABUSE


def ask(system: System, rows: Sequence[Row], scored: str) -> tuple[list[Answer], float]:
    """The answer to each row, and the median microseconds of one, warm."""
    for row in rows[:WARM]:
        system.hear(row)
    step = max(1, len(rows) // TIMED) if system.hear_all else 1
    raw, taken = [], []
    for row in rows[::step]:
        start = time.perf_counter_ns()
        raw.append(system.hear(row))
        taken.append(time.perf_counter_ns() - start)
    if system.hear_all:
        raw = list(system.hear_all(rows))
    return [system.read(one, scored) for one in raw], statistics.median(taken) / 1000


def scores(rows: Sequence[Row], answers: Sequence[Answer], scored: str) -> dict[str, Any]:
    """The figures of a system on rows; None where the labels or the system say nothing of it."""
    asked = list(zip(rows, answers, strict=True))
    labels = [(gold_of(row, scored), said_of(row, answer, scored)) for row, answer in asked]
    confusion: Confusion = Counter(labels)
    right = [gold == said for gold, said in labels]
    grave = LABELS[scored][-1]
    precision, recall, _ = _rates(confusion, grave) if scored != "emo" else (None, None, None)
    return {
        "rows": len(rows),
        "macro_f1": macro_f1(confusion),
        "precision": precision,
        "recall": recall,
        "target": _share(a.target in r.targets for r, a in asked if r.targets and a.target),
        "category": _share(a.category == r.category for r, a in asked if r.category and a.category),
        "false_strikes_angry": _false_strikes(asked, ANGER),
        "false_strikes_civil": _false_strikes(asked, CIVIL),
        "calibration_error": calibration_error([one.confidence for one in answers], right),
        "pairs": _whole_pairs(rows, right),
        "best_cut": best_cut([g for g, _ in labels], [a.score for a in answers], LABELS[scored]),
    }


def group_scores(rows: Sequence[Row], answers: Sequence[Answer], scored: str) -> dict[str, Any] | None:
    """How attacks on groups fare, and the macro-F1 had they been labelled abuse and only conduct counted."""
    asked = list(zip(rows, answers, strict=True))
    attacks = [answer for row, answer in asked if row.group]
    if not attacks:
        return None
    alone: Confusion = Counter(
        (row.conduct, answer.conduct) if scored == "3class" else (row.conduct == ABUSE, answer.conduct == ABUSE)
        for row, answer in asked
    )
    return {
        "rows": len(attacks),
        "hostile": sum(answer.hostile for answer in attacks),
        "called_abuse": sum(answer.conduct == ABUSE for answer in attacks),
        "macro_f1_by_conduct": macro_f1(alone),
    }


def _rates(confusion: Confusion, label: Hashable) -> tuple[float | None, float | None, float]:
    """Precision, recall and F1 of a label; None where nothing was called it, or nothing is."""
    hit = confusion[label, label]
    said = sum(count for (_, one), count in confusion.items() if one == label)
    gold = sum(count for (one, _), count in confusion.items() if one == label)
    return (hit / said if said else None), (hit / gold if gold else None), 2 * hit / max(1, said + gold)


def macro_f1(confusion: Confusion) -> float:
    """The mean F1 of the labels that occur, as gold or as answer."""
    labels = {label for pair, count in confusion.items() if count for label in pair}
    return statistics.fmean(_rates(confusion, label)[2] for label in labels)


def calibration_error(stated: Sequence[float | None], right: Sequence[bool]) -> float | None:
    """Expected calibration error in ten equal bins: how far confidence is from the share that is right, on average."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, one in zip(stated, right, strict=True):
        if confidence is None:
            return None
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, one))
    return sum(abs(sum(c for c, _ in one) - sum(r for _, r in one)) for one in bins) / len(stated)


def best_cut(
    golds: Sequence[Hashable], given: Sequence[float | None], labels: Sequence[Hashable]
) -> dict[str, Any] | None:
    """The cuts of a score, one fewer than labels, with the highest macro-F1 on these rows; tried at its quantiles."""
    known = [(score, gold) for score, gold in zip(given, golds, strict=True) if score is not None]
    values = sorted({score for score, _ in known})
    if not values:
        return None
    tries = 2000 if len(labels) == 2 else 60
    cuts = sorted({values[n * len(values) // tries] for n in range(tries)} | {math.inf})
    by_label = {label: sorted(score for score, gold in known if gold == label) for label in labels}

    def confusion(chosen: tuple[float, ...]) -> Confusion:
        told: Confusion = Counter()
        for gold, sorted_scores in by_label.items():
            edges = [0, *(bisect_left(sorted_scores, cut) for cut in chosen), len(sorted_scores)]
            for said, start, end in zip(labels, edges, edges[1:], strict=False):
                told[gold, said] = end - start
        return told

    best = max(combinations_with_replacement(cuts, len(labels) - 1), key=lambda chosen: macro_f1(confusion(chosen)))
    return {"macro_f1": macro_f1(confusion(best)), "cuts": [cut if cut < math.inf else None for cut in best]}


def _share(right: Any) -> float | None:
    found = [bool(one) for one in right]
    return sum(found) / len(found) if found else None


def _false_strikes(asked: Sequence[tuple[Row, Answer]], conduct: str) -> dict[str, int] | None:
    called = [answer.conduct == ABUSE for row, answer in asked if row.conduct == conduct and answer.strikes]
    return {"called_abuse": sum(called), "rows": len(called)} if called else None


def _whole_pairs(rows: Sequence[Row], right: Sequence[bool]) -> float | None:
    """The share of pairs of which every row is right."""
    pairs: dict[str, bool] = {}
    for row, one in zip(rows, right, strict=True):
        if pair := row.given.get("pair"):
            pairs[pair] = pairs.get(pair, True) and one
    return sum(pairs.values()) / len(pairs) if pairs else None
