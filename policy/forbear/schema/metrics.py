"""Metrics as a pack writes them."""

from __future__ import annotations

from forbear.language import metrics
from forbear.language.shape import PATH
from forbear.schema.names import Names
from forbear.schema.shapes import (
    IN_EVERY_LANGUAGE,
    TEXT,
    Schema,
    about,
    closed,
    listed,
    named,
    one_of,
    ref,
    table,
)

_ASKED = {"count": "How many such entries there are.", "sum": "What an attribute of such entries adds up to."}


def definitions(names: Names) -> Schema:
    """The shapes to which the section refers."""
    return {"metric": _metric(), "measure": _measure(names)}


def _metric() -> Schema:
    keys: dict[str, Schema] = {
        "about": about("What it tells, as a short noun phrase in every language.", IN_EVERY_LANGUAGE),
        "part": about("What is counted or added up.", ref("measure")),
        "whole": about("What the part belongs to: the metric is its share, in percent.", ref("measure")),
        "per": about("What the part is set against: the metric is how much there is for one.", ref("measure")),
        "by": about("Attributes by which the entries are grouped.", listed(named())),
        "least": about(
            "The fewest entries of `whole` or `per` of which a figure is shown; a number, or a setting.",
            {"anyOf": [{"type": "integer", "minimum": 1}, named(PATH)]},
        ),
        "beside": about("Metrics that are always shown with this one.", listed(named())),
        "source": about("Where it comes from.", TEXT),
    }
    shape = closed(keys, required=metrics.NEEDED, known=metrics.KEYS)
    based: Schema = {"anyOf": one_of(("whole", "per"))}
    return {**shape, "not": {"required": ["whole", "per"]}, "dependentSchemas": {"least": based}}


def _measure(names: Names) -> Schema:
    asked = {one: about(_ASKED.get(one, one), names.entry) for one in metrics.OPERATORS} | {
        "of": about("The attribute that is added up.", named()),
        "where": about("A condition on the entry's attributes.", TEXT),
    }
    shape = closed(asked, known=metrics.FOLD_KEYS)
    return {**shape, "oneOf": one_of(metrics.OPERATORS), "dependentRequired": {"sum": ["of"], "of": ["sum"]}}


def sections() -> dict[str, Schema]:
    """The section of metrics."""
    return {"metrics": about("Figures over the whole ledger, for `forbear report`.", table(ref("metric")))}
