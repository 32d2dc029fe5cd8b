"""A pack that is changed while obligations are open: they keep the terms under which they were created."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from centre import START, closed, engine, event, small
from forbear import Engine, EventError, Policy
from forbear.explain import explain
from forbear.ledger.entries import LAST, Entry, to_micros

DAY = 60 * 24
OLD = """
events: {promise_made: {}}
entries: {promise: {state: {type: [open, kept, broken], default: open}, why: {type: string, default: none}}}
texts: {sorry: {en: We are sorry., zh: 抱歉。}}
obligations:
  deed:
    to: manager
    due: 2 days
    say: sorry
    carries: {days: = setting.days, whose: ours}
    closes: {done: {amend: {promise: {state: kept, why: done}}}, waived: {needs: [reason]}}
settings: {days: {type: int, range: [0, 9], default: 3}}
decisions:
  - decision: promised
    asked_on: [promise_made]
    outcome: bool
    fallback: false
    rules:
      - {rule: every-promise, then: true, record: [promise], owe: [deed], BECAUSE}
"""
ASKING = """
  - decision: carried
    asks: What was carried?
    asked_on: [obligation_closed]
    outcome: [nothing, something]
    fallback: nothing
    rules:
      - {rule: some, when: has(obligation.days) && obligation.days != "x", then: something, BECAUSE}
      - otherwise: nothing
"""
NEW = (
    OLD.replace("due: 2 days", "due: 9 days\n    expires: 10 days")
    .replace("We are sorry.", "We regret it.")
    .replace("state: kept, why: done", "state: broken, why: other")
    .replace("waived: {needs: [reason]}", "unreachable: {}, expired: {amend: {promise: {state: broken}}}")
    .replace("days: = setting.days", "days: many")
    .replace("kept, broken]", "broken]")
    + ASKING
)
GONE = OLD.replace("deed", "task") + ASKING.replace('has(obligation.days) && obligation.days != "x"', "true")


@pytest.fixture
def url(tmp_path: Path) -> str:
    with engine(small(OLD), url := f"sqlite:///{tmp_path}/ledger.db") as one:
        one.decide(event("e1", "promise_made", customer="u1", contact="c1"))
    return url


@pytest.fixture(params=[NEW, GONE], ids=["changed", "gone"])
def changed(request: pytest.FixtureRequest, url: str) -> Iterator[Engine]:
    policy: Policy = small(request.param)
    with engine(policy, url) as one:
        yield one


def promise(one: Engine) -> dict[str, object]:
    with one.store.reading() as ledger:
        entry = ledger.entry("l:e1:promise", LAST)
    assert entry is not None
    return dict(entry.values)


def test_it_closes_as_it_was_to_close(changed: Engine) -> None:
    record = changed.decide(closed("k", 60, "o:e1:deed"))
    assert [(one.owe, one.how) for one in record.closed] == [("deed", "done")]
    assert promise(changed) == {"state": "kept", "why": "done"}


def test_it_closes_in_no_way_that_came_later(changed: Engine) -> None:
    with pytest.raises(EventError, match="never closed 'unreachable'; it closes by done, waived"):
        changed.decide(closed("k", 60, "o:e1:deed", "unreachable"))


def test_it_still_needs_what_it_needed(changed: Engine) -> None:
    with pytest.raises(EventError, match="needs `reason`"):
        changed.decide(closed("k1", 60, "o:e1:deed", "waived"))
    assert changed.decide(closed("k2", 60, "o:e1:deed", "waived", reason="found")).closed[0].how == "waived"


def test_it_is_due_when_it_was_due_and_does_not_expire(changed: Engine) -> None:
    assert changed.decide(event("t1", "tick", DAY * 2)).overdue == ()
    assert changed.decide(event("t2", "tick", DAY * 2 + 1)).overdue == ("o:e1:deed",)
    assert changed.decide(event("t3", "tick", DAY * 30)).closed == ()


def test_what_it_carries_is_never_taken_for_another_kind_of_value(url: str) -> None:
    with engine(small(NEW), url) as one:
        record = one.decide(closed("k", 60, "o:e1:deed"))
    assert record.outcome == {"carried": "nothing"}
    assert record.degraded is not None
    assert "`days` of the entry o:e1:deed" in record.degraded["carried"]
    assert record.closed[0].how == "done"


def test_a_name_that_is_no_longer_declared_can_still_be_told(url: str) -> None:
    with engine(small(GONE), url) as one:
        assert one.decide(closed("k", 60, "latest:deed", customer="u1")).degraded is None


def test_a_rule_that_asks_for_another_name_is_told_not_to_have_applied(url: str) -> None:
    policy = small(GONE.replace("when: true", 'when: obligation.owe == "task"'))
    with engine(policy, url) as one:
        told = explain(policy, one.decide(closed("k", 60, "latest:deed", customer="u1")))
    assert [rule.rule for rule in told.sentences if rule.kind == "not_applied"] == ["some"]


def test_a_new_one_has_the_new_terms(url: str) -> None:
    with engine(small(NEW), url) as one:
        (owed,) = one.decide(event("e2", "promise_made", 60, customer="u2")).obligations
        assert owed.say == {"en": "We regret it.", "zh": "抱歉。"}
        assert one.decide(closed("k", 120, "o:e2:deed", "unreachable")).closed[0].how == "unreachable"


def test_one_that_was_created_before_terms_were_kept_goes_by_the_policy_at_hand(tmp_path: Path) -> None:
    with engine(small(NEW)) as one:
        values = {"owe": "deed", "to": "manager", "how": "none", "due": to_micros(START), "beside": ()}
        with one.store.writing() as ledger:
            ledger.append(Entry("o:old:deed", "obligation", to_micros(START), "c1", "u1", None, values))
        assert one.decide(closed("k", 60, "o:old:deed", "unreachable")).closed[0].how == "unreachable"
