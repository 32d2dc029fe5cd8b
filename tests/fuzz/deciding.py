"""Facts drawn from fuzz data for an accepted policy, and the check that both evaluators decide on them alike."""

from __future__ import annotations

from typing import Any

import atheris

from forbear.engine.pure import decide_facts
from forbear.errors import EventError
from forbear.language import ir
from forbear.language.types import (
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
)

EVENTS = 3  # of a policy's, for each input


def check_decides(policy: ir.Policy, data: atheris.FuzzedDataProvider) -> None:
    """Decide on drawn facts, most of which fit, on a few events; nothing raises and the evaluators agree."""
    for _ in range(EVENTS):
        event = data.PickValueInList(sorted(policy.plans))
        given: dict[str, Any] = {"event.type": event}
        for path, kind in sorted(needed(policy, event).items()):
            if data.ConsumeProbability() > 0.1:
                given[path] = value(kind, data)
        answers = []
        for evaluator in ("reference", "compiled"):
            try:
                answers.append(decide_facts(policy, given, evaluator=evaluator).evaluation)
            except EventError as error:
                answers.append(str(error))
        assert answers[0] == answers[1], (event, given)


def needed(policy: ir.Policy, event: str) -> dict[str, Type]:
    """What the event's plan reads."""
    found: dict[str, Type] = {}
    for path in policy.plans[event].facts:
        fact = policy.facts.get(path) or policy.events[event].get(path)
        if fact is not None and path != "event.type":
            found[path] = fact.type
    return found


def value(kind: Type, data: atheris.FuzzedDataProvider) -> Any:
    """A value of a type, now and then one that does not fit."""
    if data.ConsumeProbability() < 0.05:
        return data.PickValueInList([None, -1, 2**70, "", "\ud800", [], {}, [[]], 0.1, True])
    match kind:
        case BoolType():
            return data.ConsumeBool()
        case IntType(low, high):
            return data.ConsumeIntInRange(low, high)
        case DecimalType(places, low, high):
            return data.ConsumeIntInRange(low, high) / 10**places
        case EnumType(values):
            return data.PickValueInList(list(values))
        case StringType():
            return data.PickValueInList(["a", "b", "advisor", "中", "é"])
        case ListType(item):
            return [value(item, data) for _ in range(data.ConsumeIntInRange(0, 3))]
        case RecordsType(fields):
            return [
                {one.name: f"c{n}" if one.name == "id" else value(one.type, data) for one in fields}
                for n in range(data.ConsumeIntInRange(0, 3))
            ]
