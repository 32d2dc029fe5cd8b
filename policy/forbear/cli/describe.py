"""`forbear describe`: a pack as a page for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from forbear.bounded import Unreadable, exists, files_below, read_file
from forbear.cli.console import out, say
from forbear.describe import MARK, Pack, index_page, pack_of, pack_page
from forbear.engine.parts import extra_sources, find_folder, pack_sources
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import ForbearError, PackError
from forbear.language.files import bundled_packs
from forbear.language.pack import check_pack

INDEX = "README.md"
_LONGEST = 10_000_000  # bytes of a page that may be written over


def describe(
    packs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PACK]...", help="Folders, or bundled packs by name; none means all that are bundled."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write a page for each pack there.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; name the pages in the folder that would change.")
    ] = False,
) -> None:
    """Tell a pack as a page of Markdown: every rule as a sentence in English and Chinese, settings, duties, graph."""
    if folder is None and (check or len(packs or ()) != 1):
        raise ForbearError("give --out FOLDER for the pages; only the page of a single pack is printed")
    pages = _pages(packs or [])
    if folder is None:
        typer.echo(next(iter(pages.values())), nl=False)
        return
    changed = {name: text for name, text in pages.items() if _text(folder / name) != text}
    stale = [] if packs else _stale(folder, pages)
    if not check:
        for name in stale:
            _remove(folder / name)
        for name, text in changed.items():
            _write(folder / name, text)
    for verb, names in (
        (("would change  " if check else "wrote  "), changed),
        (("would go  " if check else "removed  "), stale),
    ):
        for name in names:
            say(out(), (verb, "dim"), str(folder / name))
    raise typer.Exit(1 if check and (changed or stale) else 0)


def _pages(packs: list[str]) -> dict[str, str]:
    """The pages of packs by file name, with an index where they are all that are bundled. Raises PackError."""
    plugins = Plugins(registry_of())
    told = [_described(one, plugins) for one in packs or bundled_packs()]
    names = [one.policy.name for one in told]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise ForbearError(f"two of these packs are called {double!r}; their pages would have the same name")
    pages = {f"{one.policy.name}.md": pack_page(one, names) for one in told}
    return pages if packs else {INDEX: index_page(told), **pages}


def _described(name: str, plugins: Plugins) -> Pack:
    folder = find_folder(name, plugins)
    sources = pack_sources(folder, plugins)
    policy, found = check_pack(sources, extra_sources(plugins))
    if policy is None:
        raise PackError(found)
    own = [one for one in sources if not one.pack]
    return pack_of(policy, own, found)


def _text(path: Path) -> str | None:
    """What a page says so far; None where there is none. Raises ForbearError for a file that nobody made so."""
    if not path.exists() and not path.is_symlink():
        return None
    try:
        text = read_file(path, _LONGEST).decode("utf-8", "replace")
    except Unreadable as error:
        raise ForbearError(f"{path} cannot be read: {error}") from error
    if not text.startswith(MARK):
        raise ForbearError(f"{path} was not made by `forbear describe`; give another folder, or move it away")
    return text


def _stale(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """Pages of packs that are not there any more."""
    if not exists(folder):
        return []
    there = sorted(path for path in files_below(folder) if path.parent == folder and path.suffix == ".md")
    return [path.name for path in there if path.name not in pages and _is_ours(path)]


def _is_ours(path: Path) -> bool:
    try:
        return read_file(path, _LONGEST).startswith(MARK.encode())
    except Unreadable:
        return False


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ForbearError(f"{path} cannot be written: {error.strerror}") from error


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise ForbearError(f"{path} cannot be removed: {error.strerror}") from error
