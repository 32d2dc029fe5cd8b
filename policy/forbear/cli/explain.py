"""`forbear explain`: why a decision came out as it did, told to whoever asks."""

from __future__ import annotations

from typing import Annotated

import typer

from forbear.cli.console import out, print_json, say
from forbear.cli.options import (
    LEDGERS,
    JsonOption,
    KeysOption,
    LanguagesOption,
    PackOption,
    SetOption,
    chosen_languages,
    chosen_settings,
    refuse_missing,
)
from forbear.engine import Engine
from forbear.explain import AUDIENCES, Explanation, explain, find_record
from forbear.explain.audience import audience_of
from forbear.explain.words import Language


def explain_decision(
    decision: Annotated[str, typer.Argument(help="The id of a decision (d:<event>), or of its event.")],
    ledger: Annotated[str, typer.Option(help=f"Where it was decided: {LEDGERS}")],
    keys: KeysOption = None,
    pack: PackOption = "standard",
    settings: SetOption = None,
    lang: LanguagesOption = "en",
    audience: Annotated[str, typer.Option("--for", help=f"{', '.join(AUDIENCES)}.")] = "auditor",
    json: JsonOption = False,
) -> None:
    """Tell why a decision came out as it did, why not otherwise, what it rests on and what follows.

    Exit status 1 where the pack and settings given are not those that decided, or contradict the record.
    """
    languages, asking = chosen_languages(lang), audience_of(audience)
    refuse_missing(ledger)
    # As the engine loads it, so that what plugins add to a pack is in its digest too.
    with Engine(pack, ledger, keys=keys, settings=chosen_settings(settings)) as engine:
        found = explain(engine.policy, find_record(engine.store, decision), asking)
    if json:
        print_json(found.as_json())
    else:
        _show(found, languages)
    raise typer.Exit(0 if found.whole and found.sound else 1)


def _show(found: Explanation, languages: list[Language]) -> None:
    console = out()
    for number, language in enumerate(languages):
        if number:
            say(console)
        for line in found.lines(language):
            say(console, (line, "" if line.startswith(" ") else "bold"))
