"""How model and lexicon are joined into one answer.

1. The model gives a probability to: abuse (hostile at the advisor), upset (angry or abusive), hostile (at anybody).
   What the lexicon found is among its features, so that these are of both together.
2. Abuse from `ABUSE` on; below it the utterance is no abuse, whatever the lexicon says.
3. What is no abuse is hostile where the lexicon or the model (from `HOSTILE` on) says so, and frustrated where the
   lexicon or the model (from `UPSET` on) says so.
4. The category of abuse is the lexicon's where it has one for the advisor, else the model's likeliest.
5. The confidence is the probability of the answer: of abuse, or of its absence and of being upset or not.
"""

from __future__ import annotations

from forbear.records import Plain

from .features import Features
from .weights import Weights

ABUSE = 0.5
UPSET = 0.5
HOSTILE = 0.9
KINDS = ("sexual", "hate", "threat")
KIND = 0.5
"""From this probability on a category is given; below it abuse is an insult."""


def fused(found: Features, weights: Weights) -> dict[str, Plain]:
    """The facts of an utterance."""
    facts = dict(found.heard.facts)
    abuse = weights.heads["abuse"].probability(found)
    upset = weights.heads["upset"].probability(found)
    if abuse >= ABUSE:
        aimed = facts["speech.target"] == "advisor" and facts["speech.category"] != "none"
        facts |= {
            "speech.hostile": True,
            "speech.target": "advisor",
            "speech.category": facts["speech.category"] if aimed else _category(found, weights),
            "speech.confidence": round(100 * abuse),
        }
        return facts
    if facts["speech.target"] == "advisor":
        facts |= {"speech.hostile": True, "speech.target": "nobody", "speech.category": "none"}
    elif not facts["speech.hostile"] and weights.heads["hostile"].probability(found) >= HOSTILE:
        facts |= {
            "speech.hostile": True,
            "speech.target": "other",
            "speech.category": _category(found, weights, "none"),
        }
    angry = facts["speech.hostile"] or facts["speech.frustrated"] or upset >= UPSET
    if angry and not facts["speech.hostile"]:
        facts |= {"speech.frustrated": True, "speech.complaint": True}
    facts["speech.confidence"] = round(100 * (1 - abuse) * (max(upset, 1 - upset)))
    return facts


def _category(found: Features, weights: Weights, otherwise: str = "insult") -> str:
    likely = {kind: weights.heads[kind].probability(found) for kind in KINDS}
    kind = max(likely, key=lambda one: likely[one])
    return kind if likely[kind] >= KIND else otherwise
