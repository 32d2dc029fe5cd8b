"""`forbear hear`: what an utterance signals, and whether it is civil, anger or abuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from forbear.cli.console import print_json, read_lines, say_bad_line
from forbear.engine import parse_line
from forbear.engine.events import fields_of
from forbear.engine.facts import Supplied
from forbear.engine.plugins import Plugins, utterance_of
from forbear.errors import EventError, ForbearError
from forbear.evaluate import make_evaluator
from forbear.language.pack import load_policy
from forbear.language.types import Value, fit
from forbear.records import Evidence

TYPE = "utterance"
SIGNALS = ("target", "category", "hostile", "frustrated")


def hear(
    lang: Annotated[str, typer.Option("--lang", help="auto, en or zh; a line's own `lang` wins.")] = "auto",
) -> None:
    """Read `{"id", "text", "lang"?, "before"?}` per line and say what is heard, with the evidence."""
    if lang not in ("auto", "en", "zh"):
        raise ForbearError(f"there is no language {lang!r}; give auto, en or zh")
    listener = Listener()
    bad = 0
    for number, text in read_lines("-"):
        try:
            if text is None:
                raise EventError("the line is too long, or not UTF-8")
            print_json(listener.hear(parse_line(text), lang))
        except EventError as error:
            bad += 1
            say_bad_line(number, str(error))
    raise typer.Exit(1 if bad else 0)


class Listener:
    """The signal plugins, and the standard pack's own reading of what they hear."""

    def __init__(self) -> None:
        self.plugins = Plugins()
        self.policy = load_policy("standard")
        self.evaluator = make_evaluator("auto", self.policy)
        # Only `conduct` is wanted; what else an utterance asks would need more than its words.
        self.others = frozenset(self.policy.plans[TYPE].decisions) - {"conduct"}

    def hear(self, given: Mapping[str, Any], lang: str) -> dict[str, Any]:
        """The answer to one line. Raises EventError where the line is not well formed."""
        if not isinstance(given.get("text"), str):
            raise EventError("a line needs `text`")
        told = {name: given[name] for name in ("text", "lang", "before", "speaker") if name in given}
        utterance = utterance_of(fields_of(TYPE, {"lang": lang, **told}, self.policy))
        signals = Supplied()
        self.plugins.listen(utterance, signals)
        facts: dict[str, Value] = {"event.type": TYPE, "event.speaker": utterance.speaker}
        for path in (f"speech.{name}" for name in SIGNALS):
            if path not in signals.values:
                raise ForbearError(f"no signal plugin gave {path}; is the lexicon plugin installed?")
            facts[path] = fit(path, self.policy.facts[path].type, signals.values[path][0])
        conduct = self.evaluator.decide(TYPE, facts, self.others).outcome["conduct"]
        return {
            "id": given.get("id"),
            "conduct": conduct,
            **{name: facts[f"speech.{name}"] for name in SIGNALS},
            "evidence": [_evidence(one) for one in signals.evidence],
        }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"start": one.start, "end": one.end, "kind": one.kind, "text": one.text}
