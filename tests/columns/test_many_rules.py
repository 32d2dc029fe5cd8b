"""Thousands of rules are looked up, not asked one after the other, and the right one is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random

import polars as pl
import pytest
from attrs import evolve

from forbear import Policy, decide_many
from forbear.columns import groups, spaces
from forbear.evaluate import Compiled
from forbear.language import ir
from forbear.language.pack import build_policy, pack_from_texts
from forbear.language.types import IntType

PACK = "pack: many\nversion: 1.0.0\nlanguage: 1\n"
KINDS = [f"k{n}" for n in range(50)]
KIND, SIZE = ir.Read("x.kind"), ir.Read("x.size")
When = Callable[[int, Random], ir.Expr]


def _between(random: Random) -> ir.Expr:
    low = random.randrange(100_000)
    upper = ir.Compare("<", SIZE, ir.Constant(low + random.randrange(1, 2_000)))
    return ir.All((ir.Compare(">=", SIZE, ir.Constant(low)), upper))


def _of_kind(n: int, random: Random) -> ir.Expr:
    return ir.All((ir.Compare("==", KIND, ir.Constant(KINDS[n % 50])), _between(random)))


WHENS: dict[str, When] = {
    "one number": lambda n, random: _between(random),
    "an enumeration and a number": _of_kind,
    "one or the other": lambda n, random: (
        _between(random) if n % 2 else ir.Compare("==", KIND, ir.Constant(random.choice(KINDS)))
    ),
}


def read(facts: Mapping[str, object], decision: Mapping[str, object]) -> Policy:
    """The policy of one decision."""
    return build_policy(
        pack_from_texts({"pack.yaml": PACK, "all.yaml": json.dumps({"facts": facts, "decisions": [decision]})})
    )


def policy_of(number: int, hit: str, when: When) -> Policy:
    """A policy of so many rules, made of one that was read."""
    facts = {"x.kind": {"type": KINDS}, "x.size": {"type": "int", "range": [0, 100_000]}}
    rules: list[object] = [{"rule": "r", "when": "x.size > 1", "then": "a"}]
    head = {"decision": "d", "asked_on": ["utterance"], "outcome": ["a", "b", "c"], "hit": hit}
    if hit == "collect":
        policy = read(facts, {**head, "fallback": [], "rules": rules})
    else:
        policy = read(facts, {**head, "fallback": "b", "rules": [*rules, {"otherwise": "c"}]})
    random, (rule,) = Random("rules"), policy.decisions["d"].rules
    many_rules = [
        evolve(rule, name=f"r{n}", when=when(n, random), then=ir.Constant(random.choice("abc"))) for n in range(number)
    ]
    plan = policy.plans["utterance"]
    plan = evolve(plan, reads={"d": frozenset({"x.kind", "x.size"})}, facts=frozenset({"x.kind", "x.size"}))
    many = evolve(policy.decisions["d"], rules=tuple(many_rules))
    return evolve(policy, decisions={"d": many}, plans={**policy.plans, "utterance": plan})


@pytest.mark.parametrize("hit", ["first", "unique", "priority", "collect"])
@pytest.mark.parametrize("when", WHENS)
def test_the_right_rules_are_found_among_many(monkeypatch: pytest.MonkeyPatch, when: str, hit: str) -> None:
    """Also where they do not fit into one space, so that several are asked."""
    policy, random = policy_of(120, hit, WHENS[when]), Random("rows")
    rows = [{"x.kind": random.choice(KINDS), "x.size": random.randrange(100_001)} for _ in range(150)]
    compiled = Compiled(policy)
    wanted = [compiled.decide("utterance", {**row, "event.type": "utterance"}) for row in rows]
    for cells in (spaces.MOST_CELLS, 2_000):
        monkeypatch.setattr(spaces, "MOST_CELLS", cells)
        monkeypatch.setattr(groups, "MOST_CELLS", cells)
        answer = decide_many(policy, pl.DataFrame(rows), event="utterance")
        told = [one if isinstance(one, str) else tuple(one) for one in answer["d"].to_list()]
        assert told == [one.outcome["d"] for one in wanted]
        fired = [
            tuple(one) if isinstance(one, list) else (one,) * (one is not None) for one in answer["d.rule"].to_list()
        ]
        assert fired == [one.fired for one in wanted]
        assert answer["d.fell_back"].to_list() == ["d" in one.conflicts for one in wanted]


def test_thousands_of_rules_on_one_number_are_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    whole = spaces.Space.told
    monkeypatch.setattr(
        spaces.Space, "told", lambda self, *how, **more: asked.append(self.size) or whole(self, *how, **more)
    )
    policy = policy_of(3_000, "first", lambda n, random: ir.Compare("<", SIZE, ir.Constant(10 * n)))
    answer = decide_many(policy, {"x.kind": ["k1"] * 3, "x.size": [0, 29_989, 29_990]}, event="utterance")
    assert answer["d.rule"].to_list() == ["d.r1", "d.r2999", None]
    assert asked == [3_000]


def test_sums_do_not_leave_their_bits() -> None:
    """Each summand fits 64 bits and their sum does not; it ends at the end of its range."""
    most, kept = 2**63 - 1, 2**53 - 1  # the largest that a pack may declare is widened here
    number = {"type": "int", "range": [0, kept]}
    rules = [
        {"rule": "a", "when": "x.on", "then": "= x.much"},
        {"rule": "b", "then": "= x.much"},
        {"rule": "c", "then": kept},
    ]
    head = {"decision": "d", "asked_on": ["utterance"], "outcome": number, "hit": "collect", "fallback": 0}
    policy = read({"x.on": {"type": "bool"}, "x.much": number}, {**head, "rules": rules})
    wide = IntType(0, most)
    decision = evolve(policy.decisions["d"], type=wide)
    facts = {**policy.facts, "x.much": evolve(policy.facts["x.much"], type=wide)}
    policy = evolve(policy, decisions={"d": decision}, facts=facts)
    answer = decide_many(policy, {"x.on": [True, False], "x.much": [most, 0]}, event="utterance")
    assert answer["d"].to_list() == [most, kept]


def test_a_fact_without_a_column_leaves_alone_what_does_not_read_it() -> None:
    """Also where all decisions are looked up in one table."""
    facts = {
        "x.n": {"type": "int", "range": [0, 40]},
        "x.p": {"type": "bool"},
        "x.q": {"type": ["u", "v"]},
    }
    head = {"asked_on": ["utterance"]}
    many = [{"rule": f"r{n}", "when": f"x.p && x.n == {n}", "then": "l"} for n in range(17)]
    decisions = [
        {
            **head,
            "decision": "d",
            "outcome": ["a", "b"],
            "fallback": "a",
            "rules": [{"rule": "r", "when": "x.p", "then": "b"}, {"otherwise": "b"}],
            "invariants": [{"never": 'd == "b" && x.q == "u"', "because": "So."}],
        },
        {**head, "decision": "many", "outcome": ["k", "l"], "fallback": "k", "rules": [*many, {"otherwise": "k"}]},
    ]
    policy = build_policy(
        pack_from_texts({"pack.yaml": PACK, "a.yaml": json.dumps({"facts": facts, "decisions": decisions})})
    )
    answer = decide_many(policy, {"x.n": [5, 20] * 500, "x.p": [True] * 1000}, event="utterance")
    assert answer["d"].to_list() == ["a"] * 1000
    assert answer["d.fell_back"].to_list() == [True] * 1000
    assert answer["many"].to_list() == ["l", "k"] * 500
    assert answer["many.rule"].to_list() == ["many.r5", None] * 500
