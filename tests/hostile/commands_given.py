"""Commands with hostile arguments, files that are not what they seem, settings, ledgers and tests of packs."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from forbear import Engine
from hostile.family import Family, just
from hostile.giving import give_command
from hostile.lines import SAID, TICK
from language.small_pack import SMALL

LINE = b'{"id": "t", "at": "2026-03-02T09:00:00Z", "type": "tick"}\n'
FACTS = b'{"event.type": "tick"}'

PACK_NAMES = {
    "a path out of here": "../../etc/passwd",
    "a path through the bundled pack": "standard/../x",
    "a folder inside the bundled pack": "standard/abuse",
    "the bundled pack in another case": "Standard",
    "a dot": ".",
    "two dots": "..",
    "the root": "/",
    "a file": "/etc/passwd",
    "a device": "/dev/zero",
    "the terminal": "/dev/tty",
    "standard input": "/dev/stdin",
    "a process": "/proc/self",
    "memory": "/proc/self/mem",
    "a home": "~",
    "a variable": "$HOME",
    "an empty name": "",
    "a space": " ",
    "a line break": "standard\nx",
    "a long name": "p" * 5_000,
    "a long path": "p/" * 3_000,
    "a lone surrogate": "\udcff",
    "terminal control": "\x1b[2J\x1b]0;owned\x07",
    "markup": "[bold red]standard[/]",
    "a format": "{0.__class__}%s%n",
    "an option behind a name": "--pack",
    "a URL": "https://example.org/pack",
    "a file URL": "file:///etc/passwd",
    "a module": "forbear_rules.standard",
    "direction turned": "\u202edradnats",
    "a name like the bundled one": "stаndard",
}

ARGUMENTS: dict[str, Callable[[], list[str]]] = {
    **{f"a pack of {name}": (lambda pack=pack: ["check", pack]) for name, pack in PACK_NAMES.items()},
    "a pack of a null byte": lambda: ["check", "standard\0x"],
    "run with a pack of a null byte": lambda: ["run", "--pack", "\0"],
    "events from a path out of here": lambda: ["run", "../../../etc/passwd"],
    "events from zeros": lambda: ["run", "/dev/zero"],
    "events from randomness": lambda: ["run", "/dev/urandom"],
    "events from a full device": lambda: ["run", "/dev/full"],
    "events from the terminal": lambda: ["run", "/dev/tty"],
    "events from nothing": lambda: ["run", "/dev/null"],
    "events from a folder": lambda: ["run", "/"],
    "events from a null byte": lambda: ["run", "a\0b"],
    "events from a lone surrogate": lambda: ["run", "\udcff"],
    "events from a long name": lambda: ["run", "e" * 5_000],
    "events from the process's memory": lambda: ["run", "/proc/self/mem"],
    "facts from zeros": lambda: ["decide", "--facts", "/dev/zero"],
    "facts from a null byte": lambda: ["decide", "--facts", "\0"],
    "an evaluator of a path": lambda: ["run", "--evaluator", "../../x"],
    "an evaluator of a megabyte": lambda: ["run", "--evaluator", "e" * 100_000],
    "a language of a path": lambda: ["hear", "--lang", "../en"],
    "a command that there is not": lambda: ["rum"],
    "no command": list,
    "a command of control characters": lambda: ["\x1b[31m"],
    "an option with a null byte": lambda: ["run", "--json\0"],
    "a decision of a megabyte to explain": lambda: ["explain", "d:" + "x" * 100_000],
    "a decision of a path to explain": lambda: ["explain", "../../etc/passwd", "--ledger", "sqlite:///nowhere.db"],
    "a file to format out of here": lambda: ["fmt", "--check", "/etc/passwd"],
    "zeros to format": lambda: ["fmt", "--check", "/dev/zero"],
    "a schema that there is not": lambda: ["schema", "../x"],
}  # fmt: skip

SETTINGS = {
    "no value": "offence_window",
    "no name": "=3",
    "nothing": "",
    "a sign": "=",
    "two signs": "offence_window==3",
    "a million digits": "offence_window=" + "9" * 100_000,
    "a fraction": "offence_window=3.5",
    "an exponent": "offence_window=1e3",
    "not a number": "offence_window=.nan",
    "minus one": "offence_window=-1",
    "true": "offence_window=true",
    "a text in quotes": "offence_window='3'",
    "a quote that is not closed": "offence_window='3",
    "yaml": "offence_window={a: b}",
    "a tag": "offence_window=!!python/object/apply:os.system [ls]",
    "an expression": "offence_window== history.x",
    "other digits": "offence_window=３",
    "a misspelt name": "offence_widow=3",
    "a name of a megabyte": "o" * 100_000 + "=3",
    "a magic name": "__class__=3",
    "a name with a dot": "setting.offence_window=3",
    "a lone surrogate": "offence_window=\udcff",
    "control characters": "\x1b[2J=\x1b[2J",
}

LEDGERS = {
    "an empty URL": "",
    "a bare path": "ledger.db",
    "another scheme": "postgres://root@localhost/x",
    "a scheme in capitals": "SQLITE:///x.db",
    "no path": "sqlite:///",
    "a folder": "sqlite:////",
    "a folder that is not there": "sqlite:///no/where/x.db",
    "a path out of here": "sqlite:///../../../../../../no-such-folder/x.db",
    "zeros": "sqlite:////dev/zero",
    "a full device": "sqlite:////dev/full",
    "nothing": "sqlite:////dev/null",
    "the terminal": "sqlite:////dev/tty",
    "a null byte": "sqlite:///x\0y",
    "a lone surrogate": "sqlite:///\udcff.db",
    "a long path": "sqlite:///" + "x" * 5_000,
    "parameters of SQLite": "sqlite:///x.db?mode=memory&cache=shared",
    "a URL of SQLite": "sqlite:///file:x.db?mode=ro",
    "memory by its name": "sqlite:///:memory:",
    "memory with a name": "memory:shared",
    "the process's memory": "sqlite:////proc/self/mem",
}


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
}  # fmt: skip

TESTS_OF_PACKS = {
    "no tests": "tests: []\n",
    "tests of a mapping": "tests: {a: b}\n",
    "nothing": "",
    "aliases": "tests: [&a {test: x}, *a]\n",
    "brackets": "tests: " + "[" * 100_000,
    "a thousand tests": "tests:\n" + "  - {test: t, given: {speech.hostile: true}, expect: {conduct: anger}}\n" * 1_000,
    "a test without a name": "tests: [{given: {}, expect: {}}]\n",
    "a test of both kinds": "tests: [{test: t, given: {}, expect: {}, story: []}]\n",
    "facts that there are not": "tests: [{test: t, given: {a.b: 1}, expect: {conduct: anger}}]\n",
    "a fact that is a list in a list": "tests: [{test: t, given: {speech.hostile: [[1]]}, expect: {conduct: anger}}]\n",
    "a decision given a value that there is not": "tests: [{test: t, given: {conduct: x}, expect: {response: warn}}]\n",
    "an expectation of nothing": "tests: [{test: t, given: {}, expect: {}}]\n",
    "an expectation of an expression": "tests: [{test: t, given: {}, expect: {conduct: = conduct}}]\n",
    "an expectation of a million digits": "tests: [{test: t, given: {}, expect: {conduct: " + "9" * 500_000 + "}}]\n",
    "an event type that there is not": "tests: [{test: t, given: {event.type: x}, expect: {conduct: anger}}]\n",
    "a story of nothing": "tests: [{test: t, story: []}]\n",
    "a story of texts": "tests: [{test: t, story: [a, b]}]\n",
    "a story without moments": "tests: [{test: t, story: [{type: tick}]}]\n",
    "a story in the year 9999": "tests: [{test: t, story: [{at: '9999-12-31T23:59:59Z', type: tick}]}]\n",
    "a story with an id of a number": "tests: [{test: t, story: [{id: 1, at: '2026-03-02T09:00:00Z', type: tick}]}]\n",
    "a story of a raised event": (
        "tests: [{test: t, story: [{at: '2026-03-02T09:00:00Z', type: obligation_overdue, obligation: latest}]}]\n"
    ),
    "settings that there are not": "tests: [{test: t, settings: {x: 1}, given: {}, expect: {conduct: anger}}]\n",
    "settings that do not fit": "tests: [{test: t, settings: {patience: x}, given: {}, expect: {conduct: anger}}]\n",
    "a name that turns direction": 'tests: [{test: "a\\u202eb", given: {}, expect: {conduct: anger}}]\n',
    "a name of a megabyte": "tests: [{test: " + "t" * 900_000 + ", given: {}, expect: {conduct: anger}}]\n",
    "left out of nothing": "tests: [{test: t, given: {}, expect: {left_out: {a: b}}}]\n",
    "rules that there are not": "tests: [{test: t, given: {}, expect: {fired: [conduct.x]}}]\n",
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
}  # fmt: skip


def give_arguments(arguments: list[str], folder: Path) -> str:
    return give_command(arguments, folder, LINE)


def give_ledger(arguments: list[str], folder: Path) -> str:
    """What a changed ledger still holds is its own business; here it only may not break the process."""
    give_command(arguments, folder, LINE)
    return "told"


def give_setting(text: str, folder: Path) -> str:
    return give_command(["run", "--json", f"--set={text}"], folder, LINE)


def give_url(url: str, folder: Path) -> str:
    return give_command(["run", "--json", "--ledger", url], folder, LINE)


def give_folder(pack: Path, folder: Path) -> str:
    said = give_command(["check", str(pack)], folder, b"")
    assert (folder / ".stdout").stat().st_size < 2_000_000, "it said too much"
    return said


def give_tests(text: str, folder: Path) -> str:
    pack = small_pack(folder)
    (pack / "x.test.yaml").write_text(text, encoding="utf-8")
    return give_command(["test", str(pack)], folder, b"")


def folder_with(make: Callable[[Path], object]) -> Callable[[Path], Path]:
    """The small pack with something in it that does not belong there."""

    def made(folder: Path) -> Path:
        pack = small_pack(folder)
        make(pack)
        return pack

    return made


STREAMS: dict[str, tuple[list[str], bytes | str]] = {
    "zeros to run": (["run"], "/dev/zero"),
    "zeros to hear": (["hear"], "/dev/zero"),
    "zeros to decide on": (["decide", "--facts", "-"], "/dev/zero"),
    "zeros to format": (["fmt", "-"], "/dev/zero"),
    "nothing to run": (["run"], "/dev/null"),
    "nothing to decide on": (["decide", "--facts", "-"], b""),
    "a folder to run": (["run"], "/"),
    "facts of many lines": (["decide", "--facts", "-"], b"{\n" + b" \n" * 900_000 + b"}\n"),
    "facts of many long lines": (["decide", "--facts", "-"], (b" " * 999_999 + b"x\n") * 30),
    "facts of a number": (["decide", "--facts", "-"], b"1"),
    "words to hear of no shape": (["hear"], b'{"text": 1}\n{"id": [], "text": "x"}\n{}\n[]\n'),
    "words to hear of all marks": (["hear"], '{"text": "\\ud800\\u202e\\u0000\\ufeff"}\n'.encode()),
    "a megabyte to hear": (["hear"], b'{"text": "' + b"fool " * 150_000 + b'"}\n'),
    "brackets to format": (["fmt", "-"], b"[" * 200_000),
    "anchors to format": (["fmt", "-"], b"a: &a [x]\nb: *a\n"),
    "null bytes to format": (["fmt", "-"], b"a: \0"),
}


def give_stream(stream: tuple[list[str], bytes | str], folder: Path) -> str:
    arguments, given = stream
    return give_command(arguments, folder, given)


def plainly(inputs: dict[str, str]) -> dict[str, Callable[[Path], str]]:
    return just({name: (lambda text=text: text) for name, text in inputs.items()})


COMMAND_FAMILIES = [
    Family("arguments", just(ARGUMENTS), give_arguments),
    Family("setting", plainly(SETTINGS), give_setting),
    Family("url", plainly(LEDGERS), give_url),
    Family("file", {name: folder_with(make) for name, make in FILES.items()}, give_folder),
    Family("test", plainly(TESTS_OF_PACKS), give_tests),
    Family("ledger", BROKEN_LEDGERS, give_ledger),
    Family("stream", just({name: (lambda one=one: one) for name, one in STREAMS.items()}), give_stream),
]
