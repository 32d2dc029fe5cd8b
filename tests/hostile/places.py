"""Folders, files and ledgers that are not what they seem."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from forbear import Engine
from hostile.family import Family
from hostile.giving import give_command
from hostile.lines import SAID, TICK
from language.small_pack import SMALL

LINE = b'{"id": "t", "at": "2026-03-02T09:00:00Z", "type": "tick"}\n'


def small_pack(folder: Path) -> Path:
    """The small pack in a folder of its own."""
    pack = folder / "pack"
    pack.mkdir()
    for name, text in SMALL.items():
        (pack / name).write_text(text, encoding="utf-8")
    return pack


def deep(pack: Path, levels: int) -> None:
    here = os.getcwd()
    os.chdir(pack)
    for _ in range(levels):
        os.mkdir("d")
        os.chdir("d")
    Path("deep.yaml").write_text("facts: {deep.x: bool}\n", encoding="utf-8")
    os.chdir(here)


def listen(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)
    socket.socket(socket.AF_UNIX).bind(path.name)
    os.chdir(here)


def sparse(path: Path, size: int = 2**40) -> None:
    with path.open("wb") as stream:
        stream.truncate(size)


def many(pack: Path, count: int, suffix: str) -> None:
    for n in range(count):
        (pack / f"f{n}{suffix}").write_text("", encoding="utf-8")


def replace(path: Path) -> Path:
    path.unlink()
    return path


FILES: dict[str, Callable[[Path], object]] = {
    "a pipe for a manifest": lambda pack: os.mkfifo(replace(pack / "pack.yaml")),
    "a pipe for a file": lambda pack: os.mkfifo(pack / "x.yaml"),
    "a pipe for tests": lambda pack: os.mkfifo(pack / "x.test.yaml"),
    "a folder for a manifest": lambda pack: replace(pack / "pack.yaml").mkdir(),
    "a folder for a file": lambda pack: (pack / "x.yaml").mkdir(),
    "a folder for tests": lambda pack: (pack / "x.test.yaml").mkdir(),
    "a socket for a file": lambda pack: listen(pack / "x.yaml"),
    "zeros for a file": lambda pack: (pack / "x.yaml").symlink_to("/dev/zero"),
    "zeros for tests": lambda pack: (pack / "x.test.yaml").symlink_to("/dev/zero"),
    "a secret for a file": lambda pack: (pack / "x.yaml").symlink_to("/etc/passwd"),
    "a link to itself": lambda pack: (pack / "x.yaml").symlink_to("x.yaml"),
    "links to each other": lambda pack: [(pack / f"{a}.yaml").symlink_to(f"{b}.yaml") for a, b in ("xy", "yx")],
    "a manifest that is a link": lambda pack: replace(pack / "pack.yaml").symlink_to("/etc/passwd"),
    "a folder that links to the pack": lambda pack: (pack / "loop").symlink_to(pack),
    "a folder that links to everything": lambda pack: (pack / "all").symlink_to("/"),
    "folders a thousand deep": lambda pack: deep(pack, 1_000),
    "folders past the longest path": lambda pack: deep(pack, 3_000),
    "folders just within the bound": lambda pack: deep(pack, 29),
    "a terabyte of nothing": lambda pack: sparse(pack / "x.yaml"),
    "a terabyte of tests": lambda pack: sparse(pack / "x.test.yaml"),
    "a byte more than may be": lambda pack: (pack / "x.yaml").write_bytes(b"#" * 1_000_001),
    "more than a pack may have": lambda pack: [(pack / f"{n}.yaml").write_bytes(b"#" * 900_000) for n in range(9)],
    "more tests than a pack may have": lambda pack: [
        (pack / f"{n}.test.yaml").write_bytes(b"tests: []\n#" + b"#" * 900_000) for n in range(9)
    ],
    "six hundred files": lambda pack: many(pack, 600, ".yaml"),
    "six hundred files of tests": lambda pack: many(pack, 600, ".test.yaml"),
    "a file of another suffix": lambda pack: many(pack, 1, ".YML"),
    "a file whose name turns direction": lambda pack: many(pack, 1, "\u202elmay.yaml"),
    "a file whose name is a terminal's": lambda pack: many(pack, 1, "\x1b[2J.yaml"),
    "a file whose name has a line break": lambda pack: many(pack, 1, "\n.yaml"),
    "a file whose name is not UTF-8": lambda pack: (pack / os.fsdecode(b"\xff\xfe.yaml")).touch(),
    "a file whose name is as long as may be": lambda pack: (pack / ("x" * 250 + ".yaml")).touch(),
    "a file without a name": lambda pack: (pack / ".yaml").touch(),
    "a file of one long line": lambda pack: (pack / "x.yaml").write_text(
        "facts: {" + ", ".join(f"A{n}: 1" for n in range(12_000)) + ", x: '" + "y" * 700_000 + "'}", encoding="utf-8"
    ),
    "an empty folder": lambda pack: [one.unlink() for one in pack.iterdir()],
    "a file of nothing but null bytes": lambda pack: (pack / "x.yaml").write_bytes(b"\0" * 100_000),
    "a picture": lambda pack: (pack / "x.yaml").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    "a compressed file": lambda pack: (pack / "x.yaml").write_bytes(b"\x1f\x8b\x08\x00" + bytes(range(256)) * 9),
}

Change = Callable[[sqlite3.Connection, str], object]


def ledger(change: Change) -> Callable[[Path], list[str]]:
    """A ledger of Forbear, each table of which somebody else has changed, and the events that were decided again."""

    def make(folder: Path) -> list[str]:
        url = f"sqlite:///{folder}/ledger.db"
        story = [
            {**TICK, "id": "s", "type": "contact_started", "contact": "c", "customer": "k", "advisor": "a"},
            {**SAID, "id": "u", "text": "You idiot, I hate you."},
        ]
        with Engine("standard", url) as engine:
            engine.decide_all(story)
        connection = sqlite3.connect(folder / "ledger.db", isolation_level=None)
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in connection.execute(tables).fetchall():
            with suppress(sqlite3.IntegrityError):  # what the file itself refuses cannot be done to it
                change(connection, table)
        connection.close()
        later = [{**SAID, "id": "v", "at": "2026-03-02T09:10:00Z"}, {**TICK, "id": "w", "at": "2026-03-09T09:00:00Z"}]
        text = "".join(json.dumps(one) + "\n" for one in [*story, *later])
        (folder / "events.jsonl").write_text(text, encoding="utf-8")
        return ["run", str(folder / "events.jsonl"), "--json", "--ledger", url]

    return make


def run(statement: str) -> Change:
    """A statement for each table, which stands for `@`."""
    return lambda connection, table: connection.execute(statement.replace("@", table))


def fill(value: object, kinds: str) -> Change:
    """A value in every column that holds such a kind of value."""

    def change(connection: sqlite3.Connection, table: str) -> None:
        for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
            where = f"typeof({column}) IN ({kinds})"
            with suppress(sqlite3.IntegrityError):
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (value,))

    return change


def file_for_ledger(raw: bytes) -> Callable[[Path], list[str]]:
    """A file that is no ledger."""

    def make(folder: Path) -> list[str]:
        (folder / "ledger.db").write_bytes(raw)
        (folder / "events.jsonl").write_bytes(LINE)
        return ["run", str(folder / "events.jsonl"), "--ledger", f"sqlite:///{folder}/ledger.db"]

    return make


def special(make: Callable[[Path], object]) -> Callable[[Path], list[str]]:
    """Something that is no regular file where the ledger should be."""

    def made(folder: Path) -> list[str]:
        make(folder / "ledger.db")
        (folder / "events.jsonl").write_bytes(LINE)
        return ["run", str(folder / "events.jsonl"), "--ledger", f"sqlite:///{folder}/ledger.db"]

    return made


BROKEN_LEDGERS = {
    "a text": file_for_ledger(b"my notes"),
    "null bytes": file_for_ledger(b"\0" * 100_000),
    "a header and no more": file_for_ledger(b"SQLite format 3\0"),
    "a header and rubbish": file_for_ledger(b"SQLite format 3\0" + bytes(range(256)) * 64),
    "a pipe": special(os.mkfifo),
    "a folder": special(os.mkdir),
    "a socket": special(listen),
    "a link to itself": special(lambda path: path.symlink_to(path)),
    "a terabyte of nothing": special(sparse),
    "a database of somebody else": special(lambda path: sqlite3.connect(path).execute("CREATE TABLE t (a)")),
    "tables emptied": ledger(run("DELETE FROM @")),
    "rows doubled": ledger(run("INSERT OR IGNORE INTO @ SELECT * FROM @")),
    "columns added": ledger(run("ALTER TABLE @ ADD COLUMN more TEXT DEFAULT 'x'")),
    "tables renamed": ledger(run("ALTER TABLE @ RENAME TO my_@")),
    "a newer version": ledger(run("PRAGMA user_version = 99")),
    "a version below nought": ledger(run("PRAGMA user_version = -1")),
    "the version before": ledger(run("PRAGMA user_version = 1")),
    "triggers of somebody else": ledger(
        run("CREATE TRIGGER no_@ BEFORE INSERT ON @ BEGIN SELECT RAISE(ABORT, 'no'); END")
    ),
    "texts that are no JSON": ledger(fill("{", "'text'")),
    "texts of lists": ledger(fill("[1]", "'text'")),
    "texts of nothing": ledger(fill("{}", "'text'")),
    "texts of deep lists": ledger(fill("[" * 100_000, "'text'")),
    "texts of null bytes": ledger(fill("\0", "'text'")),
    "texts of bytes": ledger(fill(b"\xff\x00", "'text'")),
    "bytes that are no message": ledger(fill(b"\xff\x00" * 40, "'blob'")),
    "bytes of nothing": ledger(fill(b"", "'blob'")),
    "bytes of a text": ledger(fill("{}", "'blob'")),
    "numbers past all calendars": ledger(fill(2**63 - 1, "'integer'")),
    "numbers before all calendars": ledger(fill(-(2**63), "'integer'")),
    "numbers of texts": ledger(fill("now", "'integer'")),
    "nothing at all": ledger(fill(None, "'text', 'blob', 'integer', 'real'")),
}


def give_ledger(arguments: list[str], folder: Path) -> str:
    """What a changed ledger still holds is its own business; here it only may not break the process."""
    give_command(arguments, folder, LINE)
    return "told"


def give_folder(pack: Path, folder: Path) -> str:
    said = give_command(["check", str(pack)], folder, b"")
    assert (folder / ".stdout").stat().st_size < 2_000_000, "it said too much"
    return said


def folder_with(make: Callable[[Path], object]) -> Callable[[Path], Path]:
    """The small pack with something in it that does not belong there."""

    def made(folder: Path) -> Path:
        pack = small_pack(folder)
        make(pack)
        return pack

    return made


PLACES = [
    Family("file", {name: folder_with(make) for name, make in FILES.items()}, give_folder),
    Family("ledger", BROKEN_LEDGERS, give_ledger),
]
