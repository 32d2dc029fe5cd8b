"""Two ids that are one person, a customer who is erased, and what is kept no longer."""

from __future__ import annotations

from pathlib import Path

import pytest

import centre
from centre import dump, engine, small
from forbear import Engine, EventConflict, EventError, LedgerError
from forbear.ledger import open_keys, open_ledger
from forbear.ledger.entries import LAST, Entry
from forbear.ledger.keys import FileKeys
from forbear.ledger.sqlite import SQLiteStore

POLICY = """
facts:
  note.about: {type: string, default: nothing}
entries:
  strike: {about: string}
history:
  strikes: {count: strike, scope: customer, window: setting.kept}
settings:
  kept: {type: int, unit: days, range: [1, 3650], default: 100}
decisions:
  - decision: before
    asked_on: [utterance]
    outcome: {type: int, range: [0, 1099511627776]}
    fallback: 0
    rules:
      - rule: always
        then: = history.strikes
        record: [{strike: {about: = note.about}}]
        owe: [letter]
obligations:
  letter: {to: manager, due: 1 hour, say: letter, carries: {about: = note.about}, closes: {done: {}}}
texts:
  letter: {en: "About {note.about}.", zh: "关于{note.about}。"}
"""
WAITING = """
  - decision: erasure
    asked_on: [erase]
    outcome: [erase, wait]
    fallback: wait
    rules:
      - {rule: young, when: history.strikes > 2, then: wait}
      - otherwise: erase
"""
SECRETS = ("Grace Hopper", "grace-7", "contact-of-grace", "event-of-grace", "navy secrets", "a-turing")


def event(id: str, minute: int, type_: str, **more: object) -> dict:
    return centre.event(id, type_, minute, **more)


def strike(id: str, minute: int, customer: str | None = "u1", contact: str | None = None, **facts: str) -> dict:
    told = {"facts": {f"note.{name}": value for name, value in facts.items()}} if facts else {}
    return event(id, minute, "utterance", customer=customer, contact=contact, **told)


def before(one: Engine, *events: dict) -> list[object]:
    return [record.outcome.get("before") for record in one.decide_all(events)]


def merged(id: str, minute: int, customer: str, other: str, type_: str = "customers_merged") -> dict:
    return event(id, minute, type_, customer=customer, other=other, contact=None)


def erase(id: str, minute: int, customer: str) -> dict:
    return event(id, minute, "erase", customer=customer, contact=None)


def closed(id: str, minute: int, customer: str, obligation: str = "latest") -> dict:
    return event(id, minute, "obligation_closed", customer=customer, contact=None, obligation=obligation, how="done")


def test_what_was_owed_to_one_of_two_ids_is_closed_under_the_other_while_they_are_one():
    with engine(small(POLICY)) as one:
        one.decide(strike("a", 1, "u1"))
        with pytest.raises(EventError, match="is not of customer 'u2'"):
            one.decide(closed("b", 2, "u2", "o:a:letter"))
        one.decide(merged("c", 3, "u2", "u1"))
        record = one.decide(closed("d", 4, "u2"))
        assert [each.id for each in record.closed] == ["o:a:letter"]
        one.decide(strike("e", 5, "u1"))
        one.decide(merged("f", 6, "u2", "u1", "customers_split"))
        with pytest.raises(EventError, match="is not of customer 'u2'"):
            one.decide(closed("g", 7, "u2", "o:e:letter"))


def test_a_merged_customer_has_the_past_of_both_until_they_are_split():
    with engine(small(POLICY)) as one:
        assert before(one, strike("a", 0), strike("b", 1, "u2"), strike("c", 2, "u2")) == [0, 0, 1]
        one.decide(merged("m", 3, "u1", "u2"))
        assert before(one, strike("d", 4), strike("e", 5, "u2")) == [3, 4]
        one.decide(merged("s", 6, "u2", "u1", "customers_split"))
        assert before(one, strike("f", 7), strike("g", 8, "u2")) == [2, 3]


def test_merging_goes_through_others_and_round_in_circles():
    with engine(small(POLICY)) as one:
        one.decide_all([strike(f"e{n}", n, f"u{n}") for n in range(4)])
        one.decide_all([merged("m1", 5, "u0", "u1"), merged("m2", 6, "u1", "u2"), merged("m3", 7, "u2", "u0")])
        assert before(one, strike("x", 8, "u2"), strike("y", 9, "u3")) == [3, 1]


def test_an_event_from_before_the_merger_does_not_know_of_it():
    with engine(small(POLICY)) as one:
        one.decide_all([strike("a", 0, "u1"), strike("b", 1, "u2"), merged("m", 5, "u1", "u2")])
        late = one.decide(strike("c", 3, "u1"))
        assert (late.late, late.outcome["before"]) == (True, 1)


def test_what_cannot_be_merged_or_split_is_refused():
    with engine(small(POLICY)) as one:
        empty = dump(one)
        for told in (
            merged("m", 0, "u1", "u1"),
            merged("s", 0, "u1", "u2", "customers_split"),
            event("n", 0, "customers_merged", customer=None, other="u2", contact=None),
            event("e", 0, "erase", customer=None, contact=None),
        ):
            with pytest.raises(EventError):
                one.decide(told)
        assert dump(one) == empty


def done(id: str, minute: int) -> dict:
    return event(id, minute, "obligation_closed", obligation="o:s:letter", how="done", contact=None)


def scan(folder: Path) -> dict[str, list[str]]:
    """Which secrets stand in which file, as UTF-8 or UTF-16."""
    found = {}
    for path in folder.iterdir():
        raw = path.read_bytes()
        here = [one for one in SECRETS if one.encode() in raw or one.encode("utf-16-le") in raw]
        if here:
            found[path.name] = here
    return found


def told_of_grace() -> list[dict]:
    spoken = event(
        "event-of-grace-2", 1, "utterance", customer="grace-7", contact="contact-of-grace", text="navy secrets"
    )
    return [strike("event-of-grace", 0, "grace-7", "contact-of-grace", about="Grace Hopper"), spoken]


def test_no_byte_of_a_customer_stands_in_the_ledger_nor_after_erasure_in_the_keys(tmp_path: Path):
    policy = small(POLICY + "retention: {text: 30 days}\n")
    with engine(policy, f"sqlite:///{tmp_path}/ledger.db") as one:
        one.decide_all(told_of_grace())
        assert "navy secrets" in "".join(dump(one)), "the pack keeps texts"
        assert scan(tmp_path) == {}, "sealed from the first moment"
        keys = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        one.decide(erase("bye", 2, "grace-7"))
        assert [row for row in dump(one) if any(secret in row for secret in SECRETS)] == []
        assert scan(tmp_path) == {}
        assert (tmp_path / "ledger.db.keys").read_bytes() != keys["ledger.db.keys"]


def test_a_backup_of_the_ledger_cannot_be_read_after_the_erasure(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(small(POLICY), url) as one:
        one.decide_all(told_of_grace())
    backup = tmp_path / "backup.db"
    backup.write_bytes((tmp_path / "ledger.db").read_bytes())
    with engine(small(POLICY), url) as one:
        one.decide(erase("bye", 2, "grace-7"))
    keys = FileKeys(str(tmp_path / "ledger.db.keys"))
    old = SQLiteStore(str(backup), keys)
    with old.reading() as ledger:
        assert list(ledger.records("grace-7")) == []
        assert list(ledger.records()) == []
    old.close()


def test_the_same_event_again_gets_a_tombstone():
    with engine(small(POLICY)) as one:
        told = told_of_grace()
        one.decide_all([*told, erase("bye", 2, "grace-7")])
        for again in (*told, erase("bye", 2, "grace-7")):
            record = one.decide(again)
            assert (record.erased, record.event, record.outcome, record.facts) == (True, again["id"], {}, {})
        with pytest.raises(EventConflict):
            one.decide({**told[0], "at": "2026-03-02T10:00:00Z"})
        assert one.decide(strike("new", 3, "grace-7")).outcome["before"] == 0, "who comes back comes as a stranger"


def test_everyone_who_is_the_same_goes_and_nobody_else():
    with engine(small(POLICY)) as one:
        one.decide_all([strike("a", 0, "u1"), strike("b", 1, "u2"), strike("c", 2, "u3"), merged("m", 3, "u1", "u2")])
        one.decide(erase("x", 4, "u2"))
        assert before(one, strike("d", 5, "u1"), strike("e", 6, "u2"), strike("f", 7, "u3")) == [0, 0, 1]


def test_what_was_said_before_it_was_known_who_spoke_goes_too():
    with engine(small(POLICY)) as one:
        one.decide(strike("a", 0, None, "c9", about="Grace Hopper"))
        one.decide(strike("b", 1, "u1", "c9"))
        one.decide(erase("x", 2, "u1"))
        assert "Grace Hopper" not in "".join(dump(one))


def test_what_waited_for_delivery_is_delivered_no_more():
    with engine(small(POLICY)) as one:
        one.decide(strike("a", 0, "u1", about="Grace Hopper"))
        one.decide(erase("x", 1, "u1"))
        with one.store.reading() as ledger:
            assert (ledger.outbox(), ledger.overdue(2**60)) == ([], [])


def test_the_policy_may_let_an_erasure_wait():
    policy = small(POLICY.replace("obligations:", WAITING.strip("\n") + "\nobligations:"))
    with engine(policy) as one:
        one.decide_all([strike(f"e{n}", n) for n in range(3)])
        assert one.decide(erase("x", 5, "u1")).outcome == {"erasure": "wait"}
        assert before(one, strike("y", 6)) == [3]
        one.decide(strike("z", 7, "u2"))
        assert one.decide(erase("w", 8, "u2")).outcome == {"erasure": "erase"}
        assert before(one, strike("v", 9, "u2")) == [0]


def test_a_key_that_survived_a_crash_is_destroyed_at_the_next_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    url = f"sqlite:///{tmp_path}/ledger.db"
    with engine(small(POLICY), url) as one:
        one.decide(strike("a", 0))
        monkeypatch.setattr(one.store, "destroy", lambda keys: None)  # the process dies here
        one.decide(erase("x", 1, "u1"))
    open_ledger(url).close()
    keys = FileKeys(str(tmp_path / "ledger.db.keys"))
    assert keys.key(1) is None
    keys.close()


def test_a_key_store_restored_from_its_backup_gives_nobody_back(tmp_path: Path):
    url, keys = f"sqlite:///{tmp_path}/ledger.db", tmp_path / "ledger.db.keys"
    with engine(small(POLICY), url) as one:
        one.decide(strike("a", 0))
    backup = keys.read_bytes()
    with engine(small(POLICY), url) as one:
        one.decide(erase("x", 1, "u1"))
    keys.write_bytes(backup)
    with engine(small(POLICY), url) as one:
        assert one.decide(strike("a", 0)).erased
    found = FileKeys(str(keys))
    assert found.key(1) is None
    found.close()


def test_a_ledger_is_not_opened_without_its_keys_nor_with_others(tmp_path: Path):
    url, keys = f"sqlite:///{tmp_path}/ledger.db", tmp_path / "ledger.db.keys"
    with engine(small(POLICY), url) as one:
        one.decide(strike("a", 0))
    with pytest.raises(LedgerError, match="not the keys of this ledger"):
        open_ledger(url, open_keys(f"file:///{tmp_path}/other.keys"))
    keys.unlink()
    with pytest.raises(LedgerError, match="keys are missing"):
        open_ledger(url)
    assert not keys.exists()


def test_the_keys_can_be_read_by_their_owner_only(tmp_path: Path):
    open_ledger(f"sqlite:///{tmp_path}/ledger.db").close()
    assert (tmp_path / "ledger.db.keys").stat().st_mode & 0o077 == 0


KEPT = POLICY + "retention: {strike: 100 days, decision: 30 days, text: 10 days}\n"


def test_what_was_kept_long_enough_goes_with_a_tick():
    day = 24 * 60
    with engine(small(KEPT)) as one:
        spoken = event("s", 0, "utterance", customer="u1", contact="c1", text="navy secrets")
        one.decide_all(
            [spoken, event("closing", 1, "obligation_closed", obligation="o:s:letter", how="done", contact=None)]
        )
        one.decide(event("t1", 10 * day, "tick", contact=None))
        assert "navy secrets" in "".join(dump(one)), "as long as the pack says, to the last second"
        one.decide(event("t2", 10 * day + 1, "tick", contact=None))
        assert "navy secrets" not in "".join(dump(one))
        assert not one.decide(spoken).erased
        one.decide(event("t3", 31 * day, "tick", contact=None))
        assert one.decide(spoken).erased
        assert before(one, strike("later", 99 * day)) == [1]
        one.decide(event("t4", 101 * day, "tick", contact=None))
        assert before(one, strike("last", 101 * day + 1)) == [1], "the first is gone, the second is not"


def test_of_an_obligation_that_was_kept_long_enough_nothing_is_left():
    day, ends = 24 * 60, "expires: 3 days, closes: {done: {}}}"
    policy = small(POLICY.replace("closes: {done: {}}}", ends) + "retention: {obligation: 30 days}\n")
    with engine(policy) as one:
        one.decide(strike("s", 0))
        one.decide(strike("late", 20 * day, customer="u2"))
        one.decide(event("t1", 21 * day, "tick", contact=None))
        assert [left.split(":")[1] for left in owed(one)] == ["s", "s", "late", "late"]
        one.decide(event("t2", 31 * day, "tick", contact=None))
        assert [left.split(":")[1] for left in owed(one)] == ["late", "late"]


def owed(one: Engine) -> list[str]:
    """Every entry that there is because of an obligation."""
    with one.store.reading() as ledger:
        kinds = [kind for kind in ledger.kinds() if kind != "strike"]
        entries = [entry for kind in kinds for entry in ledger.entries(kind, "centre", None, None, LAST)]
    return [entry.id for entry in sorted(entries, key=lambda entry: entry.at)]


def test_what_is_open_stays():
    day = 24 * 60
    with engine(small(KEPT.replace("strike: 100", "obligation: 1"))) as one:
        one.decide(strike("s", 0))
        one.decide(event("t", 40 * day, "tick", contact=None))
        assert one.decide(
            event("c", 41 * day, "obligation_closed", obligation="o:s:letter", how="done", contact=None)
        ).closed


def test_what_somebody_must_still_decide_on_stays():
    with engine(small(KEPT)) as one, one.store.writing() as ledger:
        for n, status in enumerate(("provisional", "lodged", "upheld", "refused")):
            ledger.append(Entry(f"l{n}", "offence", n, "c1", "u1", None, {"status": "provisional"}))
            ledger.amend(f"l{n}", n, {"status": status})
        assert ledger.expire("offence", 10) == 2
        assert [entry.id for entry in ledger.entries("offence", "centre", None, None, 10)] == ["l0", "l1"]


def test_no_text_is_kept_where_the_pack_does_not_say_so():
    with engine(small(POLICY)) as one:
        one.decide(event("s", 0, "utterance", customer="u1", contact="c1", text="navy secrets"))
        assert "navy secrets" not in "".join(dump(one))
