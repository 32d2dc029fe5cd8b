"""Obligations are handed over at least once, retried while that fails, and never after it went well."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from centre import abuse, closed, engine, event, said
from forbear import Alarm, Engine, Owed, hookimpl


class Performer:
    """Takes obligations over; `fails` tells when it cannot."""

    def __init__(self, fails: Callable[[Owed], bool] = lambda _: False) -> None:
        self.fails = fails
        self.done: list[str] = []
        self.tried: list[str] = []
        self.seen: list[Owed] = []
        self.alarms: list[Alarm] = []

    @hookimpl
    def perform(self, obligation: Owed) -> None:
        self.tried.append(obligation.id)
        if self.fails(obligation):
            raise ConnectionError("no line to the desk of somebody")
        self.done.append(obligation.id)
        self.seen.append(obligation)

    @hookimpl
    def alarm_raised(self, alarm: Alarm) -> None:
        self.alarms.append(alarm)


def test_each_obligation_is_handed_over_as_the_record_lists_it() -> None:
    desk = Performer()
    with engine(plugins=[desk]) as one:
        record = one.decide(said("e1", 0, abuse("hate")))
        assert tuple(desk.seen) == record.obligations
        one.decide(said("e1", 0, abuse("hate")))
        one.decide(said("e2", 1, abuse("hate")))
    assert desk.done == [owed.id for owed in record.obligations], "one that stands is not handed over again"


def test_what_failed_is_tried_again_with_the_next_event_and_never_after_success() -> None:
    desk = Performer(lambda owed: owed.owe == "warning" and len(desk.tried) < 4)
    with engine(plugins=[desk]) as one:
        one.decide(said("e1", 0, abuse("hate")))
        assert desk.done == ["o:e1:legal_review", "o:e1:ask_advisor_consent"]
        (alarm,) = desk.alarms
        assert (alarm.event, alarm.kind, alarm.subject) == ("e1", "plugin", "Performer")
        assert alarm.reason.startswith("plugin Performer: perform: raised ConnectionError at test_outbox.py:")
        assert alarm.reason.endswith("; o:e1:warning waits")
        one.decide(event("t1", "tick", 1))
        one.decide(event("t2", "tick", 2))
        one.decide(event("t3", "tick", 3))
    assert desk.tried.count("o:e1:warning") == 2
    assert desk.done.count("o:e1:warning") == 1


def test_the_outbox_survives_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(ledger=url, plugins=[Performer(lambda _: True)]) as one:
        one.decide(said("e1", 0, abuse()))
    with engine(ledger=url) as one:
        one.decide(event("t", "tick", 1))
    desk = Performer()
    with engine(ledger=url, plugins=[desk]) as one:
        one.decide(said("e1", 0, abuse()))
        one.decide(event("t", "tick", 1))
    assert desk.done == ["o:e1:warning"]


def test_a_crash_between_performing_and_noting_it_performs_again() -> None:
    class Dies(Performer):
        @hookimpl
        def perform(self, obligation: Owed) -> None:
            super().perform(obligation)
            if len(self.done) == 1:
                raise KeyboardInterrupt

    desk = Dies()
    with engine(plugins=[desk]) as one:
        try:
            one.decide(said("e1", 0, abuse()))
        except KeyboardInterrupt:
            one.decide(said("e1", 0, abuse()))
    assert desk.done == ["o:e1:warning"] * 2


def test_if_one_of_two_performers_fails_both_are_called_again() -> None:
    good, bad = Performer(), Performer(lambda _: len(bad.tried) < 2)
    with engine(plugins=[good, bad]) as one:
        one.decide(said("e1", 0, abuse()))
        one.decide(event("t", "tick", 1))
        one.decide(event("t2", "tick", 2))
    assert (len(good.done), len(bad.done)) == (2, 1)


def test_a_performer_may_close_what_it_was_given() -> None:
    class AtOnce(Performer):
        @hookimpl
        def perform(self, obligation: Owed) -> None:
            super().perform(obligation)
            one.decide(closed(f"close-{obligation.id}", 1, obligation.id))

    desk = AtOnce()
    with engine(plugins=[desk]) as one:
        one.decide(said("e1", 0, abuse("hate")))
        assert one.decide(said("e2", 2, abuse())).outcome["response"] == "final_warning"
    assert desk.done == ["o:e1:legal_review", "o:e1:ask_advisor_consent", "o:e1:warning", "o:e2:final_warning"]


def test_what_a_performers_own_event_causes_is_handed_over_too() -> None:
    class Again(Performer):
        @hookimpl
        def perform(self, obligation: Owed) -> None:
            super().perform(obligation)
            if obligation.id == "o:e1:warning":
                one.decide(said("e2", 1, abuse(), contact="c2"))

    desk = Again()
    with engine(plugins=[desk]) as one:
        one.decide(said("e1", 0, abuse()))
    assert desk.done == ["o:e1:warning", "o:e2:warning"]


def test_threads_share_an_engine_and_hand_nothing_over_twice() -> None:
    desk = Performer()
    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with engine(plugins=[desk]) as one:
            run_in_threads(one)
    finally:
        sys.setswitchinterval(old)
    assert sorted(desk.done) == sorted({f"o:e{n}:warning" for n in range(20)})


def run_in_threads(one: Engine) -> None:
    """Four threads decide the same twenty events."""
    problems: list[BaseException] = []

    def work() -> None:
        try:
            for n in range(20):
                assert one.decide(said(f"e{n}", n, abuse(), contact=f"c{n}")).outcome["response"] == "warn"
        except BaseException as error:  # noqa: BLE001 — handed to the test's own thread
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
