"""`forbear erase`: forget a customer, unless the policy lets that wait."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import typer

from forbear.cli.console import out, print_json, say
from forbear.cli.options import (
    JsonOption,
    KeysOption,
    LedgerOption,
    PackOption,
    SetOption,
    chosen_settings,
    refuse_missing,
)
from forbear.codec import record_as_plain
from forbear.engine import Engine
from forbear.engine.people import ERASE, ERASURE
from forbear.ledger.checkpoints import as_book
from forbear.ledger.held import held
from forbear.records import Record


def erase_customer(
    customer: Annotated[str, typer.Argument(help="The id of a customer; ids merged with it are erased with it.")],
    ledger: LedgerOption,
    pack: PackOption = "standard",
    settings: SetOption = None,
    by: Annotated[str, typer.Option(help="Who asks for it to be done.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    event: Annotated[str, typer.Option("--id", help="The id of the event, so that it can be sent again.")] = "",
    keys: KeysOption = None,
    json: JsonOption = False,
) -> None:
    """Decide an `erase` event: destroy the key of all that is held about a customer, unless a legal review is open.

    Exit status 1 where it has to wait.
    """
    refuse_missing(ledger)
    told = {
        "id": event or f"erase-{uuid4().hex}",
        "at": datetime.now(UTC).isoformat(),
        "type": "erase",
        "customer": customer,
        **{name: value for name, value in (("by", by), ("reason", reason)) if value},
    }
    with Engine(pack, ledger, keys=keys, settings=chosen_settings(settings)) as engine:
        with engine.store.reading() as transaction:
            known = held(as_book(transaction), customer)
        record = engine.decide(told)
        waits = not record.erased and record.outcome.get(ERASURE, ERASE) != ERASE
        because = _reasons(engine, record) if waits else []
    if json:
        answer = {"customer": customer, "event": told["id"], "erased": not waits, "held_before": not known.is_empty}
        print_json({**answer, "record": record_as_plain(record)} if waits else answer)
    elif waits:
        say(out(), (f"The customer {customer} is not erased yet.", "bold yellow"))
        for one in because:
            say(out(), f"  {one}")
        for owed in record.obligations:
            say(out(), f"  {owed.owe} by {owed.to} until {owed.due:%Y-%m-%d}")
    elif known.is_empty:
        say(out(), f"Nothing was held about the customer {customer}.")
    else:
        ids = ", ".join(known.customers)
        say(out(), f"Erased {ids}: {len(known.decisions):,} decisions and {len(known.entries):,} entries.")
    raise typer.Exit(1 if waits else 0)


def _reasons(engine: Engine, record: Record) -> list[str]:
    """Why it waits, in the words of the rules that decided."""
    rules = {f"{ERASURE}.{one.name}": one for one in engine.policy.decisions[ERASURE].rules}
    told = [rules[name].because.get("en", name) for name in record.fired if name in rules]
    return told + [reason for name, reason in (record.degraded or {}).items() if name == ERASURE]
