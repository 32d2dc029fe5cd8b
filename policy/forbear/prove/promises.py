"""Whether a promise holds over all facts that fit the vocabulary and all settings in their ranges."""

from __future__ import annotations

from collections.abc import Sequence

import z3
from attrs import frozen

from forbear.errors import Severity
from forbear.language import ir
from forbear.language.walk import reads
from forbear.prove.asking import Asking, Finding, possible, shown
from forbear.prove.candidate import Candidate
from forbear.prove.moment import FLAGS, SETTING, Moment
from forbear.prove.products import of_ranking
from forbear.prove.regions import Region, breaking
from forbear.prove.terms import Reading, Term, equal
from forbear.prove.witness import Quieting

SPACES = ("candidate", "ahead", "behind")


@frozen
class Proved:
    """A promise that holds on every event on which it is asked, whatever the facts."""

    promise: ir.Invariant
    regions: tuple[Region, ...] = ()  # the settings outside of which it was proved; none: it holds under all


class Promises(Asking):
    """Asks about promises."""

    def promise(self, one: ir.Invariant) -> Proved | Finding:
        """Whether a promise holds on every event on which it is asked; where it does not, the case."""
        seen = False
        regions: list[Region] = []
        for event in one.asked_on:
            moment = self.moments[event]
            candidates, reading = self._view(one, moment)
            broken = breaks(one, reading)
            paths = {path for path in reads(one.condition) if path.partition(".")[0] not in SPACES}
            for candidate in candidates:
                paths |= _read_by(candidate.ranking)
            solver = self.solver(moment, paths)
            solver.add(_fair(candidates, one))
            seen = seen or not self._is_vacuous(solver, one, reading)
            if not possible(solver, broken):
                continue
            every = moment.depends(paths)
            quieting = Quieting(moment, self.told(moment, one.decision, paths), candidates)
            chosen = [self.as_chosen(path) for path in every if path.startswith(SETTING)]
            if possible(solver, z3.And(broken, *chosen)):
                witness = shown(solver, z3.And(broken, *chosen), quieting)
                message = f"the promise does not hold on `{event}`: {witness.words()}"
                return Finding("promise-broken", message, one.span, one.decision, one.name, Severity.ERROR, witness)
            solver.push()
            solver.add(broken)
            regions.append(breaking(solver, self.settings, [path for path in every if path.startswith(SETTING)]))
            solver.pop()
        if not seen:
            message = "the promise holds only because its case cannot occur"
            return Finding("vacuous-promise", message, one.span, one.decision, one.name)
        return Proved(one, tuple(dict.fromkeys(regions)))

    def presumed(self, found: Proved) -> tuple[str, ...]:
        """What a promise that was proved rests on beside facts, in words: what people set, and what fell back."""
        ways = {"nobody overrides an outcome": (False, True), "no decision that it reads falls back": (True, False)}
        return tuple(words for words, (falling, over) in ways.items() if self._can_break(found, falling, over))

    def _can_break(self, found: Proved, falling: bool, overriding: bool) -> bool:
        one = found.promise
        for event in one.asked_on:
            moment = Moment(self.policy, event, self.settings, falling=falling, overriding=overriding)
            candidates, reading = self._view(one, moment)
            broken = z3.And(breaks(one, reading), z3.Not(moment.fallen(one.decision)))
            paths = {path for path in reads(one.condition) if path.partition(".")[0] not in SPACES}
            for candidate in candidates:
                paths |= _read_by(candidate.ranking)
            every = moment.depends(paths)
            if not any(path in self.policy.decisions for path in every):
                continue
            solver = self.solver(moment, paths)
            solver.add(_fair(candidates, one))
            if found.regions:
                solver.add([self.as_chosen(path) for path in every if path.startswith(SETTING)])
            if possible(solver, broken):
                return True
        return False

    def _view(self, one: ir.Invariant, moment: Moment) -> tuple[list[Candidate], Reading]:
        """What a promise reads, and the candidates of whom it speaks."""
        if not one.about:
            return [], moment.reading
        ranking = self.policy.rankings[one.decision]
        names = ("candidate",) if one.about == "candidate" else ("ahead", "behind")
        known = {name: Candidate(moment, ranking, name) for name in names}

        def value(path: str) -> Term:
            space, _, name = path.partition(".")
            return known[space].field_value(name) if space in known else moment.value(path)

        def there(path: str) -> z3.BoolRef:
            space, _, name = path.partition(".")
            return known[space].field_there(name) if space in known else moment.there(path)

        return list(known.values()), Reading(value, there, self.settings.codes)

    def _is_vacuous(self, solver: z3.Solver, one: ir.Invariant, reading: Reading) -> bool:
        """Whether an outcome or effect of which the promise speaks, among other things, can never be."""
        parts = _conjuncts(one.condition if one.never else ir.Not(one.condition))
        chosen = [part for part in parts if self._is_case(part)] if len(parts) > 1 else []
        return not all(possible(solver, reading.condition(part)) for part in chosen)

    def _is_case(self, part: ir.Expr) -> bool:
        """Whether a part of a promise says when it speaks: at an outcome, or where something is recorded or owed."""
        match part:
            case ir.Read(path):
                return path.startswith(FLAGS) or path in self.policy.decisions
            case ir.Compare("==", ir.Read(path), ir.Constant()) | ir.In(ir.Read(path), ir.ListOf()):
                return path in self.policy.decisions
            case _:
                return False


def breaks(one: ir.Invariant, reading: Reading) -> z3.BoolRef:
    """That a promise is broken."""
    condition = reading.condition(one.condition)
    return condition if one.never else z3.Not(condition)


def _conjuncts(condition: ir.Expr) -> list[ir.Expr]:
    match condition:
        case ir.All(parts):
            return [inner for part in parts for inner in _conjuncts(part)]
        case ir.Not(ir.Any(parts)):
            return [inner for part in parts for inner in _conjuncts(ir.Not(part))]
        case ir.Not(ir.Not(operand)):
            return _conjuncts(operand)
        case _:
            return [condition]


def _fair(candidates: Sequence[Candidate], one: ir.Invariant) -> list[z3.BoolRef]:
    """What is known of the candidates of whom a promise speaks."""
    found: list[z3.BoolRef] = []
    if one.about == "pair":
        ahead, behind = candidates
        found += [ahead.ranked(), behind.ranked(), ahead.score() >= behind.score()]
        found.append(z3.Not(equal(ahead.field_value("id"), behind.field_value("id"))))
    return [*found, *(known for candidate in candidates for known in candidate.known())]


def _read_by(ranking: ir.Ranking) -> set[str]:
    """What the rules of a ranking read beside the candidate."""
    return {path for expr in of_ranking(ranking) for path in reads(expr) if not path.startswith(ir.CANDIDATE)}
