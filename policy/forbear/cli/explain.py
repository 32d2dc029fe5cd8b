"""`forbear explain`: why a decision came out as it did, told to whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from forbear.cli.changing import HEADING, what_would_change
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

if TYPE_CHECKING:
    from forbear.prove.counterfactual import Counterfactual


def explain_decision(
    decision: Annotated[str, typer.Argument(help="The id of a decision (d:<event>), or of its event.")],
    ledger: Annotated[str, typer.Option(help=f"Where it was decided: {LEDGERS}")],
    keys: KeysOption = None,
    pack: PackOption = "standard",
    settings: SetOption = None,
    lang: LanguagesOption = "en",
    audience: Annotated[str, typer.Option("--for", help=f"{', '.join(AUDIENCES)}.")] = "auditor",
    about: Annotated[
        list[str] | None,
        typer.Option(help="A decision to be told of at length although it came out as usual; may be given again."),
    ] = None,
    changes: Annotated[
        bool, typer.Option("--what-would-change", help="Tell the fewest facts that would have given another outcome.")
    ] = False,
    wanted: Annotated[
        str | None, typer.Option(help="The outcome to be reached, of the decision that --about names.")
    ] = None,
    may: Annotated[
        list[str] | None,
        typer.Option("--may-change", metavar="PATH", help="What else might have been otherwise: history, setting.x …"),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Tell why a decision came out as it did, why not otherwise, what it rests on and what follows.

    Exit status 1 where the pack and settings given are not those that decided, or contradict the record.
    """
    languages, asking = chosen_languages(lang), audience_of(audience)
    refuse_missing(ledger)
    # As the engine loads it, so that what plugins add to a pack is in its digest too.
    with Engine(pack, ledger, keys=keys, settings=chosen_settings(settings)) as engine:
        record = find_record(engine.store, decision)
        found = explain(engine.policy, record, asking, about=about or ())
        changed = (
            what_would_change(engine.policy, record, asking, about or (), wanted, may or ())
            if changes or wanted
            else []
        )
    if json:
        print_json(found.as_json())
        for one in changed:
            print_json(one.as_json())
    else:
        _show(found, languages)
        _show_changes(changed, languages)
    raise typer.Exit(0 if found.whole and found.sound else 1)


def _show(found: Explanation, languages: list[Language]) -> None:
    console = out()
    for number, language in enumerate(languages):
        if number:
            say(console)
        for line in found.lines(language):
            say(console, (line, "" if line.startswith(" ") else "bold"))


def _show_changes(changes: Sequence[Counterfactual], languages: Iterable[Language]) -> None:
    for language in languages if changes else ():
        say(out())
        say(out(), (HEADING[language], "bold"))
        for one in changes:
            say(out(), "  ", one.sentence(language))
