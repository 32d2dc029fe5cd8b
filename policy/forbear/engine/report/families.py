"""Which metrics are asked for, and which of them stand beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.metrics import EACH_ITS_OWN, measured
from forbear.language.shape import did_you_mean


def families(policy: ir.Policy, names: Iterable[str], by: Iterable[str] | None) -> list[list[ir.Metric]]:
    """The named metrics with all that stand beside them, in the order of the pack; all where none is named.

    Raises ForbearError for a metric that does not exist, and for an attribute that an entry of one does not have.
    """
    metrics = policy.metrics
    wanted = set(names) or set(metrics)
    unknown = sorted(wanted - metrics.keys())
    if unknown:
        hint = did_you_mean(unknown[0], metrics) if metrics else "the pack has none"
        raise ForbearError(f"there is no metric {unknown[0]!r}; {hint}".rstrip("; "))
    chosen = [family for family in _together(metrics) if any(one.name in wanted for one in family)]
    if by is None:
        return chosen
    attributes = tuple(dict.fromkeys(by))
    return [[_grouped(one, attributes, policy) for one in family] for family in chosen]


def _together(metrics: Mapping[str, ir.Metric]) -> list[list[ir.Metric]]:
    """Each metric with those that stand beside it, directly or through others."""
    found: dict[str, set[str]] = {}
    for metric in metrics.values():
        family = {metric.name}.union(*(found.get(name, {name}) for name in (metric.name, *metric.beside)))
        found |= dict.fromkeys(family, family)
    order = {name: number for number, name in enumerate(metrics)}
    firsts = (name for name in metrics if order[name] == min(order[one] for one in found[name]))
    return [[metrics[one] for one in sorted(found[first], key=order.__getitem__)] for first in firsts]


def _grouped(metric: ir.Metric, by: tuple[str, ...], policy: ir.Policy) -> ir.Metric:
    for fold in (metric.part, metric.base):
        known = measured(policy.entries[fold.entry]) if fold is not None else {}
        lacking = next((name for name in by if fold is not None and name not in known), None)
        if fold is not None and lacking is not None:
            hint = did_you_mean(lacking, [name for name in known if name not in EACH_ITS_OWN])
            raise ForbearError(
                f"`{metric.name}` cannot be grouped by {lacking!r}: `{fold.entry}` has none; {hint}".rstrip("; ")
            )
        own = next((name for name in by if name in EACH_ITS_OWN), None)
        if own is not None:
            raise ForbearError(f"nothing is grouped by {own!r}: nearly every entry has another")
    return evolve(metric, by=by)
