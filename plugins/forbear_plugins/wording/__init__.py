"""Reads what an advisor or a bot is about to send: wording, typing, canned replies, in English and Chinese.

It counts and says where; the pack `wording` judges. `data/README.md` says what the lists hold, and how a centre adds to
them, its canned replies among them.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from forbear.hooks import hookimpl
from forbear.records import Draft, DraftSignals

from .lists import Lists, read_lists
from .reading import signals

__all__ = ["Wording", "bundled", "read_draft"]

FOLDER = os.environ.get("FORBEAR_WORDING", "")


class Wording:
    """The plugin with a centre's own lists before the bundled ones. Raises TableError for a bad list.

    `folder` holds files that are called as the bundled tables are, such as `en_tone.txt` or `canned.txt`.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.lists = read_lists(Path(folder) if folder is not None else None)

    @hookimpl
    def read_draft(self, draft: Draft) -> DraftSignals:
        """As the module's own `read_draft`, by these lists."""
        return signals(draft, self.lists)


@cache
def bundled() -> Lists:
    """The bundled lists, and before them those of the folder that FORBEAR_WORDING names, read once."""
    return read_lists(Path(FOLDER) if FOLDER else None)


@hookimpl
def read_draft(draft: Draft) -> DraftSignals:
    """Say what is found in a draft. Only its first 20,000 characters are considered."""
    return signals(draft, bundled())


if FOLDER:
    bundled()  # a centre's bad list is refused when the plugin is loaded, not when somebody writes
