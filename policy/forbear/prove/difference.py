"""Two versions of a policy: on which facts a decision comes out otherwise, and what else is not as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import z3
from attrs import frozen

from forbear.engine.pure import Answer
from forbear.language import ir
from forbear.language.walk import verb_and_name
from forbear.prove.asking import Undecided, possible
from forbear.prove.both import Both, Pair, comparable
from forbear.prove.declared import Declared, declared
from forbear.prove.groups import Group, Grouping, grouping
from forbear.prove.moment import Moment
from forbear.prove.orders import ranking_changes
from forbear.prove.same import is_same, through
from forbear.prove.seen import Change, Shows, Untold, cases, example, merge, outcome, same

MOST_GROUPS = 12  # pairs of outcomes of one decision on one event
MOST_CASES = 4  # conditions of one pair
MOST_OTHERS = 3  # other rules that give the same outcome

Told = Callable[[str, int, int], None]
"""Hears how far it is: what is compared now, how much was, and how much there is."""


@frozen
class Difference:
    """All that was found between two policies."""

    before: ir.Policy
    after: ir.Policy
    declared: tuple[Declared, ...]
    changes: tuple[Change, ...]
    untold: tuple[Untold, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether nothing at all differs."""
        return not (self.declared or self.changes or self.untold)


def difference(before: ir.Policy, after: ir.Policy, told: Told | None = None, seconds: int = 10) -> Difference:
    """Compare every decision and ranking that both policies have, over all facts that fit both.

    Settings are equal in both, whatever they are; where their defaults differ, what reads them is compared once more
    with each policy's own.
    """
    names = [name for name in (*before.decisions, *before.rankings) if name in (*after.decisions, *after.rankings)]
    pairs = pairs_of(before, after, seconds)
    found: list[Change | Untold] = []
    for n, name in enumerate(names):
        if told is not None:
            told(name, n, len(names))
        for pair in pairs:
            found += compared(pair, name)
    changes = merge(one for one in found if isinstance(one, Change))
    untold = dict.fromkeys(one for one in found if isinstance(one, Untold))
    return Difference(before, after, tuple(declared(before, after)), changes, tuple(untold))


def pairs_of(before: ir.Policy, after: ir.Policy, seconds: int = 10) -> list[Pair]:
    """The policies under equal settings, and under their own where these differ."""
    equal = Pair(before, after, seconds=seconds)
    return [equal, Pair(before, after, own=True, seconds=seconds)] if equal.changed else [equal]


def compared(pair: Pair, name: str) -> Iterator[Change | Untold]:
    """What differs of one decision or ranking."""
    for event in pair.events:
        if event not in pair.before.asked_on(name) or event not in pair.after.asked_on(name):
            continue
        both = pair.at(event)
        if is_same(pair, both, name) or (pair.own and not _reads_own(pair, both, name)):
            continue
        missing = pair.untold(event, both.facts([name]))
        if missing:
            yield Untold(name, f"`{missing[0]}` is of another type now")
            continue
        try:
            yield from ranking_changes(pair, both, name) if name in pair.before.rankings else _on(pair, both, name)
        except Undecided as error:
            yield Untold(name, f"not settled on `{event}`: {error}")


def _reads_own(pair: Pair, both: Both, name: str) -> bool:
    """Whether a decision depends on a setting whose default differs."""
    return name in pair.before.rankings or bool(both.facts([name]) & pair.changed.keys())


def _on(pair: Pair, both: Both, name: str) -> Iterator[Change | Untold]:
    ours, theirs = pair.before.decisions[name], pair.after.decisions[name]
    if (ours.hit == "collect") != (theirs.hit == "collect") or not comparable(ours.type, theirs.type):
        yield Untold(name, "its outcomes are of another type now")
        return
    how = grouping(both, name)
    for one in _ways(both, name, how):
        if isinstance(one, Untold):
            yield one
            continue
        found, more = cases(pair, both, name, one.condition, _shows(name, one), MOST_CASES)
        yield Change(name, "outcome", one.before, one.after, tuple(found), more, through(both, name), pair.own)
    if not pair.own:
        yield from _rules(pair, both, name, how)
        yield from _effects(pair, both, name, how)


def _ways(both: Both, name: str, how: Grouping) -> Iterator[Group | Untold]:
    """One after another the ways in which outcomes differ, and that there are more of them."""
    solver = both.solver([name])
    solver.add(how.differ)
    yield from (one for one in how.lists if possible(solver, one.condition))
    told = 0
    while not how.lists and possible(solver, z3.BoolVal(True)):
        if told == MOST_GROUPS:
            yield Untold(name, f"on `{both.event}`, beyond {MOST_GROUPS} pairs of outcomes", partly=True)
            return
        one, told = how.of(solver.model()), told + 1
        yield one
        solver.add(z3.Not(one.condition))


def _shows(name: str, one: Group) -> Shows:
    return lambda before, after: one.holds(outcome(before, name), outcome(after, name))


# --- with the same outcome


def _rules(pair: Pair, both: Both, name: str, how: Grouping) -> Iterator[Change | Untold]:
    """Other rules that give the same outcome as before, and that there are more of them."""
    ours, theirs = both.before.outcome(name).fires, both.after.outcome(name).fires
    every = dict.fromkeys((*ours, *theirs))
    no = z3.BoolVal(False)
    differ = {rule: ours.get(rule, no) != theirs.get(rule, no) for rule in every}
    solver = both.solver([name])
    solver.add(z3.Not(how.differ), z3.Or(list(differ.values())))
    told = 0
    while possible(solver, z3.BoolVal(True)):
        if told == MOST_OTHERS:
            why = f"on `{both.event}`, beyond {MOST_OTHERS} examples of other rules with the same outcome"
            yield Untold(name, why, partly=True)
            return
        model, told = solver.model(), told + 1
        changed = [rule for rule in every if z3.is_true(model.eval(differ[rule], model_completion=True))]
        gone = [rule for rule in changed if z3.is_true(model.eval(ours.get(rule, no), model_completion=True))]
        new = [rule for rule in changed if rule not in gone]
        so = z3.And(
            z3.Not(how.differ),
            *(z3.And(ours.get(rule, no), z3.Not(theirs.get(rule, no))) for rule in gone),
            *(z3.And(theirs.get(rule, no), z3.Not(ours.get(rule, no))) for rule in new),
        )
        case = example(pair, both, name, so, _fires(name, gone, new))
        yield Change(name, "rules", _named(gone), _named(new), (case,), False, through(both, name))
        solver.add(z3.Not(so))


def _named(rules: list[str]) -> str:
    return ", ".join(rules) or "no rule"


def _fires(name: str, gone: list[str], new: list[str]) -> Shows:
    def shows(before: Answer, after: Answer) -> bool:
        was, now = (set(one.evaluation.fired) for one in (before, after))
        lost, won = ({f"{name}.{rule}" for rule in rules} for rules in (gone, new))
        return same(before, after, name) and lost <= was - now and won <= now - was

    return shows


def _effects(pair: Pair, both: Both, name: str, how: Grouping) -> Iterator[Change]:
    """What is owed or recorded, or not, although the outcome is the same."""
    moments = both.before, both.after
    for done in dict.fromkeys(one for moment in moments for one in _done(moment.policy.decisions[name].rules)):
        was, now = (_caused(moment, name, done) for moment in moments)
        for one, other, words in ((was, now, ("does", "does not")), (now, was, ("does not", "does"))):
            so = z3.And(z3.Not(how.differ), one, z3.Not(other))
            if possible(both.solver([name]), so):
                found, more = cases(pair, both, name, so, _causes(name, done, words[0] == "does"), MOST_CASES)
                before, after = (f"{each} {done[0]} `{done[1]}`" for each in words)
                yield Change(name, "effects", before, after, tuple(found), more, through(both, name))


def _done(rules: Iterable[ir.Rule]) -> Iterator[tuple[str, str]]:
    return (verb_and_name(effect) for rule in rules for effect in rule.effects)


def _caused(moment: Moment, name: str, done: tuple[str, str]) -> z3.BoolRef:
    asked, fires = moment.asked(name), moment.outcome(name).fires
    return z3.Or([fires[rule.name] for rule in asked if done in _done([rule])])


def _causes(name: str, done: tuple[str, str], was: bool) -> Shows:
    def shows(before: Answer, after: Answer) -> bool:
        found = [
            any(
                (one.action, one.name) == done and one.rule.partition(".")[0] == name
                for one in answer.evaluation.happenings
            )
            for answer in (before, after)
        ]
        return found == [was, not was]

    return shows
