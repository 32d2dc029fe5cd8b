"""Two engines agree before anybody is cut off; where they do not, nobody is punished and somebody is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

import forbear.evaluate.durable as durable_module
from centre import abuse, dump, engine, routing, said, small, three_strikes
from forbear import Engine, SettingError
from forbear.engine import confirm as confirm_module
from forbear.evaluate import Compiled, Evaluation, Happening, Reference
from forbear.evaluate.durable import Durable, DurableLimit, is_available
from house import Watch

SECOND = "durable" if is_available() else "reference"


class Faulty:
    """An evaluator that answers right but for what `fault` makes of it."""

    def __init__(self, fault: Any, name: str = "compiled") -> None:
        self.right = Compiled(routing())
        self.name, self.fault = name, fault

    def decide(self, event: str, facts: Any, degraded: frozenset[str] = frozenset()) -> Evaluation:
        evaluation = self.right.decide(event, facts, degraded)
        return evaluation if "response" in degraded else self.fault(evaluation)  # type: ignore[no-any-return]

    def predicate(self, fold: Any) -> Any:
        return self.right.predicate(fold)


def second(one: Engine, evaluator: Any) -> Engine:
    one._confirmer._second = evaluator
    return one


def with_outcome(evaluation: Evaluation, **outcome: str) -> Evaluation:
    return evaluation._replace(outcome={**evaluation.outcome, **outcome})


def test_a_grave_outcome_is_confirmed_and_no_other() -> None:
    with engine() as one:
        records = one.decide_all(three_strikes())
    assert [record.confirmed_by for record in records] == [None] * 4 + [SECOND]
    assert records[-1].outcome["response"] == "end_contact"


@pytest.mark.skipif(not is_available(), reason="durable-rules does not run on this Python")
@pytest.mark.parametrize(("deciding", "confirms"), [("compiled", "durable"), ("reference", "durable")])
def test_the_second_engine_is_durable_where_it_runs(deciding: str, confirms: str) -> None:
    with engine(evaluator=deciding) as one:
        assert one.decide_all(three_strikes())[-1].confirmed_by == confirms


@pytest.mark.parametrize(("deciding", "confirms"), [("compiled", "reference"), ("reference", "compiled")])
@pytest.mark.parametrize("lacks", ["module", "room"])
def test_without_durable_the_other_one_confirms(
    deciding: str, confirms: str, lacks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(policy: object) -> None:
        raise DurableLimit("too many rules")

    if lacks == "module":
        monkeypatch.setattr(durable_module, "is_available", lambda: False)
    else:
        monkeypatch.setattr(durable_module, "is_available", lambda: True)
        monkeypatch.setattr(durable_module, "Durable", full)
    with engine(evaluator=deciding) as one:
        assert one.decide_all(three_strikes())[-1].confirmed_by == confirms


@pytest.mark.skipif(not is_available(), reason="durable-rules does not run on this Python")
def test_a_durable_that_decides_is_confirmed_by_compiled() -> None:
    with engine() as one:
        one.evaluator = Durable(one.policy)
        one._confirmer = confirm_module.Confirmer(one.policy, one.evaluator)
        record = one.decide_all(three_strikes())[-1]
    assert (record.evaluator, record.confirmed_by) == ("durable", "compiled")


def test_never_asks_nobody() -> None:
    def breaks(evaluation: Evaluation) -> Evaluation:
        raise AssertionError

    with second(engine(confirm="never"), Faulty(breaks)) as one:
        record = one.decide_all(three_strikes())[-1]
    assert (record.confirmed_by, record.degraded, record.outcome["response"]) == (None, None, "end_contact")
    with pytest.raises(SettingError, match="'grave' or 'never', not 'always'"):
        engine(confirm="always")


def test_a_fault_that_ends_a_contact_too_early_is_caught_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """The generated code says `end_contact` at the very first abusive word, offence and farewell included."""
    watch = Watch()
    with engine(plugins=[watch]) as one:
        assert isinstance(one.evaluator, Compiled)
        one.decide(said("e0", 0))  # now its function is there
        right = one.evaluator.decide
        ends = next(rule for rule in one.policy.decisions["response"].rules if rule.name == "third-strike")

        def too_early(event: str, facts: Any, degraded: frozenset[str] = frozenset()) -> Any:
            answer = right(event, facts, degraded)
            if "response" in degraded:
                return answer
            outcome = {**answer.outcome, "response": "end_contact"}
            offence = Happening(
                "response.third-strike", "record", "offence", {"status": "provisional", "category": "insult"}
            )
            fired = (*answer.fired[:-1], f"response.{ends.name}")
            return answer._replace(outcome=outcome, fired=fired, happenings=(offence,), violated=())

        monkeypatch.setattr(one.evaluator, "decide", too_early)
        record = one.decide(said("e1", 0, abuse()))
        assert record.outcome["response"] == "listen"
        assert record.confirmed_by is None
        assert (record.recorded, record.obligations) == ((), ()), "no offence, no termination, no farewell"
        assert record.degraded is not None
        reason = record.degraded["response"]
        assert reason == (
            f"the engines differ: compiled says end_contact (third-strike), {SECOND} says warn (first-strike)"
        )
        assert [
            (alarm.event, alarm.subject, alarm.reason) for alarm in watch.alarms if alarm.kind == "disagreement"
        ] == [("e1", "response", reason)]
        assert [row for row in dump(one) if row.startswith("Entry(")] == []
        monkeypatch.undo()
        assert one.decide(said("e2", 1, abuse())).outcome["response"] == "warn", "as if nothing had been said"


def ended(*plugins: object, fault: Any) -> Iterator[Any]:
    """The last record of three strikes, the second engine being faulty."""
    with second(engine(plugins=plugins), Faulty(fault, "other")) as one:
        yield one.decide_all(three_strikes())[-1]


def drop_happening(evaluation: Evaluation) -> Evaluation:
    return evaluation._replace(happenings=evaluation.happenings[1:])


def other_order(evaluation: Evaluation) -> Evaluation:
    return evaluation._replace(happenings=evaluation.happenings[::-1])


def broken_promise(evaluation: Evaluation) -> Evaluation:
    promise = next(one.name for one in routing().invariants if one.decision == "response")
    return evaluation._replace(violated=(promise,))


def raises(evaluation: Evaluation) -> Evaluation:
    raise ZeroDivisionError("secret words")


FAULTS = {
    "another outcome": lambda evaluation: with_outcome(evaluation, response="warn"),
    "another rule": lambda evaluation: evaluation._replace(fired=evaluation.fired[:-1]),
    "an effect less": drop_happening,
    "effects in another order": other_order,
    "a promise broken": broken_promise,
    "no answer": raises,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_evaluations_are_compared_whole(fault: Any) -> None:
    watch = Watch()
    (record,) = ended(watch, fault=fault)
    assert record.outcome["response"] == "listen"
    assert (record.recorded, record.obligations, record.confirmed_by) == ((), (), None)
    assert list(record.degraded) == ["response"]
    assert [alarm.subject for alarm in watch.alarms if alarm.kind == "disagreement"] == ["response"]
    assert "secret words" not in record.degraded["response"]


def test_what_reads_a_decision_in_dispute_falls_back_with_it() -> None:
    watch = Watch()
    (record,) = ended(watch, fault=lambda evaluation: with_outcome(evaluation, conduct="anger"))
    assert record.degraded is not None
    assert record.degraded["conduct"].startswith("the engines differ: compiled says abuse (")
    assert record.degraded["response"] == "it reads conduct, which no second engine confirmed"
    assert {"conduct", "category", "response"} <= set(record.degraded)
    assert "advisor_shown" not in record.degraded
    assert (record.outcome["conduct"], record.outcome["response"]) == ("civil", "listen")
    assert [alarm.subject for alarm in watch.alarms if alarm.kind == "disagreement"] == ["conduct"]
    assert {alarm.subject for alarm in watch.alarms if alarm.kind == "degraded"} == set(record.degraded)


def test_the_record_of_a_dispute_is_kept() -> None:
    with second(engine(), Faulty(raises, "other")) as one:
        events = three_strikes()
        records = one.decide_all(events)
        assert one.decide(events[-1]) == records[-1]


def test_the_second_engine_is_built_once_though_threads_need_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Reference] = []

    def build(policy: Any, deciding: Any) -> Reference:
        built.append(Reference(policy))
        return built[-1]

    monkeypatch.setattr(confirm_module, "_make_second", build)
    with engine() as one:
        one.decide_all(three_strikes()[:-1])
        assert built == [], "not before it is needed"
        for n in range(4):
            one.decide_all(three_strikes(f"t{n}")[:-1])
        threads = [Thread(target=one.decide, args=(three_strikes(f"t{n}")[-1],)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        one.decide(three_strikes()[-1])
    assert len(built) == 1


def test_the_second_engine_is_not_loaded_before_a_grave_outcome() -> None:
    program = (
        "import sys\nfrom forbear import Engine\n"
        "said = {'id': 'e1', 'at': '2026-03-02T09:00:00Z', 'type': 'utterance', 'contact': 'c', 'text': 'You idiot'}\n"
        "with Engine() as e: e.decide(said)\n"
        "print([name for name in sys.modules if 'durable' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


COLLECT = """
facts: {wish.bad: {type: bool}}
events: {asked: {which: string}}
decisions:
  - decision: steps
    asks: Which?
    asked_on: [asked]
    outcome: [none, mild, hard]
    grave: [hard]
    hit: collect
    fallback: none
    rules:
      - {rule: mild, then: mild, BECAUSE}
      - {rule: bad, when: wish.bad, then: hard, BECAUSE}
"""


COLOUR = """
  - decision: colour
    asks: Which colour?
    asked_on: [asked]
    outcome: [grey, red]
    fallback: grey
    rules:
      - otherwise: red
"""


def test_a_dispute_beside_a_grave_outcome_leaves_that_one_standing_once_it_is_confirmed() -> None:
    policy = small(COLLECT + COLOUR)

    class Second(Compiled):
        name = "other"

        def decide(self, event: str, facts: Any, degraded: frozenset[str] = frozenset()) -> Evaluation:
            found = super().decide(event, facts, degraded)
            return found if "colour" in degraded else with_outcome(found, colour="grey")

    given = {"id": "a", "type": "asked", "at": "2026-03-02T09:00:00Z", "which": "x", "facts": {"wish.bad": True}}
    with second(engine(policy), Second(policy)) as one:
        record = one.decide(given)
    assert record.degraded == {"colour": "the engines differ: compiled says red, other says grey"}
    assert record.outcome == {"steps": ["mild", "hard"], "colour": "grey"}
    assert record.confirmed_by == "other"


def test_one_grave_value_among_several_is_enough() -> None:
    given = {"type": "asked", "at": "2026-03-02T09:00:00Z", "which": "x"}
    with engine(small(COLLECT)) as one:
        assert one.decide({**given, "id": "a", "facts": {"wish.bad": False}}).confirmed_by is None
        assert one.decide({**given, "id": "b", "facts": {"wish.bad": True}}).confirmed_by == SECOND
