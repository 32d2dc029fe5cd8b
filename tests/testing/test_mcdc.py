"""Masking MC/DC: what the walk over the tree finds is what truth tables say."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.testing.coverage.mcdc import alone, at, conditions, deciding, needed, value_in
from strategies.profile import examples

PATHS = ("a", "b", "c", "d")


def expressions():
    leaves = st.one_of(
        st.sampled_from(PATHS).map(ir.Read),
        st.sampled_from(PATHS).map(ir.Has),
        st.booleans().map(ir.Constant),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(ir.Not),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: ir.All(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: ir.Any(tuple(parts))),
        ),
        max_leaves=6,
    )


def apart(expr, names):
    """The expression with every condition a fact of its own, so that each occurrence can be set alone."""
    match expr:
        case ir.Not(operand):
            return ir.Not(apart(operand, names))
        case ir.All(parts):
            return ir.All(tuple(apart(part, names) for part in parts))
        case ir.Any(parts):
            return ir.Any(tuple(apart(part, names) for part in parts))
        case ir.Constant():
            return expr
        case _:
            names.append(f"p{len(names)}")
            return ir.Read(names[-1])


def by_truth_table(expr, values):
    """For each condition its value where turning it alone turns the whole, whatever missing ones may have been."""
    names = []
    whole = apart(expr, names)
    missing = [name for name, value in zip(names, values, strict=True) if value is None]
    found = []
    for number, name in enumerate(names):
        turns = False
        for filled in product((False, True), repeat=len(missing)):
            view = {**dict(zip(names, values, strict=True)), **dict(zip(missing, filled, strict=True))}
            turns = turns or evaluate(whole, {**view, name: True}) != evaluate(whole, {**view, name: False})
        found.append(values[number] if turns else None)
    return tuple(found)


@examples(300)
@given(expressions(), st.data())
def test_a_condition_decides_where_turning_it_alone_turns_the_whole(expr, data):
    count = len(list(conditions(expr)))
    values = data.draw(st.lists(st.sampled_from([True, False, None]), min_size=count, max_size=count))
    waiting = iter(values)
    assert deciding(expr, lambda _: next(waiting)) == by_truth_table(expr, values)


@examples(200)
@given(expressions(), st.lists(st.tuples(*[st.booleans() for _ in PATHS]), min_size=1, max_size=6))
def test_a_condition_seen_both_ways_has_an_independence_pair_and_the_other_way_round(expr, vectors):
    """A pair: the condition differs, the whole differs, and in both nothing masks the condition."""
    views = [dict(zip(PATHS, vector, strict=True)) for vector in vectors]
    listed = [value_in(view) for view in views]
    seen = [(deciding(expr, value_of), evaluate(expr, view)) for value_of, view in zip(listed, views, strict=True)]
    for number, _ in enumerate(conditions(expr)):
        both = {found[number] for found, _ in seen} >= {True, False}
        tables = [
            (by_truth_table(expr, [value_of(one) for one in conditions(expr)])[number], whole)
            for value_of, (_, whole) in zip(listed, seen, strict=True)
        ]
        pairs = [
            (one, other)
            for one in tables
            for other in tables
            if one[0] is True and other[0] is False and one[1] != other[1]
        ]
        assert both == bool(pairs)


@examples(200)
@given(expressions(), st.lists(st.tuples(*[st.booleans() for _ in PATHS]), min_size=2, max_size=6))
def test_a_unique_cause_pair_covers_its_condition(expr, vectors):
    """Two cases that differ in one condition only, and in the whole."""
    views = [dict(zip(PATHS, vector, strict=True)) for vector in vectors]
    rows = [[value_in(view)(one) for one in conditions(expr)] for view in views]
    for view, row in zip(views, rows, strict=True):
        for other, against in zip(views, rows, strict=True):
            differing = [n for n, pair in enumerate(zip(row, against, strict=True)) if pair[0] != pair[1]]
            if len(differing) == 1 and evaluate(expr, view) != evaluate(expr, other):
                (number,) = differing
                assert deciding(expr, value_in(view))[number] is row[number]
                assert deciding(expr, value_in(other))[number] is against[number]


def stopping_early(expr, view):
    """The value of an expression, and the conditions that are looked at, None for one behind the stop."""
    match expr:
        case ir.Constant(value):
            return value, []
        case ir.Not(operand):
            value, looked = stopping_early(operand, view)
            return not value, looked
        case ir.All(parts) | ir.Any(parts):
            settles, found, result = isinstance(expr, ir.Any), [], None
            for part in parts:
                if result is settles:
                    found += [None] * len(list(conditions(part)))
                else:
                    result, looked = stopping_early(part, view)
                    found += looked
            return result, found
        case _:
            value = evaluate(expr, view)
            return value, [value]


@examples(200)
@given(expressions(), st.dictionaries(st.sampled_from(PATHS), st.booleans(), min_size=2))
def test_whatever_decides_would_also_decide_where_parts_behind_the_stop_are_not_asked(expr, view):
    try:
        whole, looked = stopping_early(expr, view)
    except KeyError:
        return  # no checked expression reads what is missing
    for number, value in enumerate(deciding(expr, value_in(view))):
        if value is not None:
            assert looked[number] is value
            known = {f"p{n}": one for n, one in enumerate(looked) if one is not None} | {f"p{number}": not value}
            unseen = [f"p{n}" for n, one in enumerate(looked) if one is None]
            turned = apart(expr, [])
            turns = [
                evaluate(turned, known | dict(zip(unseen, filled, strict=True))) is not whole
                for filled in product((False, True), repeat=len(unseen))
            ]
            assert any(turns)


@examples(200)
@given(expressions(), st.dictionaries(st.sampled_from(PATHS), st.booleans()))
def test_what_must_hold_beside_a_condition_holds_just_where_it_decides(expr, view):
    """Whatever is missing, too: nothing is read that is not there."""
    found = deciding(expr, value_in(view))
    for number, one in enumerate(conditions(expr)):
        assert at(expr, needed(expr, number).way) == one
        for value in (True, False):
            assert evaluate(alone(expr, number, value, frozenset(PATHS)), view) is (found[number] is value)


A, B, C = (ir.Read(path) for path in "abc")
TWICE = ir.Any((ir.All((A, B)), ir.All((ir.Not(A), C))))


@pytest.mark.parametrize(
    ("expr", "view", "found"),
    [
        # a part behind the stop is asked all the same: `a && b` with both false is decided by neither
        (ir.All((A, B)), {"a": False, "b": False}, (None, None)),
        (ir.All((A, B)), {"a": False, "b": True}, (False, None)),
        (ir.Any((A, B)), {"a": True, "b": True}, (None, None)),
        (ir.Any((A, B)), {"a": True, "b": False}, (True, None)),
        (ir.Not(ir.All((A, ir.Not(B)))), {"a": True, "b": False}, (True, False)),
        # what is missing masks nothing: `has(a) && a && b`
        (ir.All((ir.Has("a"), A, B)), {"b": True}, (False, None, None)),
        (ir.All((ir.Has("a"), A, B)), {"b": False}, (None, None, None)),
        # the same fact twice: `a && b || !a && c`
        (TWICE, {"a": True, "b": True, "c": True}, (True, True, None, None)),
        (TWICE, {"a": False, "b": True, "c": False}, (False, None, None, False)),
        # a constant is no condition, and masks as any other part does
        (ir.All((A, ir.Constant(False))), {"a": True}, (None,)),
    ],
)  # fmt: skip
def test_small_cases(expr, view, found):
    assert deciding(expr, value_in(view)) == found
