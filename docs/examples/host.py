"""A small host: what a contact centre's own software does with Forbear.

All through hooks: it tells the engine what it knows of customers, advisors, managers, the queue and the channels, puts
what is owed on a to-do list for each role, and watches decisions and alarms. The events alone drive the four decisions:
anger or abuse, the next step, how soon, and through whom and which channel. Run it with `python docs/examples/host.py`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import forbear
from forbear import Alarm, Engine, Owed, Record, hookimpl


class Host:
    """The contact centre's side: a little CRM, and a to-do list for each role."""

    vulnerable = frozenset({"u9"})
    values = {"u1": 0.9}  # noqa: RUF012 — read only
    advisors = {"a7": "Sam Reed", "a9": "Priya Shah", "s1": "Ines Costa"}  # noqa: RUF012 — read only
    manager = "Dana Cole"
    open_channels = ("voice", "chat", "email")
    expected_wait = 420  # seconds
    deadline = 2.0  # seconds; a lookup that takes longer counts as failed, and the call goes on

    def __init__(self) -> None:
        self.to_do: dict[str, dict[str, Owed]] = {}

    @hookimpl
    def supply_customer_facts(self, customer: str) -> Mapping[str, object]:
        """What the CRM knows of a customer."""
        return {"customer.vulnerable": customer in self.vulnerable, "customer.value": self.values.get(customer)}

    @hookimpl
    def supply_candidates(self, list_path: str) -> list[Mapping[str, object]] | None:
        """Who is at work, and which channels are open."""
        if list_path == "advisors":
            return [{"id": one, "available": True, "specialist": one.startswith("s")} for one in self.advisors]
        if list_path == "channels":
            return [{"id": one, "open": one in self.open_channels} for one in ("voice", "chat", "email", "social")]
        return None

    @hookimpl
    def supply_advisor_facts(self, advisor: str) -> Mapping[str, object]:
        """The name by which customers know an advisor; None where there is none, and the centre's alias is shown."""
        return {"advisor.name": self.advisors.get(advisor)}

    @hookimpl
    def supply_centre_facts(self) -> Mapping[str, object]:
        """Who is the manager on duty, and how long the queue is."""
        return {"manager.name": self.manager, "queue.expected_wait": self.expected_wait}

    @hookimpl
    def perform(self, obligation: Owed) -> None:
        """Put an obligation on the list of whoever owes it; by its id, since it may come more than once."""
        self.to_do.setdefault(obligation.to, {})[obligation.id] = obligation

    @hookimpl
    def decision_recorded(self, record: Record) -> None:
        """Follow what was decided, and take off the lists what was carried out."""
        if "response" in record.outcome:
            print(f"{record.at:%H:%M:%S}  {record.outcome['conduct']}: {record.outcome['response']}")
        if "advisor" in record.outcome:
            for name in ("priority", "ladder", "advisor", "channel", "callback"):
                print(f"{record.at:%H:%M:%S}  {name}: {record.outcome[name]}")
        for closed in record.closed:
            print(f"{record.at:%H:%M:%S}  {closed.owe}: {closed.how}")
            for listed in self.to_do.values():
                listed.pop(closed.id, None)

    @hookimpl
    def alarm_raised(self, alarm: Alarm) -> None:
        """Show a person what fell back or broke."""
        print(f"alarm: {alarm.kind} {alarm.subject}: {alarm.reason}")


def conversation() -> list[dict[str, object]]:
    """A customer who is angry at the company first, then turns on the advisor and goes on after two warnings."""

    def at(second: int) -> str:
        return f"2026-03-02T09:{second // 60:02}:{second % 60:02}+00:00"

    def said(number: int, second: int, text: str) -> dict[str, object]:
        utterance = {"type": "utterance", "contact": "c1", "speaker": "customer", "text": text, "lang": "en"}
        return {"id": f"e{number}", "at": at(second), **utterance}

    def done(number: int, second: int, what: str) -> dict[str, object]:
        closing = {"type": "obligation_closed", "contact": "c1", "obligation": f"latest:{what}", "how": "done"}
        return {"id": f"e{number}", "at": at(second), **closing}

    started = {"type": "contact_started", "contact": "c1", "customer": "u1", "advisor": "a7", "channel": "voice"}
    return [
        {"id": "e1", "at": at(0), **started},
        said(2, 20, "Your company is a joke and this router is a piece of crap!"),
        said(3, 60, "You are useless, you stupid idiot."),
        done(4, 70, "warning"),
        said(5, 90, "Shut up, you moron!"),
        done(6, 100, "final_warning"),
        said(7, 120, "You pathetic idiot!"),
        done(8, 130, "farewell"),
        {"id": "e9", "at": at(2400), "type": "contact_offered", "contact": "c2", "customer": "u1", "channel": "voice"},
    ]


def main() -> None:
    """Take the conversation through the engine and show what everybody has to do."""
    host = Host()
    with tempfile.TemporaryDirectory() as folder:
        ledger = f"sqlite:///{Path(folder) / 'ledger.db'}"
        with Engine("standard", ledger, plugins=[host]) as engine:
            for event in conversation():
                engine.decide(event)
            try:
                engine.decide({**conversation()[0], "customer": "u2"})
            except forbear.EventConflict as error:
                print(f"refused: {error}")
    for role, listed in sorted(host.to_do.items()):
        print(f"{role}:")
        for owed in listed.values():
            print(f"  {owed.owe} until {owed.due:%Y-%m-%d %H:%M}")


if __name__ == "__main__":
    main()
