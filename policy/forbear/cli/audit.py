"""`forbear audit`: do the chains of a ledger hold, and does deciding again give what the records say?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from attrs import asdict
from rich.progress import Progress as Bar

from forbear.bounded import Unreadable, read_file
from forbear.cli.console import err, out, print_json, say, say_error
from forbear.cli.options import JsonOption, KeysOption, LedgerOption, refuse_missing
from forbear.engine.audit import Difference
from forbear.engine.auditor import Progress, Report, audit
from forbear.engine.parts import open_store
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import ForbearError
from forbear.ledger import Store
from forbear.ledger.audit import Finding
from forbear.ledger.checkpoints import Checkpoint, make_checkpoint
from forbear.ledger.entries import from_micros, to_micros
from forbear.ledger.signing import signer_of, verifier_of


def audit_ledger(
    ledger: LedgerOption,
    decisions: Annotated[
        list[str] | None, typer.Argument(metavar="[DECISION]...", help="d:<event>, or the event; all where none is.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="Only this customer, with all ids merged with theirs.")] = None,
    verify_key: Annotated[
        Path | None, typer.Option(metavar="PEM", help="The public key with which checkpoints are signed.")
    ] = None,
    checkpoint: Annotated[
        bool, typer.Option("--checkpoint", help="Sign all chains as they stand, if they hold.")
    ] = False,
    sign: Annotated[
        Path | None, typer.Option(metavar="PEM", help="The private key to sign with, where no plugin does.")
    ] = None,
    keys: KeysOption = None,
    json: JsonOption = False,
) -> None:
    """Walk the chains of a ledger and decide again, from its stored facts, everything that it decided.

    Exit status 1 with the first thing that is wrong in each chain.
    """
    if (decisions or customer) and checkpoint:
        raise ForbearError("a checkpoint is over everything; leave decisions and --customer out")
    if decisions and customer:
        raise ForbearError("give decisions or --customer, not both")
    if sign is not None and not checkpoint:
        raise ForbearError("--sign says with which key to make a --checkpoint; give that too")
    verify = None if verify_key is None else verifier_of(_pem(verify_key))
    refuse_missing(ledger)
    plugins = Plugins(registry_of())
    store = open_store(ledger, plugins, keys)
    try:
        with _progress(json) as progress:
            report = audit(store, decisions=decisions or (), customer=customer, verify=verify, progress=progress)
        _show(report, json)
        if checkpoint and report.findings:
            say_error("no checkpoint was made, as it would cover what is wrong")
        elif checkpoint:
            _make_checkpoint(store, plugins, sign, json)
    finally:
        store.close()
    raise typer.Exit(1 if report.findings else 0)


def _pem(path: Path) -> bytes:
    try:
        return read_file(path)
    except Unreadable as error:
        raise ForbearError(f"{path} cannot be read: {error}") from error


def _make_checkpoint(store: Store, plugins: Plugins, sign: Path | None, json: bool) -> None:
    if sign is None and not plugins.signs:
        raise ForbearError("nobody signs: give --sign KEYFILE, or install a plugin that has `sign_checkpoint`")
    signer = plugins.sign if sign is None else signer_of(_pem(sign))
    made = make_checkpoint(store, to_micros(datetime.now(UTC)), signer)
    if json:
        print_json({"checkpoint": None if made is None else _as_plain(made)})
    elif made is None:
        say(out(), "Nothing was decided since the last checkpoint; it stands.")
    else:
        say(out(), f"Checkpoint {made.seq} over {made.subjects:,} chains, signed by {made.signer}:")
        say(out(), f"  {made.root.hex()}")


def _as_plain(made: Checkpoint) -> dict[str, Any]:
    """A checkpoint to be kept in another place."""
    moment = from_micros(made.at).isoformat()
    return {**asdict(made), "at": moment, "root": made.root.hex(), "signature": made.signature.hex()}


@contextmanager
def _progress(json: bool) -> Iterator[Progress | None]:
    """A bar on a terminal; nothing elsewhere."""
    if json or not sys.stderr.isatty():
        yield None
        return
    with Bar(console=err(), transient=True) as bar:
        task = bar.add_task("")
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)


def _show(report: Report, json: bool) -> None:
    for one in report.findings:
        if json:
            kind = "difference" if isinstance(one, Difference) else "broken"
            print_json({"kind": kind, **asdict(one), "message": one.message})
        else:
            say(out(), ("broken   " if isinstance(one, Finding) else "differs  ", "bold red"), one.message)
    if json:
        told = {name: value for name, value in asdict(report).items() if name not in ("findings", "whole")}
        print_json({"kind": "summary", **told, "findings": len(report.findings)})
    else:
        say(out(), summary(report))


def summary(report: Report) -> str:
    """The report in a sentence."""
    held = "something is wrong" if report.findings else "chains hold, all decided again alike"
    told = [f"{_many(report.decisions, 'decision')} of {_many(report.customers, 'customer')}: {held}"]
    if report.erased:
        told.append(f"{report.erased:,} erased")
    if report.expired:
        told.append(f"{report.expired:,} dropped when their time was over")
    if report.unkept:
        told.append(f"{report.unkept:,} not decided again, as they were made before policies were kept")
    if report.checkpoints:
        told.append(f"{_many(report.checkpoints, 'checkpoint')}")
    return "; ".join(told)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
