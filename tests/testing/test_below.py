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
