"""Customer text is judged and forgotten: no record, log, alarm or row of the ledger holds a word of it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from centre import abuse, dump, engine, event, said
from conftest import examples
from forbear import Alarm, Evidence, Record, SpeechSignals, Utterance, hookimpl
from forbear.codec import line, record_as_plain

SECRET = "sesame"


class Gossip:
    """A plugin that puts the customer's words wherever it can, and notes what it is shown."""

    def __init__(self, manner: str) -> None:
        self.manner = manner
        self.shown: list[str] = []

    @hookimpl
    def hear(self, utterance: Utterance) -> Any:
        words = utterance.text
        match self.manner:
            case "raises":
                raise ValueError(words)
            case "answers words":
                return words
            case "as a fact":
                return SpeechSignals({**abuse(), "speech.category": words, "speech.target": [words], words: words})
            case "as evidence":
                return SpeechSignals(abuse(), (Evidence(0, 4, "insult", words),))
            case "as a kind of evidence":
                return SpeechSignals(abuse(), (Evidence(0, 4, words, words),))
            case "as a name":
                return SpeechSignals({words: {1}})  # type: ignore[dict-item]
        return None

    @hookimpl
    def supply_centre_facts(self, event: Any) -> Any:
        if self.manner == "in a lookup":
            return {}[event.fields.get("text", "")]
        return None

    @hookimpl
    def perform(self, obligation: object) -> None:
        self.shown.append(repr(obligation))

    @hookimpl
    def decision_recorded(self, record: Record) -> None:
        self.shown.append(line(record_as_plain(record)))

    @hookimpl
    def alarm_raised(self, alarm: Alarm) -> None:
        self.shown.append(repr(alarm))


MANNERS = ["silent", "raises", "answers words", "as a fact", "as evidence", "as a kind of evidence", "as a name",
           "in a lookup"]  # fmt: skip


@pytest.mark.parametrize("manner", MANNERS)
def test_customer_text_appears_nowhere(manner: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    plugin = Gossip(manner)
    text = f"Open {SECRET}, you {SECRET.upper()}"
    with engine(plugins=[plugin]) as one:
        one.decide(event("s", "contact_started", 0, contact="c1", customer="u1", facts={"contact.channel": SECRET}))
        one.decide(said("e1", 1, {}, text=text, before=[{"speaker": "customer", "text": text}]))
        one.decide(said("e2", 2, {"speech.category": SECRET}, text=text))
        owed = one.decide(said("e3", 3, abuse(), contact="c2", text=text))
        if owed.obligations:
            closing = event("e4", "obligation_closed", 4, obligation="latest", contact="c2", how="done", note=text)
            one.decide(closing)
        everything = [*dump(one), *plugin.shown, caplog.text]
    assert plugin.shown
    assert caplog.records
    assert [where for where in everything if SECRET in where.lower()] == []


@settings(max_examples=examples(40))
@given(
    facts=st.dictionaries(
        st.sampled_from(
            ["speech.hostile", "speech.target", "speech.category", "contact.channel", "customer.vulnerable"]
        ),
        st.recursive(st.just(SECRET), lambda inner: st.lists(inner) | st.dictionaries(st.just(SECRET), inner)),
        min_size=1,
    )
)
def test_no_misfit_fact_is_quoted(facts: dict[str, Any]) -> None:
    plugin = Gossip("silent")
    with engine(plugins=[plugin]) as one:
        one.decide(event("s", "contact_started", 0, contact="c1", facts=facts))
        one.decide(said("e1", 1, {**abuse(), **facts}))
        assert SECRET not in "".join([*dump(one), *plugin.shown])


def test_log_events_have_fixed_names(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="forbear")
    with engine(plugins=[Gossip("raises")]) as one:
        one.decide(said("e1", 1, {}, text="x"))
    names = [record.getMessage().split('"event": "')[1].split('"')[0] for record in caplog.records]
    assert names == ["plugin_failed", "decided"]
