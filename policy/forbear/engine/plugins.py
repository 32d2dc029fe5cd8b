"""The plugins in use: each is called on its own, so that one that fails is named and harms nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from forbear.calendar import WorkingCalendar
from forbear.engine import answers
from forbear.engine.answers import Told
from forbear.engine.calling import Await, logged
from forbear.engine.facts import Supplied
from forbear.engine.registry import HOOKS, Registry
from forbear.errors import PluginError
from forbear.ledger import Store
from forbear.records import Alarm, Draft, Event, Owed, Plain, Record, Turn, Utterance

T = TypeVar("T")

_SUPPLYING = (
    "supply_customer_facts", "supply_contact_facts", "supply_advisor_facts", "supply_centre_facts",
    "supply_candidates", "hear", "read_draft",
)  # fmt: skip


class Plugins:
    """What the plugins of a registry say. `awaits` runs their coroutines on the host's loop."""

    def __init__(self, registry: Registry, awaits: Await | None = None) -> None:
        self._registry, self._awaits = registry, awaits
        self._implementing = {hook: registry.implementing(hook) for hook in HOOKS}

    def _ask(self, hook: str, read: Callable[[object], T], **given: object) -> list[tuple[str, T | PluginError]]:
        """Each plugin's answer as `read` takes it, or the error that stands for it; None answers are left out."""
        found: list[tuple[str, T | PluginError]] = []
        for one in self._implementing[hook]:
            try:
                answer = one.call(read, given, self._awaits)
                if answer is not None:
                    found.append((one.plugin, answer))
            except PluginError as error:
                found.append((one.plugin, logged(error)))
        return found

    # --- before the first event: what fails here refuses the engine

    def _first(self, hook: str, read: Callable[[object], T], **given: object) -> tuple[str, T] | None:
        """The answer of the plugin registered last that has one. Raises PluginError."""
        return next(iter(self._all(hook, read, **given)), None)

    def _all(self, hook: str, read: Callable[[object], T], **given: object) -> list[tuple[str, T]]:
        found: list[tuple[str, T]] = []
        for name, answer in self._ask(hook, read, **given):
            if isinstance(answer, PluginError):
                raise answer
            found.append((name, answer))
        return found

    def calendar(self) -> WorkingCalendar | None:
        """The working calendar that replaces the pack's, if there is one."""
        found = self._first("supply_calendar", answers.calendar)
        return found[1] if found is not None else None

    def store(self, url: str) -> Store | None:
        """The ledger at a URL that the core does not know, if a plugin does."""
        found = self._first("open_store", answers.store, url=url)
        return found[1] if found is not None else None

    def packs(self) -> dict[str, tuple[str, Path]]:
        """The plugin and the folder of each pack that plugins bring, by its name."""
        found: dict[str, tuple[str, Path]] = {}
        for plugin, folders in self._all("supply_packs", answers.packs):
            for name, folder in folders.items():
                found.setdefault(name, (plugin, folder))
        return found

    def vocabulary(self) -> list[tuple[str, Mapping[str, str]]]:
        """The files of vocabulary that each plugin brings, by plugin, the one registered first first."""
        return list(reversed(self._all("supply_vocabulary", answers.vocabulary)))

    # --- for each event: what fails here leaves facts in doubt

    def supply(self, event: Event, needed: frozenset[str], lists: frozenset[str] = frozenset()) -> Supplied:
        """Everything that plugins know for an event, the plugin registered last winning fact by fact.

        `lists` are those of the facts needed that hold candidates.
        """
        supplied = Supplied()
        needed -= event.facts.keys()
        for space in answers.OWN_SPACES:
            kind = space.removesuffix(".")
            id_, wanted = getattr(event, kind), frozenset(path for path in needed - lists if path.startswith(space))
            if id_ is not None and wanted:
                given = {kind: id_, "event": event, "needed": wanted}
                _add(supplied, self._ask(f"supply_{kind}_facts", answers.facts_in(space), **given), wanted)
        wanted = frozenset(filter(answers.is_centres, needed - lists))
        if wanted:
            found = self._ask("supply_centre_facts", answers.facts_in(""), event=event, needed=wanted)
            _add(supplied, found, wanted)
        for path in sorted(needed & lists):
            found = self._ask("supply_candidates", answers.candidates(path), list_path=path, event=event)
            _add(supplied, found, frozenset({path}))
        if isinstance(event.fields.get("text"), str):
            if event.type == "utterance":
                heard = self._ask("hear", answers.speech, utterance=utterance_of(event.fields))
                _add(supplied, heard, frozenset(path for path in needed if path.startswith("speech.")))
            elif event.type == "message_drafted":
                found = self._ask("read_draft", answers.drafts, draft=draft_of(event.fields))
                _add(supplied, found, frozenset(path for path in needed if path.startswith("draft.")))
        self._note_origins(supplied)
        return supplied

    @property
    def supplies(self) -> bool:
        """Whether anybody can add to what an event says."""
        return any(self._implementing[hook] for hook in _SUPPLYING)

    def listen(self, utterance: Utterance) -> Supplied:
        """Everything that plugins hear in an utterance."""
        supplied = Supplied()
        _add(supplied, self._ask("hear", answers.speech, utterance=utterance), None)
        return supplied

    def _note_origins(self, supplied: Supplied) -> None:
        names = {plugin for _, plugin in supplied.values.values()}
        supplied.origins |= {name: self._registry.origin(name) for name in names}

    # --- after a decision is kept

    @property
    def performs(self) -> bool:
        """Whether anybody takes obligations over."""
        return bool(self._implementing["perform"])

    def perform(self, obligation: Owed) -> list[PluginError]:
        """Hand an obligation over; the errors of those that failed."""
        found = self._ask("perform", answers.nothing, obligation=obligation)
        return [answer for _, answer in found if isinstance(answer, PluginError)]

    @property
    def signs(self) -> bool:
        """Whether anybody signs checkpoints."""
        return bool(self._implementing["sign_checkpoint"])

    def sign(self, root: bytes) -> tuple[str, bytes]:
        """The name of a key and its signature. Raises PluginError where nobody signs."""
        found = self._ask("sign_checkpoint", answers.signature, root=root)
        for _, answer in found:
            if not isinstance(answer, PluginError):
                return answer
        raise next((error for _, error in found if isinstance(error, PluginError)), _NOBODY_SIGNS)

    def tell(self, record: Record, alarms: Sequence[Alarm]) -> None:
        """Show a decision and its alarms to the observers; one that fails is logged and changes nothing."""
        self._ask("decision_recorded", answers.nothing, record=record)
        self.alarm(alarms)

    def alarm(self, alarms: Sequence[Alarm]) -> None:
        """Show alarms to the observers."""
        for alarm in alarms:
            self._ask("alarm_raised", answers.nothing, alarm=alarm)


_NOBODY_SIGNS = PluginError("none", "sign_checkpoint", "no plugin signed")


def _add(supplied: Supplied, found: Sequence[tuple[str, Told | PluginError]], wanted: frozenset[str] | None) -> None:
    """Add what is wanted of answers to what is known already; all of it is in doubt where a plugin failed."""
    for plugin, answer in found:
        if isinstance(answer, PluginError):
            supplied.failed.append((plugin, wanted or frozenset(), str(answer)))
            continue
        supplied.evidence += answer.evidence
        for path, value in answer.facts.items():
            if wanted is None or path in wanted:
                supplied.values.setdefault(path, (value, plugin))


def utterance_of(fields: Mapping[str, Plain]) -> Utterance:
    """What was said, for a signal plugin, from the fields of an `utterance` event."""
    return Utterance(
        text=_text(fields),
        lang=str(fields.get("lang", "auto")),
        speaker=str(fields.get("speaker", "customer")),
        before=_before(fields),
    )


def draft_of(fields: Mapping[str, Plain]) -> Draft:
    """What is about to be sent, for a plugin, from the fields of a `message_drafted` event."""
    shows = fields.get("shows")
    return Draft(
        text=_text(fields),
        lang=str(fields.get("lang", "auto")),
        author=str(fields.get("author", "advisor")),
        kind=str(fields.get("kind", "reply")),
        shows=tuple(map(str, shows)) if isinstance(shows, list) else (),
        before=_before(fields),
    )


def _text(fields: Mapping[str, Plain]) -> str:
    text = fields.get("text")
    return text if isinstance(text, str) else ""


def _before(fields: Mapping[str, Plain]) -> tuple[Turn, ...]:
    before = fields.get("before")
    turns = before if isinstance(before, list) else []
    return tuple(Turn(str(turn["speaker"]), str(turn["text"])) for turn in turns if isinstance(turn, dict))
