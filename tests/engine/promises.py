"""A model of the standard pack's promises: what stood when, kept in plain lists and counted afresh each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, field

from forbear import Record

WINDOW = timedelta(days=365)
TERMS = {"email_only": timedelta(days=180), "specialist_only": timedelta(days=365)}
NEED_KEPT = timedelta(days=365)
ADVISOR = "a1"  # who hears everything
FOLLOWING = (
    "manager_callback", "advisor_callback", "specialist_route", "email_only_letter", "exit_letter",
    "vulnerability_review",
)  # fmt: skip
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
    offence: str = ""  # from which it follows

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

    def appeals(self) -> list[Thing]:
        return [one for one in self.things.values() if one.kind == "appeal"]

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
        standing = [one for one in self.stood("restriction", at, customer=customer) if one.as_of(at)["step"] == step]
        return any(not one.as_of(at).get("lifted") for one in standing)

    def not_over(self, step: str, at: datetime, customer: str | None) -> bool:
        """Whether a restriction that has an end stands."""
        given = [one for one in self.stood("restriction", at, customer=customer) if one.as_of(at)["step"] == step]
        return any(not one.as_of(at).get("lifted") and at - one.at < TERMS[step] for one in given)

    def is_owed(self, at: datetime, customer: str | None, *kinds: str) -> bool:
        owed = [one for kind in kinds for one in self.stood(kind, at, customer=customer)]
        return any("how" not in one.as_of(at) for one in owed)

    def need(self, at: datetime, customer: str | None) -> str:
        noted = [one for one in self.stood("adjustment", at, customer=customer) if at - one.at < NEED_KEPT]
        return str(sorted(noted, key=lambda one: one.at)[-1].as_of(at)["need"]) if noted else "none"

    def about(self, kind: str, offence: str | None, at: datetime) -> list[dict[str, Any]]:
        """The reviews or appeals of an offence, as they stood."""
        found = [one.as_of(at) for one in self.things.values() if one.kind == kind and one.at <= at]
        return [one for one in found if offence is not None and one["offence"] == offence]

    def involved(self, offence: str, by: str, at: datetime) -> bool:
        reviewed = any(one["reviewer"] == by for one in self.about("review", offence, at))
        return by == ADVISOR or reviewed

    def history(
        self, at: datetime, contact: str | None, customer: str | None, offence: str | None, by: str | None
    ) -> dict[str, object]:
        """What the folds should have answered."""
        ever = [one for one in self.stood("offence", at, customer=customer) if one.as_of(at)["status"] == "upheld"]
        upheld = [one for one in ever if at - one.at < WINDOW]
        appeals = self.about("appeal", offence, at)
        pending = [*self.stood("final_warning", at, contact=contact), *self.stood("owed warning", at, contact=contact)]
        return {
            "history.first_warning_spoken": self.spoken("first", at, contact),
            "history.final_warning_spoken": self.spoken("final", at, contact),
            "history.warning_pending": any("how" not in one.as_of(at) for one in pending),
            "history.ended": bool(self.stood("termination", at, contact=contact)),
            "history.upheld": len(upheld),
            "history.upheld_ever": len(ever),
            "history.in_email_only": self.not_over("email_only", at, customer),
            "history.in_specialist": self.not_over("specialist_only", at, customer),
            "history.person_looks": self.is_owed(at, customer, "vulnerability_review", "ladder_review"),
            "history.ladder_duties": self.is_owed(at, customer, *FOLLOWING[:-1]),
            "history.need": self.need(at, customer),
            "history.under_appeal": any(one["status"] == "lodged" for one in appeals),
            "history.suffered_it": offence is not None and by == ADVISOR,
            "history.reviewed_it": by is not None
            and any(one["reviewer"] == by for one in self.about("review", offence, at)),
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
        told = record.closed[0].id if given["type"] == "obligation_closed" and record.closed else None
        named = self.things.get(str(told or given.get("appeal") or given.get("offence")))
        contact = given.get("contact") or (named.contact if named else None)
        customer = given.get("customer") or (named.customer if named else None)
        offence = self._offence(given)
        self._check_promises(given, record, contact, customer)
        self._check_appeal(given, record, offence)
        self._check_history(given, record, contact, customer, offence)
        self._remember(given, record, contact, customer, offence)

    def _offence(self, given: dict[str, Any]) -> str | None:
        if "appeal" in given:
            return str(self.things[given["appeal"]].as_of(datetime.max.replace(tzinfo=UTC))["offence"])
        return given.get("offence")

    def _check_appeal(self, given: dict[str, Any], record: Record, offence: str | None) -> None:
        status = record.outcome.get("appeal_status")
        if status in ("granted", "refused"):
            assert offence is not None
            assert not self.involved(offence, given["by"], record.at)
        if status == "refused":
            assert given["reason"]
            assert "appeal_refused_notice" in {one.owe for one in record.obligations}
        if status == "granted" or record.outcome.get("offence_status") == "overturned":
            assert dict(next(one.values for one in record.amended if one.id == offence)) == {"status": "overturned"}
            following = [one for one in self.things.values() if one.kind in FOLLOWING and one.offence == offence]
            standing = {one.id for one in following if one.at <= record.at and "how" not in one.as_of(record.at)}
            mine = {one for one in standing if self.things[one].customer == self.things[str(offence)].customer}
            assert mine <= {one.id for one in record.closed}
        if "restriction" in {one.entry for one in record.recorded}:
            assert "ladder" not in record.overridden
        if given["type"] == "contact_offered" and record.facts["history.person_looks"]:
            assert record.outcome["ladder"] == "none" or "ladder" in record.overridden

    def _check_history(
        self, given: dict[str, Any], record: Record, contact: str | None, customer: str | None, offence: str | None
    ) -> None:
        expected = self.history(record.at, contact, customer, offence, given.get("by"))
        seen = {path: value for path, value in record.facts.items() if path in expected}
        assert seen == {path: expected[path] for path in seen}

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

    def _remember(
        self, given: dict[str, Any], record: Record, contact: str | None, customer: str | None, offence: str | None
    ) -> None:
        for one in record.recorded:
            thing = Thing(one.id, one.entry, record.at, contact, customer)
            assert one.id not in self.things
            self.things[one.id] = thing
            values = {
                "warning": {"level": LEVELS.get(str(record.outcome.get("response")), "")},
                "offence": {"status": "provisional"},
                "restriction": {"step": record.outcome.get("ladder")},
                "review": {"offence": offence, "reviewer": given.get("by")},
                "appeal": {"offence": offence, "status": "lodged"},
                "adjustment": {"need": given.get("need")},
            }.get(one.entry, {})
            thing.changes.append((record.at, values))
        for owed in record.obligations:
            kind = "owed warning" if owed.owe == "warning" else owed.owe
            carried = str(owed.carries.get("offence", ""))
            self.things.setdefault(owed.id, Thing(owed.id, kind, record.at, contact, customer, offence=carried))
        for change in record.amended:
            self.things[change.id].changes.append((record.at, dict(change.values)))
        for closing in record.closed:
            changes = self.things[closing.id].changes
            expired = [at for at, one in changes if one.get("how") == "expired"]
            changes += [(at, {"how": closing.how}) for at in (record.at, *expired)]
