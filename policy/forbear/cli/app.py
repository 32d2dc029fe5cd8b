"""The commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

from forbear import __version__
from forbear.cli import check, decide, demo, hear, run, test

app = typer.Typer(
    help="Forbear treats people even-handedly: anger is heard, abuse is not endured, every step can be explained.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"forbear {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Options that stand before a command."""


app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("hear")(hear.hear)
app.command("decide")(decide.decide)
app.command("check")(check.check)
app.command("test")(test.check_tests)
