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
    assert (coverage["unfired"], coverage["percent"], coverage["set_aside"]) == ([], 68.75, [])
    assert coverage["coverage"]["condition"] == {"reached": 5, "of": 6}
    (condition,) = [one for one in coverage["missing"] if one["kind"] == "condition"]
    assert condition == {
        "kind": "condition", "of": "apology.waited-again", "condition": "contact.wait >= setting.patience",
        "value": False, "code": "untested-condition", "severity": "warning",
        "message": "`contact.wait >= setting.patience` never decided `apology.waited-again` by itself: "
        "no test in which the rest of the condition held and this was false",
        "file": "apology.yaml", "line": 8, "column": 11, "length": 32,
        "hint": "a test in which `history.delays >= 1` holds and this is false",
    }  # fmt: skip


def test_coverage_names_what_no_test_reaches_at_its_place(tmp_path):
    only_first = TESTS.partition("  - test: a long wait")[0]
    result = forbear("test", write_pack(tmp_path, {**PACK, "a.test.yaml": only_first}), "--coverage")
    assert result.status == 0
    (rules,) = [line.split() for line in result.out.splitlines() if line.startswith("rules that fired")]
    assert rules == ["rules", "that", "fired", "0", "2"]
    assert "no test made `apology.waited-again` fire\n  --> apology.yaml:7:11\n" in result.out
    assert (
        "`history.delays >= 1` never decided `apology.waited-again` by itself: "
        "no test in which the rest of the condition held and this was true\n"
        "  --> apology.yaml:8:47\n"
        "    8 |     when: contact.wait >= setting.patience && history.delays >= 1\n"
        "      |                                               ^^^^^^^^^^^^^^^^^^^\n"
        "      = hint: a test in which `contact.wait >= setting.patience` holds and this is true\n"
    ) in result.out


def test_coverage_decides_the_exit_status_only_where_that_is_asked(tmp_path):
    passing = write_pack(tmp_path, {**PACK, "a.test.yaml": TESTS.partition("  - test: a long wait")[0]})
    low = forbear("test", passing, "--fail-under", "100")
    assert (low.status, low.err) == (1, "the tests reach 18.75% of what they could, less than 100%\n")
    assert "rules that fired" in low.out
    assert forbear("test", passing, "--fail-under", "18.7").status == 0
    assert forbear("test", passing, "--fail-under", "101").status == 2


def test_a_percentage_that_is_reached_exactly_is_enough(tmp_path):
    choices = ", ".join(f"v{n}" for n in range(125))
    many = f"settings: {{many: {{type: [{choices}], default: v0}}}}\n"
    tests = "tests:\n  - {test: the default, given: {event.type: tick}, expect: {}}\n"
    manifest = "pack: many\nversion: 1.0.0\nlanguage: 1\n"
    pack = write_pack(tmp_path, {"pack.yaml": manifest, "many.yaml": many, "a.test.yaml": tests})
    assert [forbear("test", pack, "--fail-under", least).status for least in ("0.8", "0.81")] == [0, 1]


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
