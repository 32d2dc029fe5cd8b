"""What a hostile case is: a name, something that makes the input, and the way in which Forbear is given it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from forbear.errors import ForbearError, PackError

Make = Callable[[Path], Any]


@frozen
class Family:
    """Cases that are given to Forbear in the same way.

    `make` writes what it needs into an empty folder and returns the input; `give` hands it over and says in a word
    what came of it. Both run in a process of their own.
    """

    name: str
    cases: Mapping[str, Make]
    give: Callable[[Any, Path], str]


def just(inputs: Mapping[str, Callable[[], Any]]) -> dict[str, Make]:
    """Cases that need no folder."""
    return {name: (lambda _, make=make: make()) for name, make in inputs.items()}


def outcome(family: Family, name: str, folder: Path) -> str:
    """What came of a case: a word of the family, or the class and the first codes of what was raised on purpose."""
    given = family.cases[name](folder)
    try:
        return family.give(given, folder)
    except PackError as error:
        codes = sorted({one.code for one in error.diagnostics}) or ["without a word"]
        return " ".join(["refused", *codes[:3]])
    except ForbearError as error:
        return f"refused {type(error).__name__}"
