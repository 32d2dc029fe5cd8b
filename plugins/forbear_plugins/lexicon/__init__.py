"""What a customer's words signal, from word lists and a few rules of direction, in English and Chinese.

Anger at the company is heard as anger; only hostility at the advisor is heard as aimed at the advisor (S3 D1).
In doubt it is anger. `data/README.md` says how to extend the lists.
"""

from __future__ import annotations

from forbear.hooks import hookimpl
from forbear.records import SpeechSignals, Utterance

from .signals import heard


@hookimpl
def hear(utterance: Utterance) -> SpeechSignals:
    """Say whether an utterance is hostile or frustrated, at whom, and which words show it.

    Only the first 20,000 characters are considered. A text without words is quiet.
    """
    return heard(utterance)
