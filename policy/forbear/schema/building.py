"""What a pack builds on, and what of that it overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping

from forbear.language import decisions, ir
from forbear.language.overriding import KINDS
from forbear.language.shape import NAME, RULE_NAME
from forbear.schema.decisions import CELLS, WHEN, rule_keys
from forbear.schema.duties import TIME
from forbear.schema.names import Names
from forbear.schema.shapes import Schema, about, closed, listed, named, ref, table
from forbear.schema.vocabulary import DEFAULT

_RULE = re.compile(rf"{NAME.pattern}\.{RULE_NAME.pattern}")
BUILDS_ON = about(
    "The packs below: each the folder of that name beside this one, or a pack that a plugin or Forbear brings.",
    listed(named()),
)


def definitions(names: Names) -> Schema:
    """The shapes to which `overrides` refers."""
    keys = rule_keys(names, about("The new condition, or cells.", {"anyOf": [WHEN, CELLS]}))
    known = (*(one for one in decisions.RULE_KEYS if one != "rule"), "add")
    return {"rule_change": {**closed(keys, known=known), "minProperties": 1}}


def overrides(policy: ir.Policy | None) -> Schema:
    """What of the packs below a pack replaces by name. With a policy, only what there is."""
    known = _known(policy)
    promises: Schema = {"if": {"type": "array"}, "then": {"items": ref("invariant")}, "else": ref("invariant")}
    kinds: dict[str, Schema] = {
        "rules": about("Rules as decision.rule: new keys.", table(ref("rule_change"), _RULE, known.get("rules"))),
        "texts": about("Texts: what is said instead.", table(ref("text"), NAME, known.get("texts"))),
        "settings": about("Settings: the new default.", table(DEFAULT, NAME, known.get("settings"))),
        "due": about("Obligations: the new due time.", table(TIME, NAME, known.get("due"))),
        "invariants": about("Decisions: promises to add.", table(promises, NAME, known.get("invariants"))),
        "metrics": about("Metrics: what is told instead.", table(ref("metric"), NAME, known.get("metrics"))),
    }
    said = "What of the packs below is replaced, by name, one thing at a time."
    return about(said, closed(kinds, known=KINDS, empty=True))


def _known(policy: ir.Policy | None) -> Mapping[str, list[str]]:
    if policy is None:
        return {}
    rules = [f"{one.name}.{rule.name}" for one in policy.decisions.values() for rule in one.rules]
    for ranking in policy.rankings.values():
        rules += [f"{ranking.name}.{one.name}" for one in ranking.require]
        rules += [f"{ranking.name}.{one.name}" for one in ranking.prefer]
    return {
        "rules": rules,
        "texts": [*policy.texts],
        "settings": [path.removeprefix("setting.") for path in policy.settings],
        "due": [*policy.obligations],
        "invariants": [*policy.decisions, *policy.rankings],
        "metrics": [*policy.metrics],
    }
