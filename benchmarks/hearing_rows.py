"""Files of labelled utterances, in either of their two forms, as rows and sets.

Labelled data: {"id", "text", "lang", "gold_class": neutral|anger|abuse, "target", "gold_ok": 3class|bin|emo, "meta"};
`meta.agent` is what the advisor said before. Pairs: {"pair", "kind", "text", "lang", "conduct": civil|anger|abuse,
"target", "category", "before"?}.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from forbear.records import Turn, Utterance

CIVIL, ANGER, ABUSE = "civil", "anger", "abuse"
_CONDUCT = {"neutral": CIVIL, "anger": ANGER, "abuse": ABUSE}
_SPOKEN_TO = frozenset(("convabuse", "diasafety", "impermium"))  # where an individual is the one who is spoken to
_TARGETS = {"individual": {"advisor", "other"}, "company_or_thing": {"company"}, "group": {"other"}}
_SUFFIXES = (".jsonl", ".jsonl.xz")
MANY = 20
"""Values of a field above which it is no way to group rows."""


@frozen(slots=True)
class Row:
    """An utterance and its labels. `targets` are those that are right, none where the row does not say."""

    id: str
    conduct: str
    targets: frozenset[str]
    category: str | None
    group: bool  # an attack on a group: hostile, but not at the advisor
    utterance: Utterance
    given: Mapping[str, Any]


@frozen
class Set:
    """The rows of a file. `scored` is what its labels allow: `3class`, `bin`, `emo`, or `hostile` for groups only.

    Nobody tunes to an `unseen` set: it is scored, and its rows are not shown.
    """

    name: str
    rows: Sequence[Row]
    scored: str
    unseen: bool

    @property
    def lang(self) -> str:
        """The language of the set, that of its first row."""
        return self.rows[0].utterance.lang

    def thinned(self, most: int) -> Set:
        """About so many rows, evenly spaced, and each pair whole; 0 keeps all."""
        if not most or len(self.rows) <= most:
            return self
        together: dict[str, list[Row]] = {}
        for place, row in enumerate(self.rows):
            together.setdefault(row.given.get("pair") or f"row {place}", []).append(row)
        units = list(together.values())
        wanted = max(1, most * len(units) // len(self.rows))
        return evolve(self, rows=[row for n in range(wanted) for row in units[n * len(units) // wanted]])


def read_sets(places: Iterable[Path]) -> Iterator[Set]:
    """The sets in folders and files, in order of name; a file of something else is passed over.

    Raises OSError where a file cannot be read and ValueError where a row is not well formed.
    """
    for place in places:
        folder = place if place.is_dir() else place.parent
        files = sorted(one for one in place.rglob("*") if one.is_file()) if place.is_dir() else [place]
        for path in files:
            if path.name.endswith(_SUFFIXES) and (rows := list(_rows(path))):
                name = path.relative_to(folder).as_posix()
                yield Set(name.partition(".jsonl")[0], rows, _scored(rows), _is_unseen(path, name))


def _rows(path: Path) -> Iterator[Row]:
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                given = json.loads(line)
                if number == 1 and not _is_labelled(given):
                    return
                yield row_of(given, f"{path.name}:{number}")
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}:{number}: not a labelled utterance ({error!r})") from error


def _is_labelled(given: object) -> bool:
    return isinstance(given, dict) and "text" in given and bool(given.keys() & {"gold_class", "conduct"})


def row_of(given: Mapping[str, Any], place: str) -> Row:
    """A row of either form; `place` names it where it has no name. Raises KeyError, TypeError or ValueError."""
    conduct = given["conduct"] if "conduct" in given else _CONDUCT[given["gold_class"]]
    if conduct not in (CIVIL, ANGER, ABUSE) or not isinstance(given["text"], str):
        raise ValueError(f"conduct {conduct!r}")
    return Row(
        id=str(given.get("id", place)),
        conduct=conduct,
        targets=_targets(given, conduct),
        category=given.get("category"),
        group=conduct == ABUSE and given.get("target") == "group",
        utterance=Utterance(given["text"], lang=given.get("lang", "auto"), before=_before(given)),
        given=given,
    )


def _targets(given: Mapping[str, Any], conduct: str) -> frozenset[str]:
    """A pair says its target in our own words. Elsewhere "none" means that nobody labelled it."""
    target: str = given.get("target") or ""
    if "conduct" in given:
        return frozenset((target,)) if target else frozenset()
    if target == "individual" and given.get("source") in _SPOKEN_TO:
        return frozenset(("advisor",))
    return frozenset(_TARGETS.get(target, ())) if conduct != CIVIL else frozenset()


def _before(given: Mapping[str, Any]) -> tuple[Turn, ...]:
    if said := given.get("before"):
        return tuple(Turn(turn["speaker"], turn["text"]) for turn in said)
    said = (given.get("meta") or {}).get("agent")
    return (Turn("advisor", said),) if said else ()


def _scored(rows: Sequence[Row]) -> str:
    allowed = {row.given.get("gold_ok", "3class") for row in rows}
    if len(allowed) > 1 or not allowed <= {"bin", "emo"}:
        return "3class"
    if allowed == {"bin"} and all(row.group for row in rows if row.conduct == ABUSE):
        return "hostile"
    return str(allowed.pop())


def _is_unseen(path: Path, name: str) -> bool:
    return "unseen" in path.resolve().as_posix() or "-test" in name


def groups_of(one: Set, by: str) -> dict[str, list[int]]:
    """The places of the rows by what a field says (`kind`, `meta.topic`); of a whole mapping, by each of its fields.

    A field of a mapping with more than twenty values tells rows apart, not kinds of row, and is left out.
    """
    fields: dict[str, dict[str, list[int]]] = {}
    for place, row in enumerate(one.rows):
        for field, value in _values(_field(row.given, by), by):
            fields.setdefault(field, {}).setdefault(f"{field}={value}", []).append(place)
    chosen = [groups for field, groups in sorted(fields.items()) if field == by or len(groups) <= MANY]
    return {name: groups[name] for groups in chosen for name in sorted(groups)}


def _field(given: Any, path: str) -> Any:
    for key in path.split("."):
        given = given.get(key) if isinstance(given, dict) else None
    return given


def _values(value: Any, field: str) -> Iterator[tuple[str, str]]:
    """Each single value below a field, with the path of its own field."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _values(one, f"{field}.{key}")
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, str):
                yield field, one
    elif value is not None:
        yield field, str(value)
