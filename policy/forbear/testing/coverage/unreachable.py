"""Which goals no test can reach, as far as the checker's own means can prove it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from forbear.language import ir
from forbear.language.cases import Questions
from forbear.language.coverage import TypeAt
from forbear.language.problems import Problems
from forbear.language.types import RecordsType, Type
from forbear.testing.coverage.goals import Goal, choices, in_ranking
from forbear.testing.coverage.mcdc import alone, conditions, unless_missing


@frozen
class _Asked:
    """A condition: the events on which it is looked at, and what then holds before it."""

    when: ir.Expr
    events: tuple[str, ...]
    held: tuple[ir.Expr, ...] = ()
    failed: tuple[ir.Expr, ...] = ()
    over: str = ""  # the list whose candidates it is asked of

    def alone(self, number: int, value: bool) -> ir.Expr:
        """The condition under which one of its conditions is looked at and decides by itself."""
        optional = frozenset(path for one in (self.when, *self.held, *self.failed) for path in _asked_about(one))
        held = (unless_missing(one, True, optional) for one in self.held)
        failed = (unless_missing(one, False, optional) for one in self.failed)
        return ir.All((alone(self.when, number, value, optional), *held, *failed))


def _asked_about(expr: ir.Expr) -> Iterator[str]:
    """The paths that may be missing here: the checker has each of them asked for before it is read."""
    return (one.path for one in conditions(expr) if isinstance(one, ir.Has))


def is_unreachable(goal: Goal, policy: ir.Policy) -> bool:
    """Whether it is proved that nothing reaches a goal; False also means that it is not known."""
    match goal.kind:
        case "condition":
            asked = _asked(goal.of, policy)
            return asked is not None and not any(_may_be(goal, asked, policy, event) for event in asked.events)
        case "past":
            return _never_seen(goal, policy)
        case "outcome":
            return goal.value not in _given(policy.decisions[goal.of])
        case "fallback":
            return goal.of in policy.decisions and _never_in_doubt(policy.decisions[goal.of], policy)
        case _:
            return False


def _never_in_doubt(decision: ir.Decision, policy: ir.Policy) -> bool:
    """Whether a decision reads nothing and does nothing by which it could fall back."""
    return (
        not any(policy.plans[event].reads.get(decision.name) for event in decision.asked_on)
        and "obligation_closed" not in decision.asked_on  # one that was closed before
        and decision.hit != "unique"
        and not any(rule.effects for rule in decision.rules)
        and all(one.decision != decision.name for one in policy.invariants)
    )


def _asked(rule: str, policy: ir.Policy) -> _Asked | None:
    of, _, name = rule.partition(".")
    if of in policy.decisions:
        decision = policy.decisions[of]
        n = next(n for n, one in enumerate(decision.rules) if one.name == name)
        one = decision.rules[n]
        passed = decision.rules[:n] if decision.hit == "first" else ()
        failed = (
            ir.Constant(True) if earlier.when is None else earlier.when
            for earlier in passed
            if set(one.asked_on) <= set(earlier.asked_on)
        )
        return _Asked(one.when, one.asked_on, failed=tuple(failed)) if one.when is not None else None
    ranking = policy.rankings[of]
    held: list[ir.Expr] = []
    for each in in_ranking(ranking):
        if each.name == name:
            when, events = each.when, ranking.asked_on
            return _Asked(when, events, tuple(held), over=ranking.over) if when is not None else None
        if isinstance(each, ir.Requirement):
            held.append(each.when)
    return None


def _may_be(goal: Goal, asked: _Asked, policy: ir.Policy, event: str) -> bool:
    """Whether a condition may decide so on an event, as far as that can be told."""
    questions = Questions(_types(policy, event, asked.over), Problems())
    return questions.boxes(asked.alone(goal.number, goal.value is True)) != []


def _never_seen(goal: Goal, policy: ir.Policy) -> bool:
    fold = policy.folds[goal.of]
    attributes = policy.entries[fold.entry].attributes

    def type_at(path: str) -> Type | None:
        if path in attributes:
            return attributes[path].type
        return policy.settings[path].type if path in policy.settings else None

    assert fold.where is not None
    asked = _Asked(fold.where, ())
    return Questions(type_at, Problems()).boxes(asked.alone(goal.number, goal.value is True)) == []


def _types(policy: ir.Policy, event: str, over: str) -> TypeAt:
    """The type of what a condition reads on an event."""
    listed = policy.facts[over].type if over in policy.facts else None
    fields = {one.name: one.type for one in listed.fields} if isinstance(listed, RecordsType) else {}

    def type_at(path: str) -> Type | None:
        inner = path.removeprefix(ir.CANDIDATE)
        if inner != path:
            return policy.folds[inner].type if inner in policy.folds else fields.get(inner)
        if path in policy.decisions:
            return policy.decisions[path].outcome_type
        known = policy.settings.get(path) or policy.folds.get(path) or policy.facts.get(path)
        return (known or policy.events[event][path]).type if known or path in policy.events[event] else None

    return type_at


def _given(decision: ir.Decision) -> set[object]:
    """The outcomes that rules may give; all that the type has where one is worked out."""
    exprs = [rule.then for rule in decision.rules]
    exprs += [decision.otherwise] if decision.otherwise is not None else []
    if all(isinstance(one, ir.Constant) for one in exprs):
        return {one.value for one in exprs if isinstance(one, ir.Constant)}
    return {*choices(decision.type)}
