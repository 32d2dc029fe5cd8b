"""How one scalar is written: its quotes, and the lines of one that has several."""

from __future__ import annotations

import re

import yaml

from forbear.format.pieces import BLANKS, block_mark

_EXPRESSIONS = frozenset({"when", "where", "never", "always", "throughout"})


def requote(written: str, value: str, key: str) -> str:
    """The scalar in the quotes that suit it: an expression in single ones, a text in double ones.

    It is left as it is where that would need escapes; quotes are never added and never taken away.
    """
    if "\n" in written or not value.isprintable():
        return written
    expression = key in _EXPRESSIONS or value.startswith("=")
    if written[:1] == '"' and expression and "'" not in value:
        return f"'{value}'"
    if written[:1] == "'" and not expression and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return written


def flow_lines(written: str) -> list[str]:
    """The lines of a plain scalar or of one in quotes, without the blanks that folding takes away."""
    first, *rest = written.split("\n")
    lines = [first, *(one.lstrip(BLANKS) for one in rest)]
    return [*(_without_blanks(one) for one in lines[:-1]), lines[-1]]


def _without_blanks(line: str) -> str:
    """A line without blanks at its end; one behind a backslash is part of the text."""
    short = line.rstrip(BLANKS)
    return line if short.endswith("\\") else short


def block_lines(token: yaml.ScalarToken, written: str, column: int) -> tuple[str, tuple[str, ...]]:
    """The mark and the lines of a block scalar without their indentation; `column` is that of what holds it."""
    mark, _ = block_mark(written)
    body = written.partition("\n")[2]
    lines = body.split("\n")[:-1] if body.endswith("\n") else body.split("\n")
    digit = re.search("[0-9]", mark)
    if digit is not None:
        indent = max(column, 0) + int(digit.group())
    else:
        indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), 0)
    lines = [line[indent:] for line in lines]
    chomp = "+" if "+" in mark else "-" if "-" in mark else ""
    if chomp != "+":
        while lines and not lines[-1]:
            lines.pop()
    if not body.endswith("\n") and not token.value.endswith("\n"):
        chomp = "-"  # the file ends here without a line break, and will have one
    return f"{mark[0]}{'2' if digit is not None else ''}{chomp}", tuple(lines)
