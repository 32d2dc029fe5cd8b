"""Commands with hostile arguments, settings, URLs of ledgers, tests of packs and standard input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hostile.family import Family, just
from hostile.giving import give_command
from hostile.places import LINE, small_pack

PACK_NAMES = {
    "a path out of here": "../../etc/passwd",
    "a path through the bundled pack": "standard/../x",
    "a folder inside the bundled pack": "abuse/conduct.yaml",
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
}

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


def give_arguments(arguments: list[str], folder: Path) -> str:
    return give_command(arguments, folder, LINE)


def give_setting(text: str, folder: Path) -> str:
    return give_command(["run", "--json", f"--set={text}"], folder, LINE)


def give_url(url: str, folder: Path) -> str:
    return give_command(["run", "--json", "--ledger", url], folder, LINE)


def give_tests(text: str, folder: Path) -> str:
    pack = small_pack(folder)
    (pack / "x.test.yaml").write_text(text, encoding="utf-8")
    return give_command(["test", str(pack)], folder, b"")


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
    "words to hear of all marks": (["hear"], b'{"text": "\\ud800\\u202e\\u0000\\ufeff"}\n'),
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
    Family("test", plainly(TESTS_OF_PACKS), give_tests),
    Family("stream", just({name: (lambda one=one: one) for name, one in STREAMS.items()}), give_stream),
]
