"""What a customer's words signal, from word lists and a few rules of direction, in English and Chinese.

Anger at the company is heard as anger; only hostility at the advisor is heard as aimed at the advisor (S3 D1).
In doubt it is anger. `data/README.md` says what the lists hold, and how a centre adds to them or changes them.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from forbear.hooks import hookimpl
from forbear.records import SpeechSignals, Utterance

from .marks import Lists
from .signals import heard

FOLDER = os.environ.get("FORBEAR_WORDS", "")


class Lexicon:
    """The plugin with a centre's own word lists before the bundled ones. Raises TableError for a bad list.

    `folder` holds files that are called as the bundled tables are, such as `en_hostile.txt`.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.lists = Lists(Path(folder) if folder is not None else None)

    @hookimpl
    def hear(self, utterance: Utterance) -> SpeechSignals:
        """As the module's own `hear`, by these lists."""
        return heard(utterance, self.lists.of(utterance))


@cache
def bundled() -> Lists:
    """The bundled tables, and before them those of the folder that FORBEAR_WORDS names, read once."""
    return Lists(Path(FOLDER) if FOLDER else None)


@hookimpl
def hear(utterance: Utterance) -> SpeechSignals:
    """Say whether an utterance is hostile or frustrated, at whom, how surely, and which words show it.

    Only the first 20,000 characters are considered. A text without words is quiet.
    """
    return heard(utterance, bundled().of(utterance))


if FOLDER:
    bundled()  # a centre's bad list is refused when the plugin is loaded, not when somebody speaks
