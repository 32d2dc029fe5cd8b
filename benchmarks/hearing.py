"""How well anger is told from abuse, on labelled utterances: the bundled plugins beside what else there is.

Each file of a folder is a set. Where the labels tell all three classes apart, macro-F1 is over three; `abuse` is abuse
against the rest; `anger` anger (or abuse) against the rest; `hostility` is for sets that label attacks on groups only,
which are hostile or hate but not aimed at the advisor. Labels that never occur in a set, nor are said, are left out of
its mean. Run it with `make bench-hearing DATA=folder`, or `python -m benchmarks.hearing --help`; the peers come with
`pip install 'forbear[peers]'`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.hearing_memory import footprint
from benchmarks.hearing_rows import ABUSE, Row, Set, groups_of, read_sets
from benchmarks.hearing_scores import ask, gold_of, group_scores, said_of, scores
from benchmarks.hearing_systems import OWN, SYSTEMS, Answer, System
from benchmarks.hearing_tables import console, notes, print_errors, print_groups, print_scores, print_systems

Heard = Mapping[str, Sequence[Answer]]
"""The answers of each system of ours."""


def load(names: Sequence[str], weigh: bool = True) -> tuple[list[System], list[dict[str, Any]]]:
    """The systems that are installed, and for each name what memory it takes, if asked, or why it is missing."""
    found: list[System] = []
    told: list[dict[str, Any]] = []
    for name in names:
        try:
            found.append(SYSTEMS[name]())
        except ImportError as error:
            told.append({"name": name, "missing": f"not installed: {error}"})
            continue
        told.append({"name": name, **(footprint(name) if weigh else {})})
    return found, told


def compare(one: Set, systems: Sequence[System], by: str | None, peer_rows: int) -> tuple[dict[str, Any], Heard]:
    """The figures of each system on a set."""
    figures, heard = [], {}
    for system in systems:
        about: dict[str, Any] = {"name": system.name, "peer": system.peer}
        if one.lang not in system.langs:
            figures.append(about)
            continue
        taken = one.thinned(peer_rows) if system.peer else one
        answers, microseconds = ask(system, taken.rows, one.scored)
        about |= {**scores(taken.rows, answers, one.scored), "microseconds": round(microseconds, 1)}
        if by:
            about["groups"] = dict(_by_group(taken, answers, by))
        if not system.peer:
            heard[system.name] = answers
            about["attacks_on_groups"] = group_scores(one.rows, answers, one.scored)
        figures.append(about)
    told = {"name": one.name, "scored": one.scored, "unseen": one.unseen, "rows": len(one.rows), "systems": figures}
    return told, heard


def _by_group(one: Set, answers: Sequence[Answer], by: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, places in groups_of(one, by).items():
        yield name, scores([one.rows[n] for n in places], [answers[n] for n in places], one.scored)


def causes(one: Set, answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """The wrong rows by gold and answer, the kinds of evidence, and the kind of the pair.

    False strikes come first, then what is commonest.
    """
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row, answer in zip(one.rows, answers, strict=True):
        if wrong := _wrong(row, answer, one.scored):
            kinds = tuple(sorted({proof.kind for proof in answer.evidence}))
            found.setdefault((wrong, kinds, row.given.get("kind", "")), []).append(_listed(row, answer))
    ordered = sorted(found.items(), key=lambda item: (not item[0][0].endswith(f"→ {ABUSE}"), -len(item[1])))
    return [
        {"wrong": wrong, "evidence": list(evidence), "kind": kind, "count": len(rows), "rows": rows}
        for (wrong, evidence, kind), rows in ordered
    ]


def _listed(row: Row, answer: Answer) -> dict[str, Any]:
    return {
        "id": row.id,
        "before": [turn.text for turn in row.utterance.before],
        "text": row.utterance.text,
        "evidence": [
            f"{proof.kind} {proof.text!r}" + "".join(f", {told}" for told in (proof.entry, proof.reason) if told)
            for proof in answer.evidence
        ],
    }


def _wrong(row: Row, answer: Answer, scored: str) -> str:
    """What is wrong, conduct before target before category; empty if nothing. Only pairs tell the last two.

    A false strike is wrong even where a set is scored for something else.
    """
    struck = answer.conduct == ABUSE and (row.conduct != ABUSE or row.group)
    if struck or gold_of(row, scored) != said_of(row, answer, scored):
        return f"{'group attacked' if row.group else row.conduct} → {answer.conduct}"
    if "conduct" not in row.given:
        return ""
    if row.targets and answer.target not in row.targets:
        return f"{row.conduct}: target {'/'.join(row.targets)} → {answer.target}"
    if row.category and answer.category != row.category:
        return f"{row.conduct}: category {row.category} → {answer.category}"
    return ""


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hearing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("places", nargs="+", type=Path, metavar="FOLDER", help="or a file, .jsonl or .jsonl.xz")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="rows of a set, evenly spaced; 0 is all")
    parser.add_argument("--peer-rows", type=int, default=1000, metavar="N", help="the same for peers; some are slow")
    parser.add_argument("--errors", metavar="SET", help="list the wrong rows of this set, by cause")
    parser.add_argument("--show-unseen", action="store_true", help="list those of a set that nobody tunes to, too")
    parser.add_argument("--by", metavar="FIELD", help="figures within each set: kind, target, meta, meta.topic …")
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def chosen(given: argparse.Namespace) -> list[Set]:
    """The sets that are asked for. Exits where there are none, or where what is asked for is not to be seen."""
    try:
        sets = [one.thinned(given.limit) for one in read_sets(given.places)]
    except (OSError, ValueError) as error:
        sys.exit(f"hearing: {error}")
    if not sets:
        sys.exit("hearing: no labelled utterances there")
    if given.errors is None:
        return sets
    found = [one for one in sets if given.errors in (one.name, one.name.rpartition("/")[2])]
    if not found:
        sys.exit(f"hearing: there is no set {given.errors!r}; there are {', '.join(one.name for one in sets)}")
    if any(one.unseen for one in found) and not given.show_unseen:
        sys.exit(f"hearing: nobody tunes to {given.errors}, so its rows are not listed; --show-unseen lists them")
    return found


def main(argv: Sequence[str] | None = None) -> None:
    given = arguments(argv)
    sets = chosen(given)
    systems, told = load(list(OWN if given.without_peers else SYSTEMS), weigh=given.errors is None)
    results, errors = [], []
    for one in sets:
        figures, heard = compare(one, systems, given.by, given.peer_rows)
        results.append(figures)
        if given.errors:
            errors += [(one.name, name, causes(one, answers)) for name, answers in heard.items()]
    if given.json:
        listed = [{"set": name, "system": system, "causes": found} for name, system, found in errors]
        print(
            json.dumps(
                {"sets": results, "systems": told, "notes": notes(results), "errors": listed}, ensure_ascii=False
            )
        )
        return
    _show(given, results, told, errors)


def _show(
    given: argparse.Namespace,
    results: Sequence[Mapping[str, Any]],
    told: Sequence[Mapping[str, Any]],
    errors: Sequence[tuple[str, str, list[dict[str, Any]]]],
) -> None:
    shown = console()
    print_scores(shown, results)
    if given.by:
        print_groups(shown, results, given.by)
    print_systems(shown, told)
    for note in notes(results):
        shown.print(f"- {note}", markup=False, highlight=False)
    for name, system, found in errors:
        print_errors(shown, name, system, found)


if __name__ == "__main__":
    main()
