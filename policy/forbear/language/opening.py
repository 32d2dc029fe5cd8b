"""`calendar:` → the centre's working time."""

from __future__ import annotations

import re
from datetime import date

from forbear.calendar import CalendarError, Hours, WorkingCalendar, hours
from forbear.language.shape import Shape
from forbear.language.tree import Node

MAX_STRETCHES = 24
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_opening(sections: list[Node], shape: Shape) -> WorkingCalendar:
    """The calendar of a pack: `{zone: Europe/London, open: {monday: "09:00-17:30", …}, closed_on: [2026-12-25]}`.

    A pack without one is open Monday to Friday, 09:00 to 17:30 UTC.
    """
    default = WorkingCalendar()
    for extra in sections[1:]:
        shape.error("duplicate-name", "a pack has one calendar", extra.span, "put it all under one `calendar:`")
    if not sections:
        return default
    keys = shape.keys(sections[0], "`calendar`", optional=("zone", "open", "closed_on"))
    zone = _zone(keys["zone"], shape) if "zone" in keys else default.zone
    weekly = _weekly(keys["open"], shape) if "open" in keys else default.weekly
    closed_on = frozenset(_dates(keys["closed_on"], shape)) if "closed_on" in keys else frozenset()
    return WorkingCalendar(zone, weekly or default.weekly, closed_on)


def _note(error: CalendarError, node: Node, shape: Shape) -> None:
    what, _, hint = str(error).rpartition(": ")
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


def _weekly(node: Node, shape: Shape) -> tuple[Hours, ...] | None:
    """Seven days of hours, a day left out closed; None where something is wrong, which has been noted."""
    mapping = shape.mapping(node, "`open`")
    keys = shape.keys(node, "`open`", optional=DAYS) if mapping is not None else {}
    week = [_day(keys[day], n, shape) if day in keys else () for n, day in enumerate(DAYS)]
    if None in week or mapping is None or len(keys) < len(mapping.items):
        return None
    try:
        return WorkingCalendar(weekly=tuple(day or () for day in week)).weekly
    except CalendarError as error:
        _note(error, node, shape)
        return None


def _day(node: Node, number: int, shape: Shape) -> Hours | None:
    """The hours of one day: "09:00-17:30", or a list of such."""
    found: Hours = ()
    items = shape.items(node, "opening hours")
    if len(items) > MAX_STRETCHES:
        shape.error("bad-calendar", f"a day has at most {MAX_STRETCHES} opening hours", node.span, "join some of them")
        return None
    for item in items:
        word = shape.text(item, "opening hours")
        if word is None:
            return None
        try:
            found = (*found, *hours(word.value))
            WorkingCalendar(weekly=tuple(found if n == number else () for n in range(len(DAYS))))
        except CalendarError as error:
            _note(error, item, shape)
            return None
    return found


def _dates(node: Node, shape: Shape) -> list[date]:
    found: list[date] = []
    for item in shape.items(node, "`closed_on`"):
        word = shape.text(item, "a date")
        if word is None:
            continue
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word.value):
                raise ValueError
            found.append(date.fromisoformat(word.value))
        except ValueError:
            shape.error("bad-calendar", f"`{word.value}` is not a date", item.span, "write it as 2026-12-25")
    return found
