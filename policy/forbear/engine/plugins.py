"""The plugin manager: each plugin is called on its own, so that one that fails is named and harms nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path

import pluggy
from attrs import frozen

from forbear.engine.facts import Supplied
from forbear.engine.plain import Given, NotPlain, as_plain
from forbear.errors import ForbearError, PluginError
from forbear.hooks import Hooks
from forbear.logs import log
from forbear.records import Alarm, Event, Evidence, Owed, Plain, Record, SpeechSignals, Turn, Utterance

ENTRY_POINTS = "forbear"
_KIND = re.compile("[a-z][a-z0-9_.:-]{0,59}")


class Unusable(ForbearError):
    """A plugin answered with something else than its hook asks for; the message tells nothing of the content."""


@frozen
class Told:
    """A plugin's answer, checked and copied."""

    facts: Mapping[str, Given]
    evidence: tuple[Evidence, ...] = ()


Answer = Told | PluginError | None


class Plugins:
    """The plugins in use: installed ones where `discover` asks for them, then objects given by the host.

    Raises PluginError for a plugin that cannot be loaded or does not fit the hooks.
    """

    def __init__(self, given: Sequence[object] = (), *, discover: bool = True) -> None:
        self._manager = pluggy.PluginManager("forbear")
        self._manager.add_hookspecs(Hooks)
        for installed in entry_points(group=ENTRY_POINTS) if discover else ():
            self._load(installed.name)
        for plugin in given:
            self._register(plugin)
        self._callers = {
            hook: self._callers_of(hook)
            for hook in ("hear", "supply_facts", "perform", "decision_recorded", "alarm_raised")
        }

    def _load(self, name: str) -> None:
        try:
            self._manager.load_setuptools_entrypoints(ENTRY_POINTS, name)
        except Exception as error:
            raise PluginError(name, "load", f"{type(error).__name__}: {error}; mend or uninstall it") from error

    def _register(self, plugin: object) -> None:
        """Register an object; one that was found installed moves to the end, where the host's own stand."""
        if self._manager.is_registered(plugin):
            self._manager.unregister(plugin)
        base = name = _name(plugin)
        number = 1
        while self._manager.has_plugin(name):
            number += 1
            name = f"{base}#{number}"
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            raise PluginError(name, "register", str(error)) from error
        if not self._manager.get_hookcallers(plugin):
            raise PluginError(name, "register", "it has no hook; mark its functions with @hookimpl")

    def _callers_of(self, hook: str) -> list[tuple[str, Callable[..., list[object]]]]:
        """One caller per plugin that implements the hook, the plugin registered last first."""
        plugins = [plugin for _, plugin in self._manager.list_name_plugin() if plugin is not None]
        callers: list[tuple[str, Callable[..., list[object]]]] = []
        for impl in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            others = [plugin for plugin in plugins if plugin is not impl.plugin]
            callers.append((impl.plugin_name, self._manager.subset_hook_caller(hook, others)))
        return callers

    def _call(self, hook: str, read: Callable[[object], Answer], **given: object) -> list[tuple[str, Answer]]:
        """Each plugin's answer as `read` takes it, or the error that stands for it; None answers are left out."""
        answers: list[tuple[str, Answer]] = []
        for name, caller in self._callers[hook]:
            try:
                answers += [(name, read(one)) for one in caller(**given)]
            except Exception as error:  # noqa: BLE001 — whatever a plugin raises, the process goes on and says so
                # The message may hold customer text, so only the kind of error and its place are kept.
                reason = str(error) if isinstance(error, Unusable) else f"raised {type(error).__name__}{_place(error)}"
                log.warning("plugin_failed", plugin=name, hook=hook, reason=reason)
                answers.append((name, PluginError(name, hook, reason)))
        return answers

    def supply(self, event: Event, needed: frozenset[str]) -> Supplied:
        """Everything that plugins know for an event, the plugin registered last winning fact by fact."""
        supplied = Supplied()
        for name, answer in self._call("supply_facts", _facts, event=event, needed=needed):
            _add(supplied, name, answer, "")
        if event.type == "utterance" and isinstance(event.fields.get("text"), str):
            self.listen(utterance_of(event.fields), supplied)
        return supplied

    def listen(self, utterance: Utterance, supplied: Supplied) -> None:
        """Add what plugins hear in an utterance."""
        for name, answer in self._call("hear", _signals, utterance=utterance):
            _add(supplied, name, answer, "speech.")

    @property
    def performs(self) -> bool:
        """Whether anybody takes obligations over."""
        return bool(self._callers["perform"])

    def perform(self, obligation: Owed) -> list[PluginError]:
        """Hand an obligation over; the errors of those that failed."""
        answers = self._call("perform", _nothing, obligation=obligation)
        return [answer for _, answer in answers if isinstance(answer, PluginError)]

    def tell(self, record: Record, alarms: Sequence[Alarm]) -> None:
        """Show a decision and its alarms to the observers; one that fails is logged and changes nothing."""
        self._call("decision_recorded", _nothing, record=record)
        self.alarm(alarms)

    def alarm(self, alarms: Sequence[Alarm]) -> None:
        """Show alarms to the observers."""
        for alarm in alarms:
            self._call("alarm_raised", _nothing, alarm=alarm)


def _add(supplied: Supplied, plugin: str, answer: Answer, prefix: str) -> None:
    """Add a plugin's answer to what is known already; `prefix` tells which facts its failure leaves in doubt."""
    match answer:
        case PluginError():
            supplied.failed.append((plugin, prefix, str(answer)))
        case Told():
            supplied.evidence += answer.evidence
            for path, value in answer.facts.items():
                supplied.values.setdefault(path, (value, plugin))


def _facts(answer: object) -> Told:
    """A mapping of facts, copied; None among them is as good as not given."""
    if not isinstance(answer, Mapping):
        raise Unusable(f"answered {type(answer).__name__}, not a mapping of facts")
    try:
        facts = {str(path): as_plain(value) for path, value in answer.items() if value is not None}
    except NotPlain as error:
        raise Unusable(f"its answer {error}") from None
    return Told(facts)


def _signals(answer: object) -> Told:
    """Speech signals, each part of the shape that records need."""
    if not isinstance(answer, SpeechSignals):
        raise Unusable(f"answered {type(answer).__name__}, not SpeechSignals")
    evidence = tuple(answer.evidence)
    for one in evidence:
        if not (isinstance(one, Evidence) and type(one.start) is type(one.end) is int):
            raise Unusable("its evidence is no list of Evidence(start, end, kind, text) with whole numbers")
        if not (isinstance(one.kind, str) and _KIND.fullmatch(one.kind)):
            raise Unusable("the kind of its evidence is no plain lower-case name")
    return Told(_facts(answer.facts).facts, evidence)


def _nothing(answer: object) -> None:
    """What a plugin answers that is only told."""


def utterance_of(fields: Mapping[str, Plain]) -> Utterance:
    """What was said, for a signal plugin, from the fields of an `utterance` event."""
    text, before = fields.get("text"), fields.get("before")
    turns = before if isinstance(before, list) else []
    return Utterance(
        text=text if isinstance(text, str) else "",
        lang=str(fields.get("lang", "auto")),
        speaker=str(fields.get("speaker", "customer")),
        before=tuple(Turn(str(turn["speaker"]), str(turn["text"])) for turn in turns if isinstance(turn, dict)),
    )


def _place(error: BaseException) -> str:
    """Where an exception was raised, as ` at file.py:12`."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _name(plugin: object) -> str:
    """A name for diagnostics: a module's, or a class's."""
    name = getattr(plugin, "__name__", None)
    return name if isinstance(name, str) else type(plugin).__qualname__
