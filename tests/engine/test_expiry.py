"""An obligation that nobody closes in time is closed by the next tick, once, by its own terms."""

from __future__ import annotations

from typing import Any

import pytest

from centre import at, closed, dump, engine, event, small
from forbear import Engine, EventError, Policy, Record
from forbear.errors import PackError
from forbear.ledger.entries import LAST, Entry

DAY = 60 * 24
PACK = """
events: {promise_made: {}}
entries: {promise: {state: {type: [open, kept, lapsed], default: open}}}
history:
  lapsed: {count: obligation, where: 'how == "expired"', scope: customer}
  waiting: {any: obligation, where: open, scope: customer}
obligations:
  deed:
    to: manager
    due: 1 day
    expires: 3 days
    closes:
      done: {amend: {promise: {state: kept}}}
      expired: {amend: {promise: {state: lapsed}}}
  quick: {to: manager, due: setting.long, expires: 1 day, closes: {done: {}}}
  later: {to: manager, due: 1 day, expires: 3 days, once: {per: customer, while: open}, closes: {done: {}}}
settings: {long: {type: int, unit: days, range: [1, 9], default: 2}}
decisions:
  - decision: promised
    asked_on: [promise_made]
    outcome: bool
    fallback: false
    rules:
      - {rule: every-promise, then: true, record: [promise], owe: [deed, quick, later], BECAUSE}
  - decision: standing
    asked_on: [contact_offered, obligation_overdue]
    asks: How do we stand?
    outcome: {type: int, range: [0, 1099511627776]}
    fallback: 0
    rules:
      - {rule: lapsed, then: = history.lapsed, BECAUSE}
  - decision: waits
    asked_on: [contact_offered]
    asks: Is something still owed?
    outcome: bool
    fallback: false
    rules:
      - {rule: waits, when: history.waiting, then: true, BECAUSE}
      - otherwise: false
"""
POLICY = small(PACK)


@pytest.fixture
def centre(tmp_path) -> Any:
    with engine(POLICY, f"sqlite:///{tmp_path}/ledger.db") as one:
        yield one


def promised(id: str = "e1", minutes: float = 0) -> dict[str, Any]:
    return event(id, "promise_made", minutes, customer="u1", contact="c1")


def asked(one: Engine, id: str, minutes: float) -> Record:
    return one.decide(event(id, "contact_offered", minutes, customer="u1"))


def ends(record: Record) -> dict[str, str]:
    return {one.owe: one.how for one in record.closed}


def state(one: Engine, id: str, until: int = LAST) -> Entry:
    with one.store.reading() as ledger:
        entry = ledger.entry(id, until)
    assert entry is not None
    return entry


def test_the_record_says_when_it_lapses(centre: Engine) -> None:
    owed = {one.owe: one for one in centre.decide(promised()).obligations}
    assert owed["deed"].expires is not None
    assert owed["deed"].expires.isoformat() == at(DAY * 3)


def test_it_is_open_at_its_last_moment_and_closed_after_it(centre: Engine) -> None:
    centre.decide(promised())
    assert "deed" not in ends(centre.decide(event("t1", "tick", DAY * 3)))
    assert asked(centre, "q1", DAY * 3).outcome["waits"] is True
    assert ends(centre.decide(event("t2", "tick", DAY * 3 + 1 / 60))) == {"deed": "expired", "later": "expired"}
    assert state(centre, "l:e1:promise").values["state"] == "lapsed"
    assert asked(centre, "q2", DAY * 4).outcome == {"standing": 3, "waits": False}


def test_a_second_tick_finds_nothing_more(centre: Engine) -> None:
    centre.decide(promised())
    first = centre.decide(event("t1", "tick", DAY * 9))
    assert set(ends(first)) == {"deed", "quick", "later"}
    before = dump(centre)
    assert centre.decide(event("t1", "tick", DAY * 9)) == first
    assert dump(centre) == before
    again = centre.decide(event("t2", "tick", DAY * 10))
    assert (again.closed, again.overdue, again.amended) == ((), (), ())


def test_after_a_long_pause_what_fell_due_is_raised_and_what_expired_is_closed(centre: Engine) -> None:
    centre.decide(promised())
    record = centre.decide(event("t1", "tick", DAY * 9))
    assert set(record.overdue) == {"o:e1:deed", "o:e1:later"}  # `quick` expired before it fell due
    with centre.store.reading() as ledger:
        assert ledger.decided("o:e1:deed:overdue") is not None
        assert ledger.decided("o:e1:quick:overdue") is None
        assert ledger.overdue(LAST) == []


def test_what_is_done_in_time_never_expires(centre: Engine) -> None:
    centre.decide(promised())
    centre.decide(closed("k", DAY * 2, "o:e1:deed", customer="u1"))
    assert "deed" not in ends(centre.decide(event("t1", "tick", DAY * 9)))
    assert state(centre, "l:e1:promise").values["state"] == "kept"


def test_what_has_expired_cannot_be_closed_any_more(centre: Engine) -> None:
    centre.decide(promised())
    centre.decide(event("t1", "tick", DAY * 9))
    with pytest.raises(EventError, match="no open obligation"):
        centre.decide(closed("k1", DAY * 9, "latest:deed", customer="u1"))
    late = centre.decide(closed("k2", DAY * 9, "o:e1:deed"))
    assert late.closed == ()
    assert state(centre, "o:e1:deed").values["how"] == "expired"


def test_nobody_says_that_it_expired_but_the_engine(centre: Engine) -> None:
    centre.decide(promised())
    with pytest.raises(EventError, match="how"):
        centre.decide(closed("k", 1, "o:e1:deed", "expired"))


def test_word_that_it_was_done_in_time_comes_late_and_counts(centre: Engine) -> None:
    centre.decide(promised())
    centre.decide(event("t1", "tick", DAY * 9))
    told = centre.decide(closed("k", DAY * 2, "o:e1:deed"))
    assert told.late
    assert ends(told) == {"deed": "done"}
    assert state(centre, "o:e1:deed").values["how"] == "done"
    assert state(centre, "l:e1:promise").values["state"] == "kept"
    assert asked(centre, "q", DAY * 10).outcome["standing"] == 2


def test_one_that_was_owed_late_and_has_expired_is_found_by_the_next_tick(centre: Engine) -> None:
    centre.decide(event("t1", "tick", DAY * 20))
    centre.decide(promised("e2", DAY))
    assert ends(centre.decide(event("t2", "tick", DAY * 21)))["deed"] == "expired"


def test_a_late_tick_sees_no_further_than_its_own_moment(centre: Engine) -> None:
    centre.decide(promised())
    assert ends(centre.decide(event("t1", "tick", DAY * 2))) == {"quick": "expired"}
    assert ends(centre.decide(event("t0", "tick", DAY))) == {}


def test_after_one_expired_another_may_be_owed(centre: Engine) -> None:
    centre.decide(promised())
    standing = centre.decide(promised("e2", DAY)).obligations[-1]
    assert standing.id == "o:e1:later"
    assert standing.expires is not None
    centre.decide(event("t1", "tick", DAY * 4))
    assert centre.decide(promised("e3", DAY * 4)).obligations[-1].id == "o:e3:later"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{to: a, due: 2 days, expires: 1 day, closes: {done: {}}}", "bad-time"),
        ("{to: a, due: 2 days, expires: soon, closes: {done: {}}}", "bad-time"),
        ("{to: a, due: 2 days, closes: {done: {}, expired: {}}}", "missing-key"),
        ("{to: a, due: 2 days, expires: 3 days, closes: {expired: {}}}", "missing-key"),
        ("{to: a, due: 2 days, expires: 3 days, closes: {done: {}, expired: {needs: [by]}}}", "unknown-key"),
        ("{to: a, due: 2 days, expires: 3 days, carries: {expires: x}, closes: {done: {}}}", "reserved-name"),
        ("{to: a, due: 2 days, carries: {terms: x}, closes: {done: {}}}", "reserved-name"),
        ("{to: a, due: 2 days, carries: {from: x}, closes: {done: {}}}", "reserved-name"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(line: str, code: str) -> None:
    text = PACK.replace("obligations:\n", f"obligations:\n  other: {line}\n")
    with pytest.raises(PackError) as caught:
        small(text)
    assert [one.code for one in caught.value.diagnostics] == [code]


def test_the_policy_at_hand_may_not_know_the_obligation_any_more(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(POLICY, url) as one:
        one.decide(promised())
    changed: Policy = small(PACK.replace("deed", "task"))
    with engine(changed, url) as one:
        assert ends(one.decide(event("t1", "tick", DAY * 9)))["deed"] == "expired"
        assert state(one, "l:e1:promise").values["state"] == "lapsed"
