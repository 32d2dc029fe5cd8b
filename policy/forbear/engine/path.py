"""The one path: an event comes in, facts are gathered, the policy decides, the ledger remembers, plugins act."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from itertools import islice
from logging import INFO, getLogger
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from forbear.codec import line, record_as_plain, record_from_plain
from forbear.engine.calling import Await
from forbear.engine.checkpoints import daily_checkpoint
from forbear.engine.confirm import Confirm, Confirmer
from forbear.engine.events import fingerprint, parse_event
from forbear.engine.facts import Supplied, gather, lend
from forbear.engine.history import History
from forbear.engine.naming import contact_of, inherit, resolve
from forbear.engine.outbox import Outbox
from forbear.engine.parts import load_pack, open_store, with_calendar
from forbear.engine.people import forget, keep, lapse
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.engine.settle import Settling
from forbear.errors import EventConflict, ForbearError, SettingError
from forbear.evaluate import make_evaluator
from forbear.language import ir
from forbear.language.events import is_whole
from forbear.language.kept import written
from forbear.language.types import RecordsType
from forbear.ledger import Keys, Store
from forbear.ledger.entries import Entry, to_micros
from forbear.ledger.store import Transaction, persistently
from forbear.logs import log
from forbear.records import Alarm, Event, PolicyId, Record, tombstone

_LOGGER = getLogger("forbear")  # asked first, as it answers sooner than the one that binds
_Taken = list[tuple[Record, list[Alarm] | None]]  # an event's record first, then those of what it found overdue


class Engine:
    """Decides events by a policy and keeps what follows in a ledger.

    `policy` is a checked policy, or the folder or name of a pack, bundled or a plugin's; `ledger` a store or a URL
    (`memory:`, `sqlite:///path`, `postgresql://host/database`, or one that a plugin opens); `keys` the key store of a
    ledger that is opened here, or its URL (`file:///path`), where it does not stand beside the ledger; `plugins` are
    objects with hook implementations, beside the installed ones that `discover` brings in; `evaluator` is `auto`,
    `compiled` or `reference`; `settings` are a centre's choices for a pack that is loaded here; `confirm` says whether
    a second engine is asked about `grave` outcomes or `never`. Threads may share an engine. `awaits` runs the
    coroutines of hooks (see AsyncEngine).
    """

    def __init__(
        self,
        policy: ir.Policy | str | Path = "standard",
        ledger: Store | str = "memory:",
        *,
        keys: Keys | str | None = None,
        plugins: Sequence[object] = (),
        discover: bool = True,
        evaluator: str = "auto",
        settings: Mapping[str, object] | None = None,
        confirm: Confirm = "grave",
        awaits: Await | None = None,
    ) -> None:
        if isinstance(policy, ir.Policy) and settings:
            raise SettingError("the policy is loaded already; give the settings to load_policy(pack, settings)")
        if not isinstance(ledger, str) and keys is not None:
            raise SettingError("the ledger is open already; give the keys to open_ledger(url, keys)")
        registry = registry_of(plugins, discover=discover, awaited=awaits is not None)
        self.plugins = Plugins(registry, awaits)
        loaded = policy if isinstance(policy, ir.Policy) else load_pack(policy, self.plugins, settings)
        self.policy = with_calendar(loaded, self.plugins)
        self.evaluator = make_evaluator(evaluator, self.policy)
        self._confirmer = Confirmer(self.policy, self.evaluator, confirm)
        self.store = open_store(ledger, self.plugins, keys) if isinstance(ledger, str) else ledger
        self.outbox = Outbox(self.store, self.plugins)
        self._lists = frozenset(path for path, fact in self.policy.facts.items() if isinstance(fact.type, RecordsType))
        self._history = History(self.policy, self.evaluator)
        self._settings = {path: one.value for path, one in self.policy.settings.items()}
        self._policy_id = PolicyId(self.policy.name, self.policy.version, self.policy.digest)
        self._policy_kept = False

    def close(self) -> None:
        """Release the ledger."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def decide(self, event: Mapping[str, Any]) -> Record:
        """The decision on an event; kept, with all that follows, before it is returned.

        The same event again returns the record that is kept and changes nothing. Raises EventError where the event
        cannot be taken, EventConflict where its id came before with other content, LedgerError where the ledger
        failed (all that follows from the event is kept, or nothing; the same event may be sent again).
        """
        return self.take(parse_event(event, self.policy))

    def take(self, told: Event) -> Record:
        """The decision on an event that was parsed for this engine's policy; see `decide`."""
        self._keep_policy()
        (record,) = self._tell([self._take_all(told)])
        return record

    def decide_all(self, events: Iterable[Mapping[str, Any]], batch: int = 1) -> list[Record]:
        """The decisions on events, one after another, so many of them made safe on the disk together.

        Plugins hear of a batch, and obligations are handed over, when all of it is safe. Raises as `decide`; what
        stands before the event that could not be taken is kept.
        """
        found: list[Record] = []
        waiting = iter(events)
        while some := list(islice(waiting, max(1, batch))):
            self._keep_policy()
            taken: list[_Taken] = []
            problem: ForbearError | None = None
            with self._history.recalling, self.store.grouped() if len(some) > 1 else nullcontext():
                for event in some:
                    try:
                        taken.append(self._take_all(parse_event(event, self.policy)))
                    except ForbearError as error:
                        problem = error
                        break
            found += self._tell(taken)
            if problem is not None:
                raise problem
        return found

    def _keep_policy(self) -> None:
        """Keep what the policy is made of, before the first decision by it, so that each can be decided again."""
        if self._policy_kept:
            return
        with self.store.reading() as transaction:
            known = transaction.policy(self.policy.digest) is not None
        if not known:
            with self.store.writing() as transaction:
                transaction.keep_policy(self.policy.digest, written(self.policy))
        self._policy_kept = True

    def _tell(self, taken: Sequence[_Taken]) -> list[Record]:
        """The records of events, once they are safe: plugins hear of them, and what is owed is handed over."""
        for one in taken:
            for record, alarms in one:
                if alarms is not None:
                    self.plugins.tell(record, alarms)
            owed = [owed.id for record, _ in one for owed in record.obligations]
            self.outbox.hand_over(one[0][0].event, owed)
            if one[0][0].type == "tick":
                daily_checkpoint(self.store, self.plugins, one[0][0])
        return [one[0][0] for one in taken]

    def _take_all(self, told: Event) -> _Taken:
        """What became of an event, and of each obligation that it found overdue."""
        record, alarms = self._take(told)
        return [(record, alarms), *(self._take(_overdue(record, id_)) for id_ in record.overdue)]

    def _take(self, told: Event) -> tuple[Record, list[Alarm] | None]:
        """The record of an event, decided now, or before, and then without alarms."""
        mark, event, supplied = fingerprint(told), told, Supplied()
        if self.plugins.supplies:
            with self.store.reading() as transaction:
                kept = self._kept(told, mark, transaction) is not None
                if not kept:
                    event, _ = resolve(told, self.policy, transaction)
                    event = inherit(event, contact_of(event, transaction))
            if not kept:
                needed = self.policy.plans[told.type].facts & self.policy.facts.keys()
                supplied = self.plugins.supply(event, needed, needed & self._lists)
        with self._history.recalling:
            record, alarms = persistently(lambda: self._decide(told, event, mark, supplied))
            if alarms is None and told.type == "erase":
                self.store.destroy(())  # what failed when it came before
            return record, alarms

    # --- inside one transaction

    def _kept(self, event: Event, mark: str, transaction: Transaction) -> Record | None:
        """The record of an event that was decided before."""
        decided = transaction.decided(event.id)
        if decided is None:
            return None
        # The engine's own event may have been raised by another tick, so at another moment.
        if decided.mark != transaction.mark(mark) and event.type != "obligation_overdue":
            raise EventConflict(f"the event {event.id!r} was decided before with other content", event.id)
        return tombstone(event) if decided.record is None else record_from_plain(json.loads(decided.record))

    def _decide(self, told: Event, event: Event, mark: str, supplied: Supplied) -> tuple[Record, list[Alarm] | None]:
        """Decide and keep an event, which seems to be about the people of `event`; no alarms come back where another
        process or thread was faster.
        """
        with self.store.writing() as transaction:
            placed = self._placed(told, event, mark, transaction)
            if isinstance(placed, Record):
                transaction.touch()  # another process may have kept it in a group that is not yet on the disk
                return placed, None
            event, named, contact = placed
            at = to_micros(event.at)
            latest = transaction.latest(event.contact, event.customer)
            gathered = gather(self.policy, event, contact, supplied)
            if named is not None:
                lend(self.policy, event, named, gathered, at)
            self._history.remember(event, gathered, transaction)
            settling = Settling(
                self.policy,
                self.evaluator,
                self._confirmer,
                event,
                named,
                gathered,
                supplied,
                transaction,
                self._settings,
                self._policy_id,
                at,
                late=latest is not None and at < latest,
            )
            record = settling.settle()
            keep(event, self.policy, transaction)
            transaction.save_decision(told.id, mark, at, event.contact, event.customer, line(record_as_plain(record)))
            lapse(event, self.policy, transaction)
            gone = forget(event, record.outcome, transaction)
        if gone:
            self.store.destroy(gone)
        if _LOGGER.isEnabledFor(INFO):
            log.info("decided", event_type=event.type, fired=len(record.fired), degraded=record.degraded is not None)
        return record, settling.alarms

    def _placed(
        self, told: Event, event: Event, mark: str, transaction: Transaction
    ) -> tuple[Event, Entry | None, Entry | None] | Record:
        """The event with all that it inherits, the entry that it names and its contact, while nobody else decides
        on its people; or the record of whoever was faster.
        """
        held: set[tuple[str | None, str | None]] = set()
        named: Entry | None = None
        contact: Entry | None = None
        while True:
            # An event that may touch anybody is decided while nobody else decides.
            whom = (None, None) if is_whole(event.type) else (event.contact, event.customer)
            if whom in held:
                return event, named, contact
            contended = transaction.hold(told.id, *whom)
            held.add(whom)
            kept = self._kept(told, mark, transaction)
            if kept is not None:
                return kept
            event, named = resolve(told, self.policy, transaction)
            contact = contact_of(event, transaction)
            event = inherit(event, contact)
            if not contended:
                return event, named, contact


def _overdue(tick: Record, obligation: str) -> Event:
    """The engine's own event, which tells that a tick found an obligation overdue."""
    return Event(f"{obligation}:overdue", tick.at, "obligation_overdue", fields={"obligation": obligation})
