"""A figure: what was counted, and what comes of it: a share with its interval, a ratio, a plain number."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

from attrs import frozen

from forbear.calendar import UNIT_SECONDS
from forbear.engine.report.counting import Cell
from forbear.language import ir
from forbear.language.types import DecimalType, IntType

HOUR = 3600
_Z = 1.959963984540054  # of the normal distribution: 95 % lie within


@frozen
class Figure:
    """What was counted, and the value, which is None where there is nothing to divide by or fewer than `least`.

    A share is in percent, and has the ends of its 95 % interval where it is one of counts.
    """

    part: float
    base: float | None
    cases: int  # entries of the base; of a plain figure, of the part
    least: int
    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def too_few(self) -> bool:
        """Whether nothing is told of so few entries."""
        return self.cases < self.least


def figure(metric: ir.Metric, cell: Cell, least: int) -> Figure:
    """The figure of a cell."""
    base = metric.base
    part = cell.part * _scale(metric.part)
    if base is None:
        return Figure(_plain(part), None, cell.cases, 0, _plain(part))
    whole = cell.base * _scale(base)
    if cell.cases < least or cell.base <= 0:
        return Figure(_plain(part), _plain(whole), cell.cases, least, None)
    value = part / whole * _factor(metric)
    low, high = (None, None)
    if metric.whole is not None and metric.part.operator == "count":
        low, high = wilson(cell.part, cell.base)
    return Figure(_plain(part), _plain(whole), cell.cases, least, _plain(value), low, high)


def unit(metric: ir.Metric) -> str:
    """What a value counts: percent, a unit, something per hour, or nothing."""
    own = _unit(metric.part)
    if metric.whole is not None:
        return "percent"
    if metric.per is None or not _unit(metric.per):
        return own
    if _is_time(metric.per):
        return "" if _is_time(metric.part) else f"{own} per hour".strip()
    return f"{own} per {_unit(metric.per)}".strip()


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The ends, in percent, of the 95 % interval of a share (E. B. Wilson, JASA 22, 1927)."""
    share, spread = part / whole, _Z * _Z / whole
    middle = share + spread / 2
    reach = _Z * sqrt(share * (1 - share) / whole + spread / (4 * whole))
    ends = ((middle - reach) / (1 + spread), (middle + reach) / (1 + spread))
    low, high = (round(100 * max(0.0, min(1.0, end)), 6) for end in ends)
    return low, high


def _factor(metric: ir.Metric) -> Fraction:
    """By what the quotient is multiplied: percent; times are set against times in seconds, else against hours."""
    if metric.whole is not None:
        return Fraction(100)
    assert metric.per is not None
    if not _is_time(metric.per):
        return Fraction(1)
    part = _seconds(metric.part) if _is_time(metric.part) else HOUR
    return Fraction(part, _seconds(metric.per))


def _unit(fold: ir.Fold) -> str:
    return fold.type.unit if isinstance(fold.type, IntType | DecimalType) else ""


def _is_time(fold: ir.Fold) -> bool:
    return isinstance(fold.type, IntType) and fold.type.unit in UNIT_SECONDS


def _seconds(fold: ir.Fold) -> int:
    return UNIT_SECONDS[_unit(fold)]


def _scale(fold: ir.Fold) -> Fraction:
    return Fraction(1, 10**fold.type.places) if isinstance(fold.type, DecimalType) else Fraction(1)


def _plain(number: Fraction) -> float:
    """An int where it is one, else rounded to what JSON readers agree on."""
    return int(number) if number.denominator == 1 else round(float(number), 6)
