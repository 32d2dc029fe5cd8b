"""The timeline of the demo: who said what, what was decided and why, who owes what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from forbear.cli.demo.words import WORDS
from forbear.language.ir import Policy
from forbear.records import Owed, Record

COLOURS = {
    "carry_on": "green",
    "listen": "yellow",
    "warn": "dark_orange",
    "final_warning": "dark_orange",
    "end_contact": "red",
}
MARGIN = 8  # columns before a name; a line of time stands in them
NAME = 15


class Timeline:
    """Prints events and their decisions as they come."""

    def __init__(self, console: Console, lang: str) -> None:
        self.console, self.lang, self.words = console, lang, WORDS[lang]
        self.date: date | None = None
        self.texts: dict[str, str] = {}  # obligation → what is to be said
        self.policy: Policy | None = None
        self.customers: dict[str, str] = {}  # contact → customer, as the story introduced them
        self.advisors: dict[str, str] = {}

    def open(self, policy: Policy) -> None:
        """The title."""
        self.policy = policy
        self.console.print()
        self.console.print(Panel(Text(self.words["intro"], justify="center"), title=f"[bold]{self.words['title']}[/]"))

    def close(self) -> None:
        """What the story shows."""
        self.console.print()
        text = Text.assemble((self.words["end"], "bold"), "\n", self.words["again"], justify="center")
        self.console.print(Panel(text, border_style="green"))

    def tell(self, event: Mapping[str, Any], record: Record) -> None:
        """One event and what was decided on it."""
        self._day(record.at)
        contact = str(event.get("contact", ""))
        if "customer" in event:
            self.customers[contact] = str(event["customer"])
        if "advisor" in event:
            self.advisors[contact] = str(event["advisor"])
        customer = self.words.get(self.customers.get(contact, ""), "")
        advisor = self.words.get(self.advisors.get(contact, ""), "")
        match record.type:
            case "contact_started":
                self._line(record.at, "☎", self.words["rings"].format(customer=customer, advisor=advisor), "bold")
            case "contact_ended":
                self._line(record.at, "", self.words["ended"], "dim")
            case "contact_offered":
                self._line(record.at, "☎", self.words["offered"].format(customer=customer), "bold")
                self._ladder(record)
            case "utterance":
                by_customer = event["speaker"] == "customer"
                spoken = self.words["spoken"].format(text=event["text"])
                self._line(record.at, customer if by_customer else advisor, spoken, "" if by_customer else "cyan")
                if by_customer:
                    self._response(record)
            case "obligation_closed":
                self._closed(record, customer, advisor)
            case "offence_reviewed":
                self._line(record.at, self.words["m1"], self.words["upheld"], "bold")
                self._ladder(record)
            case _:
                self._line(record.at, "", record.type, "dim")
        for owed in record.obligations:
            self._owed(owed, advisor)

    def _day(self, at: datetime) -> None:
        if at.date() != self.date:
            self.date = at.date()
            day = f"{at:%Y-%m-%d}" if self.lang == "zh" else f"{at:%A} {at.day} {at:%B %Y}"
            self.console.print()
            self.console.rule(f"[bold]{day}[/]", align="left", style="blue")

    def _line(self, at: datetime, who: str, what: str, style: str) -> None:
        name = who + " " * max(1, NAME - cell_len(who))
        text = Text.assemble((f" {at:%H:%M}  ", "dim"), (name, "bold"))
        self._print(text, Text(what, style=style), MARGIN + NAME)

    def _arrow(self, what: Text) -> None:
        self._print(Text(" " * (MARGIN + NAME - 1) + "→ "), what, MARGIN + NAME + 1)

    def _print(self, head: Text, body: Text, indent: int) -> None:
        """A head and a body that wraps under itself."""
        width = self.console.width - indent
        lines = body.wrap(self.console, max(20, width))
        for line in lines:
            line.rstrip()
        self.console.print(Text.assemble(head, lines[0] if lines else ""))
        for line in lines[1:]:
            self.console.print(Text.assemble(" " * indent, line))

    # --- decisions

    def _because(self, record: Record, decision: str) -> str:
        """The reason of the rule that decided, in the language of the story."""
        assert self.policy is not None
        for rule in self.policy.decisions[decision].rules:
            if f"{decision}.{rule.name}" in record.fired:
                return rule.because.get(self.lang, "")
        return ""

    def _response(self, record: Record) -> None:
        response = str(record.outcome["response"])
        words = self.words[f"response.{response}"]
        reason = self._because(record, "response")
        colour = COLOURS[response]
        self._arrow(Text.assemble((words, f"bold {colour}"), (f" — {reason}" if reason else "", "dim")))

    def _ladder(self, record: Record) -> None:
        step = self.words[f"ladder.{record.outcome['ladder']}"]
        reason = self._because(record, "ladder")
        self._arrow(Text.assemble((step, "bold magenta"), (f" — {reason}" if reason else "", "dim")))

    def _owed(self, owed: Owed, advisor: str) -> None:
        if owed.say is not None:
            self.texts[owed.id] = owed.say[self.lang]
        who = advisor if owed.to == "advisor" else self.words[f"to.{owed.to}"]
        what = self.words[f"owe.{owed.owe}"]
        when = f"{owed.due:%H:%M}" if owed.due.date() == self.date else f"{owed.due:%Y-%m-%d %H:%M}"
        self._arrow(Text(self.words["owes"].format(who=who, what=what, when=when), style="blue"))

    def _closed(self, record: Record, customer: str, advisor: str) -> None:
        """An obligation was carried out; what was said is said again in the advisor's line."""
        for one in record.closed:
            if one.owe in ("warning", "final_warning", "farewell"):
                spoken = self.words["spoken"].format(text=self.texts.get(one.id, ""))
                self._line(record.at, advisor, self.words["says"].format(customer=customer, spoken=spoken), "cyan")
            elif one.owe == "decompression_break":
                self._line(record.at, advisor, self.words["break"], "green")
            elif one.owe in ("recording_review", "manager_callback"):
                what = self.words[one.owe].format(customer=customer or self.words["u1"])
                self._line(record.at, self.words["m1"], what, "green")
            else:
                self._line(record.at, advisor, self.words[one.owe].format(customer=customer), "green")
