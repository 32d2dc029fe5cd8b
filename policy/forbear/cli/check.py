"""`forbear check`: every problem of a pack, each at its word."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from attrs import evolve

from forbear.cli.console import out, print_json, say, show_diagnostics
from forbear.cli.options import JsonOption
from forbear.engine.parts import extra_sources, find_folder, pack_sources
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import Diagnostic, PackError, PackNotFound, Severity
from forbear.format.files import enclosing_pack, is_file
from forbear.language import ir
from forbear.language.files import MANIFEST
from forbear.language.pack import check_pack
from forbear.testing.cases import read_tests, rules_of
from forbear.testing.promises import broken_promises

InPacks = Annotated[bool, typer.Option("--in-packs", help="Leave out files that belong to no pack.")]


def check(
    packs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PACK]...", help="Folders, bundled packs by name, or files, whose packs are checked."),
    ] = None,
    json: JsonOption = False,
    in_packs: InPacks = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
) -> None:
    """Check policy packs and their tests; all problems come in one run, with likely mistakes and what is overridden."""
    plugins = Plugins(registry_of())
    given = packs or ["standard"]
    folders = _folders(given, in_packs, plugins)
    apart = len(folders) > 1 or any(is_file(one) for one in given)
    failed = False
    for folder in folders:
        policy, found = _checked(folder, plugins)
        _show(policy, [_named(one, folder) for one in found] if apart else found, json)
        refusing = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
        failed = failed or any(one.severity in refusing for one in found)
    raise typer.Exit(1 if failed else 0)


def _folders(given: list[str], in_packs: bool, plugins: Plugins) -> list[Path]:
    """The packs that are meant, each once. Raises PackNotFound."""
    found: dict[Path, Path] = {}
    for one in given:
        folder: Path | None
        if is_file(one):
            folder = enclosing_pack(Path(one))
            if folder is None and not in_packs:
                raise PackNotFound(f"{one} is a file of no pack; a pack is the folder that holds its {MANIFEST}")
        else:
            folder = find_folder(one, plugins)
        if folder is not None:
            found.setdefault(folder.resolve(), folder)
    return list(found.values())


def _named(one: Diagnostic, folder: Path) -> Diagnostic:
    """The diagnostic with its pack's folder before the name of its file."""
    return evolve(one, span=evolve(one.span, file=str(folder / one.span.file)))


def _show(policy: ir.Policy | None, found: list[Diagnostic], json: bool) -> None:
    if json:
        for one in found:
            print_json(one.as_json())
        return
    console = out()
    show_diagnostics(console, found)
    if policy is None:
        say(console, (_told(found), "bold"))
        return
    below = ", ".join(f"{name} {version}" for name, version in policy.builds_on.items())
    say(
        console,
        (f"{policy.name} {policy.version}", "green"),
        f"{f' on {below}' if below else ''}: {len(policy.decisions) + len(policy.rankings)} decisions, "
        f"{len(rules_of(policy))} rules, {len(policy.obligations)} obligations, {len(policy.invariants)} promises; "
        f"{_told(found)}",
    )


def _checked(folder: Path, plugins: Plugins) -> tuple[ir.Policy | None, list[Diagnostic]]:
    found: list[Diagnostic] = []
    try:
        policy, found = check_pack(pack_sources(folder, plugins), extra_sources(plugins))
        if policy is not None:
            found = [*found, *(broken := broken_promises(policy))]
            read_tests(folder, policy)
            policy = None if broken else policy
    except PackError as error:
        return None, [*found, *error.diagnostics]
    return policy, found


def _told(found: list[Diagnostic]) -> str:
    """How many problems and warnings there are, in words; notes are no problem."""
    counts = {severity: sum(1 for one in found if one.severity is severity) for severity in Severity}
    words = {Severity.ERROR: "problem", Severity.WARNING: "warning"}
    told = [f"{counts[one]} {word}{'s' if counts[one] != 1 else ''}" for one, word in words.items() if counts[one]]
    return ", ".join(told) or "no problems"
