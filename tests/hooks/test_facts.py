"""Facts, signals and candidates: who is asked for what, and whose answer counts."""

from __future__ import annotations

from typing import Any

import pytest

from centre import dump, engine, event
from forbear import Draft, DraftSignals, EventError, Evidence, SpeechSignals, Turn, hookimpl
from house import HELPERS, NEEDS, Calm, drafted, house, opened, plugin, run, said

KINDS = ("customer", "contact", "advisor")


class Asked:
    """Remembers what it was asked, and knows nothing."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any, frozenset[str]]] = []

    @hookimpl
    def supply_customer_facts(self, customer: str, needed: frozenset[str]) -> None:
        self.calls.append(("customer", customer, needed))

    @hookimpl
    def supply_contact_facts(self, contact: str, needed: frozenset[str]) -> None:
        self.calls.append(("contact", contact, needed))

    @hookimpl
    def supply_advisor_facts(self, advisor: str, needed: frozenset[str]) -> None:
        self.calls.append(("advisor", advisor, needed))

    @hookimpl
    def supply_centre_facts(self, event: Any, needed: frozenset[str]) -> None:
        self.calls.append(("centre", event.id, needed))

    @hookimpl
    def supply_candidates(self, list_path: str, event: Any) -> None:
        self.calls.append(("candidates", event.id, frozenset({list_path})))


def test_each_kind_of_fact_is_asked_for_once_with_its_id_and_what_is_needed() -> None:
    asked = Asked()
    run(asked)
    assert asked.calls == [
        ("customer", "u1", frozenset({"customer.calm"})),
        ("contact", "c1", frozenset({"contact.calm"})),
        ("advisor", "a1", frozenset({"advisor.calm"})),
        ("centre", "e1", frozenset({"centre.calm", "speech.calm"})),
        ("candidates", "e1", frozenset({"helpers"})),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_asked_about_somebody_who_is_not_there(kind: str) -> None:
    asked = Asked()
    record = run(asked, given=said(**{kind: None}))
    assert kind not in {call[0] for call in asked.calls}
    assert record.degraded is None
    assert record.outcome[f"of_{kind}"] == "no", "by the default"


def test_ids_are_those_that_the_contact_lends() -> None:
    asked = Asked()
    with opened(asked) as one:
        one.decide(event("s", "contact_started", contact="c1", customer="u7", advisor="a7"))
        one.decide(event("e1", "utterance", 1, contact="c1", text="hello"))
    assert {kind: id_ for kind, id_, _ in asked.calls if kind in KINDS} == {
        "customer": "u7", "contact": "c1", "advisor": "a7",
    }  # fmt: skip


def test_what_the_event_says_is_not_asked_for() -> None:
    asked = Asked()
    told = {f"{space}.calm": True for space in (*KINDS, "centre", "speech")}
    run(asked, given=said(facts={**told, "helpers": HELPERS}))
    assert asked.calls == []


@pytest.mark.parametrize("kind", [*KINDS, "centre"])
def test_a_fact_of_another_kind_makes_the_answer_unusable(kind: str) -> None:
    other = "contact" if kind == "customer" else "customer"
    wild = plugin(f"supply_{kind}_facts", lambda: {f"{kind}.calm": True, f"{other}.calm": True})
    record = run(wild)
    assert record.degraded is not None
    assert set(record.degraded) == NEEDS[f"supply_{kind}_facts"]
    (reason,) = set(record.degraded.values())
    assert reason.startswith(f"plugin Wild: supply_{kind}_facts: gave {other}.calm, which is not ")


def test_a_path_that_may_be_anything_is_not_quoted() -> None:
    record = run(plugin("supply_customer_facts", lambda: {"My name is Bond": True}))
    assert record.degraded == {
        "of_customer": "plugin Wild: supply_customer_facts: gave a fact, which is not `customer.…`"
    }


def test_facts_that_nobody_needs_are_ignored() -> None:
    assert run(Calm(), plugin("supply_customer_facts", lambda: {"customer.shoe_size": 44})).degraded is None


def test_speech_facts_of_the_centre_win_over_what_is_heard() -> None:
    quiet = plugin("supply_centre_facts", lambda: {"speech.calm": False})
    record = run(quiet, plugin("hear", lambda: SpeechSignals({"speech.calm": True}), "Ear"))
    assert record.outcome["of_speech"] == "no"
    assert record.sources == {"speech.calm": "Wild"}


def test_what_is_heard_is_about_speech_only() -> None:
    record = run(plugin("hear", lambda: SpeechSignals({"customer.calm": True})))
    assert record.degraded == {"of_speech": "plugin Wild: hear: gave customer.calm, which is not `speech.…`"}


# --- drafts


def test_a_draft_is_read_with_all_that_the_event_says_of_it() -> None:
    seen: list[Draft] = []
    turns = [{"speaker": "customer", "text": "why?"}]
    told = {"text": "Bye.", "lang": "en", "author": "bot", "kind": "farewell", "shows": ["Sam Reed"], "before": turns}
    run(plugin("read_draft", lambda draft: seen.append(draft)), given=drafted(**told))
    assert seen == [Draft("Bye.", "en", "bot", "farewell", ("Sam Reed",), (Turn("customer", "why?"),))]


def test_a_draft_is_an_advisors_reply_unless_the_event_says_otherwise() -> None:
    seen: list[Draft] = []
    run(plugin("read_draft", lambda draft: seen.append(draft)), given=drafted())
    assert seen == [Draft("hello", "auto", "advisor", "reply", (), ())]


def test_nobody_hears_a_draft_and_nobody_reads_an_utterance() -> None:
    calls: list[str] = []
    both = [plugin(hook, lambda hook=hook: calls.append(hook), hook) for hook in ("hear", "read_draft")]
    run(*both, given=drafted())
    run(*both)
    assert calls == ["read_draft", "hear"]


def test_an_event_without_a_text_asks_nobody() -> None:
    calls: list[str] = []
    run(plugin("read_draft", lambda: calls.append("read_draft")), given=drafted(text=None))
    assert calls == []


def test_what_is_found_in_a_draft_is_about_the_draft_only() -> None:
    record = run(plugin("read_draft", lambda: DraftSignals({"speech.calm": True})), given=drafted())
    assert record.degraded == {"of_draft": "plugin Wild: read_draft: gave speech.calm, which is not `draft.…`"}


def test_facts_of_the_centre_win_over_what_is_found_in_a_draft() -> None:
    quiet = plugin("supply_centre_facts", lambda: {"draft.calm": False})
    assert run(quiet, Calm(), given=drafted()).outcome["of_draft"] == "no"


def test_no_word_of_a_draft_is_kept() -> None:
    found = DraftSignals({"draft.calm": True}, (Evidence(0, 6, "link", "secret"),))
    given = drafted(text="secret thing", shows=["secret name"], before=[{"speaker": "bot", "text": "secret turn"}])
    with opened(plugin("read_draft", lambda: found)) as one:
        record = one.decide(given)
        assert [(it.start, it.end, it.kind, it.text) for it in record.evidence] == [(0, 6, "link", "")]
        assert "secret" not in repr(record) + "".join(dump(one))


SHOWS: list[Any] = ["a", [1], [None], [["a"]], ["a"] * 21, ["a" * 100_001], {"a": 1}]


@pytest.mark.parametrize("shows", SHOWS, ids=range(len(SHOWS)))
def test_words_to_show_that_are_no_short_list_of_texts_are_an_error(shows: Any) -> None:
    with pytest.raises(EventError, match="`shows` is"):
        run(given=drafted(shows=shows))


# --- candidates


def test_candidates_are_ranked_and_kept() -> None:
    record = run(Calm())
    assert (record.outcome["helper"], record.left_out) == (["h1"], {"h2": "free"})
    assert record.facts["helpers"] == HELPERS
    assert record.sources["helpers"] == "Calm"


def test_the_list_of_the_plugin_registered_last_stands_as_a_whole() -> None:
    other = plugin("supply_candidates", lambda: [{"id": "h9", "free": True}])
    assert run(Calm(), other).outcome["helper"] == ["h9"]
    assert run(other, Calm()).outcome["helper"] == ["h1"]
    nobody = plugin("supply_candidates", lambda: [])  # noqa: PIE807 — pluggy marks the function
    assert run(Calm(), nobody).outcome["helper"] == [], "an empty list is a list"


MISFITS = {
    "a text": "h1",
    "a mapping": {"h1": True},
    "texts": ["h1"],
    "nan": [{"id": "h1", "free": float("nan")}],
    "an object": [{"id": object(), "free": True}],
    "a key that is no text": [{1: 2}],
    "without an id": [{"free": True}],
    "a field too many": [{"id": "h1", "free": True, "shoe_size": 44}],
    "a misfit": [{"id": "h1", "free": "yes"}],
    "the same id twice": [{"id": "h1", "free": True}, {"id": "h1", "free": False}],
    "too many": [{"id": f"h{n}", "free": True} for n in range(10_001)],
}


@pytest.mark.parametrize("answer", MISFITS.values(), ids=MISFITS)
def test_a_list_that_does_not_fit_lets_the_choice_fall_back_and_nothing_else(answer: Any) -> None:
    record = run(Calm(), plugin("supply_candidates", lambda: answer), given=said())
    if record.degraded is None:  # the answer itself was unusable, and the other plugin's stands
        assert record.outcome["helper"] == ["h1"]
    else:
        assert list(record.degraded) == ["helper"]
        assert "Wild" in record.degraded["helper"]
    alone = run(plugin("supply_candidates", lambda: answer))
    assert alone.degraded is not None
    assert list(alone.degraded) == ["helper"]
    assert alone.outcome["helper"] == []
    assert "Wild" in alone.degraded["helper"]


def test_a_pack_without_candidates_asks_for_none() -> None:
    asked = Asked()
    with engine(plugins=[asked]) as one:
        one.decide(said(facts={}))
    assert "candidates" not in {kind for kind, *_ in asked.calls}


# --- where a fact came from


def test_the_record_names_the_plugin_of_each_fact_and_where_it_comes_from() -> None:
    record = run(Calm(), given=said(facts={"contact.calm": True}))
    assert set(record.sources) == {
        *(f"{space}.calm" for space in ("customer", "advisor", "centre", "speech")),
        "helpers",
    }
    assert set(record.sources.values()) == {"Calm"}
    assert record.plugins == {"Calm": "host"}


def test_only_facts_that_stand_have_a_source() -> None:
    record = run(plugin("supply_customer_facts", lambda: {"customer.calm": "?", "customer.other": 1}))
    assert (record.sources, record.plugins) == ({}, {})
    assert record.degraded is not None
    assert record.degraded["of_customer"].endswith("(from the plugin Wild)")


def test_a_record_without_plugins_says_nothing_of_them() -> None:
    from forbear.codec import record_as_plain

    assert not {"sources", "plugins"} & record_as_plain(run()).keys()
    assert {"sources", "plugins"} <= record_as_plain(run(Calm())).keys()


def test_each_of_two_plugins_of_a_class_is_named() -> None:
    first = plugin("supply_customer_facts", lambda: {"customer.calm": True})
    last = plugin("supply_contact_facts", lambda: {"contact.calm": True})
    record = run(first, last)
    assert record.sources == {"customer.calm": "Wild", "contact.calm": "Wild#2"}
    assert record.plugins == {"Wild": "host", "Wild#2": "host"}
    assert house().name == record.policy.pack
