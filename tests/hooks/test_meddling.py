"""What a plugin is given is its own: it can change nothing of ours, and that it tried is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forbear import hookimpl
from forbear.codec import line, record_as_plain
from house import NEEDS, Calm, Watch, drafted, opened, plugin, run, said

GIVEN = said(facts={"customer.calm": True}, before=[{"speaker": "advisor", "text": "hi"}])


def fields(event: Any) -> None:
    event.fields["text"] = "You idiot"


def facts(event: Any) -> None:
    event.facts["contact.calm"] = True


def deep(event: Any) -> None:
    event.fields["before"][0]["text"] = "bye"


def by_force(event: Any) -> None:
    object.__setattr__(event, "customer", "u2")


def unequal(event: Any) -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]

    event.fields["text"] = Odd()


FACT_HOOKS = sorted(set(NEEDS) - {"hear", "read_draft", "supply_customer_facts"})


@pytest.mark.parametrize("change", [fields, facts, deep, by_force])
@pytest.mark.parametrize("hook", FACT_HOOKS)
def test_an_answer_beside_a_change_counts_for_nothing(hook: str, change: Callable[[Any], None]) -> None:
    def meddles(event: Any) -> Any:
        change(event)
        return {} if hook != "supply_candidates" else []

    watch = Watch()
    record = run(watch, plugin(hook, meddles), given=GIVEN)
    assert record.degraded is not None
    assert set(record.degraded) == NEEDS[hook]
    assert set(record.degraded.values()) == {f"plugin Wild: {hook}: changed what it was given"}
    assert record.facts.get("contact.calm") is not True
    assert watch.alarms[0].subject == "Wild"


def test_a_change_that_cannot_even_be_compared_is_one() -> None:
    record = run(plugin("supply_contact_facts", unequal), given=GIVEN)
    assert record.degraded is not None
    assert record.degraded["of_contact"].startswith("plugin Wild: supply_contact_facts: ")


def test_an_utterance_changed_by_force() -> None:
    def meddles(utterance: Any) -> None:
        object.__setattr__(utterance, "text", "")

    record = run(plugin("hear", meddles), given=GIVEN)
    assert record.degraded == {"of_speech": "plugin Wild: hear: changed what it was given"}


def test_a_draft_changed_by_force() -> None:
    def meddles(draft: Any) -> None:
        object.__setattr__(draft, "text", "")

    record = run(plugin("read_draft", meddles), given=drafted())
    assert record.degraded == {"of_draft": "plugin Wild: read_draft: changed what it was given"}


def test_others_see_what_was_given() -> None:
    seen: list[Any] = []
    before = plugin("supply_contact_facts", lambda event: seen.append(line(dict(event.fields))), "Before")
    record = run(before, plugin("supply_contact_facts", fields), given=GIVEN)
    assert "You idiot" not in seen[0]
    assert record.id == "d:e1"


def test_a_record_that_an_observer_changes_stays_as_it_is() -> None:
    def meddles(record: Any) -> None:
        record.outcome["of_centre"] = "no"
        record.facts.clear()

    watch, given = Watch(), {**GIVEN, "facts": {"customer.calm": "?"}}
    with opened(watch, plugin("decision_recorded", meddles)) as one:
        record = one.decide(given)
        assert record.facts
        assert watch.records == [record]
        assert line(record_as_plain(one.decide(given))) == line(record_as_plain(record))


def test_a_performer_that_changes_its_copy_is_named_and_not_asked_again() -> None:
    class Performs:
        calls = 0

        @hookimpl
        def perform(self, obligation: Any) -> None:
            self.calls += 1
            obligation.carries["x"] = 1

    watch, performs = Watch(), Performs()
    with opened(Calm(), watch, performs) as one:
        one.decide(said())
        one.decide(said("e2", 1, facts={"centre.calm": False}))
    assert performs.calls == 1
    assert [alarm.reason for alarm in watch.alarms] == ["plugin Performs: perform: changed what it was given"]
