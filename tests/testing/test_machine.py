"""The state machine for hosts: it passes on our engine, and finds what is wrong with a host's integration."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from forbear import Alarm, Engine
from forbear.language.pack import build_policy, pack_from_texts
from forbear.testing import Integration
from forbear.testing.recount import differences
from lateness import PACK

LATENESS = build_policy(pack_from_texts(PACK))
RUN = settings(
    max_examples=15,
    stateful_step_count=12,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Ours(Integration):
    """Our own engine on a small pack."""

    pack = LATENESS


def run(machine):
    run_state_machine_as_test(machine, settings=RUN)


def test_our_own_engine_passes():
    run(Ours)


class Forgetful(Ours):
    """A host that gives an event a new id whenever it is sent."""

    def send(self, event):
        self.sent = getattr(self, "sent", 0) + 1
        record = self.engine.decide({**event, "id": f"{event['id']}-{self.sent}"})
        return evolve(record, event=event["id"])


class Mistaken(Ours):
    """A host that answers with the record of another event."""

    def send(self, event):
        return evolve(super().send(event), event="another")


class Careless(Ours):
    """A host in which a promise broke, as an alarm tells."""

    def send(self, event):
        record = super().send(event)
        if record.outcome.get("apology") == "brief":
            self.hearing.alarms.append(Alarm(event["id"], "invariant", "apology#1", "it does not hold"))
        return record


class Altered(Ours):
    """A host whose ledger somebody changes before it is audited."""

    def start(self):
        self.folder = Path(tempfile.mkdtemp())
        url = f"sqlite:///{self.folder / 'ledger.db'}"
        self.engine = Engine(self.policy, url, plugins=[self.hearing], discover=False)

    def ledger(self):
        with closing(sqlite3.connect(self.folder / "ledger.db")) as connection, connection:
            connection.execute("UPDATE subject SET length = length + 1")
        return self.engine.store

    def stop(self):
        super().stop()
        shutil.rmtree(self.folder)


@pytest.mark.parametrize(
    ("machine", "message"),
    [
        (Forgetful, "again gave another record"),
        (Mistaken, "speaks of another"),
        (Altered, "the audit found"),
        (Careless, "invariant of apology#1: it does not hold"),
    ],
)
def test_a_host_that_goes_wrong_is_found_with_the_story_that_led_there(machine, message):
    with pytest.raises(AssertionError, match=message) as caught:
        run(machine)
    assert "tests:\n- test: a story that was found\n  story:\n  - id: e" in str(caught.value)


def test_alarms_of_facts_in_doubt_are_no_fault():
    class Doubting(Ours):
        def alarms(self):
            return [Alarm("e1", "degraded", "apology", "contact.wait is missing"), *super().alarms()]

    run(Doubting)


def test_folds_that_differ_from_a_recount_are_told(monkeypatch):
    with Engine(LATENESS, "memory:", discover=False) as engine:
        event = {"id": "e1", "at": "2026-03-02T09:00:00Z", "type": "contact_offered", "contact": "c1", "customer": "u1"}
        engine.decide({**event, "facts": {"contact.wait": 600}})
        at = 1772442000 * 1_000_000
        assert differences(LATENESS, engine.store, at) == []
        monkeypatch.setattr("forbear.testing.recount.ask", lambda *given: 7)
        (told,) = differences(LATENESS, engine.store, at)
    assert told == "history.delays of u1: ledger 7, counted 1"


def test_folds_over_a_window_are_counted_anew_when_the_window_still_sees_something(monkeypatch):
    with Engine(LATENESS, "memory:", discover=False) as engine:
        event = {"id": "e1", "at": "2026-03-02T09:00:00Z", "type": "contact_offered", "contact": "c1", "customer": "u1"}
        engine.decide({**event, "facts": {"contact.wait": 600}})
        assert differences(LATENESS, engine.store) == []
        monkeypatch.setattr("forbear.testing.recount.ask", lambda *given: 0)
        assert differences(LATENESS, engine.store) == ["history.delays of u1: ledger 0, counted 1"]


def test_a_system_that_does_not_start_is_told_as_that():
    class Unready(Ours):
        def start(self):
            raise ConnectionError("no such queue")

    with pytest.raises(ConnectionError, match="no such queue"):
        run(Unready)
