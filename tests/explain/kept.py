"""Records for tests: what the engine would keep of an evaluation; and all that an explanation gives, as text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from attrs import evolve

from forbear.engine.facts import shown
from forbear.engine.texts import fill
from forbear.evaluate import Evaluation, Reference
from forbear.explain import Audience, explain
from forbear.language import ir
from forbear.language.types import Value, show
from forbear.records import Owed, PolicyId, Record

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def kept(
    policy: ir.Policy, event: str, facts: dict[str, Value], degraded: frozenset[str] = frozenset()
) -> tuple[Record, Evaluation]:
    """The record of a decision by the reference evaluator, with its obligations, and the evaluation itself."""
    evaluation = Reference(policy).decide(event, facts, degraded)
    fallen = dict.fromkeys((*degraded, *evaluation.conflicts), "the rules a and b both match")
    settings = {path: one.value for path, one in policy.settings.items()}
    environment = {**settings, **facts, **evaluation.outcome}
    obligations = []
    for number, one in enumerate(evaluation.happenings):
        if one.action == "owe":
            declared = policy.obligations[one.name]
            say = fill(policy.texts[declared.say], environment, policy) if declared.say else None
            carried = {key: show(declared.carries[key].type, value) for key, value in one.values.items()}
            due = AT + timedelta(minutes=number)
            obligations.append(Owed(f"o:{number}", one.name, declared.to, due, None, say, carried))
    record = Record(
        id="d:e",
        event="e",
        at=AT,
        type=event,
        policy=PolicyId(policy.name, policy.version, policy.digest),
        evaluator="reference",
        degraded=fallen or None,
        outcome={name: show(policy.outcome_type(name), value) for name, value in evaluation.outcome.items()},
        fired=evaluation.fired,
        obligations=tuple(obligations),
        facts=shown(policy, event, facts),
    )
    return record, evaluation


def whole_text(policy: ir.Policy, record: Record, audience: Audience) -> str:
    """Everything that an audience is given: both languages and the data."""
    found = explain(policy, record, audience)
    parts = [*found.lines("en"), *found.lines("zh"), json.dumps(found.as_json(), ensure_ascii=False)]
    return "\n".join(parts)


def elsewhere(record: Record) -> Record:
    """The record as if another policy had decided it."""
    return evolve(record, policy=evolve(record.policy, digest="sha256:another"))
