"""One customer after another; nothing is lost or doubled, though waits are cancelled and hooks decide events."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from centre import event
from forbear import AsyncEngine, ForbearError, hookimpl
from house import Calm, Hangs, Watch, plugin, said
from loops import Gate, asynchronous, going


def test_a_plain_function_that_hangs_does_not_hold_up_the_loop() -> None:
    hanging = Hangs()

    async def main() -> None:
        async with asynchronous(plugin("supply_customer_facts", lambda: hanging())) as engine:
            waiting = asyncio.create_task(engine.decide(said("e1", customer="u1")))
            await asyncio.to_thread(hanging.begun.wait)
            record = await engine.decide(said("e2", customer=None, contact="c2"))
            assert record.id == "d:e2", "another customer's decision passes by"
            assert not waiting.done()
            hanging.free.set()
            assert (await waiting).id == "d:e1"

    going(main)


def test_one_customer_waits_and_another_passes() -> None:
    async def main() -> None:
        gate = Gate()
        gate.opened = {"u1": asyncio.Event(), "u2": asyncio.Event()}
        async with asynchronous(gate) as engine:
            first = [asyncio.create_task(engine.decide(said(f"a{n}", n, contact=f"c{n}"))) for n in range(4)]
            assert await gate.arrived.get() == "a0"
            other = asyncio.create_task(engine.decide(said("b", customer="u2", contact="d")))
            assert await gate.arrived.get() == "b"
            gate.opened["u2"].set()
            assert (await other).id == "d:b"
            assert gate.came == ["a0", "b"], "the customer's other contacts wait"
            gate.opened["u1"].set()
            await asyncio.gather(*first)
            assert gate.came == ["a0", "b", "a1", "a2", "a3"]
            assert gate.most == {"u1": 1, "u2": 1}
            assert engine._turns._going == set()
            assert engine._turns._last == {}

    going(main)


def test_an_event_that_may_be_about_anybody_waits_for_all_and_all_wait_for_it() -> None:
    async def main() -> None:
        gate = Gate()
        gate.opened = {"u1": asyncio.Event(), "u2": asyncio.Event()}
        watch = Watch()
        async with asynchronous(gate, watch) as engine:
            first = asyncio.create_task(engine.decide(said("a")))
            await gate.arrived.get()
            tick = asyncio.create_task(engine.decide(event("t", "tick", 1)))
            await asyncio.sleep(0)
            other = asyncio.create_task(engine.decide(said("b", 2, customer="u2", contact="d")))
            gate.opened["u2"].set()
            gate.opened["u1"].set()
            await asyncio.gather(first, tick, other)
        assert [record.event for record in watch.records] == ["a", "t", "b"]

    going(main)


def test_a_contact_that_was_started_here_stands_for_its_customer() -> None:
    async def main() -> None:
        gate = Gate()
        gate.opened = {"u1": asyncio.Event()}
        async with asynchronous(gate) as engine:
            await engine.decide(event("s", "contact_started", contact="c1", customer="u1", advisor="a1"))
            tasks = [asyncio.create_task(engine.decide(said("a", 1, contact="other")))]
            await gate.arrived.get()
            lent = said("b", 2)
            lent.pop("customer")
            tasks.append(asyncio.create_task(engine.decide(lent)))
            tasks.append(asyncio.create_task(engine.decide(said("d", 3, contact="x", customer=None))))
            gate.opened["u1"].set()
            await asyncio.gather(*tasks)
            assert gate.came == ["a", "b"]
            assert gate.most == {"u1": 1}

    going(main)


def test_a_cancelled_wait_loses_nothing_and_doubles_nothing() -> None:
    async def main() -> None:
        gate, watch = Gate(), Watch()
        gate.opened = {"u1": asyncio.Event()}
        async with asynchronous(gate, watch) as engine:
            running = asyncio.create_task(engine.decide(said("a")))
            await gate.arrived.get()
            waiting = asyncio.create_task(engine.decide(said("b", 1)))
            await asyncio.sleep(0)
            for task in (running, waiting):
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            gate.opened["u1"].set()
            records = [await engine.decide(said("a")), await engine.decide(said("b", 1))]
        assert watch.records == records
        assert gate.came == ["a", "b"]

    going(main)


def test_a_loop_that_ends_takes_back_what_was_not_decided() -> None:
    """`asyncio.run` cancels all there is: the plugin is not blamed, nothing is kept, the event may be sent again."""
    engines: list[AsyncEngine] = []
    watch = Watch()

    async def main() -> None:
        gate = Gate()
        gate.opened = {"u1": asyncio.Event()}
        engines.append(asynchronous(gate, watch))
        asyncio.create_task(engines[0].decide(said("a")))  # noqa: RUF006 — the loop ends before it does
        await gate.arrived.get()

    asyncio.run(main())
    engine = engines[0].engine
    assert watch.records == []
    with engine.store.reading() as transaction:
        assert transaction.decided("a") is None
    engine.close()


def test_closing_waits_for_the_decisions_in_hand() -> None:
    async def main() -> Any:
        gate = Gate()
        gate.opened = {"u1": asyncio.Event()}
        engine = asynchronous(gate)
        task = asyncio.create_task(engine.decide(said("a")))
        await gate.arrived.get()
        asyncio.get_running_loop().call_soon(gate.opened["u1"].set)
        await engine.aclose()
        return await task

    assert going(main).id == "d:a"


def test_a_hook_may_decide_further_events_of_the_same_customer() -> None:
    class Closes(Calm):
        engine: AsyncEngine
        records: list[Any]

        @hookimpl
        async def perform(self, obligation: Any) -> None:
            given = event(f"done:{obligation.id}", "obligation_closed", 1, obligation=obligation.id, how="done")
            self.records = await asyncio.gather(
                self.engine.decide(given), self.engine.decide(said("more", 1, facts={}))
            )

    async def main() -> None:
        closes = Closes()
        async with asynchronous(closes) as closes.engine:
            await closes.engine.decide(said(customer="u1", facts={"speech.calm": False}))
            assert closes.records[0].closed[0].how == "done"
            assert closes.records[1].id == "d:more"

    going(main)


def test_what_a_hook_starts_and_leaves_behind_takes_its_turn_like_anybody() -> None:
    class Starts:
        engine: AsyncEngine
        task: asyncio.Task[Any]
        free: asyncio.Event

        @hookimpl
        async def decision_recorded(self, record: Any) -> None:
            if record.event == "e1":
                self.task = asyncio.create_task(self._later())

        async def _later(self) -> Any:
            await self.free.wait()
            return await self.engine.decide(said("later", 2))

    async def main() -> None:
        gate, starts = Gate(), Starts()
        gate.opened = {"u1": asyncio.Event()}
        gate.opened["u1"].set()
        starts.free = asyncio.Event()
        async with asynchronous(starts, gate) as starts.engine:
            await starts.engine.decide(said())
            gate.opened["u1"].clear()
            held = asyncio.create_task(starts.engine.decide(said("held", 1)))
            assert [await gate.arrived.get(), await gate.arrived.get()] == ["e1", "held"]
            starts.free.set()
            for _ in range(2):
                await asyncio.sleep(0)
            in_turn = len(starts.engine._turns._going)
            gate.opened["u1"].set()
            assert in_turn == 2, "it waits for the one in hand"
            assert [(await one).id for one in (held, starts.task)] == ["d:held", "d:later"]
            assert gate.came == ["e1", "held", "later"]
            assert gate.most == {"u1": 1}

    going(main)


def test_an_engine_belongs_to_one_loop() -> None:
    engine = asynchronous()
    asyncio.run(engine.decide(said()))
    with pytest.raises(ForbearError, match="belongs to the loop that used it first"):
        asyncio.run(engine.decide(said()))
    engine.engine.close()
