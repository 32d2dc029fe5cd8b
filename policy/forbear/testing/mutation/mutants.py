"""Every small change of the rules of a policy, each with its place and what was done, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from attrs import evolve, field, frozen

from forbear.errors import Span
from forbear.language import ir
from forbear.language.plan import plan_event
from forbear.language.source import Source
from forbear.language.types import BoolType, EnumType, IntType, Type, Value
from forbear.language.walk import verb_and_name
from forbear.testing.coverage.places import Places, places_of
from forbear.testing.mutation.expressions import PART, Change, changes, moves
from forbear.testing.mutation.presence import unsure_of_candidates, unsure_rules


@frozen
class Mutant:
    """One decision or ranking with one change."""

    of: str  # the decision or ranking
    rule: str  # empty where its `otherwise` or `fallback` was changed
    kind: str  # condition, comparison, number, outcome, removed, order or effect
    said: str
    span: Span = field(eq=False)
    changed: ir.Decision | ir.Ranking = field(eq=False, repr=False)

    @property
    def is_fallback(self) -> bool:
        """Whether only what stands in doubt was changed."""
        return self.kind == "fallback"

    def policy(self, policy: ir.Policy) -> ir.Policy:
        """A policy with this change, planned anew for the events on which the decision is asked."""
        if isinstance(self.changed, ir.Ranking):
            mutated = evolve(policy, rankings={**policy.rankings, self.of: self.changed})
        else:
            mutated = evolve(policy, decisions={**policy.decisions, self.of: self.changed})
        plans = {event: plan_event(event, mutated) for event in policy.asked_on(self.of)}
        return evolve(mutated, plans={**policy.plans, **plans})


def mutants_of(policy: ir.Policy, sources: Sequence[Source], only: Collection[str] = ()) -> list[Mutant]:
    """The mutants of the decisions that a pack answers for, in file order; those that no checker takes are left out.

    `only` names the decisions and rankings that are changed.
    """
    places = places_of(policy, sources)
    found: list[Mutant] = []
    for name, decision in policy.decisions.items():
        if not only or name in only:
            before = unsure_rules(policy, decision)
            drawn = _Decided(decision, places).mutants()
            found += [one for one in drawn if unsure_rules(policy, _decision(one)) <= before]
    for name, ranking in policy.rankings.items():
        if not only or name in only:
            before = unsure_of_candidates(policy, ranking)
            ranked = _Ranked(ranking, places).mutants()
            found += [one for one in ranked if unsure_of_candidates(policy, _ranking(one)) <= before]
    return [one for one in found if one.span.file in places.own or places.is_changed(f"{one.of}.{one.rule}")]


def _decision(mutant: Mutant) -> ir.Decision:
    assert isinstance(mutant.changed, ir.Decision)
    return mutant.changed


def _ranking(mutant: Mutant) -> ir.Ranking:
    assert isinstance(mutant.changed, ir.Ranking)
    return mutant.changed


def _in_place(places: Places, of: str, span: Span, change: Change) -> tuple[str, Span]:
    """What a change of a condition did, and where."""
    whole = places.when(of, span)
    part = whole.at(change.way) if whole is not None else None
    if part is None or not part.text:
        return change.said.replace(f" `{PART}`", ""), span
    return change.said.replace(PART, part.text), part.span


def _kind(change: Change) -> str:
    if "the number" in change.said:
        return "number"
    return "condition" if change.said.endswith("was dropped") else "comparison"


@frozen
class _Decided:
    """Changes a decision."""

    decision: ir.Decision
    places: Places

    def mutants(self) -> Iterator[Mutant]:
        rules = self.decision.rules
        for n, rule in enumerate(rules):
            yield from self._of_rule(n, rule)
            yield self._mutant(rule, "removed", "the rule was removed", (*rules[:n], *rules[n + 1 :]))
            if self.decision.hit == "first" and n + 1 < len(rules) and {*rule.asked_on} & {*rules[n + 1].asked_on}:
                swapped = (*rules[:n], rules[n + 1], rule, *rules[n + 2 :])
                yield self._mutant(rule, "order", f"the rule changed places with `{rules[n + 1].name}`", swapped)
        yield from self._of_values()

    def _of_rule(self, n: int, rule: ir.Rule) -> Iterator[Mutant]:
        for change in changes(rule.when) if rule.when is not None else ():
            said, span = _in_place(self.places, f"{self.decision.name}.{rule.name}", rule.span, change)
            yield self._evolved(n, _kind(change), said, span, evolve(rule, when=change.expr))
        for value, then in _neighbours(rule.then, self.decision.type):
            said = f"the outcome became {value}"
            yield self._evolved(n, "outcome", said, rule.span, evolve(rule, then=then))
        for m, effect in enumerate(rule.effects):
            fewer = (*rule.effects[:m], *rule.effects[m + 1 :])
            said = f"`{': '.join(verb_and_name(effect))}` was dropped"
            yield self._evolved(n, "effect", said, rule.span, evolve(rule, effects=fewer))

    def _of_values(self) -> Iterator[Mutant]:
        decision = self.decision
        name, kind = decision.name, decision.type
        for value, otherwise in _neighbours(decision.otherwise, kind):
            said, span = f"`otherwise` became {value}", self.places.otherwise(decision.span)
            yield Mutant(name, "", "outcome", said, span, evolve(decision, otherwise=otherwise))
        for value, fallback in _neighbours(decision.fallback, kind):
            said, span = f"`fallback` became {value}", self.places.part(decision.span, "fallback")
            yield Mutant(name, "", "fallback", said, span, evolve(decision, fallback=fallback))

    def _evolved(self, n: int, kind: str, said: str, span: Span, rule: ir.Rule) -> Mutant:
        rules = self.decision.rules
        decision = evolve(self.decision, rules=(*rules[:n], rule, *rules[n + 1 :]))
        return Mutant(self.decision.name, rule.name, kind, said, span, decision)

    def _mutant(self, rule: ir.Rule, kind: str, said: str, rules: tuple[ir.Rule, ...]) -> Mutant:
        return Mutant(self.decision.name, rule.name, kind, said, rule.span, evolve(self.decision, rules=rules))


@frozen
class _Ranked:
    """Changes a ranking."""

    ranking: ir.Ranking
    places: Places

    def mutants(self) -> Iterator[Mutant]:
        yield from self._of_requirements()
        yield from self._of_preferences()

    def _of_requirements(self) -> Iterator[Mutant]:
        asked = self.ranking.require
        for n, rule in enumerate(asked):
            for change in changes(rule.when):
                when = change.expr if change.expr is not None else ir.Constant(True)
                yield self._changed(rule, change, self._requiring(*asked[:n], evolve(rule, when=when), *asked[n + 1 :]))
            yield self._mutant(rule, "removed", "the rule was removed", self._requiring(*asked[:n], *asked[n + 1 :]))
            if n + 1 < len(asked):
                swapped = self._requiring(*asked[:n], asked[n + 1], rule, *asked[n + 2 :])
                yield self._mutant(rule, "order", f"the rule changed places with `{asked[n + 1].name}`", swapped)

    def _of_preferences(self) -> Iterator[Mutant]:
        wished = self.ranking.prefer
        for n, rule in enumerate(wished):
            for change in changes(rule.when) if rule.when is not None else ():
                one = evolve(rule, when=change.expr)
                yield self._changed(rule, change, self._preferring(*wished[:n], one, *wished[n + 1 :]))
            for said, add in moves(rule.add):
                moved = self._preferring(*wished[:n], evolve(rule, add=add), *wished[n + 1 :])
                yield self._mutant(rule, "number", f"{said} that `{rule.name}` adds", moved)
            yield self._mutant(rule, "removed", "the rule was removed", self._preferring(*wished[:n], *wished[n + 1 :]))

    def _requiring(self, *rules: ir.Requirement) -> ir.Ranking:
        return evolve(self.ranking, require=rules)

    def _preferring(self, *rules: ir.Preference) -> ir.Ranking:
        return evolve(self.ranking, prefer=rules)

    def _changed(self, rule: ir.Requirement | ir.Preference, change: Change, ranking: ir.Ranking) -> Mutant:
        said, span = _in_place(self.places, f"{self.ranking.name}.{rule.name}", rule.span, change)
        return Mutant(self.ranking.name, rule.name, _kind(change), said, span, ranking)

    def _mutant(self, rule: ir.Requirement | ir.Preference, kind: str, said: str, ranking: ir.Ranking) -> Mutant:
        return Mutant(self.ranking.name, rule.name, kind, said, rule.span, ranking)


def _neighbours(then: ir.Expr | None, kind: Type) -> Iterator[tuple[str, ir.Expr]]:
    """The values beside an outcome, each as written."""
    if not isinstance(then, ir.Constant):
        return
    for value in _beside(then.value, kind):
        yield f"`{str(value).lower() if isinstance(value, bool) else value}`", ir.Constant(value)


def _beside(value: Value, kind: Type) -> list[Value]:
    match kind:
        case BoolType() if isinstance(value, bool):
            return [not value]
        case EnumType(values) if value in values:
            n = values.index(str(value))
            return [values[m] for m in (n - 1, n + 1) if 0 <= m < len(values)]
        case IntType(low, high) if isinstance(value, int):
            return [one for one in (value - 1, value + 1) if low <= one <= high]
        case _:
            return []
