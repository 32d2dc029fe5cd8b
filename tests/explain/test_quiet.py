"""What came out as usual is told in one line, to anybody but an auditor and unless it is asked about."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from centre import engine, event, said, small
from explain.kept import elsewhere
from forbear import ForbearError
from forbear.explain import explain
from forbear.explain.sentences import Explanation
from forbear.records import Record

PACK = """
facts:
  caller.waited: {type: int, unit: seconds, range: [0, 3600], default: 0, seen_by: [advisor, manager]}
  caller.fame: {type: int, range: [0, 9], default: 0, seen_by: [advisor]}
  places: {list_of: {id: string, free: bool}, seen_by: [manager]}
entries: {sigh: {}}
decisions:
  - decision: apology
    asks: Do we say sorry?
    asked_on: [utterance]
    outcome: [small, none, large]
    fallback: large
    rules:
      - {rule: hours, when: caller.waited >= 3000, then: large, BECAUSE}
      - {rule: bored, when: caller.waited >= 60 && caller.waited < 120, then: none, record: [sigh], BECAUSE}
      - {rule: soon, when: caller.waited < 60, then: none, BECAUSE}
      - otherwise: none
  - decision: tone
    asks: In which tone?
    asked_on: [utterance]
    outcome: [plain, warm]
    fallback: warm
    rules:
      - {rule: waited, when: caller.waited >= 60, then: warm, BECAUSE}
      - {rule: not-yet, when: caller.waited < 60, then: plain, BECAUSE}
  - decision: minutes
    asks: How long was it?
    asked_on: [utterance]
    outcome: {type: int, unit: seconds, range: [0, 3600]}
    fallback: 0
    rules:
      - {rule: as-measured, then: = caller.waited, BECAUSE}
  - decision: praised
    asks: Is the caller praised?
    asked_on: [utterance]
    outcome: [no, yes]
    fallback: no
    rules:
      - {rule: famous, when: caller.fame > 5, then: yes, record: [sigh], BECAUSE}
      - {rule: known, when: caller.fame > 1, then: no, record: [sigh], BECAUSE}
      - otherwise: no
  - decision: fame
    asks: How famous?
    asked_on: [utterance]
    outcome: {type: int, range: [0, 9]}
    fallback: 0
    rules:
      - {rule: as-told, then: = caller.fame, BECAUSE}
  - decision: place
    asks: Where?
    over: places
    asked_on: [utterance]
    fallback: as_given
    require:
      - {rule: free, when: candidate.free, BECAUSE}
"""


def record_of(**facts: Any) -> Record:
    with engine(small(PACK)) as one:
        named = {name.replace("_", "."): value for name, value in facts.items()}
        return one.decide(said("e1", 1, {"places": [], **named}))


def at_length(found: Explanation) -> set[str]:
    return {one.decision for one in found.sentences if one.decision}


def in_one_line(found: Explanation) -> dict[str, object]:
    told = [one.values for one in found.sentences if one.kind == "as_usual"]
    assert len(told) <= 1
    return dict(told[0]) if told else {}


def known(found: Explanation) -> set[str]:
    return {path for one in found.sentences if one.kind == "known" for path in one.values}


def test_usual_is_what_stands_under_otherwise_else_the_first_outcome_else_nothing() -> None:
    found = explain(small(PACK), record_of(), "manager")
    assert in_one_line(found) == {"apology": "none", "tone": "plain", "minutes": 0, "praised": "no", "place": []}
    assert at_length(found) == {"fame"}  # whose value a manager may not see: that it is as usual would tell it
    (line,) = [one.text for one in found.sentences if one.kind == "as_usual"]
    assert line["en"].startswith("As usual: apology: “none”; minutes: 0 seconds; ")
    assert line["zh"].startswith("其余均按常规：apology：“none”；")


def test_anything_else_is_told_at_length() -> None:
    found = explain(small(PACK), record_of(caller_waited=3000, places=[{"id": "a", "free": False}]), "manager")
    assert at_length(found) == {"apology", "tone", "minutes", "fame", "place"}
    assert in_one_line(found) == {"praised": "no"}


def test_a_rule_that_records_something_is_told_although_its_outcome_is_the_usual_one() -> None:
    found = explain(small(PACK), record_of(caller_waited=60), "manager")
    assert "apology" in at_length(found)
    assert [one.rule for one in found.sentences if one.kind == "applied" and one.decision == "apology"] == ["bored"]


def test_it_stays_in_the_line_where_its_reason_may_not_be_told() -> None:
    unknown, well_known = (explain(small(PACK), record_of(caller_fame=fame), "manager") for fame in (0, 2))
    decided = [[one.text for one in each.sentences if one.section == "decided"] for each in (unknown, well_known)]
    assert decided[0] == decided[1], "else it would tell of the fame, which a manager may not see"


def test_what_fell_back_or_was_set_by_a_person_is_told_at_length() -> None:
    record = record_of()
    fallen = evolve(record, degraded={"tone": "caller.waited is missing"})
    assert "tone" in at_length(explain(small(PACK), fallen, "manager"))
    with engine(small(PACK)) as one:
        one.decide(
            event("o", "override", 0, decision="tone", outcome="plain", by="m1", reason="as agreed", contact="c1")
        )
        set_by_hand = one.decide(said("e1", 1, {"places": [], "caller.waited": 90}))
    assert set_by_hand.outcome["tone"] == record.outcome["tone"]
    assert "tone" in at_length(explain(small(PACK), set_by_hand, "manager"))


def test_only_facts_are_told_that_something_told_at_length_rests_on() -> None:
    record = record_of(caller_waited=0)
    assert "caller.waited" in record.facts
    assert "caller.waited" not in known(explain(small(PACK), record, "advisor"))
    assert "caller.waited" in known(explain(small(PACK), record, "advisor", about=["tone"]))
    assert "caller.waited" in known(explain(small(PACK), record_of(caller_waited=90), "advisor"))


def test_what_is_asked_about_is_told_at_length() -> None:
    found = explain(small(PACK), record_of(), "manager", about=["tone", "place"])
    assert at_length(found) == {"tone", "place", "fame"}
    assert [one.rule for one in found.sentences if one.kind == "applied" and one.decision == "tone"] == ["not-yet"]
    with pytest.raises(ForbearError, match="'tome' was not decided here; did you mean `tone`"):
        explain(small(PACK), record_of(), "manager", about=["tome"])


def test_an_auditor_is_told_all_at_length() -> None:
    record = record_of()
    found = explain(small(PACK), record)
    assert at_length(found) == set(record.outcome)
    assert in_one_line(found) == {}
    assert known(found) == set(record.facts)


def test_nothing_is_called_usual_by_another_policy() -> None:
    found = explain(small(PACK), elsewhere(record_of()), "manager")
    assert in_one_line(found) == {}
    assert {"tone", "apology"} < at_length(found)


def test_a_customer_hears_no_reason_of_what_came_out_as_usual() -> None:
    pack = small(PACK.replace("decision: tone", "decision: tone\n    seen_by: [customer]"))
    with engine(pack) as one:
        told = [one.decide(said(f"e{n}", n, {"caller.waited": n * 60, "places": []})) for n in (0, 1)]  # type: ignore[arg-type]
    reasons = [[each.kind for each in explain(pack, record, "customer").sentences] for record in told]
    assert "because" not in reasons[0]
    assert "because" in reasons[1]
    asked = explain(pack, told[0], "customer", about=["tone"])
    assert "because" in [each.kind for each in asked.sentences]
