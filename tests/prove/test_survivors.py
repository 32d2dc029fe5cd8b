"""Changes of the bundled packs that nothing notices: `docs/explanation/proof.md` lists each; there are no others."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import z3
from attrs import evolve, frozen

from forbear import Policy
from forbear.language import ir
from forbear.language.files import find_pack
from forbear.language.pack import build_policy, read_pack
from forbear.language.walk import reads
from forbear.prove.candidate import Candidate
from forbear.prove.moment import Moment
from forbear.prove.products import of_ranking
from forbear.prove.questions import Questions
from forbear.testing.mutation import Mutant, mutants_of

TEXT = (Path(__file__).parents[2] / "docs" / "explanation" / "proof.md").read_text(encoding="utf-8")
COUNTED = {
    pack: tuple(int(number.replace(",", "")) for number in numbers.split("|"))
    for pack, numbers in re.findall(r"(?m)^\| `(\w+)` \| ([\d, |]+) \|$", TEXT)
}


@frozen
class Survivor:
    """A change that is left, as the page lists it."""

    pack: str
    of: str
    rule: str
    said: str


LISTED = [Survivor(*one) for one in re.findall(r"(?m)^\| `(\w+)`, `(\w+)\.([\w-]+)` \| (.+?) \| .* \|$", TEXT)]


@cache
def changes(pack: str) -> tuple[Policy, dict[tuple[str, str, str], Mutant]]:
    """A pack, and its changes by what they are of and what they do."""
    sources = read_pack(find_pack(pack))
    policy = build_policy(sources)
    return policy, {(one.of, one.rule, one.said): one for one in mutants_of(policy, sources)}


def test_every_pack_is_counted_and_what_is_left_is_listed() -> None:
    packs = {path.parent.name for path in find_pack("standard").parent.glob("*/pack.yaml")}
    assert packs == COUNTED.keys() | {"standard", "core"}
    for name, (all_, noticed, equal, left) in COUNTED.items():
        assert all_ == noticed + equal + left
        assert left == sum(one.pack == name for one in LISTED), name
    whole = [sum(column) for column in zip(*COUNTED.values(), strict=True)]
    for number in whole:
        assert f"{number:,} " in re.sub(r"\s+", " ", TEXT), number


@pytest.mark.parametrize("one", LISTED, ids=lambda one: f"{one.of}.{one.rule}")
def test_what_is_left_decides_the_same_whatever_the_facts_and_settings_are(one: Survivor) -> None:
    """Only the reasons differ that are told."""
    policy, every = changes(one.pack)
    mutant = every[one.of, one.rule, one.said]
    differs = _differs_in_order if isinstance(mutant.changed, ir.Ranking) else _differs_in_outcome
    questions = Questions(policy)
    for event in policy.asked_on(one.of):
        assert differs(questions, questions.moments[event], mutant) == z3.unsat, event


def test_a_change_that_matters_is_not_taken_for_one_that_decides_the_same() -> None:
    policy, every = changes("journeys")
    questions, mutant = Questions(policy), every["app", "used-most", "the rule was removed"]
    assert _differs_in_order(questions, questions.moments["app_wanted"], mutant) == z3.sat
    policy, every = changes("cases")
    questions, mutant = Questions(policy), every["proposal", "not-asked-yet", "the rule was removed"]
    assert _differs_in_outcome(questions, questions.moments["solution_proposed"], mutant) == z3.sat


def _differs_in_outcome(questions: Questions, moment: Moment, mutant: Mutant) -> z3.CheckSatResult:
    """Whether a changed decision can come to another outcome, or to anything that its rules cause."""
    before = {name: one for name, one in moment.outcomes.items() if name != mutant.of}
    other = Moment(
        mutant.policy(questions.policy),
        moment.event,
        moment.settings,
        outcomes=before,
        variables=moment.variables,
        asked_of=moment.asked_of,
        version="changed ",
    )
    solver = questions.solver(moment, [mutant.of])
    now, then = moment.outcome(mutant.of), other.outcome(mutant.of)
    solver.add(other.domains[mutant.of])
    causing = [one.name for one in questions.policy.decisions[mutant.of].rules if one.effects]
    nothing = z3.BoolVal(False)
    caused = [z3.Xor(now.fires.get(name, nothing), then.fires.get(name, nothing)) for name in causing]
    return solver.check(z3.Or(now.value != then.value, *caused))


def _differs_in_order(questions: Questions, moment: Moment, mutant: Mutant) -> z3.CheckSatResult:
    """Whether of any two candidates the one that goes first can be another, or who is left out."""
    ranking = questions.policy.rankings[mutant.of]
    assert isinstance(mutant.changed, ir.Ranking)
    now = [Candidate(moment, ranking, label) for label in ("ahead", "behind")]
    then = [evolve(one, ranking=mutant.changed) for one in now]
    (a, b), (c, d) = ([one.score() for one in both] for both in (now, then))
    solver = questions.solver(moment, {path for expr in of_ranking(ranking) for path in reads(expr)} - _own(ranking))
    solver.add(*(known for one in now for known in one.known()), now[0].field_value("id") != now[1].field_value("id"))
    ranked = z3.And([one.ranked() for one in now])
    order = z3.And(ranked, z3.Or(z3.Xor(a > b, c > d), z3.Xor(a == b, c == d)))
    return solver.check(z3.Or(order, *(z3.Xor(x.ranked(), y.ranked()) for x, y in zip(now, then, strict=True))))


def _own(ranking: ir.Ranking) -> set[str]:
    paths = {path for expr in of_ranking(ranking) for path in reads(expr)}
    return {path for path in paths if path.startswith(ir.CANDIDATE)}
