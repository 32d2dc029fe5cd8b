"""The strategies that others verify with: what they draw can be sent, and goes where a pack's rules are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from forbear import Engine, EventError, load_policy
from forbear.language.events import EVENT_TYPES
from forbear.language.pack import build_policy, pack_from_texts
from forbear.testing.strategies import Telling, event_types, facts_of, histories
from lateness import PACK

LATENESS = build_policy(pack_from_texts(PACK))
ROUTING = load_policy("routing")
MANY = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def drawn(strategy):
    """Thirty examples of a strategy."""
    found = []

    @MANY
    @given(strategy)
    def keep(one):
        found.append(one)

    keep()
    return found


def test_a_host_sends_every_type_but_those_that_the_engine_raises_or_the_pack_has_no_entry_for():
    assert set(event_types(LATENESS)) == {
        name for name, one in EVENT_TYPES.items() if not one.raised and one.names not in ("offence", "appeal")
    }
    assert {"offence_reviewed", "appeal_decided"} <= set(event_types(ROUTING))


def test_facts_are_those_that_an_event_needs_in_outer_form_and_sometimes_one_is_missing():
    found = drawn(facts_of(LATENESS, "contact_offered"))
    waits = [one.get("contact.wait") for one in found]
    assert None in waits
    assert {299, 300, 301} & set(waits), "they lean to what the pack compares with"
    assert all(set(one) <= {"contact.wait"} for one in found)


def test_each_event_of_a_history_can_be_taken_or_is_refused_for_what_it_names():
    refused = Counter()
    for story in drawn(histories(ROUTING, min_size=5, max_size=8)):
        with Engine(ROUTING, "memory:", discover=False, confirm="never") as engine:
            for event in story:
                try:
                    engine.decide(event)
                except EventError:
                    refused[event["type"]] += 1
    names = {name for name, one in EVENT_TYPES.items() if one.names}
    assert set(refused) <= names | {"customers_merged", "customers_split", "override"}


def test_people_recur_and_time_goes_on_but_for_what_is_late():
    seen, pauses = Counter(), set()
    for story in drawn(histories(LATENESS, min_size=8)):
        assert len({one["id"] for one in story}) == len(story)
        moments = [datetime.fromisoformat(one["at"]) for one in story]
        steps = [(after - before).total_seconds() for before, after in pairwise(moments)]
        pauses |= set(steps)
        seen["late"] += any(step < 0 for step in steps)
        contacts = [one["contact"] for one in story if "contact" in one]
        seen["contact again"] += len(contacts) > len(set(contacts))
        whose = {(one["contact"], one["customer"]) for one in story if "contact" in one and "customer" in one}
        assert len({contact for contact, _ in whose}) == len(whose), "a contact has one customer"
    assert seen["late"] > 0 < seen["contact again"]
    assert 1 in pauses
    assert max(pauses) >= 365 * 86_400
    assert 30 * 86_400 in pauses or {30 * 86_400 - 1, 30 * 86_400 + 1} & pauses, "the length of a window"


def test_nobody_is_merged_or_erased_where_that_is_not_wanted():
    kinds = {one["type"] for story in drawn(histories(LATENESS, whole=False, min_size=8)) for one in story}
    assert kinds
    assert not kinds & {"customers_merged", "customers_split", "erase"}


def test_a_history_that_hears_what_came_of_it_reaches_rules_that_rest_on_the_past():
    fired, closed = Counter(), Counter()

    @MANY
    @given(st.data())
    def live(data):
        telling = Telling(LATENESS)
        with Engine(LATENESS, "memory:", discover=False) as engine:
            for _ in range(12):
                try:
                    record = engine.decide(telling.tell(data.draw))
                except EventError:
                    continue
                telling.hear(record)
                fired.update(record.fired)
                closed.update(one.owe for one in record.closed)

    live()
    assert {"apology.waited-again", "apology.waited-long"} <= set(fired)
    assert closed["sorry"]
