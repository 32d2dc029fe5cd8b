"""`forbear check`: every problem of a pack, each at its word."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.console import out, print_json, say, show_diagnostics
from forbear.cli.options import JsonOption
from forbear.engine.parts import extra_sources, find_folder
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import Diagnostic, PackError
from forbear.language import ir
from forbear.language.pack import build_policy, read_pack
from forbear.testing.cases import read_tests, rules_of


def check(
    pack: Annotated[str, typer.Argument(help="A folder, or the name of a bundled pack.")] = "standard",
    json: JsonOption = False,
) -> None:
    """Check a policy pack and its tests; all problems come in one run."""
    plugins = Plugins(registry_of())
    policy, problems = _problems(find_folder(pack, plugins), plugins)
    if json:
        for one in problems:
            print_json(one.as_json())
    else:
        console = out()
        show_diagnostics(console, problems)
        if policy is not None and not problems:
            rules = len(rules_of(policy))
            say(
                console,
                (f"{policy.name} {policy.version}", "green"),
                f": {len(policy.decisions) + len(policy.rankings)} decisions, {rules} rules, "
                f"{len(policy.obligations)} obligations, {len(policy.invariants)} promises; no problems",
            )
        else:
            say(console, (f"{len(problems)} problem{'s' if len(problems) != 1 else ''}", "bold"))
    raise typer.Exit(1 if problems else 0)


def _problems(folder: Path, plugins: Plugins) -> tuple[ir.Policy | None, tuple[Diagnostic, ...]]:
    try:
        policy = build_policy([*read_pack(folder), *extra_sources(plugins)])
        read_tests(folder, policy)
    except PackError as error:
        return None, error.diagnostics
    return policy, ()
