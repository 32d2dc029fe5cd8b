"""What can go wrong, as data: diagnostics for rule authors and one tree of exceptions for everybody else."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from attrs import frozen


class Severity(Enum):
    """How bad a diagnostic is: an error refuses the pack, a warning is a likely mistake, a note tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class Span:
    """A stretch of a file: 1-based line and column, length in characters (0 where only the line is known)."""

    file: str
    line: int
    column: int
    length: int = 0
    text: str = ""  # the whole source line, for the underline

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen
class Diagnostic:
    """One problem in a pack: a stable code, what is wrong, where, and what to do about it."""

    code: str
    message: str
    span: Span
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.span}: {self.severity.value}[{self.code}]: {self.message}"

    def as_json(self) -> dict[str, object]:
        """The diagnostic as plain data, the form that `forbear check --json` prints."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "file": self.span.file,
            "line": self.span.line,
            "column": self.span.column,
            "length": self.span.length,
            "hint": self.hint,
        }


class ForbearError(Exception):
    """The base of everything that Forbear raises on purpose; the message says what to do."""


class PackError(ForbearError):
    """A policy pack has problems; all of them are in `diagnostics`, in file order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(one) for one in self.diagnostics))


class PackNotFound(ForbearError):
    """No pack by that name and no folder at that path."""


class SettingError(ForbearError):
    """A setting that a centre chose does not exist or does not fit its type."""


class UnknownEvaluator(ForbearError):
    """There is no evaluator of that name."""


class FactError(ForbearError):
    """A value does not fit the vocabulary: which fact, what was given, what was expected."""

    def __init__(self, path: str, given: object, expected: str) -> None:
        self.path, self.given, self.expected = path, given, expected
        wrong = "nothing is given; it needs" if given is None else f"{_shown(given)} is not"
        super().__init__(f"{path}: {wrong} {expected}")


class EventError(ForbearError):
    """An event cannot be taken: a field is missing, malformed or names something that is not there."""

    def __init__(self, message: str, event: str | None = None) -> None:
        self.event = event
        super().__init__(message)


class ColumnsError(ForbearError):
    """Columns cannot answer what is asked of them; the message names what can."""


class EventConflict(EventError):
    """An event id came again with other content."""


class LedgerError(ForbearError):
    """The ledger cannot be opened, read or written."""


class PluginError(ForbearError):
    """A plugin raised or answered with something else than its hook asks for."""

    def __init__(self, plugin: str, hook: str, reason: str) -> None:
        self.plugin, self.hook, self.reason = plugin, hook, reason
        super().__init__(f"plugin {plugin}: {hook}: {reason}")


class MissingExtra(ForbearError):
    """A feature needs an optional dependency; the message names the extra to install."""


def _shown(value: object) -> str:
    """A value for a message: short, one line, and never a long customer text."""
    try:
        text = repr(value)
    except ValueError:  # an int of more digits than Python writes out
        return "a huge number"
    return text if len(text) <= 60 else text[:57] + "..."
