"""`forbear diff`: who is treated otherwise by another version of a pack, and which promises it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from attrs import asdict
from rich.console import Console

from forbear.cli.console import err, out, print_json, say
from forbear.cli.options import LEDGERS, JsonOption, KeysOption, SetOption, chosen_settings, refuse_missing
from forbear.engine.parts import load_pack, open_store
from forbear.engine.plugins import Plugins
from forbear.engine.registry import registry_of
from forbear.errors import MissingExtra
from forbear.language import ir

if TYPE_CHECKING:
    from forbear.prove.affected import Promised
    from forbear.prove.difference import Difference
    from forbear.prove.histories import Limits
    from forbear.prove.newly import Newly
    from forbear.prove.recorded import Recorded
    from forbear.prove.seen import Case, Change

PackArgument = Annotated[str, typer.Argument(help="A folder, or the name of a bundled pack.")]
_MARKS = {"proved": ("✓ ", "green"), "refuted": ("✗ ", "bold red"), "unknown": ("? ", "bold yellow")}
_FATES = {
    "kept": ("✓ ", "green"),
    "broken": ("✗ ", "bold red"),
    "broken before": ("✗ ", "yellow"),
    "unknown": ("? ", "bold yellow"),
}
_DEPTH = 5  # events of a story that breaks a promise; `forbear prove` looks further


def compare_packs(
    before: PackArgument,
    after: PackArgument,
    ledger: Annotated[
        str | None, typer.Option(help=f"Count the decisions recorded here that would come out otherwise: {LEDGERS}.")
    ] = None,
    keys: KeysOption = None,
    promise: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROMISE",
            help="Ask only this: 'DECISION: no severer', 'restricts nobody new' or 'warns nobody new'; again for more.",
        ),
    ] = None,
    settings: SetOption = None,
    seconds: Annotated[int, typer.Option(min=1, help="How long one question may take.")] = 10,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave promises that only hold over whole histories to `forbear prove`.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Compare two versions of a pack over all facts; every example shown was decided by both.

    Exit status 1 where anything differs, or where a promise that was asked about is not proved.
    """
    chosen, plugins = chosen_settings(settings), Plugins(registry_of())
    policies = load_pack(before, plugins, chosen), load_pack(after, plugins, chosen)
    if ledger is not None:
        refuse_missing(ledger)
    try:
        from forbear.prove.histories import Limits
        from forbear.prove.newly import newly
    except ImportError as error:
        raise MissingExtra(f"comparing packs needs Z3 ({error}): pip install 'forbear[prove]'") from error
    if promise:
        with err().status("proving …"):
            answers = [newly(*policies, one, seconds) for one in promise]
        _promise_told(answers, json)
        differs = any(one.verdict != "proved" for one in answers)
    else:
        differs = _compare(*policies, None if quick else Limits(seconds, _DEPTH), seconds, json)
    if ledger is not None:
        _recount(policies, plugins, ledger, keys, json)
    raise typer.Exit(1 if differs else 0)


def _compare(before: ir.Policy, after: ir.Policy, limits: Limits | None, seconds: int, json: bool) -> bool:
    """Tell what differs and what became of the promises; whether anything differs."""
    from forbear.prove.affected import promised
    from forbear.prove.difference import difference

    with err().status("comparing …") as status:
        found = difference(
            before, after, lambda what, n, of: status.update(f"comparing … {n} of {of}, {what}"), seconds
        )
        status.update("promises …")
        promises = list(promised(before, after, limits, seconds))
    if json:
        _print(found, promises)
    else:
        _show(out(), found, promises)
    return not found.is_none or any(one.verdict != "kept" for one in promises)


def _recount(
    policies: tuple[ir.Policy, ir.Policy], plugins: Plugins, ledger: str, keys: str | None, json: bool
) -> None:
    from forbear.prove.recorded import recorded

    store = open_store(ledger, plugins, keys)
    try:
        with err().status("deciding again …"):
            found = recorded(store, *policies)
    finally:
        store.close()
    if json:
        print_json({"kind": "recorded", **asdict(found)})
    else:
        _show_recorded(out(), found)


# --- for people


def _show(console: Console, found: Difference, promises: list[Promised]) -> None:
    for one in found.declared:
        how = f": {one.how}" if one.how else ""
        say(console, (f"{one.kind} ", "dim"), (one.name, "bold"), f" {one.what}{how}")
    for change in found.changes:
        _show_change(console, change)
    for untold in found.untold:
        how = "was not compared in full" if untold.partly else "could not be compared"
        say(console, (untold.decision, "bold"), (f" {how}: {untold.why}", "yellow"))
    for each in promises:
        if each.verdict != "kept":
            because = f": {each.promise.because}" if each.promise.because else ""
            says = {"broken": "broken now", "broken before": "broken, as before", "unknown": "not known to hold"}
            say(console, _FATES[each.verdict], (each.promise.name, "bold"), f" {says[each.verdict]}{because}")
            say(console, "    ", each.words)
            for event in each.story.events if each.story is not None else ():
                say(console, "    ", _event(event))
    say(console, (_summary(found, promises), "bold"))


def _show_change(console: Console, change: Change) -> None:
    notes = [f"through {', '.join(change.through)}"] if change.through else []
    notes += ["each with its own defaults"] if change.own else []
    beside = f"  ({'; '.join(notes)})" if notes else ""
    if change.kind == "rules":
        say(console, (change.decision, "bold"), f": {change.after} in place of {change.before}, with the same outcome")
    else:
        same = ", with the same outcome" if change.kind == "effects" else ""
        parts = f": {change.before} → {change.after}{same}"
        say(console, (change.decision, "bold"), parts, (beside, "dim"))
    for case in change.cases:
        for line in _lines(case, change):
            say(console, "    ", line)
    if change.more:
        say(console, "    and more")


def _lines(case: Case, change: Change) -> Iterator[str]:
    example = case.witness.words()
    if change.kind in ("rules", "ranking"):
        yield f"for example: {example}"
    else:
        yield f"when {case.words}"
        if example != case.words:
            yield f"  for example: {example}"
    if not case.confirmed:
        yield "  but the evaluators do not find it so, which is a fault of the prover"


def _event(event: Mapping[str, Any]) -> str:
    """An event of a story in a line."""
    fields = {key: value for key, value in event.items() if key not in ("id", "at", "type", "facts")}
    told = [
        f"{key}={str(value).lower() if isinstance(value, bool) else value}"
        for key, value in (*fields.items(), *event.get("facts", {}).items())
    ]
    return f"{event['at']} {event['type']} {' '.join(told)}"


def _summary(found: Difference, promises: list[Promised]) -> str:
    if found.is_none and not promises:
        return "No difference."
    changed = {one.decision for one in found.changes if one.kind in ("outcome", "ranking")}
    told = [f"{_many(len(changed), 'decision')} can come out otherwise"]
    if promises:
        broken = sum(1 for one in promises if one.verdict == "broken")
        told.append(f"{_many(len(promises), 'promise')} touched, {broken or 'none'} newly broken")
    return f"{'; '.join(told)}."


def _show_recorded(console: Console, found: Recorded) -> None:
    would = f"{found.differ:,} of {_many(found.records, 'recorded decision')}"
    of = f"of {found.customers_differ:,} of {_many(found.customers, 'customer')}"
    say(console, (f"{would}, {of}, would come out otherwise.", "bold"))
    for one in found.groups:
        counted = f"{_many(one.records, 'decision')} of {_many(one.customers, 'customer')}"
        say(console, "    ", (one.decision, "bold"), f": {one.before} → {one.after}  {counted}")
    for name, number in found.broken.items():
        say(console, f"  {name} would not have held on {number:,}, so that they fall back and raise an alarm")
    if found.others:
        say(console, f"  {found.others:,} were recorded under other versions or settings; for them both were asked")
    for name, number in found.untold.items():
        say(console, f"  {name} cannot be told for {number:,}: they lack what it asks now")
    if found.gone:
        say(console, f"  {found.gone:,} erased or dropped in time, and not counted")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _promise_told(answers: list[Newly], json: bool) -> None:
    for one in answers:
        if json:
            cases = [case.as_json() for case in one.cases]
            print_json(
                {
                    "kind": "promise",
                    "promise": one.promise,
                    "verdict": one.verdict,
                    "cases": cases,
                    "more": one.more,
                    "why": one.why,
                }
            )
            continue
        say(out(), _MARKS[one.verdict], (one.promise, "bold"), f": {one.verdict}{f', {one.why}' if one.why else ''}")
        for case in one.cases:
            say(out(), "    when ", case.words)
            say(out(), "      for example: ", case.witness.words())
        if one.more:
            say(out(), "    and more")


# --- for programs


def _print(found: Difference, promises: list[Promised]) -> None:
    for one in found.declared:
        print_json({"kind": "declared", "of": one.kind, "name": one.name, "what": one.what, "how": one.how})
    for change in found.changes:
        print_json(change.as_json())
    for untold in found.untold:
        print_json({"kind": "untold", **asdict(untold)})
    for each in promises:
        print_json({"kind": "invariant", **each.as_json()})
    print_json({"kind": "summary", "differs": not found.is_none, "says": _summary(found, promises)})
