"""Every hook that a host or a plugin may implement, in one file.

A plugin is any object or module whose functions carry `@hookimpl`; register it with
`Engine(..., plugins=[it])` or let an entry point of the group `forbear` name it.
Where several plugins answer the same hook, the one registered last wins; objects handed to the engine
count as registered after installed ones.

A plugin may declare `deadline = 0.5`, in seconds, or `deadline = {"hear": 0.2}` per hook. It is given copies of its
own. One that raises, overruns its deadline, changes what it was given or answers with something else harms only the
decisions that need what it may have given: they fall back, and the reason names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pluggy

from forbear.calendar import WorkingCalendar
from forbear.ledger.store import Store
from forbear.records import Alarm, Draft, DraftSignals, Event, Owed, Record, SpeechSignals, Utterance

hookspec = pluggy.HookspecMarker("forbear")
hookimpl = pluggy.HookimplMarker("forbear")


class Hooks:
    """The specification; a plugin implements any of these and may leave out parameters it does not need.

    Facts, candidates and signals are asked for once per new event, before deciding, outside any transaction. None
    means nothing to add, also for a single fact. What the event or its contact says wins over every plugin.
    """

    @hookspec
    def supply_customer_facts(self, customer: str, event: Event, needed: frozenset[str]) -> Mapping[str, object] | None:
        """Give what is known of a customer: facts by path, such as `{"customer.value": 0.7}`.

        `needed` names the facts `customer.…` that the event's decisions may read and the event does not give; others
        of these are ignored, and a fact that is not `customer.…` makes the answer unusable. Called only where the
        event has a customer and `needed` is not empty. Fact by fact the plugin registered last wins.
        """

    @hookspec
    def supply_contact_facts(self, contact: str, event: Event, needed: frozenset[str]) -> Mapping[str, object] | None:
        """Give what is known of a contact, facts `contact.…`; otherwise like `supply_customer_facts`."""

    @hookspec
    def supply_advisor_facts(self, advisor: str, event: Event, needed: frozenset[str]) -> Mapping[str, object] | None:
        """Give what is known of an advisor, facts `advisor.…`; otherwise like `supply_customer_facts`."""

    @hookspec
    def supply_centre_facts(self, event: Event, needed: frozenset[str]) -> Mapping[str, object] | None:
        """Give what is known of the centre: every fact of another kind, such as `queue.length` or `manager.name`.

        Called for every event that needs one, whomever it is about; otherwise like `supply_customer_facts`.
        """

    @hookspec
    def supply_candidates(self, list_path: str, event: Event) -> Sequence[Mapping[str, object]] | None:
        """Give the candidates of a list, such as "advisors" or "channels": one mapping of fields each.

        Called once for each list that the event's decisions may read and the event does not give. The list of the
        plugin registered last stands as a whole; lists are not joined.
        """

    @hookspec
    def hear(self, utterance: Utterance) -> SpeechSignals | None:
        """Say what an utterance signals: facts `speech.…`. Called for each new `utterance` event that has a text.

        Facts of the plugin registered last win, fact by fact, but none over `supply_centre_facts`; evidence adds up.
        The `kind` of evidence is a name such as `insult` or `target:you`, never the customer's words: it is kept.
        """

    @hookspec
    def read_draft(self, draft: Draft) -> DraftSignals | None:
        """Say what is found in a message that is about to be sent: facts `draft.…`. Called for each new
        `message_drafted` event that has a text; otherwise like `hear`.

        The text is customer text: facts and evidence say what was found and where, never its words.
        """

    @hookspec
    def supply_calendar(self) -> WorkingCalendar | None:
        """Give the centre's working calendar, which replaces the pack's.

        Asked once, when the engine is made; if it fails, the engine is not made (PluginError). The plugin registered
        last that has one wins. The policy's digest speaks of it.
        """

    @hookspec
    def open_store(self, url: str) -> Store | None:
        """Open the ledger at a URL whose scheme the core does not know; None for a URL that is not the plugin's.

        Asked once, when the engine is made; if it fails, the engine is not made (PluginError). The plugin registered
        last that opens it wins. The engine closes the store.
        """

    @hookspec
    def supply_packs(self) -> Mapping[str, str | Path] | None:
        """Contribute policy packs: folders by name, which `Engine(name)` and `--pack name` then find.

        Asked when a pack is looked for; if it fails, none is found (PluginError). Of two packs of a name that of the
        plugin registered last counts; the name of a bundled pack cannot be taken.
        """

    @hookspec
    def supply_vocabulary(self) -> Mapping[str, str] | None:
        """Contribute words for rules: YAML texts by file name, with the sections `facts`, `events`, `entries` only.

        They are joined to every pack that the engine or a command loads, before it is checked, and count in its
        digest. What is wrong with them is a diagnostic (PackError); another section is a PluginError.
        """

    @hookspec
    def perform(self, obligation: Owed) -> None:
        """Take an obligation over: put it in front of whoever owes it. Called after the decision is kept.

        Called at least once. The host must treat `obligation.id` as an idempotency key: what was performed under it is
        not performed again. It comes again where this raises or overruns its deadline, later and later, until after
        sixteen attempts a person must see to it; where another performer of it failed; and where the process died
        before it was noted that this returned. One that is closed, expired or erased comes no more. The obligation is
        closed by an `obligation_closed` event, which the plugin itself may have decided.
        """

    @hookspec
    def decision_recorded(self, record: Record) -> None:
        """Watch decisions: called once after each new decision is kept. What it returns or raises changes nothing."""

    @hookspec
    def sign_checkpoint(self, root: bytes) -> tuple[str, bytes] | None:
        """Sign a checkpoint of the ledger: the name of the key, and its Ed25519 signature over the 32 bytes of `root`.

        Called with the first `tick` of a day (of events, UTC) on which something was decided, after the tick is kept,
        and by `forbear audit --checkpoint`. The plugin registered last that answers wins. If it fails, an alarm is
        raised, and it is asked again with the next tick. A plugin may keep the root in a place of its own.
        """

    @hookspec
    def alarm_raised(self, alarm: Alarm) -> None:
        """Watch alarms: a decision that fell back, an invariant that did not hold, a plugin that failed, two engines
        that disagree.
        """
