"""Rankings: what they read, who is left in, in which order, and what is promised of it."""

from __future__ import annotations

import pytest

from forbear.evaluate import make_evaluator
from forbear.evaluate.protocol import Evaluation
from forbear.language import ir
from forbear.language.types import Value, fit
from language.small_pack import RANKED, assert_found, built, edited, problems_of

EVALUATORS = ("reference", "compiled")


def ranked(files: dict[str, str], advisors: list[dict[str, Value]], which: str = "reference") -> Evaluation:
    """The ranking of these advisors; the answers of folds stand beside their fields."""
    policy = built(files)
    kind = policy.facts["advisors"].type
    plain = [{name: value for name, value in one.items() if "." not in name} for one in advisors]
    fitted = fit("advisors", kind, plain)
    assert isinstance(fitted, tuple)
    beside = [{name: value for name, value in one.items() if "." in name} for one in advisors]
    candidates = tuple({**one, **more} for one, more in zip(fitted, beside, strict=True) if isinstance(one, dict))
    return make_evaluator(which, policy).decide("contact_offered", {"advisors": candidates})


A1: dict[str, Value] = {"id": "a1", "free": True, "team": "red", "history.warned_by": False}
A2: dict[str, Value] = {"id": "a2", "free": True, "team": "blue", "wait": 300, "history.warned_by": False}
A3: dict[str, Value] = {"id": "a3", "free": True, "team": "red", "history.warned_by": True}
LATE: dict[str, Value] = {"id": "late", "free": False, "team": "red", "wait": 61, "history.warned_by": False}
LONE: dict[str, Value] = {"id": "lone", "free": True, "history.warned_by": False}


def test_a_ranking_is_read_as_written() -> None:
    policy = built(RANKED)
    advisor = policy.rankings["advisor"]
    assert (advisor.over, advisor.asked_on, advisor.seen_by) == ("advisors", ("contact_offered",), ir.STAFF)
    assert [one.name for one in advisor.require] == ["in-time", "of-a-team"]
    assert advisor.require[0].because["en"] == "Free now or soon."
    assert [(one.name, one.when is None) for one in advisor.prefer] == [
        ("not-the-warner", False),
        ("our-team", False),
        ("anyone", True),
    ]
    assert [(one.name, one.about) for one in policy.invariants if one.decision == "advisor"] == [
        ("advisor#1", "candidate"),
        ("advisor#2", "pair"),
    ]


def test_the_plan_asks_keyed_folds_for_each_candidate_and_nothing_else() -> None:
    plan = built(RANKED).plans["contact_offered"]
    assert (plan.rankings, plan.folds) == (("advisor",), ())
    assert plan.keyed == {"advisors": ("history.warned_by",)}
    assert plan.reads["advisor"] == {"advisors"}
    assert built(RANKED).plans["tick"].rankings == ()


def test_a_ranking_depends_on_what_the_decisions_that_it_reads_depend_on() -> None:
    files = edited(
        ("advisor.yaml", "[contact_offered]", "[utterance]"),
        ("advisor.yaml", "candidate.free || ", 'candidate.free || conduct == "abuse" || '),
        (
            "advisors.yaml",
            "where: spoken, by: {advisor: candidate.id}",
            "by: {advisor: candidate.id, id: customer.name}",
        ),
        base=RANKED,
    )
    plan = built(files).plans["utterance"]
    assert plan.reads["advisor"] == {"advisors", "speech.hostile", "speech.target", "customer.name"}
    assert "customer.name" in plan.facts


@pytest.mark.parametrize("which", EVALUATORS)
def test_the_first_requirement_that_fails_leaves_a_candidate_out(which: str) -> None:
    found = ranked(RANKED, [LATE, A1, LONE], which)
    assert found.outcome["advisor"] == ("a1",)
    assert found.left_out["advisor"] == {"late": "in-time", "lone": "of-a-team"}


@pytest.mark.parametrize("which", EVALUATORS)
def test_scores_add_up_and_ties_keep_the_order_given(which: str) -> None:
    assert ranked(RANKED, [A3, A1, A2], which).outcome["advisor"] == ("a2", "a1", "a3")
    twin = A1 | {"id": "twin"}
    assert ranked(RANKED, [twin, A1], which).outcome["advisor"] == ("twin", "a1")
    assert ranked(RANKED, [A1, twin], which).outcome["advisor"] == ("a1", "twin")
    assert ranked(RANKED, [], which).outcome["advisor"] == ()


@pytest.mark.parametrize("which", EVALUATORS)
def test_promises_are_asked_of_each_candidate_and_of_each_pair(which: str) -> None:
    assert ranked(RANKED, [A3, A1, A2, LATE], which).violated == ()
    slow = edited(("advisor.yaml", "candidate.wait <= setting.patience", "candidate.wait <= 700"), base=RANKED)
    assert ranked(slow, [A1, LATE | {"wait": 700}], which).violated == ("advisor#1",)
    assert ranked(slow, [A1, LATE | {"wait": 701}], which).violated == ()  # left out: not ranked
    unkind = edited(("advisor.yaml", "add: 5000", "add: -5000"), base=RANKED)
    assert ranked(unkind, [A1, A3], which).violated == ("advisor#2",)
    assert ranked(unkind, [A3], which).violated == ()


@pytest.mark.parametrize("which", EVALUATORS)
def test_requirements_and_preferences_may_be_tables(which: str) -> None:
    files = edited(
        also={
            "advisor.yaml": """\
decision: advisor
asked_on: [contact_offered]
over: advisors
fallback: as_given
require:
  inputs: [candidate.free, candidate.wait]
  rows:
    - {rule: in-time, when: [-, "< 61"]}
    - {rule: anybody, when: [-, -]}
prefer:
  inputs: [candidate.free, candidate.wait]
  rows:
    - {rule: free, when: [true, -], add: 10}
    - {rule: soon, when: [false, [0, 30, 60]], add: = candidate.wait}
""",
        },
        base=RANKED,
    )
    found = ranked(files, [A1, LATE, LATE | {"id": "soon", "wait": 60}, LATE | {"id": "odd", "wait": 59}], which)
    assert found.outcome["advisor"] == ("soon", "a1", "odd")
    assert found.left_out["advisor"] == {"late": "in-time"}


def test_a_preference_knows_what_was_required() -> None:
    fine = 'require: [{rule: x, when: has(candidate.team)}, {rule: y, when: candidate.team == "blue"}]\n'
    text = "decision: more\nasked_on: [tick]\nover: advisors\nfallback: as_given\n"
    assert problems_of(edited(also={"more.yaml": text + fine}, base=RANKED)) == []
    either = (
        "prefer: [{rule: x, when: has(candidate.team), add: 1}, {rule: y, when: '⟦candidate.team⟧ == \"red\"', add: 1}]"
    )
    assert_found(edited(also={"more.yaml": text + either}, base=RANKED), "optional-read")


def test_a_promise_that_speaks_of_no_candidate_is_one_about_the_event() -> None:
    files = edited(
        ("advisor.yaml", "has(behind.team)", "speech.hostile"),
        ("advisor.yaml", "ahead.history.warned_by && !behind.history.warned_by && ", ""),
        base=RANKED,
    )
    assert [one.about for one in built(files).invariants if one.decision == "advisor"] == ["candidate", ""]


def test_words_in_a_text_are_no_candidates() -> None:
    files = edited(("advisor.yaml", "has(behind.team)", 'ahead.id != "candidate.x"'), base=RANKED)
    assert [one.about for one in built(files).invariants if one.decision == "advisor"] == ["candidate", "pair"]
    files = edited(("advisor.yaml", "candidate.wait > 600", 'candidate.id != "ahead.x"'), base=RANKED)
    assert [one.about for one in built(files).invariants if one.decision == "advisor"] == ["candidate", "pair"]


def test_a_ranking_that_is_broken_is_one_problem_to_those_that_read_it() -> None:
    reader = ("conduct.yaml", "    when: speech.hostile\n", '    when: advisor == "a7"\n')
    files = edited(("advisor.yaml", "[contact_offered]", "[⟦contact_offred⟧]"), reader, base=RANKED)
    assert [
        one.code
        for one in problems_of(files | {"advisor.yaml": files["advisor.yaml"].replace("⟦", "").replace("⟧", "")})
    ] == [
        "unknown-event",
        "ranked-outcome",
    ]
    assert_found(edited(("advisor.yaml", "decision: advisor", "decision: ⟦Advisor⟧"), base=RANKED), "bad-name")


def test_the_consequences_of_a_broken_requirement_are_not_repeated() -> None:
    files = edited(
        ("advisor.yaml", "when: has(candidate.team)}", "when: has(candidate.team) && ⟦speech.hostle⟧}"), base=RANKED
    )
    assert_found(files, "unknown-name")
