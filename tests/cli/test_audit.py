"""`forbear audit`: the installed command."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import chdir, closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from commands import Result, forbear, inside


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's story in a ledger, and a pair of keys."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "events.jsonl").write_bytes(forbear("demo", "--events").stdout)
    done = forbear("run", folder / "events.jsonl", "--ledger", f"sqlite:///{folder / 'l.db'}")
    assert done.status == 0, done.err
    key = Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "copy")


def audited(folder: Path, *arguments: object) -> Result:
    with chdir(folder):
        return inside("audit", *arguments, "--ledger", f"sqlite:///{folder / 'l.db'}")


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "l.db")) as connection:
        assert connection.execute(statement).rowcount > 0
        connection.commit()


def test_a_ledger_that_holds_says_so_in_a_sentence(folder: Path) -> None:
    result = forbear("audit", "--ledger", f"sqlite:///{folder / 'l.db'}")
    assert (result.status, result.err) == (0, "")
    assert result.out == "28 decisions of 2 customers: chains hold, all decided again alike\n"


def test_one_customer_or_some_decisions_can_be_audited(folder: Path) -> None:
    assert audited(folder, "--customer", "u1").out.startswith("22 decisions of 1 customer: chains hold")
    (summary,) = audited(folder, "d:demo-05", "demo-07", "--json").lines
    assert (summary["kind"], summary["again"], summary["decisions"], summary["findings"]) == ("summary", 2, 22, 0)


def test_what_is_broken_is_named_and_the_status_is_1(folder: Path) -> None:
    change(folder, "UPDATE decision SET at = at + 1 WHERE seq = 5")
    result = audited(folder)
    assert result.status == 1
    assert result.out.startswith(
        "broken   at of the decision on 'demo-05' of the chain of the customer 'u1': expected "
    )
    finding, summary = audited(folder, "--json").lines
    assert (finding["kind"], finding["field"], summary["findings"]) == ("broken", "at", 1)


def test_auditing_changes_nothing(folder: Path) -> None:
    before = (folder / "l.db").read_bytes()
    audited(folder)
    assert (folder / "l.db").read_bytes() == before


def test_a_checkpoint_is_signed_and_verified(folder: Path) -> None:
    made = audited(folder, "--checkpoint", "--sign", "key.pem", "--json")
    assert made.status == 0, made.err
    checkpoint = made.lines[-1]["checkpoint"]
    assert (checkpoint["subjects"], checkpoint["decision"]) == (2, 28)
    assert checkpoint["signer"].startswith("ed25519:")
    assert audited(folder, "--verify-key", "public.pem").out.endswith("; 1 checkpoint\n")
    again = audited(folder, "--checkpoint", "--sign", "key.pem")
    assert "it stands" in again.out
    change(folder, "DELETE FROM decision WHERE seq = (SELECT max(seq) FROM decision)")
    assert audited(folder, "--verify-key", "public.pem").status == 1


def test_the_signature_is_one_that_others_can_verify(folder: Path) -> None:
    (_, told) = audited(folder, "--checkpoint", "--sign", "key.pem", "--json").lines
    key = (folder / "key.pem").read_bytes()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    public = load_pem_private_key(key, None).public_key()
    assert isinstance(public, type(Ed25519PrivateKey.generate().public_key()))
    public.verify(bytes.fromhex(told["checkpoint"]["signature"]), bytes.fromhex(told["checkpoint"]["root"]))


def test_no_checkpoint_covers_what_is_wrong(folder: Path) -> None:
    change(folder, "UPDATE decision SET at = at + 1 WHERE seq = 5")
    result = audited(folder, "--checkpoint", "--sign", "key.pem")
    assert result.status == 1
    assert "no checkpoint was made" in result.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["d:nothing"], "no decision 'd:nothing'"),
        (["--customer", "nobody"], "nothing about the customer 'nobody'"),
        (["d:demo-05", "--customer", "u1"], "not both"),
        (["--checkpoint"], "nobody signs"),
        (["--sign", "key.pem"], "--checkpoint"),
        (["--checkpoint", "--customer", "u1", "--sign", "key.pem"], "over everything"),
        (["--checkpoint", "--sign", "nowhere.pem"], "nowhere.pem cannot be read"),
        (["--checkpoint", "--sign", "public.pem"], "no private key"),
        (["--verify-key", "key.pem"], "no public key"),
    ],
)
def test_what_cannot_run_says_why_and_ends_with_2(folder: Path, arguments: list[str], reason: str) -> None:
    result = audited(folder, *arguments)
    assert result.status == 2
    assert reason in result.err


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    for command in (["audit"], ["export", "u1"], ["erase", "u1"]):
        result = inside(*command, "--ledger", f"sqlite:///{tmp_path / 'none.db'}")
        assert (result.status, result.stdout) == (2, b"")
        assert "there is no ledger" in result.err
    assert list(tmp_path.iterdir()) == []


# --- forgetting


def erase(folder: Path, *arguments: object) -> Result:
    return inside("erase", *arguments, "--ledger", f"sqlite:///{folder / 'l.db'}")


def test_an_erased_customer_counts_as_erased_not_as_broken(folder: Path) -> None:
    result = erase(folder, "u1")
    assert (result.status, result.out) == (0, "Erased u1: 22 decisions and 30 entries.\n")
    assert audited(folder).out == "29 decisions of 1 customer: chains hold, all decided again alike; 1 erased\n"
    assert erase(folder, "u1").out == "Nothing was held about the customer u1.\n"
    assert inside("explain", "d:demo-05", "--ledger", f"sqlite:///{folder / 'l.db'}").status == 2


def test_an_erasure_that_must_wait_says_why_and_ends_with_1(folder: Path) -> None:
    threat = {
        "id": "law",
        "at": "2026-03-06T09:00:00+00:00",
        "type": "utterance",
        "contact": "c9",
        "customer": "u1",
        "advisor": "a7",
        "facts": {
            "speech.hostile": True,
            "speech.target": "advisor",
            "speech.category": "hate",
            "speech.frustrated": True,
        },
    }
    done = forbear("run", "-", "--ledger", f"sqlite:///{folder / 'l.db'}", given=json.dumps(threat))
    assert "legal_review" in done.out, done.out
    result = erase(folder, "u1", "--id", "request-1")
    assert result.status == 1
    assert "The customer u1 is not erased yet." in result.out
    assert "A legal review is open" in result.out
    (told,) = erase(folder, "u1", "--id", "request-2", "--json").lines
    assert (told["erased"], told["held_before"], told["record"]["outcome"]["erasure"]) == (False, True, "wait")
    assert inside("explain", "d:demo-05", "--ledger", f"sqlite:///{folder / 'l.db'}").status == 0
