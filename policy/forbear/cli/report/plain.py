"""A report as JSON data."""

from __future__ import annotations

from typing import Any

from attrs import asdict

from forbear.engine.report import Report, Row, Told
from forbear.engine.report.figures import unit
from forbear.language import ir

FORMAT = 1


def as_json(report: Report) -> dict[str, Any]:
    """One document; `left_out` has the kinds of entry of which some could not be counted."""
    policy = report.policy
    return {
        "format": FORMAT,
        "pack": policy.name,
        "version": policy.version,
        "digest": policy.digest,
        "as_of": None if report.as_of is None else report.as_of.isoformat(),
        "from": None if report.since is None else report.since.isoformat(),
        "to": None if report.until is None else report.until.isoformat(),
        "zone": policy.calendar.zone,
        "every": report.every,
        "metrics": [_metric(one, family, report.every is not None) for family in report.families for one in family],
        "left_out": {kind: asdict(one) for kind, one in report.unreadable.items() if any(asdict(one).values())},
    }


def _metric(told: Told, family: tuple[Told, ...], timed: bool) -> dict[str, Any]:
    metric = told.metric
    found: dict[str, Any] = {
        "metric": metric.name,
        "about": dict(metric.about),
        "source": metric.source,
        "form": _form(metric),
        "unit": unit(metric),
        "by": list(metric.by),
        "beside": [one.metric.name for one in family if one is not told],
        "total": _figure(told.total, metric),
    }
    if metric.by:
        found["groups"] = [_row(row, metric) for row in told.groups]
    if timed:
        found["periods"] = [_row(row, metric) for row in told.periods]
    if timed and metric.by:
        found["groups_by_period"] = [_row(row, metric) for row in told.groups_by_period]
    return found


def _form(metric: ir.Metric) -> str:
    return "share" if metric.whole is not None else "ratio" if metric.per is not None else "figure"


def _row(row: Row, metric: ir.Metric) -> dict[str, Any]:
    found: dict[str, Any] = {} if row.period is None else {"period": row.period}
    if row.group is not None:
        found["group"] = dict(zip(metric.by, row.group, strict=True))
    return found | _figure(row, metric)


def _figure(row: Row, metric: ir.Metric) -> dict[str, Any]:
    """What was counted and what comes of it; of too few entries only how many there are."""
    one = row.figure
    if metric.base is None:
        return {"part": one.part, "value": one.value}
    if one.too_few:
        return {"too_few": True, "cases": one.cases}
    counted = {"part": one.part, "whole" if metric.whole is not None else "per": one.base, "cases": one.cases}
    interval = {} if one.low is None else {"low": one.low, "high": one.high}
    return {**counted, "value": one.value, **interval}
