"""The diagnostics of one run, without those that are only a consequence of another."""

from __future__ import annotations

import re

from attrs import define, field

from forbear.errors import Diagnostic, PackError, Severity, Span

MAX_PROBLEMS = 500
_LONGEST_MESSAGE = 500  # a message quotes words of the pack, and a stranger's word may be a megabyte long

# Diagnostics that say that a word does not exist. Where the word stands in a part of the pack that could not be read,
# it may well have been declared there, and they are left out.
_ABSENCE = frozenset(
    {
        "unknown-name",
        "unknown-entry",
        "unknown-obligation",
        "unknown-text",
        "unknown-event",
        "unknown-attribute",
        "unknown-value",
        "unknown-metric",
    }
)
_WORDS = re.compile(r"[^\W\d]\w*(?:\.\w+)*")


@define
class Problems:
    """The diagnostics of one run, collected so that an author sees all of them at once."""

    found: list[Diagnostic] = field(factory=list)
    thorough: bool = False  # whether likely mistakes are looked for too, which takes longer
    effort: int = 500_000  # how much work warnings may still take
    values: int = 0  # of the YAML read so far, and below characters of expressions: a run of it all is bounded
    expressions: int = 0
    product: int = 0  # of rules and events
    _seen: set[Diagnostic] = field(factory=set)
    _lost: set[str] = field(factory=set)
    _all_lost: bool = False
    _told: int = 0  # of those found, how many refuse nothing

    def error(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Note a problem that refuses the pack; the same one at the same place is noted once.

        Raises PackError with all problems so far when there are so many that the rest would only bury them.
        """
        self._add(Severity.ERROR, code, message, span, hint)

    def warn(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Note a likely mistake."""
        self._add(Severity.WARNING, code, message, span, hint)

    def note(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """Note something that an author should know and need not change."""
        self._add(Severity.NOTE, code, message, span, hint)

    def _add(self, severity: Severity, code: str, message: str, span: Span, hint: str) -> None:
        one = Diagnostic(code, _clip(message), span, _clip(hint), severity)
        if one in self._seen:
            return
        if severity is not Severity.ERROR:
            if self._told < MAX_PROBLEMS:  # a pack is never refused for its warnings
                self._told += 1
                self._seen.add(one)
                self.found.append(one)
            return
        if len(self.found) - self._told == MAX_PROBLEMS:
            message = f"there are more than {MAX_PROBLEMS} problems; the rest was not read"
            self.found.append(Diagnostic("too-many-problems", message, span, "mend some of these first"))
            raise PackError(self.errors)
        self._seen.add(one)
        self.found.append(one)

    def lose(self, text: str) -> None:
        """Remember the words of a text that could not be read: something may have been declared there."""
        for word in _WORDS.findall(text):
            for spelling in (word, word.lower()):
                self._lost |= {spelling, spelling.rpartition(".")[2]}

    def lose_all(self) -> None:
        """Remember that anything may have been declared in what could not be read."""
        self._all_lost = True

    @property
    def errors(self) -> list[Diagnostic]:
        """What refuses the pack, by file and position."""
        return [one for one in self.diagnostics if one.severity is Severity.ERROR]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All that is said of the pack, by file and position, without what only follows from something else."""
        only = [one for one in self.found if not self._follows(one)]
        return sorted(only, key=lambda one: (one.span.file, one.span.line, one.span.column))

    def _follows(self, one: Diagnostic) -> bool:
        """Whether a diagnostic may only be due to a part that could not be read."""
        if one.code not in _ABSENCE:
            return False
        start = one.span.column - 1
        word = one.span.text[start : start + one.span.length].strip("\"' ")
        return self._all_lost or word in self._lost or word.rpartition(".")[2] in self._lost


def _clip(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 1] + "…"
