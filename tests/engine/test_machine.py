"""Random histories through the standard pack, held against a model of its promises at every step."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from centre import CALM, START, dump
from conftest import examples
from forbear import Engine, EventError, Record, load_policy
from places import postgres, sqlite

from .promises import Model

CUSTOMERS = {"c0": "u0", "c1": "u0", "c2": "u1", "c3": None}
CONTACTS = st.sampled_from(sorted(CUSTOMERS))
SPEECH = st.fixed_dictionaries(
    {
        "speech.hostile": st.sampled_from([True, True, True, False, "misfit"]),
        "speech.target": st.sampled_from(["advisor", "advisor", "advisor", "company", "nobody", None]),
        "speech.category": st.sampled_from(["none", "insult", "hate", "hate", "threat"]),
        "speech.frustrated": st.booleans(),
    }
)
HOW = st.sampled_from(["done", "done", "unreachable", "waived"])
CARRIED = ("manager_callback", "specialist_route", "email_only_letter")
PAUSE = st.sampled_from([0, 0.5, 1, 5, 60, 60 * 24, 60 * 24 * 100])
POLICIES = {threat: load_policy("routing", {"threat_ends_contact": threat}) for threat in (False, True)}


class Histories(RuleBasedStateMachine):
    """A centre with two known customers and a withheld one."""

    make = staticmethod(sqlite)

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.place = self.make(self.folder)
        self.minutes = 0.0
        self.told: list[tuple[dict[str, Any], Record]] = []
        self.fresh = 0
        self.set: list[tuple[datetime, str, str, str | None, str]] = []

    @initialize(threat=st.booleans(), offences=st.integers(0, 3), reached=st.booleans())
    def open(self, threat: bool, offences: int, reached: bool) -> None:
        """A centre that may know its first customer already."""
        self.policy = POLICIES[threat]
        self.model = Model(threat)
        self.engine = self._open()
        for _ in range(offences):
            self.a_contact_goes_all_the_way("u0", "", reached)

    def _open(self) -> Engine:
        return self.place.engine(self.policy)

    def teardown(self) -> None:
        self.engine.close()
        shutil.rmtree(self.folder)

    def tell(self, type: str, ago: float = 0, **more: Any) -> Record | None:
        """Decide a new event and hold its record against the model; None where the event was refused."""
        at = START + timedelta(minutes=self.minutes - ago)
        given = {"id": f"e{len(self.told)}", "at": at.isoformat(), "type": type, **more}
        try:
            record = self.engine.decide(given)
        except EventError:
            return None
        self.told.append((given, record))
        self.check_what_was_set(given, record)
        self.model.check(given, record)
        return record

    def check_what_was_set(self, given: dict[str, Any], record: Record) -> None:
        """The latest of the contact holds, else the latest of the customer; at least by everything that was set."""
        for name, one in record.overridden.items():
            mine = [each for each in self.set if each[0] <= record.at and each[1] == name]
            contact = [each for each in mine if each[3] is not None and each[3] == given.get("contact")]
            held = sorted(contact, key=lambda each: each[0])[-1:]
            if not held or held[0][2] == "as_decided":
                held = sorted([each for each in mine if each[3] is None], key=lambda each: each[0])[-1:] or held
            assert record.outcome[name] != one.decided
            assert record.outcome[name] in {each[2] for each in mine}
            assert held

    def says(self, contact: str, facts: dict[str, Any], ago: float = 0, speaker: str = "customer") -> Record | None:
        customer = CUSTOMERS.get(contact, "u0")
        return self.tell(
            "utterance", ago, contact=contact, customer=customer, advisor="a1", speaker=speaker, facts=facts
        )

    @rule(minutes=PAUSE)
    def time_passes(self, minutes: float) -> None:
        self.minutes += minutes

    @rule(contact=CONTACTS, facts=SPEECH, speaker=st.sampled_from(["customer", "customer", "customer", "advisor"]))
    def somebody_speaks(self, contact: str, facts: dict[str, Any], speaker: str) -> None:
        self.says(contact, facts, speaker=speaker)

    @rule(contact=CONTACTS, facts=SPEECH, ago=st.sampled_from([0.25, 1, 5, 60 * 24]))
    def somebody_spoke_earlier(self, contact: str, facts: dict[str, Any], ago: float) -> None:
        self.says(contact, facts, ago)

    @precondition(lambda self: self.model.owed())
    @rule(data=st.data(), how=HOW, ago=st.sampled_from([0, 0, 0, 0.5, 60]))
    def an_obligation_is_closed(self, data: st.DataObject, how: str, ago: float) -> None:
        named = data.draw(st.sampled_from([one.id for one in self.model.owed()]))
        self.tell("obligation_closed", ago, obligation=named, how=how)

    @precondition(lambda self: self.model.offences())
    @rule(
        data=st.data(),
        verdict=st.sampled_from(["upheld", "upheld", "overturned"]),
        by=st.sampled_from(["m1", "m2"]),
        ago=st.sampled_from([0, 0, 1]),
    )
    def an_offence_is_reviewed(self, data: st.DataObject, verdict: str, by: str, ago: float) -> None:
        named = data.draw(st.sampled_from([one.id for one in self.model.offences()]))
        self.tell("offence_reviewed", ago, offence=named, verdict=verdict, by=by)

    @precondition(lambda self: self.model.offences())
    @rule(data=st.data(), ago=st.sampled_from([0, 0, 0, 1, 60 * 24]))
    def an_appeal_is_lodged(self, data: st.DataObject, ago: float) -> None:
        named = data.draw(st.sampled_from([one.id for one in self.model.offences()]))
        self.tell("appeal_lodged", ago, offence=named, reason="it was not me")

    @precondition(lambda self: self.model.appeals())
    @rule(
        data=st.data(),
        verdict=st.sampled_from(["granted", "granted", "refused"]),
        by=st.sampled_from(["a1", "m1", "m2", "m3", "m3"]),
        reason=st.sampled_from([{"reason": "heard again"}, {}]),
        ago=st.sampled_from([0, 0, 0, 1]),
    )
    def an_appeal_is_decided(
        self, data: st.DataObject, verdict: str, by: str, reason: dict[str, str], ago: float
    ) -> None:
        named = data.draw(st.sampled_from([one.id for one in self.model.appeals()]))
        self.tell("appeal_decided", ago, appeal=named, verdict=verdict, by=by, **reason)

    @rule(
        who=st.sampled_from([{"customer": "u0"}, {"customer": "u1"}, {"contact": "c0", "customer": "u0"}]),
        set_=st.sampled_from([("ladder", "none"), ("ladder", "email_only"), ("ladder", "as_decided"),
                              ("conduct", "anger"), ("conduct", "as_decided"), ("response", "end_contact")]),
        ago=st.sampled_from([0, 0, 1]),
    )  # fmt: skip
    def an_outcome_is_set(self, who: dict[str, str], set_: tuple[str, str], ago: float) -> None:
        decision, outcome = set_
        record = self.tell("override", ago, decision=decision, outcome=outcome, by="m1", reason="known", **who)
        assert (record is None) == (outcome == "end_contact")
        if record is not None:
            self.set.append((record.at, decision, outcome, who.get("contact"), who["customer"]))

    @rule(customer=st.sampled_from(["u0", "u1"]), need=st.sampled_from(["large print", "large print", "none"]))
    def a_need_is_noted(self, customer: str, need: str) -> None:
        self.tell("need_noted", customer=customer, need=need)

    @rule(customer=st.sampled_from(["u0", "u1"]), left=st.sampled_from(["", "", *CARRIED]), reached=st.booleans())
    def a_contact_goes_all_the_way(self, customer: str, left: str, reached: bool) -> None:
        """Three strikes, a verdict, and all that is then owed is carried out, but perhaps one thing."""
        self.fresh += 1
        abuse = {**CALM, "speech.hostile": True, "speech.target": "advisor", "speech.category": "insult"}
        contact = f"n{self.fresh}"
        for _ in range(3):
            record = self.tell(
                "utterance", contact=contact, customer=customer, advisor="a1", speaker="customer", facts=abuse
            )
            assert record is not None
            offence = next((one.id for one in record.recorded if one.entry == "offence"), "latest")
            self.tell("obligation_closed", contact=contact, obligation="latest", how="done")
            self.minutes += 1
        verdict = self.tell("offence_reviewed", offence=offence, verdict="upheld")
        self.minutes += 60
        for owe in CARRIED:
            for _ in range(1 if reached or owe != "manager_callback" else 3):
                how = "done" if reached or owe != "manager_callback" else "unreachable"
                if verdict is not None and owe != left:
                    self.tell("obligation_closed", customer=customer, obligation=f"latest:{owe}", how=how)
                self.minutes += 60 * 24

    @rule(contact=CONTACTS)
    def a_contact_is_offered(self, contact: str) -> None:
        record = self.tell("contact_offered", contact=contact, customer=CUSTOMERS[contact])
        assert record is not None
        if CUSTOMERS[contact] is None:
            assert record.outcome["ladder"] == "none"

    @rule(ago=st.sampled_from([0, 0, 60]))
    def the_clock_ticks(self, ago: float) -> None:
        record = self.tell("tick", ago)
        assert record is not None
        raised = [one.overdue for given, one in self.told if given["type"] == "tick"]
        assert len(set().union(*raised)) == sum(len(one) for one in raised), "each is raised once"

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def an_event_comes_again(self, data: st.DataObject) -> None:
        given, record = data.draw(st.sampled_from(self.told))
        before = dump(self.engine)
        assert self.engine.decide(given) == record
        assert dump(self.engine) == before

    @rule()
    def the_process_is_restarted(self) -> None:
        before = dump(self.engine)
        self.engine.close()
        self.engine = self._open()
        assert dump(self.engine) == before

    @invariant()
    def nothing_is_owed_twice_that_is_owed_once(self) -> None:
        legal = [one.contact for one in self.model.owed() if one.kind == "legal_review"]
        assert len(legal) == len(set(legal))


Histories.TestCase.settings = settings(
    max_examples=examples(30),
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestHistories = Histories.TestCase


class PostgresHistories(Histories):
    """The same centre, its ledger in PostgreSQL."""

    make = staticmethod(postgres)


PostgresHistories.TestCase.settings = settings(Histories.TestCase.settings, max_examples=examples(4))
TestPostgresHistories = PostgresHistories.TestCase
