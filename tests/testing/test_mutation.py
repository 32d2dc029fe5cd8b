"""Mutation: every small change of a rule is made, and what nothing notices is told where it stands."""

from __future__ import annotations

from collections import Counter

import pytest
from attrs import evolve

from commands import inside, write_pack
from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.pack import build_policy, read_pack
from forbear.testing.mutation import mutants_of, try_mutants
from forbear.testing.mutation.expressions import changes
from lateness import PACK

CASE = """\
tests:
  - test: who waits is told so
    given: {contact.wait: 600}
    expect: {apology: brief, owes: [sorry], records: [delay]}
"""
MORE = """\
  - test: just short of patience
    given: {contact.wait: 299}
    expect: {apology: none, owes: []}
  - test: just at patience
    given: {contact.wait: 300}
    expect: {apology: brief}
  - test: again
    given: {contact.wait: 300, history.delays: 1}
    expect: {apology: full, owes: [letter], records: [delay]}
  - test: again and again
    given: {contact.wait: 300, history.delays: 2}
    expect: {apology: full}
  - test: long ago, and not now
    given: {contact.wait: 299, history.delays: 1}
    expect: {apology: none}
  - test: nobody knows
    given: {}
    expect: {apology: none, degraded: true}
"""


@pytest.fixture
def pack(tmp_path):
    return write_pack(tmp_path, {**PACK, "a.test.yaml": CASE})


def test_a_condition_is_changed_at_each_of_its_parts():
    more, flag, known = ir.Compare(">=", ir.Read("x"), ir.Constant(3)), ir.Read("f"), ir.Has("x")
    told = {(one.said, one.way): one.expr for one in changes(ir.All((known, ir.Not(flag), more)))}
    assert told == {
        ("the condition `{}` was dropped", ()): None,
        ("`{}` was dropped", (0,)): ir.All((ir.Not(flag), more)),
        ("`{}` was turned round", (0,)): ir.All((ir.Not(known), ir.Not(flag), more)),
        ("`{}` was dropped", (1,)): ir.All((known, more)),
        ("`{}` lost its `!`", (1,)): ir.All((known, flag, more)),
        ("`{}` was dropped", (2,)): ir.All((known, ir.Not(flag))),
        ("`>=` became `<` in `{}`", (2,)): ir.All((known, ir.Not(flag), ir.Compare("<", ir.Read("x"), ir.Constant(3)))),
        ("one was added to the number in `{}`", (2,)): ir.All(
            (known, ir.Not(flag), ir.Compare(">=", ir.Read("x"), ir.Constant(4)))
        ),
        ("one was taken from the number in `{}`", (2,)): ir.All(
            (known, ir.Not(flag), ir.Compare(">=", ir.Read("x"), ir.Constant(2)))
        ),
    }


def test_two_things_that_are_compared_also_lose_or_gain_where_they_are_equal():
    said = [one.said for one in changes(ir.Compare("<", ir.Read("x"), ir.Read("y")))]
    assert said == ["the condition `{}` was dropped", "`<` became `>=` in `{}`", "`<` became `<=` in `{}`"]


def test_what_brings_a_decimal_to_the_places_of_another_is_no_number_of_the_pack():
    scaled = ir.Compare("<", ir.Arithmetic("*", ir.Read("x"), ir.Constant(100)), ir.Read("y"))
    assert not [one for one in changes(scaled) if "number" in one.said]
    tripled = ir.Compare("<", ir.Arithmetic("*", ir.Read("x"), ir.Constant(3)), ir.Read("y"))
    assert len([one for one in changes(tripled) if "number" in one.said]) == 2


def test_each_kind_of_change_is_made_and_stands_where_its_part_does(pack):
    sources = read_pack(pack)
    found = mutants_of(build_policy(sources), sources)
    assert Counter(one.kind for one in found) == {
        "condition": 4, "comparison": 5, "number": 2, "outcome": 4, "effect": 4, "removed": 2, "order": 1,
        "fallback": 1,
    }  # fmt: skip
    assert [(str(one.span), one.said) for one in found if one.kind == "number"] == [
        ("apology.yaml:8:47", "one was added to the number in `history.delays >= 1`"),
        ("apology.yaml:8:47", "one was taken from the number in `history.delays >= 1`"),
    ]
    assert all(one.policy(build_policy(sources)).plans["contact_offered"].facts for one in found)


def test_a_change_that_the_checker_would_refuse_is_none(tmp_path):
    files = {
        "pack.yaml": PACK["pack.yaml"],
        "all.yaml": "facts: {a.n: {type: int, range: [0, 9], optional: true}}\n"
        "decisions:\n  - decision: d\n    asked_on: [tick]\n    outcome: [low, high]\n    fallback: low\n    rules:\n"
        "      - {rule: r, when: has(a.n) && a.n >= 5, then: high}\n      - otherwise: low\n",
    }
    sources = read_pack(write_pack(tmp_path, files))
    said = {one.said for one in mutants_of(build_policy(sources), sources)}
    assert "`a.n >= 5` was dropped" in said
    assert "`has(a.n)` was dropped" not in said, "it would read what may be missing"
    assert "`has(a.n)` was turned round" not in said


def test_what_no_test_notices_is_told_and_the_rest_names_its_test(pack):
    found = try_mutants(pack, prove=False)
    states = {(one.mutant.rule, one.mutant.said): (one.state, one.noticed) for one in found.tried}
    assert states["waited-long", "the rule was removed"] == ("noticed", "who waits is told so")
    assert states["waited-again", "the rule was removed"] == ("missed", "")
    assert states["waited-again", "`history.delays >= 1` was dropped"] == ("noticed", "who waits is told so")
    assert states["waited-long", "`owe: sorry` was dropped"][0] == "noticed"
    assert not found.proved
    assert found.counted()["equal"] == 0
    assert 0 < found.percent < 100


def test_the_missing_tests_leave_nothing_that_matters(tmp_path):
    pack = write_pack(tmp_path, {**PACK, "a.test.yaml": CASE + MORE})
    found = try_mutants(pack, prove=False)
    assert [one.mutant.said for one in found.missed] == []


def test_what_is_proved_to_change_nothing_is_set_aside(tmp_path):
    rules = "\n".join(
        f"  - {{rule: {name}, when: {when}, then: {then}}}"
        for name, when, then in [("a", "contact.wait < 10", "brief"), ("b", "contact.wait > 20", "full")]
    )
    decision = (
        f"decision: apology\nasked_on: [contact_offered]\noutcome: [none, brief, full]\nfallback: none\n"
        f"rules:\n{rules}\n  - otherwise: none\n"
    )
    tests = "".join(
        f"  - {{test: t{wait}, given: {{contact.wait: {wait}}}, expect: {{apology: {outcome}}}}}\n"
        for wait, outcome in [(9, "brief"), (10, "none"), (20, "none"), (21, "full"), (11, "none"), (19, "none")]
    )
    files = {**PACK, "apology.yaml": decision, "a.test.yaml": f"tests:\n{tests}"}
    found = try_mutants(write_pack(tmp_path, {k: v for k, v in files.items() if k != "obligations.yaml"}))
    assert [one.mutant.said for one in found.tried if one.state == "equal"] == ["the rule changed places with `b`"]
    assert [one.mutant.said for one in found.missed] == ["`fallback` became `brief`"]


def test_a_proof_notices_what_no_test_does(tmp_path):
    found = try_mutants(write_pack(tmp_path, {**PACK, "a.test.yaml": CASE}))
    by = {(one.mutant.rule, one.mutant.said): one for one in found.tried}
    one = by["waited-again", "`contact.wait >= setting.patience` was dropped"]
    assert (one.state, one.by) == ("noticed", "proof"), "apology#1 promises that nobody is apologised to without reason"


def test_a_proof_that_the_solver_gives_up_notices_nothing(tmp_path, monkeypatch):
    from forbear.prove.asking import Finding
    from forbear.testing.mutation import proofs

    def giving_up(policy, *given, only=()):
        report = prove(policy, *given, only=only)
        if policy == before:
            return report
        decision = policy.decisions["apology"]
        undecided = Finding("undecided", "not everything could be decided", decision.span, decision.name)
        verdicts = tuple(evolve(one, verdict="unknown", finding=None) for one in report.verdicts)
        return evolve(report, findings=(undecided,), verdicts=verdicts)

    sources = read_pack(write_pack(tmp_path, PACK))
    before, prove = build_policy(sources), proofs.prove
    (dropped,) = (
        one
        for one in mutants_of(before, sources)
        if (one.rule, one.said) == ("waited-again", "`contact.wait >= setting.patience` was dropped")
    )
    assert proofs.Proofs(before).notices(dropped) == "apology#1 is refuted"
    monkeypatch.setattr(proofs, "prove", giving_up)
    assert proofs.Proofs(before).notices(dropped) == ""


def test_preferences_and_requirements_are_changed_too(tmp_path):
    files = {
        "pack.yaml": PACK["pack.yaml"],
        "all.yaml": "facts:\n  lines: {list_of: {id: string, free: bool, near: bool}}\n"
        "decisions:\n  - decision: line\n    asked_on: [tick]\n    over: lines\n    fallback: as_given\n"
        "    require: [{rule: free, when: candidate.free}]\n"
        "    prefer: [{rule: near, when: candidate.near, add: 5}]\n",
        "a.test.yaml": "tests:\n  - test: the near one first\n    given: {lines: [{id: a, free: true, near: false}, "
        "{id: b, free: true, near: true}, {id: c, free: false, near: true}]}\n"
        "    expect: {line: [b, a], left_out: {c: free}}\n",
    }
    found = try_mutants(write_pack(tmp_path, files))
    assert {(one.mutant.rule, one.mutant.kind) for one in found.tried} == {
        ("free", "condition"), ("free", "comparison"), ("free", "removed"),
        ("near", "condition"), ("near", "comparison"), ("near", "number"), ("near", "removed"),
    }  # fmt: skip
    assert {one.mutant.kind: one.state for one in found.tried if one.mutant.rule == "near"}["removed"] == "noticed"
    moved = [one.state for one in found.tried if one.mutant.kind == "number"]
    assert moved == (["equal", "equal"] if found.proved else ["missed", "missed"]), "the order stays whatever is added"


def test_a_test_that_fails_before_anything_is_changed_is_told(tmp_path):
    wrong = CASE.replace("brief", "full")
    with pytest.raises(ForbearError, match="'who waits is told so' fails before anything is changed"):
        try_mutants(write_pack(tmp_path, {**PACK, "a.test.yaml": wrong}), prove=False)


def test_a_test_under_settings_that_there_are_not_is_told(tmp_path):
    wrong = CASE.replace("    given", "    settings: {patience: 0}\n    given")
    with pytest.raises(ForbearError, match=r"a.test.yaml:2:11: 'who waits is told so' cannot be run: setting.patience"):
        try_mutants(write_pack(tmp_path, {**PACK, "a.test.yaml": wrong}), prove=False)


def test_the_command_lists_what_was_missed_with_its_place(pack):
    done = inside("test", pack, "--mutate", "--only", "apology")
    assert done.status == 0
    missed = "✗ apology.yaml:8:47: apology.waited-again: one was added to the number in `history.delays >= 1`"
    assert missed in done.out.splitlines()
    counts = done.out.splitlines()[-1]
    assert counts.startswith("23 changes: ")
    lines = inside("test", pack, "--mutate", "--json").lines
    assert len(lines) == 24
    assert lines[-1]["changes"] == 23
    (moved,) = (one for one in lines if str(one.get("change")).startswith("one was added"))
    assert {
        "state": "missed",
        "rule": "waited-again",
        "kind": "number",
        "line": 8,
        "column": 47,
    }.items() <= moved.items()


def test_the_command_fails_where_less_is_noticed_than_must_be(pack):
    done = inside("test", pack, "--mutate", "--fail-under", "100")
    assert done.status == 1
    assert "% of what they could, less than 100%" in done.err


def test_a_decision_that_is_not_there_and_only_without_mutate_are_refused(pack):
    assert "has no decision 'apolgy'" in inside("test", pack, "--mutate", "--only", "apolgy").err
    assert "give both" in inside("test", pack, "--only", "apology").err
