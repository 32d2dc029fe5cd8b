"""Why, and why not: a decision told in plain English and Chinese, to each audience what is theirs."""

from __future__ import annotations

from forbear.explain.answer import UnknownDecision, explain, find_record
from forbear.explain.audience import AUDIENCES, Audience
from forbear.explain.rules import effect_clause, otherwise_sentence, promise_sentence, rule_sentence
from forbear.explain.sentences import Explanation, Sentence

__all__ = [
    "AUDIENCES",
    "Audience",
    "Explanation",
    "Sentence",
    "UnknownDecision",
    "effect_clause",
    "explain",
    "find_record",
    "otherwise_sentence",
    "promise_sentence",
    "rule_sentence",
]
