"""`calendar:` → the centre's working time."""

from __future__ import annotations

import re
from datetime import date

from forbear.calendar import CalendarError, Hours, WorkingCalendar, hours
from forbear.language.shape import Shape
from forbear.language.tree import Mapping, Node, Scalar

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_opening(sections: list[Node], shape: Shape) -> WorkingCalendar:
    """The calendar of a pack: `{zone: Europe/London, open: {monday: "09:00-17:30", …}, closed_on: [2026-12-25]}`.

    A pack without one is open Monday to Friday, 09:00 to 17:30 UTC.
    """
    default = WorkingCalendar()
    for extra in sections[1:]:
        shape.error("duplicate-name", "a pack has one calendar", extra.span)
    if not sections:
        return default
    keys = shape.keys(sections[0], "`calendar`", optional=("zone", "open", "closed_on"))
    zone = _zone(keys["zone"], shape) if "zone" in keys else default.zone
    weekly = _weekly(keys["open"], shape) if "open" in keys else default.weekly
    closed_on = frozenset(_dates(keys["closed_on"], shape)) if "closed_on" in keys else frozenset()
    try:
        return WorkingCalendar(zone, weekly, closed_on)
    except CalendarError as error:
        _note(error, keys["open"] if "open" in keys else sections[0], shape)
        return default


def _note(error: CalendarError, node: Node, shape: Shape) -> None:
    what, _, hint = str(error).partition(": ")
    shape.error("bad-calendar", what, node.span, hint)


def _zone(node: Node, shape: Shape) -> str:
    word = shape.text(node, "a zone")
    if word is None:
        return "UTC"
    try:
        return WorkingCalendar(word.value).zone
    except CalendarError as error:
        _note(error, node, shape)
        return "UTC"


def _weekly(node: Node, shape: Shape) -> tuple[Hours, ...]:
    """Seven days of hours; a day left out is closed."""
    keys = shape.keys(node, "`open`", optional=DAYS)
    week: list[Hours] = []
    for day in DAYS:
        spans: list[str] = []
        for item in shape.items(keys[day], "opening hours") if day in keys else ():
            word = shape.text(item, "opening hours")
            if word is not None:
                spans.append(word.value)
        try:
            week.append(hours(*spans))
        except CalendarError as error:
            _note(error, keys[day], shape)
            week.append(hours("00:00-24:00"))
    return tuple(week)


def _dates(node: Node, shape: Shape) -> list[date]:
    found: list[date] = []
    for item in shape.items(node, "`closed_on`"):
        word = item.value if isinstance(item, Scalar) and not isinstance(item, Mapping) else ""
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
                raise ValueError
            found.append(date.fromisoformat(word))
        except ValueError:
            shape.error("bad-calendar", f"`{word}` is not a date", item.span, "write it as 2026-12-25")
    return found
