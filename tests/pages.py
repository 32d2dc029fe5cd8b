"""The fenced blocks of a page of the documents, so that tests can hold them to what they say."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from attrs import frozen

from commands import FORBEAR
from forked import script

DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class Block:
    """A block: its language, its text, and the file that its first line names as `# name`, or nothing."""

    language: str
    text: str
    file: str


def blocks(page: Path, language: str = "") -> list[Block]:
    """The blocks of a page in order, of one language where it is given."""
    return blocks_in(page.read_text(encoding="utf-8"), language)


def blocks_in(text: str, language: str = "") -> list[Block]:
    """The blocks of a text in order, of one language where it is given."""
    found = []
    for match in _BLOCK.finditer(text):
        name = re.match(r"# ([\w/.-]+\.\w+)\n", match.group(2))
        found.append(Block(match.group(1), match.group(2), name.group(1) if name else ""))
    return [one for one in found if language in ("", one.language)]


def printed(text: str, folder: Path, errors: bytes | None = b"") -> str:
    """A console block with what its commands print in a folder instead of what it shows.

    They print nothing to standard error but `errors`; None where that does not matter.
    """
    path = os.pathsep.join([str(script().parent), str(Path(FORBEAR).parent), os.environ["PATH"]])
    shown = []
    for line in text.splitlines():
        if line.startswith("$ "):
            command = ["/bin/sh", "-c", line.removeprefix("$ ")]
            environment = {**os.environ, "PATH": path}
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
            assert errors is None or done.stderr == errors
            shown += [line, *(one.rstrip() for one in done.stdout.decode("utf-8").splitlines())]
    return "".join(f"{line}\n" for line in shown)


def language_pack() -> dict[str, str]:
    """The files of the pack that the pages on the language share; those in a folder belong to another."""
    found: dict[str, str] = {}
    for page in sorted((DOCS / "reference" / "language").glob("*.md")):
        for one in blocks(page, "yaml"):
            assert one.file, f"{page.name}: the first line of an example names its file:\n{one.text}"
            assert one.file not in found, f"{page.name}: {one.file} stands on another page too"
            found[one.file] = one.text
    return {name: text for name, text in found.items() if "/" not in name}
