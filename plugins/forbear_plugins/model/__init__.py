"""What a customer's words signal, from a trained linear model with the lexicon's findings among its features.

Opt in to it: `forbear hear --plugin model`, or `Engine(..., plugins=[forbear_plugins.model])`. It answers before the
lexicon, whose evidence stays. How the two are joined stands in `fused`.
"""

from __future__ import annotations

from functools import cache

from forbear.hooks import hookimpl
from forbear.records import SpeechSignals, Utterance
from forbear_plugins.lexicon import bundled
from forbear_plugins.lexicon.marks import Matcher

from .features import features, spans, strongest
from .fusing import fused
from .weights import Weights, bundled_weights


@cache
def bundled_model() -> Weights:
    """The weights that come with the plugin, read once."""
    return bundled_weights()


@hookimpl(tryfirst=True)
def hear(utterance: Utterance) -> SpeechSignals:
    """Say whether an utterance is hostile or frustrated, at whom and how surely, by model and lexicon together."""
    return heard_by(utterance, bundled().of(utterance), bundled_model())


def heard_by(utterance: Utterance, matcher: Matcher, weights: Weights) -> SpeechSignals:
    """The signals of an utterance, by these tables and weights."""
    found = features(utterance, matcher)
    if not found.items or utterance.speaker != "customer":
        return SpeechSignals(found.heard.facts)
    facts = fused(found, weights)
    abuse = facts["speech.hostile"] and facts["speech.target"] == "advisor"
    if not abuse:
        return SpeechSignals(facts)
    shown = strongest(
        weights.heads["abuse"].contributions(found), spans(utterance, matcher), utterance.text, "model:abuse"
    )
    return SpeechSignals(facts, tuple(shown))
