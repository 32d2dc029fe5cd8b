"""What is asked of one decision, over all facts that fit the vocabulary and all settings in their ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import z3
from attrs import field, frozen

from forbear.engine.pure import Answer
from forbear.errors import Severity, Span
from forbear.language import ir
from forbear.language.types import EnumType, RecordsType, Value
from forbear.language.walk import reads
from forbear.prove.moment import FLAGS, SETTING, Candidate, Moment, Settings
from forbear.prove.nesting import Nesting
from forbear.prove.regions import Region, breaking
from forbear.prove.terms import Codes, Reading, Term, constant, equal
from forbear.prove.witness import Quieting, Witness, replay

SPACES = ("candidate", "ahead", "behind")


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
    regions: tuple[Region, ...] = ()


@frozen
class Proved:
    """A promise that holds on every event on which it is asked, whatever the facts; `under` says for which settings."""

    promise: ir.Invariant
    regions: tuple[Region, ...] = ()  # the settings outside of which it was proved; none: it holds under all


class Undecided(Exception):
    """The solver gave up, within its time."""


class Questions:
    """Asks a policy. One question costs milliseconds; `seconds` bounds a hard one."""

    def __init__(self, policy: ir.Policy, seconds: int = 30) -> None:
        self.policy = policy
        self.settings = Settings(policy, Codes(), fixed_in_products(policy))
        self._moments = {event: Moment(policy, event, self.settings) for event in policy.plans}
        self._nesting = Nesting(policy, self.settings)
        self._seconds = seconds

    def moment(self, event: str) -> Moment:
        """An event of a type."""
        return self._moments[event]

    def solver(self, moment: Moment, paths: Iterable[str]) -> z3.Solver:
        """A solver that knows all on which some paths depend."""
        found = z3.Solver()
        found.set("timeout", self._seconds * 1000)
        given = list(paths)
        found.add(moment.known(given))
        folds = [path for path in moment.depends(given) if path in self.policy.folds and path in moment.variables]
        found.add(self._nesting.known(folds, moment.reading))
        return found

    # --- rules and outcomes

    def about(self, name: str) -> Iterator[Finding]:
        """What is wrong with the rules and outcomes of a decision."""
        decision = self.policy.decisions[name]
        firing, always, outcomes = set[str](), {rule.name for rule in decision.rules}, set[Value]()
        values = decision.type.values if isinstance(decision.type, EnumType) else ()
        hidden: dict[str, tuple[str, ...]] = {}
        for event in decision.asked_on:
            moment = self._moments[event]
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
        paths = self._told(moment, decision.name, [])
        if decision.hit != "collect" and decision.otherwise is None and possible(solver, silent):
            witness = _shown(solver, silent, Quieting(moment, paths))
            message = f"no rule of `{decision.name}` settles every case of `{moment.event}`: {witness.words()}"
            yield Finding("gap", message, decision.span, decision.name, moment.event, Severity.ERROR, witness)
        if decision.hit != "unique" or not possible(solver, outcome.conflict):
            return
        rules = moment.asked(decision.name)
        for n, one in enumerate(rules):
            for other in rules[:n]:
                both = z3.And(outcome.conditions[one.name], outcome.conditions[other.name])
                if possible(solver, both):
                    witness = _shown(solver, both, Quieting(moment, paths))
                    message = f"`{other.name}` and `{one.name}` both match: {witness.words()}"
                    yield Finding("doubled", message, one.span, decision.name, one.name, Severity.ERROR, witness)
                    return

    # --- promises

    def promise(self, one: ir.Invariant) -> Proved | Finding:
        """Whether a promise holds on every event on which it is asked; where it does not, the case."""
        seen = False
        regions: list[Region] = []
        for event in one.asked_on:
            moment = self._moments[event]
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
            quieting = Quieting(moment, self._told(moment, one.decision, paths), candidates)
            chosen = [self._as_chosen(path) for path in every if path.startswith(SETTING)]
            if possible(solver, z3.And(broken, *chosen)):
                witness = _shown(solver, z3.And(broken, *chosen), quieting)
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
                solver.add([self._as_chosen(path) for path in every if path.startswith(SETTING)])
            if possible(solver, broken):
                return True
        return False

    def _told(self, moment: Moment, name: str, paths: Iterable[str]) -> set[str]:
        """All that a case of a decision must tell: without a fact that a promise or an effect reads it falls back."""
        plan = self.policy.plans[moment.event]
        found = moment.depends([*paths, *([name] if name in self.policy.decisions else [])])
        needed = {one for one in found | {name} if one in plan.reads}
        found = found.union(*(plan.reads[one] for one in needed))
        found = found.union(*(read for one, read in plan.promised if one.decision in needed))
        facts = self.policy.facts
        return {path for path in found if path not in facts or not isinstance(facts[path].type, RecordsType)}

    def _as_chosen(self, path: str) -> z3.BoolRef:
        value = self.settings.fixed.get(path, self.policy.settings[path].value)
        return equal(self.settings.value(path), constant(value, self.settings.codes))

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


def possible(solver: z3.Solver, condition: z3.BoolRef) -> bool:
    """Whether a case is left in which a condition holds. Raises Undecided."""
    found = solver.check(condition)
    if found == z3.unknown:
        raise Undecided(solver.reason_unknown())
    return bool(found == z3.sat)


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


def _shown(solver: z3.Solver, condition: z3.BoolRef, quieting: Quieting) -> Witness:
    solver.push()
    solver.add(condition)
    witness = quieting.take(solver)
    solver.pop()
    return witness


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


def _fair(candidates: Sequence[Candidate], one: ir.Invariant) -> list[z3.BoolRef]:
    """What is known of the candidates of whom a promise speaks."""
    found = [known for candidate in candidates for known in candidate.known()]
    if one.about == "pair":
        ahead, behind = candidates
        found += [ahead.ranked(), behind.ranked(), ahead.score() >= behind.score()]
        found.append(z3.Not(equal(ahead.field_value("id"), behind.field_value("id"))))
        found += [known for candidate in candidates for known in candidate.known()]
    elif one.about:
        candidates[0].ranked()
        found += candidates[0].known()
    return found


def _read_by(ranking: ir.Ranking) -> set[str]:
    """What the rules of a ranking read beside the candidate."""
    return {path for expr in _of_ranking(ranking) for path in reads(expr) if not path.startswith(ir.CANDIDATE)}


def _of_ranking(ranking: ir.Ranking) -> Iterator[ir.Expr]:
    """Every expression of a ranking."""
    yield from (rule.when for rule in ranking.require)
    for rule in ranking.prefer:
        yield from (one for one in (rule.when, rule.add) if one is not None)


def fixed_in_products(policy: ir.Policy) -> Mapping[str, Value]:
    """The settings that are multiplied with something that is no number: a proof takes them as they were chosen."""
    found: dict[str, Value] = {}
    for expr in every_expression(policy):
        for product in _products(expr):
            left, right = ({*reads(side)} for side in (product.left, product.right))
            if left and right:
                side = left if all(path.startswith(SETTING) for path in left) else right
                found |= {path: policy.settings[path].value for path in side if path.startswith(SETTING)}
    return found


def every_expression(policy: ir.Policy) -> Iterator[ir.Expr]:
    """Every expression that decides something."""
    for decision in policy.decisions.values():
        yield decision.fallback
        for rule in decision.rules:
            yield from (one for one in (rule.when, rule.then) if one is not None)
    for ranking in policy.rankings.values():
        yield from _of_ranking(ranking)
    yield from (one.condition for one in policy.invariants)
    yield from (fold.where for fold in policy.folds.values() if fold.where is not None)


def _products(expr: ir.Expr) -> Iterator[ir.Arithmetic]:
    match expr:
        case ir.Arithmetic(operator, left, right):
            if operator == "*":
                yield expr
            yield from (*_products(left), *_products(right))
        case ir.Compare(_, left, right) | ir.In(left, right):
            yield from (*_products(left), *_products(right))
        case ir.All(parts) | ir.Any(parts) | ir.ListOf(parts):
            for part in parts:
                yield from _products(part)
        case ir.Not(operand):
            yield from _products(operand)
        case _:
            return
