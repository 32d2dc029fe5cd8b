"""Facts as a host gives them: what does not fit is named, what fits is decided on as it always is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from forbear.engine.pure import decide_facts, type_at
from forbear.errors import FactError
from forbear.evaluate import Compiled, Reference
from forbear.language import ir
from forbear.language.types import show
from forbear.language.walk import reads, rule_expressions
from strategies.cases import Case, cases
from strategies.packs import MANIFEST, build
from strategies.profile import examples

FILES = {
    "pack.yaml": MANIFEST,
    "words.yaml": """facts:
  a.b: bool
  a.n: {type: int, range: [1, 5]}
  a.e: [red, green]
  a.d: {type: decimal, places: 2, range: [0, 1], default: 0.5}
  a.o: {type: int, range: [1, 5], optional: true}
  a.s: {type: list of string, default: []}
  a.unread: bool
""",
    "d.yaml": """decision: d
asked_on: [utterance]
outcome: int
fallback: 0
rules:
  - {rule: b, when: 'a.b && a.e == "red"', then: 1}
  - {rule: n, when: a.n == 5, then: 2}
  - {rule: d, when: a.d > 0.75, then: 3}
  - {rule: o, when: has(a.o) && a.o > 2, then: 4}
  - {rule: s, when: '"x" in a.s', then: 5}
  - {otherwise: 6}
""",
}
GOOD: dict[str, Any] = {"a.b": False, "a.n": 1, "a.e": "red"}


def decided(**changed: object) -> object:
    given = {**GOOD, **{f"a.{name}": value for name, value in changed.items()}}
    return Compiled(build(FILES)).decide_strictly("utterance", given).outcome["d"]


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        *[({}, 6), ({"b": True}, 1), ({"n": 5}, 2), ({"d": 0.76}, 3), ({"d": 1}, 3), ({"d": None}, 6), ({"o": 3}, 4)],
        *[({"o": None}, 6), ({"s": ["x"]}, 5), ({"s": ("x",)}, 5), ({"e": "green", "b": True}, 6), ({"unread": 7}, 6)],
    ],
)
def test_good_facts_are_decided_on(changed: dict[str, object], outcome: int) -> None:
    assert decided(**changed) == outcome


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[
            ("b", 1),
            ("b", "true"),
            ("b", None),
            ("n", True),
            ("n", 0),
            ("n", 6),
            ("n", 1.0),
            ("n", None),
            ("e", "blue"),
        ],
        *[("e", ["red"]), ("e", {}), ("e", None), ("d", 1.01), ("d", "0.5"), ("o", 9), ("o", "3"), ("s", "x")],
        ("s", [1]),
    ],
)
def test_a_bad_fact_is_named(name: str, value: object) -> None:
    with pytest.raises(FactError) as error:
        decided(**{name: value})
    assert error.value.path.partition("[")[0] == f"a.{name}"


def test_a_fact_that_is_not_given_is_named() -> None:
    with pytest.raises(FactError, match=r"a\.n"):
        Compiled(build(FILES)).decide_strictly("utterance", {"a.b": False, "a.e": "red"})


def paths_read(policy: ir.Policy, event: str) -> set[str]:
    """What the rules and promises asked on an event read; what only a fold is asked by is not looked at."""
    plan = policy.plans[event]
    ranked = [policy.rankings[name] for name in plan.rankings]
    asked = [*(policy.decisions[name] for name in plan.decisions), *ranked]
    expressions = [expr for one in asked for expr in rule_expressions(one)]
    expressions += [one.condition for one in policy.invariants if event in one.asked_on]
    return {path for expr in expressions for path in reads(expr)} | {one.over for one in ranked}


@examples(30)
@given(case=cases(questions=2), data=st.data())
def test_given_facts_are_taken_as_the_pure_decision_takes_them(case: Case, data: st.DataObject) -> None:
    """On any policy: the same answer on facts in their outer form, or a fact is named that the other refuses too."""
    compiled = Compiled(case.policy)
    for one in case.questions:
        read = paths_read(case.policy, one.event)
        outer = {}
        for path, value in one.facts.items():
            kind = type_at(case.policy, one.event, path)
            if kind is not None and not any(
                isinstance(inner, dict) for inner in (value if type(value) is tuple else ())
            ):
                outer[path] = show(kind, value)
        if outer.keys() & read - {"event.type"} and data.draw(st.booleans()):
            outer[data.draw(st.sampled_from(sorted(outer.keys() & read - {"event.type"})))] = data.draw(
                st.sampled_from([7, None, "odd", -1, [], True])
            )
        expected = decide_facts(case.policy, {**outer, "event.type": one.event})
        if expected.degraded:
            event("refused")
            with pytest.raises(FactError):
                compiled.decide_strictly(one.event, outer)
        else:
            event("decided")
            answer = compiled.decide_strictly(one.event, outer)
            assert answer == expected.evaluation == Reference(case.policy).decide(one.event, expected.facts)
