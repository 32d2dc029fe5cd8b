"""Everything that the tests of a pack could reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from attrs import frozen

from forbear.language import ir
from forbear.language.types import BoolType, EnumType, Type, Value
from forbear.testing.coverage.mcdc import conditions

Kind = Literal["rule", "condition", "past", "otherwise", "fallback", "outcome", "closing", "text", "setting"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@frozen
class Goal:
    """One thing to reach.

    `of` is the rule (`decision.rule`), fold, decision, obligation, text or setting. Of a condition `number` counts
    from 0 in the order written, and `value` is what it is to decide as; `value` is also the outcome, the way of
    closing, or the choice of a setting.
    """

    kind: Kind
    of: str
    number: int = 0
    value: Value | None = None


def goals(policy: ir.Policy) -> Iterator[Goal]:
    """All goals of a policy, by kind, each kind in file order."""
    wholes = list(decisions_of(policy))
    yield from (Goal("rule", one) for one, _ in wholes)
    yield from _conditions("condition", wholes)
    yield from _conditions("past", [(path, fold.where) for path, fold in policy.folds.items()])
    for name, decision in policy.decisions.items():
        if decision.otherwise is not None:
            yield Goal("otherwise", name)
    for name in (*policy.decisions, *policy.rankings):
        yield Goal("fallback", name)
    for name, decision in policy.decisions.items():
        yield from (Goal("outcome", name, 0, value) for value in choices(decision.type))
    for name, obligation in policy.obligations.items():
        yield from (Goal("closing", name, 0, how) for how in obligation.closes)
    yield from (Goal("text", name) for name in policy.texts)
    for path, setting in policy.settings.items():
        yield from (Goal("setting", path, 0, value) for value in choices(setting.type))


def decisions_of(policy: ir.Policy) -> Iterator[tuple[str, ir.Expr | None]]:
    """Each rule as `decision.rule` with its condition, those of rankings last."""
    for decision in policy.decisions.values():
        yield from ((f"{decision.name}.{rule.name}", rule.when) for rule in decision.rules)
    for ranking in policy.rankings.values():
        yield from ((f"{ranking.name}.{one.name}", one.when) for one in in_ranking(ranking))


def in_ranking(ranking: ir.Ranking) -> tuple[ir.Requirement | ir.Preference, ...]:
    """The rules of a ranking, in the order asked."""
    return *ranking.require, *ranking.prefer


def choices(kind: Type) -> tuple[Value, ...]:
    """The values of a type that has few enough to try each: none where it has more."""
    match kind:
        case EnumType(values):
            return tuple(values)
        case BoolType():
            return False, True
        case _:
            return ()


def _conditions(kind: Kind, wholes: list[tuple[str, ir.Expr | None]]) -> Iterator[Goal]:
    for of, whole in wholes:
        for number, _ in enumerate(conditions(whole) if whole is not None else ()):
            yield from (Goal(kind, of, number, value) for value in (True, False))
