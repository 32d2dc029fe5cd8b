"""A policy with the outcome of some decisions fixed: no rule of theirs fires, all others read the fixed value."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from attrs import evolve

from forbear.language import ir
from forbear.language.plan import plan_event
from forbear.language.types import Value

MOST = 32
_T = TypeVar("_T")


def fix(policy: ir.Policy, event: str, outcomes: Mapping[str, Value]) -> ir.Policy:
    """The policy with decisions replaced by given outcomes, planned anew for one type of event."""
    decisions = dict(policy.decisions)
    for name, value in outcomes.items():
        one = decisions[name]
        constant = ir.Constant(value)
        decisions[name] = evolve(one, type=one.outcome_type, hit="first", rules=(), otherwise=constant)
    fixed = evolve(policy, decisions=decisions)
    return evolve(fixed, plans={**policy.plans, event: plan_event(event, fixed)})


class Fixed(Generic[_T]):
    """What was made of a policy with fixed outcomes, kept for the next time; the longest unused goes first."""

    def __init__(self, policy: ir.Policy, make: Callable[[ir.Policy], _T]) -> None:
        self._policy, self._make = policy, make
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, frozenset[tuple[str, Value]]], _T] = OrderedDict()

    def get(self, event: str, outcomes: Mapping[str, Value]) -> _T:
        """What is made of the policy with these outcomes fixed, on events of this type."""
        key = event, frozenset(outcomes.items())
        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._make(fix(self._policy, event, outcomes))
                if len(self._kept) > MOST:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]
