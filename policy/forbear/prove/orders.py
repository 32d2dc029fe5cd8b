"""Rankings under two policies: a candidate who is left out or let in, and two who change places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from forbear.engine.pure import Answer
from forbear.language import ir
from forbear.language.types import RecordsType, Value
from forbear.language.walk import reads
from forbear.prove.asking import possible
from forbear.prove.both import Both, Pair, demanded, readable
from forbear.prove.candidate import Candidate
from forbear.prove.moment import Moment
from forbear.prove.same import expressions, through
from forbear.prove.seen import Case, Change, Shows, Untold, confirmed, outcome
from forbear.prove.terms import equal
from forbear.prove.witness import Quieting

IN, OUT = "is taken", "is left out"


def ranking_changes(pair: Pair, both: Both, name: str) -> Iterator[Change | Untold]:
    """What differs of a ranking, told of one candidate or two."""
    ours, theirs = (moment.policy.rankings[name] for moment in (both.before, both.after))
    if ours.over != theirs.over or _fields(both.before, ours) != _fields(both.after, theirs):
        yield Untold(name, "its candidates are of another form now")
        return
    one, other = (_same(both, ours, theirs, label) for label in ("ahead", "behind"))
    for now, then, words in ((0, 1, (IN, OUT)), (1, 0, (OUT, IN))):
        so = z3.And(one[now].ranked(), z3.Not(one[then].ranked()))
        yield from _change(pair, both, name, [one], so, words, _taken(name, words[0] == IN))
    first = [each[0].score() >= each[1].score() for each in zip(one, other, strict=True)]
    different = z3.Not(equal(one[0].field_value("id"), other[0].field_value("id")))
    so = z3.And(first[0] != first[1], different, *(each.ranked() for each in (*one, *other)))
    words = "one goes before another", "the other goes first"
    yield from _change(pair, both, name, [one, other], so, words, _moved(name))


Same = tuple[Candidate, Candidate]  # one candidate, as each policy sees it


def _same(both: Both, ours: ir.Ranking, theirs: ir.Ranking, label: str) -> Same:
    heard: dict[str, list[tuple[z3.ExprRef, z3.BoolRef]]] = {}
    found = Candidate(both.before, ours, label, asked_of=heard), Candidate(both.after, theirs, label, asked_of=heard)
    for one in found:
        one.ranked()
        one.score()
        one.known()
    for name in found[1].every:
        if name in both.before.policy.folds or not name.startswith("history."):
            found[0].field_value(name)
    return found


def _change(
    pair: Pair, both: Both, name: str, of: Sequence[Same], so: z3.BoolRef, words: tuple[str, str], shows: Shows
) -> Iterator[Change]:
    decisions, facts = _read(both, name)
    solver = both.solver(decisions, facts)
    solver.add(so, *(known for same in of for one in same for known in one.known()))
    if not possible(solver, z3.BoolVal(True)):
        return
    paths = {path for path in both.facts(decisions) | facts if path != "event.type" and readable(both.joint, path)}
    witness = Quieting(both.joint, paths, [same[0] for same in of]).take(solver)
    sound = confirmed(pair, witness, name, shows)
    case = Case(witness.words(), (witness.event,), witness, sound)
    yield Change(name, "ranking", words[0], words[1], (case,), False, through(both, name), pair.own)


def _read(both: Both, name: str) -> tuple[list[str], set[str]]:
    """The decisions and the facts beside the candidates that a ranking, or a promise about it, reads."""
    decisions, facts = set[str](), set[str]()
    for moment in (both.before, both.after):
        policy = moment.policy
        found = {path for expr in expressions(policy.rankings[name]) for path in reads(expr)}
        found |= demanded(moment, [name])
        decisions |= found & policy.decisions.keys()
        facts |= {path for path in found if not path.startswith(ir.CANDIDATE) and readable(moment, path)}
    return sorted(decisions), facts


def _fields(moment: Moment, ranking: ir.Ranking) -> object:
    kind = moment.policy.facts[ranking.over].type
    return kind.fields if isinstance(kind, RecordsType) else kind


def _taken(name: str, was: bool) -> Shows:
    def shows(before: Answer, after: Answer) -> bool:
        return (bool(outcome(before, name)), bool(outcome(after, name))) == (was, not was)

    return shows


def _moved(name: str) -> Shows:
    def shows(before: Answer, after: Answer) -> bool:
        one: Value = outcome(before, name)
        return isinstance(one, tuple) and len(one) == 2 and one[::-1] == outcome(after, name)

    return shows
