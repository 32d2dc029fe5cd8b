"""`forbear export`: everything that is held about a person is in it, and nothing of anybody else."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from centre import engine, event, small
from commands import Result, events_text, forbear, inside
from forbear.ledger import open_ledger
from forbear.ledger.entries import LAST

POLICY = """
facts:
  note.about: {type: string, default: nothing}
entries:
  strike: {about: string}
  restriction: {why: string}
history:
  strikes: {count: strike, scope: customer, window: 30 days}
decisions:
  - decision: before
    asks: How often?
    asked_on: [utterance]
    outcome: [never, once, often]
    hit: first
    fallback: never
    seen_by: [customer]
    rules:
      - rule: often
        when: history.strikes > 0
        then: often
        record: [{strike: {about: = note.about}}, {restriction: {why: = note.about}}]
        owe: [letter]
        because: {en: It was more than once., zh: 不止一次。}
        source: T1
      - rule: once
        then: once
        record: [{strike: {about: = note.about}}]
        owe: [letter]
        because: {en: It was once., zh: 有一次。}
        source: T1
obligations:
  letter: {to: manager, due: 1 hour, say: letter, carries: {about: = note.about}, closes: {done: {}}}
texts:
  letter: {en: "About {note.about}.", zh: "关于{note.about}。"}
retention: {text: 60 days}
"""


def strike(id: str, minute: int, customer: str | None, contact: str, secret: str) -> dict[str, Any]:
    told = {"text": f"{secret} said", "facts": {"note.about": secret}}
    return event(id, "utterance", minute, customer=customer, contact=contact, advisor=f"a-of-{contact}", **told)


def override(id: str, minute: int, customer: str, secret: str) -> dict[str, Any]:
    told = {"decision": "before", "outcome": "never", "by": "m1", "reason": secret}
    return event(id, "override", minute, customer=customer, contact=None, **told)


STORY = [
    event("start", "contact_started", 0, customer="u1", contact="c1", channel="voice"),
    strike("e1", 1, "u1", "c1", "rose"),
    strike("e2", 2, "u1", "c1", "tulip"),
    event("close", "obligation_closed", 3, obligation="o:e1:letter", how="done", reason="violet", by="m1"),
    strike("e0", 4, None, "c1", "lily"),  # before it was known who spoke in a contact of theirs
    strike("e3", 5, "u2", "c2", "daisy"),
    event("same", "customers_merged", 6, customer="u1", other="u2", contact=None),
    override("set", 7, "u1", "orchid"),
    strike("f1", 8, "u3", "c3", "thorn"),
    strike("f2", 9, "u3", "c3", "nettle"),
    override("g1", 10, "u3", "thistle"),
    event("was", "customers_merged", 11, customer="u1", other="u4", contact=None),
    strike("h1", 12, "u4", "c4", "weed"),
    event("split", "customers_split", 13, customer="u1", other="u4", contact=None),
    event("end", "contact_ended", 14, customer="u1", contact="c1"),
]
THEIRS = ("rose", "tulip", "violet", "lily", "daisy", "orchid", "u1", "u2", "c1", "c2", "a-of-c1", "a-of-c2")
OTHERS = ("thorn", "nettle", "thistle", "weed", "u3", "c3", "c4", "a-of-c3")


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(small(POLICY), url) as one:
        one.decide_all(STORY)
    return url


def exported(url: str, customer: str, *arguments: str) -> Result:
    result = inside("export", customer, "--ledger", url, *arguments)
    assert (result.status, result.err) == (0, "")
    return result


@pytest.mark.parametrize("customer", ["u1", "u2"])
def test_all_that_is_held_about_a_person_is_in_the_document_and_nothing_of_others(url: str, customer: str) -> None:
    told = exported(url, customer, "--json").out
    assert [secret for secret in THEIRS if secret not in told] == []
    assert [secret for secret in OTHERS if secret in told] == []


def test_every_row_of_the_ledger_that_is_theirs_is_in_the_document(url: str) -> None:
    (told,) = exported(url, "u1", "--json").lines
    entries = {
        one["id"]: one
        for section in ("entries", "obligations", "texts", "overrides", "contacts")
        for one in told[section]
    }
    store = open_ledger(url)
    with store.reading() as ledger:
        records = [json.loads(record) for record in ledger.records()]
        kept = [one for kind in ledger.kinds() for one in ledger.entries(kind, "centre", None, None, LAST)]
    store.close()
    mine = [one for one in records if not one["event"].startswith(("f", "g", "h"))]
    assert [one["record"] for one in told["decisions"]] == mine
    own = [one for one in kept if one.customer in ("u1", "u2") or one.contact == "c1"]
    assert {one.id for one in own} == entries.keys()
    for one in own:
        values = dict(entries[one.id]["values"])
        for more in entries[one.id]["amendments"]:
            values |= more["values"]
        assert {name: values[name] for name in values if name not in ("due", "beside")} == {
            name: value for name, value in one.values.items() if name not in ("due", "beside")
        }


def test_a_decision_is_explained_to_its_customer_in_both_languages(url: str) -> None:
    (told,) = exported(url, "u1", "--json").lines
    (one,) = [one for one in told["decisions"] if one["id"] == "d:e2"]
    assert "It was more than once." in one["explanation"]["en"]
    assert "不止一次。" in one["explanation"]["zh"]


def test_it_can_be_read_by_people(url: str) -> None:
    english = exported(url, "u1").out
    assert english.startswith("What is held about the customer u1\n  Also known as u2.\n")
    assert [secret for secret in THEIRS if secret not in english] == []
    assert [secret for secret in OTHERS if secret in english] == []
    for part in ("Decisions\n", "What was owed\n", "What was said\n", "What a person set instead\n", "It was once."):
        assert part in english
    chinese = exported(url, "u1", "--lang", "zh").out
    assert "保存的有关客户 u1 的信息" in chinese
    assert ("ended: yes" in english, "ended: 是" in chinese, "yes" in chinese) == (True, True, False)
    assert exported(url, "u1", "--lang", "both").out == f"{english}\n{chinese}"


def test_what_somebody_changed_is_counted(url: str, tmp_path: Path) -> None:
    whole = exported(url, "u1", "--json").lines[0]
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection, connection:
        for table in ("decision", "entry"):
            mine = f"(SELECT min(seq) FROM {table} WHERE subject = 1)"
            connection.execute(f"UPDATE {table} SET body = zeroblob(40) WHERE seq = {mine}")
    (told,) = exported(url, "u1", "--json").lines
    assert told["cannot_be_opened"] == 2
    assert "cannot_be_opened" not in whole
    assert len(told["decisions"]) == len(whole["decisions"]) - 1
    assert "2 more cannot be opened" in exported(url, "u1").out
    assert "另有 2 项" in exported(url, "u1", "--lang", "zh").out


def test_after_an_erasure_nothing_is_held(url: str) -> None:
    with engine(small(POLICY), url) as one:
        one.decide(event("bye", "erase", 20, customer="u2", contact=None))
    assert exported(url, "u1").out == "Nothing is held about the customer u1.\n"
    (told,) = exported(url, "u2", "--json").lines
    assert (told["held"], told["decisions"], told["entries"]) == (False, [], [])
    assert "thorn" in exported(url, "u3").out, "others are still held"


def test_nothing_is_held_about_whom_nobody_knows(url: str) -> None:
    assert exported(url, "stranger").out == "Nothing is held about the customer stranger.\n"


def test_a_language_that_is_not_spoken_is_refused(url: str) -> None:
    result = inside("export", "u1", "--ledger", url, "--lang", "fr")
    assert result.status == 2
    assert "en, zh or both" in result.err


def test_what_was_erased_is_said_to_be_when_it_comes_again(tmp_path):
    ledger = f"sqlite:///{tmp_path / 'l.db'}"
    told = events_text(event("e1", "contact_started", contact="c1", customer="u1"))
    assert forbear("run", "--ledger", ledger, given=told).status == 0
    assert forbear("erase", "u1", "--ledger", ledger).status == 0
    assert "erased" in forbear("run", "--ledger", ledger, given=told).out
