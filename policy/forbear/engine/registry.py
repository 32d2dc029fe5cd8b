"""Which plugins there are, where each comes from, and which function of it answers which hook."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points

import pluggy
from attrs import frozen

from forbear.engine.calling import AT_THE_START, Implementation
from forbear.engine.deadline import Deadline
from forbear.errors import PluginError
from forbear.hooks import Hooks

ENTRY_POINTS = "forbear"
HOOKS = tuple(name for name, function in vars(Hooks).items() if inspect.isfunction(function))
HOST = "host"  # the origin of a plugin that no distribution brought


@frozen
class Registered:
    """A plugin in use: its name, the distribution that it comes from, and its functions by hook."""

    name: str
    distribution: str
    version: str
    implementations: Mapping[str, Implementation]

    @property
    def origin(self) -> str:
        """Distribution and version, or HOST."""
        return f"{self.distribution} {self.version}" if self.distribution else HOST


@frozen
class Broken:
    """An entry point that gives no plugin, and why."""

    name: str
    distribution: str
    version: str
    error: str


class Registry:
    """Plugins in the order of registration. Raises PluginError for one that cannot be loaded or does not fit.

    `awaited` says whether somebody can await coroutines.
    """

    def __init__(self, *, awaited: bool = False) -> None:
        self._manager = pluggy.PluginManager("forbear")
        self._manager.add_hookspecs(Hooks)
        self._awaited = awaited
        self._installed: dict[int, tuple[str, str]] = {}  # by id of a plugin: distribution and version
        self._registered: dict[str, Registered] = {}

    def load(self, entry: EntryPoint) -> Registered | None:
        """Register what an entry point names; None where that name, or that plugin, is taken already."""
        try:
            plugin = entry.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a module may even call sys.exit
            reason = f"{type(error).__name__}: {error}; mend or uninstall it"
            raise PluginError(entry.name, "load", reason) from error
        if self._manager.has_plugin(entry.name) or self._manager.is_registered(plugin):
            return None
        self._installed[id(plugin)] = distribution_of(entry)
        return self._add(plugin, entry.name)

    def register(self, plugin: object) -> Registered:
        """Register an object; one that was found installed moves to the end, where the host's own stand."""
        if self._manager.is_registered(plugin):
            self._registered.pop(self._manager.get_name(plugin) or "")
            self._manager.unregister(plugin)
        base = name = _name(plugin)
        number = 1
        while self._manager.has_plugin(name):
            number += 1
            name = f"{base}#{number}"
        return self._add(plugin, name)

    def _add(self, plugin: object, name: str) -> Registered:
        try:
            self._registered[name] = self._described(plugin, name)
        except PluginError:
            if self._manager.is_registered(plugin):
                self._manager.unregister(plugin)
            raise
        return self._registered[name]

    def _described(self, plugin: object, name: str) -> Registered:
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
            deadline = getattr(plugin, "deadline", None)
        except KeyboardInterrupt:
            raise
        except pluggy.PluginValidationError as error:
            raise PluginError(name, "register", str(error)) from error
        except BaseException as error:  # reading a plugin's attributes runs its code
            raise PluginError(name, "register", f"raised {type(error).__name__}: {error}") from error
        callers = self._manager.get_hookcallers(plugin) or []
        if not callers:
            raise PluginError(name, "register", "it has no hook; mark its functions with @hookimpl")
        seconds = _deadlines(deadline, name)
        implementations: dict[str, Implementation] = {}
        for hook in (caller.name for caller in callers):
            (impl,) = [one for one in getattr(self._manager.hook, hook).get_hookimpls() if one.plugin is plugin]
            if impl.wrapper or impl.hookwrapper:
                raise PluginError(name, hook, "it is a wrapper; each plugin is called on its own, so write a hook")
            limit = seconds.get(hook)
            one = Implementation(name, hook, impl.function, impl.argnames, Deadline(limit) if limit else None)
            if one.is_coroutine and (hook in AT_THE_START or not self._awaited):
                advice = "it is asked before any loop runs" if hook in AT_THE_START else "only AsyncEngine awaits it"
                raise PluginError(name, hook, f"it is a coroutine, and {advice}; write a plain function")
            implementations[hook] = one
        return Registered(name, *self._installed.get(id(plugin), ("", "")), implementations)

    def implementing(self, hook: str) -> list[Implementation]:
        """The functions that answer a hook, the plugin registered last first."""
        impls = getattr(self._manager.hook, hook).get_hookimpls()
        return [self._registered[one.plugin_name].implementations[hook] for one in reversed(impls)]

    def origin(self, name: str) -> str:
        """Where a plugin comes from."""
        return self._registered[name].origin


def registry_of(given: Sequence[object] = (), *, discover: bool = True, awaited: bool = False) -> Registry:
    """Installed plugins where `discover` asks for them, then objects given by the host."""
    registry = Registry(awaited=awaited)
    for entry in entry_points(group=ENTRY_POINTS) if discover else ():
        registry.load(entry)
    for plugin in given:
        registry.register(plugin)
    return registry


def installed() -> list[Registered | Broken]:
    """Every installed plugin, and every entry point that gives none, in the order of registration."""
    registry = Registry(awaited=True)
    found: list[Registered | Broken] = []
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            one = registry.load(entry)
        except PluginError as error:
            found.append(Broken(entry.name, *distribution_of(entry), f"{error.hook}: {error.reason}"))
            continue
        if one is None:
            found.append(Broken(entry.name, *distribution_of(entry), "load: its name or its object is taken already"))
        else:
            found.append(one)
    return found


def distribution_of(entry: EntryPoint) -> tuple[str, str]:
    """Name and version of the distribution that brings an entry point."""
    return (entry.dist.name, entry.dist.version) if entry.dist is not None else ("", "")


def _deadlines(declared: object, name: str) -> dict[str, float]:
    """Seconds by hook, from a plugin's `deadline`: one number for all, or a mapping of hooks to numbers."""
    by_hook = declared if isinstance(declared, Mapping) else dict.fromkeys(HOOKS, declared)
    found: dict[str, float] = {}
    for hook, seconds in by_hook.items() if declared is not None else ():
        if hook not in HOOKS:
            raise PluginError(name, "register", f"its deadline names {hook!r}, which is no hook")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < math.inf:
            raise PluginError(name, "register", "its deadline is a number of seconds above 0, or one per hook")
        found[hook] = float(seconds)
    return found


def _name(plugin: object) -> str:
    """A name for diagnostics: a module's, or a class's."""
    name = getattr(plugin, "__name__", None)
    return name if isinstance(name, str) else type(plugin).__name__
