"""Events: any line, or an event with drawn fields; the record survives its JSON, and the same event changes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import atheris

from fuzz.harness import instrumented, run

with instrumented("forbear.engine", "forbear.ledger", "forbear.codec", "forbear.calendar"):
    from forbear import Engine
    from forbear.codec import line, record_as_plain, record_from_plain
    from forbear.engine.lines import parse_line
    from forbear.errors import EventError
    from fuzz.deciding import value
    from hostile.lines import EVENTS, LINES

LONGEST = 4_000
RESTART = 500  # events after which the ledger begins anew
TYPES = [
    "contact_started", "contact_offered", "utterance", "contact_ended", "obligation_closed", "offence_reviewed",
    "tick", "message_drafted", "utterence",
]  # fmt: skip
MOMENTS = [
    "2026-03-02T09:00:00Z", "2026-03-02T09:00:01.5+08:00", "2026-03-27T17:29:00Z", "2026-12-31T23:59:59Z",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-03-02T08:59:00-05:00",
]  # fmt: skip
ODD: list[Any] = [None, "", "latest", "o:1", -1, 2**63, 2**70, 0.1, True, [], {}, "\ud800", "\0", "x" * 300, [[]]]
FIELDS = [
    "contact", "customer", "advisor", "speaker", "text", "lang", "before", "obligation", "how", "reason", "by", "note",
    "offence", "verdict", "channel", "author", "kind", "shows", "facts", "zzz",
]  # fmt: skip
_engines: list[tuple[Engine, list[int]]] = []


def engine() -> Engine:
    """An engine whose ledger does not grow for ever."""
    if _engines and _engines[-1][1][0] > RESTART:
        _engines.pop()[0].close()
    if not _engines:
        _engines.append((Engine(), [0]))
    _engines[-1][1][0] += 1
    return _engines[-1][0]


def check(raw: bytes) -> None:
    """The first byte says whether the rest is a line or draws events."""
    data = atheris.FuzzedDataProvider(raw[1:])
    if raw[:1] and raw[0] % 2:
        for _ in range(data.ConsumeIntInRange(1, 4)):
            decide(event(data))
        return
    try:
        given = parse_line(raw[1:].decode("utf-8", "surrogatepass" if raw[:1] == b"\2" else "replace"))
    except (EventError, UnicodeDecodeError):
        return
    decide(given)


def decide(given: dict[str, Any]) -> None:
    """Decide twice; what comes out survives its JSON."""
    deciding = engine()
    try:
        record = deciding.decide(given)
    except EventError as error:
        assert len(str(error)) < 5_000
        return
    text = line(record_as_plain(record))
    assert record_from_plain(json.loads(text)) == record_from_plain(json.loads(line(record_as_plain(record))))
    assert line(record_as_plain(deciding.decide(given))) == text


def event(data: atheris.FuzzedDataProvider) -> dict[str, Any]:
    """An event, most fields of which are right."""
    found: dict[str, Any] = {
        "id": f"e{data.ConsumeIntInRange(0, 10_000_000)}",
        "at": data.PickValueInList(MOMENTS),
        "type": data.PickValueInList(TYPES),
    }
    if found["type"] in ("contact_started", "utterance", "contact_offered"):
        found |= {"contact": f"c{data.ConsumeIntInRange(0, 3)}", "customer": f"u{data.ConsumeIntInRange(0, 3)}"}
    if found["type"] == "utterance":
        found["text"] = data.PickValueInList(["Hello.", "You idiot!", "去死吧", data.ConsumeUnicode(40)])
    if found["type"] == "obligation_closed":
        found |= {"obligation": "latest", "how": data.PickValueInList(["done", "waived", "unreachable", "x"])}
    if found["type"] == "offence_reviewed":
        found |= {"offence": "latest", "verdict": data.PickValueInList(["upheld", "overturned"])}
    facts = engine().policy.facts
    drawn = {
        path: value(facts[path].type, data)
        for path in (data.PickValueInList(sorted(facts)) for _ in range(data.ConsumeIntInRange(0, 6)))
    }
    if drawn:
        found["facts"] = drawn
    for _ in range(data.ConsumeIntInRange(0, 2)):
        found[data.PickValueInList(FIELDS)] = data.PickValueInList([*ODD, data.ConsumeUnicode(12)])
    return found


def seeds() -> Iterator[bytes]:
    """The hostile lines and events, the shipped story, and drawn events."""
    from importlib.resources import files

    for lang in ("en", "zh"):
        for one in files("forbear.cli.demo").joinpath(f"events.{lang}.jsonl").read_bytes().splitlines():
            yield b"\0" + one
    for make in LINES.values():
        raw = make()
        yield b"\0" + raw[:LONGEST]
    for make in EVENTS.values():
        try:
            yield b"\2" + json.dumps(make()).encode()
        except (TypeError, ValueError):
            continue
    for n in range(64):
        yield bytes([1, *((n * m * 31 + m * m) % 256 for m in range(1, 60))])


if __name__ == "__main__":
    run("events", check, seeds(), LONGEST)
