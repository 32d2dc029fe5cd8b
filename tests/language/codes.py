"""The codes of diagnostics, as they stand in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import forbear.language
import forbear.testing

SOURCES = [*Path(forbear.language.__file__).parent.glob("*.py"), *Path(forbear.testing.__file__).parent.glob("*.py")]
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_REPORTERS = ("error", "report", "warn", "note")


def codes_in_the_source() -> Iterator[str]:
    """Every code that a pack or its tests can bring about."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if _CODE.fullmatch(node.value) and node.value != "utf-8":
                    yield node.value
            elif (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", "")) in _REPORTERS
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield node.args[0].value


CODES = sorted(set(codes_in_the_source()))
