"""A state machine that drives a host's integration through random histories and checks it after every event."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from forbear.engine import Engine
from forbear.engine.auditor import audit
from forbear.errors import EventError
from forbear.language.ir import Policy
from forbear.language.pack import load_policy
from forbear.ledger import Store
from forbear.records import Alarm, Record
from forbear.testing.hearing import Hearing, faults
from forbear.testing.recount import differences
from forbear.testing.stories import as_story
from forbear.testing.strategies.events import Event
from forbear.testing.strategies.telling import Telling


class Integration(RuleBasedStateMachine):
    """Drives a system that decides by a policy; subclass it and say how an event reaches yours.

    Without anything said it drives an `Engine` on a ledger in memory. `TestCase` of a subclass is what a test runner
    collects; `TestCase.settings` says how many histories there are and how long.
    """

    pack: ClassVar[str | Path | Policy] = "standard"
    whole: ClassVar[bool] = True  # people are merged, split and erased, too

    def __init__(self) -> None:
        super().__init__()
        self.hearing = Hearing()
        self.told: list[tuple[Event, Record]] = []
        self.refused: list[Event] = []
        self._failed = False
        self._heard = 0

    # --- for a host to say

    def start(self) -> None:
        """Start the system, with nothing in its ledger."""
        self.engine = Engine(self.policy, "memory:", plugins=[self.hearing], discover=False)

    def send(self, event: Event) -> Record:
        """Send an event, as JSON has it, and give back its record. Raises EventError where it is refused."""
        return self.engine.decide(event)

    def alarms(self) -> list[Alarm]:
        """All alarms since the start; an engine that has `self.hearing` as a plugin puts them there."""
        return self.hearing.alarms

    def ledger(self) -> Store | None:
        """The ledger, for an audit at the end; None where the test cannot reach it."""
        return self.engine.store

    def stop(self) -> None:
        """Stop the system."""
        self.engine.close()

    # --- the machine

    @initialize()
    def _begin(self) -> None:
        self.policy = self.pack if isinstance(self.pack, Policy) else _loaded(str(self.pack))
        self.start()
        self.telling = Telling(self.policy, whole=self.whole)

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """The next event of the history."""
        event = self.telling.tell(data.draw)
        try:
            record = self.send(event)
        except EventError:
            self.refused.append(event)
            return
        self.told.append((event, record))
        self.telling.hear(record)
        self._require(record.event == event["id"], f"the record of {event['id']} speaks of {record.event}")
        self._check_alarms()

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def an_event_comes_again(self, data: st.DataObject) -> None:
        """The same event again: the same record, or what is left of one that was erased or whose time was over."""
        event, record = data.draw(st.sampled_from(self.told))
        again = self.send(event)
        self._require(again.erased or again == record, f"the event {event['id']} again gave another record")
        self._check_alarms()

    def teardown(self) -> None:
        """Audit the ledger and count its folds anew, then stop."""
        if not hasattr(self, "telling"):  # it did not start
            return
        try:
            store = self.ledger()
            if store is not None and not self._failed:
                findings = [str(one) for one in audit(store).findings]
                self._require(not findings, f"the audit found: {'; '.join(findings)}")
                wrong = differences(self.policy, store)
                self._require(not wrong, f"folds differ from a recount: {'; '.join(wrong)}")
        finally:
            self.stop()

    def _check_alarms(self) -> None:
        alarms = self.alarms()
        new, self._heard = faults(alarms[self._heard :]), len(alarms)
        self._require(not new, "; ".join(f"{one.kind} of {one.subject}: {one.reason}" for one in new))

    def _require(self, holds: bool, message: str) -> None:
        if not holds:
            self._failed = True
            raise AssertionError(f"{message}\n\nThis story led there:\n\n{as_story([one for one, _ in self.told])}")


@cache
def _loaded(pack: str) -> Policy:
    """The policy of a pack, read once."""
    return load_policy(pack)
