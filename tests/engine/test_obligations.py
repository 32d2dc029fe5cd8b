"""What is owed: once, from when until when, how it closes, and what happens when it is late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from centre import abuse, closed, dump, engine, event, said, small, three_strikes
from forbear import Engine, EventError, Record
from forbear.ledger.seal import Sealer

from .vows import DROP, EVENTS

DAY = 60 * 24

PROMISES = (
    EVENTS
    + """
entries: {vow: {kept: {type: bool, default: false}}, shame: {}}
history: {broken: {any: shame, scope: customer}, open: {count: obligation, where: open, scope: customer}}
obligations:
  deed:
    to: advisor
    due: event.within
    carries: {what: = event.what}
    closes: {done: {amend: {vow: {kept: true}}}, waived: {needs: [reason, by]}}
  call: {to: manager, from: next working day, due: end of next working day, once: {per: contact}, closes: {done: {}}}
  card: {to: manager, due: setting.grace, once: {per: customer, while: open}, closes: {done: {}}}
  regret: {to: manager, due: 1 day, closes: {done: {}}}
decisions:
  - decision: promise
    asks: What is promised?
    asked_on: [promised]
    outcome: [yes]
    hit: first
    fallback: yes
    rules:
      - {rule: all, then: yes, record: [vow], owe: [deed, call, card], BECAUSE}
"""
    + DROP.strip("\n")
    + """
  - decision: lateness
    asks: What of an overdue deed?
    asked_on: [obligation_overdue]
    outcome: [nothing, sorry]
    hit: first
    fallback: nothing
    rules:
      - {rule: sorry, when: obligation.owe == "deed", then: sorry, record: [shame], owe: [regret], BECAUSE}
      - {otherwise: nothing}
"""
)


@pytest.fixture
def centre() -> Engine:
    return engine(small(PROMISES))


def promised(id: str, minutes: float = 0, within: int = 30, **more: object) -> dict[str, Any]:
    who = {"contact": "c1", "customer": "u1"}
    return event(id, "promised", minutes, what=f"what-{id}", within=within, **{**who, **more})


def owed(record: Record) -> dict[str, str]:
    return {one.owe: one.id for one in record.obligations}


def test_due_and_from_count_from_the_events_own_moment(centre: Engine) -> None:
    record = centre.decide(promised("e1", 5, within=90))
    due = {one.owe: (one.due - record.at, one.start) for one in record.obligations}
    assert due["deed"] == (timedelta(minutes=90), None)
    assert due["card"] == (timedelta(hours=2), None)
    (call,) = [one for one in record.obligations if one.owe == "call"]
    assert call.start is not None
    assert (call.start.isoformat(), call.due.isoformat()) == ("2026-03-03T09:00:00+00:00", "2026-03-03T17:30:00+00:00")
    assert record.obligations[0].carries == {"what": "what-e1"}


def test_once_per_contact_and_once_per_customer_while_open(centre: Engine) -> None:
    first = owed(centre.decide(promised("e1")))
    again = centre.decide(promised("e2", 1))
    assert owed(again) == {"deed": "o:e2:deed", "call": first["call"], "card": first["card"]}, (
        "the record lists the first"
    )
    other = owed(centre.decide(promised("e3", 2, contact="c2")))
    assert other == {"deed": "o:e3:deed", "call": "o:e3:call", "card": first["card"]}
    centre.decide(closed("x1", 3, first["call"]))
    centre.decide(closed("x2", 3, first["card"]))
    later = owed(centre.decide(promised("e4", 4)))
    assert later == {"deed": "o:e4:deed", "call": first["call"], "card": "o:e4:card"}, "per contact is for good"
    stranger = owed(centre.decide(promised("e5", 5, contact="c9", customer="u9")))
    assert set(stranger.values()) == {"o:e5:deed", "o:e5:call", "o:e5:card"}


def test_once_holds_for_an_event_that_comes_late_too(centre: Engine) -> None:
    first = owed(centre.decide(promised("e1", 10)))
    late = centre.decide(promised("e0", 5))
    assert late.late
    assert owed(late) == {"deed": "o:e0:deed", "call": first["call"], "card": first["card"]}


def test_once_is_judged_after_the_events_own_closing() -> None:
    text = PROMISES.replace("close: [{deed: {by: {what: = event.what}, how: waived, reason: dropped}}]",
                            "close: [{card: {how: done}}]")  # fmt: skip
    with engine(small(text)) as one:
        first = owed(one.decide(promised("e1")))
        record = one.decide(event("e2", "dropped", 1, what="x", contact="c1", customer="u1"))
        assert [item.id for item in record.closed] == [first["card"]]
        assert owed(record) == {"card": "o:e2:card"}


def test_an_event_of_nobody_closes_what_is_owed_about_nobody(centre: Engine) -> None:
    nobody = {"contact": None, "customer": None}
    centre.decide(promised("e1"))
    centre.decide(promised("e2", 1, **nobody))
    centre.decide(promised("e3", 2, **nobody))
    record = centre.decide(event("x1", "dropped", 3, what="what-e2"))
    assert [one.id for one in record.closed] == ["o:e2:deed"], "only what carries the same"
    assert centre.decide(event("x2", "dropped", 4, what="what-e1")).closed == (), "that of a customer stays"


def test_an_event_of_nobody_opens_nothing_of_anybody(centre: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        centre.decide(promised(f"e{n}", n, contact=f"c{n}", customer=f"u{n}"))
    centre.decide(promised("e5", 5, contact=None, customer=None))
    opened: list[int] = []
    unseal = Sealer.unseal

    def noting(self: Sealer, number: int, sealed: bytes, about: bytes) -> bytes | None:
        opened.append(number)
        return unseal(self, number, sealed, about)

    monkeypatch.setattr(Sealer, "unseal", noting)
    record = centre.decide(event("x1", "dropped", 6, what="what-e5"))
    assert [one.id for one in record.closed] == ["o:e5:deed"]
    assert len(set(opened)) == 1, "only what the one key of those of nobody opens"


def test_a_withheld_caller_is_owed_per_contact_but_never_per_customer(centre: Engine) -> None:
    one, two = (owed(centre.decide(promised(id, customer=None))) for id in ("e1", "e2"))
    assert one["call"] == two["call"]
    assert one["card"] != two["card"]


def test_a_closing_amends_what_was_recorded_beside(centre: Engine) -> None:
    centre.decide(promised("e1"))
    record = centre.decide(closed("x", 1, "o:e1:deed"))
    assert [(one.id, one.values) for one in record.amended] == [("l:e1:vow", {"kept": True})]


@pytest.mark.parametrize(("more", "need"), [({}, "reason"), ({"reason": "ill"}, "by"), ({"by": "m1"}, "reason")])
def test_a_closing_that_lacks_what_it_needs_is_refused(centre: Engine, more: dict[str, str], need: str) -> None:
    centre.decide(promised("e1"))
    with pytest.raises(EventError, match=f"closing `deed` as 'waived' needs `{need}`"):
        centre.decide(closed("x", 1, "o:e1:deed", "waived", **more))
    assert centre.decide(closed("x", 1, "o:e1:deed", "waived", reason="ill", by="m1")).amended == ()


def test_a_rule_closes_the_open_ones_that_carry_its_values(centre: Engine) -> None:
    for id in ("e1", "e2"):
        centre.decide(promised(id))
    record = centre.decide(event("d", "dropped", 1, what="what-e1", customer="u1"))
    assert [(one.id, one.how) for one in record.closed] == [("o:e1:deed", "waived")]
    assert centre.decide(event("d2", "dropped", 2, what="what-e1", customer="u1")).closed == ()
    assert centre.decide(event("d3", "dropped", 2, what="what-e2", customer="u2")).closed == ()


def test_closing_late_is_accepted(centre: Engine) -> None:
    centre.decide(promised("e1"))
    centre.decide(event("t", "tick", 60))
    record = centre.decide(closed("x", 70, "o:e1:deed"))
    assert record.closed[0].how == "done"
    assert record.amended[0].id == "l:e1:vow"


def test_each_overdue_obligation_is_raised_once(centre: Engine) -> None:
    centre.decide(promised("e1"))
    centre.decide(promised("e2", 1))
    assert centre.decide(event("t1", "tick", 30)).overdue == (), "due is not overdue"
    assert centre.decide(event("t2", "tick", 30.5)).overdue == ("o:e1:deed",)
    assert centre.decide(event("t3", "tick", 40)).overdue == ("o:e2:deed",)
    assert centre.decide(event("t4", "tick", 50)).overdue == ()
    with centre.store.reading() as transaction:
        assert [entry.id for entry in transaction.entries("shame", "customer", "u1", None, 10**18)] == [
            "l:o:e1:deed:overdue:shame",
            "l:o:e2:deed:overdue:shame",
        ]


def test_what_was_closed_is_never_overdue(centre: Engine) -> None:
    for id in ("e1", "e2"):
        centre.decide(promised(id))
    centre.decide(closed("x", 1, "o:e1:deed"))
    assert centre.decide(event("t", "tick", 40)).overdue == ("o:e2:deed",)


def test_a_tick_that_comes_late_sees_what_was_overdue_then(centre: Engine) -> None:
    centre.decide(promised("e1", 0, within=10))
    centre.decide(promised("e2", 0, within=20))
    centre.decide(event("t2", "tick", 5))
    assert centre.decide(event("t1", "tick", 15)).overdue == ("o:e1:deed",)
    late = centre.decide(event("t0", "tick", 4))
    assert (late.overdue, late.late) == ((), True)


def test_what_is_overdue_is_raised_even_if_the_process_died_in_between(
    centre: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for id in ("e1", "e2"):
        centre.decide(promised(id))
    with engine(small(PROMISES)) as undisturbed:
        undisturbed.decide_all([promised("e1"), promised("e2"), event("t", "tick", 60)])
        expected = dump(undisturbed)
    real, died = Engine._take, []

    def dies(self: Engine, told: Any) -> Record:
        if told.id == "o:e2:deed:overdue" and not died:
            died.append(told.id)
            raise KeyboardInterrupt
        return real(self, told)

    monkeypatch.setattr(Engine, "_take", dies)
    with pytest.raises(KeyboardInterrupt):
        centre.decide(event("t", "tick", 60))
    assert centre.decide(event("t", "tick", 60)).overdue == ("o:e1:deed", "o:e2:deed")
    assert dump(centre) == expected


def test_after_a_crash_the_next_tick_raises_what_the_last_one_could_not(
    centre: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    centre.decide(promised("e1"))
    real = Engine._take
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_take", lambda self, told: real(self, told) if told.type == "tick" else 1 / 0)
        with pytest.raises(ZeroDivisionError):
            centre.decide(event("t1", "tick", 60))
    assert centre.decide(event("t2", "tick", 61)).overdue == ("o:e1:deed",)
    assert centre.decide(event("t1", "tick", 60)).overdue == ("o:e1:deed",), (
        "the record stands, nothing is raised twice"
    )
    assert centre.decide(event("t3", "tick", 62)).overdue == ()
    with centre.store.reading() as transaction:
        assert len(list(transaction.entries("shame", "customer", "u1", None, 10**18))) == 1


def test_a_regret_may_be_overdue_in_its_turn_and_ends_there(centre: Engine) -> None:
    centre.decide(promised("e1"))
    centre.decide(event("t1", "tick", 60))
    assert "o:o:e1:deed:overdue:regret" in centre.decide(event("t2", "tick", DAY * 3)).overdue
    assert centre.decide(event("t3", "tick", DAY * 9)).overdue == ()


def test_a_call_back_that_reaches_nobody_is_tried_on_three_working_days() -> None:
    with engine() as one:
        one.decide_all(three_strikes())
        one.decide(event("r", "offence_reviewed", 30, contact="c1", offence="latest", verdict="upheld"))
        records = [
            one.decide(closed(f"try{n}", DAY * (n + 1), "latest:manager_callback", "unreachable", customer="u1"))
            for n in range(3)
        ]
        assert [record.outcome["retry"] for record in records] == ["again", "again", "counts"]
        assert [owed.start.date().day for record in records for owed in record.obligations if owed.start] == [4, 5]
        with pytest.raises(EventError, match="no open obligation 'manager_callback'"):
            one.decide(closed("try4", DAY * 5, "latest:manager_callback", customer="u1"))


def test_legal_review_is_owed_once_per_contact() -> None:
    with engine() as one:
        records = [one.decide(said(f"e{n}", 9 - n, abuse("hate"))) for n in range(3)]
        assert {owed(record)["legal_review"] for record in records} == {"o:e0:legal_review"}
