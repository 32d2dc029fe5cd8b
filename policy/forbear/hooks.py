"""Every hook that a host or a plugin may implement, in one file.

A plugin is any object or module whose functions carry `@hookimpl`; register it with
`Engine(..., plugins=[it])` or let an entry point of the group `forbear` name it.
Where several plugins answer the same hook, the one registered last wins; objects handed to the engine
count as registered after installed ones.
"""

from __future__ import annotations

import pluggy

from forbear.records import SpeechSignals, Utterance

hookspec = pluggy.HookspecMarker("forbear")
hookimpl = pluggy.HookimplMarker("forbear")


class Hooks:
    """The specification; a plugin implements any of these and may leave out parameters it does not need."""

    @hookspec
    def hear(self, utterance: Utterance) -> SpeechSignals | None:
        """Say what an utterance signals. Called once per `utterance` event that has a text, before deciding.

        None means that this plugin has nothing to say. Facts of the plugin registered last win, fact by fact.
        """
