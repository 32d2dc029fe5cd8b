"""Lists of candidates: how they are declared, what fits them and what does not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.errors import FactError
from forbear.language.types import (
    MAX_CANDIDATES,
    BoolType,
    DecimalType,
    EnumType,
    FieldType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    describe,
    fit,
    show,
)
from language.small_pack import RANKED, assert_found, built, edited, problems_of

ADVISORS = RecordsType(
    (
        FieldType("id", StringType()),
        FieldType("free", BoolType()),
        FieldType("share", DecimalType(2, 0, 100), default=50),
        FieldType("team", EnumType(("red", "blue")), optional=True),
        FieldType("skills", ListType(StringType()), default=()),
    )
)


def test_a_list_is_declared_by_the_fields_of_its_records() -> None:
    advisors = built(RANKED).facts["advisors"]
    assert advisors.type == RecordsType(
        (
            FieldType("id", StringType()),
            FieldType("free", BoolType()),
            FieldType("wait", IntType(0, 3600, "seconds"), default=0),
            FieldType("team", EnumType(("red", "blue")), optional=True),
            FieldType("skills", ListType(StringType()), default=()),
        )
    )
    assert (advisors.default, advisors.optional) == ((), False)


def test_a_list_may_have_a_dot_and_say_who_sees_it() -> None:
    text = "facts:\n  queue.waiting: {list_of: {id: string}, about: the queue, seen_by: [advisor]}\n"
    queue = built(edited(also={"more.yaml": text})).facts["queue.waiting"]
    assert (queue.about, queue.seen_by) == ({"en": "the queue"}, ("advisor", "auditor"))


def test_defaults_stand_in_and_what_is_optional_may_be_missing() -> None:
    assert fit("advisors", ADVISORS, [{"id": "a7", "free": True}]) == (
        {"id": "a7", "free": True, "share": 50, "skills": ()},
    )
    assert fit("advisors", ADVISORS, [{"id": "a7", "free": False, "team": None, "share": 0.125}]) == (
        {"id": "a7", "free": False, "share": 12, "skills": ()},
    )
    assert fit("advisors", ADVISORS, []) == ()


ONE = {"id": "a7", "free": True}


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        ("a7", "advisors", "a list of at most"),
        ({"id": "a7", "free": True}, "advisors", "a list of at most"),
        (None, "advisors", "a list of at most"),
        (["a7"], "advisors[0]", "a candidate with id, free"),
        ([[ONE]], "advisors[0]", "a candidate with id, free"),
        ([ONE, {"id": "a8"}], "advisors[1].free", "true or false"),
        ([{"free": True}], "advisors[0].id", "a text that is not empty"),
        ([ONE | {"id": ""}], "advisors[0].id", "a text that is not empty"),
        ([ONE | {"id": 7}], "advisors[0].id", "a text that is not empty"),
        ([ONE | {"free": None}], "advisors[0].free", "true or false"),
        ([ONE | {"team": "green"}], "advisors[0].team", "one of red, blue"),
        ([ONE | {"skills": ["a", 3]}], "advisors[0].skills[1]", "a text that is not empty"),
        ([ONE | {"skils": []}], "advisors[0]", "a field of a candidate, which has id, free"),
        ([ONE | {7: True}], "advisors[0]", "a field of a candidate"),
        ([ONE, ONE | {"id": "a8"}, ONE], "advisors[2].id", "an id that only one candidate has"),
        ([ONE] * (MAX_CANDIDATES + 1), "advisors", "a list of at most 10,000"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_named_by_place(given: object, path: str, expected: str) -> None:
    with pytest.raises(FactError) as caught:
        fit("advisors", ADVISORS, given)
    assert caught.value.path == path
    assert expected in caught.value.expected
    assert len(str(caught.value)) < 300


def test_as_many_as_allowed_fit() -> None:
    many = [{"id": f"a{n}", "free": True} for n in range(MAX_CANDIDATES)]
    found = fit("advisors", ADVISORS, many)
    assert isinstance(found, tuple)
    assert len(found) == MAX_CANDIDATES


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.text("abc", min_size=1, max_size=3), "free": st.booleans()},
            optional={
                "share": st.integers(0, 100).map(lambda n: n / 100),
                "team": st.sampled_from(["red", "blue"]) | st.none(),
                "skills": st.lists(st.text("xyz", min_size=1, max_size=2), max_size=2),
            },
        ),
        max_size=4,
        unique_by=lambda one: one["id"],
    )
)
def test_what_fits_is_shown_as_json_and_fits_again(given: list[object]) -> None:
    value = fit("advisors", ADVISORS, given)
    shown = show(ADVISORS, value)
    assert fit("advisors", ADVISORS, json.loads(json.dumps(shown))) == value


def test_a_list_is_described_by_its_fields() -> None:
    assert describe(ADVISORS) == "a list of at most 10,000 candidates with id, free, share, team, skills"


def test_a_broken_list_is_one_problem_for_its_rankings_and_folds() -> None:
    for broken in ("free: ⟦boole⟧", "free: {type: ⟦boole⟧}", "⟦Free⟧: bool"):
        files = edited(("advisors.yaml", "free: bool", broken), base=RANKED)
        assert_found(files, "bad-name" if "Free" in broken else "unknown-type")
    assert [one.code for one in problems_of(edited(("advisors.yaml", "list_of:", "list_off:"), base=RANKED))] == [
        "bad-name"
    ]


def test_a_broken_fold_is_one_problem_for_its_rankings() -> None:
    files = edited(("advisors.yaml", "{any: warning, where: spoken", "{any: ⟦waring⟧, where: spoken"), base=RANKED)
    assert_found(files, "unknown-entry")
    lost = edited(("advisors.yaml", "{any: warning, where: spoken", "{any: warning, where: ⟦spokn⟧"), base=RANKED)
    assert_found(lost, "unknown-attribute")
