"""`forbear new pack`: a folder from which to start."""

from __future__ import annotations

import os
import shutil
from collections.abc import Container
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from forbear.bounded import exists
from forbear.cli.console import out, say
from forbear.cli.starter import starter
from forbear.engine.parts import extra_sources, find_folder, pack_sources
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import Diagnostic, ForbearError, PackError, PackNotFound, Severity
from forbear.language.files import MANIFEST
from forbear.language.pack import check_pack
from forbear.language.problems import Problems
from forbear.language.shape import Shape
from forbear.language.source import Source
from forbear.language.tree import Scalar

new = typer.Typer(no_args_is_help=True, help="Start something of your own.")


@new.command("pack")
def new_pack(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, and that of its folder.")],
    on: Annotated[
        str, typer.Option("--on", metavar="PACK", help="On what it builds: a bundled pack, or a folder beside it.")
    ] = "standard",
) -> None:
    """Start a policy pack that builds on another, with a small decision of its own and its test."""
    plugins = Plugins(registry_of())
    _check_name(name)
    _check_name(on)
    folder = Path(name)
    if exists(folder) or folder.is_symlink():
        raise ForbearError(f"there is {name!r} here already; nothing was written. Choose another name, or move it away")
    if _is_known(name, plugins):
        raise ForbearError(f"{name!r} is the name of a pack that Forbear knows already; choose another one")
    if not exists(Path(on) / MANIFEST):
        find_folder(on, plugins)
    for file in _put(folder, name, on, plugins):
        say(out(), ("wrote  ", "dim"), str(folder / file))
    say(out(), ("next   ", "dim"), f"forbear check {name}; forbear test {name} --own")


def _check_name(name: str) -> None:
    """Raises ForbearError for what is not the name of a pack."""
    problems = Problems()
    if not Shape(problems).is_name(Scalar(name, True, Source("NAME", name), 0, len(name))):
        one = problems.errors[0]
        raise ForbearError(f"{one.message}; {one.hint}")


def _is_known(name: str, plugins: Plugins) -> bool:
    try:
        find_folder(name, plugins)
    except PackNotFound:
        return False
    return True


def _put(folder: Path, name: str, base: str, plugins: Plugins) -> list[str]:
    """Write the files of a pack, all or none. Raises ForbearError, or PackError where they do not fit the base."""
    draft = folder.parent / f".forbear-{uuid4().hex}"
    wrong: list[Diagnostic] = []
    try:
        for prefix in ("", f"{name}_"):
            files = starter(name, base, prefix)
            _write(draft, files)
            _, found = check_pack(pack_sources(draft, plugins), extra_sources(plugins))
            wrong = [one for one in found if one.severity is Severity.ERROR or _is_own_warning(one, files)]
            if not wrong:
                os.rename(draft, folder)
                return list(files)
            if any(one.code != "duplicate-name" for one in wrong):
                break
        raise PackError(wrong)
    except OSError as error:
        raise ForbearError(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(draft: Path, files: dict[str, str]) -> None:
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for name, text in files.items():
        (draft / name).write_text(text, encoding="utf-8")


def _is_own_warning(one: Diagnostic, files: Container[str]) -> bool:
    return one.severity is Severity.WARNING and one.span.file in files
