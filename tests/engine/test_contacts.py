"""What a contact was started with holds for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from centre import CALM, abuse, dump, engine, event, said, small
from forbear import Engine, hookimpl


def started(id: str, minutes: float = 0, **more: object) -> dict[str, Any]:
    return event(id, "contact_started", minutes, **{"contact": "c1", "customer": "u1", "advisor": "a7", **more})


def advisor(engine: Engine, id: str, minutes: float, **facts: object) -> object:
    """The advisor's name that a decision shows."""
    named = {name.replace("_", "."): value for name, value in facts.items()}
    return engine.decide(said(id, minutes, {**CALM, **named})).outcome["advisor_shown"]


def test_the_facts_of_a_start_hold_for_the_whole_contact_and_no_other() -> None:
    with engine() as one:
        one.decide(started("s", facts={"advisor.name": "Ada"}))
        assert advisor(one, "e1", 1) == "Ada"
        assert advisor(one, "e2", 600) == "Ada"
        assert one.decide(said("e3", 2, contact="c2")).outcome["advisor_shown"] == "your advisor"


def test_what_the_event_says_wins_and_only_for_that_event() -> None:
    with engine() as one:
        one.decide(started("s", facts={"advisor.name": "Ada"}))
        assert advisor(one, "e1", 1, advisor_name="Bo") == "Bo"
        assert advisor(one, "e2", 2) == "Ada"
        assert advisor(one, "e3", 3, advisor_name=None) == "your advisor", "null means missing"


def test_a_start_wins_over_plugins() -> None:
    class Host:
        @hookimpl
        def supply_advisor_facts(self) -> Mapping[str, object]:
            return {"advisor.name": "Host"}

        @hookimpl
        def supply_centre_facts(self) -> Mapping[str, object]:
            return {"manager.name": "Mo"}

    with engine(plugins=[Host()]) as one:
        one.decide(started("s", facts={"advisor.name": "Ada"}))
        outcome = one.decide(said("e1", 1)).outcome
        assert (outcome["advisor_shown"], outcome["manager_shown"]) == ("Ada", "Mo")


def test_a_contact_started_again_begins_with_new_facts_but_keeps_its_warnings() -> None:
    with engine() as one:
        one.decide(started("s1", facts={"advisor.name": "Ada", "manager.name": "Mo"}))
        one.decide(said("e1", 1, abuse()))
        record = one.decide(started("s2", 5, facts={"advisor.name": "Bo"}, advisor="a8"))
        assert [entry.id for entry in record.recorded] == ["l:s2:contact"]
        again = one.decide(said("e2", 6, abuse(), advisor="a8"))
        assert (again.outcome["advisor_shown"], again.outcome["manager_shown"]) == ("Bo", "the duty manager")
        assert again.fired[-1] == "response.warning-not-heard-yet"


def test_a_start_is_decided_on_its_own_facts_not_on_those_of_an_earlier_one() -> None:
    policy = small("""
        facts: {mood.bad: {type: bool, default: false}}
        decisions:
          - decision: greeting
            asks: How is the customer greeted?
            asked_on: [contact_started]
            outcome: [warmly, gently]
            hit: first
            fallback: warmly
            rules:
              - {rule: gently, when: mood.bad, then: gently, BECAUSE}
              - {otherwise: warmly}
    """)
    with engine(policy) as one:
        assert one.decide(started("s1", facts={"mood.bad": True})).outcome == {"greeting": "gently"}
        assert one.decide(started("s2", 5)).outcome == {"greeting": "warmly"}


def test_an_event_of_the_time_before_a_start_knows_nothing_of_it() -> None:
    with engine() as one:
        one.decide(started("s1", 0, facts={"advisor.name": "Ada"}))
        one.decide(started("s2", 10, facts={"advisor.name": "Bo"}))
        assert advisor(one, "e1", 9) == "Ada"
        assert advisor(one, "e2", -1) == "your advisor"
        assert advisor(one, "e3", 10) == "Bo"


@pytest.mark.parametrize(
    ("start", "own", "expected"),
    [
        ({}, {}, "voice"),
        ({"channel": "chat"}, {}, "chat"),
        ({"channel": "chat", "facts": {"contact.channel": "email"}}, {}, "email"),
        ({"channel": "chat"}, {"facts": {"contact.channel": "email"}}, "email"),
    ],
)
def test_the_channel_of_a_contact(start: dict[str, Any], own: dict[str, Any], expected: str) -> None:
    with engine() as one:
        one.decide(started("s", **start))
        facts = {**abuse(), **own.get("facts", {})}
        assert one.decide(said("e1", 1, facts)).facts["contact.channel"] == expected


def test_an_unknown_channel_makes_what_reads_it_fall_back() -> None:
    with engine() as one:
        one.decide(started("s", channel="smoke"))
        record = one.decide(said("e1", 1, abuse()))
        assert record.degraded is not None
        assert list(record.degraded) == ["response"]


def test_a_misfit_fact_of_a_start_stays_in_doubt_for_the_whole_contact_and_is_not_kept() -> None:
    with engine() as one:
        assert one.decide(started("s", facts={"contact.channel": "my secret words"})).degraded is None
        for n in range(2):
            record = one.decide(said(f"e{n}", n, abuse()))
            assert record.degraded is not None
            assert record.degraded["response"].startswith("contact.channel: a text of 15 characters is not one of")
        assert one.decide(said("e9", 9, {**abuse(), "contact.channel": "chat"})).degraded is None
        assert "my secret words" not in "".join(dump(one))


def test_a_start_with_broken_characters_is_kept() -> None:
    with engine() as one:
        one.decide(started("s", facts={"advisor.name": "\ud800"}))
        record = one.decide(said("e1", 1))
        assert record.degraded is not None
        assert list(record.degraded) == ["advisor_shown"]


def test_the_end_of_a_contact_is_kept_with_it() -> None:
    with engine() as one:
        one.decide(started("s"))
        record = one.decide(event("end", "contact_ended", 5, contact="c1"))
        assert [(change.id, change.values) for change in record.amended] == [("l:s:contact", {"ended": True})]
        assert one.decide(event("odd", "contact_ended", 5, contact="c2")).amended == ()
        assert one.decide(event("odd2", "contact_ended", 5)).amended == ()
