"""When something is due, as a rule author writes it: `10 minutes`, `end of next working day`, `setting.x`.

This file knows words only; `forbear.calendar` turns what it returns into a moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType
from typing import Final

from attrs import frozen

from forbear.errors import ForbearError

UNIT_SECONDS: Final[Mapping[str, int]] = MappingProxyType(
    {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
)
"""Every unit of time that a vocabulary or a due phrase may use, in elapsed seconds."""

LARGEST_NUMBER: Final = 1_000_000

_WORKING_UNITS: Final = ("minutes", "hours", "days")
_EXAMPLES: Final = (
    "write '10 minutes', '3 working days', '90 minutes after opening', 'end of next working day', "
    "'next working day', or a name such as 'setting.callback_within'"
)


@frozen
class Elapsed:
    """So many seconds later by the clock, 24 hours to the day; at least 1."""

    seconds: int


@frozen
class WorkingTime:
    """So many seconds during which the centre is open; at least 1."""

    seconds: int


@frozen
class WorkingDays:
    """The close of so many working days after today; at least 1."""

    count: int


@frozen
class AfterOpening:
    """So many elapsed seconds after the next opening; at least 1."""

    seconds: int


@frozen
class EndOf:
    """The end of today or of the next day: of the local date, or of the working day at its close."""

    next: bool
    working: bool


@frozen
class StartOfNextWorkingDay:
    """The first opening of the first working day after today."""


@frozen
class Named:
    """As many elapsed seconds as a setting or an event's field says; the checker sees to its type."""

    path: str


Due = Elapsed | WorkingTime | WorkingDays | AfterOpening | EndOf | StartOfNextWorkingDay | Named


class DuePhraseError(ForbearError):
    """A due phrase cannot be read: `offset` and `length` mark the word, in characters from the phrase's start.

    Where a word is missing, the last one before it is marked; an empty phrase has length 0.
    """

    def __init__(self, message: str, hint: str, *, offset: int, length: int) -> None:
        self.message, self.hint, self.offset, self.length = message, hint, offset, length
        super().__init__(f"{message}; {hint}")


def is_time_unit(unit: str) -> bool:
    """Whether a vocabulary's `unit:` is a unit of time, in its plural form."""
    return unit in UNIT_SECONDS


def parse_due(phrase: str) -> Due:
    """Read a due phrase; raises DuePhraseError at the first word that fits no form.

    Words are lower-case and stand apart by ASCII white space; a unit may be singular or plural.
    """
    words = [_Word(found.group(), found.start()) for found in re.finditer(r"\S+", phrase, re.ASCII)]
    if not words:
        raise DuePhraseError("the due phrase is empty", _EXAMPLES, offset=0, length=0)
    forms: Sequence[_Form] = _FORMS
    for position, word in enumerate(words):
        fitting = [form for form in forms if position < len(form.shape) and _fits(form.shape[position], word.text)]
        if not fitting:
            raise _unexpected(word, position, _expected(forms, position))
        forms = fitting
    for form in forms:
        if len(form.shape) == len(words):
            return form.build([word.text for word in words])
    message = f"the due phrase breaks off after {words[-1]}"
    raise _error(message, f"go on with {_listed(_expected(forms, len(words)))}", words[-1])


@frozen
class _Word:
    text: str
    offset: int

    def __str__(self) -> str:
        return repr(self.text if len(self.text) <= 40 else self.text[:37] + "...")


class _Slot(Enum):
    """A place in a form that takes more than one word."""

    NUMBER = "a number"
    UNIT = "a unit of time"
    WORKING_UNIT = "a unit of working time"
    NAME = "a name"


@frozen
class _Form:
    shape: tuple[str | _Slot, ...]
    build: Callable[[Sequence[str]], Due]


def _seconds(words: Sequence[str]) -> int:
    return int(words[0]) * UNIT_SECONDS[_plural(words[1])]


def _working(words: Sequence[str]) -> Due:
    number, unit = int(words[0]), _plural(words[2])
    return WorkingDays(number) if unit == "days" else WorkingTime(number * UNIT_SECONDS[unit])


_FORMS: Final = (
    _Form((_Slot.NUMBER, _Slot.UNIT), lambda words: Elapsed(_seconds(words))),
    _Form((_Slot.NUMBER, _Slot.UNIT, "after", "opening"), lambda words: AfterOpening(_seconds(words))),
    _Form((_Slot.NUMBER, "working", _Slot.WORKING_UNIT), _working),
    _Form(("end", "of", "day"), lambda _: EndOf(next=False, working=False)),
    _Form(("end", "of", "next", "day"), lambda _: EndOf(next=True, working=False)),
    _Form(("end", "of", "working", "day"), lambda _: EndOf(next=False, working=True)),
    _Form(("end", "of", "next", "working", "day"), lambda _: EndOf(next=True, working=True)),
    _Form(("next", "working", "day"), lambda _: StartOfNextWorkingDay()),
    _Form((_Slot.NAME,), lambda words: Named(words[0])),
)


def _fits(slot: str | _Slot, word: str) -> bool:
    match slot:
        case _Slot.NUMBER:
            # Counted before it is converted: Python refuses to read thousands of digits at all.
            digits = word.lstrip("0")
            return bool(re.fullmatch("[0-9]+", word)) and 0 < len(digits) <= 7 and int(digits) <= LARGEST_NUMBER
        case _Slot.UNIT:
            return _plural(word) in UNIT_SECONDS
        case _Slot.WORKING_UNIT:
            return _plural(word) in _WORKING_UNITS
        case _Slot.NAME:
            return bool(re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", word))
        case literal:
            return word == literal


def _plural(word: str) -> str:
    return word if word.endswith("s") else word + "s"


def _expected(forms: Sequence[_Form], position: int) -> list[str | _Slot]:
    return list(dict.fromkeys(form.shape[position] for form in forms if position < len(form.shape)))


def _listed(expected: Sequence[str | _Slot]) -> str:
    *most, last = [spelling for slot in expected for spelling in _spellings(slot)]
    return f"{', '.join(most)} or {last}" if most else last


def _spellings(slot: str | _Slot) -> tuple[str, ...]:
    match slot:
        case _Slot.UNIT:
            return tuple(UNIT_SECONDS)
        case _Slot.WORKING_UNIT:
            return _WORKING_UNITS
        case _Slot():
            return (slot.value,)
        case literal:
            return (literal,)


def _unexpected(word: _Word, position: int, expected: Sequence[str | _Slot]) -> DuePhraseError:
    if position == 0 and (word.text[0].isnumeric() or word.text[0] in "+-."):
        message = f"{word} is not a whole number from 1 to {LARGEST_NUMBER}"
        return _error(message, "write digits only, then a space and a unit: '90 minutes', not '1.5 hours'", word)
    if not expected:
        return _error(f"{word} is one word too many", "the due phrase is complete before it; take it out", word)
    units = [slot.value for slot in expected if isinstance(slot, _Slot) and position > 0]
    message = f"{word} is not {units[0] if units else 'understood here'}"
    spellings = [spelling for slot in expected for spelling in _spellings(slot)]
    if len(word.text) <= 40 and (close := get_close_matches(word.text.lower(), spellings, n=1)):
        return _error(message, f"did you mean {close[0]!r}?", word)
    return _error(message, _EXAMPLES if position == 0 else f"write {_listed(expected)}", word)


def _error(message: str, hint: str, word: _Word) -> DuePhraseError:
    return DuePhraseError(message, hint, offset=word.offset, length=len(word.text))
