"""`forbear explain`: the installed command."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import dump, forbear


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's story in a ledger."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "events.jsonl").write_bytes(forbear("demo", "--events").stdout)
    done = forbear("run", folder / "events.jsonl", "--ledger", f"sqlite:///{folder / 'l.db'}")
    assert done.status == 0, done.err
    return folder / "l.db"


def test_people_read_why_and_why_not(ledger: Path) -> None:
    result = forbear("explain", "d:demo-05", "--ledger", f"sqlite:///{ledger}")
    assert (result.status, result.err) == (0, "")
    assert "Rule response.first-strike applied: " in result.out
    assert "Rule response.already-ended did not apply: " in result.out
    assert result.out == forbear("explain", "demo-05", "--ledger", f"sqlite:///{ledger}").out


def test_both_languages_stand_one_after_the_other(ledger: Path) -> None:
    english, chinese, both = (
        forbear("explain", "demo-05", "--ledger", f"sqlite:///{ledger}", "--lang", lang).out
        for lang in ("en", "zh", "both")
    )
    assert both == f"{english}\n{chinese}"
    assert "规则 response.first-strike 适用" in chinese


def test_json_is_one_object_with_both_languages(ledger: Path) -> None:
    result = forbear("explain", "demo-05", "--ledger", f"sqlite:///{ledger}", "--json")
    (found,) = result.lines
    assert (found["decision"], found["event"], found["for"]) == ("d:demo-05", "demo-05", "auditor")
    assert found["whole"] is True
    assert found["sound"] is True
    assert all(one["en"] and one["zh"] for one in found["sentences"])


@pytest.mark.parametrize("audience", ["customer", "advisor", "manager"])
def test_each_audience_is_told_something_else(ledger: Path, audience: str) -> None:
    result = forbear("explain", "demo-09", "--ledger", f"sqlite:///{ledger}", "--for", audience, "--json")
    assert result.status == 0
    assert "sha256" not in result.out
    assert ("demo-09" in result.out) is (audience != "customer")


def test_explaining_changes_nothing(ledger: Path) -> None:
    before = dump(ledger)
    forbear("explain", "demo-09", "--ledger", f"sqlite:///{ledger}")
    assert dump(ledger) == before


def test_other_settings_than_those_that_decided_are_said_and_end_with_1(ledger: Path) -> None:
    where = ("--ledger", f"sqlite:///{ledger}")
    result = forbear("explain", "demo-05", *where, "--set", "threat_ends_contact=true")
    assert result.status == 1
    assert "under another policy" in result.out
    assert "did not apply" not in result.out
    (found,) = forbear("explain", "demo-05", *where, "--set", "threat_ends_contact=true", "--json").lines
    assert found["whole"] is False


def test_what_came_out_as_usual_is_told_at_length_where_it_is_asked_about(ledger: Path) -> None:
    asking = ("explain", "demo-05", "--ledger", f"sqlite:///{ledger}", "--for", "manager")
    assert "legal: “none”" in forbear(*asking).out
    told = forbear(*asking, "--about", "legal", "--about", "assist").out
    assert "Rule legal.hateful-language did not apply" in told
    assert "Rule assist." in told
    refused = forbear(*asking, "--about", "regal")
    assert (refused.status, refused.out) == (2, "")
    assert "'regal' was not decided here; did you mean `legal`" in refused.err


def test_an_unknown_decision_says_what_to_do(ledger: Path) -> None:
    result = forbear("explain", "demo-99", "--ledger", f"sqlite:///{ledger}", "--json")
    assert (result.status, result.stdout) == (2, b"")
    assert "holds no decision 'demo-99'" in result.err
    assert "erased" in result.err


def test_a_ledger_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = forbear("explain", "demo-05", "--ledger", f"sqlite:///{tmp_path / 'none.db'}")
    assert (result.status, result.stdout) == (2, b"")
    assert "there is no ledger" in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["demo-05"], "--ledger"),
        (["demo-05", "--ledger", "memory:"], "holds no decision"),
        (["demo-05", "--ledger", "mysql://x"], "mysql"),
        (["demo-05", "--ledger", "memory:", "--lang", "fr"], "en, zh or both"),
        (["demo-05", "--ledger", "memory:", "--for", "public"], "customer, advisor, manager or auditor"),
        (["demo-05", "--ledger", "memory:", "--pack", "nowhere"], "nowhere"),
        ([], "DECISION"),
    ],
)
def test_what_cannot_run_says_why_and_ends_with_2(arguments: list[str], reason: str) -> None:
    result = forbear("explain", *arguments)
    assert (result.status, result.stdout) == (2, b"")
    assert reason.lower() in result.err.lower()


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a ledger at all, but long enough to look like something" * 20)
    result = forbear("explain", "demo-05", "--ledger", f"sqlite:///{tmp_path / 'notes.txt'}")
    assert result.status == 2
    assert "notes.txt" in result.err
