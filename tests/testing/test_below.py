"""What tests of a pack below still expect when packs beside it add effects on the same event."""

from __future__ import annotations

from commands import write_pack
from forbear.testing.runner import run_tests

MANIFEST = "pack: {}\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [{}]\n"
GREETED = """\
entries: {NAMEed: {}}
obligations: {NAME_duty: {to: advisor, due: 1 hour, closes: {done: {}}}}
decisions:
  - decision: NAME
    asks: What happens?
    asked_on: [contact_offered]
    outcome: [no, yes]
    hit: first
    fallback: no
    rules:
      - {rule: always, then: yes, record: [NAMEed], owe: [NAME_duty]}
"""
LEFT_TEST = """\
tests:
  - test: a case
    given: {}
    expect: {left: yes, records: [lefted], owes: [left_duty]}
  - test: a story
    story:
      - {at: "2026-03-02T09:00:00Z", type: contact_offered, contact: c1, customer: u1,
         expect: {left: yes, records: [lefted], owes: [left_duty]}}
      - {at: "2026-03-02T10:00:01Z", type: tick, expect: {overdue: [left_duty]}}
"""


def packs(folder, right_on=""):
    for name, on in (("left", ""), ("right", right_on), ("both", "left, right")):
        (folder / name).mkdir()
        files = {"pack.yaml": MANIFEST.format(name, on)}
        write_pack(folder / name, files if name == "both" else files | {"a.yaml": GREETED.replace("NAME", name)})
    return folder / "both"


def failures(folder):
    return [one.message for result in run_tests(folder).results for one in result.failures]


def test_a_test_below_does_not_see_what_packs_beside_it_record_and_owe(tmp_path):
    both = packs(tmp_path)
    (tmp_path / "left" / "a.test.yaml").write_text(LEFT_TEST)
    assert failures(both) == []


def test_nor_what_they_amend(tmp_path):
    both = packs(tmp_path, right_on="left")
    amending = """\
entries: {note: {seen: bool}}
decisions:
  - {decision: noted, asked_on: [contact_offered], outcome: bool, fallback: false,
     rules: [{rule: all, then: true, amend: [{note: {which: n1, seen: true}}]}]}
"""
    write_pack(tmp_path / "right", {"more.yaml": amending})
    test = "tests:\n  - {test: t, given: {}, expect: {left: yes, amends: []}}\n"
    (tmp_path / "left" / "a.test.yaml").write_text(test)
    assert failures(both) == []
    (tmp_path / "right" / "a.test.yaml").write_text(test)
    assert failures(both) == ["amends: expected nothing, got note"]


def test_an_entry_beside_it_may_be_called_like_a_decision_of_its_own(tmp_path):
    both = packs(tmp_path)
    (tmp_path / "left" / "a.test.yaml").write_text(LEFT_TEST)
    right = (tmp_path / "right" / "a.yaml").read_text()
    (tmp_path / "right" / "a.yaml").write_text(right.replace("righted", "left"))
    assert failures(both) == []


def test_it_does_see_its_own(tmp_path):
    both = packs(tmp_path)
    (tmp_path / "left" / "a.test.yaml").write_text(LEFT_TEST.replace("records: [lefted]", "records: []"))
    assert failures(both) == ["records: expected nothing, got lefted"] * 2


def test_a_pack_sees_what_those_record_that_it_builds_on(tmp_path):
    both = packs(tmp_path, right_on="left")
    test = "tests:\n  - {test: t, given: {}, expect: {right: yes, records: [righted]}}\n"
    (tmp_path / "right" / "a.test.yaml").write_text(test)
    assert failures(both) == ["records: expected righted, got lefted, righted"]


def test_the_pack_in_hand_sees_everything(tmp_path):
    both = packs(tmp_path)
    (both / "a.test.yaml").write_text("tests:\n  - {test: t, given: {}, expect: {left: yes, records: [lefted]}}\n")
    assert failures(both) == ["records: expected lefted, got lefted, righted"]


def test_a_test_below_does_not_see_what_packs_beside_it_could_not_decide(tmp_path):
    both = packs(tmp_path)
    doubtful = GREETED.replace("NAME", "right").replace("rule: always,", "rule: always, when: right.known,")
    (tmp_path / "right" / "a.yaml").write_text(f"facts: {{right.known: bool}}\n{doubtful}      - otherwise: no\n")
    offered = '{at: "2026-03-02T09:00:00Z", type: contact_offered, contact: c1, customer: u1'
    bare, flagged = f"{offered}}}", f"{offered}, expect: {{left: yes, degraded: false}}}}"
    story = f"tests:\n  - {{test: t, story: [{bare}]}}\n  - {{test: u, story: [{flagged}]}}\n"
    (tmp_path / "left" / "a.test.yaml").write_text(story)
    assert failures(both) == []
    (tmp_path / "right" / "a.test.yaml").write_text(story.replace("left", "right"))
    assert [message.partition(":")[0] for message in failures(both)] == [
        "right fell back", "right", "degraded",
    ]  # fmt: skip


PATIENCE = """\
facts: {low.count: int}
settings: {patience: {type: int, range: [0, 9], default: 1}}
decisions:
  - decision: low
    asked_on: [contact_offered]
    outcome: [no, yes]
    fallback: no
    rules:
      - {rule: many, when: low.count > setting.patience, then: yes}
      - otherwise: no
"""
PATIENT = """\
tests:
  - {test: changed above, given: {low.count: 3}, expect: {low: yes}}
  - {test: wrong by itself, given: {low.count: 0}, expect: {low: yes}}
  - {test: still right, given: {low.count: 9}, expect: {low: yes}}
"""
CHANGE = "overrides:\n  settings: {patience: 5}\n"


def tower(folder, change=CHANGE, *, own=""):
    """`high` on `mid`, which changes `low`."""
    for name, on, text in (("low", "", PATIENCE), ("mid", "low", change), ("high", "mid", own)):
        write_pack(folder / name, {"pack.yaml": MANIFEST.format(name, on)} | ({"a.yaml": text} if text else {}))
    (folder / "low" / "a.test.yaml").write_text(PATIENT)
    return folder / "mid", folder / "high"


def changed(folder):
    """Of the tests that do not hold, whether that is because of what packs above change."""
    report = run_tests(folder)
    found = {one.test.name: one.overridden for one in report.results if one.failures}
    assert (report.changed, report.failed) == (sum(found.values()), len(found) - sum(found.values()))
    return found


def test_a_test_below_that_fails_without_the_overrides_too_is_a_failure(tmp_path):
    for folder in tower(tmp_path):  # also where the override is not of the pack in hand
        assert changed(folder) == {"changed above": True, "wrong by itself": False}


def test_overrides_of_something_else_are_no_excuse(tmp_path):
    promise = "overrides:\n  metrics: {}\n  invariants:\n    low:\n      - {always: low.count >= 0, because: x}\n"
    mid, _ = tower(tmp_path, promise + "calendar: {zone: UTC}\n")
    assert changed(mid) == {"wrong by itself": False}


def test_overrides_that_cannot_be_taken_away_are_given_the_benefit_of_the_doubt(tmp_path):
    mid, _ = tower(tmp_path, "{overrides: {settings: {patience: 5}}}\n")
    assert changed(mid) == {"changed above": True, "wrong by itself": True}


def test_beside_overrides_a_calendar_is_a_change_too(tmp_path):
    mid, _ = tower(tmp_path, f"{CHANGE}calendar: {{open: {{tuesday: '09:00-17:00'}}}}\n")
    owing = PATIENCE.replace("then: yes", "then: yes, owe: [call]")
    duty = "obligations: {call: {to: advisor, due: 1 working hour, closes: {done: {}}}}\n"
    (tmp_path / "low" / "a.yaml").write_text(owing + duty)
    late = """\
  - test: called back within the hour
    story:
      - {at: "2026-03-02T10:00:00Z", type: contact_offered, contact: c1, customer: u1, facts: {low.count: 9}}
      - {at: "2026-03-02T11:00:01Z", type: tick, expect: {overdue: [call]}}
"""
    (tmp_path / "low" / "a.test.yaml").write_text(PATIENT + late)
    assert changed(tmp_path / "low") == {"wrong by itself": False}
    assert changed(mid) == {"changed above": True, "wrong by itself": False, "called back within the hour": True}


def test_without_overrides_nothing_is_excused(tmp_path):
    mid, _ = tower(tmp_path, "facts: {mid.count: int}\n")
    assert changed(mid) == {"wrong by itself": False}
