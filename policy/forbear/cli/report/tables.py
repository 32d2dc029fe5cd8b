"""A report as tables for people: one for the metrics that stand beside each other."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from forbear.cli.console import harmless, out, say
from forbear.cli.report.words import Said
from forbear.engine.report import Report, Row, Told
from forbear.explain.words import Language
from forbear.language.types import Value

_WIDE = 400  # columns, where nobody says how wide the paper is


def show(report: Report, language: Language) -> None:
    """Print a report in a language."""
    console, said = out(), Said(language)
    if not console.is_terminal:
        console.width = _WIDE
    say(console, (said.head(report), "bold"))
    if not report.families:
        say(console, said.word("none"))
    for family in report.families:
        console.print(_table(family, said, report.every is not None))
    for note in said.notes(report):
        say(console, (note, "dim"))


def _table(family: tuple[Told, ...], said: Said, timed: bool) -> Table:
    """Groups as rows, metrics as columns."""
    metric = family[0].metric
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    heads = [said.word("period")] if timed else []
    heads += [said.attribute(name) for name in metric.by]
    for head in heads or [""]:
        table.add_column(_cell(head))
    for one in family:
        table.add_column(_cell(said.title(one.metric)))
    figures = [{(row.period, row.group): row.figure for row in one.rows} for one in family]
    for place in _places(family):
        cells = _names(place, metric.by, timed, said)
        for one, found in zip(family, figures, strict=True):
            cells.append(said.figure(one.metric, found[place]) if place in found else said.word("none_here"))
        table.add_row(*map(_cell, cells), style="" if place == (None, None) or place[1] is not None else "bold")
    return table


def _cell(text: str) -> Text:
    return Text(harmless(text))


Place = tuple[str | None, tuple[Value | None, ...] | None]


def _places(family: tuple[Told, ...]) -> list[Place]:
    """The rows of all metrics: everything first, then the groups; then each period likewise."""
    rows: list[Row] = [row for one in family for row in one.rows]
    groups = {group: number for number, group in enumerate(dict.fromkeys(row.group for row in rows))}
    places = dict.fromkeys((row.period, row.group) for row in rows)
    return sorted(places, key=lambda one: (one[0] or "", one[1] is not None, groups[one[1]]))


def _names(place: Place, by: tuple[str, ...], timed: bool, said: Said) -> list[str]:
    """The first cells of a row: its period and group."""
    period, group = place
    found = [period or said.word("all")] if timed else []
    if group is not None:
        return found + [said.group(name, value) for name, value in zip(by, group, strict=True)]
    rest = [said.word("all"), *([""] * (len(by) - 1))] if by else []
    return found + rest or [said.word("all")]
