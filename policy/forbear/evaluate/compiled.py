"""The evaluator that decides by default: Python generated once from the policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import CodeType
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
    """Evaluates a policy by functions that are generated for each type of event, when it first comes.

    May be shared by threads: two that meet the same new type generate the same function.
    """

    name = "compiled"

    def __init__(self, policy: ir.Policy) -> None:
        self._policy = policy
        self._events: dict[str, Callable[..., _Answer]] = {}
        self._predicates: dict[str, Predicate] = {}

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        """Call the function of the event's type."""
        plan = self._policy.plans[event]
        function = self._events.get(event)
        if function is None:
            function = self._events[event] = self._made(event_function("decide", self._policy, plan))["decide"]
        values, fired, happenings, violated, left_out, conflicts = function(facts, degraded)
        outcome = dict(zip((*plan.decisions, *plan.rankings), values, strict=True))
        return Evaluation(outcome, tuple(fired), tuple(happenings), tuple(violated), left_out, conflicts)

    def predicate(self, fold: ir.Fold) -> Predicate | None:
        """The function of the fold's `where`."""
        if fold.path not in self._predicates:
            where = self._policy.folds[fold.path].where
            if where is None:
                return None
            made = self._made(predicate_function("where", self._policy, where))
            self._predicates[fold.path] = cast(Predicate, made["where"])
        return self._predicates[fold.path]

    def _made(self, source: str) -> dict[str, Any]:
        """The names that generated source defines."""
        space: dict[str, Any] = {"__builtins__": _BUILT_IN, "Happening": Happening, "pairs": pairs}
        exec(_code(source), space)  # noqa: S102 — see generate.py
        return space


@lru_cache(maxsize=200)
def _code(source: str) -> CodeType:
    """Source as Python runs it; engines on one policy, and policies that differ in little, share most of it."""
    return compile(source, "<policy>", "exec")
