from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centre import abuse, closed, dump, engine, event, said, three_strikes
from conftest import examples
from forbear import EventConflict
from forbear.codec import dumps, line, record_as_plain, record_from_plain

EVERY_TYPE: list[dict[str, Any]] = [
    event("start", "contact_started", -1, contact="c1", customer="u1", advisor="a7", channel="chat",
          facts={"advisor.name": "Ada", "customer.identity_confidence": 90}),
    *three_strikes(),
    event("end", "contact_ended", 5, contact="c1", reason="abuse"),
    event("review", "offence_reviewed", 60, contact="c1", offence="latest", verdict="upheld", by="m1"),
    event("offer", "contact_offered", 90, contact="c2", customer="u1", channel="voice"),
    closed("rung", 60 * 25, "latest:manager_callback", "unreachable", customer="u1", reason="nobody answered"),
    event("tick", "tick", 60 * 24 * 4),
    event("tick-again", "tick", 60 * 24 * 4 + 1),
]  # fmt: skip


def test_the_same_event_again_returns_an_equal_record_and_changes_nothing() -> None:
    with engine() as one:
        first = one.decide_all(EVERY_TYPE)
        kept = dump(one)
        again = one.decide_all(EVERY_TYPE)
        assert again == first
        assert [line(record_as_plain(record)) for record in again] == [line(record_as_plain(one)) for one in first]
        assert dump(one) == kept


@pytest.mark.parametrize("given", EVERY_TYPE, ids=lambda given: given["id"])
def test_the_same_event_with_its_keys_in_another_order_is_the_same_event(given: dict[str, Any]) -> None:
    with engine() as one:
        for earlier in EVERY_TYPE[: EVERY_TYPE.index(given)]:
            one.decide(earlier)
        record = one.decide(given)
        facts = dict(reversed(given.get("facts", {}).items()))
        turned = dict(reversed(given.items())) | ({"facts": facts} if facts else {})
        assert one.decide(turned) == record
        assert one.decide({**given, "at": given["at"].replace("+00:00", "Z")}) == record


@pytest.mark.parametrize(
    "change",
    [
        {"text": "other"}, {"at": "2026-03-02T09:00:00.000001Z"}, {"contact": "c2"}, {"customer": None},
        {"advisor": "a8"}, {"facts": abuse("hate")}, {"speaker": "advisor"}, {"type": "contact_ended", "facts": {}},
        {"lang": "zh"}, {"before": [{"speaker": "advisor", "text": "x"}]},
    ],
    ids=str,
)  # fmt: skip
def test_the_same_id_with_other_content_is_a_conflict_that_changes_nothing(change: dict[str, Any]) -> None:
    given = said("e1", 0, abuse())
    with engine() as one:
        first = one.decide(given)
        kept = dump(one)
        with pytest.raises(EventConflict, match="'e1' was decided before with other content") as caught:
            one.decide({**given, **change})
        assert caught.value.event == "e1"
        assert dump(one) == kept
        assert one.decide(given) == first


def test_the_same_events_give_byte_identical_records_and_ledgers_in_a_fresh_ledger() -> None:
    runs = []
    for _ in range(2):
        with engine() as one:
            records = [line(record_as_plain(record)) for record in one.decide_all(EVERY_TYPE)]
            runs.append((records, dump(one)))
    assert runs[0] == runs[1]


def test_ids_are_made_of_the_events_id_and_the_name() -> None:
    with engine() as one:
        record = one.decide(said("e1", 0, abuse("hate")))
    assert record.id == "d:e1"
    assert [owed.id for owed in record.obligations] == ["o:e1:legal_review", "o:e1:ask_advisor_consent", "o:e1:warning"]
    assert [entry.id for entry in record.recorded] == ["l:e1:warning"]


def test_a_record_is_the_same_after_a_restart(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(ledger=url) as one:
        first = one.decide_all(EVERY_TYPE)
    with engine(ledger=url) as one:
        assert one.decide_all(EVERY_TYPE) == first


def test_the_fallen_back_and_the_late_are_returned_alike_too() -> None:
    given = [
        said("e1", 10, {"speech.hostile": "yes"}),
        said("e2", 5, {**abuse(), "advisor.name": None}),
        said("e3", 6, {}, text="unheard"),
    ]
    with engine() as one:
        first = one.decide_all(given)
        assert [record.late for record in first] == [False, True, True]
        assert first[0].degraded
        assert first[2].degraded
        assert one.decide_all(given) == first


@settings(max_examples=examples(50))
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        st.lists,
        max_leaves=5,
    )
)
def test_whatever_a_fact_holds_the_record_survives_its_own_json(value: object) -> None:
    with engine() as one:
        record = one.decide(said("e1", 0, {**abuse(), "advisor.name": value, "speech.target": value}))
        assert record_from_plain(json.loads(dumps(record_as_plain(record)))) == record
        assert one.decide(said("e1", 0, {**abuse(), "advisor.name": value, "speech.target": value})) == record
