"""What a request reaches: the steps taken inside `reference.py`, and the constructs met on the way."""

from __future__ import annotations

import linecache
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

from forbear.evaluate import Evaluation, Reference, reference
from forbear.language import ir
from strategies.cases import Question
from strategies.operands import kinds_on
from strategies.reached import count_answer
from strategies.watched import watched

SOURCE = reference.__file__


def reached(policy: ir.Policy, asked: Question) -> tuple[Evaluation, set[str]]:
    """The reference's answer, and what was reached on the way to it."""
    seen: Counter[str] = Counter()
    decide = Reference(policy).decide
    steps: set[str] = set()
    answer = _traced(lambda: decide(asked.event, asked.facts, asked.degraded), steps)
    with watched(seen, kinds_on(policy, asked.event)):
        decide(asked.event, asked.facts, asked.degraded)
    count_answer(policy, asked, answer, seen)
    return answer, steps | {name for name, times in seen.items() if times}


def _traced(call: Callable[[], Evaluation], steps: set[str]) -> Evaluation:
    """Call, and note each step from one line of the reference to the next."""

    def local(before: list[int]) -> Callable[[FrameType, str, Any], Any]:
        def step(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line":
                steps.add(f"{frame.f_code.co_name}: {_text(before[0])} → {_text(frame.f_lineno)}")
                before[0] = frame.f_lineno
            return step

        return step

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        return local([frame.f_lineno]) if frame.f_code.co_filename == SOURCE else None

    previous = sys.gettrace()
    sys.settrace(enter)
    try:
        return call()
    finally:
        sys.settrace(previous)


def _text(line: int) -> str:
    """A line of the reference by its words, which stay when lines above it come and go."""
    return linecache.getline(SOURCE, line).strip()
