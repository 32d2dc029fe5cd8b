"""A model of the standard pack's promises: what stood when, kept in plain lists and counted afresh each time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from attrs import define, field

from forbear import Record

WINDOW = timedelta(days=365)
LEVELS = {"warn": "first", "final_warning": "final"}


@define
class Thing:
    """An entry: whose it is, since when, and what became of it, each change with its own moment."""

    id: str
    kind: str  # of entry, or what is owed
    at: datetime
    contact: str | None
    customer: str | None
    changes: list[tuple[datetime, dict[str, Any]]] = field(factory=list)

    def as_of(self, at: datetime) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for _, change in sorted((one for one in self.changes if one[0] <= at), key=lambda one: one[0]):
            values |= change
        return values


@define
class Model:
    """Everything that the records said was kept."""

    threat_ends_contact: bool
    things: dict[str, Thing] = field(factory=dict)

    def owed(self) -> list[Thing]:
        return [one for one in self.things.values() if one.id.startswith("o:")]

    def offences(self) -> list[Thing]:
        return [one for one in self.things.values() if one.kind == "offence"]

    def stood(self, kind: str, at: datetime, **scope: str | None) -> list[Thing]:
        """The things of a kind in a scope at a moment; nobody has things without the scope's id."""
        if None in scope.values():
            return []
        return [
            one
            for one in self.things.values()
            if one.kind == kind and one.at <= at and all(getattr(one, name) == id_ for name, id_ in scope.items())
        ]

    def spoken(self, level: str, at: datetime, contact: str | None) -> bool:
        warnings = self.stood("warning", at, contact=contact)
        return any(one.as_of(at)["level"] == level and one.as_of(at).get("spoken") for one in warnings)

    def carried_out(self, owe: str, at: datetime, customer: str | None) -> bool:
        return any(one.as_of(at).get("how") == "done" for one in self.stood(owe, at, customer=customer))

    def restricted(self, step: str, at: datetime, customer: str | None) -> bool:
        return any(one.as_of(at)["step"] == step for one in self.stood("restriction", at, customer=customer))

    def history(self, at: datetime, contact: str | None, customer: str | None) -> dict[str, object]:
        """What the folds should have answered."""
        upheld = [
            one
            for one in self.stood("offence", at, customer=customer)
            if one.as_of(at)["status"] == "upheld" and at - one.at < WINDOW
        ]
        pending = [*self.stood("final_warning", at, contact=contact), *self.stood("owed warning", at, contact=contact)]
        return {
            "history.first_warning_spoken": self.spoken("first", at, contact),
            "history.final_warning_spoken": self.spoken("final", at, contact),
            "history.warning_pending": any("how" not in one.as_of(at) for one in pending),
            "history.ended": bool(self.stood("termination", at, contact=contact)),
            "history.upheld": len(upheld),
            "history.callback_done": self.carried_out("manager_callback", at, customer),
            "history.callback_tried_out": bool(self.stood("tried_out", at, customer=customer)),
            "history.route_done": self.carried_out("specialist_route", at, customer),
            "history.letter_done": self.carried_out("email_only_letter", at, customer),
            "history.specialist_given": self.restricted("specialist_only", at, customer),
            "history.email_given": self.restricted("email_only", at, customer),
            "history.in_exit": self.restricted("exit", at, customer),
        }

    def check(self, given: dict[str, Any], record: Record) -> None:
        """Hold a new record against what stood before it, then remember what it kept."""
        named = self.things.get(record.closed[0].id if record.closed else str(given.get("offence")))
        contact = given.get("contact") or (named.contact if named else None)
        customer = given.get("customer") or (named.customer if named else None)
        self._check_promises(given, record, contact, customer)
        self._check_history(record, contact, customer)
        self._remember(given, record, contact, customer)

    def _check_history(self, record: Record, contact: str | None, customer: str | None) -> None:
        expected = self.history(record.at, contact, customer)
        told = {path: value for path, value in record.facts.items() if path in expected}
        assert told == {path: expected[path] for path in told}

    def _check_promises(self, given: dict[str, Any], record: Record, contact: str | None, customer: str | None) -> None:
        at, outcome = record.at, record.outcome
        recorded, owes = {one.entry for one in record.recorded}, {one.owe for one in record.obligations}
        if outcome.get("response") == "end_contact" and not self.stood("termination", at, contact=contact):
            heard = self.spoken("first", at, contact) and self.spoken("final", at, contact)
            assert heard or (self.threat_ends_contact and outcome["category"] == "threat")
        if recorded & {"warning", "offence"} or outcome.get("response") in ("warn", "final_warning", "end_contact"):
            facts = given["facts"]
            assert outcome["conduct"] == "abuse"
            assert (facts["speech.hostile"], facts["speech.target"], given["speaker"]) == (True, "advisor", "customer")
        if "offence" in recorded:
            assert "farewell" in owes
        if outcome.get("category") == "hate":
            assert outcome["legal"] == "review"
            assert {"legal_review", "ask_advisor_consent"} <= owes
        if "restriction" in recorded:
            assert outcome["offence_status"] == "upheld"
        if "restriction" in recorded and outcome["ladder"] == "exit":
            tried = bool(self.stood("tried_out", at, customer=customer))
            assert tried or self.carried_out("manager_callback", at, customer)
            assert self.carried_out("specialist_route", at, customer)
            assert self.carried_out("email_only_letter", at, customer)
            assert self.restricted("specialist_only", at, customer)
            assert self.restricted("email_only", at, customer)
        if record.degraded and "response" in record.degraded:
            assert outcome["response"] == "listen"
            assert not recorded & {"warning", "offence", "termination"}

    def _remember(self, given: dict[str, Any], record: Record, contact: str | None, customer: str | None) -> None:
        for one in record.recorded:
            thing = Thing(one.id, one.entry, record.at, contact, customer)
            assert one.id not in self.things
            self.things[one.id] = thing
            values = {
                "warning": {"level": LEVELS.get(str(record.outcome.get("response")), "")},
                "offence": {"status": "provisional"},
                "restriction": {"step": record.outcome.get("ladder")},
            }.get(one.entry, {})
            thing.changes.append((record.at, values))
        for owed in record.obligations:
            kind = "owed warning" if owed.owe == "warning" else owed.owe
            self.things.setdefault(owed.id, Thing(owed.id, kind, record.at, contact, customer))
        for change in record.amended:
            self.things[change.id].changes.append((record.at, dict(change.values)))
        for closing in record.closed:
            self.things[closing.id].changes.append((record.at, {"how": closing.how}))
