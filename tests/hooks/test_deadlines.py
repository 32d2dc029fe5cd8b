"""A declared deadline: what comes in time counts, what hangs is left behind, and only so many are left behind."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import Any

import pytest

from forbear import PluginError, hookimpl
from forbear.engine.deadline import MAX_HANGING
from house import Calm, Hangs, opened, plugin, run, said

TIMELY = 60


def test_what_comes_in_time_counts() -> None:
    class Timely(Calm):
        deadline = TIMELY

    assert run(Timely()).outcome == run(Calm()).outcome


def test_without_a_deadline_a_hook_runs_in_the_callers_thread() -> None:
    threads: list[threading.Thread] = []
    run(plugin("supply_customer_facts", lambda: threads.append(threading.current_thread())))
    run(plugin("supply_customer_facts", lambda: threads.append(threading.current_thread()), deadline=TIMELY))
    assert threads[0] is threading.current_thread()
    assert threads[1] is not threading.current_thread()
    assert threads[1].daemon, "it does not keep the process"


def test_a_deadline_may_be_declared_for_one_hook() -> None:
    hangs = Hangs()

    class Slow(Calm):
        deadline = {"supply_contact_facts": 0.01}  # noqa: RUF012 — read only

        @hookimpl
        def supply_contact_facts(self) -> Any:
            hangs()

    try:
        record = run(Slow())
    finally:
        hangs.free.set()
    assert record.degraded is not None
    assert list(record.degraded) == ["of_contact"]
    assert record.outcome["of_customer"] == "yes"


def returned() -> None:
    """Wait until all calls that were left behind have returned."""
    for thread in threading.enumerate():
        if thread.daemon and "_work" in thread.name:
            thread.join()


def test_calls_that_hang_are_bounded_and_refused_beyond_that_until_one_returns() -> None:
    hangs = Hangs()
    threads = threading.active_count()
    with opened(plugin("supply_customer_facts", lambda: hangs(), deadline=0.01)) as one:
        try:
            reasons = [(one.decide(said(f"e{n}", n)).degraded or {})["of_customer"] for n in range(MAX_HANGING + 3)]
            assert hangs.calls == MAX_HANGING
            assert threading.active_count() <= threads + MAX_HANGING
        finally:
            hangs.free.set()
        assert ["still hang" in reason for reason in reasons] == [False] * MAX_HANGING + [True] * 3
        implementation = one.plugins._implementing["supply_customer_facts"][0]
        assert implementation.deadline is not None
        returned()
        assert one.decide(said("later", 99)).degraded is None, "all have returned, so it is called again"


def test_a_late_answer_counts_for_nothing() -> None:
    hangs = Hangs()

    def late() -> dict[str, object]:
        hangs()
        return {"customer.calm": True}

    with opened(plugin("supply_customer_facts", late, deadline=0.01)) as one:
        try:
            record = one.decide(said())
        finally:
            hangs.free.set()
        returned()
        assert record.outcome["of_customer"] == "no"
        assert list(record.degraded or {}) == ["of_customer"]
        assert one.decide(said()) == record


def test_the_hosts_context_is_there() -> None:
    who: ContextVar[str] = ContextVar("who", default="nobody")
    seen: list[str] = []
    who.set("host")
    run(plugin("supply_customer_facts", lambda: seen.append(who.get()), deadline=TIMELY))
    assert seen == ["host"]


ODD = [0, -1, True, "1", float("nan"), float("inf"), [1], {"hear": 0}, {"supply_contact_facts": None}]


@pytest.mark.parametrize("deadline", ODD, ids=repr)
def test_an_odd_deadline_is_refused(deadline: Any) -> None:
    with pytest.raises(PluginError, match="plugin Wild: register: its deadline is a number of seconds above 0"):
        run(plugin("hear", lambda: None, deadline=deadline))


def test_a_deadline_for_no_hook_is_refused() -> None:
    with pytest.raises(PluginError, match="its deadline names 'heer', which is no hook"):
        run(plugin("hear", lambda: None, deadline={"heer": 1}))
