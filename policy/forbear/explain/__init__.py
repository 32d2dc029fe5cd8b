"""Why, and why not: a decision told in plain English and Chinese, to each audience what is theirs."""

from __future__ import annotations

from forbear.explain.answer import UnknownDecision, explain, find_record
from forbear.explain.audience import AUDIENCES, Audience
from forbear.explain.rules import rule_sentence
from forbear.explain.sentences import Explanation, Sentence

__all__ = [
    "AUDIENCES",
    "Audience",
    "Explanation",
    "Sentence",
    "UnknownDecision",
    "explain",
    "find_record",
    "rule_sentence",
]
