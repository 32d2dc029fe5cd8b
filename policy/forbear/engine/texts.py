"""A text that is said, in every language, its placeholders filled."""

from __future__ import annotations

from collections.abc import Mapping

from forbear.calendar import UNIT_SECONDS, in_words
from forbear.language import ir
from forbear.language.texts import OTHERWISE
from forbear.language.types import Value, show
from forbear.language.wording import translated


def fill(text: ir.Text, environment: Mapping[str, Value], policy: ir.Policy) -> dict[str, str]:
    """The variant of a text that the environment chooses, by language."""
    chosen = str(environment[text.by]) if text.by else OTHERWISE
    variant = text.variants.get(chosen) or text.variants[OTHERWISE]
    return {
        language: "".join(
            part if isinstance(part, str) else _in_words(environment[part.path], part, language, policy)
            for part in template
        )
        for language, template in variant.items()
    }


def _in_words(value: Value, at: ir.Placeholder, language: str, policy: ir.Policy) -> str:
    """A value inside a text; a stretch of time is written in words, a centre's own words in the text's language."""
    if isinstance(value, str):
        return translated(policy, value, at.path, language)
    unit = getattr(at.type, "unit", "")
    if isinstance(value, int) and unit in UNIT_SECONDS:
        return in_words(value * UNIT_SECONDS[unit], "zh" if language == "zh" else "en")
    return str(show(at.type, value))
