"""`forbear test`: runs what a pack carries beside its rules."""

from __future__ import annotations

import pytest

from commands import forbear, write_pack
from lateness import PACK

TESTS = """\
tests:
  - test: nobody waits, nobody apologises
    given: {contact.wait: 0}
    expect: {apology: none}
  - test: a long wait
    given: {contact.wait: 600}
    expect:
      apology: full
      fired: [apology.waited-again]
      owes: [sorry]
  - test: a second long wait
    story:
      - {at: "2026-03-02T09:00:00Z", type: contact_offered, customer: u1, facts: {contact.wait: 600}}
      - at: "2026-03-03T09:00:00Z"
        type: contact_offered
        customer: u1
        facts: {contact.wait: 600}
        expect: {records: []}
"""


@pytest.fixture
def pack(tmp_path):
    return write_pack(tmp_path, {**PACK, "late/apology.test.yaml": TESTS})


def test_a_failing_expectation_names_file_line_and_what_was_got(pack):
    result = forbear("test", pack)
    assert (result.status, result.err) == (1, "")
    assert "✓ nobody waits, nobody apologises" in result.out
    assert "✗ a long wait" in result.out
    assert "late/apology.test.yaml:8:7: apology: expected full, got brief; fired: apology.waited-long" in result.out
    assert "late/apology.test.yaml:9:7: apology.waited-again did not fire; fired: apology.waited-long" in result.out
    assert "late/apology.test.yaml:18:18: records: expected nothing, got delay" in result.out
    assert "1 passed, 2 failed" in result.out


def test_json_has_one_line_per_test(pack):
    result = forbear("test", pack, "--json", "--coverage")
    assert (result.status, result.err) == (1, "")
    *tests, coverage = result.lines
    assert [(one["test"], one["file"], one["passed"]) for one in tests] == [
        ("nobody waits, nobody apologises", "late/apology.test.yaml", True),
        ("a long wait", "late/apology.test.yaml", False),
        ("a second long wait", "late/apology.test.yaml", False),
    ]
    assert tests[1]["failures"][0] == {
        "at": "late/apology.test.yaml:8:7",
        "message": "apology: expected full, got brief; fired: apology.waited-long",
    }
    assert coverage == {"unfired": []}


def test_coverage_names_the_rules_that_no_test_made_fire(tmp_path):
    only_first = TESTS.partition("  - test: a long wait")[0]
    result = forbear("test", write_pack(tmp_path, {**PACK, "a.test.yaml": only_first}), "--coverage")
    assert result.status == 0
    assert "0 of 2 rules fired" in result.out
    assert "never fired: apology.waited-again" in result.out
    assert "never fired: apology.waited-long" in result.out


def test_a_pack_without_tests_says_so(tmp_path):
    result = forbear("test", write_pack(tmp_path, PACK))
    assert result.status == 0
    assert "lateness has no tests" in result.err


@pytest.mark.parametrize("evaluator", ["reference"])  # compiled: `make packs`
def test_the_bundled_pack_passes_under_every_evaluator(evaluator):
    result = forbear("test", "standard", "--evaluator", evaluator, "--coverage")
    assert result.status == 0
    assert "0 failed" in result.out


def test_a_broken_test_file_gives_diagnostics(tmp_path):
    tests = "tests:\n  - test: x\n    given: {contact.wait: 1}\n    expect: {apology: nnoe}\n"
    write_pack(tmp_path, {**PACK, "a.test.yaml": tests})
    result = forbear("test", tmp_path, "--json")
    assert result.status == 1
    assert [(one["code"], one["line"], one["column"]) for one in result.lines] == [("unknown-value", 4, 23)]
    assert "did you mean `none`?" in forbear("test", tmp_path).out


def test_an_unknown_evaluator_or_pack_cannot_run(tmp_path):
    assert forbear("test", "standard", "--evaluator", "oracle").status == 2
    assert forbear("test", tmp_path / "nowhere").status == 2
