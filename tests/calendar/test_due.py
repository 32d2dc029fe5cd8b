"""Due phrases: what each form means, and where and how a wrong one is pointed at."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from forbear.calendar.due import (
    LARGEST_NUMBER,
    UNIT_SECONDS,
    AfterOpening,
    Due,
    DuePhraseError,
    Elapsed,
    EndOf,
    Named,
    StartOfNextWorkingDay,
    WorkingDays,
    WorkingTime,
    is_time_unit,
    parse_due,
)

NUMBERS = st.integers(1, LARGEST_NUMBER)
UNITS = st.sampled_from([(name, size) for plural, size in UNIT_SECONDS.items() for name in (plural, plural[:-1])])
WORDS = st.sampled_from(
    [*UNIT_SECONDS, "1", "0", "-3", "end", "of", "next", "working", "day", "after", "opening", "a.b"]
)


@pytest.mark.parametrize(
    ("phrase", "due"),
    [
        ("45 seconds", Elapsed(45)),
        ("1 minute", Elapsed(60)),
        ("48 hours", Elapsed(172_800)),
        ("1 day", Elapsed(86_400)),
        ("2 weeks", Elapsed(1_209_600)),
        ("010 minutes", Elapsed(600)),
        ("  10   minutes\n", Elapsed(600)),
        ("90 working minutes", WorkingTime(5400)),
        ("1 working hour", WorkingTime(3600)),
        ("1 working day", WorkingDays(1)),
        ("5 working days", WorkingDays(5)),
        ("90 minutes after opening", AfterOpening(5400)),
        ("2 days after opening", AfterOpening(172_800)),
        ("end of day", EndOf(next=False, working=False)),
        ("end of next day", EndOf(next=True, working=False)),
        ("end of working day", EndOf(next=False, working=True)),
        ("end of next working day", EndOf(next=True, working=True)),
        ("next working day", StartOfNextWorkingDay()),
        ("setting.callback_within", Named("setting.callback_within")),
        ("event.within", Named("event.within")),
        ("promise.terms.t2", Named("promise.terms.t2")),
    ],
)
def test_each_form_of_phrase_is_read(phrase: str, due: Due) -> None:
    assert parse_due(phrase) == due


@given(NUMBERS, UNITS)
@example(LARGEST_NUMBER, ("weeks", 604_800))
def test_a_number_and_a_unit_multiply(number: int, unit: tuple[str, int]) -> None:
    name, size = unit
    assert parse_due(f"{number} {name}") == Elapsed(number * size)
    assert parse_due(f"{number} {name} after opening") == AfterOpening(number * size)


@pytest.mark.parametrize(
    ("phrase", "word", "hint"),
    [
        ("3 fortnights", "fortnights", "seconds, minutes, hours, days, weeks"),
        ("10 minuets", "minuets", "did you mean 'minutes'?"),
        ("10 MINUTES", "MINUTES", "did you mean 'minutes'?"),
        ("3 wroking days", "wroking", "did you mean 'working'?"),
        ("2 working weeks", "weeks", "write minutes, hours or days"),
        ("2 working seconds", "seconds", "write minutes, hours or days"),
        ("end of nxt day", "nxt", "did you mean 'next'?"),
        ("end of next week", "week", "working"),
        ("90 minutes after closing", "closing", "write opening"),
        ("10 minutes from now", "from", "write after"),
        ("end of day today", "today", "take it out"),
        ("setting.x minutes", "minutes", "take it out"),
        ("3 working days after opening", "after", "take it out"),
        ("tomorrow", "tomorrow", "'end of next working day'"),
        ("five minutes", "five", "'10 minutes'"),
        ("Setting.x", "Setting.x", "setting.callback_within"),
        ("setting.", "setting.", "setting.callback_within"),
        ("0 minutes", "0", "digits"),
        ("-5 minutes", "-5", "digits"),
        ("+5 minutes", "+5", "digits"),
        ("1.5 hours", "1.5", "'90 minutes', not '1.5 hours'"),
        ("1,000 days", "1,000", "digits"),
        ("1_000 days", "1_000", "digits"),
        ("10m", "10m", "then a space and a unit"),
        ("1000001 seconds", "1000001", "digits"),
        ("٣ days", "٣", "digits"),
        ("三 days", "三", "digits"),
        ("5\u00a0minutes", "5\u00a0minutes", "a space"),
    ],
)
def test_a_wrong_word_is_marked_and_a_hint_says_what_to_write(phrase: str, word: str, hint: str) -> None:
    with pytest.raises(DuePhraseError) as caught:
        parse_due(phrase)
    error = caught.value
    assert phrase[error.offset : error.offset + error.length] == word
    assert repr(word) in error.message
    assert hint in error.hint
    assert str(error) == f"{error.message}; {error.hint}"


@pytest.mark.parametrize(
    ("phrase", "marked", "hint"),
    [
        ("5", "5", "weeks or working"),
        ("5 working", "working", "minutes, hours or days"),
        ("end  of", "of", "day, next or working"),
        ("10 minutes after ", "after", "go on with opening"),
        ("next working", "working", "go on with day"),
    ],
)
def test_a_phrase_that_breaks_off_marks_its_last_word(phrase: str, marked: str, hint: str) -> None:
    with pytest.raises(DuePhraseError, match="breaks off") as caught:
        parse_due(phrase)
    error = caught.value
    assert phrase[error.offset : error.offset + error.length] == marked
    assert hint in error.hint


@pytest.mark.parametrize("phrase", ["", "  \n"])
def test_an_empty_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(DuePhraseError, match="empty") as caught:
        parse_due(phrase)
    assert (caught.value.offset, caught.value.length) == (0, 0)


@given(st.text(max_size=30) | st.lists(WORDS, max_size=6).map(" ".join))
@example("9" * 10_000 + " days")
@example("1 " + "s" * 10_000)
def test_no_phrase_raises_anything_else_and_what_is_marked_lies_within_it(phrase: str) -> None:
    error = _refusal(phrase)
    if error is not None:
        assert 0 <= error.offset <= error.offset + error.length <= len(phrase)
        assert error.hint
        assert len(str(error)) < 400


def _refusal(phrase: str) -> DuePhraseError | None:
    try:
        parse_due(phrase)
    except DuePhraseError as error:
        return error
    return None


def test_units_of_time_are_the_five_plurals() -> None:
    assert [unit for unit in ("seconds", "minutes", "hours", "days", "weeks") if is_time_unit(unit)] == [*UNIT_SECONDS]
    assert not any(is_time_unit(unit) for unit in ("second", "months", "points", ""))
