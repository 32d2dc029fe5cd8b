"""What an explanation says of each rule is what the reference evaluator found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from centre import routing
from explain.kept import elsewhere, kept, whole_text
from forbear.evaluate.reference import evaluate
from forbear.explain import AUDIENCES, explain
from forbear.explain.trace import Standing, conjuncts, environment_of, trace_decision
from forbear.language import ir
from forbear.language.types import RecordsType
from forbear.records import Record
from strategies.cases import Case, cases
from strategies.facts import facts_for
from strategies.nodes import expressions
from strategies.profile import examples


def holds_together(policy: ir.Policy, record: Record, conflicts: frozenset[str]) -> None:
    """Each rule that decided held wholly; each other one has a named condition that is false, or a reason why not."""
    environment = environment_of(policy, record)
    for name in policy.plans[record.type].decisions:
        if name in (record.degraded or {}) or name in conflicts:
            continue
        found = trace_decision(policy, record, name)
        assert found.sound
        assert [f"{name}.{one.rule.name}" for one in found.deciding] == sorted(
            [rule for rule in record.fired if rule.partition(".")[0] == name],
            key=[f"{name}.{rule.name}" for rule in found.decision.rules].index,
        )
        for one in found.rules:
            match one.standing:
                case Standing.DECIDED | Standing.OUTRANKED:
                    assert all(condition.holds is True for condition in one.conditions)
                    assert one.rule.when is None or evaluate(one.rule.when, environment) is True
                case Standing.FAILED:
                    *held, failed = one.conditions
                    assert all(condition.holds is True for condition in held)
                    assert evaluate(failed.expr, environment) is False
                    assert one.rule.when is not None
                    assert evaluate(one.rule.when, environment) is False
                case Standing.BEHIND:
                    assert found.decision.hit == "first"
                    assert found.deciding
                case Standing.OTHER_EVENT:
                    assert record.type not in one.rule.asked_on
                case _:
                    raise AssertionError(one)


@examples(150)
@given(case=cases())
def test_traces_agree_with_the_reference_evaluator_on_any_pack(case: Case) -> None:
    for one in case.questions:
        record, evaluation = kept(case.policy, one.event, one.facts, one.degraded)
        holds_together(case.policy, record, frozenset(evaluation.conflicts))
        for audience in AUDIENCES:
            found = explain(case.policy, record, audience)
            assert found.whole
            assert found.sound
            assert found.lines("en")
            assert len(found.lines("en")) == len(found.lines("zh"))
            assert whole_text(case.policy, elsewhere(record), audience)


@examples(150)
@given(data=st.data())
def test_traces_agree_with_the_reference_evaluator_on_the_standard_pack(data: st.DataObject) -> None:
    policy = routing()
    plain = [event for event, plan in policy.plans.items() if plan.decisions and not _reads_candidates(policy, plan)]
    event = data.draw(st.sampled_from(plain))
    facts = data.draw(facts_for(policy, event))
    record, evaluation = kept(policy, event, facts)
    holds_together(policy, record, frozenset(evaluation.conflicts))
    assert explain(policy, record).sound


def _reads_candidates(policy: ir.Policy, plan: ir.Plan) -> bool:
    return any(isinstance(policy.facts[path].type, RecordsType) for path in plan.facts & policy.facts.keys())


@examples(100)
@given(case=cases(questions=1))
def test_conjuncts_together_are_the_condition(case: Case) -> None:
    conditions = [expr for expr in expressions(case.policy) if isinstance(expr, ir.All | ir.Any | ir.Not)]
    for one in case.questions:
        record, _ = kept(case.policy, one.event, one.facts, one.degraded)
        environment = environment_of(case.policy, record)
        for expr in conditions:
            try:
                value = evaluate(expr, environment)
            except KeyError:
                continue  # it stands in another event's rule
            assert all(evaluate(part, environment) is True for part in conjuncts(expr)) is value
