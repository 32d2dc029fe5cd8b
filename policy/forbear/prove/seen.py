"""What two policies make differently of the same facts: the conditions, each with a case that was replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import z3
from attrs import evolve, frozen

from forbear.engine.pure import Answer
from forbear.language.types import Value
from forbear.prove.asking import possible
from forbear.prove.both import Both, Pair
from forbear.prove.cubes import Cube, generalise
from forbear.prove.phrases import phrase
from forbear.prove.witness import Witness

Shows = Callable[[Answer, Answer], bool]
"""Whether what a policy and another made of a case is what was expected of them."""


@frozen
class Case:
    """When something is so, in words, with an example; `confirmed` unless the evaluators find otherwise."""

    words: str
    events: tuple[str, ...]
    witness: Witness
    confirmed: bool = True
    cubes: tuple[Cube, ...] = ()  # the same as conditions, one for each event; none where only an example is given

    def as_json(self) -> dict[str, Any]:
        """The case as plain data."""
        return {
            "when": self.words,
            "events": list(self.events),
            "example": {"event.type": self.witness.event, **self.witness.given},
            "settings": dict(self.witness.settings),
            "confirmed": self.confirmed,
        }


@frozen
class Change:
    """One way in which a decision or ranking is not what it was; `more` where not every case of it is listed.

    `through` names the decisions that it reads and whose rules changed, where its own did not; `own` says that each
    policy was asked with its own defaults of settings.
    """

    decision: str
    kind: str  # outcome, rules, effects or ranking
    before: str
    after: str
    cases: tuple[Case, ...]
    more: bool = False
    through: tuple[str, ...] = ()
    own: bool = False

    def as_json(self) -> dict[str, Any]:
        """The change as plain data."""
        return {
            "kind": self.kind,
            "decision": self.decision,
            "before": self.before,
            "after": self.after,
            "cases": [one.as_json() for one in self.cases],
            "more": self.more,
            "through": list(self.through),
            "own_defaults": self.own,
        }


@frozen
class Untold:
    """A decision that could not be compared, or not in full where `partly` is set, and why."""

    decision: str
    why: str
    partly: bool = False


def cases(
    pair: Pair, both: Both, name: str, condition: z3.BoolRef, shows: Shows, most: int, flags: Iterable[str] = ()
) -> tuple[list[Case], bool]:
    """Conditions that between them take in the facts under which something is so; whether there are more of them.

    `flags` are what the condition asks beside the decision: what is recorded or owed, by whatever decision.
    """
    names = [name, *flags]
    solver, against = both.solver(names), both.solver(names)
    solver.add(condition)
    against.add(z3.Not(condition))
    found: list[Case] = []
    quieting = both.quieting(names)
    while possible(solver, z3.BoolVal(True)):
        if len(found) == most or (found and not found[-1].cubes):
            return found, True
        witness = quieting.take(solver)
        cube = generalise(both, against, witness, names)
        words = witness.words() if cube is None else phrase(cube, both.joint.policy, witness.event)
        sound, cubes = confirmed(pair, witness, name, shows), () if cube is None else (cube,)
        found.append(Case(words, (witness.event,), witness, sound, cubes))
        if cube is not None:
            solver.add(z3.Not(cube.term(both.joint.reading)))
    return found, False


def example(pair: Pair, both: Both, name: str, condition: z3.BoolRef, shows: Shows) -> Case:
    """One case in which something is so, as quiet as can be."""
    solver = both.solver([name])
    solver.add(condition)
    witness = both.quieting([name]).take(solver)
    return Case(witness.words(), (witness.event,), witness, confirmed(pair, witness, name, shows))


def confirmed(pair: Pair, witness: Witness, name: str, shows: Shows) -> bool:
    """Whether the evaluators, each on its own, find what a case is to show."""
    answers = pair.replay(witness, name)
    return bool(answers) and all(
        name not in before.degraded and name not in after.degraded and shows(before, after) for before, after in answers
    )


def outcome(answer: Answer, name: str) -> Value:
    """What a decision came to."""
    return answer.evaluation.outcome[name]


def same(before: Answer, after: Answer, name: str) -> bool:
    """Whether a decision came to the same; lists are the same that hold the same, as rules ask for no more."""
    one, other = outcome(before, name), outcome(after, name)
    return set(one) == set(other) if isinstance(one, tuple) and isinstance(other, tuple) else one == other


def merge(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The same change on several events told once; one under own defaults only where equal settings do not show it."""
    found: dict[tuple[object, ...], Change] = {}
    given = list(changes)
    equal = {_what(one) for one in given if not one.own}
    for one in given:
        if one.own and _what(one) in equal:
            continue
        was = found.get(_what(one))
        if was is not None:
            joined, more = _joined([*was.cases, *one.cases]), was.more or one.more
            one = evolve(was, cases=joined, more=more, through=_all(was.through, one.through))
        found[_what(one)] = one
    return tuple(found.values())


def _what(one: Change) -> tuple[str, str, str, str]:
    return one.decision, one.kind, one.before, one.after


def _joined(cases: Iterable[Case]) -> tuple[Case, ...]:
    found: dict[str, Case] = {}
    for one in cases:
        was = found.get(one.words)
        if was is not None:
            sound, cubes = was.confirmed and one.confirmed, (*was.cubes, *one.cubes)
            one = evolve(was, events=_all(was.events, one.events), confirmed=sound, cubes=cubes)
        found[one.words] = one
    return tuple(found.values())


def _all(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
