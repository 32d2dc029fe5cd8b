"""The plugin manager: each plugin is called on its own, so that one that fails is named and harms nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pluggy

from forbear.engine.facts import Supplied
from forbear.errors import PluginError
from forbear.hooks import Hooks
from forbear.logs import log
from forbear.records import Alarm, Event, Owed, Plain, Record, SpeechSignals, Turn, Utterance

ENTRY_POINTS = "forbear"


class Plugins:
    """The plugins in use: objects given by the host, and installed ones where `discover` asks for them."""

    def __init__(self, given: Sequence[object] = (), *, discover: bool = True) -> None:
        manager = pluggy.PluginManager("forbear")
        manager.add_hookspecs(Hooks)
        if discover:
            manager.load_setuptools_entrypoints(ENTRY_POINTS)
        for plugin in given:
            manager.register(plugin, name=_name(plugin))
        manager.check_pending()
        self._manager = manager
        self._callers = {
            hook: self._callers_of(hook)
            for hook in ("hear", "supply_facts", "perform", "decision_recorded", "alarm_raised")
        }

    def _callers_of(self, hook: str) -> list[tuple[str, Callable[..., list[object]]]]:
        """One caller per plugin that implements the hook, the plugin registered last first."""
        plugins = [(name, plugin) for name, plugin in self._manager.list_name_plugin() if plugin is not None]
        callers: list[tuple[str, Callable[..., list[object]]]] = []
        for impl in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            others = [plugin for _, plugin in plugins if plugin is not impl.plugin]
            callers.append((impl.plugin_name, self._manager.subset_hook_caller(hook, others)))
        return callers

    def _call(self, hook: str, **given: object) -> list[tuple[str, object | PluginError]]:
        """Each plugin's answer, or the error that stands for it; None answers are left out."""
        answers: list[tuple[str, object | PluginError]] = []
        for name, caller in self._callers[hook]:
            try:
                answers += [(name, one) for one in caller(**given)]
            except Exception as error:  # noqa: BLE001 — whatever a plugin raises, the process goes on and says so
                log.warning("plugin_failed", plugin=name, hook=hook, error=type(error).__name__)
                # The message may hold customer text, so only the kind of error and its place are kept.
                answers.append((name, PluginError(name, hook, f"raised {type(error).__name__}{_place(error)}")))
        return answers

    def supply(self, event: Event, needed: frozenset[str]) -> Supplied:
        """Everything that plugins know for an event, the plugin registered last winning fact by fact."""
        supplied = Supplied()
        for name, answer in self._call("supply_facts", event=event, needed=needed):
            if isinstance(answer, PluginError):
                supplied.failed.append((name, "", str(answer)))
            elif isinstance(answer, Mapping):
                for path, value in answer.items():
                    supplied.values.setdefault(str(path), (value, name))
            else:
                wrong = PluginError(name, "supply_facts", f"answered {type(answer).__name__}, not a mapping of facts")
                supplied.failed.append((name, "", str(wrong)))
        if event.type == "utterance" and isinstance(event.fields.get("text"), str):
            self.listen(utterance_of(event.fields), supplied)
        return supplied

    def listen(self, utterance: Utterance, supplied: Supplied) -> None:
        """Add what plugins hear in an utterance."""
        for name, answer in self._call("hear", utterance=utterance):
            if isinstance(answer, SpeechSignals):
                for path, value in answer.facts.items():
                    supplied.values.setdefault(path, (value, name))
                supplied.evidence += answer.evidence
            elif isinstance(answer, PluginError):
                supplied.failed.append((name, "speech.", str(answer)))
            else:
                wrong = PluginError(name, "hear", f"answered {type(answer).__name__}, not SpeechSignals")
                supplied.failed.append((name, "speech.", str(wrong)))

    @property
    def performs(self) -> bool:
        """Whether anybody takes obligations over."""
        return bool(self._callers["perform"])

    def perform(self, obligation: Owed) -> list[PluginError]:
        """Hand an obligation over; the errors of those that failed."""
        answers = self._call("perform", obligation=obligation)
        return [answer for _, answer in answers if isinstance(answer, PluginError)]

    def tell(self, record: Record, alarms: Sequence[Alarm]) -> None:
        """Show a decision and its alarms to the observers; one that fails is logged and changes nothing."""
        self._call("decision_recorded", record=record)
        self.alarm(alarms)

    def alarm(self, alarms: Sequence[Alarm]) -> None:
        """Show alarms to the observers."""
        for alarm in alarms:
            self._call("alarm_raised", alarm=alarm)


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
    name = getattr(plugin, "__name__", None) or type(plugin).__qualname__
    return f"{name}@{id(plugin):x}" if not isinstance(name, str) else name
