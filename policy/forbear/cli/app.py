"""The commands, put together."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, MutableMapping
from functools import wraps
from importlib import import_module
from typing import Annotated, Any, ParamSpec, cast

import typer
from typer.core import TyperGroup

from forbear import __version__
from forbear.cli.console import drop_output

P = ParamSpec("P")

# Each command's module and function; a module is imported when its command is asked for.
COMMANDS = {
    "demo": "demo:demo",
    "run": "run:run",
    "deliver": "deliver:deliver",
    "hear": "hear:hear",
    "decide": "decide:decide",
    "check": "check:check",
    "fmt": "fmt:fmt",
    "describe": "describe:describe",
    "prove": "prove:check_promises",
    "diff": "diff:compare_packs",
    "explain": "explain:explain_decision",
    "audit": "audit:audit_ledger",
    "report": "report:report_metrics",
    "export": "export:export_customer",
    "erase": "erase:erase_customer",
    "test": "test:check_tests",
    "plugins": "plugins:plugins",
    "schema": "schema:print_schema",
    "new": "new:new",
}


def _guarded(command: Callable[P, None]) -> Callable[P, None]:
    """The command, with all that it says on its way out, ending well when nobody reads that."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            sys.stdout.flush()
        except BrokenPipeError:
            drop_output()
            raise typer.Exit(0) from None  # whoever read our output has had enough; that is no error

    return guarded


class _Commands(MutableMapping[str, Any]):
    """The commands by name, each imported when it is first asked for."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = dict.fromkeys(COMMANDS)

    def __getitem__(self, name: str) -> Any:
        command = self.known[name]
        if command is None:
            command = self.known[name] = _imported(name)
        return command

    def __setitem__(self, name: str, command: Any) -> None:
        self.known[name] = command

    def __delitem__(self, name: str) -> None:
        del self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


def _imported(name: str) -> Any:
    module, _, function = COMMANDS[name].partition(":")
    found = getattr(import_module(f"forbear.cli.{module}"), function)
    part = typer.Typer(rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        group = typer.Typer(no_args_is_help=True, help=found.info.help, rich_markup_mode=None)
        for one in found.registered_commands:
            group.command(one.name)(_guarded(cast(Callable[..., None], one.callback)))
        part.add_typer(group, name=name)
    else:
        part.command(name)(_guarded(found))
    return typer.main.get_group(part).commands[name]


class _Group(TyperGroup):
    """The commands, in the order of the table."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Commands()


app = typer.Typer(
    cls=_Group,
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
