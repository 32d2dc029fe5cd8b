"""What `forbear test --mutate` prints: each change of a rule that nothing noticed, and how many there were."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from rich.console import Console

from forbear.cli.console import err, print_json, say
from forbear.language.source import Source
from forbear.testing.mutation import Mutation, Tried, try_mutants


def try_all(
    folder: Path,
    sources: list[Source],
    supplied: Mapping[str, Path],
    only: Collection[str],
    own: bool,
    console: Console,
    json: bool,
) -> Mutation:
    """Try every mutant, with progress on standard error, and print what became of them."""
    with err().status("changing rules …") as status:
        found = try_mutants(
            folder,
            sources,
            only=only,
            supplied=supplied,
            own=own,
            told=lambda of, n, all_: status.update(f"changing rules … {n} of {all_}, {of}"),
        )
    if json:
        _print(found)
    else:
        _show(console, found)
    return found


def _show(console: Console, found: Mutation) -> None:
    for one in found.tried:
        if one.state == "missed":
            say(console, ("✗ ", "bold red"), (f"{one.mutant.span}: ", "blue"), f"{_named(one)}: {one.mutant.said}")
    counts = found.counted()
    say(
        console,
        (f"{len(found.tried)} changes: {counts['noticed']} noticed, {counts['missed']} missed", "bold"),
        f", {counts['equal']} set aside because they are proved to change nothing" if found.proved else "",
    )
    if not found.proved:
        told = "  what changes nothing was not set aside, and no proof was asked: pip install 'forbear[prove]'"
        say(console, told)


def _named(one: Tried) -> str:
    return f"{one.mutant.of}.{one.mutant.rule}" if one.mutant.rule else one.mutant.of


def _print(found: Mutation) -> None:
    for one in found.tried:
        print_json(
            {
                "change": one.mutant.said,
                "kind": one.mutant.kind,
                "decision": one.mutant.of,
                "rule": one.mutant.rule or None,
                "file": one.mutant.span.file,
                "line": one.mutant.span.line,
                "column": one.mutant.span.column,
                "state": one.state,
                "by": one.by or None,
                "noticed": one.noticed or None,
            }
        )
    counts = {str(state): number for state, number in found.counted().items()}
    print_json({"changes": len(found.tried), **counts, "proved": found.proved})
