"""What may be given as columns, how it is refused, and what comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from forbear import ColumnsError, EventError, Policy, decide_many
from forbear.language.pack import build_policy, pack_from_texts

PACK = "pack: rows\nversion: 1.0.0\nlanguage: 1\n"
ALL = """
facts:
  speech.hostile: {type: bool}
  speech.target: {type: [nobody, company, advisor], default: nobody}
  contact.wait: {type: int, unit: seconds, range: [0, 86400], optional: true}
  contact.skills: {list_of: [english, german], default: []}
  advisors.free: {list_of: {id: string, free: bool}}
entries:
  offence: {}
history:
  offences: {count: offence, scope: customer}
decisions:
  - decision: conduct
    asked_on: [utterance, contact_offered]
    outcome: [civil, abuse]
    fallback: civil
    rules:
      - {rule: aimed, when: speech.hostile && speech.target == "advisor", then: abuse, record: [offence]}
      - {otherwise: civil}
    invariants:
      - {never: 'conduct == "abuse" && speech.target == "company"', because: Things are not abused.}
      - {never: 'recorded.offence && history.offences == 0', because: It is told at the second.}
  - decision: wait
    asked_on: [utterance]
    outcome: [short, long]
    fallback: short
    hit: unique
    rules:
      - {rule: long, when: has(contact.wait) && contact.wait >= 900, then: long}
      - {rule: known, when: 'history.offences > 2', then: long}
      - {otherwise: short}
  - decision: marks
    asked_on: [utterance]
    outcome: [loud, back, fluent]
    fallback: []
    hit: collect
    rules:
      - {rule: loud, when: speech.hostile, then: loud}
      - {rule: back, when: history.offences > 0, then: back}
      - {rule: fluent, when: '"german" in contact.skills', then: fluent}
  - decision: who
    asked_on: [contact_offered]
    over: advisors.free
    fallback: as_given
    prefer: [{rule: free, when: candidate.free, add: 1}]
"""
COLUMNS: dict[str, list[Any]] = {
    "speech.hostile": [True, True, None, False],
    "speech.target": ["advisor", "company", "advisor", "elsewhere"],
    "contact.wait": [900, None, 10, 899],
    "history.offences": [3, 0, None, 1],
    "contact.skills": [["german"], None, [], ["german", "english"]],
}
MARKS = [["loud", "back", "fluent"], ["loud"], [], ["back", "fluent"]]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build_policy(pack_from_texts({"pack.yaml": PACK, "all.yaml": ALL}))


def test_an_answer_tells_outcome_rule_fallback_and_promises(policy: Policy) -> None:
    answer = decide_many(policy, COLUMNS, event="utterance")
    assert answer.to_dict(as_series=False) == {
        "conduct": ["abuse", "civil", "civil", "civil"],
        "conduct.rule": ["conduct.aimed", None, None, None],
        "conduct.fell_back": [False, False, True, True],
        "wait": ["short", "short", "short", "short"],  # in the first row two rules contradict each other
        "wait.rule": [None, None, None, None],
        "wait.fell_back": [True, False, False, False],
        "marks": MARKS,
        "marks.rule": [
            ["marks.loud", "marks.back", "marks.fluent"],
            ["marks.loud"],
            [],
            ["marks.back", "marks.fluent"],
        ],
        "marks.fell_back": [False, False, True, False],
        "violated": [[], [], [], []],
    }
    assert answer.schema["conduct"] == pl.Enum(["civil", "abuse"])
    assert answer.schema["conduct.rule"] == pl.Enum(["conduct.aimed"])


def test_a_broken_promise_is_named_in_its_row(policy: Policy) -> None:
    told = {"speech.hostile": [True, True], "speech.target": ["advisor", "nobody"], "history.offences": [0, 0]}
    answer = decide_many(policy, told, asked=frozenset({"conduct"}), event="utterance")
    assert answer["violated"].to_list() == [["conduct#2"], []]


@pytest.mark.parametrize(
    "given",
    [
        pl.DataFrame(COLUMNS, strict=False),
        pl.LazyFrame(COLUMNS, strict=False),
        pl.DataFrame(COLUMNS).with_columns(
            pl.col("speech.target").cast(pl.Categorical), pl.col("history.offences").cast(pl.Int8)
        ),
        {path: tuple(values) for path, values in COLUMNS.items()},
    ],
    ids=["a frame", "a lazy frame", "narrow columns", "tuples"],
)
def test_columns_come_in_many_forms(policy: Policy, given: Any) -> None:
    assert decide_many(policy, given, event="utterance").equals(decide_many(policy, COLUMNS, event="utterance"))


class Stream:
    """Whatever offers its columns as Arrow does, without a library that both sides must have."""

    def __init__(self, frame: pl.DataFrame | pl.Series) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(schema)


def test_an_arrow_stream_is_a_form_too(policy: Policy) -> None:
    wanted = decide_many(policy, COLUMNS, event="utterance")
    assert decide_many(policy, Stream(pl.DataFrame(COLUMNS)), event="utterance").equals(wanted)  # type: ignore[arg-type]


def test_an_arrow_stream_of_no_table_is_refused(policy: Policy) -> None:
    with pytest.raises(EventError, match="the Arrow stream is no table"):
        decide_many(policy, Stream(pl.Series([1, 2])), event="utterance")  # type: ignore[arg-type]


def test_durations_are_whole_units(policy: Policy) -> None:
    waits = [timedelta(minutes=15), timedelta(seconds=899), timedelta(milliseconds=900_500), timedelta(days=2), None]
    for unit in ("ms", "us", "ns"):
        column = pl.Series(waits, dtype=pl.Duration(unit))  # type: ignore[arg-type]
        answer = decide_many(policy, {"contact.wait": column}, event="utterance", asked=frozenset({"wait"}))
        assert answer["wait"].to_list() == ["long", "short", "short", "short", "short"]
        assert answer["wait.fell_back"].to_list() == [False, False, True, True, False]


def test_a_column_of_another_kind_makes_decisions_fall_back(policy: Policy) -> None:
    """As a value of another kind does: nothing is coerced."""
    answer = decide_many(policy, {**COLUMNS, "speech.hostile": [1, 1, None, 0]}, event="utterance")
    assert answer["conduct.fell_back"].to_list() == [True, True, True, True]


def test_no_rows_have_no_answers(policy: Policy) -> None:
    answer = decide_many(policy, pl.DataFrame(COLUMNS).clear(), event="utterance")
    assert answer.height == 0
    assert answer.schema == decide_many(policy, COLUMNS, event="utterance").schema


def test_the_event_type_is_told_as_for_one_decision(policy: Policy) -> None:
    assert (
        decide_many(policy, {"history.offences": [1], "contact.wait": [1], "speech.hostile": [True]}).columns[0]
        == "conduct"
    )
    rows = {"event.type": ["utterance"] * 4, **COLUMNS}
    assert decide_many(policy, rows).equals(decide_many(policy, COLUMNS, event="utterance"))


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        ({"speech.hostle": [True]}, {}, "there is no fact 'speech.hostle'; did you mean `speech.hostile`"),
        ({"speech.hostle": [True]}, {"event": "utterance"}, "'speech.hostle' is not read on `utterance`"),
        ({"speech.hostile": [True]}, {"event": "utterence"}, "there is no event type 'utterence'"),
        ({"event.type": ["utterance", "tick"]}, {}, "several event types"),
        ({"event.type": ["tick"]}, {"event": "utterance"}, "of the type `tick`, not `utterance`"),
        ({"speech.hostile": [True], "history.offences": [1, 2]}, {"event": "utterance"}, "not of one length"),
        ({"speech.hostile": [True, "yes"]}, {"event": "utterance"}, "the values of `speech.hostile` make no column"),
        ({"conduct": ["abuse", None]}, {"event": "utterance"}, "conduct: None in row 1 is not one of civil, abuse"),
        ({"conduct": ["abuse", "bad"]}, {"event": "utterance"}, "conduct: 'bad' in row 1 is not one of civil, abuse"),
        ({"history.offences": [1]}, {"event": "utterance", "asked": frozenset({"mark"})}, "`mark` is not decided on"),
        ([1, 2], {"event": "utterance"}, "give a Polars frame, an Arrow table"),
    ],
)
def test_what_is_wrong_is_said(policy: Policy, columns: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(EventError, match=words.replace("(", r"\(")):
        decide_many(policy, columns, **options)


@pytest.mark.parametrize("asked", [frozenset[str](), frozenset({"who"})])
def test_a_ranking_is_refused_by_name(policy: Policy, asked: frozenset[str]) -> None:
    with pytest.raises(ColumnsError, match="`who` cannot be decided"):
        decide_many(policy, {"speech.hostile": [True]}, asked=asked, event="contact_offered")
    answer = decide_many(policy, {"speech.hostile": [True]}, asked=frozenset({"conduct"}), event="contact_offered")
    assert answer["conduct"].to_list() == ["civil"]


def test_a_given_decision_is_taken_and_its_promises_are_checked_where_they_can_be(policy: Policy) -> None:
    told = {"conduct": ["abuse", "abuse", "civil"], "speech.target": ["company", "elsewhere", "company"]}
    answer = decide_many(policy, told, asked=frozenset({"conduct"}), event="utterance")
    assert answer["conduct.rule"].to_list() == [None, None, None]
    assert answer["conduct.fell_back"].to_list() == [False, False, False]
    assert answer["violated"].to_list() == [["conduct#1"], [], []]
