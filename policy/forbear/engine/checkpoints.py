"""A checkpoint with the first tick of a day, where the host signs."""

from __future__ import annotations

from forbear.engine.plugins import Plugins
from forbear.errors import LedgerError, PluginError
from forbear.ledger.book import Book
from forbear.ledger.checkpoints import latest, make_checkpoint
from forbear.ledger.entries import from_micros, to_micros
from forbear.ledger.store import Store
from forbear.logs import log
from forbear.records import Alarm, Record


def daily_checkpoint(store: Store, plugins: Plugins, tick: Record) -> None:
    """Make a checkpoint unless the day of the tick has one; what fails is an alarm, and the next tick tries again."""
    if not plugins.signs:
        return
    try:
        with store.reading() as transaction:
            last = latest(transaction) if isinstance(transaction, Book) else None
            if not isinstance(transaction, Book) or (last and from_micros(last.at).date() >= tick.at.date()):
                return
        made = make_checkpoint(store, to_micros(tick.at), plugins.sign)
    except (LedgerError, PluginError) as error:
        plugins.alarm([Alarm(tick.event, "checkpoint", "checkpoint", str(error))])
        return
    if made is not None:
        log.info("checkpoint", decision=made.decision, chains=made.subjects, signer=made.signer)
