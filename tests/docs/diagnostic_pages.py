"""The pages of `docs/reference/diagnostics`: what is on each, and what `forbear check` says of its example.

Run as a program, `PYTHONPATH=tests python -m docs.diagnostic_pages`, it writes what check says now into the pages, and
their lines into the index; a new page and its place in the index are made by hand.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from unittest.mock import patch

from attrs import frozen
from typer.testing import CliRunner

from commands import write_pack
from forbear.cli.app import app
from pages import DOCS, Block, blocks, blocks_in

FOLDER = DOCS / "reference" / "diagnostics"
INDEX = FOLDER / "README.md"
PACK = "helpdesk"
_PAGE = re.compile(
    r"# `(?P<code>[a-z0-9-]+)`\n\n\*\*(?P<severity>Error|Warning|Note)\.\*\* (?P<means>[^\n]+)\n\n"
    r"## What is wrong\n\n(?P<wrong>.+?)\n\n## Example\n\n(?P<example>.+?)\n\n## Mend it\n\n(?P<mend>.+?)\n",
    re.DOTALL,
)


@frozen
class Page:
    """A page that follows the template: what it says, and the blocks of its example and of the mended one."""

    path: Path
    code: str
    severity: str
    means: str
    example: tuple[Block, ...]
    shown: str
    mended: tuple[Block, ...]


def small_pack() -> dict[str, str]:
    """The files of the pack that the index prints and the pages change."""
    return {one.file: one.text for one in blocks(INDEX, "yaml")}


def read_page(path: Path) -> Page:
    """A page of the folder; an AssertionError says where it leaves the template."""
    text = path.read_text(encoding="utf-8")
    found = _PAGE.fullmatch(text)
    assert found, f"{path.name} does not follow the template"
    assert found["code"] == path.stem, f"{path.name} is about {found['code']}"
    *example, shown = blocks_in(found["example"])
    mended = blocks_in(found["mend"])
    assert shown.language == "text", f"{path.name}: behind the example stands what check says"
    assert example, f"{path.name} has no example"
    assert mended, f"{path.name} has no mended example"
    return Page(path, found["code"], found["severity"], found["means"], tuple(example), shown.text, tuple(mended))


def pages() -> list[Path]:
    """Every page but the index."""
    return sorted(path for path in FOLDER.glob("*.md") if path != INDEX)


def do(steps: Iterable[Block], folder: Path) -> None:
    """What a reader would do in the folder where the pack stands: write the files, run the Python."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        for step in steps:
            if step.language == "python":
                exec(compile(step.text, "example", "exec"), {})  # noqa: S102 — our own page
            else:
                assert step.language == "yaml"
                assert step.file, f"the first line of an example names its file:\n{step.text}"
                write_pack(folder / PACK, {step.file: step.text})
    finally:
        os.chdir(here)


def check(folder: Path, *options: str) -> str:
    """What `forbear check` prints of the pack in a folder."""
    with patch("os.open", _open_as_anybody):
        result = CliRunner().invoke(app, ["check", str(folder / PACK), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.stdout


def _open_as_anybody(path: str | Path, flags: int, *more: int, opened: Callable[..., int] = os.open) -> int:
    """Open a file as a user does who is not root, and may not read what nobody may read."""
    if Path(path).is_file() and not Path(path).stat().st_mode & 0o444:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return opened(path, flags, *more)


def as_shown(said: str, shown: str) -> str:
    """What is said as a page shows it: without its beginning where the page begins with `…`."""
    if not shown.startswith("…\n"):
        return said
    return "…\n" + "".join(said.splitlines(keepends=True)[1 - len(shown.splitlines()) :])


def index_row(page: Page) -> str:
    """A page's line in the index."""
    return f"| [`{page.code}`]({page.path.name}) | {page.severity.lower()} | {page.means} |"


def refresh(path: Path) -> None:
    """Write into a page what check says of its example now."""
    page = read_page(path)
    with tempfile.TemporaryDirectory() as name:
        write_pack(Path(name) / PACK, small_pack())
        do(page.example, Path(name))
        said = as_shown(check(Path(name)), page.shown)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"```text\n{page.shown}```", f"```text\n{said}```"), encoding="utf-8")


def refresh_index() -> None:
    """Write each page's severity and meaning into its line of the index."""
    text = INDEX.read_text(encoding="utf-8")
    for path in pages():
        row = index_row(read_page(path))
        text = re.sub(rf"^\| \[`{path.stem}`\].*$", lambda _, row=row: row, text, flags=re.MULTILINE)
    INDEX.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for one in pages():
        refresh(one)
    refresh_index()
