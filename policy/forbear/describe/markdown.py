"""Markdown as GitHub shows it, made of texts in which nothing is taken for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MARK = "<!-- Made by `forbear describe`. Change the pack and run it again; what is written here is lost. -->"
_SPECIAL = re.compile(r"[\\`*<>\[\]|#~$]|(?<!\w)_|_(?!\w)|&(?=[#\w]+;)")
_BREAKS = re.compile(r"\s*[\r\n]+\s*")


def plain(text: str) -> str:
    """A text as it is, on one line."""
    return _plain(text.strip())


def comment(text: str) -> str:
    """What an author says in a comment: a text in which names may stand in backticks."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(one if n % 2 else _plain(one) for n, one in enumerate(parts)).strip()


def _plain(text: str) -> str:
    return _SPECIAL.sub(lambda one: "\\" + one.group(), _BREAKS.sub(" ", text))


def code(text: str) -> str:
    """A name or a value as written in a pack."""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{_BREAKS.sub(' ', text)}{pad}{ticks}"


def codes(names: Iterable[str]) -> str:
    """Names one after another."""
    return ", ".join(code(one) for one in names)


def both(english: str, chinese: str) -> str:
    """A phrase in both languages, for a cell of a table; once where they are the same."""
    return english if english == chinese or not chinese else f"{english}<br>{chinese}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table without the columns in which no row says anything; nothing where there are no rows."""
    if not rows:
        return []
    kept = [n for n in range(len(heads)) if n == 0 or any(row[n] for row in rows)]
    lines = [[heads[n] for n in kept], ["---"] * len(kept), *([row[n] for n in kept] for row in rows)]
    return [*("| " + " | ".join(_cell(one) for one in line) + " |" for line in lines), ""]


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", text) or " "


def item(first: str, *lines: str, number: int | None = None) -> str:
    """An item of a list, each line on a line of its own."""
    mark = "- " if number is None else f"{number}. "
    return mark + ("\\\n" + " " * len(mark)).join(one for one in (first, *lines) if one)


def aside(text: str) -> list[str]:
    """What an author says in a comment."""
    return [f"*{comment(text)}*", ""] if text else []
