"""Which contact, customer and entry an event means."""

from __future__ import annotations

from typing import Any

import pytest

from centre import abuse, at, closed, dump, engine, event, said, three_strikes
from forbear import Engine, EventError


def started(id: str, minutes: float, contact: str, **more: object) -> dict[str, Any]:
    return event(id, "contact_started", minutes, contact=contact, **more)


@pytest.fixture
def centre() -> Engine:
    """u1 has an upheld offence from c1, so a call-back is owed; a warning waits in c1 and one in c2."""
    one = engine()
    one.decide_all(three_strikes())
    one.decide(event("review", "offence_reviewed", 10, contact="c1", offence="latest", verdict="upheld"))
    one.decide(said("w1", 20, abuse(), contact="c3"))
    one.decide(said("w2", 21, abuse(), contact="c2"))
    return one


def names(engine: Engine, **more: Any) -> str:
    """The obligation that an event closes."""
    record = engine.decide(event("close", "obligation_closed", 60, how="waived", **more))
    return record.closed[0].id


def test_latest_is_the_latest_one_open_in_the_contact(centre: Engine) -> None:
    assert names(centre, obligation="latest", contact="c3") == "o:w1:warning"


def test_latest_in_a_contact_comes_before_the_latest_of_the_customer(centre: Engine) -> None:
    assert names(centre, obligation="latest", contact="c3", customer="u1") == "o:w1:warning"
    assert centre.decide(closed("again", 61, "latest", contact="c3", customer="u1")).closed[0].id == "o:w2:warning"


def test_latest_of_a_customer_is_the_one_listed_last(centre: Engine) -> None:
    assert names(centre, obligation="latest", customer="u1") == "o:w2:warning"


def test_latest_of_a_kind(centre: Engine) -> None:
    assert names(centre, obligation="latest:manager_callback", customer="u1") == "o:review:manager_callback"


def test_latest_finds_the_customer_through_the_contact(centre: Engine) -> None:
    centre.decide(started("s9", 50, "c9", customer="u1"))
    assert names(centre, obligation="latest:manager_callback", contact="c9") == "o:review:manager_callback"


def test_of_one_decision_the_last_listed_is_the_latest() -> None:
    with engine() as one:
        owed = one.decide(said("e1", 0, abuse("hate"))).obligations
        assert [item.owe for item in owed] == ["legal_review", "ask_advisor_consent", "warning"]
        closings = [one.decide(closed(f"x{n}", 1, "latest", contact="c1", how="waived")) for n in range(3)]
        assert [record.closed[0].id for record in closings] == [item.id for item in reversed(owed)]
        with pytest.raises(EventError, match="no open obligation"):
            one.decide(closed("x3", 1, "latest", contact="c1"))


def test_what_is_younger_than_the_event_is_not_meant(centre: Engine) -> None:
    record = centre.decide(event("close", "obligation_closed", 20.5, obligation="latest", how="waived", customer="u1"))
    assert record.closed[0].id == "o:w1:warning"
    with pytest.raises(EventError, match=r"there is no obligation 'o:w2:warning' at 2026-03-02T09:20:30"):
        centre.decide(event("close2", "obligation_closed", 20.5, obligation="o:w2:warning", how="waived"))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown id": ({"obligation": "o:none"}, "there is no obligation 'o:none'"),
    "an id of another kind": ({"obligation": "l:w1:warning"}, "there is no obligation 'l:w1:warning'"),
    "the kind before the word": ({"obligation": "warning:latest"}, "there is no obligation 'warning:latest'"),
    "latest of nobody": ({"obligation": "latest"}, "`latest` needs a `contact` or a `customer`"),
    "latest of a stranger": ({"obligation": "latest", "customer": "u9"}, "no open obligation; give the id of one"),
    "latest of a withheld caller": ({"obligation": "latest", "customer": None}, "needs a `contact` or a `customer`"),
    "a misspelt kind": ({"obligation": "latest:waring", "customer": "u1"}, "did you mean `warning`?"),
    "a kind like nothing": ({"obligation": "latest:zzz", "customer": "u1"}, "write `latest` alone"),
    "a kind of which none is open": ({"obligation": "latest:exit_letter", "customer": "u1"}, "give its id"),
    "another customer": ({"obligation": "o:w1:warning", "customer": "u2"}, "is not of customer 'u2'; leave `customer`"),
    "a way that it is never closed": (
        {"obligation": "latest:incident_record", "customer": "u1", "how": "unreachable"},
        "never closed 'unreachable'; it closes by done, waived",
    ),
}


@pytest.mark.parametrize(("change", "says"), REFUSED.values(), ids=REFUSED)
def test_a_name_that_means_nothing_is_an_event_error_and_keeps_nothing(
    centre: Engine, change: dict[str, Any], says: str
) -> None:
    before = dump(centre)
    with pytest.raises(EventError) as caught:
        centre.decide(event("close", "obligation_closed", 60, **{"how": "done", **change}))
    assert says in str(caught.value)
    assert caught.value.event == "close"
    assert dump(centre) == before


def test_an_event_takes_contact_customer_and_advisor_from_the_entry_that_it_names(centre: Engine) -> None:
    given = event("again", "offence_reviewed", 30, offence="l:c1-2:offence", verdict="overturned")
    centre.decide(given)
    kept = centre.store
    with kept.reading() as transaction:
        entries = list(transaction.entries("offence", "contact", "c1", None, 10**18))
        assert transaction.latest("c1", "u1") == transaction.latest(None, "u1") is not None
    assert [(entry.customer, entry.advisor) for entry in entries] == [("u1", "a7")]


def test_an_offence_reviewed_once_is_not_the_latest_one_any_more(centre: Engine) -> None:
    with pytest.raises(EventError, match="no open offence"):
        centre.decide(event("r2", "offence_reviewed", 30, customer="u1", offence="latest", verdict="upheld"))


def test_an_utterance_has_customer_and_advisor_of_its_contact() -> None:
    with engine() as one:
        one.decide(started("s", 0, "c1", customer="u1", advisor="a7"))
        for given in three_strikes():
            one.decide({key: value for key, value in given.items() if key not in ("customer", "advisor")})
        with one.store.reading() as transaction:
            (offence,) = transaction.entries("offence", "customer", "u1", None, 10**18)
        assert (offence.contact, offence.advisor) == ("c1", "a7")


def test_what_the_event_says_of_its_customer_wins_over_the_contact() -> None:
    with engine() as one:
        one.decide(started("s", 0, "c1", customer="u1", advisor="a7"))
        one.decide(said("e1", 1, abuse(), customer="u2", advisor=None))
        with one.store.reading() as transaction:
            (warning,) = transaction.entries("warning", "contact", "c1", None, 10**18)
        assert (warning.customer, warning.advisor) == ("u2", None)


def test_a_withheld_caller_has_an_empty_history_and_stands_nowhere(centre: Engine) -> None:
    centre.decide(started("s8", 30, "c8", customer=None))
    centre.decide(started("s9", 30, "c9", customer="u1"))
    assert centre.decide(event("o8", "contact_offered", 31, contact="c8")).outcome["ladder"] == "none"
    assert centre.decide(event("o9", "contact_offered", 31, contact="c9", customer=None)).outcome["ladder"] == "none"
    assert centre.decide(event("o9b", "contact_offered", 31, contact="c9")).outcome["ladder"] == "manager_callback"


def test_a_withheld_caller_is_warned_within_the_contact_like_anybody() -> None:
    with engine() as one:
        records = one.decide_all(three_strikes(customer=None))
        assert [record.outcome["response"] for record in records[::2]] == ["warn", "final_warning", "end_contact"]


def test_an_obligation_of_a_very_long_event_id_can_be_closed_by_its_id() -> None:
    with engine() as one:
        owed = one.decide(said("e" * 200, 0, abuse())).obligations[0]
        assert one.decide(closed("close", 1, owed.id)).closed[0].id == owed.id


def test_a_reason_may_be_as_long_as_a_paragraph() -> None:
    with engine() as one:
        one.decide(said("e1", 0, abuse()))
        record = one.decide(closed("close", 1, "latest", contact="c1", reason="so it was. " * 100))
        assert record.closed[0].how == "done"
        assert at(0) == one.decide(said("e1", 0, abuse())).at.isoformat()
