"""Hostile input of every kind, by the way in which it comes in."""

from __future__ import annotations

from hostile.texts import TEXTS
from hostile.words import WORDS

FAMILIES = [*TEXTS, *WORDS]
