"""What the commands print: text for people, JSON lines for programs, diagnostics, problems."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from forbear.codec import line
from forbear.errors import Diagnostic, Severity, Span

# What events and packs say may hold characters that move a terminal's cursor or turn the reading direction.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


_LONG_LINE, _CONTEXT = 240, 80  # characters


class Terminal(Console):
    """A console that leaves a closed pipe to `main`."""

    def on_broken_pipe(self) -> NoReturn:
        raise BrokenPipeError


def out() -> Console:
    """Standard output for people."""
    return Terminal(highlight=False, soft_wrap=True)


def err() -> Console:
    """Standard error."""
    return Terminal(stderr=True, highlight=False, soft_wrap=True)


def say(console: Console, *parts: str | tuple[str, str]) -> None:
    """One line for people, of texts and (text, style) pairs; nothing in them is taken for markup or control."""
    pairs = [(part, "") if isinstance(part, str) else part for part in parts]
    console.print(Text.assemble(*((harmless(text), style) for text, style in pairs)))


def harmless(text: str) -> str:
    """A text without what moves a terminal's cursor or turns the reading direction."""
    return _CONTROL.sub("\ufffd", text)


def say_error(message: str) -> None:
    """A problem of the run itself, on standard error."""
    say(err(), ("forbear: ", "bold red"), message)


def say_bad_line(number: int, message: str) -> None:
    """A problem of one input line, on standard error."""
    say(err(), (f"line {number}: ", "bold red"), message)


def print_json(value: object) -> None:
    """One line of UTF-8 on standard output, there at once for whoever reads along."""
    # What UTF-8 cannot hold, half of a pair of surrogates, becomes the escape that JSON has for it.
    sys.stdout.buffer.write(f"{line(value)}\n".encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def drop_output() -> None:
    """Send what is still buffered nowhere: Python would try once more at its end, and end with a status of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}


def show_diagnostics(console: Console, diagnostics: Iterable[Diagnostic]) -> None:
    """Each problem with its source line, the word underlined, and the hint; each note on a line of its own."""
    for one in diagnostics:
        if one.severity is Severity.NOTE:
            say(console, (f"{one.severity.value}[{one.code}]", _COLOURS[one.severity]), f" {one.span}: {one.message}")
            continue
        colour = _COLOURS[one.severity]
        say(console, (f"{one.severity.value}[{one.code}]", f"bold {colour}"), (f": {one.message}", "bold"))
        say(console, ("  --> ", "blue"), str(one.span))
        if one.span.text:
            before, word, behind = _around(one.span)
            say(console, (f"{one.span.line:>5} | ", "blue"), f"{before}{word}{behind}")
            say(console, ("      | ", "blue"), " " * _width(before), ("^" * max(1, _width(word)), colour))
        if one.hint:
            say(console, ("      = ", "blue"), f"hint: {one.hint}")
        say(console)


def _around(span: Span) -> tuple[str, str, str]:
    """The marked word of a line with what stands before and behind it, a long line cut on both sides."""
    start, end = span.column - 1, span.column - 1 + span.length
    before, word, behind = span.text[:start], span.text[start:end], span.text[end:]
    if len(span.text) > _LONG_LINE:
        before = before if len(before) <= _CONTEXT else "…" + before[-_CONTEXT:]
        word = word if len(word) <= _CONTEXT else word[:_CONTEXT] + "…"
        behind = behind if len(behind) <= _CONTEXT else behind[:_CONTEXT] + "…"
    return before, word, behind


def _width(text: str) -> int:
    """Columns that a text takes on a terminal; a Chinese character takes two."""
    return Text(text).cell_len
