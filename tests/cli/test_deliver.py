"""`forbear deliver`: what waits goes to the installed plugins; what nobody takes is shown to a person."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen

from centre import engine
from commands import FORBEAR, Result, forbear
from desk import cross, policy
from forbear.engine.schedule import TRIES

PLUGIN = """\
import json, pathlib
from forbear import hookimpl

FOLDER = pathlib.Path(__file__).parent


@hookimpl
def perform(obligation):
    if obligation.owe in (FOLDER / "closed").read_text().split():
        raise ConnectionError("nobody there")
    with (FOLDER / "tickets").open("a") as file:
        file.write(obligation.id + "\\n")
"""


@frozen
class House:
    """A ledger, and a ticket system whose plugin is installed; `shut` names what it does not take."""

    folder: Path
    env: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/ledger.db"

    def shut(self, *owe: str) -> None:
        (self.folder / "closed").write_text(" ".join(owe))

    def tickets(self) -> list[str]:
        path = self.folder / "tickets"
        return path.read_text().splitlines() if path.exists() else []

    def decide(self, *events: Mapping[str, object]) -> None:
        """By an engine without performers."""
        with engine(policy(), self.url) as one:
            one.decide_all(events)

    def deliver(self, *arguments: object) -> Result:
        return forbear("deliver", "--ledger", self.url, *arguments, env=self.env)

    def set(self, change: str) -> None:
        """Change all that waits, as only time does."""
        with sqlite3.connect(self.folder / "ledger.db") as connection:
            connection.execute(f"UPDATE outbox SET {change}")
        connection.close()


@pytest.fixture
def house(tmp_path: Path) -> House:
    info = tmp_path / "tickets-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tickets\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[forbear]\ntickets = tickets_module\n")
    (tmp_path / "tickets_module.py").write_text(PLUGIN)
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    found = House(tmp_path, {"PYTHONPATH": path})
    found.shut()
    return found


def test_it_hands_over_what_waits_once(house):
    house.decide(cross("e1"), cross("e2", 1))
    ids = ["o:e1:note", "o:e1:letter", "o:e2:note", "o:e2:letter"]
    done = house.deliver("--json")
    assert (done.status, done.err) == (0, "")
    assert done.lines[0] == {
        "outcome": "delivered", "id": "o:e1:note", "owe": "note", "to": "advisor",
        "due": "2026-03-02T09:30:00+00:00", "tries": 1,
    }  # fmt: skip
    assert [line["id"] for line in done.lines] == ids
    assert house.tickets() == ids
    again = house.deliver("--json")
    assert (again.status, again.stdout, again.err) == (0, b"", "")
    assert house.tickets() == ids


def test_what_fails_says_why_and_when_it_is_tried_again_and_does_not_hold_up_the_others(house):
    house.decide(cross("e1"))
    house.shut("note")
    done = house.deliver("--json")
    assert done.status == 1
    failed, delivered = done.lines
    assert (failed["outcome"], failed["tries"], delivered["outcome"]) == ("failed", 1, "delivered")
    assert failed["problem"].startswith("plugin tickets: perform: raised ConnectionError at tickets_module.py:")
    assert "nobody there" not in done.out + done.err
    assert failed["again"].endswith("+00:00")
    house.shut()
    house.set("after = 0")
    shown = house.deliver()
    assert shown.status == 0
    assert shown.out == "delivered  o:e1:note  note for advisor\n"
    assert house.tickets() == ["o:e1:letter", "o:e1:note"]


def test_one_that_dies_is_listed_until_a_person_has_it_tried_again(house):
    house.decide(cross("e1"))
    house.shut("note", "letter")
    house.set(f"tries = {TRIES - 1}")
    done = house.deliver("--json")
    assert done.status == 1
    assert [(line["outcome"], line["tries"], "again" in line) for line in done.lines] == [("dead", TRIES, False)] * 2
    assert "2 dead, waiting for a person; see `forbear deliver --dead`" in done.err
    listed = house.deliver("--dead", "--json")
    assert listed.status == 1
    assert set(listed.lines[0]) == {"id", "owe", "to", "due", "tries", "problem", "since"}
    assert [line["id"] for line in listed.lines] == ["o:e1:note", "o:e1:letter"]
    shown = house.deliver("--dead").out
    assert "o:e1:note  note for advisor, due 2026-03-02 09:30:00" in shown
    assert f"after {TRIES} attempts" in shown
    assert "because plugin tickets: perform: raised ConnectionError" in shown

    house.shut()
    replayed = house.deliver("--replay", "o:e1:note", "--replay", "o:e9:note", "--json")
    assert (replayed.status, replayed.lines) == (1, [{"id": "o:e1:note", "outcome": "replayed"}])
    assert "'o:e9:note' is not dead; `forbear deliver --dead` lists what is" in replayed.err
    done = house.deliver("--json")
    assert [line["id"] for line in done.lines] == ["o:e1:note"]
    assert done.status == 1, "the other still waits for a person"
    assert house.deliver("--replay", "all").out == "replayed   o:e1:letter\n"
    assert house.deliver().status == 0
    assert house.deliver("--dead").out == "Nothing is dead.\n"
    assert house.tickets() == ["o:e1:note", "o:e1:letter"]


def test_a_missing_performer_is_said_in_words(house):
    house.decide(cross("e1"))
    done = forbear("deliver", "--ledger", house.url)
    assert (done.status, done.out) == (2, "")
    assert "no installed plugin has the hook `perform`, so nobody takes over what waits here (2)" in done.err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--ledger", "sqlite:///nowhere.db"], "there is no ledger 'nowhere.db'"),
        (["--ledger", "memory:", "--dead", "--replay", "all"], "give one of them"),
        (["--ledger", "memory:", "--watch", "0"], "--watch"),
    ],
)
def test_what_cannot_run_says_why_and_ends_with_2(arguments, reason, tmp_path):
    done = forbear("deliver", *arguments, cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert reason in done.err
    assert list(tmp_path.iterdir()) == []


def test_watching_goes_on_with_what_comes_until_it_is_interrupted(house):
    house.decide(cross("e1"))
    with watching(house) as process:
        assert [read(process)["id"] for _ in range(2)] == ["o:e1:note", "o:e1:letter"]
        house.decide(cross("e2", 1))
        assert [read(process)["id"] for _ in range(2)] == ["o:e2:note", "o:e2:letter"]
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert process.stderr.read() == b""


def test_watching_outlasts_a_ledger_that_fails_for_a_while(house):
    house.decide(cross("e1"))
    with watching(house) as process:
        assert [read(process)["id"] for _ in range(2)] == ["o:e1:note", "o:e1:letter"]
        broken = sqlite3.connect(house.folder / "ledger.db", isolation_level=None)
        broken.execute("ALTER TABLE outbox RENAME TO away")
        assert b"trying again in" in process.stderr.readline()
        broken.execute("ALTER TABLE away RENAME TO outbox")
        broken.close()
        house.decide(cross("e2", 1))
        assert [read(process)["id"] for _ in range(2)] == ["o:e2:note", "o:e2:letter"]
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0


def watching(house: House) -> subprocess.Popen[bytes]:
    command = [FORBEAR, "deliver", "--ledger", house.url, "--watch", "0.1", "--json"]
    env = {**os.environ, **house.env}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)


def read(process: subprocess.Popen[bytes]) -> dict[str, object]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else ""
    return json.loads(line)
