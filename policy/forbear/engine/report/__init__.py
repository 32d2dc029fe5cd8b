"""The metrics of a pack, worked out over a ledger in one pass for each kind of entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from attrs import frozen

from forbear.engine.report.counting import Cell, Cells, Counter, Unreadable
from forbear.engine.report.families import families
from forbear.engine.report.figures import Figure, figure
from forbear.engine.report.periods import EVERY, edges, periods
from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.types import Value
from forbear.ledger.entries import from_micros
from forbear.ledger.store import Store
from forbear.ledger.stream import missing, newest, stream

__all__ = ["EVERY", "Figure", "Report", "Row", "Told", "Unreadable", "report"]


@frozen
class Row:
    """A figure of the entries of one period and group; all of them, where they are not told apart."""

    figure: Figure
    period: str | None = None
    group: tuple[Value | None, ...] | None = None


@frozen
class Told:
    """A metric worked out: over all entries, and apart by period and group as far as was asked."""

    metric: ir.Metric
    total: Row
    groups: tuple[Row, ...]
    periods: tuple[Row, ...]
    groups_by_period: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows."""
        return (self.total, *self.groups, *self.periods, *self.groups_by_period)


@frozen
class Report:
    """The metrics that were asked for, those that stand beside each other in one family, and what was left out."""

    policy: ir.Policy
    families: tuple[tuple[Told, ...], ...]
    since: date | None
    until: date | None
    every: str | None
    as_of: datetime | None  # the ledger's latest moment, None where it is empty
    unreadable: dict[str, Unreadable]  # by kind of entry

    @property
    def metrics(self) -> tuple[Told, ...]:
        """All of them, in the order of the families."""
        return tuple(one for family in self.families for one in family)


def report(
    store: Store,
    policy: ir.Policy,
    *,
    metrics: Iterable[str] = (),
    by: Iterable[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    every: str | None = None,
) -> Report:
    """Work out metrics of a policy, all where none is named, over a ledger.

    An entry counts where its own moment lies from the day `since` to the day `until`, both included, in the zone of
    the calendar; it is read as it stands now, with all its amendments. `by` groups by other attributes than the
    metrics say, `every` (a word of EVERY) tells periods apart. Raises ForbearError for what does not exist or does not
    fit, LedgerError where the ledger was changed or is a plugin's own.
    """
    chosen = families(policy, metrics, by)
    zone = ZoneInfo(policy.calendar.zone)
    first, end = edges(since, until, zone)
    counter = Counter(policy, [one for family in chosen for one in family], periods(every, zone))
    with store.reading() as transaction:
        now = newest(transaction)
        lost = missing(transaction, first, end)
        for kind in counter.kinds:
            counter.begin(kind, lost.get(kind))
            for one in stream(transaction, kind, first, end):
                counter.take(one, now if now is not None else first)
    told = tuple(tuple(_told(counter.cells[one.name], one, policy) for one in family) for family in chosen)
    as_of = None if now is None else from_micros(now)
    return Report(policy, told, since, until, every, as_of, counter.unreadable)


def _told(cells: Cells, metric: ir.Metric, policy: ir.Policy) -> Told:
    """The rows of a metric from its cells, each of which holds the entries of one period and group."""
    least = _least(metric, policy)

    def rows(by_period: bool, by_group: bool) -> tuple[Row, ...]:
        found = cells.added_up(by_period, by_group)
        return tuple(
            Row(figure(metric, one, least), period if by_period else None, group if by_group else None)
            for (period, group), one in found
        )

    grouped, timed = bool(metric.by), cells.periods is not None
    (total,) = rows(False, False) or (Row(figure(metric, Cell(), least)),)
    return Told(
        metric,
        total,
        rows(False, True) if grouped else (),
        rows(True, False) if timed else (),
        rows(True, True) if grouped and timed else (),
    )


def _least(metric: ir.Metric, policy: ir.Policy) -> int:
    if isinstance(metric.least, int):
        return metric.least
    value = policy.settings[metric.least].value
    if not isinstance(value, int):
        raise ForbearError(f"{metric.least} is not a number")
    return value
