"""What `forbear test --coverage` prints: a table, and each thing that no test reached at its place."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from rich.console import Console
from rich.table import Table

from forbear.cli.console import print_json, say, show_diagnostics
from forbear.testing.coverage import KINDS, Coverage, Kind, Missing
from forbear.testing.runner import Report

_NAMES: Final[dict[Kind, str]] = {
    "rule": "rules that fired",
    "condition": "conditions that decided by themselves, true and false",
    "past": "the same inside `where`",
    "otherwise": "`otherwise` that was reached",
    "fallback": "decisions that fell back",
    "outcome": "outcomes that rules decided",
    "closing": "ways in which obligations were closed",
    "text": "texts that were said",
    "setting": "choices of settings that were tried",
}


def show_coverage(console: Console, coverage: Coverage) -> None:
    """The table, then what is missing, then what cannot be reached."""
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("reached", justify="right")
    table.add_column("of", justify="right")
    for kind in KINDS:
        reached, able = coverage.counted(kind)
        if able:
            table.add_row(_NAMES[kind], str(reached), str(able), style="" if reached == able else "yellow")
    console.print(table)
    say(console)
    show_diagnostics(console, [one.diagnostic for one in (*coverage.missing, *coverage.set_aside)])


def print_coverage(report: Report, coverage: Coverage) -> None:
    """All of it as one line of JSON."""
    counts = {kind: dict(zip(("reached", "of"), coverage.counted(kind), strict=True)) for kind in KINDS}
    print_json(
        {
            "unfired": report.unfired(),
            "percent": float(shown(coverage.percent)),
            "coverage": counts,
            "missing": [_as_json(one, coverage) for one in coverage.missing],
            "set_aside": [_as_json(one, coverage) for one in coverage.set_aside],
        }
    )


def shown(percent: Fraction) -> str:
    """A percentage to two places, rounded down, so that 100 means all."""
    return f"{int(percent * 100) / 100:g}"


def _as_json(one: Missing, coverage: Coverage) -> dict[str, object]:
    goal = one.goal
    found: dict[str, object] = {"kind": goal.kind, "of": goal.of}
    if goal in coverage.conditions:
        found["condition"] = coverage.conditions[goal]
    if goal.value is not None:
        found["value"] = goal.value
    return found | one.diagnostic.as_json()
