"""The evaluator that decides by default: Python generated once from the policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from forbear.evaluate.generate import event_function, predicate_function
from forbear.evaluate.protocol import Environment, Evaluation, Happening, Predicate, pairs
from forbear.language import ir
from forbear.language.types import Value

_Answer = tuple[
    tuple[Value, ...],
    list[str],
    list[Happening],
    list[str],
    dict[str, dict[str, str]],
    dict[str, tuple[str, ...]],
]
_BUILT_IN = {"tuple": tuple, "len": len, "max": max, "min": min, "set": set, "sorted": sorted}


class Compiled:
    """Evaluates a policy by functions that were generated for each type of event."""

    name = "compiled"

    def __init__(self, policy: ir.Policy) -> None:
        self._plans = policy.plans
        names = {event: f"event_{n}" for n, event in enumerate(policy.plans)}
        tests = {path: f"where_{n}" for n, path in enumerate(policy.folds)}
        source = [event_function(name, policy, policy.plans[event]) for event, name in names.items()]
        for path, name in tests.items():
            where = policy.folds[path].where
            if where is not None:
                source.append(predicate_function(name, policy, where))
        space: dict[str, Any] = {"__builtins__": _BUILT_IN, "Happening": Happening, "pairs": pairs}
        for one in source:  # one by one, for a syntax tree is large and all of them may fill the memory
            exec(compile(one, f"<policy {policy.digest}>", "exec"), space)  # noqa: S102 — see generate.py
        self._events = {event: cast(Callable[..., _Answer], space[name]) for event, name in names.items()}
        self._predicates = {path: cast(Predicate, space[name]) for path, name in tests.items() if name in space}

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        """Call the function of the event's type."""
        values, fired, happenings, violated, left_out, conflicts = self._events[event](facts, degraded)
        plan = self._plans[event]
        outcome = dict(zip((*plan.decisions, *plan.rankings), values, strict=True))
        return Evaluation(outcome, tuple(fired), tuple(happenings), tuple(violated), left_out, conflicts)

    def predicate(self, fold: ir.Fold) -> Predicate | None:
        """The function of the fold's `where`."""
        return self._predicates.get(fold.path)
