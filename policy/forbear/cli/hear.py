"""`forbear hear`: what an utterance signals, and whether it is civil, anger or abuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from forbear.cli.console import print_json, say_bad_line
from forbear.cli.lines import parsed, read_lines
from forbear.cli.options import PluginOption, chosen_plugins
from forbear.engine.events import fields_of
from forbear.engine.plugins import Plugins, utterance_of
from forbear.engine.registry import registry_of
from forbear.errors import EventError, ForbearError
from forbear.evaluate import make_evaluator
from forbear.language.pack import load_policy
from forbear.language.types import Value, fit
from forbear.records import Evidence, Utterance

TYPE = "utterance"
QUIET: Mapping[str, Value] = {  # what a text without a word signals, in the order in which it is told
    "speech.target": "nobody",
    "speech.category": "none",
    "speech.hostile": False,
    "speech.frustrated": False,
}
MORE: Mapping[str, Value] = {  # what a plugin need not give
    "speech.intensity": 0,
    "speech.impatience": "none",
    "speech.complaint": False,
    "speech.request": False,
    "speech.confidence": 100,
}


def hear(
    lang: Annotated[str, typer.Option("--lang", help="auto, en or zh; a line's own `lang` wins.")] = "auto",
    plugins: PluginOption = None,
) -> None:
    """Read `{"id", "text", "lang"?, "before"?}` per line and say what is heard, with the evidence."""
    if lang not in ("auto", "en", "zh"):
        raise ForbearError(f"there is no language {lang!r}; give auto, en or zh")
    listener = Listener(chosen_plugins(plugins))
    bad = 0
    for number, text in read_lines("-"):
        try:
            print_json(listener.hear(parsed(text), lang))
        except EventError as error:
            bad += 1
            say_bad_line(number, str(error))
    raise typer.Exit(1 if bad else 0)


class Listener:
    """The signal plugins, and the bundled reading of what they hear."""

    def __init__(self, plugins: Sequence[object] = ()) -> None:
        self.plugins = Plugins(registry_of(plugins))
        self.policy = load_policy("abuse")  # whose reading the standard pack takes over
        self.evaluator = make_evaluator("auto", self.policy)
        # Only `conduct` is wanted; what else an utterance asks would need more than its words.
        self.others = frozenset(self.policy.plans[TYPE].decisions) - {"conduct"}
        missing = QUIET.keys() - self.plugins.listen(Utterance("Hello.")).values.keys()
        if missing:
            raise ForbearError(f"no signal plugin gives {', '.join(sorted(missing))}; is the lexicon plugin installed?")

    def hear(self, given: Mapping[str, Any], lang: str) -> dict[str, Any]:
        """The answer to one line. Raises EventError where the line is not well formed."""
        if not isinstance(given.get("text"), str):
            raise EventError("a line needs `text`")
        if not isinstance(given.get("id"), str | int | None):
            raise EventError("`id` is a text or a whole number")
        told = {name: given[name] for name in ("text", "lang", "before", "speaker") if name in given}
        utterance = utterance_of(fields_of(TYPE, {"lang": lang, **told}, self.policy))
        signals = self.plugins.listen(utterance)
        if signals.failed:
            raise EventError("; ".join(reason for _, _, reason in signals.failed))
        facts: dict[str, Value] = {"event.type": TYPE, "event.speaker": utterance.speaker}
        for path, quiet in {**QUIET, **MORE}.items():
            value, _ = signals.values.get(path, (quiet, ""))  # a text without a word has nothing to hear
            facts[path] = self._fitted(path, value)
        conduct = self.evaluator.decide(TYPE, facts, self.others).outcome["conduct"]
        return {
            "id": given.get("id"),
            "conduct": conduct,
            **{path.removeprefix("speech."): facts[path] for path in (*QUIET, *MORE)},
            "evidence": [_evidence(one) for one in signals.evidence],
        }

    def _fitted(self, path: str, value: Any) -> Value:
        """A signal as the pack declares it, where it does."""
        found: Value = fit(path, self.policy.facts[path].type, value) if path in self.policy.facts else value
        return found


def _evidence(one: Evidence) -> dict[str, Any]:
    found = {"start": one.start, "end": one.end, "kind": one.kind, "text": one.text}
    return found | {name: told for name, told in (("entry", one.entry), ("reason", one.reason)) if told}
