"""Handing obligations over to the plugins that perform them: at least once, and never after it went well."""

from __future__ import annotations

import json
import threading

from forbear.codec import owed_from_plain
from forbear.engine.calling import Meddling
from forbear.engine.plugins import Plugins
from forbear.ledger import Store
from forbear.ledger.store import Waiting
from forbear.records import Alarm


class Outbox:
    """The obligations of a ledger that still wait to be handed over; what fails waits for the next event.

    An obligation is in the hands of one thread at a time. The one that performs it may decide further events.
    """

    def __init__(self, store: Store, plugins: Plugins) -> None:
        self._store, self._plugins = store, plugins
        self._lock = threading.Lock()
        self._in_hand: set[str] = set()

    def hand_over(self, event: str) -> None:
        """Hand over what waits and is in nobody's hands; alarms name the event after which it failed."""
        if not self._plugins.performs:
            return
        waiting = {one.id for one in self._waiting()}
        with self._lock:
            mine = waiting - self._in_hand
            self._in_hand |= mine
        try:
            # Read again: what another thread handed over before these were taken in hand is gone now.
            for one in self._waiting() if mine else ():
                if one.id in mine:
                    self._perform(one.id, one.payload, event)
        finally:
            with self._lock:
                self._in_hand -= mine

    def _waiting(self) -> list[Waiting]:
        with self._store.reading() as transaction:
            return transaction.outbox()

    def _perform(self, id_: str, payload: str, event: str) -> None:
        errors = self._plugins.perform(owed_from_plain(json.loads(payload)))
        # Who changed its copy has taken the obligation over all the same.
        waits = any(not isinstance(one, Meddling) for one in errors)
        ending = f"; {id_} waits" if waits else ""
        self._plugins.alarm([Alarm(event, "plugin", one.plugin, f"{one}{ending}") for one in errors])
        if waits:
            return
        with self._store.writing() as transaction:
            transaction.delivered(id_)
