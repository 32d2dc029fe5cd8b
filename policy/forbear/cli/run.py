"""`forbear run`: events in, one decision record per event out."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from forbear.cli.console import out, print_json, say, say_bad_line
from forbear.cli.lines import parsed, read_lines
from forbear.cli.options import (
    LEDGERS,
    EvaluatorOption,
    JsonOption,
    KeysOption,
    PackOption,
    PluginOption,
    SetOption,
    chosen_plugins,
    chosen_settings,
)
from forbear.codec import record_as_plain
from forbear.engine import Engine
from forbear.errors import EventError
from forbear.records import Record


def run(
    events: Annotated[
        str, typer.Argument(help="A file of events, one JSON object per line; - for standard input.")
    ] = "-",
    pack: PackOption = "standard",
    ledger: Annotated[str, typer.Option(help=f"memory:, {LEDGERS}")] = "memory:",
    keys: KeysOption = None,
    evaluator: EvaluatorOption = "auto",
    settings: SetOption = None,
    plugins: PluginOption = None,
    json: JsonOption = False,
) -> None:
    """Decide events, one after another, and print a decision record for each.

    A bad line is reported with its number and reason; the others are still decided, and the exit status is 1.
    """
    console = out()
    bad = 0
    with Engine(
        pack,
        ledger,
        keys=keys,
        plugins=chosen_plugins(plugins),
        evaluator=evaluator,
        settings=chosen_settings(settings),
    ) as engine:
        for number, text in read_lines(events):
            try:
                record = engine.decide(parsed(text))
            except EventError as error:
                bad += 1
                say_bad_line(number, str(error))
                continue
            if json:
                print_json(record_as_plain(record))
            else:
                _show(console, record)
    raise typer.Exit(1 if bad else 0)


def _show(console: Console, record: Record) -> None:
    """A record as a few lines for people."""
    outcome = "  ".join(f"{name}={value}" for name, value in record.outcome.items())
    told = "erased" if record.erased else outcome or "—"
    say(console, (f"{record.at:%Y-%m-%d %H:%M:%S}  ", "dim"), (f"{record.type:<18}", "bold"), told)
    if record.fired:
        say(console, ("    fired   ", "dim"), ", ".join(record.fired))
    for one in record.obligations:
        say(console, ("    owed    ", "dim"), f"{one.owe} by {one.to} until {one.due:%Y-%m-%d %H:%M}")
    for closed in record.closed:
        say(console, ("    closed  ", "dim"), f"{closed.owe}: {closed.how}")
    for id_ in record.overdue:
        say(console, ("    overdue ", "yellow"), id_)
    for name, reason in (record.degraded or {}).items():
        say(console, ("    fell back ", "bold yellow"), f"{name}: {reason}")
