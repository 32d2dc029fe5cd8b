"""What an evaluator is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol

from attrs import frozen

from forbear.language.ir import Fold
from forbear.language.types import Value

Environment = Mapping[str, Value]
Candidate = Mapping[str, Value]  # field → value; a fold keyed by the candidate at `history.x`
Predicate = Callable[[Environment], bool]
Action = Literal["record", "amend", "close", "owe", "say"]


@frozen
class Happening:
    """An effect that took place: what the rule does to the ledger, every value worked out."""

    rule: str  # decision.rule
    action: Action
    name: str  # of the entry, obligation or text
    values: Mapping[str, Value]
    which: str = ""  # amend: the entry's id
    how: str = ""  # close
    reason: str = ""  # close


class Evaluation(NamedTuple):
    """The answer to one event: the outcome of each decision asked, in dependency order, and what followed.

    A tuple, because every decision makes one: a class of its own costs as much as deciding does.
    """

    outcome: Mapping[str, Value]
    fired: tuple[str, ...]
    happenings: tuple[Happening, ...]
    violated: tuple[str, ...]  # invariants that do not hold
    left_out: Mapping[str, Mapping[str, str]] = MappingProxyType({})  # ranking → candidate → the rule that excluded it
    conflicts: Mapping[str, tuple[str, ...]] = MappingProxyType({})  # decision under `unique` → the rules that matched


class Evaluator(Protocol):
    """A way to evaluate a policy. It holds no state between calls and may be shared by threads."""

    name: str

    def decide(self, event: str, facts: Environment, degraded: frozenset[str] = frozenset()) -> Evaluation:
        """The answer to an event of a type, from facts that fit the vocabulary (a missing one is absent).

        A decision in `degraded` takes its fallback: no rule of it fires, nothing of it happens, and its
        invariants are not asked.
        """
        ...

    def predicate(self, fold: Fold) -> Predicate | None:
        """A fold's `where` over an entry's attributes, or None where it has none."""
        ...


FULL_PAIRS = 200


def pairs(ranked: Sequence[Candidate]) -> Iterator[tuple[Candidate, Candidate]]:
    """The pairs, in their order, on which a promise about two ranked candidates is checked at run time.

    All pairs of the first 200, and each neighbour after that: what the order promises for lists of any length is for
    a proof to say, not for a check that would grow with the square of the list.
    """
    for n, ahead in enumerate(ranked[:FULL_PAIRS]):
        for behind in ranked[n + 1 : FULL_PAIRS]:
            yield ahead, behind
    yield from pairwise(ranked[FULL_PAIRS - 1 :])
