"""Nobody is told a value that is not theirs: unique values are planted in the facts and looked for in the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import hypothesis
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from centre import abuse, closed, engine, event, routing, said, small, three_strikes
from explain.kept import elsewhere, kept, whole_text
from forbear.explain import AUDIENCES, Audience, explain
from forbear.language import ir
from forbear.language.events import EVENT_TYPES
from forbear.language.types import IntType, ListType, StringType, Value
from forbear.records import Amended
from strategies.cases import Case, cases
from strategies.profile import examples

TELLING_OF_NOBODY = {f"event.{name}" for name in ("speaker", "author", "kind", "lang", "channel", "how", "verdict")}
Marked = TypeVar("Marked", ir.Fact, ir.Fold, ir.Setting, ir.Decision, ir.Obligation)


def planted(policy: ir.Policy, event: str, facts: Mapping[str, Value]) -> tuple[dict[str, Value], dict[str, str]]:
    """The facts with a value of its own wherever a type allows it, and what to look for, by path."""
    given_, marks = dict(facts), {}
    for number, path in enumerate(sorted(facts)):
        kind = _kind(policy, event, path)
        if path == "event.type":
            continue
        if isinstance(kind, StringType):
            marks[path] = given_[path] = f"planted-{number}-value"
        elif isinstance(kind, ListType) and isinstance(kind.item, StringType):
            marks[path] = f"planted-{number}-value"
            given_[path] = (f"planted-{number}-value",)
        elif isinstance(kind, IntType) and not kind.unit and kind.low <= 710_000 and kind.high >= 720_000:
            given_[path] = 710_000 + 37 * number
            marks[path] = str(given_[path])
    return given_, marks


def may_see(policy: ir.Policy, event: str, path: str, audience: Audience) -> bool:
    """What the pack declares of a fact; of the core's own event fields these alone tell of nobody."""
    if path in TELLING_OF_NOBODY and event in EVENT_TYPES:
        return audience != "customer"
    declared = policy.facts.get(path) or policy.folds.get(path) or policy.events[event].get(path)
    return audience == "auditor" or (declared is not None and audience in declared.seen_by)


def _kind(policy: ir.Policy, event: str, path: str) -> object:
    declared = policy.facts.get(path) or policy.folds.get(path) or policy.events[event].get(path)
    return declared.type if declared is not None else StringType()


def marked(draw: st.DrawFn, declared: Mapping[str, Marked]) -> dict[str, Marked]:
    """Everything with drawn marks of who may see it; an auditor sees all."""
    seen = st.sets(st.sampled_from(["customer", "advisor", "manager"]))
    found: dict[str, Marked] = {}
    for name, one in declared.items():
        chosen = draw(seen)
        found[name] = evolve(one, seen_by=tuple(each for each in ir.AUDIENCES if each in chosen or each == "auditor"))
    return found


@st.composite
def marked_cases(draw: st.DrawFn) -> Case:
    """A drawn pack whose every name is seen by some, with questions."""
    case = draw(cases())
    policy = case.policy
    return evolve(
        case,
        policy=evolve(
            policy,
            facts=marked(draw, policy.facts),
            folds=marked(draw, policy.folds),
            settings=marked(draw, policy.settings),
            decisions=marked(draw, policy.decisions),
            obligations=marked(draw, policy.obligations),
            events={name: marked(draw, facts) for name, facts in policy.events.items()},
        ),
    )


@examples(80)
@given(case=marked_cases())
def test_no_audience_is_told_a_value_that_it_may_not_see(case: Case) -> None:
    for one in case.questions:
        facts, marks = planted(case.policy, one.event, one.facts)
        record, _ = kept(case.policy, one.event, facts, one.degraded)
        for audience in AUDIENCES:
            hidden = {path: mark for path, mark in marks.items() if not may_see(case.policy, one.event, path, audience)}
            hypothesis.event(f"{'something' if hidden else 'nothing'} hidden from the {audience}")
            for each in (record, elsewhere(record)):
                text = whole_text(case.policy, each, audience)
                assert [path for path, mark in hidden.items() if mark in text] == []
        text = whole_text(case.policy, record, "auditor")
        assert [path for path, mark in marks.items() if mark not in text] == [], "what is planted would be found"


# Every way in which a fact can get into an explanation; all but the facts themselves may be seen by everybody.
COPIES = """
facts:
  a.name: {type: string, seen_by: [SEEN]}
  a.number: {type: int, range: [0, 1000000], seen_by: [SEEN]}
  doors: {list_of: {id: string}, seen_by: [EVERYBODY]}
  people: {list_of: {id: string, skill: {type: int, range: [0, 1000000]}}, seen_by: [SEEN]}
entries:
  note: {who: string}
texts:
  hello: {en: "Hello {again}.", zh: "您好，{again}。"}
obligations:
  greeting: {to: advisor, due: 1 hour, say: hello, closes: {done: {}}, seen_by: [EVERYBODY]}
  errand: {to: advisor, due: 1 hour, carries: {whom: = copy}, closes: {done: {}}, seen_by: [EVERYBODY]}
decisions:
  - {decision: copy, asked_on: [tick], outcome: {type: string}, fallback: x, seen_by: [EVERYBODY],
     rules: [{rule: r, then: = a.name, BECAUSE}]}
  - {decision: again, asked_on: [tick], outcome: {type: string}, fallback: x, seen_by: [EVERYBODY],
     rules: [{rule: r, then: = copy, BECAUSE}]}
  - decision: high
    asked_on: [tick]
    outcome: bool
    fallback: false
    seen_by: [EVERYBODY]
    rules:
      - {rule: never, when: a.number < 5, then: true, BECAUSE}
      - rule: always
        when: a.number > 5
        then: true
        record: [{note: {who: = a.name}}]
        amend: [{note: {which: = a.name, who: = copy}}]
        owe: [greeting, errand]
        because: {en: For a test., zh: 测试。}
      - otherwise: false
  - {decision: order, asked_on: [tick], over: people, fallback: as_given, seen_by: [EVERYBODY],
     require: [{rule: able, when: candidate.skill < 800000, BECAUSE}],
     prefer: [{rule: best, add: = candidate.skill, BECAUSE}]}
  - {decision: open_order, asked_on: [tick], over: doors, fallback: as_given, seen_by: [EVERYBODY],
     prefer: [{rule: more, add: = a.number, BECAUSE}]}
"""
SECRETS = {
    "a.name": "planted-name",
    "a.number": "710037",
    "person": "planted-person",
    "skill": "720074",
    "out": "830111",
}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("seen", ["auditor", "customer", "advisor", "manager"])
def test_no_way_leads_from_a_hidden_fact_into_an_explanation(seen: str, audience: Audience) -> None:
    policy = small(COPIES.replace("SEEN", seen).replace("EVERYBODY", "customer, advisor, manager"))
    people = ({"id": "planted-person", "skill": 720_074}, {"id": "planted-other", "skill": 830_111})
    facts: dict[str, Value] = {"event.type": "tick", "a.name": "planted-name", "a.number": 710_037, "people": people}
    facts["doors"] = ({"id": "left"}, {"id": "right"})
    record, _ = kept(policy, "tick", facts)
    assert record.outcome["again"] == record.obligations[1].carries["whom"] == "planted-name"
    assert "planted-name" in (record.obligations[0].say or {})["zh"]
    disputed = evolve(record, degraded={"copy": "the engines differ: compiled says planted-name, reference says x"})
    changed = evolve(record, amended=(Amended("l:1", {"who": "planted-name"}),))
    for one in (record, elsewhere(record), disputed, elsewhere(disputed)):
        told = {name for name, secret in SECRETS.items() if secret in whole_text(policy, one, audience)}
        if audience not in (seen, "auditor"):
            assert told == set()
        elif audience == "auditor" or (audience == "manager" and one is record):
            assert told >= {"a.name", "a.number", "person"}
    assert ("planted-name" in whole_text(policy, changed, audience)) is (audience == "auditor" or (audience == seen))


@examples(40)
@given(case=marked_cases())
def test_a_customer_is_told_no_name_and_no_value_at_all(case: Case) -> None:
    """Neither facts nor rules nor ids; values only inside a text that the pack marks, whole, for customers."""
    for one in case.questions:
        facts, _ = planted(case.policy, one.event, one.facts)
        record, _ = kept(case.policy, one.event, facts, one.degraded)
        for sentence in explain(case.policy, record, "customer").sentences:
            assert not sentence.values
            assert not sentence.rule
            assert not sentence.decision
            assert sentence.kind in {"about", "because", "fell_back", "owed", "nothing", "disagree"}


def test_an_auditor_is_told_every_fact() -> None:
    with engine() as one:
        record = one.decide(said("e1", 1, abuse(), contact="c1"))
    told = {path for each in explain(routing(), record).sentences if each.kind == "known" for path in each.values}
    assert told == set(record.facts)


def test_ids_and_names_of_the_case_stay_with_staff() -> None:
    people = {"contact": "contact-id", "customer": "customer-id", "advisor": "advisor-id"}
    names = {"advisor.name": "Sam Reed", "manager.name": "Dana Cole"}
    with engine() as one:
        one.decide(event("event-s", "contact_started", 0, facts=names, **people))
        for n in range(3):
            record = one.decide(said(f"event-{n}", 2 * n + 1, abuse("hate"), **people))
            if n < 2:
                one.decide(closed(f"event-c{n}", 2 * n + 2, "latest", contact="contact-id"))
    text = whole_text(routing(), record, "customer")
    for private in ("event-", "-id", "response", "conduct", "speech", "legal", "decompression", "incident", "break"):
        assert private not in text


def test_an_advisor_is_told_what_advisors_owe_and_not_what_others_owe() -> None:
    with engine() as one:
        record = one.decide_all(three_strikes())[-1]
    roles = {owed.owe: owed.to for owed in record.obligations}
    assert (roles["farewell"], roles["recording_review"]) == ("advisor", "manager")
    assert "advisor" in routing().obligations["recording_review"].seen_by, "nothing else keeps it back"
    told = {audience: whole_text(routing(), record, audience) for audience in AUDIENCES}
    assert [audience for audience in AUDIENCES if '"farewell"' in told[audience]] == ["advisor", "manager", "auditor"]
    assert [audience for audience in AUDIENCES if '"recording_review"' in told[audience]] == ["manager", "auditor"]


def test_an_advisor_is_not_told_why_a_rule_asked_about_a_hidden_fact() -> None:
    policy = routing()
    facts: dict[str, Value] = {
        "customer.vulnerable": True, "event.customer": "u1", "event.offence": "l1", "event.verdict": "upheld",
        "offence.status": "provisional", "offence.category": "insult", "history.recent": True, "history.upheld": 0,
    }  # fmt: skip
    for path in policy.plans["offence_reviewed"].facts - facts.keys():
        facts[path] = False if path.startswith("history.") else 0
    facts["event.type"] = "offence_reviewed"
    record, _ = kept(policy, "offence_reviewed", facts)
    assert "ladder.a-person-looks-first" in record.fired
    text = whole_text(policy, record, "advisor")
    assert "adjustment" not in text
    assert "vulnerab" not in text
