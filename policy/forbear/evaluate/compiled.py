"""The evaluator that decides by default: Python generated once from the policy."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any, cast

from forbear.evaluate.expressions import predicate_function
from forbear.evaluate.generate import event_function
from forbear.evaluate.given import Given
from forbear.evaluate.interned import Interned, interned
from forbear.evaluate.protocol import Environment, Evaluation, Happening, Predicate, pairs
from forbear.evaluate.writer import Mode
from forbear.language import ir

_GIVEN: dict[str, Any] = {
    "Happening": Happening,
    "Evaluation": Evaluation,
    "new": tuple.__new__,
    "pairs": pairs,
    "bisect": bisect_right,
}
_BUILT_IN = {
    "int": int,
    "tuple": tuple,
    "len": len,
    "max": max,
    "min": min,
    "set": set,
    "sorted": sorted,
    "KeyError": KeyError,
    "TypeError": TypeError,
}


class Compiled:
    """Evaluates a policy by functions that are generated for each type of event, when it first comes.

    May be shared by threads: two that meet the same new type generate the same function.
    """

    name = "compiled"

    def __init__(self, policy: ir.Policy) -> None:
        self._policy = policy
        self._sure: dict[str, Callable[[Environment], Evaluation]] = {}
        self._strict: dict[str, Callable[[Mapping[str, object]], Evaluation]] = {}
        self._degraded: dict[str, Callable[[Environment, frozenset[str]], Evaluation]] = {}
        self._predicates: dict[str, Predicate] = {}

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        """Call the function of the event's type."""
        if degraded:
            if event not in self._degraded:
                self._degraded[event] = self._function(event, "degraded", None)
            return self._degraded[event](facts, degraded)
        try:
            function = self._sure[event]
        except KeyError:
            function = self._sure[event] = self._function(
                event, "sure", interned(self._policy, self._policy.plans[event])
            )
        return function(facts)

    def decide_strictly(self, event: str, given: Mapping[str, object]) -> Evaluation:
        """The answer to an event of a type, from facts as a host gives them: a decimal as a number, a fold at its
        path. What no rule asks on that event is not looked at. Raises FactError for a fact that does not fit."""
        try:
            function = self._strict[event]
        except KeyError:
            function = self._strict[event] = self._strict_function(event)
        return function(given)

    def _strict_function(self, event: str) -> Callable[[Mapping[str, object]], Evaluation]:
        """The function that takes facts as given, and leaves to a slower one what it would have to look at closely."""
        plan = self._policy.plans[event]
        given = Given(self._policy, event)
        paths = sorted(path for path in plan.facts if path not in self._policy.settings)

        def slow(facts: Mapping[str, object]) -> Evaluation:
            return self.decide(event, given.all(paths, facts))

        return self._function(event, "strict", interned(self._policy, plan), slow=slow, inner=given.inner)

    def _function(self, event: str, mode: Mode, known: Interned | None, **more: object) -> Callable[..., Evaluation]:
        source = event_function("decide", self._policy, self._policy.plans[event], known, mode)
        given = {"seen": known.seen, "make": known.make} if known is not None else {}
        return cast(Callable[..., Evaluation], _made(source, {**given, **more})["decide"])

    def predicate(self, fold: ir.Fold) -> Predicate | None:
        """The function of the fold's `where`."""
        if fold.path not in self._predicates:
            where = self._policy.folds[fold.path].where
            if where is None:
                return None
            made = _made(predicate_function("where", self._policy, where))
            self._predicates[fold.path] = cast(Predicate, made["where"])
        return self._predicates[fold.path]


def _made(source: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """The names that generated source defines."""
    space: dict[str, Any] = {"__builtins__": _BUILT_IN, **_GIVEN, **(given or {})}
    exec(_code(source), space)  # noqa: S102 — see expressions.py
    return space


@lru_cache(maxsize=200)
def _code(source: str) -> CodeType:
    """Source as Python runs it; engines on one policy, and policies that differ in little, share most of it."""
    return compile(source, "<policy>", "exec")
