"""The systems that are compared. A further one is a function that loads it, named in SYSTEMS.

`lexicon` is the bundled plugin, `lexicon+model` both bundled plugins as the engine asks them, the model's facts before
the lexicon's. What they hear becomes civil, anger or abuse by the rule of the standard pack.

The peers say less, so their words are mapped, and never to their disadvantage where there is a choice:
- alt-profanity-check: a probability of 0.5 or more, the library's own cut, is abuse, else civil.
- better-profanity: a text that holds profanity is abuse, else civil.
- VADER: a compound of -0.05 or less, its authors' cut for a negative text, is anger where anger is asked for (`emo`;
  false strikes are not counted there) and abuse elsewhere, else civil.
Those with a number are also given their best cut (two cuts where there are three classes), chosen on the very rows that
are scored: a bound that no real use would reach. They know no Chinese and are not scored on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from attrs import frozen
from benchmarks.hearing_rows import ABUSE, ANGER, CIVIL, Row

from forbear.records import Evidence, SpeechSignals


@frozen(slots=True)
class Answer:
    """What a system says of a row.

    `confidence` is the probability, as the system states it, that its conduct is right; `score` grows with hostility;
    `strikes` says whether it tells abuse from anger at all.
    """

    conduct: str
    hostile: bool
    target: str | None = None
    category: str | None = None
    confidence: float | None = None
    score: float | None = None
    strikes: bool = True
    evidence: tuple[Evidence, ...] = ()


@frozen
class System:
    """`hear` is what is timed; `read` says what came of it, given what a set is scored for."""

    name: str
    hear: Callable[[Row], Any]
    read: Callable[[Any, str], Answer]
    hear_all: Callable[[Sequence[Row]], Sequence[Any]] | None = None
    langs: frozenset[str] = frozenset(("en",))
    peer: bool = True


def _lexicon() -> System:
    from forbear_plugins.lexicon import hear

    return _own("lexicon", lambda row: (hear(row.utterance),))


def _with_model() -> System:
    from forbear_plugins.lexicon import hear
    from forbear_plugins.model import hear as hear_with_model

    return _own("lexicon+model", lambda row: (hear(row.utterance), hear_with_model(row.utterance)))


def _own(name: str, hear: Callable[[Row], tuple[SpeechSignals | None, ...]]) -> System:
    return System(name, hear, _read_signals, langs=frozenset(("en", "zh", "auto")), peer=False)


def _read_signals(several: Sequence[SpeechSignals | None], _: str) -> Answer:
    heard = [one for one in several if one is not None]
    facts: dict[str, Any] = {path: value for one in heard for path, value in one.facts.items()}
    confidence = facts.get("speech.confidence")
    return Answer(
        conduct=_pack()(facts),
        hostile=bool(facts.get("speech.hostile")) or facts.get("speech.category") == "hate",
        target=facts.get("speech.target", "nobody"),
        category=facts.get("speech.category", "none"),
        confidence=None if confidence is None else confidence / 100,
        evidence=tuple(proof for one in heard for proof in one.evidence),
    )


@cache
def _pack() -> Callable[[Mapping[str, Any]], str]:
    """The standard pack's reading of signals as conduct; loaded when first wanted, as no system is charged for it."""
    from forbear import load_policy
    from forbear.cli.hear import QUIET, TYPE
    from forbear.evaluate import make_evaluator
    from forbear.language.types import fit

    policy = load_policy("standard")
    evaluator = make_evaluator("compiled", policy)
    others = frozenset(policy.plans[TYPE].decisions) - {"conduct"}
    known: dict[tuple[tuple[str, Any], ...], str] = {}

    def conduct(signals: Mapping[str, Any]) -> str:
        told = {**QUIET, **{path: value for path, value in signals.items() if path in policy.facts}}
        key = tuple(sorted((path, str(value)) for path, value in told.items()))
        if key not in known:
            facts = {path: fit(path, policy.facts[path].type, value) for path, value in told.items()}
            facts |= {"event.type": TYPE, "event.speaker": "customer"}
            known[key] = str(evaluator.decide(TYPE, facts, others).outcome["conduct"])
        return known[key]

    return conduct


def _alt_profanity_check() -> System:
    from profanity_check import predict_prob

    def read(probability: float, _: str) -> Answer:
        profane, p = probability >= 0.5, float(probability)
        return Answer(ABUSE if profane else CIVIL, profane, confidence=max(p, 1 - p), score=p)

    return System(
        "alt-profanity-check",
        hear=lambda row: predict_prob([row.utterance.text])[0],
        read=read,
        hear_all=lambda rows: predict_prob([row.utterance.text for row in rows]),
    )


def _better_profanity() -> System:
    from better_profanity import profanity

    def read(profane: bool, _: str) -> Answer:
        return Answer(ABUSE if profane else CIVIL, profane)

    return System("better-profanity", lambda row: profanity.contains_profanity(row.utterance.text), read)


def _vader() -> System:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    def read(compound: float, scored: str) -> Answer:
        negative = compound <= -0.05
        strikes = scored != "emo"
        word = ABUSE if strikes else ANGER
        return Answer(word if negative else CIVIL, negative, score=-compound, strikes=strikes)

    analyser = SentimentIntensityAnalyzer()
    return System("VADER", lambda row: analyser.polarity_scores(row.utterance.text)["compound"], read)


OWN: Mapping[str, Callable[[], System]] = {"lexicon": _lexicon, "lexicon+model": _with_model}
PEERS: Mapping[str, Callable[[], System]] = {
    "alt-profanity-check": _alt_profanity_check,
    "better-profanity": _better_profanity,
    "VADER": _vader,
}
SYSTEMS: Mapping[str, Callable[[], System]] = {**OWN, **PEERS}
