"""Deciding again what was decided gives the same, and where a record was changed the first difference is named."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from centre import abuse, closed, engine, event, routing, said, small, three_strikes
from forbear import Engine, EventError, Record, WorkingCalendar, hookimpl, hours, load_policy
from forbear.codec import record_as_plain, record_from_plain
from forbear.engine import audit as again
from forbear.engine.audit import Again, Difference
from forbear.engine.auditor import audit
from forbear.language.kept import Unusable, rebuilt, written
from forbear.ledger.checkpoints import all_checkpoints, as_book
from house import Watch
from stories import stories

from .vows import DROP, EVENTS

DAY = 60 * 24


def findings(one: Engine) -> list[str]:
    return [found.message for found in audit(one.store).findings]


# --- everything again


def test_the_stories_of_the_standard_pack_are_decided_again_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "rebuilt", cache(rebuilt))  # most of them have the same policy
    found: list[str] = []
    decided = 0
    for told in stories():
        with engine(told.policy, evaluator="reference") as one:
            for given in told.events:
                with suppress(EventError):
                    one.decide(given)
            report = audit(one.store)
            found += [wrong.message for wrong in report.findings]
            assert report.again == report.decisions or report.erased
            decided += report.again
    assert found == []
    assert decided > 100


EVENTFUL = (
    EVENTS
    + """
facts:
  mood.score: {type: decimal, places: 2, range: [0, 1], optional: true}
  helpers: {list_of: {id: string, free: bool}}
entries: {vow: {kept: {type: bool, default: false}}}
history:
  served: {count: vow, scope: customer}
obligations:
  deed:
    to: advisor
    due: event.within
    carries: {what: = event.what}
    say: promised
    closes: {done: {amend: {vow: {kept: true}}}, waived: {needs: [reason, by]}}
  call: {to: manager, from: next working day, due: end of next working day, once: {per: contact}, closes: {done: {}}}
  card: {to: manager, due: setting.grace, once: {per: customer, while: open}, expires: 3 days, closes: {done: {}}}
texts:
  promised: {en: "We promise {event.what}.", zh: "我们承诺{event.what}。"}
  dropped: {en: "Not {event.what}.", zh: "不{event.what}。"}
decisions:
  - decision: promise
    asks: What is promised?
    asked_on: [promised]
    outcome: [no, little, much]
    hit: first
    fallback: no
    grave: [much]
    rules:
      - rule: glad
        when: has(mood.score) && mood.score >= 0.75
        then: much
        record: [vow]
        owe: [deed, call, card]
        because: {en: Glad., zh: 高兴。}
        source: T1
      - {rule: all, then: little, record: [vow], owe: [deed, call, card], BECAUSE}
"""
    + DROP.strip("\n").replace("owe: [card]", "owe: [card]\n        say: dropped")
    + """
  - decision: helper
    asks: Who helps?
    asked_on: [promised]
    over: helpers
    fallback: as_given
    require:
      - {rule: free, when: candidate.free, BECAUSE}
"""
)


def promised(id: str, minutes: float, what: str = "tea", contact: str = "c1", **facts: object) -> dict[str, Any]:
    given = {"helpers": [{"id": "h1", "free": True}, {"id": "h2", "free": False}], **facts}
    whom = {"contact": contact, "customer": "u1", "advisor": "a7"}
    return event(id, "promised", minutes, what=what, within=30, facts=given, **whom)


def dropped(id: str, minutes: float, what: str) -> dict[str, Any]:
    return event(id, "dropped", minutes, what=what, contact="c1", customer="u1", advisor="a7")


STORY = [
    event("start", "contact_started", 0, contact="c1", customer="u1", advisor="a7", channel="voice"),
    promised("p1", 1, **{"mood.score": 0.8}),
    promised("p2", 2, "cake"),
    closed("done", 3, "o:p1:deed"),
    dropped("d1", 4, "cake"),
    event("set", "override", 5, contact="c1", decision="promise", outcome="no", by="m1", reason="enough"),
    promised("p3", 6, "rest", **{"mood.score": 0.9}),
    promised("odd", 7, helpers="nobody"),
    event("t", "tick", 8 * DAY),
    event("end", "contact_ended", 8 * DAY + 1, contact="c1", customer="u1", advisor="a7"),
]


@pytest.mark.parametrize("evaluator", ["compiled", "reference"])
def test_obligations_texts_rankings_overrides_and_what_fell_back_are_decided_again_alike(evaluator: str) -> None:
    with engine(small(EVENTFUL), evaluator=evaluator) as one:
        records = one.decide_all(STORY)
        assert findings(one) == []
        assert records[6].overridden
        assert records[7].degraded
        assert records[4].closed
        assert records[2].left_out
        report = audit(one.store)
        assert report.again == report.decisions == len(STORY) + 2, "the two that were found overdue too"


# --- a record that was changed by somebody who has ledger and keys


def changed(record: Record, **fields: object) -> Record:
    """The record as the ledger would give it back, with other values."""
    return record_from_plain({**record_as_plain(record), **fields})


def owing(record: Record, number: int = 0, **fields: object) -> dict[str, object]:
    plain = record_as_plain(record)["obligations"]
    plain[number] = {**plain[number], **fields}
    return {"obligations": plain}


CHANGES = {
    "outcome promise": lambda one: {"outcome": {**one.outcome, "promise": "little"}},
    "outcome helper": lambda one: {"outcome": {**one.outcome, "helper": ["h2"]}},
    "fired": lambda one: {"fired": ["promise.all"]},
    "left_out h2": lambda one: {"left_out": {}},
    "policy": lambda one: {"policy": {"pack": "small", "version": "9.9.9", "digest": one.policy.digest}},
    "recorded": lambda one: {"recorded": []},
    "obligations": lambda one: {"obligations": record_as_plain(one)["obligations"][1:]},
    "obligations o:p1:deed due": lambda one: owing(one, due="2026-03-02T10:00:00+00:00"),
    "obligations o:p1:deed to": lambda one: owing(one, to="manager"),
    "obligations o:p1:deed with": lambda one: owing(one, **{"with": {"what": "gold"}}),
    "obligations o:p1:deed say": lambda one: owing(one, say={"en": "We promise gold.", "zh": "。"}),
    "obligations o:p1:call from": lambda one: owing(one, 1, **{"from": "2026-03-02T10:00:00+00:00"}),
    "obligations o:p1:card expires": lambda one: owing(one, 2, expires="2026-03-02T10:00:00+00:00"),
    "amended": lambda one: {"amended": [{"id": "l:p1:vow", "values": {"kept": True}}]},
    "closed": lambda one: {"closed": [{"id": "o:p0:deed", "owe": "deed", "how": "done"}]},
    "said": lambda one: {"said": [{"rule": "promise.glad", "text": "dropped", "say": {}}]},
    "outcome promise ": lambda one: {"facts": {**one.facts, "mood.score": 0.1}},
    "facts.mood.score": lambda one: {"facts": {**one.facts, "mood.score": 7}},
    "outcome promise  ": lambda one: {"degraded": {"promise": "because"}},
}


@pytest.fixture(scope="module")
def told() -> tuple[Engine, dict[str, Record]]:
    one = engine(small(EVENTFUL))
    return one, {record.event: record for record in one.decide_all(STORY)}


def difference(told: tuple[Engine, dict[str, Record]], record: Record) -> Difference | None:
    with told[0].store.reading() as transaction:
        return Again(transaction).difference(record, "c1", "u1")


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_record_is_found_and_its_field_named(told: tuple[Engine, dict[str, Record]], field: str) -> None:
    record = told[1]["p1"]
    assert difference(told, record) is None
    found = difference(told, changed(record, **CHANGES[field](record)))
    assert found is not None
    assert found.field == field.rstrip()
    assert found.decision == "d:p1"


def test_what_a_person_did_not_set_is_found(told: tuple[Engine, dict[str, Record]]) -> None:
    record = told[1]["p3"]
    plain = record_as_plain(record)["overridden"]
    assert difference(told, record) is None
    severer = {"promise": {**plain["promise"], "decided": "little"}}
    found = difference(told, changed(record, overridden=severer))
    assert found is not None
    assert found.field == "overridden promise"
    assert difference(told, changed(record, overridden={})) is not None


def test_words_that_a_rule_said_and_what_it_closed_are_compared(told: tuple[Engine, dict[str, Record]]) -> None:
    record = told[1]["d1"]
    for fields in (
        {"said": [{**record_as_plain(record)["said"][0], "say": {"en": "Not bread.", "zh": "。"}}]},
        {"closed": [{"id": "o:p2:deed", "owe": "deed", "how": "done"}]},
    ):
        assert difference(told, changed(record, **fields)) is not None


def test_the_first_difference_is_told_in_words(told: tuple[Engine, dict[str, Record]]) -> None:
    record = told[1]["p1"]
    found = difference(told, changed(record, outcome={**record.outcome, "promise": "little"}))
    assert found is not None
    said = "outcome promise of d:p1: the record says 'little', deciding again (compiled) gives 'much'"
    assert found.message == said


# --- the policies


def test_a_ledger_keeps_each_policy_that_decided_in_it_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    for n, settings in enumerate(({}, {}, {"grace": 7})):
        policy = small(EVENTFUL) if not settings else small(EVENTFUL.replace("default: 2", "default: 7"))
        with engine(policy, url) as one:
            one.decide(promised(f"p{n}", n))
    with engine(small(EVENTFUL), url) as one:
        assert findings(one) == []
        with one.store.reading() as transaction:
            ((count,),) = as_book(transaction).connection.run("SELECT count(*) FROM policy")
    assert count == 2


@pytest.mark.parametrize("settings", [{}, {"threat_ends_contact": True, "wait_bound": 600}])
def test_a_kept_policy_is_the_same_policy(settings: dict[str, object]) -> None:
    policy = load_policy("standard", settings)
    assert rebuilt(written(policy), policy.digest) == policy


class Nights:
    """A host whose centre is open at night."""

    @hookimpl
    def supply_calendar(self) -> WorkingCalendar:
        return WorkingCalendar("Asia/Shanghai", (hours("00:00-06:00", "22:00-24:00"),) * 7)

    @hookimpl
    def supply_vocabulary(self) -> dict[str, str]:
        return {"words.yaml": "facts: {weather.storm: {type: bool, default: false}}\n"}


def test_the_calendar_and_the_words_of_plugins_are_kept_with_the_policy(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with Engine("standard", url, plugins=[Nights()], discover=False) as one:
        one.decide_all(three_strikes())
        assert "weather.storm" in one.policy.facts
        report = audit(one.store)
        assert ([found.message for found in report.findings], report.again) == ([], 5)


@pytest.mark.parametrize("body", [b"", b"\x00", written(routing())[:-7], written(small(EVENTFUL))])
def test_what_is_not_the_policy_of_a_digest_is_not_used(body: bytes) -> None:
    with pytest.raises(Unusable):
        rebuilt(body, routing().digest)


# --- checkpoints with ticks


class Signs:
    """A host that signs, sometimes."""

    def __init__(self, broken: bool = False) -> None:
        self.broken, self.roots = broken, list[bytes]()

    @hookimpl
    def sign_checkpoint(self, root: bytes) -> tuple[str, bytes]:
        if self.broken:
            raise RuntimeError
        self.roots.append(root)
        return "host", b"signed " + root


def test_the_first_tick_of_a_day_makes_a_checkpoint_where_somebody_signs() -> None:
    signs = Signs()
    with engine(small(EVENTFUL), plugins=[signs]) as one:
        for n, minutes in enumerate((0, 5, DAY, DAY + 1, 3 * DAY)):
            one.decide(event(f"t{n}", "tick", minutes))
        with one.store.reading() as transaction:
            found = all_checkpoints(as_book(transaction))
        assert [made.decision for made in found] == [1, 3, 5]
        assert [made.root for made in found] == signs.roots
        assert (found[0].signer, found[0].signature) == ("host", b"signed " + signs.roots[0])
        assert findings(one) == []


def test_a_checkpoint_that_nobody_signed_is_an_alarm_and_made_with_the_next_tick() -> None:
    signs, watch = Signs(broken=True), Watch()
    with engine(small(EVENTFUL), plugins=[signs, watch]) as one:
        one.decide(event("t0", "tick", 0))
        assert [alarm.kind for alarm in watch.alarms] == ["checkpoint"]
        assert "sign_checkpoint" in watch.alarms[0].reason
        signs.broken = False
        one.decide(event("t1", "tick", 1))
        assert len(signs.roots) == 1


def test_a_whole_day_of_the_centre_holds() -> None:
    with engine() as one:
        told = [*three_strikes(), *three_strikes("c2", 60), said("late", 30, abuse(), contact="c3")]
        one.decide_all([*told, event("t", "tick", 3 * DAY), event("x", "erase", 3 * DAY + 1, customer="u1")])
        report = audit(one.store)
        assert [found.message for found in report.findings] == []


def test_a_record_that_says_more_than_its_policy_knows_is_a_difference() -> None:
    with engine(small(EVENTFUL)) as one:
        record = one.decide(promised("p", 0))
        with one.store.reading() as transaction:
            again = Again(transaction)
            assert again.difference(record, "c1", "u1") is None
            found = again.difference(evolve(record, type="unknown"), "c1", "u1")
        assert found is not None
        assert (found.field, found.says) == ("type", "'unknown'")
