"""`forbear decide`: one pure decision on given facts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from forbear.cli.console import (
    EvaluatorOption,
    JsonOption,
    PackOption,
    SetOption,
    chosen_settings,
    out,
    print_json,
    read_lines,
)
from forbear.engine import parse_line
from forbear.engine.pure import Answer, decide_facts, type_at
from forbear.errors import EventError, ForbearError
from forbear.language.pack import load_policy
from forbear.language.types import show


def decide(
    facts: Annotated[str, typer.Option("--facts", help="A file with one JSON object of facts; - for standard input.")],
    pack: PackOption = "standard",
    evaluator: EvaluatorOption = "auto",
    settings: SetOption = None,
    json: JsonOption = False,
) -> None:
    """Decide once on given facts; no ledger, no plugins. History that is not given is empty."""
    policy = load_policy(pack, chosen_settings(settings))
    answer = decide_facts(policy, _given(facts), evaluator=evaluator)
    plain = as_plain(answer)
    if json:
        print_json(plain)
    else:
        console = out()
        for name, value in plain["outcome"].items():
            rules = ", ".join(rule for rule in plain["fired"] if rule.startswith(f"{name}."))
            console.print(f"[bold]{name}[/]: {value}" + (f"  [dim]{rules}[/]" if rules else ""))
        for key in ("owes", "records"):
            if plain[key]:
                console.print(f"[dim]{key}[/] {', '.join(plain[key])}")
        for name, reason in (plain["degraded"] or {}).items():
            console.print(f"[yellow]{name} fell back: {reason}[/]")
    raise typer.Exit(1 if answer.degraded or answer.evaluation.violated else 0)


def _given(path: str) -> dict[str, Any]:
    try:
        text = "".join(part or "" for _, part in read_lines(path))
    except OSError as error:
        raise ForbearError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return parse_line(text)
    except EventError as error:
        raise ForbearError(f"{path}: {str(error).replace('an event', 'facts')}") from None


def as_plain(answer: Answer) -> dict[str, Any]:
    """The answer as JSON data, in the words of a decision record."""
    policy, evaluation = answer.policy, answer.evaluation
    return {
        "type": answer.event,
        "outcome": {name: show(policy.decisions[name].outcome_type, v) for name, v in evaluation.outcome.items()},
        "fired": list(evaluation.fired),
        "owes": [one.name for one in evaluation.happenings if one.action == "owe"],
        "records": [one.name for one in evaluation.happenings if one.action == "record"],
        "degraded": dict(answer.degraded) or None,
        "violated": list(evaluation.violated),
        "facts": {
            path: show(kind, answer.facts[path])
            for path in sorted(answer.facts)
            if (kind := type_at(policy, answer.event, path)) is not None
        },
    }
