"""Every promise about one decision, of every bundled pack, is broken by changes of rules, and each case replays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from random import Random

import pytest
from attrs import evolve

from forbear.language import ir
from forbear.language.files import find_pack
from forbear.language.pack import build_policy, read_pack
from forbear.language.types import EnumType, IntType
from forbear.language.walk import reads, verb_and_name
from forbear.prove.asking import Finding
from forbear.prove.moment import FLAGS, SETTING
from forbear.prove.questions import Questions, confirmed
from forbear.prove.witness import with_settings
from forbear.testing.mutation import Mutant, mutants_of
from prove.long_kept import THEMES
from prove.test_broken_copies import named, violated

WAYS = 3  # to break each promise, where there are so many


def depends(policy: ir.Policy, one: ir.Invariant) -> set[str]:
    """The decisions and rankings on which a promise rests."""
    questions = Questions(policy)
    return {one.decision}.union(*(questions.told(questions.moments[event], one.decision, []) for event in one.asked_on))


def added(policy: ir.Policy, one: ir.Invariant) -> Iterator[Mutant]:
    """The rules with an effect more, of those that the promise says never follow."""
    flags = {path for path in reads(one.condition) if path.startswith(FLAGS)}
    plain = [effect for rule in rules(policy) for effect in rule.effects if is_plain(effect)]
    for effect in plain:
        if ".".join(("recorded" if isinstance(effect, ir.Record) else "owed", verb_and_name(effect)[1])) not in flags:
            continue
        for decision in policy.decisions.values():
            for n, rule in enumerate(decision.rules):
                if set(rule.asked_on) & set(one.asked_on):
                    more = evolve(rule, effects=(*rule.effects, effect))
                    changed = evolve(decision, rules=(*decision.rules[:n], more, *decision.rules[n + 1 :]))
                    yield Mutant(decision.name, rule.name, "effect", "an effect was added", rule.span, changed)


def revalued(policy: ir.Policy, one: ir.Invariant) -> Iterator[Mutant]:
    """The rules of the promise's decision with each other outcome."""
    decision = policy.decisions.get(one.decision)
    values = decision.type.values if decision is not None and isinstance(decision.type, EnumType) else ()
    for n, rule in enumerate(decision.rules if decision is not None else ()):
        for value in values:
            other = evolve(rule, then=ir.Constant(value))
            changed = evolve(decision, rules=(*decision.rules[:n], other, *decision.rules[n + 1 :]))
            yield Mutant(decision.name, rule.name, "outcome", f"the outcome became {value}", rule.span, changed)


def beneath(policy: ir.Policy, pack: str, concerned: set[str]) -> Iterator[Mutant]:
    """The changes of decisions of other packs on which a promise rests."""
    for theme in THEMES:
        sources = read_pack(find_pack(theme)) if theme != pack else []
        below = build_policy(sources) if sources else policy
        shared = {name for name in concerned if name in below.decisions} & policy.decisions.keys()
        shared = {name for name in shared if below.decisions[name] == policy.decisions[name]}
        yield from mutants_of(below, sources, shared) if sources and shared else ()


def rules(policy: ir.Policy) -> Iterator[ir.Rule]:
    for decision in policy.decisions.values():
        yield from decision.rules


def is_plain(effect: ir.Effect) -> bool:
    """Whether an effect can be caused on any event: it reads nothing."""
    values = effect.values if isinstance(effect, ir.Record) else () if isinstance(effect, ir.Owe) else None
    return values is not None and all(isinstance(value, ir.Constant) for _, value in values)


def breaking(policy: ir.Policy, one: ir.Invariant, every: Iterable[Mutant]) -> Iterator[tuple[ir.Policy, Finding, str]]:
    """The changes with which a promise is refuted."""
    for mutant in every:
        changed = mutant.policy(policy)
        found = Questions(changed).promise(named(changed, one.name))
        if isinstance(found, Finding) and found.code == "promise-broken":
            yield changed, found, f"{mutant.of}.{mutant.rule}: {mutant.said}"


def breaking_settings(policy: ir.Policy, one: ir.Invariant) -> Iterator[str]:
    """The settings of a promise that speaks of settings alone, any other choice of which refutes it."""
    paths = set(reads(one.condition))
    for path in sorted(paths if all(path.startswith(SETTING) for path in paths) else ()):
        kind = policy.settings[path].type
        for value in (kind.low, kind.high) if isinstance(kind, IntType) else ():
            found = Questions(with_settings(policy, {path.removeprefix(SETTING): value})).promise(one)
            if isinstance(found, Finding) and found.code == "promise-broken":
                yield f"{path} is {value}"


@pytest.mark.parametrize("pack", [one for one in THEMES if one != "consent"])  # which promises nothing
def test_each_promise_is_broken_by_changes_and_every_case_breaks_it(pack: str) -> None:
    sources = read_pack(find_pack(pack))
    policy = build_policy(sources)
    every = [one for one in mutants_of(policy, sources) if not one.is_fallback]
    Random(pack).shuffle(every)
    own = [one for one in policy.invariants if not one.throughout and ":" not in one.span.file]
    assert own
    unbroken = []
    for one in own:
        concerned = depends(policy, one)
        its = (each for each in every if each.of in concerned)
        mutants = chain(its, added(policy, one), revalued(policy, one), beneath(policy, pack, concerned))
        ways = list(islice(breaking(policy, one, mutants), WAYS))
        for changed, found, said in ways:
            assert confirmed(changed, found), (one.name, said)
            assert violated(changed, found), (one.name, said)
        if not ways and not any(breaking_settings(policy, one)):
            unbroken.append(one.name)
    assert unbroken == []
