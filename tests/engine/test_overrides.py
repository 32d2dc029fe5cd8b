"""A person sets the outcome of a decision: whom it holds for, how long, what it causes and what it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from centre import closed, dump, engine, event, small
from forbear import Alarm, Engine, EventError, Record, hookimpl
from forbear.codec import record_as_plain, record_from_plain
from forbear.evaluate import EVALUATORS
from forbear.evaluate.durable import is_available
from forbear.explain import explain
from forbear.explain.audience import Audience
from schema.checked import complaints, general

PACK = """
facts: {contact.anger: {type: int, range: [0, 9]}}
events: {counted: {}}
entries: {note: {}}
obligations: {call: {to: manager, due: 1 day, closes: {done: {}}}}
history: {overrides: {count: override, scope: customer}}
decisions:
  - decision: step
    asks: What do we do?
    asked_on: [utterance, contact_offered]
    outcome: [none, talk, warn, leave]
    grave: [leave]
    fallback: none
    rules:
      - {rule: leave, when: contact.anger == 9, then: leave, record: [note], owe: [call], BECAUSE}
      - {rule: warn, when: contact.anger > 5, then: warn, record: [note], owe: [call], BECAUSE}
      - {rule: talk, when: contact.anger > 2, then: talk, BECAUSE}
      - otherwise: none
  - decision: any
    asks: May anything be set?
    asked_on: [utterance]
    outcome: [low, middle, high]
    grave: [high]
    overridable: [low, high]
    fallback: low
    rules:
      - {rule: middle, when: contact.anger >= 0, then: middle, BECAUSE}
      - otherwise: low
    invariants:
      - never: any == "high" && contact.anger == 0
        because: Nobody who is calm is set high.
  - decision: reads
    asks: What follows from the step?
    asked_on: [utterance]
    outcome: [calm, busy]
    overridable: []
    fallback: calm
    rules:
      - {rule: busy, when: step == "warn" || step == "leave" || any == "high", then: busy, owe: [call], BECAUSE}
      - otherwise: calm
  - decision: number
    asks: How many?
    asked_on: [utterance]
    outcome: {type: int, range: [0, 9]}
    fallback: 0
    rules:
      - {rule: all, then: = contact.anger, BECAUSE}
  - decision: counts
    asks: How often was something set?
    asked_on: [counted]
    outcome: {type: int, range: [0, 1099511627776]}
    fallback: 0
    rules:
      - {rule: all, then: = history.overrides, BECAUSE}
"""
POLICY = small(PACK)
WORKING = [one for one in EVALUATORS if one != "durable" or is_available()]


@pytest.fixture(params=WORKING)
def centre(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with engine(POLICY, evaluator=request.param) as one:
        yield one


def says(one: Engine, id: str, minutes: float, anger: object = 7, **more: Any) -> Record:
    who = {"contact": "c1", "customer": "u1", **more}
    return one.decide(event(id, "utterance", minutes, facts={"contact.anger": anger}, **who))


def sets(one: Engine, id: str, minutes: float, outcome: str, decision: str = "step", **who: Any) -> Record:
    return one.decide(
        event(id, "override", minutes, decision=decision, outcome=outcome, by="m1", reason="known to us", **who)
    )


def test_it_holds_from_its_own_moment_for_the_customer_it_names(centre: Engine) -> None:
    before = says(centre, "e1", 0)
    told = sets(centre, "o1", 1, "talk", customer="u1")
    assert [(one.id, one.entry) for one in told.recorded] == [("l:o1:override", "override")]
    after = says(centre, "e2", 2, contact="c2")
    assert (before.outcome["step"], before.overridden) == ("warn", {})
    assert after.outcome["step"] == "talk"
    (one,) = after.overridden.items()
    assert (one[0], one[1].id, one[1].by, one[1].decided) == ("step", "l:o1:override", "m1", "warn")
    assert says(centre, "e3", 3, customer="u2", contact="c3").outcome["step"] == "warn"


def test_no_rule_of_the_decision_takes_effect_and_all_that_read_it_see_it(centre: Engine) -> None:
    assert {one.owe for one in says(centre, "e1", 0).obligations} == {"call"}
    sets(centre, "o1", 1, "talk", customer="u1")
    after = says(centre, "e2", 2)
    assert (after.recorded, after.obligations) == ((), ())
    assert after.outcome["reads"] == "calm"
    assert not [rule for rule in after.fired if rule.startswith("step.")]


def test_it_makes_nothing_severer_where_nothing_is_listed(centre: Engine) -> None:
    sets(centre, "o1", 0, "warn", customer="u1")
    assert says(centre, "e1", 1, anger=4).outcome["step"] == "talk"
    assert says(centre, "e2", 2, anger=9).outcome["step"] == "warn"
    same = says(centre, "e3", 3, anger=7)
    assert (same.overridden, len(same.recorded)) == ({}, 1)


@pytest.mark.parametrize(
    ("decision", "outcome", "message"),
    [
        ("step", "leave", "it may be set to none, talk, warn"),
        ("step", "shout", "it may be set to none, talk, warn"),
        ("any", "middle", "it may be set to low, high"),
        ("reads", "calm", "nobody may set its outcome"),
        ("reads", "as_decided", "nobody may set its outcome"),
        ("number", "3", "nobody may set its outcome"),
        ("steps", "none", "did you mean `step`"),
    ],
)
def test_what_nobody_may_set_is_refused(centre: Engine, decision: str, outcome: str, message: str) -> None:
    with pytest.raises(EventError, match=message):
        sets(centre, "o1", 0, outcome, decision, customer="u1")


@pytest.mark.parametrize("missing", ["decision", "outcome", "by", "reason"])
def test_it_says_who_and_why(centre: Engine, missing: str) -> None:
    given = {"decision": "step", "outcome": "none", "by": "m1", "reason": "r", "customer": "u1"}
    with pytest.raises(EventError, match=f"needs `{missing}`"):
        centre.decide(event("o1", "override", 0, **{key: one for key, one in given.items() if key != missing}))
    with pytest.raises(EventError, match="for whom it holds"):
        centre.decide(event("o1", "override", 0, **{**given, "customer": None}))


def test_a_grave_outcome_that_is_listed_is_confirmed_like_any_other(centre: Engine) -> None:
    sets(centre, "o1", 0, "high", "any", customer="u1")
    record = says(centre, "e1", 1, anger=1)
    assert record.outcome["any"] == "high"
    assert record.outcome["reads"] == "busy"
    assert record.confirmed_by not in (None, centre.evaluator.name)


def test_a_promise_is_kept_against_it_and_somebody_is_told() -> None:
    alarms: list[Alarm] = []

    class Watcher:
        @hookimpl
        def alarm_raised(self, alarm: Alarm) -> None:
            alarms.append(alarm)

    with engine(POLICY, plugins=[Watcher()]) as centre:
        sets(centre, "o1", 0, "high", "any", customer="u1")
        record = says(centre, "e1", 1, anger=0)
    assert record.outcome["any"] == "low"
    assert record.overridden == {}
    assert "Nobody who is calm" in (record.degraded or {})["any"]
    assert {one.kind for one in alarms} == {"invariant", "degraded"}


def test_a_decision_that_fell_back_keeps_its_fallback(centre: Engine) -> None:
    sets(centre, "o1", 0, "high", "any", customer="u1")
    record = says(centre, "e1", 1, anger="much")
    assert (record.outcome["any"], record.overridden) == ("low", {})


def test_that_of_a_contact_wins_there_and_ends_with_it(centre: Engine) -> None:
    sets(centre, "o1", 0, "none", customer="u1")
    sets(centre, "o2", 1, "talk", contact="c1", customer="u1")
    assert says(centre, "e1", 2).outcome["step"] == "talk"
    assert says(centre, "e2", 3, contact="c2").outcome["step"] == "none"
    sets(centre, "o3", 4, "as_decided", contact="c1", customer="u1")
    assert says(centre, "e3", 5).outcome["step"] == "none"
    sets(centre, "o4", 6, "as_decided", customer="u1")
    assert says(centre, "e4", 7).outcome["step"] == "warn"


def test_the_latest_holds(centre: Engine) -> None:
    sets(centre, "o1", 0, "none", customer="u1")
    sets(centre, "o2", 1, "talk", customer="u1")
    assert says(centre, "e1", 2).outcome["step"] == "talk"


def test_two_decisions_may_be_set_at_once(centre: Engine) -> None:
    sets(centre, "o1", 0, "none", customer="u1")
    sets(centre, "o2", 0, "high", "any", contact="c1", customer="u1")
    record = says(centre, "e1", 1, anger=9)
    assert (record.outcome["step"], record.outcome["any"], record.outcome["reads"]) == ("none", "high", "busy")
    assert set(record.overridden) == {"step", "any"}


def test_a_withheld_caller_has_those_of_the_contact(centre: Engine) -> None:
    sets(centre, "o1", 0, "none", contact="c9")
    assert says(centre, "e1", 1, contact="c9", customer=None).outcome["step"] == "none"


def test_one_that_comes_late_changes_nothing_that_was_decided(centre: Engine) -> None:
    first = says(centre, "e1", 10)
    assert sets(centre, "o1", 5, "none", customer="u1").late
    assert says(centre, "e1", 10) == first
    assert says(centre, "e2", 4).outcome["step"] == "warn"
    assert says(centre, "e3", 6).outcome["step"] == "none"


def test_it_is_told_once(centre: Engine) -> None:
    told = sets(centre, "o1", 0, "none", customer="u1")
    before = dump(centre)
    assert sets(centre, "o1", 0, "none", customer="u1") == told
    assert dump(centre) == before
    assert centre.decide(event("q", "counted", 1, customer="u1")).outcome == {"counts": 1}


def test_every_evaluator_makes_the_same_records_of_it() -> None:
    found = []
    for name in WORKING:
        with engine(POLICY, evaluator=name, confirm="never") as one:
            sets(one, "o1", 0, "none", customer="u1")
            sets(one, "o2", 0, "high", "any", customer="u1")
            records = [says(one, f"e{n}", 1 + n, anger) for n, anger in enumerate((*range(10), "much"))]
            found.append([{**record_as_plain(record), "evaluator": ""} for record in records])
    assert all(one == found[0] for one in found)


def test_the_record_is_of_the_published_form_and_reads_back(centre: Engine) -> None:
    sets(centre, "o1", 0, "none", customer="u1")
    record = says(centre, "e1", 1)
    plain = record_as_plain(record)
    assert complaints(general("records"), plain) == []
    assert record_from_plain(plain) == record
    assert plain["overridden"] == {
        "step": {"id": "l:o1:override", "by": "m1", "reason": "known to us", "decided": "warn"}
    }


def test_a_policy_that_no_longer_allows_it_decides_by_its_rules(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(POLICY, url) as one:
        sets(one, "o1", 0, "talk", customer="u1")
        sets(one, "o2", 0, "high", "any", customer="u1")
    changed = PACK.replace("talk", "speak").replace("overridable: [low, high]", "overridable: [low]")
    with engine(small(changed), url) as one:
        record = says(one, "e1", 1)
    assert (record.outcome["step"], record.outcome["any"], record.overridden) == ("warn", "middle", {})


def test_what_was_set_does_not_close_or_open_anything_owed_before(centre: Engine) -> None:
    says(centre, "e1", 0)
    sets(centre, "o1", 1, "none", customer="u1")
    assert centre.decide(closed("k", 2, "o:e1:call")).closed[0].how == "done"


SAID: dict[Audience, list[str]] = {
    "auditor": ["A person set this outcome (m1: known to us). By the rules it would have been “warn”.", "由人指定（m1"],
    "manager": ["A person set this outcome (m1: known to us). By the rules it would have been “warn”.", "由人指定（m1"],
    "advisor": ["A person set this outcome; the rules did not.", "该结果由人指定，而非按规则得出。"],
}


@pytest.mark.parametrize("audience", SAID)
def test_an_explanation_says_that_a_person_set_it(audience: Audience) -> None:
    with engine(POLICY) as one:
        sets(one, "o1", 0, "none", customer="u1")
        record = says(one, "e1", 1)
        told = explain(one.policy, record, audience)
    assert told.sound
    english, chinese = "\n".join(told.lines("en")), "\n".join(told.lines("zh"))
    assert SAID[audience][0] in english
    assert SAID[audience][1] in chinese
    assert ("known to us" in english) == (audience != "advisor")
