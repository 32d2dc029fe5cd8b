"""AsyncEngine: the same records, coroutines on the host's loop, coroutines and plain functions mixed."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from centre import abuse, closed, dump, event, routing, three_strikes
from centre import said as told
from forbear import Engine, EventConflict, EventError, PluginError, hookimpl
from forbear.codec import line, record_as_plain
from house import NEEDS, Calm, Watch, asking, plugin, run, said
from loops import asynchronous, going


class AsyncCalm(Calm):
    """Some hooks are coroutines, the others plain."""

    def __init__(self) -> None:
        self.loops: list[asyncio.AbstractEventLoop] = []

    @hookimpl
    async def supply_customer_facts(self, customer: str) -> Any:
        self.loops.append(asyncio.get_running_loop())
        await asyncio.sleep(0)
        return {"customer.calm": True}

    @hookimpl
    async def supply_candidates(self, list_path: str) -> Any:
        return super().supply_candidates(list_path, None)  # type: ignore[arg-type]

    @hookimpl
    async def perform(self, obligation: Any) -> None:
        await asyncio.sleep(0)


def plain(records: list[Any]) -> list[str]:
    return [line(record_as_plain(record)) for record in records]


def conversation() -> list[dict[str, Any]]:
    """Five customers, each called twice, all mixed: strikes, reviews, a tick, an event that is sent twice."""
    events: list[dict[str, Any]] = []
    for n in range(5):
        start = event(f"s{n}", "contact_started", 0, contact=f"c{n}", customer=f"u{n}", advisor="a7")
        events += [start, *three_strikes(f"c{n}", 1, customer=f"u{n}")]
        events.append(closed(f"f{n}", 20, "latest:farewell", contact=f"c{n}"))
        events.append(closed(f"g{n}", 21, f"o:c{n}-2:incident_record"))
        events.append(told(f"again{n}", 30, abuse(), contact=f"d{n}", customer=f"u{n}"))
    mixed = [one for rank in range(9) for one in events[rank::9]]
    order = sorted(mixed, key=lambda one: one["at"])
    return [*order, event("t", "tick", 24 * 60), order[0], told("last", 24 * 60 + 1, abuse(), customer="u0")]


def test_records_are_byte_for_byte_those_of_an_engine() -> None:
    events = conversation()
    with Engine(routing(), discover=False) as one:
        expected = plain(one.decide_all(events))
        ledger = dump(one)

    async def main() -> list[str]:
        async with asynchronous(policy=routing()) as engine:
            records = plain(await asyncio.gather(*(engine.decide(event) for event in events)))
            assert sorted(dump(engine.engine)) == sorted(ledger) or len(dump(engine.engine)) == len(ledger)
            return records

    assert going(main) == expected


def test_coroutines_run_on_the_hosts_loop_and_plain_functions_beside_it() -> None:
    calm, threads = AsyncCalm(), []

    async def main() -> Any:
        async with asynchronous(
            calm, plugin("supply_centre_facts", lambda: threads.append(threading.current_thread()))
        ) as engine:
            record = await engine.decide(said())
        assert calm.loops == [asyncio.get_running_loop()]
        return record

    record = going(main)
    assert record.outcome == run(Calm()).outcome
    assert threads
    assert threads[0] is not threading.current_thread()


async def raises_value() -> None:
    raise ValueError("secret")


async def exits() -> None:
    raise SystemExit


async def is_cancelled() -> None:
    raise asyncio.CancelledError


async def hangs() -> None:
    await asyncio.Event().wait()


async def number() -> int:
    return 7


BAD = {
    raises_value: "raised ValueError at test_asyncio.py:",
    exits: "raised SystemExit at test_asyncio.py:",
    is_cancelled: "raised CancelledError",
    hangs: "did not answer within its deadline of 0.01 s",
    number: "answered int, not ",
}


@pytest.mark.parametrize("function", BAD, ids=lambda one: one.__name__)
@pytest.mark.parametrize("hook", NEEDS)
def test_a_coroutine_that_fails_harms_only_what_needs_its_answer(hook: str, function: Any) -> None:
    async def main() -> Any:
        wild = plugin(hook, function, deadline=0.01 if function is hangs else 60)
        async with asynchronous(wild) as engine:
            record = await engine.decide(asking(hook))
            assert len(asyncio.all_tasks()) <= 2, "nothing hangs on in the loop"
            return record

    record = going(main)
    assert set(record.degraded) == NEEDS[hook]
    for reason in record.degraded.values():
        assert reason.startswith(f"plugin Wild: {hook}: {BAD[function]}")


def test_errors_are_those_of_an_engine() -> None:
    async def main() -> None:
        async with asynchronous() as engine:
            await engine.decide(said())
            with pytest.raises(EventConflict):
                await engine.decide(said(text="other"))
            with pytest.raises(EventError, match="there is no event type"):
                await engine.decide({"id": "x", "type": "odd"})
            assert await engine.decide_all([said(), said("e2", 1)])

    going(main)


def test_what_the_host_changes_after_it_called_changes_nothing() -> None:
    async def main() -> None:
        async with asynchronous() as engine:
            given = said()
            task = asyncio.create_task(engine.decide(given))
            await asyncio.sleep(0)
            given["id"] = "other"
            assert (await task).id == "d:e1"

    going(main)


@pytest.mark.parametrize("hook", ["hear", "perform", "alarm_raised"])
def test_an_engine_without_a_loop_refuses_coroutines(hook: str) -> None:
    with pytest.raises(PluginError, match="it is a coroutine, and only AsyncEngine awaits it"):
        run(plugin(hook, raises_value))


@pytest.mark.parametrize("hook", ["supply_calendar", "open_store", "supply_packs", "supply_vocabulary"])
def test_what_is_asked_at_the_start_is_no_coroutine(hook: str) -> None:
    with pytest.raises(PluginError, match="it is asked before any loop runs; write a plain function"):
        asynchronous(plugin(hook, raises_value))


@pytest.mark.parametrize("hook", ["supply_customer_facts", "perform"])
def test_a_plain_function_that_answers_a_coroutine_is_unusable(hook: str) -> None:
    watch = Watch()
    run(Calm(), watch, plugin(hook, lambda: number()))
    reason = f"plugin Wild: {hook}: answered a coroutine that nobody awaits; make the hook itself `async def`"
    assert [alarm.reason.partition("; o:")[0] for alarm in watch.alarms] == [reason]
