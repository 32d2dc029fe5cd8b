"""`forbear deliver`: hands over what waits in a ledger, and shows what nobody took over."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from attrs import define
from rich.console import Console

from forbear.cli.console import err, out, print_json, say, say_error
from forbear.cli.options import LEDGERS, JsonOption, KeysOption, refuse_missing
from forbear.codec import owed_as_plain
from forbear.engine.outbox import DeadLetter, Handed, Outbox
from forbear.engine.parts import open_store
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import ForbearError, LedgerError
from forbear.records import Owed

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails

ALL = "all"
LONGEST_PAUSE = 60.0  # seconds between two attempts to reach a ledger
_STYLES = {"delivered": "green", "failed": "yellow", "dead": "bold red"}


def deliver(
    ledger: Annotated[str, typer.Option(help=f"Where it waits: {LEDGERS}")],
    keys: KeysOption = None,
    watch: Annotated[
        float | None, typer.Option("--watch", metavar="SECONDS", min=0.1, help="Do it again and again, so long apart.")
    ] = None,
    dead: Annotated[bool, typer.Option("--dead", help="List what nobody took over in all its attempts.")] = False,
    replay: Annotated[
        list[str] | None,
        typer.Option("--replay", metavar="ID", help="Let a dead one be tried again, or `all`; may be given again."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Hand over every obligation whose turn it is to the installed plugins that perform them.

    Exit status 1 where one failed, or where dead ones wait for a person.
    """
    if sum((watch is not None, dead, replay is not None)) > 1:
        raise ForbearError("--watch, --dead and --replay are three different things to do; give one of them")
    refuse_missing(ledger)
    plugins = Plugins(registry_of())
    store = open_store(ledger, plugins, keys)
    try:
        desk = _Desk(Outbox(store, plugins), json)
        if dead:
            fine = desk.list_dead()
        elif replay is not None:
            fine = desk.replay(replay)
        else:
            desk.refuse_without_performer()
            fine = desk.deliver() if watch is None else _watch(desk, watch)
    finally:
        store.close()
    raise typer.Exit(0 if fine else 1)


def _watch(desk: _Desk, seconds: float) -> bool:
    """Deliver until somebody interrupts; a ledger that cannot be reached is tried until it can."""
    import stamina  # only who watches needs it
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks([_tell])
    fine = True
    try:
        while True:
            for attempt in stamina.retry_context(
                LedgerError, attempts=None, timeout=None, wait_initial=seconds, wait_max=max(seconds, LONGEST_PAUSE)
            ):
                with attempt:
                    fine = desk.deliver()
            time.sleep(seconds)
    except KeyboardInterrupt:
        return fine


def _tell(details: RetryDetails) -> None:
    say_error(f"{details.caused_by}; trying again in {details.wait_for:.0f} s")


@define
class _Desk:
    """What is done with an outbox, told to a person or to a program."""

    outbox: Outbox
    json: bool

    def refuse_without_performer(self) -> None:
        """Raises ForbearError where no plugin would take anything over."""
        if not self.outbox.plugins.performs:
            raise ForbearError(
                f"no installed plugin has the hook `perform`, so nobody takes over what waits here"
                f" ({self.outbox.waiting()}); install one (see `forbear plugins`)"
            )

    def deliver(self) -> bool:
        """One pass; whether everything went well and nothing waits for a person."""
        fine = True
        for handed in self.outbox.deliver():
            fine = fine and handed.outcome == "delivered"
            print_json(_handed_as_plain(handed)) if self.json else _show_handed(out(), handed)
        dead = len(self.outbox.dead())
        if dead:
            say(err(), (f"{dead} dead, waiting for a person", "bold red"), "; see `forbear deliver --dead`")
        return fine and not dead

    def list_dead(self) -> bool:
        """What waits for a person; whether there is nothing."""
        letters = self.outbox.dead()
        for letter in letters:
            print_json(_letter_as_plain(letter)) if self.json else _show_letter(out(), letter)
        if not letters and not self.json:
            say(out(), "Nothing is dead.")
        return not letters

    def replay(self, ids: list[str]) -> bool:
        """Let dead ones be tried again; whether all of them were dead."""
        fine = True
        for id_ in [one.obligation.id for one in self.outbox.dead()] if ALL in ids else ids:
            if self.outbox.replay(id_):
                print_json({"id": id_, "outcome": "replayed"}) if self.json else say(out(), f"replayed   {id_}")
            else:
                fine = False
                say_error(f"{id_!r} is not dead; `forbear deliver --dead` lists what is")
        return fine


def _named(owed: Owed) -> dict[str, Any]:
    plain = owed_as_plain(owed)
    return {name: plain[name] for name in ("id", "owe", "to", "due")}


def _handed_as_plain(handed: Handed) -> dict[str, Any]:
    told = {"outcome": handed.outcome, **_named(handed.obligation), "tries": handed.tries}
    if handed.problem:
        told["problem"] = handed.problem
    if handed.again is not None:
        told["again"] = handed.again.isoformat()
    return told


def _letter_as_plain(letter: DeadLetter) -> dict[str, Any]:
    told = {**_named(letter.obligation), "tries": letter.tries, "problem": letter.problem}
    return {**told, "since": letter.since.isoformat()}


def _show_handed(console: Console, handed: Handed) -> None:
    owed, outcome = handed.obligation, handed.outcome
    say(console, (f"{outcome:<10} ", _STYLES[outcome]), f"{owed.id}  {owed.owe} for {owed.to}")
    if handed.problem:
        say(console, ("    because ", "dim"), handed.problem)
    if handed.again is not None:
        say(console, ("    again   ", "dim"), f"{_moment(handed.again)} (attempt {handed.tries + 1})")


def _show_letter(console: Console, letter: DeadLetter) -> None:
    owed = letter.obligation
    say(console, (f"{owed.id}", "bold"), f"  {owed.owe} for {owed.to}, due {_moment(owed.due)}")
    say(console, ("    dead    ", "dim"), f"since {_moment(letter.since)}, after {letter.tries} attempts")
    say(console, ("    because ", "dim"), letter.problem)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
