"""A policy and a solver: what every question takes, and what it may find."""

from __future__ import annotations

from collections.abc import Iterable

import z3
from attrs import field, frozen

from forbear.errors import Severity, Span
from forbear.language import ir
from forbear.language.types import RecordsType
from forbear.prove.moment import Moment, Settings
from forbear.prove.nesting import Nesting
from forbear.prove.products import fixed_in_products
from forbear.prove.terms import Codes, constant, equal
from forbear.prove.witness import Quieting, Witness


@frozen
class Finding:
    """Something that is wrong with a decision, where it stands, and a case that shows it."""

    code: str
    message: str
    span: Span = field(eq=False)
    decision: str
    about: str = ""  # the rule, outcome or promise
    severity: Severity = Severity.WARNING
    witness: Witness | None = None


class Undecided(Exception):
    """The solver gave up, within its time."""


class Asking:
    """A policy of which something is asked. One question costs milliseconds; `seconds` bounds a hard one."""

    def __init__(self, policy: ir.Policy, seconds: int = 30) -> None:
        self.policy = policy
        self.settings = Settings(policy, Codes(), fixed_in_products(policy))
        self.moments = {event: Moment(policy, event, self.settings) for event in policy.plans}
        self._nesting = Nesting(policy, self.settings)
        self._seconds = seconds

    def solver(self, moment: Moment, paths: Iterable[str]) -> z3.Solver:
        """A solver that knows all on which some paths depend."""
        found = z3.Solver()
        found.set("timeout", self._seconds * 1000)
        given = list(paths)
        found.add(moment.known(given))
        folds = [path for path in moment.depends(given) if path in self.policy.folds and path in moment.variables]
        found.add(self._nesting.known(folds, moment.reading))
        return found

    def told(self, moment: Moment, name: str, paths: Iterable[str]) -> set[str]:
        """All that a case of a decision must tell: without a fact that a promise or an effect reads it falls back."""
        plan = self.policy.plans[moment.event]
        found = moment.depends([*paths, *([name] if name in self.policy.decisions else [])])
        needed = {one for one in found | {name} if one in plan.reads}
        found = found.union(*(plan.reads[one] for one in needed))
        found = found.union(*(read for one, read in plan.promised if one.decision in needed))
        facts = self.policy.facts
        return {path for path in found if path not in facts or not isinstance(facts[path].type, RecordsType)}

    def as_chosen(self, path: str) -> z3.BoolRef:
        """That a setting is as it was chosen."""
        value = self.settings.fixed.get(path, self.policy.settings[path].value)
        return equal(self.settings.value(path), constant(value, self.settings.codes))


def possible(solver: z3.Solver, condition: z3.BoolRef) -> bool:
    """Whether a case is left in which a condition holds. Raises Undecided."""
    found = solver.check(condition)
    if found == z3.unknown:
        raise Undecided(solver.reason_unknown())
    return bool(found == z3.sat)


def shown(solver: z3.Solver, condition: z3.BoolRef, quieting: Quieting) -> Witness:
    """A case in which a condition holds, of those that the solver allows."""
    solver.push()
    solver.add(condition)
    witness = quieting.take(solver)
    solver.pop()
    return witness
