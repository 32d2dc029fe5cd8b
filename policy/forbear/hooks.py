"""Every hook that a host or a plugin may implement, in one file.

A plugin is any object or module whose functions carry `@hookimpl`; register it with
`Engine(..., plugins=[it])` or let an entry point of the group `forbear` name it.
Where several plugins answer the same hook, the one registered last wins; objects handed to the engine
count as registered after installed ones.
"""

from __future__ import annotations

from collections.abc import Mapping

import pluggy

from forbear.records import Alarm, Event, Owed, Record, SpeechSignals, Utterance

hookspec = pluggy.HookspecMarker("forbear")
hookimpl = pluggy.HookimplMarker("forbear")


class Hooks:
    """The specification; a plugin implements any of these and may leave out parameters it does not need."""

    @hookspec
    def supply_facts(self, event: Event, needed: frozenset[str]) -> Mapping[str, object] | None:
        """Give what the host knows: facts by path, such as `{"customer.value": 0.7}`.

        Called once per new event, before deciding, outside any transaction. `needed` names the facts that the
        event's decisions may read; others are ignored. None means nothing to add, also for a single fact. What the
        event or its contact says wins; among plugins, the one registered last. If it raises or answers otherwise,
        every fact that nobody else gave counts as unknown, and the decisions that need one fall back.
        """

    @hookspec
    def hear(self, utterance: Utterance) -> SpeechSignals | None:
        """Say what an utterance signals. Called once per new `utterance` event that has a text, before deciding.

        None means nothing to say. Facts of the plugin registered last win, fact by fact, but none over
        `supply_facts`; evidence adds up. The `kind` of evidence is a name such as `insult` or `target:you`, never the
        customer's words: it is kept. If it raises or answers otherwise, the `speech.…` facts that nobody else gave
        count as unknown, and the decisions that need one fall back: the customer is not punished.
        """

    @hookspec
    def perform(self, obligation: Owed) -> None:
        """Take an obligation over: put it in front of whoever owes it. Called after the decision is kept.

        Called at least once; `obligation.id` is the idempotency key. If it raises, it is called again with the
        next event. The obligation is closed by an `obligation_closed` event, which the plugin itself may have decided.
        """

    @hookspec
    def decision_recorded(self, record: Record) -> None:
        """Watch decisions: called once after each new decision is kept. What it returns or raises changes nothing."""

    @hookspec
    def alarm_raised(self, alarm: Alarm) -> None:
        """Watch alarms: a decision that fell back, an invariant that did not hold, a plugin that failed."""
