"""Live, through engine and ledger, every evaluator gives the same records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pytest

from forbear import Engine
from forbear.cli.demo import story
from forbear.codec import record_as_plain
from forbear.errors import EventError
from forbear.evaluate import EVALUATORS
from forbear.evaluate.durable import is_available
from forbear.language.files import find_pack
from forbear.language.ir import Policy
from forbear.language.pack import load_policy, read_pack
from forbear.testing.cases import PackTest, all_tests

WHO_DECIDED = ("evaluator", "confirmed_by")


@cache
def standard() -> Policy:
    return load_policy("standard")


def stories() -> list[PackTest]:
    folder = find_pack("standard")
    return [test for _, test in all_tests(folder, standard(), read_pack(folder)) if test.story]


def records(
    events: Iterable[Mapping[str, Any]], evaluator: str, settings: Mapping[str, Any], *, discover: bool
) -> list[object]:
    """The records of events, or the words of the error, without who decided."""
    found: list[object] = []
    with Engine("standard", discover=discover, evaluator=evaluator, settings=dict(settings)) as engine:
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
    ours = records(events, evaluator, {}, discover=True)
    assert ours == records(events, "reference", {}, discover=True)
    assert len(ours) == len(events)


@pytest.mark.parametrize("evaluator", [one for one in EVALUATORS if one != "reference"])
@pytest.mark.parametrize("test", stories(), ids=lambda test: test.name[:60])
def test_every_story_gives_the_same_records(test: PackTest, evaluator: str) -> None:
    if evaluator == "durable" and not is_available():
        pytest.skip("durable-rules does not work on this Python")
    events = [{"id": f"step-{n}", **step.event} for n, step in enumerate(test.story)]
    assert records(events, evaluator, test.settings, discover=False) == records(
        events, "reference", test.settings, discover=False
    )
