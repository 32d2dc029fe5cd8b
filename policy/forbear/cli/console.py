"""What the commands share: options, consoles, reading lines, showing diagnostics."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from forbear.codec import line
from forbear.engine.events import MAX_LINE
from forbear.errors import Diagnostic, SettingError, Severity
from forbear.language.source import Source
from forbear.language.tree import Scalar, scalar_value

PackOption = Annotated[str, typer.Option("--pack", help="A folder, or the name of a bundled pack.")]
EvaluatorOption = Annotated[str, typer.Option("--evaluator", help="auto, compiled or reference.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Choose a setting; may be given several times.")
]


def out() -> Console:
    """Standard output for people."""
    return Console(highlight=False, soft_wrap=True)


def say_error(message: str) -> None:
    """A problem of the run itself, on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text.assemble(("forbear: ", "bold red"), message))


def say_bad_line(number: int, message: str) -> None:
    """A problem of one input line, on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        Text.assemble((f"line {number}: ", "bold red"), message)
    )


def print_json(value: object) -> None:
    """One line on standard output, there at once for whoever reads along."""
    sys.stdout.write(line(value) + "\n")
    sys.stdout.flush()


def read_lines(path: str) -> Iterator[tuple[int, str | None]]:
    """The numbered lines of a file, or of standard input for `-`; None for one that is too long or not UTF-8.

    Empty lines are skipped. A line is never read past the bound, so that no input fills the memory.
    """
    stream = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 — closed below
    try:
        number = 0
        while raw := stream.readline(MAX_LINE * 4 + 1):
            number += 1
            whole = raw.endswith(b"\n") or len(raw) <= MAX_LINE * 4
            while not whole and (rest := stream.readline(MAX_LINE)):
                if rest.endswith(b"\n"):
                    break
            try:
                text = raw.decode("utf-8") if whole else None
            except UnicodeDecodeError:
                text = None
            if text is None or text.strip():
                yield number, text.removeprefix("\ufeff") if text is not None else None
    finally:
        if stream is not sys.stdin.buffer:
            stream.close()


def chosen_settings(given: Iterable[str] | None) -> dict[str, Any]:
    """Settings from `--set name=value`; a value is read as in a pack. Raises SettingError."""
    found: dict[str, Any] = {}
    for one in given or ():
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise SettingError(f"--set takes name=value, not {one!r}")
        scalar = Scalar(value.strip(), True, Source("--set", value), 0, len(value))
        found[name.strip()] = scalar_value(scalar)
    return found


def show_diagnostics(console: Console, diagnostics: Iterable[Diagnostic]) -> None:
    """Each problem with its source line, the word underlined, and the hint."""
    for one in diagnostics:
        colour = "red" if one.severity is Severity.ERROR else "yellow"
        console.print(
            Text.assemble((f"{one.severity.value}[{one.code}]", f"bold {colour}"), (f": {one.message}", "bold"))
        )
        console.print(Text.assemble(("  --> ", "blue"), str(one.span)))
        if one.span.text:
            console.print(Text.assemble((f"{one.span.line:>5} | ", "blue"), one.span.text))
            mark = " " * _width(one.span.text[: one.span.column - 1])
            under = "^" * max(1, _width(one.span.text[one.span.column - 1 :][: one.span.length]))
            console.print(Text.assemble(("      | ", "blue"), mark, (under, colour)))
        if one.hint:
            console.print(Text.assemble(("      = ", "blue"), f"hint: {one.hint}"))
        console.print()


def _width(text: str) -> int:
    """Columns that a text takes on a terminal; a Chinese character takes two."""
    return Text(text).cell_len
