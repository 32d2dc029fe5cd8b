"""Whether anything on which a decision depends was changed at all: what need not be asked of a solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from forbear.language import ir
from forbear.language.walk import reads
from forbear.prove.both import Both, Pair
from forbear.prove.moment import SETTING, Moment


def is_same(pair: Pair, both: Both, name: str) -> bool:
    """Whether a decision or ranking, and all on which it depends on an event, is declared alike in both policies."""
    return _is_alike(pair, both, closure(both.before, name), closure(both.after, name))


def is_same_of(pair: Pair, both: Both, paths: Iterable[str]) -> bool:
    """Whether some paths, and all on which they depend on an event, are declared alike in both policies."""
    asked = list(paths)
    return _is_alike(pair, both, both.before.depends(asked), both.after.depends(asked))


def _is_alike(pair: Pair, both: Both, ours: set[str], theirs: set[str]) -> bool:
    if ours != theirs or (pair.own and ours & pair.changed.keys()):
        return False
    return all(_declared(both.before, path) == _declared(both.after, path) for path in ours)


def through(both: Both, name: str) -> tuple[str, ...]:
    """The decisions that one reads and that were changed, where itself was not."""
    if _declared(both.before, name) != _declared(both.after, name):
        return ()
    every = (closure(both.before, name) | closure(both.after, name)) - {name}
    changed = (path for path in every if _declared(both.before, path) != _declared(both.after, path))
    return tuple(sorted(changed))


def closure(moment: Moment, name: str) -> set[str]:
    """All on which a decision or ranking depends, and itself."""
    if name in moment.policy.rankings:
        ranking = moment.policy.rankings[name]
        found = {path for expr in expressions(ranking) for path in reads(expr)}
        plain = {path for path in found if not path.startswith(ir.CANDIDATE)}
        folds = {path.removeprefix(ir.CANDIDATE) for path in found} & moment.policy.folds.keys()
        return {name, ranking.over} | folds | moment.depends(plain)
    return moment.depends([name])


def expressions(ranking: ir.Ranking) -> Iterator[ir.Expr]:
    """Every expression of a ranking."""
    yield from (one.when for one in ranking.require)
    yield from (one for rule in ranking.prefer for one in (rule.when, rule.add) if one is not None)


def _declared(moment: Moment, path: str) -> object:
    """What a policy declares of a path, without the words for people."""
    policy = moment.policy
    if path in policy.decisions:
        return _deciding(moment, policy.decisions[path])
    if path in policy.rankings:
        one = policy.rankings[path]
        return (
            one.over,
            tuple((rule.name, rule.when) for rule in one.require),
            tuple((rule.name, rule.when, rule.add) for rule in one.prefer),
        )
    if path.startswith(SETTING):
        return policy.settings[path].type if path in policy.settings else None
    if path in policy.folds:
        return plain_fold(policy.folds[path])
    fact = policy.facts.get(path) or policy.events[moment.event].get(path)
    return None if fact is None else (fact.type, fact.optional, fact.default)


def plain_fold(fold: ir.Fold) -> ir.Fold:
    """A fold without the words for people."""
    return evolve(fold, about={}, seen_by=())


def _deciding(moment: Moment, decision: ir.Decision) -> object:
    rules = [
        (rule.name, rule.when, rule.then, rule.effects) for rule in decision.rules if moment.event in rule.asked_on
    ]
    return decision.type, decision.hit, decision.fallback, decision.otherwise, tuple(rules)
