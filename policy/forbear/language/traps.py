"""Expressions that YAML cannot read as they stand, and what to say of YAML that is broken otherwise."""

from __future__ import annotations

import re

import yaml
from attrs import frozen

from forbear.language.problems import Problems
from forbear.language.source import Source
from forbear.language.syntax import MAX_LENGTH

_KEYS = "when|never|always|where|then|otherwise"
_KEY = re.compile(rf"(?:^[ \t]*(?:- +)?|[{{,][ \t]*)(?:{_KEYS})[ \t]*:[ \t]+(?=[^\s#])")
# Where an expression ends inside braces: before the next key, or before the brace that closes the rule.
_NEXT_KEY = re.compile(r"[ \t]*,[ \t]*[a-z_]+[ \t]*:(?:[ \t]|$)")
_CLOSE = re.compile(r"[ \t]*\}[ \t]*(?:[,\]}].*|(?:#.*)?$)")
_COMMENT = re.compile(r"[ \t]+#.*$|[ \t]*$")
# Cells of a table that mean something else to YAML: a block of text, an item of a list.
_CELL = re.compile(r"(?:[\[,]|^[ \t]*(?:- +)+)[ \t]*(>[^,\]\r\n]*[^,\]\s]|-(?=[ \t]+[,\]]))")


@frozen
class Trap:
    """An expression or a cell of a table, by offsets into its file, that YAML broke."""

    start: int
    end: int
    cell: bool = False


def find_trap(text: str, error: yaml.YAMLError) -> Trap | None:
    """Where YAML stumbled inside a cell, or inside the value of a key that takes an expression."""
    for place in _places(error):
        start = max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1
        line = re.compile(r"[^\r\n]*").match(text, start)
        if line is None or len(line.group()) > MAX_LENGTH:
            continue
        for cell in _CELL.finditer(line.group()):
            if start + cell.start(1) <= place <= start + cell.end():
                return Trap(start + cell.start(1), start + cell.end(1), cell=True)
        for key in reversed(list(_KEY.finditer(line.group()))):
            begin = key.end()
            if start + begin <= place:
                return Trap(start + begin, start + _end(line.group(), begin, key.group()[0] in "{,"))
    return None


def explain_trap(source: Source, problems: Problems, trap: Trap) -> None:
    """Say that the expression needs quotes, and show it with them."""
    span = source.span(trap.start, trap.end - trap.start)
    text = source.text[trap.start : trap.end]
    what, hint = "expression", f"put the expression in single quotes: {quoted(text)}"
    if trap.cell:
        what, hint = "cell", f'put the cell in quotes: "{text}"'
    problems.error("unquoted-expression", f"YAML cannot read this {what} as it stands", span, hint)


def explain_error(source: Source, problems: Problems, error: yaml.YAMLError) -> None:
    """Say what broke the YAML."""
    places = _places(error)
    span = source.span(min(places[0], len(source.text)) if places else 0, 1)
    problem = getattr(error, "problem", None) or getattr(error, "context", None) or str(error)
    hint = ""
    if "tab" in problem or span.text[span.column - 1 : span.column] == "\t":
        hint = "indent with spaces"
    elif "unexpected end of stream" in problem:
        hint = "a quote is not closed"
    elif "','" in problem:
        hint = "a bracket is not closed, or a text inside brackets needs quotes"
    elif ": " in span.text:
        hint = "a text with a colon, a bracket or a quote in it needs quotes around the whole"
    problems.error("yaml-syntax", f"this is not YAML: {problem}", span, hint)


def quoted(expression: str) -> str:
    """An expression as a single-quoted scalar of YAML, its own texts in double quotes where possible."""
    if "'" in expression and '"' not in expression:
        expression = expression.replace("'", '"')
    return "'" + expression.replace("'", "''") + "'"


def _places(error: yaml.YAMLError) -> list[int]:
    """Where YAML stumbled; for a quote that is never closed, where it was opened."""
    problem, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    marks = [context] if "quoted scalar" in (getattr(error, "context", None) or "") else [problem, context]
    return [mark.index for mark in marks if mark is not None][:1]


def _end(line: str, begin: int, inside_braces: bool) -> int:
    """Where the expression that begins at `begin` ends; what stands between double quotes belongs to it."""
    masked = re.sub(r'"[^"]*"', lambda text: "x" * len(text.group()), line)
    for place in range(begin + 1, len(line)):
        if _COMMENT.match(masked, place) or (
            inside_braces and (_NEXT_KEY.match(masked, place) or _CLOSE.match(masked, place))
        ):
            return place
    return len(line)
