"""Folds against a recount in plain Python, entry by entry."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import evolve, field, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from centre import small
from conftest import examples
from forbear import Policy
from forbear.evaluate import Compiled, Reference
from forbear.language import ir
from forbear.language.types import IntType, Value
from forbear.ledger import SQLiteStore
from forbear.ledger.entries import FIRST, LAST, SECOND, Entry
from forbear.ledger.fold import Untold, ask, ask_each

POLICY = small("""
facts:
  who.advisor: {type: string, optional: true}
  who.contact: {type: string, optional: true}
  who.level: {type: int, range: [0, 9], optional: true}
  who.id: {type: string, optional: true}
settings: {lately: {type: int, unit: minutes, range: [1, 1000], default: 2}}
entries:
  strike: {level: {type: int, range: [0, 9]}, heard: {type: bool, default: false}, note: {type: string, optional: true}}
  other: {level: {type: int, range: [0, 9]}}
history:
  count: {count: strike, scope: customer}
  heard: {any: strike, where: heard && level > 3, scope: contact}
  noted: {count: strike, where: 'has(note) && note != "a"', scope: advisor}
  sum: {sum: strike, of: level, range: [3, 20], scope: customer}
  first: {first: strike, of: level, scope: customer}
  last: {last: strike, of: note, scope: customer, else: none}
  age: {last: strike, of: age, scope: centre, window: 3 minutes}
  lately: {count: strike, scope: customer, window: setting.lately}
  against: {count: strike, scope: customer, by: {advisor: who.advisor}}
  alike: {count: strike, scope: centre, by: {level: who.level, advisor: who.advisor}, window: 2 minutes}
  here: {count: strike, by: {contact: who.contact, level: who.level}}
  named: {any: strike, where: heard, scope: customer, by: {id: who.id}, window: 2 minutes}
  named_anywhere: {last: strike, of: level, by: {id: who.id}}
""")
WHERE: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "history.heard": lambda one: one["heard"] and one["level"] > 3,
    "history.noted": lambda one: "note" in one and one["note"] != "a",
    "history.named": lambda one: one["heard"],
}


@frozen
class Told:
    """An entry with its amendments as a test tells them; moments are in half minutes, and a little beside."""

    kind: str
    at: int
    contact: str | None
    customer: str | None
    advisor: str | None
    level: int
    note: str | None
    amendments: list[tuple[int, dict[str, Value]]] = field(factory=list)


MOMENTS = st.builds(operator.add, st.integers(0, 8).map(lambda n: n * 30 * SECOND), st.sampled_from([0, 0, 0, -1, 1]))
CHANGES = st.fixed_dictionaries(
    {}, optional={"level": st.integers(0, 9), "heard": st.booleans(), "note": st.sampled_from(["a", "b"])}
)
TOLD = st.builds(
    Told,
    kind=st.sampled_from(["strike", "strike", "strike", "other"]),
    at=MOMENTS,
    contact=st.sampled_from(["x", "y", None]),
    customer=st.sampled_from(["x", "y", None]),
    advisor=st.sampled_from(["x", "y", None]),
    level=st.integers(0, 9),
    note=st.sampled_from([None, "a", "b"]),
    amendments=st.lists(st.tuples(MOMENTS, CHANGES), max_size=3),
)
FACTS = st.fixed_dictionaries(
    {},
    optional={"who.advisor": st.sampled_from(["x", "y"]), "who.contact": st.sampled_from(["x", "y"]),
              "who.level": st.integers(0, 9),
              "who.id": st.integers(0, 6).map(lambda n: f"l{n}")},
)  # fmt: skip


def recount(fold: ir.Fold, told: list[Told], scope: str | None, facts: Mapping[str, Value], at: int) -> Value | None:
    """The meaning of a fold in the words of the specification."""
    seen: list[tuple[int, int, dict[str, Any]]] = []
    window = {None: None, "setting.lately": 120}.get(
        fold.window and fold.window.amount, fold.window and fold.window.amount
    )
    for n, one in enumerate(told):
        if one.kind != fold.entry or one.at > at:
            continue
        if window is not None and at - one.at >= window * SECOND:
            continue
        if fold.scope != "centre" and (scope is None or getattr(one, fold.scope) != scope):
            continue
        values: dict[str, Any] = {"level": one.level, "heard": False, "id": f"l{n}", "age": (at - one.at) // SECOND}
        values |= {name: value for name in ("note", "contact", "customer", "advisor") if (value := getattr(one, name))}
        for moment, changes in sorted(one.amendments, key=operator.itemgetter(0)):
            if moment <= at:
                values |= changes
        if any(path not in facts or values.get(name) != facts[path] for name, path in fold.by):
            continue
        if WHERE.get(fold.path, lambda _: True)(values):
            seen.append((one.at, n, values))
    kept = [values for _, _, values in sorted(seen, key=lambda one: one[:2])]
    match fold.operator:
        case "count":
            return len(kept)
        case "any":
            return bool(kept)
        case "sum":
            return max(3, min(20, sum(one["level"] for one in kept)))
    chosen = kept[:1] if fold.operator == "first" else kept[-1:]
    for one in chosen:
        if fold.of in one:
            return one[fold.of]  # type: ignore[no-any-return]
    return fold.otherwise


def write(store: SQLiteStore, told: list[Told]) -> None:
    with store.writing() as transaction:
        for n, one in enumerate(told):
            values: dict[str, Value] = {"level": one.level, "heard": False}
            if one.note:
                values["note"] = one.note
            transaction.append(Entry(f"l{n}", one.kind, one.at, one.contact, one.customer, one.advisor, values))
            for moment, changes in one.amendments:
                transaction.amend(f"l{n}", moment, changes)


EDGE = Told("strike", 0, "x", "x", "x", 5, None)


@settings(max_examples=examples(200))
@given(
    told=st.lists(TOLD, max_size=7),
    facts=FACTS,
    scope=st.sampled_from(["x", "y", None]),
    at=MOMENTS,
    evaluator=st.sampled_from([Compiled(POLICY), Reference(POLICY)]),
)
@example([EDGE], {}, "x", 120 * SECOND, Compiled(POLICY)).via("aged exactly the window")
@example([EDGE], {}, "x", 120 * SECOND - 1, Compiled(POLICY)).via("a microsecond younger than the window")
@example([evolve(EDGE, amendments=[(0, {"heard": True})])], {"who.id": "l0"}, "x", 120 * SECOND, Compiled(POLICY)).via(
    "named, and aged exactly the window"
)
def test_a_fold_answers_what_a_recount_answers(
    told: list[Told], facts: dict[str, Value], scope: str | None, at: int, evaluator: Compiled | Reference
) -> None:
    store = SQLiteStore(":memory:")
    write(store, told)
    with store.reading() as transaction:
        for fold in POLICY.folds.values():
            found = ask(fold, POLICY, transaction, scope, facts, evaluator.predicate(fold), at)
            expected = recount(fold, told, scope, facts, at)
            assert (found, type(found)) == (expected, type(expected)), fold.path
    store.close()


@pytest.mark.parametrize(("levels", "total"), [([], 3), ([1], 3), ([3], 3), ([4], 4), ([9, 9, 2], 20), ([9, 9, 9], 20)])
def test_a_sum_stops_at_the_ends_of_its_range(levels: list[int], total: int) -> None:
    store = SQLiteStore(":memory:")
    write(store, [evolve(EDGE, level=level) for level in levels])
    with store.reading() as transaction:
        assert ask(POLICY.folds["history.sum"], POLICY, transaction, "x", {}, None, 0) == total


def test_a_window_longer_than_the_calendar_sees_everything() -> None:
    fold = evolve(POLICY.folds["history.count"], window=ir.Seconds(2**53, 86400))
    store = SQLiteStore(":memory:")
    write(store, [evolve(EDGE, at=FIRST), evolve(EDGE, at=LAST)])
    with store.reading() as transaction:
        assert ask(fold, POLICY, transaction, "x", {}, None, LAST) == 2


def later(policy: Policy, **attributes: ir.Attribute) -> Policy:
    """The policy after its strikes got further attributes."""
    strike = policy.entries["strike"]
    return evolve(
        policy, entries={**policy.entries, "strike": evolve(strike, attributes={**strike.attributes, **attributes})}
    )


def test_an_entry_from_before_an_attribute_has_its_default() -> None:
    policy = later(POLICY, weight=ir.Attribute("weight", IntType(0, 9), default=4))
    fold = evolve(policy.folds["history.sum"], of="weight")
    store = SQLiteStore(":memory:")
    write(store, [EDGE])
    with store.reading() as transaction:
        assert ask(fold, policy, transaction, "x", {}, None, 0) == 4


def test_an_entry_that_lacks_what_a_fold_reads_cannot_be_told_and_the_others_can() -> None:
    policy = later(POLICY, weight=ir.Attribute("weight", IntType(0, 9)))
    fold = evolve(policy.folds["history.sum"], of="weight")
    store = SQLiteStore(":memory:")
    write(store, [EDGE])
    with store.reading() as transaction:
        with pytest.raises(Untold, match="the entry l0 has no `weight`; give the attribute a default in the pack"):
            ask(fold, policy, transaction, "x", {}, None, 0)
        assert ask(policy.folds["history.count"], policy, transaction, "x", {}, None, 0) == 1


def test_what_is_asked_of_each_contact_or_advisor_of_the_centre_reads_the_entries_of_those_alone() -> None:
    policy = later(
        POLICY, weight=ir.Attribute("weight", IntType(0, 9))
    )  # whoever reads an entry is told that it lacks it
    store = SQLiteStore(":memory:")
    write(store, [EDGE])
    for name in ("contact", "advisor"):
        fold = evolve(policy.folds["history.named_anywhere"], of="weight", by=((name, f"candidate.{name}"),))
        with store.reading() as transaction:
            others: list[dict[str, Value]] = [{name: "y"}, {}]
            assert ask_each(fold, policy, transaction, None, {}, None, 0, others) == [None, None]
            assert ask_each(fold, policy, transaction, None, {}, None, 0, []) == []
            with pytest.raises(Untold):
                ask_each(fold, policy, transaction, None, {}, None, 0, [*others, {name: "x"}])
        one = evolve(policy.folds["history.named_anywhere"], by=((name, f"candidate.{name}"),))
        with store.reading() as transaction:
            found = ask_each(one, POLICY, transaction, None, {}, None, 0, [{name: "y"}, {name: "x"}, {name: "x"}])
            assert found == [None, 5, 5]
