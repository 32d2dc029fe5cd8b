"""The model plugin: a safe file of weights, a rule that joins model and lexicon, and nothing that surprises a host."""

from __future__ import annotations

import json
import math
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import forbear
from forbear import Engine
from forbear.records import SpeechSignals, Turn, Utterance
from forbear_plugins import lexicon, model
from forbear_plugins.lexicon import bundled
from forbear_plugins.model import bundled_model
from forbear_plugins.model.features import LONGEST, PLACES, Features, features, spans
from forbear_plugins.model.fusing import ABUSE, AGREED, OPPOSED
from forbear_plugins.model.weights import Head, WeightsError, packed, quantised, unpacked

TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            ["you", "are", "an", "idiot", "your", "app", "is", "shit", "你", "们", "傻逼", "系统", "!", ","]
        )
    ).map(" ".join),
)


def heard(text: str, **more: object) -> SpeechSignals:
    signals = model.hear(Utterance(text, **more))  # type: ignore[arg-type]
    assert signals is not None
    return signals


def found_in(text: str) -> Features:
    return features(Utterance(text), bundled().of(Utterance(text)))


@given(TEXTS, st.sampled_from(["en", "zh", "auto"]))
@settings(deadline=None)
def test_any_text_gives_facts_that_fit_and_evidence_that_the_text_says(text: str, lang: str) -> None:
    signals = model.hear(Utterance(text, lang))
    assert signals is not None
    facts = signals.facts
    assert facts["speech.target"] in ("nobody", "company", "advisor", "other")
    assert facts["speech.category"] in ("none", "insult", "sexual", "hate", "threat")
    assert 0 <= facts["speech.confidence"] <= 100
    assert facts["speech.hostile"] or facts["speech.target"] == "nobody"
    assert all(text[one.start : one.end] == one.text for one in signals.evidence)
    assert facts.keys() == lexicon.hear(Utterance(text, lang)).facts.keys()


@given(TEXTS)
@settings(deadline=None)
def test_it_is_abuse_exactly_where_the_model_finds_it_likely(text: str) -> None:
    found = found_in(text)
    facts = heard(text).facts
    least = {"advisor": AGREED, "company": OPPOSED}.get(str(found.heard.facts["speech.target"]), ABUSE[found.lang])
    likely = bool(found.items) and bundled_model().heads["abuse"].probability(found) >= least
    only_quoted = found.heard.facts["speech.target"] != "advisor" and any(
        one.reason == "quoted" for one in found.heard.evidence
    )
    likely = likely and not only_quoted
    assert (facts["speech.hostile"] and facts["speech.target"] == "advisor") == likely
    if likely:
        assert facts["speech.category"] != "none"


@given(TEXTS)
@settings(deadline=None)
def test_every_word_of_the_features_has_a_place_in_the_text(text: str) -> None:
    found = found_in(text)
    assert len(found.items) == len(found.grams) == len(spans(Utterance(text), bundled().of(Utterance(text))))
    assert all(0 <= place < PLACES for place in (*found.flat, *found.signals))


def test_a_very_long_text_costs_no_more_than_its_first_words() -> None:
    text = "you idiot " * 100_000
    assert len(found_in(text).items) <= LONGEST
    assert heard(text).facts["speech.target"] == "advisor"
    assert len(found_in("a&b&" * 5_000).items) <= LONGEST


def test_what_an_advisor_says_is_left_to_the_lexicon() -> None:
    said = Utterance("you idiot", speaker="advisor")
    assert model.hear(said) == SpeechSignals(lexicon.hear(said).facts)


def test_a_score_is_the_sum_of_the_weights_of_what_was_found() -> None:
    found = found_in("you are an idiot")
    weights = [math.sin(place) for place in range(PLACES)]
    head = quantised(weights, 0.25, 2.0)
    grams = found.flat
    exact = (
        0.25 + sum(weights[one] for one in grams) / math.sqrt(len(grams)) + sum(weights[one] for one in found.signals)
    )
    rounding = head.step * (math.sqrt(len(grams)) + len(found.signals)) / 2
    assert head.score(found) == pytest.approx(exact, abs=rounding)
    assert head.probability(found) == pytest.approx(1 / (1 + math.exp(-2 * head.score(found))))


def test_weights_are_read_as_they_were_written() -> None:
    heads = {
        "abuse": Head(array("h", range(-PLACES // 8, PLACES // 8)) * 4, 0.5, -1.0, 1.5),
        "aaa": Head(array("h", bytes(2 * PLACES)), 1.0, 0.0, 1.0),
    }
    assert unpacked(packed(heads, {"rows": 3})).heads == heads
    assert unpacked(packed(heads, {"rows": 3})).about == {"rows": 3}


@given(st.binary(max_size=300))
def test_a_damaged_file_of_weights_is_refused(raw: bytes) -> None:
    with pytest.raises(WeightsError):
        unpacked(raw)


@given(st.integers(4, 4000), st.binary(min_size=1, max_size=4))
@settings(deadline=None)
def test_a_file_cut_short_is_refused(size: int, junk: bytes) -> None:
    heads = {"abuse": Head(array("h", bytes(2 * PLACES)), 1.0, 0.0, 1.0)}
    whole = packed(heads, {})
    with pytest.raises(WeightsError):
        unpacked(whole[: min(size, len(whole) - 1)])


def test_the_bundled_weights_say_what_they_were_trained_on() -> None:
    about = bundled_model().about
    assert isinstance(about["sets"], list)
    assert {"convabuse-train", "cold-train", "diasafety-train", "goemotions-train"} <= set(about["sets"])
    assert set(about["licences"].values()) == {"CC BY 4.0", "Apache-2.0"}  # type: ignore[attr-defined]


def test_an_engine_hears_by_the_model_and_keeps_the_lexicons_evidence() -> None:
    event = {"id": "e1", "at": "2026-03-02T09:00:00+00:00", "type": "utterance", "contact": "c1", "customer": "u1"}
    with Engine(plugins=[model]) as engine:
        record = engine.decide({**event, "advisor": "a1", "speaker": "customer", "text": "you are a useless idiot"})
    assert record.outcome["conduct"] == "abuse"
    assert record.sources["speech.target"].endswith("model")
    assert {"model", "said-of-you"} <= {one.reason for one in record.evidence}


def test_the_command_hears_by_a_plugin_that_is_named() -> None:
    line = json.dumps({"id": 1, "text": "I bet even your own mother hangs up on you"}) + "\n"
    (by_model,) = forbear("hear", "--plugin", "forbear_plugins.model", given=line).lines
    assert by_model["conduct"] == "abuse"
    missing = forbear("hear", "--plugin", "no_such_module", given=line)
    assert missing.status == 2
    assert "no_such_module" in missing.err


def test_what_was_said_before_is_heard_too() -> None:
    asked = (Turn("advisor", "What did he call you?"),)
    assert heard("Idiot.", before=asked).facts["speech.target"] != "advisor"


@pytest.mark.parametrize("told", ["en", "zh"])
@pytest.mark.parametrize("name", ["", " 李"])
def test_an_english_you_stays_english(told: str, name: str) -> None:
    """Whatever language an utterance is told to be in, and where a Chinese name stands in it."""
    text = f"must be nice being a monopoly and getting paid for nothing{name}"
    facts = heard(text, lang=told).facts
    assert facts["speech.target"] != "advisor"
