"""`compiled` answers as `reference` does, on every pack that the checker accepts and all facts that fit it."""

from __future__ import annotations

from hypothesis import event, given
from hypothesis import strategies as st

from forbear.errors import PackError
from forbear.evaluate import Compiled, Evaluation, Reference
from strategies.cases import Case, cases
from strategies.facts import facts_for
from strategies.packs import build, careless_packs
from strategies.profile import examples


def shown(answer: Evaluation) -> str:
    """Everything in an answer, order and types included: True is not 1 here."""
    return repr((list(answer.outcome.items()), answer.fired, answer.happenings, answer.violated))


@examples(250)
@given(case=cases())
def test_compiled_answers_as_reference_does(case: Case) -> None:
    """Neither raises: a pack that passes the check cannot fail while deciding on facts that fit."""
    reference, compiled = Reference(case.policy), Compiled(case.policy)
    for one in case.questions:
        expected = reference.decide(one.event, one.facts, one.degraded)
        answer = compiled.decide(one.event, one.facts, one.degraded)
        assert shown(answer) == shown(expected)


@examples(120)
@given(case=cases(questions=1))
def test_folds_keep_the_same_entries(case: Case) -> None:
    reference, compiled = Reference(case.policy), Compiled(case.policy)
    for path, attributes in case.entries:
        fold = case.policy.folds[path]
        expected, test = reference.predicate(fold), compiled.predicate(fold)
        assert expected is not None
        assert test is not None
        assert test(attributes) is expected(attributes)
    for fold in case.policy.folds.values():
        assert (compiled.predicate(fold) is None) == (fold.where is None)


@examples(300)
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
    reference, compiled = Reference(policy), Compiled(policy)
    for facts in data.draw(st.lists(facts_for(policy, "utterance"), min_size=3, max_size=3)):
        assert shown(compiled.decide("utterance", facts)) == shown(reference.decide("utterance", facts))
