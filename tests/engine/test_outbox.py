"""Obligations are handed over at least once, each under its key; retried while that fails, never after it went well."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from centre import closed, event
from desk import Clock, Desk, cross, opened
from forbear import Engine, Owed, hookimpl
from forbear.engine.outbox import BESIDE, Outbox
from forbear.engine.schedule import BASE, CAP, LEASE, TRIES, backoff
from forbear.ledger.entries import to_micros

BOTH = ["o:e1:note", "o:e1:letter"]


def outcomes(one: Engine) -> list[tuple[str, str]]:
    return [(handed.obligation.id, handed.outcome) for handed in one.outbox.deliver()]


# --- at least once, and not again


def test_each_obligation_is_handed_over_as_the_record_lists_it() -> None:
    desk = Desk()
    with opened(desk) as one:
        record = one.decide(cross("e1"))
        assert tuple(desk.seen) == record.obligations
        one.decide(cross("e1"))
        one.decide(event("t", "tick", 1))
        assert outcomes(one) == []
    assert desk.done == BOTH


def test_the_outbox_survives_a_restart(tmp_path: Path) -> None:
    url, clock = f"sqlite:///{tmp_path}/ledger.db", Clock()
    with opened(Desk(lambda _: True), clock=clock, ledger=url) as one:
        one.decide(cross("e1"))
    with opened(ledger=url, clock=clock) as one:
        one.decide(event("t", "tick", 1))
    clock.move(minutes=1)
    desk = Desk()
    with opened(desk, ledger=url, clock=clock) as one:
        one.decide(cross("e1"))
        one.decide(event("t", "tick", 1))
    assert desk.done == BOTH


def test_what_an_engine_without_performers_left_is_handed_over_later(tmp_path: Path) -> None:
    url, desk = f"sqlite:///{tmp_path}/ledger.db", Desk()
    with opened(ledger=url) as one:
        one.decide(cross("e1"))
    with opened(desk, ledger=url) as one:
        assert outcomes(one) == [(id_, "delivered") for id_ in BOTH]
        assert outcomes(one) == []


class Dies(Desk):
    """Takes the first over and dies before that is noted."""

    @hookimpl
    def perform(self, obligation: Owed) -> None:
        super().perform(obligation)
        if len(self.done) == 1:
            raise KeyboardInterrupt


def test_a_crash_between_performing_and_noting_it_performs_again_after_the_lease_with_the_same_key() -> None:
    desk, clock = Dies(), Clock()
    with opened(desk, clock=clock) as one:
        try:
            one.decide(cross("e1"))
        except KeyboardInterrupt:
            one.decide(cross("e1"))
        assert desk.done == BOTH, "what was in hand when it died may still be in hand"
        clock.now += LEASE - timedelta(microseconds=1)
        assert outcomes(one) == []
        clock.move(microseconds=1)
        assert outcomes(one) == [("o:e1:note", "delivered")]
    assert desk.done == [*BOTH, "o:e1:note"]
    assert desk.seen[0] == desk.seen[2]


def test_a_host_that_keeps_keys_performs_once_whatever_dies() -> None:
    tickets: dict[str, str] = {}

    class Tickets(Dies):
        @hookimpl
        def perform(self, obligation: Owed) -> None:
            tickets.setdefault(obligation.id, f"ticket {len(tickets) + 1}")
            super().perform(obligation)

    clock = Clock()
    with opened(Tickets(), clock=clock) as one:
        try:
            one.decide(cross("e1"))
        except KeyboardInterrupt:
            clock.now += LEASE
            one.decide(event("t", "tick", 10))
    assert tickets == {"o:e1:note": "ticket 1", "o:e1:letter": "ticket 2"}


def test_what_is_in_other_hands_is_left_there() -> None:
    clock, others = Clock(), []

    class Meanwhile(Desk):
        @hookimpl
        def perform(self, obligation: Owed) -> None:
            others.append([handed.obligation.id for handed in Outbox(one.store, one.plugins, clock).deliver()])
            super().perform(obligation)

    with opened(Meanwhile(), clock=clock) as one:
        one.decide(cross("e1"))
    # The other process was given the letter while this one held the note, and nothing while it held both.
    assert others == [[], ["o:e1:letter"]]


def test_a_performer_that_outlasts_its_lease_may_be_overtaken_and_does_no_harm() -> None:
    clock = Clock()

    class Slow(Desk):
        @hookimpl
        def perform(self, obligation: Owed) -> None:
            if not self.tried:
                self.tried.append("slow")
                clock.now += LEASE
                faster = Outbox(one.store, one.plugins, clock)
                assert [handed.outcome for handed in faster.deliver()] == ["delivered"] * 2
            super().perform(obligation)

    desk = Slow()
    with opened(desk, clock=clock) as one:
        one.decide(cross("e1"))
        assert one.outbox.waiting() == 0
        assert outcomes(one) == []
    assert sorted(desk.done) == ["o:e1:letter", "o:e1:note", "o:e1:note"]


def test_threads_share_an_engine_and_hand_nothing_over_twice() -> None:
    desk = Desk()
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with opened(desk) as one:
            run_in_threads(one)
    finally:
        sys.setswitchinterval(old)
    assert sorted(desk.done) == sorted(f"o:e{n}:{owe}" for n in range(20) for owe in ("note", "letter"))


def run_in_threads(one: Engine) -> None:
    """Four threads decide the same twenty events."""
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for n in range(20):
                assert one.decide(cross(f"e{n}", n, contact=f"c{n}")).outcome["answer"] == "both"
        except BaseException as error:  # noqa: BLE001 — handed to the test's own thread
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems


# --- when it fails


def test_what_failed_is_tried_again_at_its_moment_and_not_before() -> None:
    desk, clock = Desk(lambda owed: owed.owe == "note" and len(desk.tried) < 6), Clock()
    with opened(desk, clock=clock) as one:
        one.decide(cross("e1"))
        assert desk.done == ["o:e1:letter"], "one that fails does not hold up the others"
        for tries in (1, 2, 3):
            clock.now += backoff(tries, 1.0) - timedelta(microseconds=1)
            one.decide(event(f"early{tries}", "tick", tries))
            assert desk.tried.count("o:e1:note") == tries
            clock.move(microseconds=1)
            one.decide(event(f"due{tries}", "tick", tries))
            assert desk.tried.count("o:e1:note") == tries + 1
        assert desk.done == ["o:e1:letter"]
        clock.now += backoff(4, 1.0)
        one.decide(event("last", "tick", 9))
        one.decide(event("after", "tick", 10))
    assert desk.done == ["o:e1:letter", "o:e1:note"]


def test_each_failure_is_an_alarm_without_the_words_of_the_error() -> None:
    desk, clock = Desk(lambda owed: owed.owe == "note"), Clock()
    with opened(desk, clock=clock) as one:
        one.decide(cross("e1"))
        clock.move(minutes=1)
        (handed,) = one.outbox.deliver()
    first, second = desk.alarms
    assert (first.event, first.kind, first.subject) == ("e1", "plugin", "Desk")
    assert first.reason.startswith("plugin Desk: perform: raised ConnectionError at desk.py:")
    assert first.reason.endswith("; o:e1:note waits")
    assert (second.event, second.reason) == ("", first.reason), "no event made this attempt"
    assert (handed.tries, handed.again) == (2, clock.now + backoff(2, 1.0))
    assert f"{handed.problem}; o:e1:note waits" == first.reason


def exhaust(one: Engine, clock: Clock) -> list[str]:
    """Deliver until nothing has its turn any more; what each attempt came to."""
    found = []
    for _ in range(TRIES + 1):
        found += [outcome for _, outcome in outcomes(one)]
        clock.now += CAP
    return found


def test_after_the_last_attempt_it_is_dead_a_person_sees_it_and_may_have_it_tried_again() -> None:
    desk, clock = Desk(lambda _: len(desk.tried) <= TRIES), Clock()
    with opened(ledger="memory:") as one:
        one.outbox = Outbox(one.store, one.outbox.plugins, clock, lambda: 1.0)
        one.decide(cross("e1"))
        one.decide(closed("x", 1, "o:e1:letter"))
        one.outbox.plugins = opened(desk).plugins
        assert exhaust(one, clock) == ["failed"] * (TRIES - 1) + ["dead"]
        (letter,) = one.outbox.dead()
        assert (letter.obligation.id, letter.tries) == ("o:e1:note", TRIES)
        assert letter.problem.startswith("plugin Desk: perform: raised ConnectionError")
        assert letter.since == clock.now - 2 * CAP
        dead = desk.alarms[-1]
        assert (dead.event, dead.kind, dead.subject) == ("", "dead_letter", "o:e1:note")
        assert dead.reason == f"nobody took note for advisor over in {TRIES} attempts; a person must see to it"
        assert one.outbox.replay("o:e1:note")
        assert one.outbox.dead() == []
        assert not one.outbox.replay("o:e1:note")
        assert not one.outbox.replay("o:nobody:note")
        desk.tried.clear()
        assert exhaust(one, clock) == ["failed"] * (TRIES - 1) + ["dead"], "it has all its attempts again"
        desk.tried += [""] * TRIES
        assert one.outbox.replay("o:e1:note")
        assert outcomes(one) == [("o:e1:note", "delivered")]


def test_if_one_of_two_performers_fails_both_are_called_again() -> None:
    good, bad, clock = Desk(), Desk(lambda _: len(bad.tried) < 2), Clock()
    with opened(good, bad, clock=clock) as one:
        one.decide(cross("e1"))
        clock.move(minutes=1)
        one.decide(event("t", "tick", 1))
        one.decide(event("t2", "tick", 2))
    assert sorted(good.done) == sorted([*BOTH, "o:e1:note"])
    assert sorted(bad.done) == sorted(BOTH)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_the_back_off_grows_to_its_cap_and_spreads_over_half_of_it(tries: int, chance: float) -> None:
    wait = backoff(tries, chance)
    assert BASE / 2 <= wait <= CAP
    assert backoff(tries, 0.0) <= wait <= backoff(tries, 1.0) == 2 * backoff(tries, 0.0)
    assert backoff(tries, 1.0) <= backoff(tries + 1, 1.0) <= 2 * backoff(tries, 1.0)


def test_all_attempts_take_some_four_to_seven_hours() -> None:
    shortest, longest = (sum((backoff(n, c) for n in range(1, TRIES)), timedelta()) for c in (0.0, 1.0))
    assert timedelta(hours=3.5) < shortest < longest < timedelta(hours=7.5)


# --- what is closed, has expired or is about nobody any more


def test_what_was_closed_before_its_turn_is_not_handed_over() -> None:
    desk, clock = Desk(lambda _: True), Clock()
    with opened(desk, clock=clock) as one:
        one.decide(cross("e1"))
        one.decide(closed("x1", 1, "o:e1:note", "waived"))
        clock.move(hours=1)
        assert outcomes(one) == [("o:e1:letter", "failed")]


def test_one_that_dies_and_is_closed_waits_for_nobody() -> None:
    desk, clock = Desk(lambda _: True), Clock()
    with opened(desk, clock=clock) as one:
        one.decide(cross("e1"))
        exhaust(one, clock)
        assert [letter.obligation.id for letter in one.outbox.dead()] == BOTH
        one.decide(closed("x1", 1, "o:e1:note"))
        assert [letter.obligation.id for letter in one.outbox.dead()] == ["o:e1:letter"]


def test_what_has_expired_is_not_handed_over_even_while_it_is_still_to_be_raised() -> None:
    desk, clock = Desk(lambda _: True), Clock()
    with opened(desk, clock=clock) as one:
        one.decide(cross("e1"))
        clock.move(hours=3)
        desk.tried.clear()
        record = one.decide(event("t", "tick", 180))
        assert set(record.overdue) == set(BOTH)
        assert [one.id for one in record.closed] == ["o:e1:letter"]
        assert sorted(desk.tried) == ["o:e1:note", "o:o:e1:note:overdue:reminder"]
        assert one.outbox.waiting() == 2


def test_what_belongs_to_an_erased_customer_is_not_handed_over() -> None:
    desk, clock = Desk(lambda _: True), Clock()
    with opened(desk, clock=clock) as one:
        one.decide(cross("e1"))
        one.decide(cross("e2", contact="c2", customer="u2"))
        with one.store.writing() as transaction:
            keys = transaction.erase("u1", to_micros(clock.now))
        one.store.destroy(keys)
        clock.move(hours=1)
        assert outcomes(one) == [("o:e2:note", "failed"), ("o:e2:letter", "failed")]


# --- performers that decide


def test_a_performer_may_close_what_it_was_given() -> None:
    class AtOnce(Desk):
        @hookimpl
        def perform(self, obligation: Owed) -> None:
            super().perform(obligation)
            one.decide(closed(f"close-{obligation.id}", 5, obligation.id))

    desk = AtOnce()
    with opened(desk) as one:
        one.decide(cross("e1"))
        one.decide(cross("e2", 2))
        assert one.outbox.waiting() == 0
    assert desk.done == [*BOTH, "o:e2:note", "o:e2:letter"]


def test_what_a_performers_own_event_causes_is_handed_over_too() -> None:
    class Again(Desk):
        @hookimpl
        def perform(self, obligation: Owed) -> None:
            super().perform(obligation)
            if obligation.id == "o:e1:note":
                one.decide(cross("e2", 1, contact="c2"))

    desk = Again()
    with opened(desk) as one:
        one.decide(cross("e1"))
    assert desk.done == ["o:e1:note", "o:e2:note", "o:e2:letter", "o:e1:letter"]


def test_performers_that_decide_do_not_work_off_all_that_waits_one_within_the_other(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with opened(ledger=url) as one:
        one.decide_all(cross(f"e{n}", n) for n in range(20))

    class Ticks(Desk):
        depth = deepest = 0

        @hookimpl
        def perform(self, obligation: Owed) -> None:
            self.depth += 1
            self.deepest = max(self.depth, self.deepest)
            one.decide(event(f"t-{obligation.id}", "tick", 0))
            super().perform(obligation)
            self.depth -= 1

    desk = Ticks()
    with opened(desk, ledger=url) as one:
        assert len(outcomes(one)) == 40
    assert desk.deepest == 1


# --- what waits from earlier


def test_after_an_event_come_its_own_obligations_then_a_bounded_number_of_others(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with opened(ledger=url) as one:
        one.decide_all(cross(f"e{n}", n) for n in range(BESIDE))
    desk = Desk()
    with opened(desk, ledger=url) as one:
        one.decide(cross("new", 60))
        assert desk.done[:2] == ["o:new:note", "o:new:letter"]
        assert desk.done[2:] == [f"o:e{n // 2}:{('note', 'letter')[n % 2]}" for n in range(BESIDE)]
        one.decide(event("t", "tick", 0))
        assert len(desk.done) == 2 + 2 * BESIDE


def test_what_an_overdue_obligation_causes_is_among_the_ticks_own() -> None:
    many = 2 * BESIDE
    desk = Desk()
    with opened(desk) as one:
        one.decide_all(cross(f"e{n}", n) for n in range(many))
        desk.done.clear()
        one.decide(event("t", "tick", 60))
    assert sorted(desk.done) == sorted(f"o:o:e{n}:note:overdue:reminder" for n in range(many))


def test_an_event_sent_again_does_not_hurry_what_failed() -> None:
    desk = Desk(lambda _: True)
    with opened(desk) as one:
        one.decide_all([cross("e1"), cross("e1")])
    assert desk.tried == BOTH


def test_a_pass_tries_each_once_though_the_clock_jumps_back() -> None:
    clock = Clock()

    def fails(_: Owed) -> bool:
        clock.move(days=-1)
        return True

    with opened() as one:
        one.decide_all(cross(f"e{n}", n) for n in range(60))
        outbox = Outbox(one.store, opened(Desk(fails)).plugins, clock)
        tried = [handed.obligation.id for handed in outbox.deliver()]
    assert len(tried) == len(set(tried)) == 120


def test_a_moment_that_a_wrong_clock_set_in_a_far_future_does_not_hold_it_up() -> None:
    desk, clock = Desk(lambda _: len(desk.tried) <= 2), Clock()
    clock.move(days=3650)
    with opened(desk, clock=clock) as one:
        one.decide(cross("e1"))
        assert (desk.tried, desk.done) == (BOTH, [])
        clock.move(days=-3650)
        assert outcomes(one) == [(id_, "delivered") for id_ in BOTH]
