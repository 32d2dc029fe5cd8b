"""Live, through engine and ledger, every evaluator gives the same records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from forbear import Engine, Policy
from forbear.cli.demo import story
from forbear.codec import record_as_plain
from forbear.errors import EventError
from forbear.evaluate import EVALUATORS
from forbear.evaluate.durable import is_available
from stories import Story, standard, stories

WHO_DECIDED = ("evaluator", "confirmed_by")


def records(events: Iterable[Mapping[str, Any]], evaluator: str, policy: Policy, *, discover: bool) -> list[object]:
    """The records of events, or the words of the error, without who decided."""
    found: list[object] = []
    with Engine(policy, discover=discover, evaluator=evaluator) as engine:
        for event in events:
            try:
                plain = record_as_plain(engine.decide(event))
            except EventError as error:
                found.append(str(error))
                continue
            found.append({name: value for name, value in plain.items() if name not in WHO_DECIDED})
    return found


@pytest.mark.parametrize("evaluator", [one for one in EVALUATORS if one != "reference"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_demo_gives_the_same_records(lang: str, evaluator: str) -> None:
    if evaluator == "durable" and not is_available():
        pytest.skip("durable-rules does not work on this Python")
    events = [json.loads(text) for text in story(lang)]
    ours = records(events, evaluator, standard(), discover=True)
    assert ours == records(events, "reference", standard(), discover=True)
    assert len(ours) == len(events)


@pytest.mark.parametrize("evaluator", [one for one in EVALUATORS if one != "reference"])
@pytest.mark.parametrize("told", stories(), ids=lambda told: told.name[:60])
def test_stories_give_the_same_records(told: Story, evaluator: str) -> None:
    if evaluator == "durable" and not is_available():
        pytest.skip("durable-rules does not work on this Python")
    ours = records(told.events, evaluator, told.policy, discover=False)
    assert ours == records(told.events, "reference", told.policy, discover=False)
    assert len(ours) == len(told.events)
