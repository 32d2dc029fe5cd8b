"""Whether a mutant decides the same as what it was made of, whatever the facts and settings are, proved by Z3.

Both read the same variables; only the value of the changed decision has one of its own for each.
"""

from __future__ import annotations

import z3
from attrs import evolve

from forbear.language import ir
from forbear.language.types import EnumType
from forbear.language.walk import reads
from forbear.prove.candidate import Candidate
from forbear.prove.moment import Moment, Outcome
from forbear.prove.questions import Questions
from forbear.prove.same import expressions
from forbear.prove.terms import Members, Term, constant, equal
from forbear.testing.mutation.mutants import Mutant

SECONDS = 10
OTHER = "mutant "


class Equality:
    """Asks a policy which of its mutants are equal to it."""

    def __init__(self, policy: ir.Policy) -> None:
        self._policy = policy
        self._questions = Questions(policy, SECONDS)

    def is_equal(self, mutant: Mutant) -> bool:
        """Whether outcome, rules that fire, and what they cause are the same for all facts; False where in doubt.

        What stands in doubt is for no rule to say, so a mutant of a fallback is never equal.
        """
        if mutant.is_fallback:
            return False
        same = self._ranked if isinstance(mutant.changed, ir.Ranking) else self._decided
        return all(same(mutant, event) for event in self._policy.asked_on(mutant.of))

    def _decided(self, mutant: Mutant, event: str) -> bool:
        moment = self._questions.moments[event]
        solver = self._questions.solver(moment, [mutant.of])
        other = _beside(moment, mutant.policy(self._policy), mutant.of)
        now, then = moment.outcome(mutant.of), other.outcome(mutant.of)
        assert isinstance(mutant.changed, ir.Decision)
        renamed = _renaming(now.value, mutant.of)
        if mutant.of in other.domains:
            solver.add(z3.substitute(other.domains[mutant.of], *renamed))
        value = z3.substitute(then.value, *renamed) if not isinstance(then.value, Members) else then.value
        unlike = [
            _unlike(self._policy.decisions[mutant.of], now.value, value, moment),
            z3.Xor(now.conflict, then.conflict),
            *_firing(self._policy.decisions[mutant.of], mutant.changed, now, then),
        ]
        return bool(solver.check(z3.Or(unlike)) == z3.unsat)

    def _ranked(self, mutant: Mutant, event: str) -> bool:
        """Of any two candidates: who is left out and by which rule, which preferences hold, and who goes first."""
        moment = self._questions.moments[event]
        before, after = self._policy.rankings[mutant.of], mutant.changed
        assert isinstance(after, ir.Ranking)
        old = [Candidate(moment, before, label) for label in ("ahead", "behind")]
        new = [evolve(one, ranking=after) for one in old]  # the same candidates: they share their variables
        unlike = [z3.Xor(*pair) for one, other in zip(old, new, strict=True) for pair in _told(one, other)]
        (a, b), (c, d) = ([one.score() for one in both] for both in (old, new))
        kept = z3.And([one.ranked() for one in old])
        unlike.append(z3.And(kept, z3.Or(z3.Xor(a > b, c > d), z3.Xor(a == b, c == d))))
        solver = self._questions.solver(moment, _read_by(before))
        for one in old:
            solver.add(one.known())
        return bool(solver.check(z3.Or(unlike)) == z3.unsat)


def _beside(moment: Moment, policy: ir.Policy, name: str) -> Moment:
    """The same event under another policy, on the same facts and with the same decisions before the one named."""
    before = moment.depends([name]) - {name}
    outcomes = {one: outcome for one, outcome in moment.outcomes.items() if one in before}
    return Moment(
        policy, moment.event, moment.settings, outcomes=outcomes, variables=moment.variables, asked_of=moment.asked_of
    )


def _read_by(ranking: ir.Ranking) -> set[str]:
    """What the rules of a ranking read beside the candidate."""
    return {path for expr in expressions(ranking) for path in reads(expr) if not path.startswith(ir.CANDIDATE)}


def _renaming(value: Term, name: str) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
    if isinstance(value, Members):
        return []
    return [(value, z3.Const(OTHER + name, value.sort()))]


def _unlike(decision: ir.Decision, one: Term, other: Term, moment: Moment) -> z3.BoolRef:
    if not isinstance(one, Members):
        return z3.Not(equal(one, other))
    assert isinstance(other, Members)
    values = decision.type.values if isinstance(decision.type, EnumType) else ()
    items = [constant(value, moment.codes) for value in values]
    return z3.Or([z3.Xor(one.contains(item), other.contains(item)) for item in items])


def _firing(before: ir.Decision, after: ir.Decision, now: Outcome, then: Outcome) -> list[z3.BoolRef]:
    """That some rule fires in one only, or causes something else."""
    nothing = z3.BoolVal(False)
    found = [z3.Xor(now.fires.get(name, nothing), then.fires.get(name, nothing)) for name in {*now.fires, *then.fires}]
    effects = {rule.name: rule.effects for rule in before.rules}
    changed = [rule.name for rule in after.rules if effects.get(rule.name) != rule.effects]
    return found + [now.fires[name] for name in changed if name in now.fires]


def _told(one: Candidate, other: Candidate) -> list[tuple[z3.BoolRef, z3.BoolRef]]:
    """What a record tells of a candidate, before and after, in pairs: the rule that leaves it out, what it is given."""
    return [
        *_pairs(_excluding(one), _excluding(other)),
        *_pairs(_preferring(one), _preferring(other)),
    ]


def _pairs(one: dict[str, z3.BoolRef], other: dict[str, z3.BoolRef]) -> list[tuple[z3.BoolRef, z3.BoolRef]]:
    nothing = z3.BoolVal(False)
    return [(one.get(name, nothing), other.get(name, nothing)) for name in {*one, *other}]


def _excluding(one: Candidate) -> dict[str, z3.BoolRef]:
    """The first requirement that fails."""
    found: dict[str, z3.BoolRef] = {}
    met: list[z3.BoolRef] = []
    for rule in one.ranking.require:
        holds = one.reading.condition(rule.when)
        found[rule.name] = z3.And(*met, z3.Not(holds))
        met.append(holds)
    return found


def _preferring(one: Candidate) -> dict[str, z3.BoolRef]:
    ranked = one.ranked()
    return {rule.name: z3.And(ranked, one.reading.condition(rule.when)) for rule in one.ranking.prefer}
