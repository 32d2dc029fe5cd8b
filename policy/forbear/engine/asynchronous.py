"""The same engine for hosts on asyncio: the one path runs in a thread, coroutine hooks run on the host's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import define, frozen

from forbear.engine.calling import Interrupted
from forbear.engine.confirm import Confirm
from forbear.engine.deadline import Late, answer_within
from forbear.engine.events import parse_event
from forbear.engine.path import Engine
from forbear.engine.turns import Turn, Turns
from forbear.errors import ForbearError
from forbear.language import ir
from forbear.ledger import Keys, Store
from forbear.records import Event, Record


@define(eq=False)
class _Hand:
    """A decision in hand; a hook that runs within it may decide further events, which must not wait for it."""

    engine: AsyncEngine
    active: bool = True


_HAND: ContextVar[_Hand | None] = ContextVar("forbear_decision_in_hand", default=None)


class AsyncEngine:
    """An engine for one asyncio loop; parameters, records and errors are those of `Engine`.

    Hooks may be coroutines, which are awaited on the loop, or plain functions, which run in a worker thread; those
    that are asked when the engine is made are plain. Events of one customer, or of one contact, are decided one after
    another in the order in which `decide` was called; others may interleave.
    """

    def __init__(
        self,
        policy: ir.Policy | str | Path = "standard",
        ledger: Store | str = "memory:",
        *,
        keys: Keys | str | None = None,
        plugins: Sequence[object] = (),
        discover: bool = True,
        evaluator: str = "auto",
        settings: Mapping[str, object] | None = None,
        confirm: Confirm = "grave",
    ) -> None:
        self.engine = Engine(
            policy,
            ledger,
            keys=keys,
            plugins=plugins,
            discover=discover,
            evaluator=evaluator,
            settings=settings,
            confirm=confirm,
            awaits=self._await,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pool = ThreadPoolExecutor(thread_name_prefix="forbear")
        self._turns = Turns()
        self._tasks: set[asyncio.Task[Record]] = set()

    async def decide(self, event: Mapping[str, Any]) -> Record:
        """The decision on an event, as `Engine.decide` gives it.

        Cancelling the wait does not take the event back: it is decided all the same, once, and sent again it gives
        the record that is kept.
        """
        told = parse_event(event, self.engine.policy)
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            raise ForbearError("an AsyncEngine belongs to the loop that used it first; make one for each loop")
        hand = _HAND.get()
        within = hand is not None and hand.engine is self and hand.active
        task = loop.create_task(self._decide_within(told) if within else self._decide(told, self._turns.enter(told)))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    async def decide_all(self, events: Iterable[Mapping[str, Any]]) -> list[Record]:
        """The decisions on events, one after another."""
        return [await self.decide(event) for event in events]

    async def aclose(self) -> None:
        """Wait for the decisions in hand, then release the ledger."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        self._pool.shutdown(wait=False)
        self.engine.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _done(self, task: asyncio.Task[Record]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has it; if nobody waits any more, it is not asyncio's to report

    async def _decide(self, told: Event, turn: Turn) -> Record:
        try:
            if turn.before:
                await asyncio.wait(turn.before)
            return await self._in_thread(told, self._pool)
        finally:
            self._turns.leave(turn)

    async def _decide_within(self, told: Event) -> Record:
        """Decide for a hook of a decision in hand, in a thread of its own: those of the pool may all wait for hooks."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="forbear-within")
        try:
            return await self._in_thread(told, pool)
        finally:
            pool.shutdown(wait=False)

    async def _in_thread(self, told: Event, pool: ThreadPoolExecutor) -> Record:
        hand, context = _Hand(self), copy_context()
        context.run(_HAND.set, hand)
        work = asyncio.get_running_loop().run_in_executor(pool, context.run, self.engine.take, told)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])  # a thread cannot be stopped half-way; the turn ends when it does
            raise
        except Interrupted:
            raise asyncio.CancelledError from None
        finally:
            hand.active = False

    # --- in a worker thread

    def _await(self, coroutine: Coroutine[Any, Any, object], seconds: float | None) -> object:
        """What a coroutine gives on the host's loop, in time; one that is late is cancelled."""
        assert self._loop is not None
        future = asyncio.run_coroutine_threadsafe(_guarded(coroutine), self._loop)
        try:
            answer = answer_within(future, seconds)
        except Late:
            future.cancel()
            raise
        if isinstance(answer, _Raised):
            raise answer.error
        return answer


@frozen
class _Raised:
    """What would end the host's loop if a task raised it there."""

    error: BaseException


async def _guarded(coroutine: Coroutine[Any, Any, object]) -> object:
    """The coroutine's answer; Interrupted, to be raised, where not the plugin but the end of the loop cancelled it.

    Nothing is raised in the task: where nobody waits any more, because it came too late, asyncio would report it.
    """
    try:
        return await coroutine
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            return _Raised(Interrupted())
        raise
    except SystemExit as error:
        return _Raised(error)
