"""The folds on which a promise over histories depends, and the decisions that change what these keep."""

from __future__ import annotations

from collections.abc import Collection

from forbear.language import ir
from forbear.language.walk import reads
from forbear.prove.moment import FLAGS, SETTING, Moment, Settings
from forbear.prove.state import track
from forbear.prove.terms import Codes

ROUNDS = 4  # of taking in what records the folds that are known already


def tracked_folds(policy: ir.Policy, one: ir.Invariant, rounds: int) -> frozenset[str]:
    """The folds on which a promise depends: its own, then those of its decisions, then of what records all these."""
    paths, events = set(reads(one.condition)), set(one.asked_on)
    found = {path for path in paths if path in policy.folds}
    for _ in range(rounds):
        for event in events:
            moment = Moment(policy, event, Settings(policy, Codes()))
            there = {path for path in paths if _is_there(policy, event, path)}
            found |= {path for path in moment.depends(there) if path in policy.folds}
        paths, events = causing(policy, {policy.folds[path].entry for path in found})
    return frozenset(path for path in found if track(policy.folds[path]) is not None)


def _is_there(policy: ir.Policy, event: str, path: str) -> bool:
    if path.startswith((SETTING, *FLAGS)) or path in policy.folds or path in policy.facts:
        return True
    if path in policy.decisions:
        return event in policy.decisions[path].asked_on
    return path in policy.events[event]


def causing(policy: ir.Policy, kinds: Collection[str]) -> tuple[set[str], set[str]]:
    """The decisions that append or amend entries of some kinds, and the events on which they are asked."""
    names, events = set[str](), set[str]()
    for decision in policy.decisions.values():
        for rule in decision.rules:
            if any(_touches(policy, effect, kinds) for effect in rule.effects):
                names.add(decision.name)
                events |= set(rule.asked_on)
    return names, events


def _touches(policy: ir.Policy, effect: ir.Effect, kinds: Collection[str]) -> bool:
    match effect:
        case ir.Record(kind) | ir.Amend(kind):
            return kind in kinds
        case ir.Owe(obligation) | ir.Close(obligation):
            closes = policy.obligations[obligation].closes.values()
            return "obligation" in kinds or any(kind in kinds for one in closes for kind, _ in one.amends)
        case _:
            return False
