from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from centre import abuse, at, dump, engine, event, routing, said, small
from conftest import examples
from forbear import EventError
from forbear.engine import parse_event, parse_line
from forbear.engine.events import fingerprint

DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]

GOOD = said("e1", 0, abuse(), text="words")

MALFORMED: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({"id": None}, "an event needs an `id`"),
    "an empty id": ({"id": ""}, "`id` is a text of 1 to 200 characters"),
    "a number as id": ({"id": 7}, "`id` is a text of 1 to 200 characters, not 7"),
    "a long id": ({"id": "x" * 201}, "`id` is a text of 1 to 200 characters"),
    "a lone surrogate in the id": ({"id": "\ud800"}, r"`id` is a text of 1 to 200 characters, not '\ud800'"),
    "a NUL in the id": ({"id": "a\0b"}, "`id` is a text"),
    "an id of the engine's": ({"id": "o:e1:warning:overdue"}, "choose another `id`"),
    "no type": ({"type": None}, "an event needs a `type`: contact_started, "),
    "a misspelt type": ({"type": "utterence"}, "no event type 'utterence'; did you mean `utterance`?"),
    "a type like nothing": ({"type": "zzz"}, "no event type 'zzz'; known: "),
    "a list as type": ({"type": ["utterance"]}, "there is no event type"),
    "a type that only the engine raises": ({"type": "obligation_overdue"}, "raised by the engine itself"),
    "no at": ({"at": None}, "an event needs `at`, a moment with a zone"),
    "no moment": ({"at": "yesterday"}, "'yesterday' is not a moment"),
    "a naive moment": ({"at": "2026-03-02T09:00:00"}, "has no zone: an event needs `at`"),
    "a naive datetime": ({"at": datetime(2026, 3, 2)}, "has no zone"),  # noqa: DTZ001
    "a date": ({"at": "2026-03-02"}, "has no zone"),
    "year 0": ({"at": "0000-03-02T09:00:00Z"}, "is not a moment"),
    "before the calendar": ({"at": "0001-01-01T00:00:00+14:00"}, "lies outside the calendar"),
    "after the calendar": ({"at": "9999-12-31T23:59:59-14:00"}, "lies outside the calendar"),
    "month 13": ({"at": "2026-13-02T09:00:00Z"}, "is not a moment"),
    "seconds since 1970": ({"at": 1772442000}, "an event needs `at`"),
    "a surrogate in the moment": ({"at": "2026-03-02T09:00:00\ud800"}, "is not a moment"),
    "a contact that is a number": ({"contact": 7}, "`contact` is a text"),
    "an empty customer": ({"customer": ""}, "`customer` is a text"),
    "an advisor that is a list": ({"advisor": ["a7"]}, "`advisor` is a text"),
    "an unknown field": ({"speeker": "customer"}, "has no field 'speeker'; did you mean `speaker`?"),
    "a field of another type": ({"verdict": "upheld"}, "`utterance` has no field 'verdict'"),
    "a speaker who does not exist": ({"speaker": "boss"}, "`speaker` is one of customer, advisor, bot, other, not"),
    "a language that does not exist": ({"lang": "fr"}, "`lang` is one of en, zh, auto"),
    "a text that is none": ({"text": 7}, "`text` is a text"),
    "a text without end": ({"text": "x" * 100_001}, "`text` is longer than 100,000 characters"),
    "before that is no list": ({"before": "x"}, "`before` is a list of at most 1,000 turns"),
    "too many turns": ({"before": [{"speaker": "x", "text": "y"}] * 1001}, "at most 1,000 turns"),
    "a turn that is none": ({"before": [{"text": "x"}]}, "a turn of `before` is"),
    "a turn with a number": ({"before": [{"speaker": "x", "text": 1}]}, "`text` is a text"),
    "facts in a list": ({"facts": [1]}, "`facts` is an object"),
    "a misspelt fact": ({"facts": {"speech.hostle": True}}, "no fact 'speech.hostle'; did you mean `speech.hostile`?"),
    "a fold as a fact": ({"facts": {"history.ended": True}}, "there is no fact 'history.ended'"),
    "facts that are no JSON": ({"facts": {"speech.hostile": {1, 2}}}, "'facts' holds a set, which JSON does not have"),
    "a key that is no text": ({"facts": {7: True}}, "'facts' has a key that is not a text"),
    "a number that is none": ({"facts": {"speech.hostile": float("nan")}}, "'facts' holds NaN or an infinity"),
    "a signalling one": ({"facts": {"speech.hostile": Decimal("sNaN")}}, "'facts' holds NaN or an infinity"),
    "endless digits": ({"facts": {"speech.hostile": 10**5000}}, "more than 1,000 digits"),
    **{f"a deep {name}": ({name: DEEP}, f"'{name}' is nested more than 50 levels deep; make it flatter")
       for name in ("id", "at", "type", "contact", "facts", "text", "before", "speaker", "odd")},
}  # fmt: skip


@pytest.mark.parametrize(("change", "says"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_field_is_an_event_error_that_says_what_to_do(change: dict[str, Any], says: str) -> None:
    with engine() as one:
        empty = dump(one)
        with pytest.raises(EventError, match=re.escape(says)) as caught:
            one.decide({**GOOD, **change})
        assert len(str(caught.value)) < 1000
        assert dump(one) == empty


def test_a_missing_field_is_the_same_as_none() -> None:
    for name in ("id", "at", "type"):
        with pytest.raises(EventError, match=f"needs (an? )?`{name}`"):
            parse_event({key: value for key, value in GOOD.items() if key != name}, routing())


@pytest.mark.parametrize("given", [None, [], "e1", 7, [("id", "e1")]], ids=repr)
def test_what_is_no_object_is_an_event_error(given: Any) -> None:
    with pytest.raises(EventError, match="an event is an object"):
        parse_event(given, routing())


def test_the_error_names_the_event_where_it_has_an_id() -> None:
    with pytest.raises(EventError) as caught:
        parse_event({**GOOD, "type": "nothing"}, routing())
    assert caught.value.event == "e1"


class NoZone(tzinfo):
    def utcoffset(self, _: datetime | None) -> None:
        return None


def test_a_datetime_is_taken_as_its_moment() -> None:
    moment = datetime(2026, 3, 2, 11, tzinfo=timezone(timedelta(hours=2)))
    assert parse_event({**GOOD, "at": moment}, routing()).at.isoformat() == at(0)
    with pytest.raises(EventError, match="has no zone"):
        parse_event({**GOOD, "at": moment.replace(tzinfo=NoZone())}, routing())


REQUIRED = [("obligation_closed", "obligation"), ("obligation_closed", "how"), ("offence_reviewed", "offence"),
            ("offence_reviewed", "verdict")]  # fmt: skip


@pytest.mark.parametrize(("type_", "name"), REQUIRED)
def test_a_field_that_the_type_requires_is_named(type_: str, name: str) -> None:
    fields = {
        "obligation_closed": {"obligation": "o1", "how": "done"},
        "offence_reviewed": {"offence": "l1", "verdict": "upheld"},
    }
    given = event("e1", type_, **{**fields[type_], name: None})
    with pytest.raises(EventError, match=f"`{type_}` needs `{name}`"):
        parse_event(given, routing())


def test_the_fields_of_a_declared_type_are_checked_too() -> None:
    policy = small("events: {promise_made: {promise: string, share: {type: decimal, places: 2, range: [0, 1]}}}")
    good = event("e1", "promise_made", promise="ring back", share=Decimal("0.715"))
    assert parse_event(good, policy).fields == {"promise": "ring back", "share": 0.72}
    for change, says in (
        ({"promise": None}, "needs `promise`"),
        ({"share": 2}, "`share` is a number from 0.00 to 1.00"),
        ({"promice": "x"}, "did you mean `promise`"),
    ):
        with pytest.raises(EventError, match=says):
            parse_event({**good, **change}, policy)


# Later Pythons read deeper brackets, which are then refused all the same.
TOO_DEEP = "nested too deeply|nested more than 50 levels deep"

LINES: dict[str, tuple[str, str]] = {
    "nothing": ("", "not JSON"),
    "half an object": ('{"id": "e1"', "not JSON"),
    "a list": ("[]", "an event is a JSON object"),
    "two keys alike": ('{"id": "e1", "id": "e2"}', "'id' stands twice in one object"),
    "two facts alike": ('{"id": "e1", "facts": {"a": 1, "b": 2, "a": 2}}', "'a' stands twice"),
    "NaN": ('{"id": NaN}', "NaN is not a number of JSON"),
    "Infinity": ('{"facts": {"x": -Infinity}}', "-Infinity is not a number of JSON"),
    "deep": ('{"id": ' + "[" * 5000 + "]" * 5000 + "}", TOO_DEEP),
    "deep enough to be read": ('{"id": ' + "[" * 60 + "]" * 60 + "}", "more than 50 levels deep"),
    "deep objects": ('{"a":' * 5000 + "1" + "}" * 5000, TOO_DEEP),
    "long": ('{"id": "' + "x" * 1_000_000 + '"}', "longer than 1,000,000 characters"),
    "endless digits": ('{"id": ' + "7" * 5000 + "}", "more than 1,000 digits"),
    "an endless exponent": ('{"id": 1e' + "9" * 30 + "}", "no number that anybody can use"),
    "a byte order mark": ("\ufeff{}", "not JSON"),
    "a lone bracket without end": ("[" * 900_000, "nested too deeply"),
}


@pytest.mark.parametrize(("line", "says"), LINES.values(), ids=LINES)
def test_a_malformed_line_is_an_event_error(line: str, says: str) -> None:
    with pytest.raises(EventError, match=says) as caught:
        parse_line(line)
    assert len(str(caught.value)) < 300


def test_a_line_of_a_megabyte_is_read() -> None:
    text = "x" * 99_000
    before = [{"speaker": "customer", "text": text}] * 8
    given = parse_line(json.dumps({**GOOD, "text": text, "before": before}))
    assert parse_event(given, routing()).fields["text"] == text


def test_a_fraction_in_a_line_stays_exact() -> None:
    assert parse_line('{"facts": {"x": 0.715}}') == {"facts": {"x": Decimal("0.715")}}


def test_broken_characters_in_a_text_are_replaced() -> None:
    fields = parse_event({**GOOD, "text": "a\ud800b"}, routing()).fields
    assert fields["text"] == "a?b"


def test_the_fingerprint_does_not_depend_on_the_layout() -> None:
    one = parse_event(parse_line(json.dumps({**GOOD, "at": "2026-03-02T09:00:00Z"})), routing())
    other = parse_event(parse_line(json.dumps(dict(reversed(GOOD.items())), indent=3)), routing())
    assert fingerprint(one) == fingerprint(other)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20)
    | st.decimals() | st.sampled_from(["e1", "latest", "latest:warning", "upheld", "done", "\ud800", "\0"])
    | st.binary(max_size=3) | st.just(at(1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
FIELDS = ["id", "at", "type", "contact", "customer", "advisor", "facts", "speaker", "text", "lang", "before", "channel",
          "obligation", "how", "reason", "note", "by", "offence", "verdict", "odd"]  # fmt: skip
TYPES = sorted(routing().events)


@settings(max_examples=examples(150))
@given(
    type_=st.sampled_from(TYPES),
    changes=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4),
    facts=st.dictionaries(st.sampled_from(sorted(routing().facts)), ANYTHING, max_size=4),
)
@example(type_="contact_started", changes={}, facts={"advisor.name": "\ud800"})
@example(type_="utterance", changes={"at": "9999-12-31T23:59:59Z"}, facts=abuse("hate"))
def test_nothing_but_an_event_error_comes_of_any_event(
    type_: str, changes: dict[str, Any], facts: dict[str, Any]
) -> None:
    with engine() as one:
        one.decide(said("w", 0, abuse()))
        given = {**event("e1", type_, 2, contact="c1"), "facts": facts, **changes}
        try:
            record = one.decide(given)
        except EventError:
            return
        assert one.decide(given) == record
        one.decide(said("after", 3, contact="c1"))  # nothing that was kept stands in the way later


@settings(max_examples=examples(150))
@given(line=st.text(max_size=50) | ANYTHING.map(lambda value: json.dumps(value, default=str)))
def test_nothing_but_an_event_error_comes_of_any_line(line: str) -> None:
    with contextlib.suppress(EventError):
        parse_event(parse_line(line), routing())


class Awkward:
    def __repr__(self) -> str:
        raise RuntimeError("no name")


def test_objects_that_cannot_be_shown_are_an_event_error() -> None:
    places: list[Callable[[object], dict[str, Any]]] = [
        lambda odd: {**GOOD, "facts": {"advisor.name": odd}},
        lambda odd: {**GOOD, "id": odd},
        lambda odd: {**GOOD, "text": odd},
    ]
    for place in places:
        with pytest.raises(EventError, match="Awkward"):
            parse_event(place(Awkward()), routing())
