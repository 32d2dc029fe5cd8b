"""An explanation tells what decided, what did not, what fell back and what cannot be told."""

from __future__ import annotations

import subprocess
import sys

import pytest
from attrs import evolve

from centre import CALM, abuse, engine, event, routing, said, small, three_strikes
from explain.kept import elsewhere, kept, whole_text
from forbear import ForbearError, hookimpl
from forbear.explain import UnknownDecision, explain, find_record, rule_sentence
from forbear.explain.sentences import Explanation, Sentence
from forbear.records import Event, Plain, Record

# An event on which the standard pack decides nothing.
SILENT = min(event for event, plan in routing().plans.items() if not (plan.decisions or plan.rankings))


def of_kind(found: Explanation, kind: str, decision: str = "") -> list[Sentence]:
    return [one for one in found.sentences if one.kind == kind and decision in ("", one.decision)]


def english(found: Explanation, kind: str, decision: str = "") -> list[str]:
    return [one.text["en"] for one in of_kind(found, kind, decision)]


def test_the_rule_that_decided_stands_with_its_reason_and_values() -> None:
    with engine() as one:
        record = one.decide(said("e1", 1, abuse()))
    found = explain(routing(), record)
    assert english(found, "because", "response") == ["Reason: The first abusive act brings a request to stop."]
    (applied,) = of_kind(found, "applied", "response")
    assert applied.rule == "first-strike"
    assert applied.values == {"conduct": "abuse", "history.first_warning_spoken": False}
    assert "first-strike" in applied.text["zh"]


def test_each_other_rule_is_told_by_the_first_condition_that_failed() -> None:
    with engine() as one:
        record = one.decide(said("e1", 1, CALM))
    found = explain(routing(), record)
    told = {one.rule: one.values for one in of_kind(found, "not_applied", "response")}
    assert told["let-them-vent"] == {"conduct": "civil"}
    assert told["third-strike"] == {"conduct": "civil"}
    assert of_kind(found, "otherwise", "response")
    assert of_kind(found, "not_looked_at", "response") == []


def test_where_facts_came_from_is_told() -> None:
    class Host:
        @hookimpl
        def supply_customer_facts(self, customer: str, event: Event) -> dict[str, Plain]:
            return {"customer.vulnerable": True}

    with engine(plugins=[Host()]) as one:
        for each in three_strikes():
            one.decide(each)
        record = one.decide(event("r", "offence_reviewed", 60, offence="latest", contact="c1", verdict="upheld"))
    known = {next(iter(each.values)): each.text["en"] for each in of_kind(explain(routing(), record), "known")}
    assert "from the plugin" in known["customer.vulnerable"]
    assert "Host" in known["customer.vulnerable"]
    assert known["event.verdict"].endswith("(from the event).")
    assert known["history.upheld"].endswith("(counted in the ledger).")
    assert known["offence.status"].endswith("(from the ledger entry that the event names).")


def test_a_default_is_told_as_such() -> None:
    with engine() as one:
        record = one.decide(said("e1", 1, abuse()))
    assert "contact.channel" in record.defaulted
    known = {next(iter(each.values)): each.text for each in of_kind(explain(routing(), record), "known")}
    assert known["contact.channel"]["en"].endswith("(nobody said, so the default stood in).")
    assert known["contact.channel"]["zh"].endswith("（无人给出，取默认值）。")


def test_a_decision_that_fell_back_says_why_in_both_languages_and_no_rule_is_told() -> None:
    with engine() as one:
        record = one.decide(said("e1", 1, {}))
    found = explain(routing(), record)
    (fallen,) = of_kind(found, "fell_back", "response")
    assert "speech." in fallen.text["en"]
    assert "is missing" in fallen.text["en"]
    assert "缺失" in fallen.text["zh"]
    assert of_kind(found, "applied", "response") == of_kind(found, "not_applied", "response") == []
    assert "speech." not in whole_text(routing(), record, "customer")


@pytest.mark.parametrize(
    ("reason", "chinese"),
    [
        ("the promise no-strike did not hold: There is none.", "承诺 no-strike 未能成立（There is none）"),
        ("plugin crm: supply_facts: raised KeyError at crm.py:3", "插件 crm 在 supply_facts 中出错"),
        ("o:e1:warning was closed before (done)", "此前已了结（已完成）"),
        ("the rules a and b both match", "规则 a and b 同时适用"),
        ("something new", "“something new”"),
    ],
)
def test_the_usual_reasons_of_the_engine_are_told_in_chinese(reason: str, chinese: str) -> None:
    with engine() as one:
        record = evolve(one.decide(said("e1", 1, abuse())), degraded={"response": reason})
    (fallen,) = of_kind(explain(routing(), record), "fell_back", "response")
    assert chinese in fallen.text["zh"]
    assert reason.rstrip(".") in fallen.text["en"]


def test_under_another_policy_only_the_record_is_told() -> None:
    with engine() as one:
        record = elsewhere(one.decide(said("e1", 1, abuse())))
    found = explain(routing(), record)
    assert not found.whole
    assert of_kind(found, "other_policy")
    assert english(found, "fired", "response") == ["These rules decided: response.first-strike."]
    assert of_kind(found, "because") == of_kind(found, "not_applied") == of_kind(found, "applied") == []
    assert of_kind(found, "known")
    for audience in ("advisor", "customer"):
        told = explain(routing(), record, audience)  # type: ignore[arg-type]
        assert [one.kind for one in told.sentences if one.kind not in ("about", "disagree")] == ["other_policy"]


def test_a_record_that_contradicts_the_rules_is_not_explained_away() -> None:
    with engine() as one:
        record = one.decide(said("e1", 1, abuse()))
    wrong = evolve(record, fired=tuple(rule for rule in record.fired if not rule.startswith("response.")))
    found = explain(routing(), wrong)
    assert not found.sound
    assert of_kind(found, "against", "response")[0].rule == "first-strike"
    assert of_kind(found, "contradiction", "response")


def test_what_the_record_no_longer_holds_is_not_guessed() -> None:
    with engine() as one:
        record = one.decide(said("e1", 1, CALM))
    blanked = evolve(record, facts={"speech.hostile": None}, outcome={"conduct": "civil"})
    found = explain(routing(), blanked)
    assert {one.rule for one in of_kind(found, "untold", "conduct")} >= {"aimed-at-the-advisor"}


def test_a_second_opinion_is_told_and_named_to_an_auditor_only() -> None:
    with engine() as one:
        record = evolve(one.decide(said("e1", 1, abuse())), confirmed_by="durable")
    assert "durable" in english(explain(routing(), record), "confirmed")[0]
    assert "durable" not in english(explain(routing(), record, "manager"), "confirmed")[0]
    manager = whole_text(routing(), record, "manager")
    assert record.policy.digest not in manager
    assert record.evaluator not in manager


def test_a_decision_is_found_by_its_id_and_by_its_event() -> None:
    with engine() as one:
        record = one.decide(said("e1", 1, CALM))
        odd = one.decide(said("d:x", 2, CALM))
        assert find_record(one.store, "d:e1") == find_record(one.store, "e1") == record
        assert find_record(one.store, "d:x") == find_record(one.store, "d:d:x") == odd
        with pytest.raises(UnknownDecision, match="holds no decision 'e9'"):
            find_record(one.store, "e9")


def test_an_unknown_audience_is_refused() -> None:
    record, _ = kept(routing(), SILENT, {"event.type": SILENT})
    with pytest.raises(ForbearError, match="customer, advisor, manager or auditor"):
        explain(routing(), record, "public")  # type: ignore[arg-type]


HITS = """
facts:
  a.x: bool
  a.y: bool
decisions:
  - decision: p
    asked_on: [tick]
    outcome: [low, high]
    hit: priority
    fallback: low
    rules:
      - {rule: lower, when: a.x, then: low, BECAUSE}
      - {rule: higher, when: a.y, then: high, BECAUSE}
      - otherwise: low
  - decision: u
    asked_on: [tick]
    outcome: [low, high]
    hit: unique
    fallback: low
    rules:
      - {rule: one, when: a.x && !a.y, then: low, BECAUSE}
      - {rule: two, when: a.y, then: high, BECAUSE}
      - otherwise: low
"""


def test_priority_and_unique_look_at_every_rule() -> None:
    policy = small(HITS)
    record, _ = kept(policy, "tick", {"event.type": "tick", "a.x": True, "a.y": True})
    found = explain(policy, record)
    assert [one.rule for one in of_kind(found, "applied", "p")] == ["higher"]
    assert [one.rule for one in of_kind(found, "outranked", "p")] == ["lower"]
    assert [one.rule for one in of_kind(found, "not_applied", "u")] == ["one"]
    assert found.sound


RANKING = """
facts:
  people: {list_of: {id: string, free: bool, skill: {type: int, range: [0, 9]}}}
decisions:
  - decision: who
    asks: Who takes it?
    asked_on: [tick]
    over: people
    fallback: as_given
    require:
      - {rule: is-free, when: candidate.free, BECAUSE}
    prefer:
      - {rule: able, when: candidate.skill >= 5, add: 10, because: {en: Able people first., zh: 能者优先。}, source: T1}
"""


def test_a_ranking_tells_each_candidates_place_or_what_left_it_out() -> None:
    policy = small(RANKING)
    people = tuple({"id": name, "free": free, "skill": skill} for name, free, skill in
                   [("ann", True, 3), ("bob", False, 9), ("cy", True, 7)])  # fmt: skip
    record, _ = kept(policy, "tick", {"event.type": "tick", "people": people})
    assert record.outcome["who"] == ["cy", "ann"]
    found = explain(policy, record)
    assert english(found, "ranked", "who") == [
        "cy is number 1, with 10 points: 10 for able (Able people first).",
        "ann is number 2, with 0 points.",
    ]
    assert english(found, "left_out", "who") == ["bob was left out by rule who.is-free: the candidate's free: no."]
    assert "cy" not in whole_text(policy, record, "advisor")
    assert "ann" not in whole_text(policy, record, "customer")


def test_every_rule_of_the_standard_pack_is_one_sentence_in_each_language() -> None:
    policy = routing()
    names = [(name, rule.name) for name, one in policy.decisions.items() for rule in one.rules]
    names += [(name, rule.name) for name, one in policy.rankings.items() for rule in (*one.require, *one.prefer)]
    for decision, rule in names:
        said_en = rule_sentence(policy, decision, rule, "en")
        said_zh = rule_sentence(policy, decision, rule, "zh")
        assert said_en.endswith((".", "”"))
        assert said_zh.endswith(("。", "”"))
        assert "{" not in said_en + said_zh
    assert rule_sentence(policy, "response", "third-strike", "en").startswith("When conduct is “abuse”, then response")
    with pytest.raises(ForbearError, match=r"did you mean `response.third-strike`"):
        rule_sentence(policy, "response", "third-stroke", "en")


def test_importing_forbear_does_not_load_explanations() -> None:
    program = "import sys, forbear; print([name for name in sys.modules if name.startswith('forbear.explain')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_record_of_nothing_can_be_explained() -> None:
    record, _ = kept(routing(), SILENT, {"event.type": SILENT})
    empty: Record = evolve(record, outcome={}, facts={}, overdue=("o:1",))
    assert english(explain(routing(), empty), "overdue") == ["The obligation o:1 is overdue."]
