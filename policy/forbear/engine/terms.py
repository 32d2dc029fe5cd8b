"""The terms under which an obligation was created: they stay with it, whatever a later policy says."""

from __future__ import annotations

import json
from collections.abc import Mapping

from forbear.codec import line
from forbear.language import ir
from forbear.ledger.entries import Entry

TERMS = "terms"


def terms_of(declared: ir.Obligation) -> str:
    """The ways in which an obligation may close, as its entry keeps them."""
    ways = {
        how: {"needs": [*one.needs], "amend": [[kind, dict(values)] for kind, values in one.amends]}
        for how, one in declared.closes.items()
    }
    return line(ways)


def closes_of(entry: Entry, policy: ir.Policy) -> Mapping[str, ir.Closing] | None:
    """The ways in which an obligation may close, by its own terms; None where nobody knows them.

    One that was created before entries kept them goes by the policy at hand.
    """
    kept = entry.values.get(TERMS)
    if isinstance(kept, str):
        return {
            how: ir.Closing(tuple(one["needs"]), tuple((kind, tuple(values.items())) for kind, values in one["amend"]))
            for how, one in json.loads(kept).items()
        }
    declared = policy.obligations.get(str(entry.values["owe"]))
    return None if declared is None else declared.closes
