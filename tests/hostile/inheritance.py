"""Packs that build on others: circles, chains, crowds, names that point elsewhere, overrides of everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from forbear.errors import PackError, Severity
from forbear.language.pack import check_pack, read_pack
from hostile.family import Family
from language.small_pack import SMALL

Write = Callable[[Path], object]


def put(folder: Path, name: str, *below: str, more: str = "", **files: str) -> None:
    """A pack in a folder beside the others, as JSON lists of names so that any name can be written."""
    pack = folder / name
    pack.mkdir(parents=True, exist_ok=True)
    named = ", ".join(f'"{one}"' for one in below)
    manifest = f"pack: {name}\nversion: 1.0.0\nlanguage: 1\nbuilds_on: [{named}]\n{more}"
    (pack / "pack.yaml").write_text(manifest, encoding="utf-8")
    for file, text in files.items():
        (pack / f"{file}.yaml").write_text(text, encoding="utf-8")


def small(folder: Path) -> None:
    (folder / "small").mkdir()
    for file, text in SMALL.items():
        (folder / "small" / file).write_text(text, encoding="utf-8")


def circle(folder: Path, length: int) -> None:
    for n in range(length):
        put(folder, "top" if n == 0 else f"p{n}", "top" if n == length - 1 else f"p{n + 1}")


def chain(folder: Path, length: int) -> None:
    for n in range(length):
        put(folder, "top" if n == 0 else f"p{n}", *([] if n == length - 1 else [f"p{n + 1}"]))


def crowd(folder: Path, width: int) -> None:
    put(folder, "top", *(f"p{n}" for n in range(width)))
    for n in range(width):
        put(folder, f"p{n}")


def lattice(folder: Path, rows: int, width: int) -> None:
    """Each pack of a row builds on every pack of the next: ways multiply, packs do not."""
    put(folder, "top", *(f"r0_{n}" for n in range(width)))
    for row in range(rows):
        for n in range(width):
            put(folder, f"r{row}_{n}", *([f"r{row + 1}_{m}" for m in range(width)] if row < rows - 1 else []))


def over(overrides: str) -> Write:
    def write(folder: Path) -> None:
        small(folder)
        put(folder, "top", "small", more=f"overrides: {overrides}\n")

    return write


def named(*names: str) -> Write:
    return lambda folder: put(folder, "top", *names)


def linked(folder: Path) -> None:
    small(folder)
    (folder / "small").rename(folder / "elsewhere")
    (folder / "small").symlink_to(folder / "elsewhere")
    put(folder, "top", "small")


def claiming(folder: Path) -> None:
    """A folder that claims the name of the bundled pack."""
    put(folder, "standard", facts="facts: {a.b: bool}\n")
    put(folder, "top", "standard")


def of_another_name(folder: Path) -> None:
    small(folder)
    (folder / "small" / "pack.yaml").write_text("pack: other\nversion: 1.0.0\nlanguage: 1\n", encoding="utf-8")
    put(folder, "top", "small")


def broken_below(folder: Path) -> None:
    small(folder)
    (folder / "small" / "bad.yaml").write_text("facts: {a.b: [[[[[\n", encoding="utf-8")
    put(folder, "top", "small", own="decision: d\nasked_on: [tick]\noutcome: bool\nfallback: true\n")


def torn(folder: Path) -> None:
    """Two packs that override the same thing, below one that does not."""
    small(folder)
    for name, patience in (("left", 10), ("right", 20)):
        put(folder, name, "small", more=f"overrides: {{settings: {{patience: {patience}}}}}\n")
    put(folder, "top", "left", "right")


MANY = 3_000
WRITTEN: dict[str, Write] = {
    "itself": lambda folder: circle(folder, 1),
    "a circle of two": lambda folder: circle(folder, 2),
    "a circle of nineteen": lambda folder: circle(folder, 19),
    "a chain of twenty": lambda folder: chain(folder, 21),
    "a chain of fifty": lambda folder: chain(folder, 50),
    "a crowd of twenty": lambda folder: crowd(folder, 20),
    "a crowd of three hundred": lambda folder: crowd(folder, 300),
    "ways that multiply": lambda folder: lattice(folder, 4, 5),
    "ways that multiply past the bound": lambda folder: lattice(folder, 12, 10),
    "the same pack a thousand times": named(*["standard"] * 1_000),
    "thousands of packs that are not there": named(*(f"p{n}" for n in range(MANY))),
    "a name that climbs": named("../small"),
    "a name that climbs and comes back": named("x/../standard"),
    "an absolute name": named("/etc"),
    "a name of the home": named("~"),
    "a name with a drive": named("C:standard"),
    "a name of a dot": named("."),
    "an empty name": named(""),
    "a name of spaces": named("   "),
    "a name with a letter that only looks alike": named("st\u0430ndard"),
    "a name that reads from the right": named("\u202edradnats"),
    "a name as an escape": named("\\u0000standard"),
    "a name of a megabyte": named("p" * 900_000),
    "a linked folder": linked,
    "a folder that claims a bundled name": claiming,
    "a pack of another name": of_another_name,
    "a broken pack below": broken_below,
    "two that override the same": torn,
    "a mapping of names": lambda folder: put(folder, "top", more="builds_on_: {a: {b: c}}\n"),
    "an override of nothing": over("{}"),
    "an override that is a list": over("[rules, texts]"),
    "an override that is a word": over("everything"),
    "an override of a kind that is none": over("{rulez: {a: b}}"),
    "an override of all kinds, empty": over("{rules: {}, texts: {}, settings: {}, due: {}, invariants: {}}"),
    "an override that renames": over("{rules: {conduct.vented: {rule: other}}}"),
    "an override with the keys of another place": over("{rules: {conduct.vented: {decision: x, outcome: [y]}}}"),
    "an override that makes a circle": over("{rules: {conduct.vented: {when: 'response == \"warn\"'}}}"),
    "an override of a type": over("{settings: {patience: [1, 2]}}"),
    "an override of a text with a placeholder": over("{texts: {calling: {en: '{secret.x}', zh: '{secret.x}'}}}"),
    "an override past the bounds": over("{settings: {patience: 99999999999999999999999}}"),
    "a due time of nonsense": over("{due: {call: when it suits}}"),
    "thousands of overrides of what is not there": over(
        "{rules: {" + ", ".join(f"a{n}.b: {{then: x}}" for n in range(MANY)) + "}}"
    ),
    "thousands of promises": over(
        "{invariants: {response: [" + ", ".join(["{never: speech.hostile, because: x}"] * 1_000) + "]}}"
    ),
    "a deep override": over("{rules: {conduct.vented: " + "{a: " * 39 + "b" + "}" * 39 + "}}"),
    "an override with an alias": over("{rules: {conduct.vented: &a {then: abuse}, conduct.aimed: *a}}"),
    "an override with a tag": over("{rules: {conduct.vented: {when: !speech.hostile}}}"),
}


def give_folder(pack: Path, _: Path) -> str:
    """Read and check a pack with all that it builds on, as `forbear check` does."""
    policy, found = check_pack(read_pack(pack))
    if policy is None:
        raise PackError(one for one in found if one.severity is Severity.ERROR)
    return "accepted"


def _case(write: Write) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        write(folder)
        return folder / "top"

    return make


INHERITANCE = [Family("inheritance", {name: _case(write) for name, write in WRITTEN.items()}, give_folder)]
