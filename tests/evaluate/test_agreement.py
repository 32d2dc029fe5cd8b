"""`compiled` and `durable` answer as `reference` does, on every pack that the checker accepts and facts that fit."""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st

from forbear.errors import PackError
from forbear.evaluate import Compiled, Evaluation, Evaluator, Reference
from forbear.evaluate.durable import Durable, DurableLimit, is_available
from forbear.language import ir
from strategies.cases import Case, cases
from strategies.facts import facts_for
from strategies.packs import build, careless_packs
from strategies.profile import examples


def shown(answer: Evaluation) -> str:
    """Everything in an answer, order and types included: True is not 1 here."""
    parts = (answer.outcome, answer.left_out, answer.conflicts)
    return repr((*(list(part.items()) for part in parts), answer.fired, answer.happenings, answer.violated))


def others(policy: ir.Policy) -> list[Evaluator]:
    """The evaluators that the reference is compared with."""
    found: list[Evaluator] = [Compiled(policy)]
    if is_available():
        try:
            found.append(Durable(policy))
        except DurableLimit:
            event("too large for durable-rules")
    return found


@examples(130)
@given(case=cases(questions=3))
def test_all_answer_as_reference_does(case: Case) -> None:
    """None raises: a pack that passes the check cannot fail while deciding on facts that fit."""
    reference, compared = Reference(case.policy), others(case.policy)
    for one in case.questions:
        expected = shown(reference.decide(one.event, one.facts, one.degraded))
        for other in compared:
            assert shown(other.decide(one.event, one.facts, one.degraded)) == expected, other.name


@examples(60)
@given(case=cases(questions=1))
def test_folds_keep_the_same_entries(case: Case) -> None:
    reference, compared = Reference(case.policy), others(case.policy)
    for path, attributes in case.entries:
        fold = case.policy.folds[path]
        expected = reference.predicate(fold)
        assert expected is not None
        for other in compared:
            test = other.predicate(fold)
            assert test is not None
            assert test(attributes) is expected(attributes), other.name
    for fold in case.policy.folds.values():
        assert all((other.predicate(fold) is None) == (fold.where is None) for other in compared)


@examples(200)
@given(data=st.data(), files=careless_packs())
def test_what_a_careless_author_gets_past_the_checker_still_cannot_fail(
    data: st.DataObject, files: dict[str, str]
) -> None:
    """The strategies above write guards where they are needed; these do not, so the checker itself is on trial."""
    try:
        policy = build(files)
    except PackError:
        event("refused")
        return
    event("accepted")
    reference, compared = Reference(policy), others(policy)
    for facts in data.draw(st.lists(facts_for(policy, "utterance"), min_size=3, max_size=3)):
        expected = shown(reference.decide("utterance", facts))
        for other in compared:
            assert shown(other.decide("utterance", facts)) == expected, other.name
