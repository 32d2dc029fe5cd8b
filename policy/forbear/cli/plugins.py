"""`forbear plugins`: what is plugged in, where it comes from, which hooks it answers."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console

from forbear.cli.console import out, print_json, say
from forbear.cli.options import JsonOption
from forbear.engine.registry import Broken, Registered, installed


def plugins(json: JsonOption = False) -> None:
    """List the installed plugins; one that cannot be used is listed with its error, and the exit status is 1."""
    found = installed()
    for one in found:
        if json:
            print_json(_as_plain(one))
        else:
            _show(out(), one)
    raise typer.Exit(1 if any(isinstance(one, Broken) for one in found) else 0)


def _as_plain(one: Registered | Broken) -> dict[str, Any]:
    told = {"name": one.name, "distribution": one.distribution, "version": one.version}
    if isinstance(one, Broken):
        return {**told, "hooks": [], "deadline": {}, "error": one.error}
    return {**told, "hooks": sorted(one.implementations), "deadline": _deadlines(one), "error": None}


def _deadlines(one: Registered) -> dict[str, float]:
    """Seconds by hook, where the plugin declares any."""
    return {hook: did.deadline.seconds for hook, did in sorted(one.implementations.items()) if did.deadline}


def _show(console: Console, one: Registered | Broken) -> None:
    """A plugin as a few lines for people."""
    say(console, (one.name, "bold"), f"  {one.distribution} {one.version}")
    if isinstance(one, Broken):
        say(console, ("    cannot be used  ", "bold red"), one.error)
        return
    limits = _deadlines(one)
    hooks = [f"{hook} (at most {limits[hook]:g} s)" if hook in limits else hook for hook in sorted(one.implementations)]
    say(console, ("    answers  ", "dim"), ", ".join(hooks))
