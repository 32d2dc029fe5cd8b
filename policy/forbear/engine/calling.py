"""Calling one plugin: with copies of its own, no longer than it declared, so that whatever it does is only told."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

from attrs import field, frozen

from forbear.engine.deadline import Deadline, Late
from forbear.errors import ForbearError, PluginError
from forbear.logs import log

T = TypeVar("T")
AT_THE_START = frozenset({"supply_calendar", "open_store", "supply_packs", "supply_vocabulary"})
Await = Callable[[Coroutine[Any, Any, object], float | None], object]
"""Runs a coroutine on the host's loop, for so many seconds at most, and gives what it returns; else raises."""


class Unusable(ForbearError):
    """A plugin answered with something else than its hook asks for; the message tells nothing of the content."""


class Meddling(PluginError):
    """A plugin changed what it was given."""


class Interrupted(BaseException):
    """The host's loop ends; nothing more is decided, and nothing is held against a plugin."""


@frozen
class Implementation:
    """One plugin's function for one hook, the parameters that it takes and how long it may run."""

    plugin: str
    hook: str
    function: Callable[..., object]
    takes: tuple[str, ...]
    deadline: Deadline | None
    is_coroutine: bool = field(init=False)

    @is_coroutine.default
    def _is_coroutine(self) -> bool:
        return inspect.iscoroutinefunction(self.function)

    def call(self, read: Callable[[object], T], given: Mapping[str, object], awaits: Await | None) -> T | None:
        """The plugin's answer as `read` takes it, None where it has none. Raises PluginError.

        What a plugin raises about an event may hold customer text, so only the kind of error and its place are told.
        """
        told = {name: given[name] for name in self.takes}
        own = copy.deepcopy(told)
        try:
            answer = self._run(own, awaits)
            if own != told:
                raise Meddling(self.plugin, self.hook, "changed what it was given")
            if inspect.iscoroutine(answer):
                answer.close()
                raise Unusable("answered a coroutine that nobody awaits; make the hook itself `async def`")
            return None if answer is None else read(answer)
        except (KeyboardInterrupt, Interrupted, Meddling):
            raise
        except (Late, Unusable) as error:
            raise self._failure(str(error)) from error
        except BaseException as error:  # whatever a plugin raises, the process goes on and says so
            words = f": {error}" if self.hook in AT_THE_START else ""
            raise self._failure(f"raised {type(error).__name__}{words}{place(error)}") from error

    def _run(self, own: Mapping[str, object], awaits: Await | None) -> object:
        if self.is_coroutine:
            assert awaits is not None
            return awaits(self._coroutine(own), self.deadline.seconds if self.deadline else None)
        if self.deadline is not None:
            return self.deadline.call(lambda: self.function(**own))
        return self.function(**own)

    async def _coroutine(self, own: Mapping[str, object]) -> object:
        answer: Any = self.function(**own)
        return await answer

    def _failure(self, reason: str) -> PluginError:
        return PluginError(self.plugin, self.hook, reason)


def logged(error: PluginError) -> PluginError:
    """The error, noted in the log."""
    log.warning("plugin_failed", plugin=error.plugin, hook=error.hook, reason=error.reason)
    return error


def place(error: BaseException) -> str:
    """Where an exception was raised, as ` at file.py:12`."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
