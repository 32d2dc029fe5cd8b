"""A scripted day, the desk that takes its obligations over, and what must hold after whatever happened to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import frozen

from centre import abuse, closed, event, routing, said
from chains import broken_chains
from forbear import Engine, LedgerError, Owed, Record, hookimpl
from forbear.codec import line, record_as_plain
from forbear.ledger.entries import LAST
from places import Place
from recount import differences

U1: dict[str, Any] = {"contact": "c1", "customer": "u1", "advisor": "a1"}
U2: dict[str, Any] = {"contact": "c2", "customer": "u2", "advisor": "a2"}
U3: dict[str, Any] = {"contact": "c3", "customer": "u3", "advisor": "a1"}
HOUR, DAY = 60.0, 60.0 * 24

EVENTS: list[dict[str, Any]] = [
    event("s1", "contact_started", 0, **U1, facts={"advisor.name": "Ada"}),
    said("e1", 1, abuse("hate"), **U1),
    closed("w1", 2, "latest:warning", **U1),
    said("e2", 3, abuse(), **U1),
    said("z1", 3.5, abuse(), **U3),
    closed("w2", 4, "latest:final_warning", **U1),
    said("e3", 5, abuse(), **U1),
    event("end1", "contact_ended", 6, **U1),
    event("t1", "tick", 3 * HOUR),
    said("late", 4.5, **U1),
    event("r1", "offence_reviewed", 4 * HOUR, offence="l:e3:offence", verdict="upheld", by="m1"),
    said("x1", 4 * HOUR + 1, abuse(), **U2),
    event("m1", "customers_merged", 5 * HOUR, customer="u2", other="u1"),
    event("o1", "contact_offered", 5 * HOUR + 1, contact="c4", customer="u2"),
    event("gone", "erase", 6 * HOUR, customer="u3"),
    event("t2", "tick", 20 * DAY),
]


class Desk:
    """Takes obligations over by writing their ids to a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @hookimpl
    def perform(self, obligation: Owed) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{obligation.id}\n")


@frozen
class Site:
    """A ledger, what its desk took over, and the records that were acknowledged."""

    place: Place
    folder: Path

    @property
    def desk(self) -> Path:
        return self.folder / "desk"

    @property
    def acknowledged(self) -> Path:
        return self.folder / "acknowledged"

    def engine(self, later: float = 0) -> Engine:
        """An engine whose outbox looks at a clock so many minutes ahead."""
        one = self.place.engine(routing(), plugins=[Desk(self.desk)], confirm="never")
        one.outbox.clock = lambda: datetime.now(UTC) + timedelta(minutes=later)
        return one

    def note(self, record: Record) -> None:
        """Note a record that came back."""
        with self.acknowledged.open("a", encoding="utf-8") as noted:
            noted.write(f"{json.dumps([record.event, line(record_as_plain(record))])}\n")

    def live(self, events: Iterable[Mapping[str, Any]] = EVENTS, later: float = 0) -> None:
        """Decide events one after another, and note what comes back as soon as it does."""
        with self.engine(later) as one:
            for told in events:
                self.note(one.decide(told))

    def persist(self, events: Iterable[Mapping[str, Any]] = EVENTS, most: int = 30) -> int:
        """Decide events as a host does that sends one again when the ledger fails, ten minutes later; how often."""
        failures, engine = 0, None
        for told in events:
            while True:
                try:
                    if engine is None:
                        engine = self.engine()
                        engine.outbox.clock = lambda: datetime.now(UTC) + timedelta(minutes=10 * failures)  # noqa: B023
                    record = engine.decide(told)
                    break
                except LedgerError:
                    failures += 1
                    if failures > most:
                        raise
            self.note(record)
        assert engine is not None
        engine.close()
        return failures

    def told(self) -> list[tuple[str, str]]:
        """What was acknowledged: events and their records."""
        if not self.acknowledged.exists():
            return []
        lines = self.acknowledged.read_text(encoding="utf-8").splitlines()
        return [(event, record) for event, record in map(json.loads, lines)]

    def handed(self) -> Counter[str]:
        """How often each obligation was taken over."""
        return Counter(self.desk.read_text(encoding="utf-8").split() if self.desk.exists() else ())


def site(folder: Path, make: Callable[[Path], Place]) -> Site:
    folder.mkdir(parents=True)
    return Site(make(folder), folder)


def undisturbed(folder: Path, make: Callable[[Path], Place], events: Iterable[Mapping[str, Any]] = EVENTS) -> Site:
    """A day on which nothing happened."""
    one = site(folder, make)
    one.live(events)
    return one


def wrong(found: Site, wanted: Site, again: int = 1) -> list[str]:
    """What differs from the undisturbed day once the day was run to its end; so many obligations may come again."""
    problems = [*broken_chains(found.place), *unsound(found)]
    if found.place.contents() != wanted.place.contents():
        problems.append("the ledger holds something else")
    want, got = wanted.handed(), found.handed()
    problems += [
        f"{id_} was handed over {got[id_]} times" for id_ in sorted(want | got) if (id_ in want) != (id_ in got)
    ]
    if got.total() - want.total() > again:
        problems.append(f"more than {again} handed over again: {got - want}")
    return problems


def unsound(found: Site) -> list[str]:
    """What was acknowledged and is not so, and folds that a recount does not confirm."""
    problems: list[str] = []
    with found.engine() as one:
        with one.store.reading() as ledger:
            kept = {json.loads(record)["event"]: record for record in ledger.records()}
            decided = {id_: ledger.decided(id_) for id_, _ in found.told()}
        for id_, record in found.told():
            if decided[id_] is None:
                problems.append(f"{id_} was acknowledged, and is lost")
            elif id_ in kept and kept[id_] != record:
                problems.append(f"{id_} was acknowledged with another record")
        problems += differences(one, LAST)
    return problems
