"""The commands, put together."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated, ParamSpec

import typer

from forbear import __version__
from forbear.cli import (
    audit,
    check,
    decide,
    deliver,
    demo,
    describe,
    diff,
    erase,
    explain,
    export,
    fmt,
    hear,
    new,
    plugins,
    prove,
    report,
    run,
    schema,
    test,
)
from forbear.errors import ForbearError

P = ParamSpec("P")

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


def _guarded(command: Callable[P, None]) -> Callable[P, None]:
    """The command, ending well when nobody reads its output, and with a reason when it cannot be written."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read our output has had enough; that is no error. What is still buffered goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except OSError as error:
            raise ForbearError(f"the output cannot be written: {error.strerror}") from error

    return guarded


app.command("demo")(_guarded(demo.demo))
app.command("run")(_guarded(run.run))
app.command("deliver")(_guarded(deliver.deliver))
app.command("hear")(_guarded(hear.hear))
app.command("decide")(_guarded(decide.decide))
app.command("check")(_guarded(check.check))
app.command("fmt")(_guarded(fmt.fmt))
app.command("describe")(_guarded(describe.describe))
app.command("prove")(_guarded(prove.check_promises))
app.command("diff")(_guarded(diff.compare_packs))
app.command("explain")(_guarded(explain.explain_decision))
app.command("audit")(_guarded(audit.audit_ledger))
app.command("report")(_guarded(report.report_metrics))
app.command("export")(_guarded(export.export_customer))
app.command("erase")(_guarded(erase.erase_customer))
app.command("test")(_guarded(test.check_tests))
app.command("plugins")(_guarded(plugins.plugins))
new.new.command("pack")(_guarded(new.new_pack))
app.add_typer(new.new, name="new")
app.command("schema")(_guarded(schema.print_schema))
