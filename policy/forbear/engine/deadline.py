"""Calls that may take only so long: what hangs is left behind, and no plugin leaves more than a few calls behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context

from attrs import define, field

from forbear.errors import ForbearError

MAX_HANGING = 8


class Late(ForbearError):
    """A plugin did not answer within its own deadline."""


def answer_within(future: Future[object], seconds: float | None) -> object:
    """What a future brings, if it does so in time; else Late."""
    done, _ = wait([future], seconds)
    if not done:
        raise Late(f"did not answer within its deadline of {seconds:g} s")
    return future.result()


@define(eq=False)
class Deadline:
    """How long an implementation may take, in seconds, and how many of its calls still hang."""

    seconds: float
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _hanging: set[Future[object]] = field(factory=set, init=False)

    def call(self, function: Callable[[], object]) -> object:
        """What the function returns or raises, if it does so in time; else Late.

        It runs in a daemon thread, which Python cannot end: a function that never returns keeps it. Once
        MAX_HANGING calls hang, further ones are refused at once, until one of those returns.
        """
        with self._lock:
            if len(self._hanging) >= MAX_HANGING:
                raise Late(f"not called: {MAX_HANGING} earlier calls of it still hang")
        future: Future[object] = Future()
        context = copy_context()
        threading.Thread(target=self._work, args=(future, context.run, function), daemon=True).start()
        try:
            return answer_within(future, self.seconds)
        except Late:
            with self._lock:
                if not future.done():
                    self._hanging.add(future)
            raise

    def _work(self, future: Future[object], run: Callable[..., object], function: Callable[[], object]) -> None:
        try:
            result = run(function)
        except BaseException as error:  # noqa: BLE001 — it is raised again where the answer is awaited
            future.set_exception(error)
        else:
            future.set_result(result)
        with self._lock:
            self._hanging.discard(future)
