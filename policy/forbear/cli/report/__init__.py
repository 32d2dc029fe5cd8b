"""`forbear report`: the metrics of a pack, worked out over a ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.console import out, print_json, say
from forbear.cli.options import (
    KeysOption,
    LanguagesOption,
    LedgerOption,
    PackOption,
    SetOption,
    chosen_languages,
    chosen_settings,
    refuse_missing,
)
from forbear.cli.report.plain import as_json
from forbear.cli.report.plots import plots
from forbear.cli.report.tables import show
from forbear.engine.parts import load_pack, open_store, with_calendar
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.engine.report import EVERY, Report, report
from forbear.errors import ForbearError
from forbear.explain.words import Language


def report_metrics(
    ledger: LedgerOption,
    metrics: Annotated[
        list[str] | None, typer.Argument(metavar="[METRIC]...", help="Metrics of the pack; all where none is named.")
    ] = None,
    pack: PackOption = "standard",
    settings: SetOption = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day, as 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day, included.")] = None,
    every: Annotated[str | None, typer.Option(metavar="PERIOD", help=f"Tell apart every {', '.join(EVERY)}.")] = None,
    by: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Group by these attributes, with commas, instead of the pack's.")
    ] = None,
    lang: LanguagesOption = "en",
    keys: KeysOption = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document, the same in every language.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--plots", metavar="FOLDER", help="Write a picture (SVG) of each table there too.")
    ] = None,
) -> None:
    """Work out the metrics of a pack over a ledger: every rate with its counts, in total, by group and by period.

    Metrics that mislead without each other come together. Entries of erased customers are left out, and counted.
    """
    languages = chosen_languages(lang)
    days = (_day(since, "--from"), _day(until, "--to"))
    names = None if by is None else [name for one in by.split(",") if (name := one.strip())]
    refuse_missing(ledger)
    plugins = Plugins(registry_of())
    policy = with_calendar(load_pack(pack, plugins, chosen_settings(settings)), plugins)
    store = open_store(ledger, plugins, keys)
    try:
        found = report(store, policy, metrics=metrics or (), by=names, since=days[0], until=days[1], every=every)
    finally:
        store.close()
    if json:
        print_json(as_json(found))
    else:
        for number, language in enumerate(languages):
            if number:
                say(out())
            show(found, language)
    if folder is not None:
        _draw(found, languages, folder, quiet=json)


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ForbearError(f"{option} takes a day as 2026-03-01, not {text!r}") from error


def _draw(found: Report, languages: list[Language], folder: Path, *, quiet: bool) -> None:
    """Write the pictures, named by the first metric of each and by the language."""
    for language in languages:
        for name, picture in plots(found, language):
            path = folder / f"{name}.{language}.svg"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(picture, encoding="utf-8")
            except OSError as error:
                raise ForbearError(f"{path} cannot be written: {error.strerror}") from error
            if not quiet:
                say(out(), ("wrote  ", "dim"), str(path))
