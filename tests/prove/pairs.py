"""A small policy and another that differs in a few places, so that every case can be decided by both."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from attrs import evolve

from forbear.language import ir
from forbear.language.plan import plan_event
from forbear.language.types import EnumType, IntType, Value
from strategies.tiny import Tiny, tiny_policy


def pair(seed: int) -> tuple[Tiny, ir.Policy, ir.Policy]:
    """A policy, with the words that it reads, and what some careless hand made of it."""
    random = Random(seed)
    tiny = tiny_policy(random)
    after = tiny.policy
    for _ in range(random.randint(1, 2)):
        after = _changed(after, random)
    return tiny, tiny.policy, evolve(after, digest=f"sha256:{seed}")


def _changed(policy: ir.Policy, random: Random) -> ir.Policy:
    if policy.settings and random.random() < 0.25:
        path = random.choice(sorted(policy.settings))
        return evolve(policy, settings={**policy.settings, path: _another(policy.settings[path], random)})
    if policy.rankings and random.random() < 0.6:
        (one,) = policy.rankings.values()
        return _planned(evolve(policy, rankings={one.name: _ranked(one, random)}))
    name = random.choice(sorted(policy.decisions))
    return _planned(evolve(policy, decisions={**policy.decisions, name: _decided(policy.decisions[name], random)}))


def _planned(policy: ir.Policy) -> ir.Policy:
    return evolve(policy, plans={event: plan_event(event, policy) for event in policy.plans})


def _another(one: ir.Setting, random: Random) -> ir.Setting:
    return evolve(one, value=random.choice(list(_values(one.type))))


def _values(kind: object) -> Iterator[Value]:
    match kind:
        case EnumType(values):
            yield from values
        case IntType(low, high):
            yield from range(low, high + 1)
        case _:
            yield from (False, True)


def _ranked(one: ir.Ranking, random: Random) -> ir.Ranking:
    if one.require and random.random() < 0.5:
        return evolve(one, require=one.require[1:])
    if not one.prefer:
        return one
    first, *rest = one.prefer
    add = ir.Constant(random.choice((1, 3, 7)))
    return evolve(one, prefer=(evolve(first, add=add), *rest) if random.random() < 0.6 else tuple(rest))


def _decided(one: ir.Decision, random: Random) -> ir.Decision:
    rules = list(one.rules)
    if not rules:
        return one
    n = random.randrange(len(rules))
    match random.randint(0, 5):
        case 0:
            del rules[n]
        case 1:
            rules.reverse()
        case 2 if rules[n].when is not None:
            rules[n] = evolve(rules[n], when=_negated(rules[n].when))
        case 3:
            rules[n] = evolve(rules[n], when=random.choice(rules).when)
        case 4 if one.otherwise is not None:
            return evolve(one, otherwise=ir.Constant(random.choice(list(_values(one.type)))))
        case _:
            rules[n] = evolve(rules[n], then=ir.Constant(random.choice(list(_values(one.type)))))
    return evolve(one, rules=tuple(rules))


def _negated(when: ir.Expr | None) -> ir.Expr:
    """The condition turned round, where that reads nothing that is missing."""
    assert when is not None
    match when:
        case ir.Compare("==", left, right):
            return ir.Compare("!=", left, right)
        case ir.All(parts) if len(parts) > 1:
            return ir.All(parts[:-1])
        case _:
            return ir.Not(when)
