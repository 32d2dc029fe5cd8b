"""`decide_many` as an evaluator: many requests at once, and one at a time for what finds, shrinks and replays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from attrs import evolve

from differential.trial import shown, verdict
from forbear import decide_many
from forbear.evaluate import Evaluation, Reference
from forbear.evaluate.protocol import Environment, Predicate
from forbear.language import ir
from forbear.language.types import RecordsType, Type, Value, fit, show
from strategies.cases import Question


class Columns:
    """Outcomes, rules and promises of decisions as `decide_many` tells them; the rest is the reference's.

    An evaluator is given facts whose defaults are filled in already, so that here nothing has a default. What is
    degraded from outside cannot be said in columns: such a request is the reference's alone.
    """

    name = "decide_many"

    def __init__(self, policy: ir.Policy) -> None:
        self.policy, self.reference = policy, Reference(policy)
        facts = {path: _bare(one) for path, one in policy.facts.items()}
        events = {event: {path: _bare(one) for path, one in known.items()} for event, known in policy.events.items()}
        self.bare = evolve(policy, facts=facts, events=events)

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        """The answer to one request."""
        return self.decide_all(event, [Question(event, dict(facts), degraded)])[0]

    def decide_all(self, event: str, asked: Sequence[Question]) -> list[Evaluation]:
        """The answers to requests of one event type."""
        decisions = self.policy.plans[event].decisions
        whole = [self.reference.decide(event, one.facts, one.degraded) for one in asked]
        if not decisions:
            return whole
        given = {
            path: [None if path not in one.facts else show(kind, one.facts[path]) for one in asked]
            for path, kind in self._types(event).items()
        }
        columns = {path: pl.Series(path, values, strict=False) for path, values in given.items()}
        frame = pl.DataFrame({"event.type": [event] * len(asked), **columns})
        answer = decide_many(self.bare, frame, asked=frozenset(decisions))
        rows = zip(asked, whole, answer.iter_rows(named=True), strict=True)
        return [one if question.degraded else self._told(event, one, told) for question, one, told in rows]

    def predicate(self, fold: ir.Fold) -> Predicate | None:
        """The reference's; no column asks a fold."""
        return self.reference.predicate(fold)

    def _types(self, event: str) -> dict[str, Type]:
        known = {**self.policy.folds, **self.policy.facts, **self.policy.events[event]}
        paths = sorted(self.policy.plans[event].facts - {"event.type"})
        return {path: known[path].type for path in paths if not isinstance(known[path].type, RecordsType)}

    def _told(self, event: str, whole: Evaluation, told: Mapping[str, object]) -> Evaluation:
        decisions = self.policy.plans[event].decisions
        outcome: dict[str, Value] = dict(whole.outcome)
        fired: list[str] = []
        for name in decisions:
            outcome[name] = fit(name, self.policy.decisions[name].outcome_type, told[name])
            rule = told[f"{name}.rule"]
            fired += rule if isinstance(rule, list) else [rule] if isinstance(rule, str) else []
            if told[f"{name}.fell_back"] != (name in whole.conflicts):
                fired.append(f"{name} fell back: {told[f'{name}.fell_back']}")
        ranked = [one for one in whole.fired if one.partition(".")[0] in self.policy.rankings]
        own = told["violated"]
        assert isinstance(own, list)
        about = {
            one.name: one.decision in self.policy.decisions and not one.throughout for one in self.policy.invariants
        }
        violated = tuple(one for one in about if one in (own if about[one] else whole.violated))
        return whole._replace(outcome=outcome, fired=(*fired, *ranked), violated=violated)


def first_wrong(policy: ir.Policy, event: str, asked: Sequence[Question]) -> tuple[Question, Mapping[str, str]] | None:
    """The first request that columns decide otherwise than the reference, with both answers."""
    columns, reference = Columns(policy), Reference(policy)
    for one, told in zip(asked, columns.decide_all(event, asked), strict=True):
        wanted = shown(reference.decide(event, one.facts, one.degraded))
        if shown(told) != wanted:
            alone = verdict(policy, [reference, columns], one)
            return one, alone or {"reference": wanted, "decide_many, among others": shown(told)}
    return None


def _bare(fact: ir.Fact) -> ir.Fact:
    return fact if fact.default is None else evolve(fact, default=None, optional=True)
