"""The figures as tables, the notes on what they mean, and the wrong rows by cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

NONE = "–"
SCORED = {"3class": "three classes", "bin": "abuse", "emo": "anger", "hostile": "hostility"}
SHOWN = 10
"""Rows that are shown of each cause."""


def console() -> Console:
    """Wide where nobody looks at a screen."""
    shown = Console()
    return shown if shown.is_terminal else Console(width=220)


def print_scores(shown: Console, sets: Sequence[Mapping[str, Any]]) -> None:
    """A line for each system on each set."""
    names = ("set", "scored", "rows", "system", "macro-F1", "abuse P", "abuse R", "target", "category", "pairs")
    table = _table(*names, "angry → abuse", "civil → abuse", "calibr.", "best cut", "µs", title="Hearing")
    for one in sets:
        name = one["name"] + (" (unseen)" if one["unseen"] else "")
        for place, system in enumerate(one["systems"]):
            head = ("", "") if place else (name, SCORED[one["scored"]])
            table.add_row(*head, *_figures(system), _number(system.get("microseconds"), "{:,.0f}"))
        table.add_section()
    shown.print(table)


def print_groups(shown: Console, sets: Sequence[Mapping[str, Any]], by: str) -> None:
    """The same within each set, by what a field says."""
    names = ("set", "group", "rows", "system", "macro-F1", "abuse P", "abuse R", "target", "category", "pairs")
    table = _table(*names, "angry → abuse", "civil → abuse", "calibr.", "best cut", title=f"By {by}")
    for one in sets:
        for system in one["systems"]:
            for group, figures in system.get("groups", {}).items():
                table.add_row(one["name"], group, *_figures({**figures, "name": system["name"]}))
        table.add_section()
    shown.print(table)


def _figures(given: Mapping[str, Any]) -> list[str]:
    if "rows" not in given:
        return [NONE, given["name"], *[NONE] * 10]
    cut = given["best_cut"]
    return [
        f"{given['rows']:,}",
        given["name"],
        *(_number(given[name]) for name in ("macro_f1", "precision", "recall", "target", "category", "pairs")),
        *(_strikes(given[f"false_strikes_{conduct}"]) for conduct in ("angry", "civil")),
        _number(given["calibration_error"]),
        NONE if cut is None else f"{cut['macro_f1']:.3f} at {', '.join(_number(at, '{:.2f}') for at in cut['cuts'])}",
    ]


def print_systems(shown: Console, systems: Sequence[Mapping[str, Any]]) -> None:
    """What each system takes, or why it is not there."""
    table = _table("system", "loading, MB", "peak, MB", "", title="Memory, each in a process of its own")
    for one in systems:
        figures = (_number(one.get(name), "{:,.1f}") for name in ("loading_mb", "peak_mb"))
        table.add_row(one["name"], *figures, escape(one.get("missing", "")))
    shown.print(table)


def notes(sets: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the labels of these sets mean, and what of them was not scored."""
    every = [(one, system) for one in sets for system in one["systems"]]
    said = [_on_groups(one["name"], system) for one, system in every if system.get("attacks_on_groups")]
    if emotions := [one["name"] for one in sets if one["scored"] == "emo"]:
        said.append(f"Labelled for anger against the rest, so abuse counts as anger: {', '.join(emotions)}.")
    if any(system.get("rows", one["rows"]) < one["rows"] for one, system in every):
        said.append("Peers are scored on fewer rows where there are many, evenly spaced (--peer-rows).")
    if any("rows" not in system for _, system in every):
        said.append(f"{NONE} throughout: the system does not know the language of the set.")
    if any(system.get("best_cut") for _, system in every):
        said.append("A best cut is chosen on the very rows that are scored: a bound that real use does not reach.")
    said.append("calibr.: expected calibration error, ten bins. µs: median of one utterance, warm.")
    return said


def _on_groups(name: str, system: Mapping[str, Any]) -> str:
    groups = system["attacks_on_groups"]
    alone = groups["macro_f1_by_conduct"]
    return (
        f"{name}, {system['name']}: {groups['rows']:,} attacks on groups, right where heard as hostile or hate, not as"
        f" abuse of the advisor: {groups['hostile']:,} heard, {groups['called_abuse']:,} called abuse"
        + (f"; macro-F1 by conduct alone {alone:.3f}." if alone is not None else ".")
    )


def print_errors(shown: Console, name: str, system: str, causes: Sequence[Mapping[str, Any]]) -> None:
    """The causes with their counts, then some rows of each."""
    table = _table("rows", "gold → said", "evidence", "kind", title=f"Wrong on {name}: {system}")
    for one in causes:
        table.add_row(str(one["count"]), one["wrong"], ", ".join(one["evidence"]) or NONE, one["kind"] or NONE)
    shown.print(table)
    for one in causes:
        head = " · ".join(part for part in (one["wrong"], ", ".join(one["evidence"]), one["kind"]) if part)
        shown.print(f"\n[bold]{escape(head)}[/bold] ({one['count']})")
        for row in one["rows"][:SHOWN]:
            before = "".join(f"[{turn}] " for turn in row["before"])
            _print_line(shown, f"  {row['id']}  ", f"{before}{row['text']}")
            if row["evidence"]:
                _print_line(shown, "      ", "; ".join(row["evidence"]), style="dim")


def _print_line(shown: Console, head: str, text: str, style: str | None = None) -> None:
    """On one line, so that a search through the output finds whole rows."""
    shown.print(head + " ".join(text.split()), style=style, markup=False, highlight=False, soft_wrap=True)


def _table(*names: str, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    texts = ("set", "scored", "group", "system", "", "gold → said", "evidence", "kind")
    for name in names:
        table.add_column(name, justify="left" if name in texts else "right", no_wrap=name in ("set", "system"))
    return table


def _number(value: float | None, form: str = "{:.3f}") -> str:
    return NONE if value is None else form.format(value)


def _strikes(given: Mapping[str, int] | None) -> str:
    if given is None:
        return NONE
    return f"{given['called_abuse']:,}/{given['rows']:,} {100 * given['called_abuse'] / given['rows']:.1f} %"
