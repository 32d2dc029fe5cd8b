"""A promise over every history, as constrained Horn clauses: Spacer looks for what holds after every step.

What it finds is not taken on trust. It is put to a plain solver: that it holds at the beginning, that no step leaves
it, and that the promise cannot be broken where it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import z3
from attrs import evolve, field, frozen

from forbear.language import ir
from forbear.language.walk import reads
from forbear.prove.lemmas import in_words
from forbear.prove.moment import Settings
from forbear.prove.nesting import Nesting
from forbear.prove.promises import breaks
from forbear.prove.state import Change, State, Track, make_state, track
from forbear.prove.stepping import Step
from forbear.prove.steps import Steps


@frozen
class Around:
    """What may happen beside events. Where something is left out, the answer says that it was assumed."""

    overrides: bool = True  # people set outcomes
    merges: bool = True  # two customers turn out to be one
    splits: bool = True  # and again two
    forgetting: bool = True  # entries are dropped after their time, and customers erased

    def left_out(self) -> tuple[str, ...]:
        """What is assumed not to happen, in words."""
        words = {
            "overrides": "nobody overrides an outcome",
            "merges": "no customers are merged",
            "splits": "no customers that were merged are split again",
            "forgetting": "nothing is erased, and nothing dropped after its time",
        }
        return tuple(word for name, word in words.items() if not getattr(self, name))


@frozen
class Answer:
    """What was found about a promise: proved, refuted (by steps that may not be real), or unknown."""

    verdict: str
    tracks: tuple[Track, ...]
    around: Around
    lemma: tuple[str, ...] = ()  # what always holds, in words
    why: str = ""
    formula: z3.BoolRef | None = field(default=None, eq=False, repr=False)  # the same, as a formula about the state


@frozen
class Problem:
    """A promise with the steps that may change what it depends on."""

    policy: ir.Policy
    settings: Settings
    promise: ir.Invariant
    steps: Steps
    before: State
    after: State
    every: tuple[Step, ...]
    looks: tuple[Step, ...]  # the promise at each event on which it is asked
    bad: tuple[z3.BoolRef, ...]
    around: Around
    parameters: tuple[z3.ExprRef, ...] = field(factory=tuple)

    def decided(self, step: Step) -> list[z3.BoolRef]:
        """That nobody set an outcome on an event, where that is assumed."""
        return [] if self.around.overrides else [z3.Not(one) for one in step.moment.set_by_people()]

    @property
    def broken(self) -> list[z3.BoolRef]:
        """That the promise is broken, at each event on which it is asked."""
        return [z3.And(bad, *self.decided(look)) for look, bad in zip(self.looks, self.bad, strict=True)]


def pose(
    policy: ir.Policy,
    settings: Settings,
    nesting: Nesting,
    one: ir.Invariant,
    folds: Iterable[str],
    around: Around,
    beside: Iterable[Track] = (),
) -> Problem:
    """The problem with some folds kept in the state; what is known of others is only what holds in every ledger.

    `beside` are further counts to keep, of which no rule knows.
    """
    known = [track(policy.folds[path]) for path in sorted(set(folds))]
    tracks = (*(each for each in known if each is not None), *beside)
    steps = Steps(policy, settings, tracks, nesting)
    before, after = make_state(tracks, "before "), make_state(tracks, "after ")
    every = [steps.step(event, before, f"{event}: ") for event in policy.plans]
    looks, bad = [], []
    for event in one.asked_on:
        look = steps.look(event, before, f"{event} asked: ", reads(one.condition))
        looks.append(look)
        stands = z3.Not(look.moment.fallen(one.decision))
        bad.append(z3.And(*look.known, look.about(), stands, breaks(one, look.moment.reading)))
    found = Problem(
        policy,
        settings,
        one,
        steps,
        before,
        after,
        tuple(each for each in every if each is not None),
        tuple(looks),
        tuple(bad),
        around,
    )
    return evolve(found, parameters=_parameters(found))


def posed_within(problem: Problem, around: Around) -> Problem:
    """The same problem with something else around events."""
    if around == problem.around:
        return problem
    found = evolve(problem, around=around)
    return evolve(found, parameters=_parameters(found))


def _parameters(problem: Problem) -> tuple[z3.ExprRef, ...]:
    """What stays the same through a history: the settings that matter, and whether the contact is the customer's."""
    used = {str(one) for one in variables_of([*(way for _, way in transitions(problem)), *problem.broken])}
    terms = [term for path, term in sorted(problem.settings.terms.items()) if path in used]
    return (*(term for term in terms if isinstance(term, z3.ExprRef)), problem.steps.of_customer)


def transitions(problem: Problem) -> Iterator[tuple[str, z3.BoolRef]]:
    """Every way from one state to the next, each with its name."""
    before, after = problem.before, problem.after
    for step in problem.every:
        yield step.event, z3.And(*step.known, *problem.decided(step), _becomes(after, step.change))
    if problem.around.forgetting:
        yield "time drops entries", _dropped(problem)
        yield "the customer is erased", _erased(problem)
    if problem.around.splits:
        yield "customers are split", _fewer(before, after, [one for one in before.tracks if _of_customer(one)])


def _becomes(after: State, change: Change) -> z3.BoolRef:
    return z3.And([term == change.terms[name] for name, term in after.terms.items()])


def _of_customer(one: Track) -> bool:
    return one.fold.scope == "customer"


def _dropped(problem: Problem) -> z3.BoolRef:
    """Any entries of a kind that is kept for a time only are gone."""
    kinds = problem.policy.retention.keys()
    return _fewer(problem.before, problem.after, [one for one in problem.before.tracks if one.fold.entry in kinds])


def _fewer(before: State, after: State, tracks: Sequence[Track]) -> z3.BoolRef:
    """Some folds keep fewer entries; what a sum, a first or a last comes to is left open."""
    fewer = {one.path for one in tracks}
    parts: list[z3.BoolRef] = [before.sane()]
    for one in before.tracks:
        if one.path in fewer:
            parts.append(z3.And(after.number(one) >= 0, after.number(one) <= before.number(one)))
        else:
            parts += [after.terms[name] == before.terms[name] for name in _names(one)]
    return z3.And(parts)


def _names(one: Track) -> list[str]:
    held = [f"{one.path} =", f"{one.path} ?"] if one.holds else []
    return [f"{one.path} #", *([f"{one.path} +"] if one.adds else []), *held]


def _erased(problem: Problem) -> z3.BoolRef:
    """Nothing of the customer is left, and nothing of the contact where it was the customer's."""
    before, after, of_customer = problem.before, problem.after, problem.steps.of_customer
    parts: list[z3.BoolRef] = []
    for one in before.tracks:
        gone = z3.BoolVal(True) if _of_customer(one) else of_customer
        for name in _names(one):
            if name.endswith(("#", "+")):
                parts.append(after.terms[name] == z3.If(gone, z3.IntVal(0), before.terms[name]))
            else:
                parts.append(z3.Implies(z3.Not(gone), after.terms[name] == before.terms[name]))
    return z3.And(parts)


def merged(one: State, other: State, after: State) -> z3.BoolRef:
    """Two customers are one: their entries count together; the contact stays what it was."""
    parts = [one.sane(), other.sane()]
    for each in one.tracks:
        for name in _names(each):
            if not _of_customer(each):
                parts.append(after.terms[name] == one.terms[name])
            elif name.endswith(("#", "+")):
                parts.append(after.terms[name] == one.terms[name] + other.terms[name])
            else:
                parts.append(z3.Or(after.terms[name] == one.terms[name], after.terms[name] == other.terms[name]))
    return z3.And(parts)


def answer(problem: Problem, seconds: int) -> Answer:
    """Ask Spacer, and check what it answers."""
    tracks = problem.before.tracks
    solver = z3.Fixedpoint()
    solver.set(engine="spacer", timeout=seconds * 1000)
    arguments = (*problem.before.variables, *problem.parameters)
    reach = z3.Function("reach", *(term.sort() for term in arguments), z3.BoolSort())
    broken = z3.Function("broken", z3.BoolSort())
    solver.register_relation(reach, broken)
    at = reach(*arguments)
    then = reach(*problem.after.variables, *problem.parameters)

    rules = [(at, [problem.before.empty()], "beginning")]
    rules += [(then, [at, way], name) for name, way in transitions(problem)]
    if _merges(problem):
        other = make_state(tracks, "other ")
        elsewhere = reach(*other.variables, *problem.parameters[:-1], _THEIRS)
        rules.append((then, [at, elsewhere, merged(problem.before, other, problem.after)], "customers are merged"))
    rules += [(broken(), [at, bad], look.event) for look, bad in zip(problem.looks, problem.broken, strict=True)]
    solver.declare_var(*variables_of(term for head, body, _ in rules for term in (*head.children(), *body)))
    for head, body, name in rules:
        solver.rule(head, body, name)
    try:
        found = solver.query(broken())
    except z3.Z3Exception as error:
        return Answer("unknown", tracks, problem.around, why=str(error))
    if found == z3.sat:
        return Answer("refuted", tracks, problem.around)
    if found != z3.unsat:
        return Answer("unknown", tracks, problem.around, why=solver.reason_unknown())
    lemma = z3.substitute_vars(solver.get_cover_delta(-1, reach), *arguments)
    return checked(problem, lemma, seconds)


def checked(problem: Problem, lemma: z3.BoolRef, seconds: int) -> Answer:
    """The answer that something which is said to hold always gives, when a plain solver finds it so."""
    tracks, around = problem.before.tracks, problem.around
    if not _plainly(problem, lemma, seconds):
        return Answer("unknown", tracks, around, why="what was found does not stand up to a second look")
    return Answer("proved", tracks, around, lemma=in_words(lemma), formula=lemma)


_THEIRS = z3.Bool("the other contact is the other customer's")


def _merges(problem: Problem) -> bool:
    return problem.around.merges and any(_of_customer(one) for one in problem.before.tracks)


def variables_of(terms: Iterable[z3.ExprRef]) -> list[z3.ExprRef]:
    """The variables of some terms, each once."""
    found: dict[str, z3.ExprRef] = {}
    waiting, seen_ = list(terms), set[int]()
    while waiting:
        one = waiting.pop()
        if one.get_id() in seen_:
            continue
        seen_.add(one.get_id())
        if z3.is_const(one) and one.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found[str(one)] = one
        waiting += one.children()
    return list(found.values())


def _plainly(problem: Problem, lemma: z3.BoolRef, seconds: int) -> bool:
    """Whether something holds at the beginning, is left by no step, and rules out that the promise breaks."""
    later = z3.substitute(lemma, *zip(problem.before.variables, problem.after.variables, strict=True))
    claims = [z3.And(problem.before.empty(), z3.Not(lemma))]
    claims += [z3.And(lemma, way, z3.Not(later)) for _, way in transitions(problem)]
    claims += [z3.And(lemma, bad) for bad in problem.broken]
    if _merges(problem):
        other = make_state(problem.before.tracks, "other ")
        theirs = z3.substitute(
            lemma,
            *zip(problem.before.variables, other.variables, strict=True),
            (problem.steps.of_customer, _THEIRS),
        )
        claims.append(z3.And(lemma, theirs, merged(problem.before, other, problem.after), z3.Not(later)))
    domains = [problem.settings.domain(path) for path in problem.settings.terms]
    for claim in claims:
        solver = z3.Solver()
        solver.set("timeout", seconds * 1000)
        solver.add(claim, *domains)
        if solver.check() != z3.unsat:
            return False
    return True
