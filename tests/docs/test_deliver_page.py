"""`docs/how-to/deliver-obligations.md`: its plugin is installed, its commands are run, and print what it shows."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from pathlib import Path

import pytest

from forbear.engine.outbox import BESIDE
from forbear.engine.schedule import BASE, CAP, LEASE, TRIES
from pages import DOCS, Block, blocks, printed

PAGE = DOCS / "how-to" / "deliver-obligations.md"
SAID = {"id": "e1", "at": "2026-03-02T09:00:00+00:00", "type": "utterance", "contact": "c1", "customer": "u1"}
MOMENT = re.compile(r"(again   |since )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the page's plugin is installed, and somebody was abusive."""
    code, entry = (next(one for one in blocks(PAGE, language)) for language in ("python", "toml"))
    (tmp_path / code.file).write_text(code.text)
    info = tmp_path / "tickets-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tickets\nVersion: 1.0\n")
    assert 'tickets = "tickets"' in entry.text
    (info / "entry_points.txt").write_text("[forbear]\ntickets = tickets\n")
    (tmp_path / "events.jsonl").write_text(json.dumps({**SAID, "advisor": "a7", "text": "You stupid idiot!"}))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH", "")])))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change(database: Path, statement: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(database) as connection:
        found = connection.execute(statement).fetchall()
    connection.close()
    return found


def check(block: Block) -> None:
    assert MOMENT.sub(r"\1then", printed(block.text, Path.cwd(), errors=None)) == MOMENT.sub(r"\1then", block.text)


def test_the_page_does_what_it_says(folder: Path) -> None:
    run, fails, dead, replayed = blocks(PAGE, "console")
    tickets = folder / "tickets.db"
    check(run)
    change(folder / "ledger.db", "UPDATE outbox SET after = 0")  # ten seconds later
    check(fails)
    change(folder / "ledger.db", f"UPDATE outbox SET tries = {TRIES}, dead = 1")
    check(dead)
    change(tickets, "CREATE TABLE ticket (key TEXT PRIMARY KEY, who TEXT, what TEXT, due TEXT)")
    check(replayed)
    assert change(tickets, "SELECT key, who, what FROM ticket") == [("o:e1:warning", "advisor", "warning")]


def test_the_numbers_of_the_page_are_those_of_the_schedule() -> None:
    assert (BASE.total_seconds(), CAP.total_seconds(), LEASE.total_seconds(), TRIES, BESIDE) == (10, 3600, 300, 16, 10)
