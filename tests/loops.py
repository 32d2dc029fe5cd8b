"""AsyncEngine in tests: made without installed plugins, run in a loop that reports what it would only log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from forbear import AsyncEngine, hookimpl
from house import house


def asynchronous(*plugins: object, policy: Any = None, **more: Any) -> AsyncEngine:
    return AsyncEngine(policy or house(), discover=False, plugins=plugins, **more)


def going(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run to the end in a loop that reports what it would only log."""

    async def watched() -> Any:
        complaints: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        async with asyncio.timeout(60):  # a deadlock is a failure, not a test that never ends
            answer = await main()
        await asyncio.sleep(0)
        assert complaints == [], complaints
        return answer

    return asyncio.run(watched())


class Gate:
    """Lets each customer's lookup through on its own; remembers who is inside and in which order they came."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.came: list[str] = []
        self.most: dict[str, int] = {}
        self.opened: dict[str, asyncio.Event] = {}
        self.arrived: asyncio.Queue[str] = asyncio.Queue()

    @hookimpl
    async def supply_customer_facts(self, customer: str, event: Any) -> None:
        self.came.append(event.id)
        self.inside.append(customer)
        self.most[customer] = max(self.most.get(customer, 0), self.inside.count(customer))
        self.arrived.put_nowait(event.id)
        await self.opened.setdefault(customer, asyncio.Event()).wait()
        self.inside.remove(customer)
