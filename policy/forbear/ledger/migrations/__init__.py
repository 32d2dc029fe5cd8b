"""The tables of the ledger, as plain SQL that runs forward."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

VERSION = 2  # that this code works with


def statements(dialect: str, version: int) -> Iterator[str]:
    """What brings the tables from a version to this one; 0 has none."""
    folder = files("forbear.ledger").joinpath("migrations", dialect)
    numbers = (int(one.name.removesuffix(".sql")) for one in folder.iterdir() if one.name.endswith(".sql"))
    for number in sorted(one for one in numbers if version < one <= VERSION):
        text = folder.joinpath(f"{number}.sql").read_text(encoding="utf-8")
        yield from (one for one in text.split(";\n") if one.strip())
