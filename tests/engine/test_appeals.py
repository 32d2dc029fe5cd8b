"""Which appeal is meant, what it lends, and what several of these events do to each other."""

from __future__ import annotations

from typing import Any

import pytest

from centre import abuse, dump, engine, event, routing, said, three_strikes
from forbear import Engine, EventError, Record, load_policy
from forbear.evaluate import EVALUATORS
from forbear.evaluate.durable import is_available

DAY = 60 * 24
THREAT = load_policy("routing", {"threat_ends_contact": True})


@pytest.fixture
def centre() -> Any:
    with engine(THREAT) as one:
        yield one


def offended(one: Engine, contact: str = "c1", minutes: float = 0, customer: str | None = "u1") -> str:
    record = one.decide(said(f"{contact}-abuse", minutes, abuse("threat"), contact=contact, customer=customer))
    (offence,) = (entry.id for entry in record.recorded if entry.entry == "offence")
    one.decide(event(f"{contact}-review", "offence_reviewed", minutes + 10, offence=offence, verdict="upheld", by="m1"))
    return offence


def lodged(one: Engine, id: str, minutes: float, **more: Any) -> Record:
    return one.decide(event(id, "appeal_lodged", minutes, **more))


def decided(one: Engine, id: str, minutes: float, verdict: str = "granted", by: str = "m2", **more: Any) -> Record:
    return one.decide(event(id, "appeal_decided", minutes, verdict=verdict, by=by, reason="heard again", **more))


def granted(record: Record) -> set[str]:
    return {one.id for one in record.amended if dict(one.values) == {"status": "overturned"}}


def test_an_offence_names_the_appeal_against_it(centre: Engine) -> None:
    first, second = offended(centre), offended(centre, "c2", 60)
    lodged(centre, "l1", 120, offence=first)
    lodged(centre, "l2", 121, offence=second)
    assert granted(decided(centre, "d1", 180, offence=first)) == {first}
    assert granted(decided(centre, "d2", 181, customer="u1")) == {second}


def test_the_latest_is_the_latest_that_waits(centre: Engine) -> None:
    first, second = offended(centre), offended(centre, "c2", 60)
    lodged(centre, "l1", 120, offence=first)
    lodged(centre, "l2", 121, offence=second)
    assert granted(decided(centre, "d1", 180, customer="u1")) == {second}
    assert granted(decided(centre, "d2", 181, customer="u1", appeal="latest", offence="latest")) == {first}
    with pytest.raises(EventError, match="no open appeal"):
        decided(centre, "d3", 182, customer="u1")


def test_the_latest_offence_to_appeal_against_is_one_that_stands(centre: Engine) -> None:
    first, second = offended(centre), offended(centre, "c2", 60)
    centre.decide(event("r", "offence_reviewed", 90, offence=second, verdict="overturned", by="m3"))
    record = lodged(centre, "l1", 120, customer="u1", offence="latest")
    assert record.outcome["appeal_status"] == "lodged"
    assert {one.carries["offence"] for one in record.obligations} == {first}


def test_appeal_and_offence_must_belong_together(centre: Engine) -> None:
    first, second = offended(centre), offended(centre, "c2", 60)
    lodged(centre, "l1", 120, offence=first)
    with pytest.raises(EventError, match="is about the offence"):
        decided(centre, "d1", 180, appeal="l:l1:appeal", offence=second)
    with pytest.raises(EventError, match="no open appeal"):
        decided(centre, "d2", 180, offence=second)
    with pytest.raises(EventError, match="there is no offence 'l:x'"):
        decided(centre, "d3", 180, offence="l:x")
    with pytest.raises(EventError, match="not of customer"):
        decided(centre, "d4", 180, appeal="l:l1:appeal", customer="u2")
    assert granted(decided(centre, "d5", 180, appeal="l:l1:appeal", offence=first)) == {first}


def test_it_takes_contact_and_customer_from_the_offence(centre: Engine) -> None:
    first = offended(centre)
    lodged(centre, "l1", 120, offence=first)
    with centre.store.reading() as ledger:
        (appeal,) = ledger.entries("appeal", "customer", "u1", None, 10**18)
        assert (appeal.contact, appeal.customer, appeal.advisor) == ("c1", "u1", "a7")


def test_a_withheld_caller_may_appeal_by_id(centre: Engine) -> None:
    first = offended(centre, customer=None)
    assert lodged(centre, "l1", 120, offence=first).outcome["appeal_status"] == "lodged"
    assert granted(decided(centre, "d1", 180, offence=first)) == {first}


def test_the_same_event_again_changes_nothing(centre: Engine) -> None:
    first = offended(centre)
    records = [lodged(centre, "l1", 120, offence=first), decided(centre, "d1", 180, offence=first)]
    before = dump(centre)
    again = [lodged(centre, "l1", 120, offence=first), decided(centre, "d1", 180, offence=first)]
    assert again == records
    assert dump(centre) == before


def test_a_verdict_that_comes_late_still_counts_the_one_who_gave_it_as_involved(centre: Engine) -> None:
    record = centre.decide(said("e1", 0, abuse("threat")))
    offence = next(one.id for one in record.recorded if one.entry == "offence")
    lodged(centre, "l1", 100, offence=offence)
    centre.decide(event("r", "offence_reviewed", 50, offence=offence, verdict="upheld", by="m2"))
    assert decided(centre, "d1", 180, offence=offence).outcome["appeal_status"] == "not_accepted"
    assert granted(decided(centre, "d2", 181, by="m3", offence=offence)) == {offence}


def test_a_pack_without_appeals_says_so() -> None:
    from forbear.language.pack import build_policy, pack_from_texts
    from lateness import PACK

    with engine(build_policy(pack_from_texts(PACK))) as one, pytest.raises(EventError, match="keeps no `appeal`"):
        decided(one, "d1", 0, customer="u1")


@pytest.mark.parametrize("evaluator", [one for one in EVALUATORS if one != "durable" or is_available()])
def test_every_evaluator_grants_alike(evaluator: str) -> None:
    with engine(routing(), evaluator=evaluator) as one:
        one.decide_all(three_strikes())
        one.decide(event("r", "offence_reviewed", 30, contact="c1", offence="latest", verdict="upheld", by="m1"))
        lodged(one, "l1", DAY, customer="u1", offence="latest")
        record = decided(one, "d1", DAY * 2, customer="u1")
        assert record.outcome == {"appeal_status": "granted", "lifted": "lifted"}
        assert {each.owe for each in record.closed} == {"appeal_decision", "manager_callback"}
        assert one.decide(event("o", "contact_offered", DAY * 3, customer="u1")).outcome["ladder"] == "none"
