"""`forbear fmt`: the files of packs in one layout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from attrs import define
from rich.console import Console

from forbear.bounded import Unreadable, read_file
from forbear.cli.console import err, out, say, say_error, show_diagnostics
from forbear.engine.parts import find_folder
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import ForbearError, Span
from forbear.format import FormatError, format_source
from forbear.format.files import differences, enclosing_pack, is_file, pack_files, replace_file
from forbear.language.files import is_speakable
from forbear.language.problems import Problems
from forbear.language.source import MAX_FILE_BYTES, decode, refuse_link

STANDARD_INPUT = "-"


def fmt(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Packs by name or folder, files, or - for standard input.")
    ],
    check: Annotated[bool, typer.Option("--check", help="Change nothing; name the files that would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Change nothing; print what would change.")] = False,
    in_packs: Annotated[bool, typer.Option("--in-packs", help="Leave out files that belong to no pack.")] = False,
) -> None:
    """Lay out the YAML files of packs; what they mean and every comment is kept."""
    if STANDARD_INPUT in paths:
        if len(paths) > 1:
            raise ForbearError("standard input is formatted alone; leave out the other paths")
        raise typer.Exit(_format_input(check, diff))
    run = _Run(check, diff)
    for path in _files(paths, in_packs):
        run.take(path)
    run.sum_up()
    raise typer.Exit(1 if run.problems or (run.changed and (check or diff)) else 0)


def _files(paths: list[str], in_packs: bool) -> list[Path]:
    """Every file that is meant, once, in the order given."""
    found: dict[Path, None] = {}
    for one in paths:
        if not is_file(one):
            found.update(dict.fromkeys(pack_files(find_folder(one, Plugins(registry_of())))))
        elif not in_packs or enclosing_pack(Path(one)) is not None:
            found[Path(one)] = None
    return list(found)


@define
class _Run:
    """What became of the files so far."""

    check: bool
    diff: bool
    changed: int = 0
    kept: int = 0
    problems: int = 0

    def take(self, path: Path) -> None:
        """Format one file, or say why not."""
        problems = Problems()
        raw = _read(path, problems)
        text = _formatted(raw, str(path), problems, out()) if raw is not None else None
        if raw is None:
            show_diagnostics(out(), problems.errors)
        if raw is None or text is None:
            self.problems += 1
        elif raw == text.encode("utf-8"):
            self.kept += 1
        else:
            self.changed += 1
            self._change(path, raw, text)

    def _change(self, path: Path, raw: bytes, text: str) -> None:
        if self.diff:
            _print_difference(str(path), raw, text)
            return
        if not self.check:
            replace_file(path, text)
        say(out(), ("would change  " if self.check else "formatted  ", "dim"), str(path))

    def sum_up(self) -> None:
        """One line on all files."""
        if not self.diff or self.problems:
            verb = "would change" if self.check or self.diff else "formatted"
            told = [f"{_number(self.changed)} {verb}", f"{self.kept} as {'it' if self.kept == 1 else 'they'} should be"]
            told += [f"{_number(self.problems)} with problems left alone"] if self.problems else []
            say(err() if self.diff else out(), ", ".join(told))


def _number(files: int) -> str:
    return f"{files} file{'s' if files != 1 else ''}"


def _read(path: Path, problems: Problems) -> bytes | None:
    """The bytes of a file that may belong to a pack, or None with a diagnostic."""
    name, place = str(path), Span(str(path), 1, 1)
    if not is_speakable(path.name, problems) or refuse_link(path, name, problems):
        return None
    if path.suffix != ".yaml":
        problems.error("wrong-suffix", "a file of a pack ends in .yaml", place, "rename it")
        return None
    try:
        return read_file(path)
    except Unreadable as error:
        problems.error("unreadable-file", f"the file cannot be read: {error}", place)
        return None


def _formatted(raw: bytes, name: str, problems: Problems, console: Console) -> str | None:
    """The layout of a text, or None where there is none, which is told."""
    source = decode(raw, name, problems)
    text = None
    try:
        text = format_source(source, problems) if source is not None else None
    except FormatError as error:
        say_error(str(error))
    show_diagnostics(console, problems.errors)
    return text


def _print_difference(name: str, raw: bytes, text: str) -> None:
    """The difference as it is, not laid out for a terminal."""
    lines = "".join(f"{line}\n" for line in differences(name, raw.decode("utf-8"), text))
    sys.stdout.buffer.write(lines.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _format_input(check: bool, diff: bool) -> int:
    """Standard input to standard output; what is wrong goes to standard error."""
    raw = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    text = _formatted(raw, "standard input", Problems(), err())
    if text is None:
        return 1
    changed = raw != text.encode("utf-8")
    if diff and changed:
        _print_difference("standard input", raw, text)
    elif check and changed:
        say(out(), "standard input would change")
    if check or diff:
        return 1 if changed else 0
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()
    return 0
