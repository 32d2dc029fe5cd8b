"""Files and streams are opened in one place, and that place reads regular files only, within bounds."""

from __future__ import annotations

import ast
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import forbear
from forbear import bounded
from forbear.bounded import Unreadable, files_below, open_regular, read_file, read_lines
from forbear.engine import events, lines, plain
from forbear.language import check, product, source, syntax, tree
from hostile import server

PACKAGE = Path(forbear.__file__).parent
SECURITY = Path(__file__).parents[2] / "SECURITY.md"
READING = {"open", "fdopen", "read_text", "read_bytes", "readline", "readlines", "rglob", "glob", "iterdir", "scandir"}
READING |= {"listdir", "mmap", "open_binary", "open_text"}
# What is left besides, and why it reads nothing of a stranger's.
ELSEWHERE = {
    ("cli/__init__.py", "open"): "standard streams that are missing become /dev/null",
    ("cli/console.py", "open"): "/dev/null, for the rest of an output that nobody reads",
    ("cli/demo/__init__.py", "open"): "a method of the demo's own timeline",
    ("cli/demo/__init__.py", "read_text"): "a file of the package",
    ("cli/fmt.py", "read"): "standard input, up to the bound",
    ("language/files.py", "iterdir"): "the folder of the bundled packs",
    ("ledger/migrations/__init__.py", "iterdir"): "a folder of the package",
    ("ledger/migrations/__init__.py", "read_text"): "a file of the package",
    ("ledger/postgres.py", "open"): "a pool of connections",
    ("prove/kept.py", "read_bytes"): "the sources of the package",
    ("prove/kept.py", "rglob"): "the folder of the package",
}


def calls() -> Iterator[tuple[str, str]]:
    """Where something is called that may read, by file and name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                of_stdin = isinstance(node.func, ast.Attribute) and "stdin" in ast.unparse(node.func.value)
                if called in READING or (of_stdin and called != "reconfigure"):
                    yield name, called


def test_nothing_is_opened_or_read_but_through_the_bounded_reader() -> None:
    found = {one for one in calls() if one[0] != "bounded.py" and one not in ELSEWHERE}
    # The new text of a file that was formatted, a new file of failing tests, and proofs that were found.
    writes = {("format/files.py", "fdopen"), ("cli/prove.py", "open"), ("prove/kept.py", "fdopen")}
    assert found - writes == set()


def test_what_is_named_as_an_exception_is_still_there() -> None:
    assert set(ELSEWHERE) <= set(calls())


def test_the_bounds_are_told_as_they_are() -> None:
    told = re.findall(r"^\| (.+) \| ([0-9,]+) \|$", SECURITY.read_text(encoding="utf-8"), re.MULTILINE)
    assert {what: int(bound.replace(",", "")) for what, bound in told} == {
        "bytes of a file of a pack": bounded.MAX_FILE_BYTES,
        "characters of a pack": source.MAX_PACK_BYTES,
        "values of a pack's YAML": tree.MAX_NODES,
        "levels of nesting in a file of a pack": tree.MAX_NESTING,
        "brackets and signs of an expression within each other": syntax.MAX_DEPTH,
        "characters of all expressions of a pack": check.MAX_EXPRESSIONS,
        "rules, rows and promises, each counted for every event on which it is asked": product.MAX_PRODUCT,
        "bytes of a line of events, facts or utterances": bounded.MAX_LINE_BYTES,
        "characters of such a line": lines.MAX_LINE,
        "levels of nesting in an event": plain.MAX_DEPTH,
        "digits of a number in an event": lines.MAX_DIGITS,
        "characters of an id": events.MAX_ID,
        "characters of customer text": events.MAX_TEXT,
    }
    text = SECURITY.read_text(encoding="utf-8")
    assert f"{server.MEMORY // 2**20} MiB of address space and {server.CPU_SECONDS} seconds" in text.replace(
        "\n  ", " "
    )


# --- the reader itself


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "/", "nowhere", "a\0b", "x" * 5_000, "\ud800", ""])
def test_what_is_no_regular_file_is_not_read(path: str) -> None:
    with pytest.raises(Unreadable) as caught:
        open_regular(path)
    assert str(caught.value)


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="pipe"):
        read_file(tmp_path / "pipe")


def test_a_file_is_read_to_one_byte_past_the_limit(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abcdef")
    assert read_file(tmp_path / "x", 6) == b"abcdef"
    assert read_file(tmp_path / "x", 3) == b"abcd"


def test_a_line_past_the_bound_is_skipped_and_the_next_one_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MAX_LINE_BYTES", 4)
    assert list(read_lines(io.BytesIO(b"abcd\nabcdefgh\nxy\nlast"))) == [b"abcd\n", None, b"xy\n", b"last"]


def test_a_line_without_an_end_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MAX_LINE_BYTES", 4)
    monkeypatch.setattr(bounded, "MAX_SKIPPED_BYTES", 40)
    with pytest.raises(Unreadable, match="no end"):
        list(read_lines(io.BytesIO(b"x" * 100)))
    with Path("/dev/zero").open("rb") as endless, pytest.raises(Unreadable, match="no end"):
        list(read_lines(endless))


def test_links_and_hidden_names_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in" / ".git").mkdir(parents=True)
    (tmp_path / "in" / ".git" / "x.yaml").touch()
    (tmp_path / "in" / "a.yaml").touch()
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    assert sorted(one.name for one in files_below(tmp_path)) == ["a.yaml", "loop"]


def test_a_folder_may_be_neither_too_deep_nor_too_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    monkeypatch.setattr(bounded, "MAX_FOLDER_DEPTH", 3)
    assert list(files_below(tmp_path)) == []
    monkeypatch.setattr(bounded, "MAX_FOLDER_DEPTH", 2)
    with pytest.raises(Unreadable, match="deeper"):
        list(files_below(tmp_path))
    monkeypatch.setattr(bounded, "MAX_ENTRIES", 2)
    with pytest.raises(Unreadable, match="more than 2"):
        list(files_below(tmp_path))
