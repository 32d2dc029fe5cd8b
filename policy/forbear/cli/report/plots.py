"""A report as pictures: an SVG for each table, a panel for each metric, groups as bars or periods as a line.

Whiskers are the ends of an interval. Where too few were counted stands no bar and no point, but how many there were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from attrs import frozen

from forbear.cli.console import harmless
from forbear.cli.report.words import Said
from forbear.engine.report import Figure, Report, Told
from forbear.explain.words import Language
from forbear.language import ir

_WIDTH, _MARGIN, _LABEL, _ROW, _BAR = 760, 16, 220, 26, 14
_PLOT = _WIDTH - _LABEL - 2 * _MARGIN - 130  # what is left for bars; figures stand to the right of them
_HEIGHT = 200  # of a line's panel
_MOST_LABELS = 12  # below a line
_INK, _FILL, _TOTAL, _GRID = "#222222", "#3b6ea5", "#8a8a8a", "#d0d0d0"
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_STYLE = f"font-family='sans-serif' font-size='12' fill='{_INK}'"


@frozen
class _Mark:
    """A group or period with its figure."""

    name: str
    figure: Figure
    total: bool = False


def plots(report: Report, language: Language) -> Iterator[tuple[str, str]]:
    """Name and text of each picture."""
    said = Said(language)
    for family in report.families:
        yield family[0].metric.name, _picture(family, said, said.head(report))


def _picture(family: Sequence[Told], said: Said, head: str) -> str:
    parts: list[str] = []
    top = 2.0 * _MARGIN + 12
    for one in family:
        parts.append(_text(_MARGIN, top, said.title(one.metric), "font-weight='bold'"))
        panel, height = _line(one, said, top + 12) if one.periods else _bars(one, said, top + 12)
        parts += panel
        top += height + 44
    told = "; ".join(said.title(one.metric) for one in family)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {top:.0f}' role='img' {_STYLE}>\n"
        f"<title>{_clean(told)}</title>\n<rect width='{_WIDTH}' height='{top:.0f}' fill='#ffffff'/>\n"
        f"{_text(_MARGIN, _MARGIN + 4, head, '')}\n" + "\n".join(parts) + "\n</svg>\n"
    )


# --- groups


def _bars(told: Told, said: Said, top: float) -> tuple[list[str], float]:
    """A bar for everything and for each group."""
    metric = told.metric
    marks = [_Mark(said.word("all"), told.total.figure, total=True)]
    for row in told.groups:
        names = (said.group(name, value) for name, value in zip(metric.by, row.group or (), strict=True))
        marks.append(_Mark(" · ".join(names), row.figure))
    most = _most(metric, [one.figure for one in marks])
    left = _MARGIN + _LABEL
    parts: list[str] = []
    for number, one in enumerate(marks):
        middle = top + _ROW * number + _ROW / 2
        parts.append(_text(left - 8, middle + 4, _short(one.name), "text-anchor='end'"))
        value, end = one.figure.value, float(left)
        if value is not None:
            end = left + _PLOT * max(0.0, value) / most
            shade = _TOTAL if one.total else _FILL
            bar = f"<rect x='{left}' y='{middle - _BAR / 2:.1f}' width='{end - left:.1f}' height='{_BAR}'"
            parts.append(f"{bar} fill='{shade}' fill-opacity='0.75'/>")
        if one.figure.low is not None and one.figure.high is not None:
            low, high = (left + _PLOT * at / most for at in (one.figure.low, one.figure.high))
            parts.append(_whisker([(low, middle - 4), (low, middle + 4)]))
            parts.append(_whisker([(low, middle), (high, middle)]))
            parts.append(_whisker([(high, middle - 4), (high, middle + 4)]))
            end = max(end, high)
        parts.append(_text(end + 6, middle + 4, _told(said, metric, one.figure), ""))
    height = _ROW * len(marks)
    parts.append(_whisker([(left, top), (left, top + height)], _GRID))
    return parts, height


# --- periods


def _line(told: Told, said: Said, top: float) -> tuple[list[str], float]:
    """A point for each period, joined where neither neighbour is missing."""
    metric = told.metric
    marks = [_Mark(row.period or "", row.figure) for row in told.periods]
    most = _most(metric, [one.figure for one in marks])
    left, bottom = _MARGIN + 160.0, top + _HEIGHT - 24
    step = (_WIDTH - left - 2 * _MARGIN) / max(1, len(marks))
    scale = (bottom - top - 12) / most
    parts: list[str] = []
    for share in (0.0, 0.5, 1.0):
        level = bottom - scale * most * share
        parts.append(_whisker([(left, level), (_WIDTH - _MARGIN, level)], _GRID))
        parts.append(_text(left - 8, level + 4, said.value(metric, most * share), "text-anchor='end'"))
    before: tuple[float, float] | None = None
    for number, one in enumerate(marks):
        across = left + step * (number + 0.5)
        if number % (1 + len(marks) // _MOST_LABELS) == 0:
            parts.append(_text(across, bottom + 18, one.name, "text-anchor='middle'"))
        if one.figure.value is None:
            parts.append(_text(across, bottom - 4, f"({one.figure.cases:,})", "text-anchor='middle'"))
            before = None
            continue
        here = (across, bottom - scale * max(0.0, one.figure.value))
        if before is not None:
            parts.append(_whisker([before, here], _FILL))
        if one.figure.low is not None and one.figure.high is not None:
            ends = (bottom - scale * one.figure.low, bottom - scale * one.figure.high)
            parts.append(_whisker([(across, ends[0]), (across, ends[1])]))
        said_of = _clean(f"{one.name}: {said.figure(metric, one.figure)}")
        point = f"<circle cx='{here[0]:.1f}' cy='{here[1]:.1f}' r='4' fill='{_FILL}'>"
        parts.append(f"{point}<title>{said_of}</title></circle>")
        before = here
    return parts, _HEIGHT


# --- small parts


def _most(metric: ir.Metric, figures: Sequence[Figure]) -> float:
    """What the whole breadth of a panel stands for."""
    if metric.whole is not None:
        return 100.0
    return max([float(one.value) for one in figures if one.value is not None and one.value > 0], default=1.0)


def _told(said: Said, metric: ir.Metric, one: Figure) -> str:
    """A figure beside its bar, in short."""
    if one.value is None:
        return said.figure(metric, one)
    return said.value(metric, one.value) if one.base is None else f"{said.value(metric, one.value)} ({one.cases:,})"


def _short(name: str) -> str:
    return name if len(name) <= 30 else name[:29] + "…"


def _clean(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", harmless(text)), quote=True)


def _text(x: float, y: float, text: str, more: str) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {more}>{_clean(text)}</text>"


def _whisker(points: Sequence[tuple[float, float]], colour: str = _INK) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f"<polyline points='{path}' fill='none' stroke='{colour}'/>"
