"""What a request reaches: the steps taken inside `reference.py`, and the constructs met on the way."""

from __future__ import annotations

import linecache
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from forbear.evaluate import Evaluation, Reference, reference
from forbear.language import ir
from strategies.cases import Question
from strategies.operands import kind_of_type, kinds_on
from strategies.reach import count_policy
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
    count_policy(policy, seen)
    return answer, steps | {name for name, times in seen.items() if times} | set(_shapes(policy, asked, answer))


def _shapes(policy: ir.Policy, asked: Question, answer: Evaluation) -> Iterator[str]:
    """How each decision came to its outcome, by hit policy and type; which values each effect had."""
    for name in policy.plans[asked.event].decisions:
        decision = policy.decisions[name]
        fired = sum(one.startswith(f"{name}.") for one in answer.fired)
        how = "in conflict" if name in answer.conflicts else f"by {min(fired, 2)} rules"
        how = "in doubt" if name in asked.degraded else how
        yield f"{decision.hit} of {kind_of_type(decision.type)} decided {how}"
    for one in answer.happenings:
        yield f"{one.action} with {'some' if one.values else 'no'} values"
        yield from (f"{one.action} of a {type(value).__name__}" for value in one.values.values())
    if len(answer.violated) > 1:
        yield "several promises violated"


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
