"""`forbear decide`: one pure decision on given facts."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from forbear.cli.console import out, print_json, say
from forbear.cli.lines import parsed, read_joined
from forbear.cli.options import EvaluatorOption, JsonOption, PackOption, SetOption, chosen_settings
from forbear.engine.facts import with_folds
from forbear.engine.parts import load_pack
from forbear.engine.plugins import Plugins
from forbear.engine.pure import Answer, decide_facts, type_at
from forbear.engine.registry import registry_of
from forbear.engine.settle import flat
from forbear.errors import EventError, ForbearError
from forbear.language.types import show


def decide(
    facts: Annotated[str, typer.Option("--facts", help="A file with one JSON object of facts; - for standard input.")],
    pack: PackOption = "standard",
    evaluator: EvaluatorOption = "auto",
    settings: SetOption = None,
    json: JsonOption = False,
) -> None:
    """Decide once on given facts; no ledger. Plugins give packs and vocabulary only; history not given is empty."""
    policy = load_pack(pack, Plugins(registry_of()), chosen_settings(settings))
    answer = decide_facts(policy, _given(facts), evaluator=evaluator)
    plain = as_plain(answer)
    if json:
        print_json(plain)
    else:
        _show(out(), plain)
    raise typer.Exit(1 if answer.degraded or answer.evaluation.violated else 0)


def _given(path: str) -> dict[str, Any]:
    try:
        return parsed(read_joined(path))
    except EventError as error:
        raise ForbearError(f"{path}: {str(error).replace('an event is', 'facts are')}") from None


def _show(console: Console, plain: dict[str, Any]) -> None:
    """The answer as a few lines for people."""
    for name, value in plain["outcome"].items():
        rules = ", ".join(rule for rule in plain["fired"] if rule.startswith(f"{name}."))
        say(console, (name, "bold"), f": {value}", (f"  {rules}" if rules else "", "dim"))
    for key in ("owes", "records"):
        if plain[key]:
            say(console, (key, "dim"), f" {', '.join(plain[key])}")
    for name, reason in (plain["degraded"] or {}).items():
        say(console, (f"{name} fell back: {reason}", "yellow"))
    for name in plain["violated"]:
        say(console, (f"{name} does not hold", "red"))


def as_plain(answer: Answer) -> dict[str, Any]:
    """The answer as JSON data, in the words of a decision record."""
    policy, evaluation = answer.policy, answer.evaluation
    return {
        "type": answer.event,
        "outcome": {name: show(policy.outcome_type(name), v) for name, v in evaluation.outcome.items()},
        "fired": list(evaluation.fired),
        "owes": [one.name for one in evaluation.happenings if one.action == "owe"],
        "records": [one.name for one in evaluation.happenings if one.action == "record"],
        "left_out": flat(evaluation.left_out),
        "degraded": dict(answer.degraded) or None,
        "violated": list(evaluation.violated),
        "facts": {
            path: show(with_folds(policy, kind), answer.facts[path])
            for path in sorted(answer.facts)
            if (kind := type_at(policy, answer.event, path)) is not None
        },
    }
