"""How model and lexicon are joined into one answer.

1. The model gives a probability to: abuse (hostile at the advisor), upset (angry or abusive), hostile (at anybody).
   What the lexicon found is among its features, so that these are of both together.
2. Abuse from `AGREED` on where the lexicon found it too, from `OPPOSED` on where the lexicon found it aimed at the
   company, else from the language's `ABUSE` on, unless the lexicon found somebody else's words and nothing aimed at
   the advisor; below it the utterance is no abuse, whatever the lexicon says.
3. What is no abuse is calm below `UPSET`, whatever the lexicon says. From `UPSET` on it is hostile where the lexicon,
   or the model from `HOSTILE` on, says so, and else frustrated.
4. The category of abuse is the lexicon's where it has one for the advisor, else the model's likeliest.
5. The confidence is the probability of the answer: of abuse, or of its absence and of being upset or not.
"""

from __future__ import annotations

from forbear.records import Plain

from .features import Features
from .weights import Weights

ABUSE = {"en": 0.78, "zh": 0.55}
"""By language: an English "you" is one person or many."""
AGREED = 0.55
OPPOSED = 0.9
UPSET = 0.4
HOSTILE = 0.9
KINDS = ("sexual", "hate", "threat")
KIND = 0.5
"""From this probability on a category is given; below it abuse is an insult."""

_LEAST = {"advisor": AGREED, "company": OPPOSED}
_AT_NOBODY: dict[str, Plain] = {"speech.target": "nobody", "speech.category": "none"}
_CALM: dict[str, Plain] = {"speech.hostile": False, "speech.frustrated": False, "speech.complaint": False, **_AT_NOBODY}


def fused(found: Features, weights: Weights) -> dict[str, Plain]:
    """The facts of an utterance."""
    facts = dict(found.heard.facts)
    abuse = weights.heads["abuse"].probability(found)
    upset = weights.heads["upset"].probability(found)
    at_advisor = facts["speech.target"] == "advisor"
    repeated = not at_advisor and any(one.reason == "quoted" for one in found.heard.evidence)
    if abuse >= _LEAST.get(str(facts["speech.target"]), ABUSE[found.lang]) and not repeated:
        named = at_advisor and facts["speech.category"] != "none"
        category = facts["speech.category"] if named else _category(found, weights, "insult")
        told: dict[str, Plain] = {"speech.hostile": True, "speech.target": "advisor", "speech.category": category}
        return {**facts, **told, "speech.confidence": round(100 * abuse)}
    if upset < UPSET:
        return {**facts, **_CALM, "speech.confidence": round(100 * (1 - abuse) * (1 - upset))}
    if at_advisor:
        facts |= _AT_NOBODY
    elif not facts["speech.hostile"]:
        if weights.heads["hostile"].probability(found) >= HOSTILE:
            category = _category(found, weights, "none")
            facts |= {"speech.hostile": True, "speech.target": "other", "speech.category": category}
        else:
            facts |= {"speech.frustrated": True, "speech.complaint": True}
    return {**facts, "speech.confidence": round(100 * (1 - abuse) * upset)}


def _category(found: Features, weights: Weights, otherwise: str) -> str:
    likely = {kind: weights.heads[kind].probability(found) for kind in KINDS}
    kind = max(likely, key=lambda one: likely[one])
    return kind if likely[kind] >= KIND else otherwise
