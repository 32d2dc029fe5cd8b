"""An event that arrives late is decided at its own moment; what was decided before it stands."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from centre import abuse, closed, dump, engine, event, said, three_strikes
from conftest import examples

DAY = 60 * 24


def test_late_is_told_against_the_customer_then_the_contact_then_the_rest() -> None:
    with engine() as one:
        assert not one.decide(said("e1", 10)).late
        assert one.decide(said("e2", 5)).late
        assert not one.decide(said("e3", 10, contact="c2")).late, "the same moment is not late"
        assert one.decide(said("e4", 9, contact="c9")).late, "late for the customer"
        assert not one.decide(said("e5", 1, contact="c9", customer="u2")).late
        assert not one.decide(said("e6", 1, contact="c7", customer=None)).late
        assert one.decide(said("e7", 0, contact="c7", customer=None)).late
        assert not one.decide(event("t1", "tick", 3)).late
        assert one.decide(event("t2", "tick", 2)).late


def test_a_late_event_sees_neither_later_entries_nor_later_amendments() -> None:
    with engine() as one:
        one.decide(said("e1", 0, abuse()))
        one.decide(closed("heard", 10, "latest", contact="c1"))
        between = one.decide(said("e2", 5, abuse()))
        assert (between.late, between.fired[-1]) == (True, "response.warning-not-heard-yet")
        before = one.decide(said("e0", -5, abuse()))
        assert before.fired[-1] == "response.first-strike"
        assert one.decide(said("e3", 11, abuse())).outcome["response"] == "final_warning"


def test_an_amendment_of_the_same_moment_is_seen() -> None:
    with engine() as one:
        one.decide(said("e1", 0, abuse()))
        one.decide(closed("heard", 0, "latest", contact="c1"))
        assert one.decide(said("e2", 0, abuse())).outcome["response"] == "final_warning"


def test_earlier_decisions_stand() -> None:
    with engine() as one:
        given = three_strikes()
        records = one.decide_all(given)
        one.decide(said("late", 0.5, abuse("hate")))
        one.decide(event("late-review", "offence_reviewed", 4.5, offence="l:c1-2:offence", verdict="overturned"))
        assert one.decide_all(given) == records


def test_an_overturning_that_comes_late_counts_from_its_own_moment() -> None:
    with engine() as one:
        one.decide_all(three_strikes())
        one.decide(event("up", "offence_reviewed", 30, offence="l:c1-2:offence", verdict="upheld"))
        one.decide(event("down", "offence_reviewed", 60, offence="l:c1-2:offence", verdict="overturned"))
        stands = [
            one.decide(event(f"o{n}", "contact_offered", n, contact=f"o{n}", customer="u1")) for n in (20, 40, 70)
        ]
        assert [record.outcome["ladder"] for record in stands] == ["none", "manager_callback", "none"]


def test_an_upheld_offence_counts_for_the_window_to_the_microsecond() -> None:
    with engine() as one:
        one.decide_all(three_strikes())  # the offence is of minute 4
        one.decide(event("up", "offence_reviewed", 30, offence="l:c1-2:offence", verdict="upheld"))
        year = 365 * DAY
        inside = one.decide(event("o1", "contact_offered", year + 4 - 1 / 60_000_000, customer="u1"))
        edge = one.decide(event("o2", "contact_offered", year + 4, customer="u1"))
        assert (inside.outcome["ladder"], edge.outcome["ladder"]) == ("manager_callback", "none")


@settings(max_examples=examples(30))
@given(order=st.permutations(range(6)), minutes=st.lists(st.integers(0, 5), min_size=6, max_size=6))
def test_whatever_the_order_of_arrival_each_event_is_kept_once_at_its_own_moment(
    order: list[int], minutes: list[int]
) -> None:
    given = [said(f"e{n}", minutes[n], abuse("insult" if n % 2 else "hate")) for n in range(6)]
    with engine() as one:
        records = {n: one.decide(given[n]) for n in order}
        latest = -1
        for n in order:
            assert records[n].late == (minutes[n] < latest)
            latest = max(latest, minutes[n])
        kept = dump(one)
        assert [one.decide(given[n]) for n in range(6)] == [records[n] for n in range(6)]
        assert dump(one) == kept
