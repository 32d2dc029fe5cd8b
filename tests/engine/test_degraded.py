"""In doubt nobody is punished: the decision in doubt falls back, the others stand, and somebody is told."""

from __future__ import annotations

from typing import Any

import pytest

from centre import CALM, abuse, closed, dump, engine, event, said, small, three_strikes
from forbear import Engine, SpeechSignals, hookimpl
from house import Watch


class Fails:
    """A plugin whose answer, or whose error, is given."""

    def __init__(self, hear: Any = None, supply: Any = None) -> None:
        self._hear, self._supply = hear, supply

    @hookimpl
    def hear(self, utterance: object) -> Any:
        return self._answer(self._hear)

    @hookimpl
    def supply_contact_facts(self, event: object) -> Any:
        return self._answer(self._supply)

    def _answer(self, answer: Any) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer


SPEECH = ("category", "conduct", "legal", "response")


def test_a_fact_that_does_not_fit_lets_fall_back_what_reads_it_and_nothing_else() -> None:
    watch = Watch()
    with engine(plugins=[watch]) as one:
        record = one.decide(said("e1", 0, {**abuse(), "speech.target": "manager", "advisor.name": "Ada"}))
    assert record.degraded is not None
    assert set(record.degraded) == {"category", "conduct", "legal", "response"}
    assert all(
        reason.startswith("speech.target: a text of 7 characters is not one of") for reason in record.degraded.values()
    )
    assert record.outcome | {"manager_shown": ""} == {
        "conduct": "civil", "category": "none", "response": "listen", "legal": "none", "advisor_shown": "Ada",
        "manager_shown": "",
    }  # fmt: skip
    assert record.fired == ("advisor_shown.own-name",)
    assert (record.recorded, record.obligations) == ((), ())
    assert [(alarm.kind, alarm.subject, alarm.event) for alarm in watch.alarms] == [
        ("degraded", name, "e1") for name in SPEECH
    ]


@pytest.mark.parametrize("value", [None, "yes", 1, 0.5, [], [True], {}, {"a": 1}, "\ud800", 10**300])
def test_any_misfit_value_gives_a_fallen_back_record(value: object) -> None:
    with engine() as one:
        record = one.decide(said("e1", 0, {**abuse(), "speech.hostile": value}))
    assert record.degraded is not None
    assert record.outcome["response"] == "listen"
    assert record.degraded["response"].startswith("speech.hostile")


def test_a_missing_fact_is_named() -> None:
    with engine() as one:
        record = one.decide(said("e1", 0, {name: value for name, value in CALM.items() if name != "speech.category"}))
    assert record.degraded is not None
    assert record.degraded["category"] == "speech.category is missing: no event, contact or plugin gave it"
    assert "conduct" not in record.degraded


def test_a_fact_that_no_decision_reads_harms_nothing() -> None:
    with engine() as one:
        assert one.decide(said("e1", 0, {**CALM, "customer.vulnerable": "perhaps"})).degraded is None


UNUSABLE: dict[str, Any] = {
    "raises": RuntimeError("my secret words"),
    "raises an odd error": RecursionError(),
    "a number": 7,
    "a list": ["speech.hostile"],
    "the class": SpeechSignals,
    "facts of None": SpeechSignals(None),  # type: ignore[arg-type]
    "facts in a list": SpeechSignals([1]),  # type: ignore[arg-type]
    "an object among the facts": SpeechSignals({"speech.hostile": object()}),  # type: ignore[dict-item]
    "evidence of None": SpeechSignals(CALM, None),  # type: ignore[arg-type]
    "evidence of texts": SpeechSignals(CALM, ("my secret words",)),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("answer", UNUSABLE.values(), ids=UNUSABLE)
def test_a_signal_plugin_that_fails_is_named_and_the_customer_is_not_punished(answer: Any) -> None:
    watch = Watch()
    with engine(plugins=[watch, Fails(hear=answer)]) as one:
        record = one.decide(said("e1", 0, {}, text="my secret words"))
        assert record.degraded is not None
        assert set(record.degraded) == set(SPEECH)
        assert "plugin Fails: hear: " in record.degraded["conduct"]
        assert record.outcome["response"] == "listen"
        assert (record.recorded, record.obligations, record.evidence) == ((), (), ())
        assert watch.alarms[0].kind == "plugin"
        assert watch.alarms[0].subject == "Fails"
        assert one.decide(said("e2", 1)).degraded is None, "what the event itself says needs no plugin"


@pytest.mark.parametrize("answer", [ValueError("x"), 7, [("a", 1)], {"contact.channel": {1}}], ids=repr)
def test_a_fact_plugin_that_fails_leaves_no_default_standing(answer: Any) -> None:
    watch = Watch()
    with engine(plugins=[watch, Fails(supply=answer)]) as one:
        record = one.decide(said("e1", 0, abuse()))
    assert record.degraded is not None
    assert set(record.degraded) == {"response"}, "the channel is in doubt, names are not"
    assert all(reason.startswith("plugin Fails: supply_contact_facts: ") for reason in record.degraded.values())
    assert record.outcome["conduct"] == "abuse"
    assert {alarm.kind for alarm in watch.alarms} == {"plugin", "degraded"}


def test_a_misfit_value_of_a_plugin_names_the_fact_and_the_plugin() -> None:
    with engine(plugins=[Fails(supply={"contact.channel": "smoke"})]) as one:
        record = one.decide(said("e1", 0, abuse()))
    assert record.degraded is not None
    assert record.degraded["response"].startswith("contact.channel: a text of 5 characters is not one of voice,")
    assert record.degraded["response"].endswith("(from the plugin Fails)")


def test_observers_that_fail_change_nothing() -> None:
    class Breaks:
        @hookimpl
        def decision_recorded(self, record: object) -> None:
            raise RuntimeError

        @hookimpl
        def alarm_raised(self, alarm: object) -> None:
            raise RuntimeError

    with engine() as calm, engine(plugins=[Breaks()]) as harassed:
        given = said("e1", 0, {"speech.hostile": True})
        assert harassed.decide(given) == calm.decide(given)
        assert dump(harassed) == dump(calm)


WRONG = """
facts: {wish.kind: {type: string, optional: true}, wish.size: {type: int, range: [0, 9]}, mood.bad: {type: bool}}
entries: {strike: {level: {type: int, range: [0, 9]}}, note: {}}
events: {asked: {which: string}}
history: {strikes: {count: strike, scope: customer, by: {level: wish.size}}}
obligations:
  letter: {to: manager, due: 1 day, closes: {done: {}}}
decisions:
  - decision: hard
    asks: How hard?
    asked_on: [asked]
    outcome: [soft, hard]
    hit: first
    fallback: soft
    rules:
      - rule: too-hard
        when: wish.size > 3
        then: hard
        record: [{strike: {level: = wish.size}}]
        owe: [letter]
        because: {en: Too hard., zh: 太重。}
        source: T1
      - {otherwise: soft}
    invariants:
      - {never: hard == "hard" && wish.size > 5, because: Never above five., source: T1}
      - {never: hard == "hard" && mood.bad, because: Never in a bad mood., source: T1}
  - decision: calm
    asks: Is it noted?
    asked_on: [asked]
    outcome: [yes, no]
    hit: first
    fallback: no
    rules:
      - {rule: always, then: yes, record: [note], BECAUSE}
  - decision: mend
    asks: Is a strike mended?
    asked_on: [asked]
    outcome: [no, yes]
    hit: first
    fallback: no
    rules:
      - rule: mends
        when: has(wish.kind)
        then: yes
        record: [note]
        amend: [{strike: {which: = wish.kind, level: 0}}]
        because: {en: Mended., zh: 已弥补。}
        source: T1
      - {otherwise: no}
  - decision: known
    asks: Was there such a strike?
    asked_on: [asked]
    outcome: [no, yes]
    hit: first
    fallback: no
    rules:
      - {rule: was, when: history.strikes > 0, then: yes, BECAUSE}
      - {otherwise: no}
"""


def asks(id: str, size: object, **facts: object) -> dict[str, Any]:
    given = {"wish.size": size, "mood.bad": False, **{name.replace("_", "."): value for name, value in facts.items()}}
    return event(id, "asked", which="x", customer="u1", facts=given)


def wrong(*plugins: object) -> Engine:
    return engine(small(WRONG), plugins=plugins)


def test_a_broken_promise_undoes_its_decision_and_no_other() -> None:
    watch = Watch()
    with wrong(watch) as one:
        record = one.decide(asks("e1", 6))
        assert record.outcome["hard"] == "soft"
        assert record.degraded is not None
        assert list(record.degraded) == ["hard"]
        assert record.degraded["hard"].endswith("did not hold: Never above five.")
        assert [entry.entry for entry in record.recorded] == ["note"]
        assert record.obligations == ()
        assert (watch.alarms[0].kind, watch.alarms[0].reason) == ("invariant", "Never above five.")
        assert one.decide(asks("e2", 5)).outcome["hard"] == "hard"


def test_a_promise_that_cannot_be_checked_lets_its_decision_fall_back() -> None:
    with wrong() as one:
        record = one.decide(asks("e1", 5, mood_bad="maybe"))
    assert record.degraded is not None
    assert list(record.degraded) == ["hard"]
    assert "cannot be checked: mood.bad: a text of 5 characters is not true or false" in record.degraded["hard"]
    assert record.outcome == {"hard": "soft", "calm": "yes", "mend": "no", "known": "no"}


@pytest.mark.parametrize("evaluator", ["compiled", "reference"])
def test_a_fold_by_a_fact_that_was_refused_is_not_told(evaluator: str) -> None:
    with engine(small(WRONG), evaluator=evaluator) as one:
        record = one.decide(asks("e1", "huge"))
    assert record.degraded is not None
    assert set(record.degraded) == {"hard", "known"}
    assert record.degraded["known"].startswith("wish.size: ")


@pytest.mark.parametrize("which", ["l:none:strike", "l:e0:note", "o:e0:letter"])
def test_an_amendment_of_what_is_not_there_undoes_its_decision_and_no_other(which: str) -> None:
    watch = Watch()
    with wrong(watch) as one:
        one.decide(asks("e0", 5))
        record = one.decide(asks("e1", 5, wish_kind=which))
        assert record.degraded == {"mend": f"there is no strike {which!r} to amend"}
        assert record.outcome["mend"] == "no"
        assert record.amended == ()
        assert sorted(entry.id for entry in record.recorded) == ["l:e1:note", "l:e1:strike"], "the notes of `calm` only"
        assert [alarm.subject for alarm in watch.alarms] == ["mend"]
        good = one.decide(asks("e2", 0, wish_kind="l:e1:strike"))
        assert [one.id for one in good.amended] == ["l:e1:strike"]


def test_a_due_time_outside_the_calendar_undoes_its_decision() -> None:
    with wrong() as one:
        record = one.decide({**asks("e1", 5), "at": "9999-12-31T23:00:00Z"})
    assert record.degraded is not None
    assert list(record.degraded) == ["hard"]
    assert record.outcome["calm"] == "yes"


def test_closing_what_was_closed_before_changes_nothing() -> None:
    watch = Watch()
    with engine(plugins=[watch]) as one:
        one.decide(said("e1", 0, abuse()))
        one.decide(closed("e2", 1, "o:e1:warning"))
        before = [row for row in dump(one) if not row.startswith('{"id"')]
        record = one.decide(closed("e3", 2, "o:e1:warning", "waived"))
        assert record.degraded == {"retry": "o:e1:warning was closed before (done)"}
        assert (record.closed, record.amended) == ((), ())
        assert [row for row in dump(one) if not row.startswith('{"id"')] == before
        assert [alarm.subject for alarm in watch.alarms] == ["retry"]


def test_reasons_come_in_the_order_of_the_decisions_and_only_for_those_asked() -> None:
    with engine() as one:
        record = one.decide(said("e1", 0, {}))
        assert record.degraded is not None
        plan = [name for name in one.policy.plans["utterance"].decisions if name in record.degraded]
        assert list(record.degraded) == plan


def test_an_offence_is_never_recorded_while_speech_is_in_doubt() -> None:
    with engine() as one:
        one.decide_all(three_strikes()[:-1])
        record = one.decide(said("last", 9, {**abuse(), "speech.frustrated": "very"}))
        assert (record.recorded, record.obligations) == ((), ())
        assert one.decide(said("sure", 10, abuse())).outcome["response"] == "end_contact"
