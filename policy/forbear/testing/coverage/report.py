"""What the tests of a pack reach and what they miss, with where it stands and what a test would have to bring about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from attrs import field, frozen

from forbear.errors import Diagnostic, Severity
from forbear.language import ir
from forbear.language.source import Source
from forbear.testing.coverage.goals import Goal, Kind, goals
from forbear.testing.coverage.places import places_of
from forbear.testing.coverage.sentences import Sentences
from forbear.testing.coverage.unreachable import is_unreachable
from forbear.testing.coverage.watch import Watch


@frozen
class Missing:
    """A goal that no test reached: what is missing, where it stands, what would reach it, as a diagnostic has them.

    `unreachable` says that it is proved that no test can.
    """

    goal: Goal
    diagnostic: Diagnostic
    unreachable: bool


@frozen
class Coverage:
    """The goals of a pack's own files, the first test that reached each, and those that none reached."""

    goals: tuple[Goal, ...]
    reached: Mapping[Goal, int]  # the number of the test, counted from 0 in the order run
    looked: Mapping[str, frozenset[int]]  # rule or fold → the tests that looked at its condition
    conditions: Mapping[Goal, str]  # each condition as written
    unreached: tuple[Missing, ...]
    missing: tuple[Missing, ...] = field(init=False)
    set_aside: tuple[Missing, ...] = field(init=False)

    @missing.default
    def _find_missing(self) -> tuple[Missing, ...]:
        return tuple(one for one in self.unreached if not one.unreachable)

    @set_aside.default
    def _find_set_aside(self) -> tuple[Missing, ...]:
        return tuple(one for one in self.unreached if one.unreachable)

    def counted(self, kind: Kind) -> tuple[int, int]:
        """How many goals of a kind were reached, of how many that can be."""
        aside = {one.goal for one in self.set_aside}
        able = [goal for goal in self.goals if goal.kind == kind and goal not in aside]
        return sum(1 for goal in able if goal in self.reached), len(able)

    @property
    def percent(self) -> Fraction:
        """How much of all that can be reached was, exactly; 100 where there is nothing to reach."""
        able = len(self.goals) - len(self.set_aside)
        return Fraction(100 * (able - len(self.missing)), able) if able else Fraction(100)


def coverage_of(
    policy: ir.Policy, sources: Sequence[Source], watch: Watch, fired: Iterable[tuple[int, str]]
) -> Coverage:
    """What tests reached, as a watch saw it; `fired` are the rules, each with the number of a test."""
    reached = dict(watch.reached)
    for test, rule in fired:
        reached.setdefault(Goal("rule", rule), test)
    told = Sentences(policy, places_of(policy, sources))
    own = tuple(goal for goal in goals(policy) if told.is_own(goal))
    unreached = tuple(_missing(goal, policy, told) for goal in own if goal not in reached)
    looked = {of: frozenset(tests) for of, tests in watch.looked.items()}
    spelled = {goal: told.spelled(goal) for goal in own if goal.kind in ("condition", "past")}
    return Coverage(own, reached, looked, spelled, unreached)


def _missing(goal: Goal, policy: ir.Policy, told: Sentences) -> Missing:
    message, span, hint = told.missing(goal)
    code = f"untested-{goal.kind}"
    if is_unreachable(goal, policy):
        message = f"set aside, because it is proved that no test can reach it: {message}"
        return Missing(goal, Diagnostic(code, message, span, "", Severity.NOTE), True)
    return Missing(goal, Diagnostic(code, message, span, hint, Severity.WARNING), False)
