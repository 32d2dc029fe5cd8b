"""The shipped story, run once for every test that compares with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import frozen

from commands import Result, forbear


@frozen
class Story:
    """The demo's events, what `forbear run` said of them, and the ledger that it left."""

    events: Path
    result: Result
    ledger: Path

    @property
    def lines(self) -> list[str]:
        return self.events.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    events = folder / "events.jsonl"
    events.write_bytes(forbear("demo", "--events").stdout)
    ledger = folder / "ledger.db"
    result = forbear("run", events, "--json", "--ledger", f"sqlite:///{ledger}")
    assert result.status == 0, result.err
    return Story(events, result, ledger)
