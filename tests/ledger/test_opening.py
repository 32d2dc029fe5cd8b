"""What cannot be opened is a LedgerError that says what to do, and is left as it was."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from centre import abuse, engine, event, said
from forbear import LedgerError
from forbear.ledger import SQLiteStore, open_keys, open_ledger
from somebody import in_child_as_somebody


@pytest.mark.parametrize("url", ["", "sqlite:", "sqlite://", "sqlite:///", "mysql://x", "ledger.db", "Memory:"])
def test_a_url_of_no_known_kind_lists_the_known_ones(url: str) -> None:
    with pytest.raises(LedgerError, match="give memory:, sqlite:///relative/path or sqlite:////absolute/path"):
        open_ledger(url)


@pytest.mark.parametrize("url", ["postgress://u:hidden@host/db", "mysql://host/db?pw=hidden", "password=hidden"])
def test_a_url_of_no_known_kind_is_not_shown_where_it_may_hold_a_password(url: str) -> None:
    with pytest.raises(LedgerError, match="this is not a ledger this version can open"):
        open_ledger(url)
    with pytest.raises(LedgerError, match="this is not a key store this version can open"):
        open_keys(url)


def test_three_slashes_before_an_absolute_path_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(LedgerError, match=f"there is no folder .*; for '{tmp_path}/ledger.db' write four slashes"):
        open_ledger(f"sqlite://{tmp_path}/ledger.db")
    with pytest.raises(LedgerError, match=f"there is no folder .*; for '{tmp_path}/keys' write four slashes"):
        open_ledger("sqlite:///ledger.db", f"file://{tmp_path}/keys")


def test_a_relative_path_counts_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_ledger("sqlite:///ledger ?#%.db").close()
    assert (tmp_path / "ledger ?#%.db").is_file()


def sqlite_file(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of a database\n" * 100)
    with pytest.raises(LedgerError, match="it is not a SQLite file; give the path of a ledger"):
        SQLiteStore(str(path))
    assert path.read_text() == "nothing of a database\n" * 100
    assert os.listdir(tmp_path) == ["notes.txt"]


@pytest.mark.parametrize(
    "statements",
    [("CREATE TABLE mine (a)",), ("PRAGMA user_version = 1",), ("CREATE TABLE mine (a)", "PRAGMA user_version = 1"),
     ("PRAGMA application_id = 7",)],
)  # fmt: skip
def test_a_database_of_somebody_else_is_left_as_it_was(tmp_path: Path, statements: tuple[str, ...]) -> None:
    path = tmp_path / "theirs.db"
    sqlite_file(path, *statements)
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="a SQLite file, but not a ledger of Forbear; give another path"):
        SQLiteStore(str(path))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["theirs.db"]


def test_a_ledger_of_a_newer_version(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    SQLiteStore(str(path)).close()
    sqlite_file(path, "PRAGMA user_version = 99")
    with pytest.raises(
        LedgerError, match=r"made by a newer Forbear \(version 99\); install that version or a later one"
    ):
        SQLiteStore(str(path))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"there is no folder '.*/missing'; create it first"):
        open_ledger(f"sqlite:///{tmp_path}/missing/ledger.db")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="it is a folder; name a file inside it"):
        open_ledger(f"sqlite:///{tmp_path}")


def test_a_path_with_a_nul() -> None:
    with pytest.raises(LedgerError, match="holds a NUL character"):
        open_ledger("sqlite:///a\0b")


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.touch()
    with engine(ledger=f"sqlite:///{path}") as one:
        one.decide(event("t", "tick"))
    with engine(ledger=f"sqlite:///{path}") as one:
        assert one.decide(event("t", "tick")).event == "t"


def test_an_engine_after_its_end_says_so() -> None:
    with engine() as one:
        pass
    with pytest.raises(LedgerError, match="closed"):
        one.decide(event("t", "tick"))


def test_a_ledger_that_breaks_while_in_use_keeps_nothing_of_the_event(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with engine(ledger=f"sqlite:///{path}") as one:
        sqlite_file(
            path, "CREATE TRIGGER full BEFORE INSERT ON decision BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
        with pytest.raises(LedgerError, match=r"failed \(disk is full\); send the event again"):
            one.decide(said("e1", 0, abuse()))
        sqlite_file(path, "DROP TRIGGER full")
        record = one.decide(said("e1", 0, abuse()))
        assert [entry.id for entry in record.recorded] == ["l:e1:warning"]


def test_a_duplicate_that_cannot_be_made_safe_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with engine(ledger=f"sqlite:///{path}") as one:
        record = one.decide(said("e1", 0, abuse()))
        sqlite_file(path, "CREATE TRIGGER full BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        with pytest.raises(LedgerError, match=r"failed \(disk is full\); send the event again"):
            one.decide(said("e1", 0, abuse()))
        sqlite_file(path, "DROP TRIGGER full")
        assert one.decide(said("e1", 0, abuse())) == record


@pytest.mark.parametrize("exists", [True, False])
def test_a_file_that_this_user_may_not_write(open_folder: Path, exists: bool) -> None:
    path = open_folder / "ledger.db"
    if exists:
        SQLiteStore(str(path)).close()
        path.chmod(0o444)
    open_folder.chmod(0o555)

    def refused() -> None:
        with pytest.raises(LedgerError, match="allow this user to write to the file and its folder"):
            SQLiteStore(str(path))

    try:
        assert in_child_as_somebody(refused) == 0
    finally:
        open_folder.chmod(0o755)
    assert path.exists() == exists
