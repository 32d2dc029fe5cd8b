"""Tables: rows as rules, in every hit policy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.evaluate import make_evaluator
from forbear.language import ir
from forbear.language.types import Value
from language.small_pack import built, edited, problems_of

EVALUATORS = ("reference", "compiled")
FACTS = """\
facts:
  a.yes: bool
  a.kind: {type: [x, y, z]}
  a.count: {type: int, range: [-9, 9]}
  a.share: {type: decimal, places: 1, range: [0, 1]}
  a.name: string
"""


def table(*rows: str, hit: str = "first", outcome: str = "[p, q, r]", fallback: str = "p") -> dict[str, str]:
    listed = "".join(f"    - {row}\n" for row in rows)
    head = f"decision: more\nasked_on: [tick]\noutcome: {outcome}\nfallback: {fallback}\nhit: {hit}\n"
    text = f"{head}table:\n  inputs: [a.yes, a.kind, a.count, a.share, a.name]\n  rows:\n{listed}"
    return edited(also={"facts.yaml": FACTS, "more.yaml": text})


def conditions(*rows: str) -> list[ir.Expr | None]:
    return [rule.when for rule in built(table(*rows, "{otherwise: p}")).decisions["more"].rules]


def test_a_cell_is_anything_a_value_values_or_a_comparison() -> None:
    assert conditions(
        "{rule: a, when: [true, -, -, -, -], then: q}",
        "{rule: b, when: [-, [x, y], -, -, -], then: q}",
        '{rule: c, when: [-, "!= x", ">= 3", -, -], then: q}',
        '{rule: d, when: [-, -, "== -3", "<0.5", "42"], then: q}',
        '{rule: e, when: [-, -, [-1, 2], 1, "== x y"], then: q}',
        "{rule: f, when: [-, -, -, -, -], then: q}",
    ) == [
        ir.Compare("==", ir.Read("a.yes"), ir.Constant(True)),
        ir.In(ir.Read("a.kind"), ir.ListOf((ir.Constant("x"), ir.Constant("y")))),
        ir.All(
            (
                ir.Compare("!=", ir.Read("a.kind"), ir.Constant("x")),
                ir.Compare(">=", ir.Read("a.count"), ir.Constant(3)),
            )
        ),
        ir.All(
            (
                ir.Compare("==", ir.Read("a.count"), ir.Constant(-3)),
                ir.Compare("<", ir.Read("a.share"), ir.Constant(5)),
                ir.Compare("==", ir.Read("a.name"), ir.Constant("42")),
            )
        ),
        ir.All(
            (
                ir.In(ir.Read("a.count"), ir.ListOf((ir.Constant(-1), ir.Constant(2)))),
                ir.Compare("==", ir.Read("a.share"), ir.Constant(10)),
                ir.Compare("==", ir.Read("a.name"), ir.Constant("x y")),
            )
        ),
        None,
    ]


def test_a_table_may_take_effect_and_narrow_its_events() -> None:
    files = table(
        "{rule: a, asked_on: [tick], when: [-, x, -, -, -], then: q, owe: [call], because: {en: a, zh: b}, source: S1}",
        "{otherwise: p}",
    )
    files["duties.yaml"] = (
        files["duties.yaml"].replace("    carries: {how_bad: = conduct}\n", "").replace("    say: calling\n", "")
    )
    (rule,) = built(files).decisions["more"].rules
    assert (len(rule.effects), rule.because["zh"], rule.source) == (1, "b", "S1")


def test_rows_that_cover_every_case_need_no_otherwise() -> None:
    rows = ("{rule: a, when: [true, -, -, -, -], then: q}", "{rule: b, when: [false, [x, y], -, -, -], then: q}")
    assert problems_of(table(*rows, "{rule: c, when: [false, z, -, -, -], then: p}", hit="unique")) == []
    (one,) = problems_of(table(*rows, '{rule: c, when: [false, z, "> 3", -, -], then: p}', hit="unique"))
    assert one.message.endswith("for example with a.yes false and a.kind z and a.count -9")


def decide(
    files: dict[str, str], which: str, **given: Value
) -> tuple[Value, tuple[str, ...], dict[str, tuple[str, ...]]]:
    facts: dict[str, Value] = {"a.yes": True, "a.kind": "x", "a.count": 0, "a.share": 5, "a.name": "n"}
    facts |= {f"a.{name}": value for name, value in given.items()}
    found = make_evaluator(which, built(files)).decide("tick", facts)
    return found.outcome["more"], found.fired, dict(found.conflicts)


ROWS = (
    "{rule: a, when: [true, -, -, -, -], then: q}",
    "{rule: b, when: [-, -, -, -, n], then: p}",
    '{rule: c, when: [-, -, "> 3", -, -], then: r}',
)


@pytest.mark.parametrize("which", EVALUATORS)
def test_each_hit_policy_settles_rows_that_match_together(which: str) -> None:
    first = table(*ROWS, "{otherwise: p}")
    assert decide(first, which, count=4)[:2] == ("q", ("more.a",))
    priority = table(*ROWS, "{otherwise: p}", hit="priority")
    assert decide(priority, which, count=4)[:2] == ("r", ("more.c",))
    assert decide(priority, which)[:2] == ("q", ("more.a",))
    collect = table(*ROWS, hit="collect", fallback="[]")
    assert decide(collect, which, count=4)[:2] == (("q", "p", "r"), ("more.a", "more.b", "more.c"))
    unique = table(ROWS[1], "{rule: d, when: [-, -, -, -, m], then: q}", "{otherwise: r}", hit="unique")
    assert decide(unique, which)[:2] == ("p", ("more.b",))
    assert decide(unique, which, name="m")[0] == "q"
    assert decide(unique, which, name="k")[0] == "r"


@pytest.mark.parametrize("which", EVALUATORS)
def test_two_unique_rows_that_match_give_the_fallback(which: str) -> None:
    rows = ("{rule: a, when: [-, -, -, -, n], then: q}", '{rule: b, when: [-, -, -, -, "!= m"], then: r}')
    files = table(*rows, "{otherwise: r}", hit="unique")  # about texts the checker cannot tell
    assert decide(files, which) == ("p", (), {"more": ("a", "b")})


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-5, 5)), min_size=1, max_size=5), st.integers(-9, 9))
def test_collected_numbers_add_up_and_stop_at_the_ends(rules: list[tuple[int, int]], count: int) -> None:
    rows = [f'{{rule: r{n}, when: [-, -, ">= {low}", -, -], then: {add}}}' for n, (low, add) in enumerate(rules)]
    files = table(*rows, hit="collect", outcome="{type: int, unit: points, range: [-5, 6]}", fallback="0")
    total = max(-5, min(6, sum(add for low, add in rules if count >= low)))
    for which in EVALUATORS:
        assert decide(files, which, count=count)[0] == total
