"""What is asked of one decision, over all facts that fit the vocabulary and all settings in their ranges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from forbear.engine.pure import Answer
from forbear.errors import Severity
from forbear.language import ir
from forbear.language.types import EnumType, Value
from forbear.prove.asking import Finding, possible, shown
from forbear.prove.moment import Moment, Settings
from forbear.prove.promises import Promises
from forbear.prove.terms import Term, constant, equal
from forbear.prove.witness import Quieting, replay


class Questions(Promises):
    """Asks a policy."""

    def about(self, name: str) -> Iterator[Finding]:
        """What is wrong with the rules and outcomes of a decision."""
        decision = self.policy.decisions[name]
        firing, always, outcomes = set[str](), {rule.name for rule in decision.rules}, set[Value]()
        values = decision.type.values if isinstance(decision.type, EnumType) else ()
        hidden: dict[str, tuple[str, ...]] = {}
        for event in decision.asked_on:
            moment = self.moments[event]
            solver = self.solver(moment, [name])
            outcome = moment.outcome(name)
            for rule in moment.asked(name):
                condition = outcome.conditions[rule.name]
                if rule.name not in firing and possible(solver, outcome.fires[rule.name]):
                    firing.add(rule.name)
                elif rule.name not in firing:
                    before = hidden.get(rule.name, ())
                    hidden[rule.name] = (*before, *self._hiding(solver, moment, name, rule))
                if rule.when is None or possible(solver, z3.Not(condition)):
                    always.discard(rule.name)
            outcomes |= {
                value
                for value in values
                if value not in outcomes and possible(solver, _comes_to(decision, outcome.value, value, self.settings))
            }
            yield from self._contradictions(solver, moment, decision)
        for rule in decision.rules:
            if rule.name not in firing:
                yield _never_fires(name, rule, tuple(dict.fromkeys(hidden.get(rule.name, ()))))
            elif rule.name in always and rule.when is not None:
                message = f"the condition of `{rule.name}` holds whatever the facts are"
                yield Finding("always-true", message, rule.span, name, rule.name)
        for value in values:
            if value not in outcomes:
                message = f"`{name}` never comes to `{value}`"
                yield Finding("unreachable-outcome", message, decision.span, name, str(value))

    def _hiding(self, solver: z3.Solver, moment: Moment, name: str, rule: ir.Rule) -> tuple[str, ...]:
        """The rules that take every case of a rule; none where its own condition never holds."""
        outcome = moment.outcome(name)
        if not possible(solver, outcome.conditions[rule.name]):
            return ()
        others = [one.name for one in moment.asked(name) if one.name != rule.name]
        marks = {one: z3.Bool(f"not {one}") for one in others}
        solver.push()
        solver.add(outcome.conditions[rule.name])
        solver.add([z3.Implies(marks[one], z3.Not(outcome.conditions[one])) for one in others])
        core = solver.unsat_core() if solver.check(*marks.values()) == z3.unsat else ()
        needed = {str(one) for one in core}
        solver.pop()
        return tuple(one for one in others if str(marks[one]) in needed)

    def _contradictions(self, solver: z3.Solver, moment: Moment, decision: ir.Decision) -> Iterator[Finding]:
        """Cases without an outcome of their own, and cases to which two rules give one."""
        outcome = moment.outcome(decision.name)
        holds = list(outcome.conditions.values())
        silent = z3.And([z3.Not(one) for one in holds])
        paths = self.told(moment, decision.name, [])
        if decision.hit != "collect" and decision.otherwise is None and possible(solver, silent):
            witness = shown(solver, silent, Quieting(moment, paths))
            message = f"no rule of `{decision.name}` settles every case of `{moment.event}`: {witness.words()}"
            yield Finding("gap", message, decision.span, decision.name, moment.event, Severity.ERROR, witness)
        if decision.hit != "unique" or not possible(solver, outcome.conflict):
            return
        rules = moment.asked(decision.name)
        for n, one in enumerate(rules):
            for other in rules[:n]:
                both = z3.And(outcome.conditions[one.name], outcome.conditions[other.name])
                if possible(solver, both):
                    witness = shown(solver, both, Quieting(moment, paths))
                    message = f"`{other.name}` and `{one.name}` both match: {witness.words()}"
                    yield Finding("doubled", message, one.span, decision.name, one.name, Severity.ERROR, witness)
                    return


def confirmed(policy: ir.Policy, finding: Finding) -> bool:
    """Whether the evaluators, each on its own, find what a finding with a witness says."""
    if finding.witness is None:
        return True
    answers = replay(policy, finding.witness, finding.decision)
    return bool(answers) and all(_shows(finding, answer) for answer in answers)


def _shows(finding: Finding, answer: Answer) -> bool:
    if finding.decision in answer.degraded:
        return False
    match finding.code:
        case "promise-broken":
            return finding.about in answer.evaluation.violated
        case "doubled":
            return finding.decision in answer.evaluation.conflicts
        case _:
            return not any(rule.startswith(f"{finding.decision}.") for rule in answer.evaluation.fired)


def _comes_to(decision: ir.Decision, term: Term, value: Value, settings: Settings) -> z3.BoolRef:
    wanted = constant(value, settings.codes)
    if decision.hit == "collect":
        return term.contains(wanted)
    return equal(term, wanted)


def _never_fires(name: str, rule: ir.Rule, hiding: Sequence[str]) -> Finding:
    if not hiding:
        return Finding("never-true", f"the condition of `{rule.name}` never holds", rule.span, name, rule.name)
    others = " and ".join(f"`{one}`" for one in hiding)
    message = f"{others} {'takes' if len(hiding) == 1 else 'take'} every case of `{rule.name}`"
    return Finding("hidden-rule", message, rule.span, name, rule.name)
