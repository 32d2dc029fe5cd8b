"""At whom something hostile may be aimed, and why it is thought to be."""

from __future__ import annotations

from typing import NamedTuple

ADVISOR, COMPANY, OTHER, NOBODY = "advisor", "company", "other", "nobody"
QUOTED, CALM = "quoted", "calm"
"""Targets; `quoted` are somebody else's words, `calm` says that nothing hostile is meant: denied or of oneself."""

TARGET_OF = {"thing": COMPANY, "company": COMPANY, "it": COMPANY, "your": COMPANY, "you_all": COMPANY}


class Aim(NamedTuple):
    """A target, the reason for it (`data/README.md` lists them), and the word that showed it (-1 if none)."""

    target: str
    reason: str
    word: int = -1
