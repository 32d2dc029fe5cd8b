"""Event lines, events as data, facts and utterances from a stranger, each in its own line or object."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from forbear.cli.lines import parsed, read_lines
from forbear.engine.pure import decide_facts
from forbear.errors import EventError
from hostile.family import Family, just
from hostile.giving import engine

TICK = {"id": "t", "at": "2026-03-02T09:00:00Z", "type": "tick"}
SAID = {
    "id": "said",
    "at": "2026-03-02T09:00:00Z",
    "type": "utterance",
    "contact": "c",
    "customer": "k",
    "text": "Hello.",
}


def event(**fields: Any) -> dict[str, Any]:
    """An utterance with other fields."""
    return {**SAID, "id": "u", **fields}


def line(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def with_field(field: str) -> bytes:
    """A tick with one more field, as it stands in the line."""
    return line('{"id": "t", "at": "2026-03-02T09:00:00Z", "type": "tick", ' + field + "}")


LINES = {
    "brackets": lambda: b"[" * 200_000,
    "closed brackets": lambda: b"[" * 200_000 + b"]" * 200_000,
    "braces": lambda: b'{"a":' * 100_000,
    "brackets in a field": lambda: with_field('"facts": ' + "[" * 100_000 + "]" * 100_000),
    "nesting just within the parser's reach": lambda: with_field('"facts": ' + "[" * 900 + "]" * 900),
    "nesting of fifty-one levels": lambda: with_field('"facts": {"contact.wait": ' + "[" * 51 + "]" * 51 + "}"),
    "a million digits": lambda: with_field('"facts": {"contact.wait": ' + "9" * 900_000 + "}"),
    "five thousand digits": lambda: with_field('"facts": {"contact.wait": ' + "9" * 5_000 + "}"),
    "five thousand digits and a sign": lambda: with_field('"facts": {"contact.wait": -' + "9" * 5_000 + "}"),
    "a fraction of a million digits": lambda: with_field('"facts": {"customer.value": 0.' + "3" * 900_000 + "}"),
    "a huge exponent": lambda: with_field('"facts": {"customer.value": 1e999999999999999999999}'),
    "an exponent of a billion": lambda: with_field('"facts": {"customer.value": 1e1000000000}'),
    "a tiny exponent": lambda: with_field('"facts": {"customer.value": 1e-1000000000}'),
    "an exponent past floats": lambda: with_field('"facts": {"customer.value": 1e400}'),
    "minus zero": lambda: with_field('"facts": {"contact.wait": -0, "customer.value": -0.0}'),
    "not a number": lambda: with_field('"facts": {"contact.wait": NaN}'),
    "infinity": lambda: with_field('"facts": {"contact.wait": -Infinity}'),
    "a number with a leading zero": lambda: with_field('"facts": {"contact.wait": 010}'),
    "hexadecimal": lambda: with_field('"facts": {"contact.wait": 0x10}'),
    "duplicate keys": lambda: line('{"id": "a", "id": "b", "at": "2026-03-02T09:00:00Z", "type": "tick"}'),
    "duplicate keys deep down": lambda: with_field('"facts": {"contact.wait": 1, "contact.wait": 2}'),
    "duplicate keys through an escape": lambda: with_field('"facts": {"contact.wait": 1, "contact.w\\u0061it": 2}'),
    "many keys": lambda: with_field(", ".join(f'"k{n}": 1' for n in range(60_000))),
    "many misspelt facts": lambda: with_field(
        '"facts": {' + ", ".join(f'"contact.wiat{n}": 1' for n in range(30_000)) + "}"
    ),
    "a key of a megabyte": lambda: with_field('"' + "k" * 900_000 + '": 1'),
    "single quotes": lambda: b"{'id': 't'}",
    "a trailing comma": lambda: b'{"id": "t",}',
    "a comment": lambda: b'{"id": "t"} // tick',
    "two objects in a line": lambda: json.dumps(TICK).encode() * 2,
    "a list of events": lambda: json.dumps([TICK, TICK]).encode(),
    "a text": lambda: b'"tick"',
    "a number": lambda: b"42",
    "nothing but null": lambda: b"null",
    "yaml": lambda: b"id: t",
    "a byte order mark": lambda: b"\xef\xbb\xbf" + json.dumps(TICK).encode(),
    "a byte order mark in the second line": lambda: (json.dumps(TICK) + "\n\ufeff" + json.dumps(TICK)).encode(),
    "two byte order marks": lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + json.dumps(TICK).encode(),
    "UTF-16": lambda: json.dumps(TICK).encode("utf-16"),
    "latin-1": lambda: '{"id": "é"}'.encode("latin-1"),
    "overlong UTF-8": lambda: b'{"id": "\xc0\xaf"}',
    "raw surrogates": lambda: line('{"id": "\ud800"}'),
    "null bytes": lambda: b"\0" * 500_000,
    "a null byte in an id": lambda: line('{"id": "a\\u0000b", "at": "2026-03-02T09:00:00Z", "type": "tick"}'),
    "a raw control in an id": lambda: line('{"id": "a\x01b", "at": "2026-03-02T09:00:00Z", "type": "tick"}'),
    "a lone high surrogate in an id": lambda: line('{"id": "\\ud800", "at": "2026-03-02T09:00:00Z", "type": "tick"}'),
    "a lone low surrogate in a contact": lambda: with_field('"contact": "\\udfff"'),
    "surrogates the wrong way round": lambda: with_field('"contact": "\\udc00\\ud800"'),
    "a pair of surrogates": lambda: with_field('"contact": "\\ud83d\\ude00"'),
    "a lone surrogate in a key": lambda: with_field('"\\ud800": 1'),
    "a lone surrogate in a fact's name": lambda: with_field('"facts": {"\\ud800": 1}'),
    "a lone surrogate in a fact": lambda: with_field('"facts": {"contact.channel": "\\ud800"}'),
    "a lone surrogate in words": lambda: json.dumps(event(text="a\ud800b")).encode(),
    "a line of four megabytes": lambda: b'{"id": "' + b"x" * 4_100_000 + b'"}',
    "a line of many megabytes": lambda: b"x" * 60_000_000,
    "a line that ends just at the bound": lambda: b"x" * 3_999_999 + b"\n" + json.dumps(TICK).encode(),
    "many empty lines": lambda: b"\n" * 2_000_000,
    "many carriage returns": lambda: b"\r" * 500_000,
    "many blank lines": lambda: b" \t\n" * 500_000,
    "lines that end in nothing": lambda: json.dumps(TICK).encode() + b"\0",
    "line separators within a line": lambda: (json.dumps(TICK) + "\u2028" + json.dumps(TICK)).encode(),
    "many bad lines": lambda: b"{\n" * 3_000,
}

EVENTS: dict[str, Any] = {
    "nothing": dict,
    "no id": lambda: {"at": TICK["at"], "type": "tick"},
    "an empty id": lambda: event(id=""),
    "an id of a megabyte": lambda: event(id="x" * 1_000_000),
    "a number for an id": lambda: event(id=1),
    "true for an id": lambda: event(id=True),
    "a list for an id": lambda: event(id=["u"]),
    "the engine's own id": lambda: event(id="o:1:overdue"),
    "an id that looks like a record's": lambda: event(id="d:u"),
    "an id of spaces": lambda: event(id="   "),
    "an id with a line break": lambda: event(id="a\nb"),
    "an id with terminal control": lambda: event(id="\x1b[2J"),
    "an id that turns direction": lambda: event(id="a\u202eb"),
    "an id in two normal forms": lambda: [event(id="é"), event(id="e\u0301")],
    "an id that speaks SQL": lambda: event(id="'; DROP TABLE decision; --"),
    "ids that differ in a trailing space": lambda: [event(id="a"), event(id="a ")],
    "the same id with other words": lambda: [event(), event(facts={"speech.hostile": True})],
    "a contact that is a path": lambda: event(contact="../../etc/passwd"),
    "a contact of a megabyte": lambda: event(contact="x" * 1_000_000),
    "a customer of null": lambda: event(customer=None),
    "an unknown type": lambda: event(type="utterence"),
    "a type of a megabyte": lambda: event(type="u" * 1_000_000),
    "a list for a type": lambda: event(type=["utterance"]),
    "a mapping for a type": lambda: event(type={}),
    "a type that only the engine raises": lambda: event(type="obligation_overdue", obligation="o:1"),
    "the year zero": lambda: event(at="0000-01-01T00:00:00Z"),
    "the year one": lambda: event(at="0001-01-01T00:00:00Z"),
    "the year one in an eastern zone": lambda: event(at="0001-01-01T00:00:00+14:00"),
    "the year 9999": lambda: event(at="9999-12-31T23:59:59Z"),
    "the year 9999 in a western zone": lambda: event(at="9999-12-31T23:59:59-12:00"),
    "the year 9999 with a warning to be spoken": lambda: event(
        at="9999-12-31T23:59:59Z",
        facts={"speech.hostile": True, "speech.target": "advisor", "speech.category": "insult"},
    ),
    "the year ten thousand": lambda: event(at="10000-01-01T00:00:00Z"),
    "a leap second": lambda: event(at="2016-12-31T23:59:60Z"),
    "the thirtieth of February": lambda: event(at="2026-02-30T00:00:00Z"),
    "an offset of ninety-nine hours": lambda: event(at="2026-03-02T09:00:00+99:99"),
    "an offset of seconds": lambda: event(at="2026-03-02T09:00:00+01:02:03"),
    "no zone": lambda: event(at="2026-03-02T09:00:00"),
    "a named zone": lambda: event(at="2026-03-02T09:00:00[Europe/London]"),
    "a date": lambda: event(at="2026-03-02"),
    "a week date": lambda: event(at="2026-W10-1T09:00:00Z"),
    "a compact moment": lambda: event(at="20260302T090000Z"),
    "a moment with a hundred digits of a second": lambda: event(at="2026-03-02T09:00:00." + "1" * 100 + "Z"),
    "a moment of a megabyte": lambda: event(at="2026-03-02T09:00:00Z" * 50_000),
    "a moment in other digits": lambda: event(at="２０２６-03-02T09:00:00Z"),
    "seconds since 1970": lambda: event(at=1_772_442_000),
    "a fraction for a moment": lambda: event(at=1.5),
    "a moment with a null byte": lambda: event(at="2026-03-02T09:00:00Z\0"),
    "a moment with a lone surrogate": lambda: event(at="2026-03-02\ud80009:00:00Z"),
    "a datetime without a zone": lambda: event(at=datetime(2026, 3, 2)),  # noqa: DTZ001
    "a datetime in a strange zone": lambda: event(
        at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=23, minutes=59)))
    ),
    "the last datetime": lambda: event(at=datetime.max.replace(tzinfo=UTC)),
    "no words": lambda: event(text=""),
    "a megabyte of words": lambda: event(text="you " * 250_000),
    "words at the bound": lambda: event(text="a" * 100_000),
    "insults at the bound": lambda: event(text="idiot " * 16_000),
    "words with accents stacked": lambda: event(text="i" + "\u0301" * 99_000),
    "words without a space": lambda: event(text="傻" * 100_000),
    "a list for words": lambda: event(text=["Hello."]),
    "a language of its own": lambda: event(lang="tlh"),
    "a speaker of its own": lambda: event(speaker="ghost"),
    "earlier turns without end": lambda: event(before=[{"speaker": "customer", "text": "x"}] * 1_001),
    "long earlier turns": lambda: event(before=[{"speaker": "customer", "text": "x" * 100_000}] * 100),
    "an earlier turn with a strange key": lambda: event(before=[{"speaker": "customer", "text": "x", "__class__": 1}]),
    "an earlier turn that is a text": lambda: event(before=["Hello."]),
    "a field that there is not": lambda: event(txet="Hello."),
    "a magic field": lambda: event(__class__="Event"),
    "facts of a list": lambda: event(facts=[1]),
    "facts of texts": lambda: event(facts="speech.hostile"),
    "a fact that there is not": lambda: event(facts={"speech.hostle": True}),
    "a fact of history": lambda: event(facts={"history.first_warning_spoken": True}),
    "a fact of a setting": lambda: event(facts={"setting.offence_window": 1}),
    "a number for true": lambda: event(facts={"speech.hostile": 1}),
    "a text for true": lambda: event(facts={"speech.hostile": "true"}),
    "true for a number": lambda: event(facts={"contact.wait": True}),
    "a value of another case": lambda: event(facts={"speech.target": "Advisor"}),
    "a value that looks like another": lambda: event(facts={"speech.target": "аdvisor"}),
    "a number of a thousand bits": lambda: event(facts={"contact.wait": 2**1_000}),
    "a number of a million bits": lambda: event(facts={"contact.wait": 2**1_000_000}),
    "a fraction without end": lambda: event(facts={"customer.value": 1 / 3}),
    "a decimal of many places": lambda: event(facts={"customer.value": Decimal("0." + "3" * 10_000)}),
    "a decimal that is not a number": lambda: event(facts={"customer.value": Decimal("NaN")}),
    "a decimal that signals": lambda: event(facts={"customer.value": Decimal("sNaN")}),
    "a float that is not a number": lambda: event(facts={"customer.value": float("nan")}),
    "a float without bound": lambda: event(facts={"customer.value": float("inf")}),
    "a set": lambda: event(facts={"contact.wait": {1}}),
    "bytes": lambda: event(facts={"contact.wait": b"1"}),
    "an object": lambda: event(facts={"contact.wait": object()}),
    "a list that holds itself": lambda: event(facts={"contact.wait": itself()}),
    "a key that is no text": lambda: {**event(), 1: 2},
    "a fact whose name is no text": lambda: event(facts={1: 2}),
    "what is not an event": lambda: "tick",
    "an obligation that there is not": lambda: event(
        type="obligation_closed", obligation="o:nobody", how="done", text=None
    ),
    "an obligation of a megabyte": lambda: {
        **TICK,
        "type": "obligation_closed",
        "obligation": "o" * 10**6,
        "how": "done",
    },
    "an obligation closed by force": lambda: {**TICK, "type": "obligation_closed", "obligation": "o", "how": "deleted"},
    "an offence that there is not": lambda: {
        **TICK,
        "type": "offence_reviewed",
        "offence": "latest",
        "verdict": "upheld",
    },
    "an offence with a null byte": lambda: {**TICK, "type": "offence_reviewed", "offence": "\0", "verdict": "upheld"},
    "many candidates": lambda: {
        **TICK,
        "type": "contact_offered",
        "facts": {"advisors": [{"id": f"a{n}"} for n in range(20_000)]},
    },
    "candidates of one id": lambda: {**TICK, "type": "contact_offered", "facts": {"advisors": [{"id": "a"}] * 2}},
    "candidates without an id": lambda: {**TICK, "type": "contact_offered", "facts": {"advisors": [{}]}},
    "a candidate with a magic field": lambda: {
        **TICK,
        "type": "contact_offered",
        "facts": {"advisors": [{"id": "a", "__class__": "x"}]},
    },
    "a candidate that is a text": lambda: {**TICK, "type": "contact_offered", "facts": {"advisors": ["a"]}},
    "a contact started twice": lambda: [
        {**TICK, "id": f"s{n}", "type": "contact_started", "contact": "c", "facts": {"contact.wait": n}}
        for n in range(2)
    ],
    "a contact that ends before it starts": lambda: {**TICK, "type": "contact_ended", "contact": "nobody"},
}


def itself() -> list[Any]:
    """A list that holds itself."""
    found: list[Any] = []
    found.append(found)
    return found


FACTS: dict[str, Any] = {
    "none": dict,
    "an unknown type": lambda: {"event.type": "utterence"},
    "a list for a type": lambda: {"event.type": ["utterance"]},
    "a mapping for a type": lambda: {"event.type": {}},
    "a decision that there is not": lambda: {"reponse": "warn"},
    "a decision with a value that there is not": lambda: {"response": "shout"},
    "a decision with a list for a value": lambda: {"response": ["warn"]},
    "a fold of a text": lambda: {"event.type": "utterance", "history.first_warning_spoken": "yes"},
    "a setting": lambda: {"setting.offence_window": 3},
    "a name of a megabyte": lambda: {"a." + "b" * 10**6: 1},
    "an empty name": lambda: {"": 1},
    "a lone surrogate": lambda: {"\ud800": "\udfff"},
    "many names": lambda: {f"a.b{n}": n for n in range(50_000)},
    "a number that is not one": lambda: {"event.type": "utterance", "customer.value": float("nan")},
    "deep lists": lambda: {"event.type": "contact_offered", "advisors": deep_list(400)},
    "event fields of every kind": lambda: {"event.type": "offence_reviewed", "event.verdict": {"a": [1, None]}},
}


def deep_list(depth: int) -> Any:
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


def give_lines(raw: bytes, folder: Path) -> str:
    """The lines of a file through the engine, as `forbear run` reads them."""
    path = folder / "events.jsonl"
    path.write_bytes(raw)
    good = 0
    said: list[str] = []
    for _, text in read_lines(str(path)):
        try:
            engine().decide(parsed(text))
            good += 1
        except EventError as error:
            said.append(str(error))
    assert all(0 < len(one) < 3_000 for one in said)
    return f"{good} taken, {len(said)} refused"


def give_events(events: Any, _: Path) -> str:
    found = [engine().decide(one) for one in (events if isinstance(events, list) else [events])]
    fallen = sorted({name for record in found for name in record.degraded or {}})
    return " ".join(["accepted", *(["with fall-backs"] if fallen else [])])


def give_facts(facts: dict[str, Any], _: Path) -> str:
    answer = decide_facts(engine().policy, facts)
    return "accepted with fall-backs" if answer.degraded else "accepted"


LINE_FAMILIES = [
    Family("line", just(LINES), give_lines),
    Family("event", just(EVENTS), give_events),
    Family("facts", just(FACTS), give_facts),
]
