"""Coverage and overlap of rules: what is said equals what trying every case finds."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import examples
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.coverage import Budget, NotKnown, boxes, example, overlap, uncovered
from forbear.language.pack import check_pack, pack_from_texts
from forbear.language.types import BoolType, DecimalType, EnumType, IntType, Type, Value
from language.small_pack import built, edited, problems_of

DOMAIN: dict[str, Type] = {
    "a.yes": BoolType(),
    "a.kind": EnumType(("x", "y", "z")),
    "a.count": IntType(-2, 3),
    "a.share": DecimalType(1, 0, 4),
}


def values(kind: Type) -> list[Value]:
    match kind:
        case BoolType():
            return [False, True]
        case EnumType(names):
            return list(names)
        case IntType(low, high) | DecimalType(_, low, high):
            return list(range(low, high + 1))
        case _:
            raise AssertionError


CASES: list[dict[str, Value]] = [
    dict(zip(DOMAIN, case, strict=True)) for case in product(*(values(kind) for kind in DOMAIN.values()))
]


@st.composite
def atoms(draw: st.DrawFn) -> ir.Expr:
    path = draw(st.sampled_from(list(DOMAIN)))
    kind = DOMAIN[path]
    numbers = isinstance(kind, IntType | DecimalType)
    one = st.integers(-4, 6) if numbers else st.sampled_from(values(kind))  # numbers beyond the range too
    if isinstance(kind, BoolType) and draw(st.booleans()):
        return ir.Read(path)
    if draw(st.booleans()):
        items = draw(st.lists(one, min_size=1, max_size=3))
        return ir.In(ir.Read(path), ir.ListOf(tuple(ir.Constant(item) for item in items)))
    operators = ["==", "!=", "<", "<=", ">", ">="] if numbers else ["==", "!="]
    sides: tuple[ir.Expr, ir.Expr] = ir.Read(path), ir.Constant(draw(one))
    return ir.Compare(draw(st.sampled_from(operators)), *(sides if draw(st.booleans()) else sides[::-1]))


CONDITIONS = st.recursive(
    atoms() | st.booleans().map(ir.Constant),
    lambda inner: (
        inner.map(ir.Not)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: ir.All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: ir.Any(tuple(parts)))
    ),
    max_leaves=6,
)


def holds(condition: ir.Expr, case: dict[str, Value]) -> bool:
    return evaluate(condition, case) is True


def is_in(box: object, case: dict[str, Value]) -> bool:
    assert isinstance(box, dict)
    for path, allowed in box.items():
        value = case[path]
        if isinstance(allowed, tuple):
            assert isinstance(value, int)
            if not allowed[0] <= value <= allowed[1]:
                return False
        elif value not in allowed:
            return False
    return True


@settings(max_examples=examples(150))
@given(CONDITIONS, st.booleans())
def test_the_boxes_of_a_condition_are_the_cases_in_which_it_holds(condition: ir.Expr, wanted: bool) -> None:
    found = boxes(condition, DOMAIN.get, Budget(), wanted)
    for case in CASES:
        assert any(is_in(box, case) for box in found) is (holds(condition, case) is wanted)


@settings(max_examples=examples(300))
@given(st.lists(CONDITIONS, max_size=5))
def test_a_case_is_left_out_exactly_where_trying_them_all_finds_one(rules: list[ir.Expr]) -> None:
    budget = Budget()
    found = uncovered([boxes(rule, DOMAIN.get, budget) for rule in rules], DOMAIN.get, budget)
    left = [case for case in CASES if not any(holds(rule, case) for rule in rules)]
    assert (found is None) is (not left)
    if found is not None:
        inside = [case for case in CASES if is_in(found, case)]
        assert inside
        assert all(case in left for case in inside)
        example(found, DOMAIN.get)


@settings(max_examples=examples(300))
@given(CONDITIONS, CONDITIONS)
def test_two_rules_overlap_exactly_where_trying_all_cases_finds_one(one: ir.Expr, other: ir.Expr) -> None:
    budget = Budget()
    found = overlap(boxes(one, DOMAIN.get, budget), boxes(other, DOMAIN.get, budget), budget)
    shared = [case for case in CASES if holds(one, case) and holds(other, case)]
    assert (found is None) is (not shared)
    if found is not None:
        inside = [case for case in CASES if is_in(found, case)]
        assert inside
        assert all(case in shared for case in inside)


@pytest.mark.parametrize(
    "condition",
    [
        ir.Has("a.name"),
        ir.Read("a.list"),
        ir.Compare("==", ir.Read("a.yes"), ir.Read("a.yes")),
        ir.Compare(">", ir.Arithmetic("+", ir.Read("a.count"), ir.Constant(1)), ir.Constant(1)),
        ir.Compare("==", ir.Read("a.name"), ir.Constant("x")),
        ir.In(ir.Constant("x"), ir.Read("a.list")),
    ],
)
def test_what_is_not_simple_is_not_known(condition: ir.Expr) -> None:
    for whole in (condition, ir.Not(condition), ir.All((ir.Read("a.yes"), condition))):
        with pytest.raises(NotKnown):
            boxes(whole, DOMAIN.get, Budget())


def test_work_has_an_end() -> None:
    kinds: dict[str, Type] = {f"a.b{n}": BoolType() for n in range(40)}
    both = [ir.Any((ir.Read(f"a.b{n}"), ir.Read(f"a.b{n + 1}"))) for n in range(0, 40, 2)]
    with pytest.raises(NotKnown):  # two to the twentieth boxes
        boxes(ir.All(tuple(both)), kinds.get, Budget())


# --- as a pack says it


def decided(rules: str, hit: str = "first", events: str = "utterance") -> dict[str, str]:
    head = f"decision: more\nasked_on: [{events}]\noutcome: [a, b]\nfallback: a\nhit: {hit}\nrules:\n"
    return edited(also={"more.yaml": head + "".join(f"  - {one}\n" for one in rules.strip().splitlines())})


EVERY_TURN = """{rule: x, when: contact.turns < 500, then: a}
{rule: y, when: contact.turns >= 500 && customer.value > 0.5, then: b}
{rule: z, when: '!(customer.value > 0.5 || contact.turns < 500)', then: b}"""


@pytest.mark.parametrize("hit", ["first", "unique", "priority"])
def test_rules_that_cover_every_case_need_no_otherwise(hit: str) -> None:
    assert problems_of(decided(EVERY_TURN, hit)) == []
    assert built(decided(EVERY_TURN, hit)).decisions["more"].otherwise is None


@pytest.mark.parametrize(
    ("old", "new", "left_out"),
    [
        ("< 500, then", "< 499, then", "contact.turns 499"),
        ("> 0.5, then", "> 0.51, then", "contact.turns 500 and customer.value 0.51"),
    ],
)
def test_the_case_that_is_left_out_is_named(old: str, new: str, left_out: str) -> None:
    (one,) = problems_of(decided(EVERY_TURN.replace(old, new)))
    assert (one.code, one.message) == (
        "not-covered",
        f"`more` may be left without an outcome on `utterance`, for example with {left_out}",
    )


@pytest.mark.parametrize(
    "rules",
    [
        '{rule: x, when: conduct == "civil", then: a}\n{rule: y, when: \'conduct in ["anger", "abuse"]\', then: b}',
        "{rule: x, when: setting.patience < 60, then: a}\n{rule: y, when: setting.patience >= 60, then: b}",
        '{rule: x, when: event.speaker == "bot", then: a}\n{rule: y, when: event.speaker != "bot", then: b}',
        "{rule: x, when: history.warned, then: a}\n{rule: y, when: '!history.warned', then: b}",
    ],
)
def test_decisions_settings_events_and_folds_count_as_facts_do(rules: str) -> None:
    assert problems_of(decided(rules, "unique")) == []


@pytest.mark.parametrize(
    "rules",
    [
        "{rule: x, when: has(customer.name), then: a}\n{rule: y, when: '!has(customer.name)', then: b}",
        "{rule: x, when: contact.turns + 1 > 3, then: a}\n{rule: y, when: contact.turns + 1 <= 3, then: b}",
    ],
)
def test_where_it_cannot_be_told_an_otherwise_is_asked_for(rules: str) -> None:
    assert [one.code for one in problems_of(decided(rules))] == ["not-covered"]
    assert problems_of(decided(f"{rules}\n{{otherwise: a}}", "unique")) == []


def test_rules_that_cannot_be_told_do_not_matter_where_the_others_cover_all() -> None:
    assert problems_of(decided("{rule: w, when: has(customer.name), then: b}\n" + EVERY_TURN)) == []


def test_two_rules_of_other_events_do_not_contradict_each_other() -> None:
    rules = "{rule: x, asked_on: [utterance], then: a}\n{rule: y, asked_on: [tick], then: b}"
    assert problems_of(decided(rules, "unique", "utterance, tick")) == []
    (one,) = problems_of(
        decided("{rule: x, then: a}\n{rule: y, asked_on: [tick], then: b}", "unique", "utterance, tick")
    )
    assert (one.code, one.message) == ("not-unique", "`x` and `y` both match on `tick`")


def test_a_large_table_is_checked_and_a_huge_one_is_not_forever() -> None:
    rules = "".join(f"{{rule: r{n}, when: contact.turns == {n}, then: a}}\n" for n in range(401))
    assert problems_of(decided(rules + "{otherwise: a}", "unique")) == []
    (found,) = problems_of(decided(rules + "{rule: s, when: contact.turns == 50, then: b}\n{otherwise: a}", "unique"))
    assert found.message == "`r50` and `s` both match, for example with contact.turns 50"
    wide = " && ".join(f"(contact.turns == {n} || contact.wait != {n})" for n in range(30))
    many = "".join(f"{{rule: w{n}, when: {wide}, then: a}}\n" for n in range(30))
    assert {one.code for one in problems_of(decided(many))} == {"not-covered"}


def test_rows_that_list_many_values_are_not_compared_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = 0

    def spend(budget: Budget, amount: int) -> None:
        nonlocal spent
        spent += amount
        whole(budget, amount)

    whole = Budget.spend
    monkeypatch.setattr(Budget, "spend", spend)
    lists = [", ".join(str(n * 200 + 2 * m) for m in range(100)) for n in range(45)]
    rows = "".join(f"    - {{rule: r{n}, when: [[{values}]], then: a}}\n" for n, values in enumerate(lists))
    head = "facts: {many.turns: {type: int, range: [0, 9999]}}\n"
    table = "decision: more\nasks: More?\nasked_on: [utterance]\noutcome: [a, b]\nfallback: a\nhit: unique\n"
    files = edited(
        also={
            "f.yaml": head,
            "more.yaml": f"{table}table:\n  inputs: [many.turns]\n  rows:\n{rows}    - otherwise: b\n",
        }
    )
    policy, found = check_pack(pack_from_texts(files))
    assert policy is not None
    assert "left-to-prove" in [one.code for one in found]
    assert spent < 2_000_000
