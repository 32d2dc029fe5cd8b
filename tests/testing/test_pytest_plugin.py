"""The pytest plugin: it collects the tests of packs that were asked for, and nothing unasked."""

from __future__ import annotations

import pytest

from commands import write_pack
from forbear.engine import registry
from house import plugin
from lateness import PACK

TESTS = """\
tests:
  - test: who waits is told so
    given: {contact.wait: 600}
    expect: {apology: brief}
  - test: nobody is told so
    given: {contact.wait: 600}
    expect: {apology: none}
  - test: in the end
    settings: {patience: 601}
    story:
      - {at: "2026-03-02T09:00:00Z", type: contact_offered, facts: {contact.wait: 600}, expect: {apology: none}}
"""


pytest_plugins = ("pytester",)


@pytest.fixture
def place(pytester):
    """A project with a pack and a test of its own."""
    write_pack(pytester.path / "lateness", {**PACK, "apology.test.yaml": TESTS})
    pytester.makepyfile(test_own="def test_own():\n    pass\n")
    return pytester


def run(place, *arguments, ini="[pytest]\n"):
    """What pytest says of the project, and its exit status."""
    place.makeini(ini)
    done = place.runpytest_inprocess("-v", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *arguments)
    return done.ret, "\n".join([*done.outlines, *done.errlines])


def test_nothing_is_collected_unless_it_is_asked_for(place):
    status, said = run(place)
    assert status == 0
    assert "1 passed" in said
    assert "apology.test.yaml" not in said


def test_each_test_of_a_pack_is_one_and_a_failure_stands_at_its_word(place):
    status, said = run(place, "--forbear", "lateness")
    assert status == 1
    assert "lateness/apology.test.yaml::who waits is told so PASSED" in said
    assert "lateness/apology.test.yaml::in the end PASSED" in said
    assert "2 passed" not in said
    assert "3 passed, 1 failed" in said or "1 failed, 3 passed" in said
    at = place.path / "lateness" / "apology.test.yaml"
    assert f"{at}:7:14: apology: expected none, got brief; fired: apology.waited-long" in said
    assert "Traceback" not in said
    assert "runtest" not in said, "the way through Python is left out"


def test_the_ini_file_may_ask_and_a_test_may_be_chosen_by_name(place):
    status, said = run(place, "-k", "who", ini="[pytest]\nforbear_packs = lateness\n")
    assert status == 0
    assert "1 passed, 3 deselected" in said


def test_promises_are_a_test_where_they_are_asked_for(place):
    apology = place.path / "lateness" / "apology.yaml"
    text = apology.read_text(encoding="utf-8")
    apology.write_text(text.replace("&& contact.wait < setting.patience", ""), encoding="utf-8")
    status, said = run(place, "--forbear", "lateness", "--forbear-promises", "-k", "promises")
    assert status == 1
    assert "lateness/pack.yaml::promises FAILED" in said
    assert "apology#1" in said
    assert "tests:\n- test: " in said


def test_a_pack_with_mistakes_is_one_error_that_says_them(place):
    (place.path / "lateness" / "more.yaml").write_text("facts:\n  a.b: bol\n", encoding="utf-8")
    status, said = run(place, "--forbear", "lateness")
    assert status != 0
    assert f"{place.path / 'lateness' / 'more.yaml'}:2:8: " in said


def test_a_pack_that_is_not_there_is_told_before_anything_runs(place):
    status, said = run(place, "--forbear", "latness")
    assert status == 4
    assert "--forbear latness" in said


def test_a_pack_that_an_installed_plugin_brings_is_found_by_its_name(place, monkeypatch):
    folder = write_pack(place.path / "elsewhere", {**PACK, "apology.test.yaml": TESTS})
    brings, known = plugin("supply_packs", lambda: {"brought": folder}), registry.registry_of
    monkeypatch.setattr(registry, "registry_of", lambda: known([brings], discover=False))
    status, said = run(place, "--forbear", "brought")
    assert status == 1
    assert "elsewhere/apology.test.yaml::in the end PASSED" in said
    assert "3 passed, 1 failed" in said or "1 failed, 3 passed" in said
    status, said = run(place, "--forbear", "nowhere")
    assert "from plugins: brought" in said
