"""Counting: entries of one kind after another, into cells of one period and group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import define, evolve, field, frozen

from forbear.engine.report.periods import Periods
from forbear.errors import ForbearError
from forbear.evaluate import Reference
from forbear.evaluate.protocol import Predicate
from forbear.language import ir
from forbear.language.metrics import MEASURED, measured
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, Type, Value
from forbear.language.walk import reads
from forbear.ledger.entries import SECOND, attributes
from forbear.ledger.stream import Amended, Missing

MOST_CELLS = 10_000  # of one metric; a report of more is not read by anybody, and fills the memory
MOST_DAYS = 100_000  # between the first and the last period, if periods of nothing are to be told too
Group = tuple[Value | None, ...]
Place = tuple[str, Group]


@frozen
class Unreadable:
    """Entries of a kind that were left out of every figure: why, and how many."""

    erased: int = 0  # of customers who were erased
    expired: int = 0  # dropped when their time was over
    unfit: int = 0  # kept by a policy that wrote them otherwise, in some metric at least


@define
class Cell:
    """What was added up: of the part, of what it is set against, and how many entries that is."""

    part: int = 0
    base: int = 0
    cases: int = 0

    def add(self, other: Cell) -> None:
        """Take another cell in."""
        self.part += other.part
        self.base += other.base
        self.cases += other.cases


@define
class Cells:
    """The cells of a metric."""

    metric: ir.Metric
    order: Mapping[str, Sequence[str]]  # attribute → its values in their order, where that is known
    periods: Periods | None
    cells: dict[Place, Cell] = field(factory=dict)
    seen: tuple[int, int] | None = None  # the first and the last moment of what was counted

    def at(self, period: str, group: Group) -> Cell:
        """The cell of a period and group. Raises ForbearError where there are too many."""
        found = self.cells.get((period, group))
        if found is None:
            if len(self.cells) >= MOST_CELLS:
                advice = "take longer periods, or group by less"
                raise ForbearError(f"`{self.metric.name}` comes to more than {MOST_CELLS:,} figures; {advice}")
            found = self.cells[period, group] = Cell()
        return found

    def added_up(self, by_period: bool, by_group: bool) -> list[tuple[Place, Cell]]:
        """The cells in order, those of one period or group added up where these are not told apart.

        A period in which nothing was counted is there too, if others are before and behind it.
        """
        found: dict[Place, Cell] = {}
        if by_period and not by_group and self.periods is not None and self.seen is not None:
            found = {(name, ()): Cell() for name in self.periods.between(*self.seen, MOST_DAYS)}
        for (period, group), cell in self.cells.items():
            place = (period if by_period else "", group if by_group else ())
            found.setdefault(place, Cell()).add(cell)
        return sorted(found.items(), key=lambda one: (one[0][0], [*self._ranks(one[0][1])]))

    def _ranks(self, group: Group) -> Iterator[tuple[int, int, str]]:
        """By declared order, then by name or number; what is missing comes last."""
        for name, value in zip(self.metric.by, group, strict=False):
            known = self.order.get(name, ())
            if value is None:
                yield 2, 0, ""
            elif isinstance(value, int):
                yield 0, value, ""
            else:
                yield (0, known.index(str(value)), "") if value in known else (1, 0, str(value))


@frozen
class _Asked:
    """A fold of a metric: which entries it takes, what of them it adds, and which attributes that needs."""

    metric: ir.Metric
    fold: ir.Fold
    role: str  # part, per, whole, or `only` where there is no base
    where: Predicate | None
    part: Predicate | None  # of a whole: which of its entries belong to the part
    needs: Mapping[str, ir.Attribute]


class Counter:
    """Counts the entries of a ledger for some metrics."""

    def __init__(self, policy: ir.Policy, metrics: Iterable[ir.Metric], periods: Periods | None) -> None:
        self._policy, self._periods = policy, periods
        self._evaluator = Reference(policy)
        self._asked: dict[str, list[_Asked]] = {}
        self.cells: dict[str, Cells] = {}
        self.unreadable: dict[str, Unreadable] = {}
        for metric in metrics:
            self.cells[metric.name] = Cells(metric, _order(policy, metric), periods)
            for one in self._folds(metric):
                self._asked.setdefault(one.fold.entry, []).append(one)

    @property
    def kinds(self) -> list[str]:
        """The kinds of entry that are needed."""
        return list(self._asked)

    def _folds(self, metric: ir.Metric) -> Iterator[_Asked]:
        where = self._evaluator.predicate
        part, base = metric.part, metric.base
        if metric.whole is not None:
            needs = self._needs(metric, metric.whole, part)
            yield _Asked(metric, metric.whole, "whole", where(metric.whole), where(part), needs)
            return
        yield _Asked(metric, part, "part" if base else "only", where(part), None, self._needs(metric, part))
        if base is not None:
            yield _Asked(metric, base, "per", where(base), None, self._needs(metric, base))

    def _needs(self, metric: ir.Metric, *folds: ir.Fold) -> dict[str, ir.Attribute]:
        known = measured(self._policy.entries[folds[0].entry])
        names = {*metric.by, *(path for fold in folds for path in (*reads(fold.where), fold.of))}
        return {name: known[name] for name in sorted(names & known.keys())}

    def begin(self, kind: str, lost: Missing | None) -> None:
        """Go on with another kind of entry, of which some cannot be read any more."""
        self._kind = kind
        lost = lost or Missing()
        self.unreadable[kind] = Unreadable(lost.erased, lost.expired)

    def take(self, one: Amended | None, now: int) -> None:
        """Count an entry of the kind; None is one of somebody who was erased."""
        kind = self._kind
        if one is None:
            self.unreadable[kind] = evolve(self.unreadable[kind], erased=self.unreadable[kind].erased + 1)
            return
        declared = self._policy.entries[kind]
        told = {**_measured(one, now, declared), **attributes(one.entry, now, declared)}
        period = self._periods.name(one.entry.at) if self._periods is not None else ""
        fits = True
        for asked in self._asked[kind]:
            if all(_fits(told.get(name), need) for name, need in asked.needs.items()):
                self._count(asked, told, one.entry.at, period)
            else:
                fits = False
        if not fits:
            self.unreadable[kind] = evolve(self.unreadable[kind], unfit=self.unreadable[kind].unfit + 1)

    def _count(self, asked: _Asked, told: Mapping[str, Value], at: int, period: str) -> None:
        if asked.where is not None and not asked.where(told):
            return
        amount = told.get(asked.fold.of, 0) if asked.fold.of else 1
        assert isinstance(amount, int)
        group = tuple(told.get(name) for name in asked.metric.by)
        cells = self.cells[asked.metric.name]
        cells.seen = (at, at) if cells.seen is None else (min(at, cells.seen[0]), max(at, cells.seen[1]))
        cell = cells.at(period, group)
        if asked.role in ("part", "only"):
            cell.part += amount
        else:
            cell.base += amount
        if asked.role == "whole" and (asked.part is None or asked.part(told)):
            cell.part += amount
        cell.cases += asked.role != "part"


def _order(policy: ir.Policy, metric: ir.Metric) -> dict[str, Sequence[str]]:
    known = measured(policy.entries[(metric.base or metric.part).entry])
    kinds = {name: known[name].type for name in metric.by}
    return {name: kind.values for name, kind in kinds.items() if isinstance(kind, EnumType)}


def _measured(one: Amended, now: int, declared: ir.EntryKind) -> dict[str, Value]:
    """What the moments of an entry tell: how long it took until it was closed or ended, and whether that was late.

    What is declared under such a name is never measured, also where this entry has none of it.
    """
    if one.entry.kind not in MEASURED:
        return {}
    ended = next((at for at, values in one.amendments if _ends(values)), None)
    found: dict[str, Value] = {}
    if ended is not None:
        found["took"] = max(0, ended - one.entry.at) // SECOND
    due = one.entry.values.get("due")
    if isinstance(due, int):
        found["late"] = due < (now if ended is None else ended)
    return {name: value for name, value in found.items() if name not in declared.attributes}


def _ends(values: Mapping[str, Value]) -> bool:
    """Whether an amendment closes an obligation, or ends a contact."""
    return values.get("how", "none") != "none" or values.get("ended") is True


def _fits(value: Value | None, need: ir.Attribute) -> bool:
    """Whether the ledger kept an attribute as the policy declares it; of an enumeration, also a former value."""
    if value is None:
        return need.optional
    return isinstance(value, bool) if isinstance(need.type, BoolType) else _is_plain(value, need.type)


def _is_plain(value: Value, kind: Type) -> bool:
    wanted = int if isinstance(kind, IntType | DecimalType) else str
    return isinstance(value, wanted) and not isinstance(value, bool)
