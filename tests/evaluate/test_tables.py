"""Rules that test one fact against constants are looked up, and answer as the reference does."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from forbear.evaluate import Compiled, Reference
from forbear.evaluate.generate import event_function
from forbear.evaluate.interned import interned
from forbear.language import ir
from forbear.language.types import Value
from strategies.packs import MANIFEST, build
from strategies.profile import examples
from strategies.yaml_text import Node, yaml_text

COLOURS = ("red", "green", "blue", "black", "white")
NUMBERS = (-3, -1, 0, 1, 2, 5, 9)
FACTS = """facts:
  a.n: {type: int, range: [-10, 10]}
  a.d: {type: decimal, places: 1, range: [-10, 10]}
  a.e: [red, green, blue, black, white]
  a.t: string
settings:
  edge: {type: int, range: [-10, 10], default: 5, about: {en: an edge, zh: 边界}}
"""
VALUES: dict[str, tuple[Value, ...]] = {
    "a.n": tuple(range(-10, 11)),
    "a.d": tuple(range(-100, 101, 5)),
    "a.e": COLOURS,
    "a.t": (*COLOURS, "any other", "Red"),
}


def atoms(path: str) -> st.SearchStrategy[str]:
    """Comparisons of a fact with constants, either way round, and its presence in lists."""
    if path in ("a.e", "a.t"):
        word = st.sampled_from(COLOURS).map(lambda one: f'"{one}"')
        words = st.lists(word, min_size=1, max_size=3).map(", ".join)
        compared = st.tuples(st.sampled_from(["==", "!="]), word).map(lambda one: f"{path} {one[0]} {one[1]}")
        return compared | words.map(lambda one: f"{path} in [{one}]")
    number = st.sampled_from(NUMBERS).map(lambda one: f"({one})" if one < 0 else str(one))
    operator = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    edge = number | st.just("setting.edge") if path == "a.n" else number
    compared = st.tuples(operator, edge).map(lambda one: f"{path} {one[0]} {one[1]}")
    turned = st.tuples(edge, operator).map(lambda one: f"{one[0]} {one[1]} {path}")
    listed = st.lists(number, min_size=1, max_size=3).map(", ".join)
    return compared | turned | listed.map(lambda one: f"{path} in [{one}]")


def conditions(path: str) -> st.SearchStrategy[str]:
    """Junctions of comparisons of one fact."""
    return st.recursive(
        atoms(path),
        lambda inner: (
            st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda one: f"({one[0]} {one[1]} {one[2]})")
            | inner.map(lambda one: f"!({one})")
        ),
        max_leaves=4,
    )


def policy_of(hit: str, whens: list[str], effects: bool, between: str = "") -> ir.Policy:
    """A decision with a rule for each condition, its outcomes in turn."""
    outcomes = ["one", "two", "three"]
    rules: list[Node] = []
    for n, when in enumerate(whens):
        rule: dict[str, Node] = {"rule": f"r{n}", "when": when, "then": outcomes[n % 3]}
        if effects and n % 2:
            rule["record"] = ["mark"]
        rules.append(rule)
        if between and n % 10 == 9:
            rules.append({"rule": f"between{n}", "when": between, "then": "two"})
    if hit != "collect":
        rules.append({"otherwise": "one"})
    written = "priority" if hit == "unique" else hit  # the checker lets no two rules contradict each other
    head: dict[str, Node] = {"decision": "table", "asked_on": ["utterance"], "outcome": list(outcomes), "hit": written}
    head["fallback"] = [] if hit == "collect" else "three"
    text = "\n".join(f"{key}: {yaml_text(node)}" for key, node in head.items())
    listed = "\n".join(f"- {yaml_text(rule)}" for rule in rules)
    words = FACTS + "entries: {mark: {}}\n"
    policy = build({"pack.yaml": MANIFEST, "table.yaml": f"{text}\nrules:\n{listed}", "words.yaml": words})
    return evolve(policy, decisions={"table": evolve(policy.decisions["table"], hit=hit)})


@pytest.mark.parametrize("hit", ["first", "priority", "unique", "collect"])
@examples(25)
@given(data=st.data())
def test_a_table_answers_as_the_reference_does(hit: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(VALUES)))
    whens = data.draw(st.lists(conditions(path), min_size=8, max_size=20))
    policy = policy_of(hit, whens, data.draw(st.booleans()))
    plan = policy.plans["utterance"]
    assert "\nt0 = " in "\n" + event_function("e", policy, plan, interned(policy, plan))
    compiled, reference = Compiled(policy), Reference(policy)
    for value in VALUES[path]:
        assert compiled.decide("utterance", {path: value}) == reference.decide("utterance", {path: value})


@examples(25)
@given(data=st.data())
def test_tables_stand_between_other_rules(data: st.DataObject) -> None:
    """What cannot be looked up is asked in its place."""
    whens = data.draw(st.lists(conditions("a.n"), min_size=20, max_size=30))
    policy = policy_of("first", whens, True, between='a.n > 3 && a.e == "red"')
    compiled, reference = Compiled(policy), Reference(policy)
    for number in VALUES["a.n"]:
        facts: dict[str, Value] = {"a.n": number, "a.e": data.draw(st.sampled_from(COLOURS))}
        assert compiled.decide("utterance", facts) == reference.decide("utterance", facts)


def test_rules_that_all_overlap_are_asked_one_by_one() -> None:
    """A table of all that match would grow with the square of the rules."""
    policy = policy_of("collect", [f"a.d >= {n / 10} || a.d < -9" for n in range(99)], False)
    plan = policy.plans["utterance"]
    assert "t0" not in event_function("e", policy, plan, interned(policy, plan))
    assert Compiled(policy).decide("utterance", {"a.d": 95}) == Reference(policy).decide("utterance", {"a.d": 95})


def test_answers_that_are_kept_are_let_go_in_time() -> None:
    """More kinds of answers than are kept: each is right, and none is kept for ever."""
    decisions = [f"d{n}" for n in range(13)]
    files = {"pack.yaml": MANIFEST, "words.yaml": "facts: {" + ", ".join(f"a.{one}: bool" for one in decisions) + "}"}
    for one in decisions:
        rules = f"rules: [{{rule: r, when: a.{one}, then: true}}, {{otherwise: false}}]"
        files[f"{one}.yaml"] = f"decision: {one}\nasked_on: [utterance]\noutcome: bool\nfallback: false\n{rules}"
    policy = build(files)
    compiled, reference = Compiled(policy), Reference(policy)
    for n in range(2**13):
        facts: dict[str, Value] = {f"a.{one}": bool(n >> bit & 1) for bit, one in enumerate(decisions)}
        answer = compiled.decide("utterance", facts)
        assert answer.outcome == {one: facts[f"a.{one}"] for one in decisions}
        if n % 500 == 0:
            assert answer == reference.decide("utterance", facts)
