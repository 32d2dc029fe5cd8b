"""A ledger in PostgreSQL that cannot be opened says why and what to do, and leaves the database as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from centre import abuse, engine, event, said, small
from commands import events_text, forbear
from forbear import Engine, LedgerError, SettingError
from forbear.ledger import open_ledger
from forbear.ledger.keys import FileKeys
from places import Place, postgres
from postgres import cluster


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return postgres(tmp_path)


def run(place: Place, statement: str) -> None:
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(statement)


def tables(place: Place) -> list[str]:
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
    return [name for (name,) in place.rows(query)]


@pytest.mark.parametrize("keys", [None, "memory:"])
def test_it_wants_its_keys_elsewhere(place: Place, keys: str | None) -> None:
    with pytest.raises(LedgerError, match=r"keeps its keys apart; give them a place .* keys='file:////path' or --keys"):
        open_ledger(place.url, keys)
    with pytest.raises(LedgerError, match="is not a key store this version can open"):
        open_ledger(place.url, place.url)
    assert tables(place) == []


def test_keys_that_are_lost_are_not_made_anew(place: Place, tmp_path: Path) -> None:
    place.open().close()
    (tmp_path / "ledger.keys").unlink()
    with pytest.raises(LedgerError, match="the ledger's keys are missing"):
        place.open()
    with pytest.raises(LedgerError, match="these are not the keys of this ledger"):
        open_ledger(place.url, FileKeys(str(tmp_path / "other.keys")))


def test_a_url_that_is_none() -> None:
    with pytest.raises(LedgerError, match="this is not the URL of a PostgreSQL ledger: "):
        open_ledger("postgresql://[::1/calls", "file:////nowhere/keys")


@pytest.mark.parametrize(
    "password", ["1%hidden", "hidden/hidden", "hid@hidden", "a hidden", 'a" hidden "b', "hidden@["]
)
def test_a_password_that_is_not_encoded_is_not_told(password: str) -> None:
    with pytest.raises(LedgerError, match=r"this is not the URL of a PostgreSQL ledger: .*; write ") as caught:
        open_ledger(f"postgresql://forbear:{password}@127.0.0.1:1/people", "file:////nowhere/keys")
    assert "hid" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with pytest.raises(LedgerError, match=r"the ledger people on 127\.0\.0\.1 cannot be opened: ") as caught:
        open_ledger("postgresql://forbear:hidden@127.0.0.1:1/people", "file:////nowhere/keys")
    assert "hidden" not in str(caught.value)


def test_a_schema_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="has no schema on the search path; create it first"):
        open_ledger(cluster().url("nowhere"), f"file:///{tmp_path}/keys")


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE meta (name TEXT, value BYTEA)", "CREATE TABLE decision (seq INT)", "CREATE VIEW entry AS SELECT 1"],
)
def test_tables_of_somebody_else_are_left_as_they_are(place: Place, statement: str) -> None:
    run(place, statement)
    before = tables(place)
    with pytest.raises(LedgerError, match=r"holds tables of somebody else; .*options=-csearch_path%3Dname"):
        place.open()
    assert tables(place) == before


def test_other_tables_in_the_schema_do_not_disturb(place: Place) -> None:
    run(place, "CREATE TABLE invoices (seq INT)")
    place.open().close()
    assert "invoices" in tables(place)


def test_a_ledger_of_a_newer_version(place: Place) -> None:
    place.open().close()
    run(place, "UPDATE meta SET value = '99' WHERE name = 'forbear'")
    with pytest.raises(LedgerError, match=r"made by a newer Forbear \(version 99\)"):
        place.open()


def test_a_user_who_may_not_create_tables(place: Place) -> None:
    run(place, "DROP ROLE IF EXISTS guest")
    run(place, "CREATE ROLE guest LOGIN")
    schema = place.url.partition("%3D")[2]
    run(place, f"GRANT USAGE ON SCHEMA {schema} TO guest")
    with pytest.raises(LedgerError, match=r"permission denied .*; let this user create and use tables in the schema"):
        open_ledger(place.url.replace("forbear@", "guest@"), place.keys)
    assert tables(place) == []
    run(place, f"REVOKE ALL ON SCHEMA {schema} FROM guest")


def test_ledgers_in_two_schemas_know_nothing_of_each_other(tmp_path: Path) -> None:
    ours, theirs = (postgres(folder) for folder in (tmp_path / "ours", tmp_path / "theirs"))
    for place in (ours, theirs):
        Path(str(place.keys).removeprefix("file:///")).parent.mkdir()
    with ours.engine() as one, theirs.engine() as other:
        one.decide(said("e1", 0, abuse()))
        assert other.decide(said("e1", 0)).outcome["response"] == "carry_on"


def test_an_engine_with_keys_for_a_store_that_is_open_or_a_plugins_says_so(place: Place) -> None:
    store = place.open()
    with pytest.raises(SettingError, match=r"give the keys to open_ledger\(url, keys\)"):
        engine(ledger=store, keys=place.keys)  # type: ignore[arg-type]
    store.close()


def test_a_batch_is_kept_as_one_by_one(place: Place, tmp_path: Path) -> None:
    events = [said(f"e{n}", n, abuse() if n % 2 else None, contact=f"c{n % 5}") for n in range(20)]
    with place.engine() as one:
        records = one.decide_all(events, batch=8)
    with engine() as calm:
        assert records == calm.decide_all(events)


def test_a_batch_whose_connection_is_lost_is_not_acknowledged(place: Place) -> None:
    ours = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'forbear'"

    def batch(one: Engine) -> None:
        with one.store.grouped():
            one.decide(said("e1"))
            run(place, ours)

    with place.engine() as one:
        one.decide(event("t", "tick"))
        with pytest.raises(LedgerError, match="send the event again"):
            batch(one)
        assert one.decide(said("e1")).event == "e1"


STRIKES = """
    entries:
      strike: {}
    history:
      strikes: {count: strike, scope: customer}
    decisions:
      - decision: answer
        asks: Was there one before?
        asked_on: [utterance]
        outcome: [first, again]
        hit: first
        fallback: first
        rules:
          - {rule: seen, when: history.strikes >= 1, then: again, record: [strike: {}], BECAUSE}
          - {rule: new, when: "true", then: first, record: [strike: {}], BECAUSE}
          - {otherwise: first}
    """


def test_what_a_server_lost_of_a_batch_counts_nowhere(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [said("e1", 0, {}), said("e2", 1, {}, contact="c2")]
    with place.engine(small(STRIKES)) as one:
        grouped = one.store.grouped

        @contextmanager
        def losing() -> Iterator[None]:
            with grouped():
                yield
                lose(place)

        monkeypatch.setattr(one.store, "grouped", losing)
        with pytest.raises(LedgerError, match="send the event again"):
            one.decide_all(events, batch=2)
        assert [one.decide(told).outcome["answer"] for told in events] == ["first", "again"]


def lose(place: Place) -> None:
    """What a server does that goes down before it has written what was not waited for, and comes up again."""
    run(place, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'forbear'")
    for table in ("watch", "outbox", "amendment", "entry", "decision"):
        run(place, f"DELETE FROM {table}")
    run(place, "UPDATE subject SET length = 0, head = decode(repeat('00', 32), 'hex')")


def test_without_psycopg_the_extra_is_named(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from forbear.ledger import open_ledger\n"
        "from forbear.errors import MissingExtra\n"
        "try: open_ledger('postgresql://x/y', 'file:////nowhere')\n"
        "except MissingExtra as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip().endswith("pip install 'forbear[postgres]'")


def test_commands_take_the_keys_as_an_option_or_from_the_environment(place: Place, tmp_path: Path) -> None:
    told = events_text(said("e1", 0, abuse()))
    first = forbear("run", "--ledger", place.url, "--keys", place.keys, "--json", given=told, cwd=tmp_path)
    again = forbear("run", "--ledger", place.url, "--json", given=told, env={"FORBEAR_KEYS": str(place.keys)})
    assert first.status == again.status == 0
    assert first.lines == again.lines
    refused = forbear("run", "--ledger", place.url, given=told)
    assert refused.status == 2
    assert "--keys" in refused.err
    explained = forbear("explain", "e1", "--ledger", place.url, "--keys", place.keys)
    assert explained.status == 0, explained.err
    audited = forbear("audit", "--ledger", place.url, "--keys", place.keys)
    assert audited.status == 0, audited.out
