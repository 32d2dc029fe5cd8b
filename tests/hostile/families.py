"""Hostile input of every kind, by the way in which it comes in."""

from __future__ import annotations

from hostile.commands_given import COMMAND_FAMILIES
from hostile.lines import LINE_FAMILIES
from hostile.texts import TEXTS
from hostile.words import WORDS

FAMILIES = [*TEXTS, *WORDS, *LINE_FAMILIES, *COMMAND_FAMILIES]
