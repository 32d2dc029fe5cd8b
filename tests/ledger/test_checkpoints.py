"""What only a checkpoint finds, what is gone by right, and all of it on every store."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from altered import DAY, KEY, POLICY, PUBLIC, STORY, audited, change, fields, make, rows, store, strike
from centre import engine, event, small
from forbear import LedgerError
from forbear.engine.auditor import audit
from forbear.ledger.checkpoints import Disturbed, as_book, check_checkpoints, make_checkpoint
from forbear.ledger.entries import SECOND
from forbear.ledger.keys import FileKeys
from forbear.ledger.signing import signer_of, verifier_of
from places import Place


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger as it was made."""
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test to alter."""
    return shutil.copytree(made, tmp_path / "copy")


# --- what only a checkpoint finds


def truncated(folder: Path) -> None:
    """The chain of u1 without its last decision, and nothing left that tells of it."""
    last = "(SELECT max(seq) FROM decision WHERE subject = 1)"
    links = "(SELECT link FROM decision WHERE subject = 1 ORDER BY position DESC LIMIT 1)"
    mine = f"(SELECT seq FROM entry WHERE decision = {last})"
    change(
        folder,
        f"DELETE FROM watch WHERE entry IN {mine}",
        f"DELETE FROM entry WHERE decision = {last}",
        f"DELETE FROM decision WHERE seq = {last}",
        f"UPDATE subject SET length = length - 1, head = {links} WHERE seq = 1",
    )


def dropped(folder: Path) -> None:
    """Nothing of u2 any more."""
    mine = "(SELECT seq FROM subject WHERE number = (SELECT number FROM subject WHERE seq = 2))"
    entries = f"(SELECT seq FROM entry WHERE subject IN {mine})"
    with rows(folder) as connection:
        for table in ("watch", "outbox"):
            connection.execute(f"DELETE FROM {table} WHERE entry IN {entries}")
        for table in ("amendment", "entry", "decision"):
            connection.execute(f"DELETE FROM {table} WHERE subject IN {mine}")
        connection.execute("DELETE FROM joined")
        connection.execute("DELETE FROM subject WHERE seq = 2")


@pytest.mark.parametrize("done", [truncated, dropped])
def test_what_leaves_no_trace_in_the_chains_is_found_by_the_checkpoint(
    folder: Path, done: Callable[[Path], None]
) -> None:
    done(folder)
    with store(folder) as one:
        with one.reading() as transaction:
            found = [wrong.field for wrong in check_checkpoints(as_book(transaction))]
        assert found
        assert set(found) <= {"checkpoint.root", "checkpoint.subjects"}
        with pytest.raises(Disturbed):
            make_checkpoint(one, 3000 * SECOND, signer_of(KEY))


def test_a_gap_in_the_numbers_tells_of_what_was_dropped_even_without_a_checkpoint(folder: Path) -> None:
    dropped(folder)
    change(folder, "DELETE FROM checkpoint")
    assert "decision.seq" in fields(folder)


def test_checkpoints_hold_while_chains_grow_and_customers_go(folder: Path) -> None:
    with engine(small(POLICY), f"sqlite:///{folder}/ledger.db") as one:
        one.decide_all([strike("new", 300, "u1"), strike("more", 301, "u7"), event("x", "erase", 302, customer="u2")])
    report = audited(folder)
    assert ([one.message for one in report.findings], report.checkpoints, report.erased) == ([], 2, 2)


def test_another_key_does_not_verify(folder: Path) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with store(folder) as one:
        found = audit(one, verify=verifier_of(pem)).findings
    assert [wrong.field for wrong in found] == ["checkpoint.signature"] * 2


def test_nothing_new_makes_no_checkpoint(folder: Path) -> None:
    with store(folder) as one:
        assert make_checkpoint(one, 3000 * SECOND, signer_of(KEY)) is not None
        assert make_checkpoint(one, 4000 * SECOND, signer_of(KEY)) is None


@pytest.mark.parametrize("pem", [b"", b"no key", PUBLIC])
def test_what_is_no_private_key_is_refused(pem: bytes) -> None:
    with pytest.raises(LedgerError, match="private key"):
        signer_of(pem)


# --- what is gone by right


def test_what_was_kept_long_enough_counts_as_expired_not_as_broken(folder: Path) -> None:
    with engine(small(POLICY), f"sqlite:///{folder}/ledger.db") as one:
        one.decide(event("much-later", "tick", 70 * DAY))
        one.decide(event("later-still", "tick", 100 * DAY))
    report = audited(folder)
    assert [one.message for one in report.findings] == []
    assert report.expired > 20


def test_nobody_without_the_keys_can_say_that_something_has_expired(folder: Path) -> None:
    with engine(small(POLICY), f"sqlite:///{folder}/ledger.db") as one:
        one.decide(event("much-later", "tick", 70 * DAY))
    change(folder, "UPDATE meta SET value = randomblob(32) WHERE name = 'expired decision'")
    assert "meta.value" in fields(folder)


def test_whoever_has_the_ledger_alone_cannot_make_it_destroy_a_key(folder: Path) -> None:
    change(folder, "UPDATE subject SET erased = 5, name = randomblob(16) WHERE seq = 1")
    assert fields(folder)[0] == "erased"
    keys = FileKeys(str(folder / "ledger.db.keys"))
    with rows(folder) as connection:
        ((number,),) = connection.execute("SELECT number FROM subject WHERE seq = 1")
    assert keys.key(number) is not None
    keys.close()


def test_an_erasure_that_is_taken_back_is_found(folder: Path) -> None:
    change(folder, "UPDATE subject SET erased = NULL WHERE erased IS NOT NULL")
    assert fields(folder)[0] == "number"


def test_a_ledger_without_the_note_of_its_keys_does_not_open(folder: Path) -> None:
    change(folder, "UPDATE meta SET name = 'other' WHERE name = 'keys'")
    with pytest.raises(LedgerError, match="not the keys"):
        audited(folder)


def test_who_was_erased_after_the_backup_was_made_stays_so_when_it_is_restored(folder: Path) -> None:
    url = f"sqlite:///{folder}/ledger.db"
    with closing(sqlite3.connect(folder / "ledger.db")) as one, closing(sqlite3.connect(folder / "old.db")) as other:
        one.backup(other)
    with engine(small(POLICY), url) as one:
        one.decide(event("x", "erase", 300, customer="u1"))
    shutil.copy(folder / "old.db", folder / "ledger.db")
    assert fields(folder)[:1] == ["number"], "the ledger does not know why a key is gone"
    with engine(small(POLICY), url) as one:
        assert one.decide(strike("back", 400, "u1")).outcome == {"before": 0}, "a stranger, as after any erasure"
        one.decide(event("x", "erase", 401, customer="u1"))
    report = audited(folder)
    assert ([one.message for one in report.findings], report.erased) == ([], 3)


# --- on every store


def test_a_ledger_holds_on_every_store(place: Place) -> None:
    with place.engine(small(POLICY)) as one:
        one.decide_all(STORY)
        assert make_checkpoint(one.store, 1000 * SECOND, signer_of(KEY)) is not None
        one.decide_all([strike("s4", 200, "u1"), event("much-later", "tick", 70 * DAY)])
        report = audit(one.store, verify=verifier_of(PUBLIC))
    assert [found.message for found in report.findings] == []
    assert (report.checkpoints, report.erased) == (1, 1)
    assert report.expired > 10
    assert report.again > 0


def test_a_change_is_found_on_every_store(place: Place) -> None:
    with place.engine(small(POLICY)) as one:
        one.decide_all(STORY)
        with one.store.writing() as transaction:
            run = as_book(transaction).connection.run
            run("UPDATE entry SET at = at + 1 WHERE kind = 'strike' AND subject = 1")
            run("UPDATE watch SET due = due + 1 WHERE raised = 0")
        assert [found.field for found in audit(one.store).findings] == ["entry.at"]


def test_nobody_decides_while_a_checkpoint_is_worked_out(place: Place) -> None:
    with place.engine(small(POLICY)) as one:
        one.decide_all(STORY[:3])

        def decide(number: int) -> None:
            one.decide_all([strike(f"t{number}-{n}", 20 + n, f"u{number}") for n in range(15)])

        with ThreadPoolExecutor(4) as pool:
            deciding = [pool.submit(decide, number) for number in range(4)]
            made = [make_checkpoint(one.store, n * SECOND, signer_of(KEY)) for n in range(6)]
        assert [done.exception() for done in deciding] == [None] * 4
        assert [checkpoint for checkpoint in made if checkpoint is not None]
        assert [found.message for found in audit(one.store).findings] == []


def test_a_ledger_of_the_first_version_holds_and_is_not_decided_again(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        connection.executescript((Path(__file__).parent / "data" / "first.sql").read_text(encoding="utf-8"))
    with engine(ledger=f"sqlite:///{tmp_path}/ledger.db") as one:
        before = audit(one.store)
        assert [found.message for found in before.findings] == []
        assert before.unkept == before.decisions > 0
        one.decide(event("new", "tick", 60 * 24 * 365))
        after = audit(one.store)
        assert ([found.message for found in after.findings], after.unkept) == ([], before.unkept)
        assert after.again > 0
