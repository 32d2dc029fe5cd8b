"""Whatever is changed in the tables of a ledger is found, and named: each column, each row, each order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import centre
from altered import audited, change, fields, make, rows
from forbear.ledger.entries import SECOND, to_micros
from forbear.ledger.keys import FileKeys
from forbear.ledger.seal import Sealer, digest


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger as it was made."""
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test to alter."""
    return shutil.copytree(made, tmp_path / "copy")


def test_a_ledger_that_nobody_changed_holds(folder: Path) -> None:
    report = audited(folder)
    assert [one.message for one in report.findings] == []
    assert (report.decisions, report.again, report.erased) == (22, 20, 1)
    assert report.checkpoints == 2


# --- each column of each table

EVENT = "(SELECT min(seq) FROM decision WHERE subject = 1 AND position = 2)"  # the first strike of u1
ENTRY = f"(SELECT min(seq) FROM entry WHERE decision = {EVENT} AND kind = 'strike')"
OPEN = "(SELECT min(entry) FROM watch)"
OTHER = "(SELECT min(seq) FROM subject WHERE seq > 1)"
NUMBER = f"(SELECT number FROM subject WHERE seq = {OTHER})"
CONTACT = "(SELECT min(seq) FROM entry WHERE kind = 'contact')"
RAISED = "(SELECT min(entry) FROM watch WHERE raised = 1)"
WAITING = "(SELECT min(entry) FROM outbox)"
FIRST_AMENDED = "(SELECT min(seq) FROM amendment)"

CHANGES: dict[str, tuple[str, set[str]]] = {  # column → how it is changed, what an audit may call it
    "subject.seq": ("UPDATE subject SET seq = 99 WHERE seq = 1", {"length"}),
    "subject.name": ("UPDATE subject SET name = randomblob(16) WHERE seq = 1", {"subject"}),
    "subject.number": (f"UPDATE subject SET number = {NUMBER} WHERE seq = 1", {"body"}),
    "subject.head": ("UPDATE subject SET head = randomblob(32) WHERE seq = 1", {"head"}),
    "subject.length": ("UPDATE subject SET length = length + 1 WHERE seq = 1", {"length"}),
    "subject.erased": ("UPDATE subject SET erased = 5 WHERE seq = 1", {"erased"}),
    "decision.seq": (f"UPDATE decision SET seq = 99 WHERE seq = {EVENT}", {"entry"}),
    "decision.event": (f"UPDATE decision SET event = randomblob(16) WHERE seq = {EVENT}", {"body"}),
    "decision.subject": (f"UPDATE decision SET subject = {OTHER}, position = 99 WHERE seq = {EVENT}", {"position"}),
    "decision.position": (f"UPDATE decision SET position = 99 WHERE seq = {EVENT}", {"position"}),
    "decision.contact": (f"UPDATE decision SET contact = randomblob(16) WHERE seq = {EVENT}", {"contact"}),
    "decision.at": (f"UPDATE decision SET at = at + 1 WHERE seq = {EVENT}", {"at"}),
    "decision.mark": (f"UPDATE decision SET mark = randomblob(16) WHERE seq = {EVENT}", {"link"}),
    "decision.digest": (f"UPDATE decision SET digest = randomblob(32) WHERE seq = {EVENT}", {"body"}),
    "decision.link": (f"UPDATE decision SET link = randomblob(32) WHERE seq = {EVENT}", {"link"}),
    "decision.body": (f"UPDATE decision SET body = randomblob(200) WHERE seq = {EVENT}", {"body"}),
    "entry.seq": (f"UPDATE entry SET seq = -seq WHERE seq = {ENTRY}", {"entry.seq"}),
    "entry.name": (f"UPDATE entry SET name = randomblob(16) WHERE seq = {ENTRY}", {"entry"}),
    "entry.decision": (f"UPDATE entry SET decision = 1 WHERE seq = {ENTRY}", {"link", "entry"}),
    "entry.subject": (f"UPDATE entry SET subject = {OTHER} WHERE seq = {ENTRY}", {"entry.body"}),
    "entry.kind": (f"UPDATE entry SET kind = 'praise' WHERE seq = {ENTRY}", {"entry.kind"}),
    "entry.at": (f"UPDATE entry SET at = at + 1 WHERE seq = {ENTRY}", {"entry.at"}),
    "entry.contact": (f"UPDATE entry SET contact = NULL WHERE seq = {ENTRY}", {"entry.contact"}),
    "entry.advisor": (f"UPDATE entry SET advisor = randomblob(16) WHERE seq = {ENTRY}", {"entry.advisor"}),
    "entry.digest": (f"UPDATE entry SET digest = randomblob(32) WHERE seq = {ENTRY}", {"entry.body"}),
    "entry.body": (f"UPDATE entry SET body = randomblob(99) WHERE seq = {ENTRY}", {"entry.body"}),
    "amendment.seq": (f"UPDATE amendment SET seq = 99 WHERE seq = {FIRST_AMENDED}", {"amendment.seq"}),
    "amendment.entry": (f"UPDATE amendment SET entry = entry + 1 WHERE seq = {FIRST_AMENDED}", {"link"}),
    "amendment.subject": (f"UPDATE amendment SET subject = {OTHER} WHERE seq = {FIRST_AMENDED}", {"amendment.subject"}),
    "amendment.decision": (f"UPDATE amendment SET decision = 1 WHERE seq = {FIRST_AMENDED}", {"link"}),
    "amendment.at": (f"UPDATE amendment SET at = at + 1 WHERE seq = {FIRST_AMENDED}", {"link"}),
    "amendment.digest": (f"UPDATE amendment SET digest = randomblob(32) WHERE seq = {FIRST_AMENDED}", {"link"}),
    "amendment.body": (f"UPDATE amendment SET body = randomblob(50) WHERE seq = {FIRST_AMENDED}", {"amendment.body"}),
    "joined.one": ("UPDATE joined SET one = randomblob(16) WHERE seq = 1", {"joined"}),
    "joined.other": ("UPDATE joined SET other = randomblob(16) WHERE seq = 1", {"joined"}),
    "joined.since": ("UPDATE joined SET since = since + 1 WHERE seq = 1", {"joined"}),
    "joined.until": ("UPDATE joined SET until = NULL WHERE seq = 1", {"joined"}),
    "watch.entry": (f"UPDATE watch SET entry = {CONTACT} WHERE entry = {OPEN}", {"watch.due", "watch.entry"}),
    "watch.due": (f"UPDATE watch SET due = due + 1 WHERE entry = {OPEN}", {"watch.due"}),
    "watch.raised": (f"UPDATE watch SET raised = 0 WHERE entry = {RAISED}", {"watch.raised"}),
    "outbox.entry": (f"UPDATE outbox SET entry = 1 WHERE entry = {WAITING}", {"outbox.body"}),
    "outbox.body": (f"UPDATE outbox SET body = randomblob(99) WHERE entry = {WAITING}", {"outbox.body"}),
    "checkpoint.seq": ("UPDATE checkpoint SET seq = 7 WHERE seq = 1", {"checkpoint.seq"}),
    "checkpoint.at": ("UPDATE checkpoint SET at = at + 1 WHERE seq = 1", {"checkpoint.root"}),
    "checkpoint.decision": ("UPDATE checkpoint SET decision = decision - 1 WHERE seq = 1", {"checkpoint.root"}),
    "checkpoint.subjects": ("UPDATE checkpoint SET subjects = subjects - 1 WHERE seq = 1", {"checkpoint.subjects"}),
    "checkpoint.root": ("UPDATE checkpoint SET root = randomblob(32) WHERE seq = 1", {"checkpoint.root"}),
    "checkpoint.signer": ("UPDATE checkpoint SET signer = 'me' WHERE seq = 1", {"checkpoint.root"}),
    "checkpoint.signature": ("UPDATE checkpoint SET signature = x'00' WHERE seq = 2", {"checkpoint.signature"}),
    "policy.digest": ("UPDATE policy SET digest = 'sha256:0'", {"policy", "policy.body"}),
    "policy.body": ("UPDATE policy SET body = x'00'", {"policy", "policy.body"}),
}  # fmt: skip
UNBOUND = {  # what nothing binds, and why
    "meta.name": "a ledger without its note of the keys does not open",
    "meta.value": "the same",
    "joined.seq": "an own number, to which nothing refers",
    "outbox.tries": "working state of the delivery",
    "outbox.after": "working state of the delivery",
    "outbox.dead": "working state of the delivery",
    "outbox.problem": "working state of the delivery",
}


def test_every_column_of_every_table_has_its_case(folder: Path) -> None:
    with rows(folder) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {f"{name}.{row[1]}" for name in tables for row in connection.execute(f"PRAGMA table_info({name})")}
    assert columns == {*CHANGES, *UNBOUND}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column_is_found_and_named(folder: Path, column: str) -> None:
    statement, names = CHANGES[column]
    change(folder, statement)
    found = fields(folder)
    assert found, "the change was not found"
    assert found[0] in names or found[0] in {f"{column.partition('.')[0]}.{name}" for name in names}, found


@pytest.mark.parametrize("table", ["decision", "entry", "amendment"])
def test_a_body_that_is_dropped_before_its_time_is_found(folder: Path, table: str) -> None:
    which = {"decision": EVENT, "entry": ENTRY, "amendment": FIRST_AMENDED}[table]
    change(folder, f"UPDATE {table} SET body = NULL WHERE seq = {which}")
    assert fields(folder)[0] in ("body", f"{table}.body")


def test_the_first_difference_names_the_decision_the_field_and_what_was_expected(folder: Path) -> None:
    change(folder, f"UPDATE decision SET at = at + 1 WHERE seq = {EVENT}")
    ((finding, *_),) = [audited(folder).findings]
    at = to_micros(centre.START) + 60 * SECOND
    said = f"at of the decision on 's1' of the chain of the customer 'u1': expected {at}, found {at + 1}"
    assert finding.message == said


# --- rows


@pytest.mark.parametrize(
    ("table", "which", "names"),
    [
        ("subject", "seq = 1", {"decision.subject"}),
        ("decision", f"seq = {EVENT}", {"position"}),
        ("decision", "seq = (SELECT max(seq) FROM decision WHERE subject = 1)", {"length"}),
        ("entry", f"seq = {ENTRY}", {"entry"}),
        ("amendment", f"seq = {FIRST_AMENDED}", {"link"}),
        ("joined", "seq = 1", {"joined"}),
        ("watch", f"entry = {OPEN}", {"watch.due"}),
        ("checkpoint", "seq = 1", {"checkpoint.seq"}),
        ("policy", "1 = 1", {"policy"}),
    ],
)
def test_a_deleted_row_is_found(folder: Path, table: str, which: str, names: set[str]) -> None:
    change(folder, f"DELETE FROM {table} WHERE {which}")
    assert fields(folder)[0] in names


@pytest.mark.parametrize(
    ("table", "changed", "names"),
    [
        ("subject", "seq = 99, name = randomblob(16)", {"length"}),
        ("decision", "seq = 99, event = randomblob(16), position = 99", {"position", "body"}),
        ("decision", "seq = 99, event = randomblob(16), position = length", {"body"}),
        ("entry", "seq = 99, name = randomblob(16)", {"link"}),
        ("amendment", "seq = 99", {"link"}),
        ("joined", "seq = 99", {"joined"}),
        ("watch", "entry = (SELECT min(seq) FROM entry WHERE kind = 'contact')", {"watch.entry"}),
        ("outbox", "entry = (SELECT min(seq) FROM entry WHERE kind = 'contact')", {"outbox.body"}),
        ("checkpoint", "seq = 99", {"checkpoint.seq"}),
        ("policy", "digest = 'sha256:1'", {"policy.body"}),
    ],
)
def test_an_inserted_row_is_found(folder: Path, table: str, changed: str, names: set[str]) -> None:
    changed = changed.replace("= length", "= (SELECT length + 1 FROM subject WHERE seq = 1)")
    change(
        folder,
        f"CREATE TEMP TABLE copy AS SELECT * FROM {table} LIMIT 1",
        f"UPDATE copy SET {changed}",
        f"INSERT INTO {table} SELECT * FROM copy",
    )
    assert fields(folder)[0] in names


def swap(table: str, column: str, one: str, other: str) -> list[str]:
    """The statements that swap a column of two rows."""
    return [
        f"CREATE TEMP TABLE kept AS SELECT seq, {column} AS value FROM {table} WHERE seq IN ({one}, {other})",
        f"UPDATE {table} SET {column} = -seq WHERE seq IN (SELECT seq FROM kept)"
        if column in ("position", "seq", "number")
        else f"UPDATE {table} SET {column} = zeroblob(seq) WHERE seq IN (SELECT seq FROM kept)",
        f"UPDATE {table} SET {column} = (SELECT value FROM kept WHERE kept.seq <> abs({table}.seq))"
        " WHERE abs(seq) IN (SELECT seq FROM kept)",
    ]


THIRD = "(SELECT seq FROM decision WHERE subject = 1 AND position = 3)"


@pytest.mark.parametrize(
    ("table", "column", "one", "other", "names"),
    [
        ("decision", "body", EVENT, THIRD, {"body"}),
        ("decision", "position", EVENT, THIRD, {"link"}),
        ("decision", "event", EVENT, THIRD, {"body"}),
        ("entry", "body", ENTRY, f"{ENTRY} + 1", {"entry.body"}),
        ("entry", "seq", ENTRY, f"{ENTRY} + 1", {"link", "entry.seq"}),
        ("subject", "name", "1", OTHER, {"subject"}),
        ("subject", "number", "1", OTHER, {"body"}),
    ],
)
def test_swapped_rows_are_found(folder: Path, table: str, column: str, one: str, other: str, names: set[str]) -> None:
    change(folder, *swap(table, column, one, other))
    assert fields(folder)[0] in names


def resealed(folder: Path, number: int) -> None:
    """The first strike's record, changed and sealed by somebody who has the keys, its digest set right."""
    keys = FileKeys(str(folder / "ledger.db.keys"))
    sealer = Sealer(keys)
    with rows(folder) as connection:
        ((seq, name, body, own),) = connection.execute(
            "SELECT decision.seq, event, body, number FROM decision JOIN subject ON subject.seq = decision.subject"
            f" WHERE decision.seq = {EVENT}"
        )
        raw = sealer.unseal(own, body, name)
        assert raw is not None
        sealed = sealer.seal(number or own, raw.replace(b'"before": 0', b'"before": 7'), name)
        connection.execute("UPDATE decision SET body = ?, digest = ? WHERE seq = ?", (sealed, digest(sealed), seq))
    keys.close()


@pytest.mark.parametrize(("number", "names"), [(0, {"link"}), (2, {"body"})])
def test_a_body_that_was_sealed_again_is_found(folder: Path, number: int, names: set[str]) -> None:
    resealed(folder, number)
    assert fields(folder)[0] in names
