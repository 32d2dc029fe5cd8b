"""What is missing, in a plain sentence, with its place and what a test would have to bring about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from attrs import define, field

from forbear.errors import Span
from forbear.language import ir
from forbear.language.types import Value
from forbear.testing.coverage.goals import Goal, in_ranking
from forbear.testing.coverage.mcdc import Needed, needed
from forbear.testing.coverage.places import Places, Spelled


@define
class Sentences:
    """Speaks of the goals of a policy."""

    policy: ir.Policy
    places: Places
    _rules: dict[str, tuple[ir.Expr | None, Span]] = field(init=False)
    _wholes: dict[str, Spelled] = field(factory=dict)  # rule or fold → its condition as written

    def __attrs_post_init__(self) -> None:
        decisions, rankings = self.policy.decisions.values(), self.policy.rankings.values()
        self._rules = {f"{one.name}.{rule.name}": (rule.when, rule.span) for one in decisions for rule in one.rules}
        for ranking in rankings:
            self._rules |= {f"{ranking.name}.{one.name}": (one.when, one.span) for one in in_ranking(ranking)}

    def is_own(self, goal: Goal) -> bool:
        """Whether a goal stands in the pack's own files, or is a rule that the pack changes."""
        if goal.kind in ("rule", "condition") and self.places.is_changed(goal.of):
            return True
        return self._span(goal).file in self.places.own

    def spelled(self, goal: Goal) -> str:
        """A condition as written."""
        return self._condition(goal)[0].text

    def missing(self, goal: Goal) -> tuple[str, Span, str]:
        """What is missing, where it stands, and what a test would have to bring about."""
        if goal.kind in ("condition", "past"):
            return self._of_condition(goal)
        message, hint = self._of(goal)
        return message, self._span(goal), hint

    def _span(self, goal: Goal) -> Span:
        match goal.kind:
            case "rule" | "condition":
                return self._rules[goal.of][1]
            case "past":
                return self.places.declared("history", goal.of.removeprefix("history."))
            case "otherwise":
                return self.places.otherwise(self.policy.decisions[goal.of].span)
            case "fallback":
                return self.places.part(self._decision(goal.of), "fallback")
            case "outcome":
                return self.places.outcome(self._decision(goal.of), goal.value)
            case "closing":
                return self.places.declared("obligations", goal.of, "closes", str(goal.value))
            case "text":
                return self.places.declared("texts", goal.of)
            case "setting":
                return self.places.declared("settings", goal.of.removeprefix("setting."))
            case _:
                assert_never(goal.kind)

    def _decision(self, name: str) -> Span:
        return self.policy.rankings[name].span if name in self.policy.rankings else self.policy.decisions[name].span

    def _of(self, goal: Goal) -> tuple[str, str]:
        value = _shown(goal.value)
        match goal.kind:
            case "rule":
                return f"no test made `{goal.of}` fire", "a test in which it decides, or leaves somebody out"
            case "otherwise":
                return f"no test came to the `otherwise` of `{goal.of}`", "a test in which none of its rules matches"
            case "fallback":
                return f"`{goal.of}` never fell back", f"a test {self._doubt(goal.of)}, which expects `degraded: true`"
            case "outcome":
                return f"`{goal.of}` never came to {value}", f"a test whose rules decide {value}"
            case "closing":
                how = "whose time runs out" if goal.value == "expired" else f"that is closed as {value}"
                return f"`{goal.of}` was never closed as {value}", f"a story with a `{goal.of}` {how}"
            case "text":
                return f"the text `{goal.of}` was never said", "a test in which it is said, or its obligation is owed"
            case _:
                return f"no test ran with `{goal.of}` {value}", (
                    f"a test with settings: {{{goal.of.removeprefix('setting.')}: {value}}}"
                )

    def _doubt(self, name: str) -> str:
        """What would make a decision fall back."""
        needed, others = set[str](), set[str]()
        for event, plan in self.policy.plans.items():
            for path in plan.reads.get(name, ()):
                fact = self.policy.facts.get(path) or self.policy.events[event].get(path)
                if fact is not None:
                    (others if fact.optional or fact.default is not None else needed).add(path)
        if needed:
            return f"without `{min(needed)}`"
        return (
            f"in which `{min(others)}` has a value that does not fit" if others else "in which its facts are in doubt"
        )

    # --- conditions

    def _condition(self, goal: Goal) -> tuple[Spelled, Spelled, Needed]:
        """A condition, the whole that it stands in, and what leaves the decision to it."""
        when, span = self._rules[goal.of] if goal.kind == "condition" else (self.policy.folds[goal.of].where, None)
        assert when is not None
        asked = needed(when, goal.number)
        if goal.of not in self._wholes:
            whole = self.places.when(goal.of, span) if span is not None else self.places.where(goal.of)
            self._wholes[goal.of] = whole or Spelled("its condition", self._span(goal))
        return self._wholes[goal.of].at(asked.way), self._wholes[goal.of], asked

    def _of_condition(self, goal: Goal) -> tuple[str, Span, str]:
        one, whole, asked = self._condition(goal)
        value = _shown(goal.value)
        case = "no story has an entry for which" if goal.kind == "past" else "no test in which"
        if not asked.hold and not asked.fail:
            rest = f"it was {value}"
        elif not asked.fail:
            rest = f"the rest of the condition held and this was {value}"
        else:
            rest = f"the rest left it open and this was {value}"
        message = f"`{one.text}` never decided `{goal.of}` by itself: {case} {rest}"
        return message, one.span, self._needs(goal, whole, asked)

    def _needs(self, goal: Goal, whole: Spelled, asked: Needed) -> str:
        """What a test would have to bring about."""
        parts = [f"{_listed(whole, asked.hold)} {_verb(asked.hold, 'holds', 'hold')}"] if asked.hold else []
        parts += [f"{_listed(whole, asked.fail)} {_verb(asked.fail, 'does', 'do')} not"] if asked.fail else []
        parts.append(f"this is {_shown(goal.value)}")
        if goal.kind == "past":
            return f"a story that appends an entry for which {_joined(parts)}, and asks `{goal.of}` later"
        return f"a test in which {_joined([*parts, *self._before(goal.of)])}"

    def _before(self, rule: str) -> list[str]:
        """What must be so for a rule to be looked at."""
        of, _, name = rule.partition(".")
        if of in self.policy.decisions:
            decision = self.policy.decisions[of]
            passed = decision.hit == "first" and decision.rules[0].name != name
            return ["no rule before it decides"] if passed else []
        ranking = self.policy.rankings[of]
        first = ranking.require[0].name if ranking.require else None
        if name in {one.name for one in ranking.prefer}:
            return ["the candidate is left in"] if first is not None else []
        return ["no requirement before it leaves the candidate out"] if name != first else []


def _listed(whole: Spelled, ways: Iterable[tuple[int, ...]]) -> str:
    return _joined([f"`{whole.at(way).text}`" for way in ways])


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _verb(ways: tuple[tuple[int, ...], ...], one: str, several: str) -> str:
    return one if len(ways) == 1 else several


def _shown(value: Value | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
