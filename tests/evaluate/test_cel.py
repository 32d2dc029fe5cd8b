"""Conditions mean what they mean in CEL, as an implementation of CEL by others (`cel`) evaluates them.

`strategies.cel` says what is bound how; `make differential` compares 100,000 expressions.
"""

from __future__ import annotations

import cel
from hypothesis import given
from hypothesis import strategies as st

from differential.expressions import compare
from forbear.evaluate import Reference
from forbear.evaluate.reference import evaluate
from strategies.cel import ENTRY, Conditions, bind, conditions, environments
from strategies.facts import attributes_for
from strategies.profile import examples


@examples(120)
@given(data=st.data(), asked=conditions())
def test_conditions_and_numbers_agree_with_cel(data: st.DataObject, asked: Conditions) -> None:
    for environment in data.draw(st.lists(environments(asked), min_size=2, max_size=3)):
        bound = bind(asked.names, environment)
        for n, written in enumerate(asked.written):
            when = asked.policy.decisions[f"q{n}"].rules[0].when
            assert when is not None
            assert cel.evaluate(written.cel, bound) is evaluate(when, environment), written.forbear
        number = asked.policy.decisions["number"].rules[0].then
        assert cel.evaluate(asked.number.cel, bound) == evaluate(number, environment), asked.number.forbear


@examples(60)
@given(data=st.data(), asked=conditions())
def test_the_where_of_a_fold_agrees_with_cel(data: st.DataObject, asked: Conditions) -> None:
    test = Reference(asked.policy).predicate(asked.policy.folds["history.asked"])
    assert test is not None
    settings = {path: one.value for path, one in asked.policy.settings.items()}
    for attributes in data.draw(st.lists(attributes_for(asked.policy, "contact"), min_size=3, max_size=3)):
        bound = bind([*ENTRY, *asked.names], {**settings, **attributes})
        assert cel.evaluate(asked.where.cel, bound) is test(attributes), asked.where.forbear


def test_many_conditions_agree_with_cel() -> None:
    found = [compare(f"every day:{n}") for n in range(6)]
    assert [one.differing for one in found if one.differing] == []
    assert sum(one.expressions for one in found) > 200
    assert all(0 < one.true < one.answers for one in found)
