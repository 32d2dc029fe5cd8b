"""The answer of a fold over the entries that it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from forbear.errors import ForbearError
from forbear.language import ir
from forbear.language.types import IntType, Value
from forbear.language.walk import reads
from forbear.ledger.entries import FIRST, SECOND, Entry, attributes, lacking
from forbear.ledger.store import Transaction

Where = Callable[[Mapping[str, Value]], bool]
NARROWER = ("contact", "advisor")  # kept with each entry, and found by it without reading the whole centre


class Untold(ForbearError):
    """A fold cannot be answered from the entries that the ledger holds; the message says how to mend the pack."""


def ask(
    fold: ir.Fold,
    policy: ir.Policy,
    transaction: Transaction,
    scope: str | None,
    facts: Mapping[str, Value],
    where: Where | None,
    at: int,
) -> Value | None:
    """The fold's value at a moment (microseconds), or None where it has none.

    `scope` is the id that the fold's scope names on this event; without it, and without a fact that `by` asks for,
    the fold sees nothing. Raises Untold where an entry lacks an attribute that the fold reads.
    """
    (only,) = ask_each(fold, policy, transaction, scope, facts, where, at, [{}])
    return only


def ask_each(
    fold: ir.Fold,
    policy: ir.Policy,
    transaction: Transaction,
    scope: str | None,
    facts: Mapping[str, Value],
    where: Where | None,
    at: int,
    candidates: Sequence[Mapping[str, Value]],
) -> list[Value | None]:
    """The fold's value for each candidate, its keys read from it at `candidate.x`; the ledger is read once."""
    nothing = answer(fold, [])
    shared = {n: facts.get(path) for n, path in fold.by if not path.startswith(ir.CANDIDATE)} if fold.by else {}
    if (fold.scope != "centre" and scope is None) or None in shared.values():
        return [nothing for _ in candidates]
    since = None
    if fold.window is not None:
        since = max(FIRST - 1, at - length(fold.window, policy.settings) * SECOND)
    own = {name: path.removeprefix(ir.CANDIDATE) for name, path in fold.by if path.startswith(ir.CANDIDATE)}
    seen = [
        entry
        for place, id_ in _places(fold, scope, shared, own, candidates)
        for entry in _seen(fold, transaction, place, id_, since, at, scope)
    ]
    if not seen:
        return [nothing for _ in candidates]
    kind = policy.entries[fold.entry]
    kept: dict[tuple[Value | None, ...], list[dict[str, Value]]] = {}
    for entry in seen:
        values = _values(fold, entry, kind, at)
        if all(values.get(name) == key for name, key in shared.items()) and (where is None or where(values)):
            kept.setdefault(tuple(values.get(name) for name in own), []).append(values)
    keys = [tuple(candidate.get(field) for field in own.values()) for candidate in candidates]
    return [nothing if None in key else answer(fold, kept.get(key, [])) for key in keys]


def answer_over(fold: ir.Fold, policy: ir.Policy, seen: Iterable[Entry], where: Where | None, at: int) -> Value | None:
    """The value of a fold that asks for no keys, over the entries that it sees. Raises Untold."""
    kind = policy.entries[fold.entry]
    told = (_values(fold, entry, kind, at) for entry in seen)
    return answer(fold, [values for values in told if where is None or where(values)])


def _values(fold: ir.Fold, entry: Entry, kind: ir.EntryKind, at: int) -> dict[str, Value]:
    """The attributes of an entry. Raises Untold where it lacks one that the fold reads."""
    values = attributes(entry, at, kind)
    lacks = lacking(values, kind)
    missing = {*lacks} & {*reads(fold.where), fold.of, *(name for name, _ in fold.by)} if lacks else ()
    if missing:
        raise Untold(f"the entry {entry.id} has no `{min(missing)}`; give the attribute a default in the pack")
    return values


def _places(
    fold: ir.Fold,
    scope: str | None,
    shared: Mapping[str, Value | None],
    own: Mapping[str, str],
    candidates: Sequence[Mapping[str, Value]],
) -> list[tuple[str, str | None]]:
    """Where the entries stand that a fold may keep: in its scope, or in what `by` names of the whole centre."""
    if "id" in shared:
        return [("id", str(shared["id"]))]
    if fold.scope != "centre":
        return [(fold.scope, scope)]
    for name in NARROWER:
        if name in shared:
            return [(name, str(shared[name]))]
        if name in own:
            ids = (candidate.get(own[name]) for candidate in candidates)
            return [(name, id_) for id_ in dict.fromkeys(str(one) for one in ids if one is not None)]
    return [("centre", None)]


def _seen(
    fold: ir.Fold, transaction: Transaction, place: str, id_: str | None, since: int | None, at: int, scope: str | None
) -> Iterable[Entry]:
    """The entries of a place in the fold's window, oldest first; one that is named by its id is looked up by it."""
    if place != "id" or id_ is None:
        return transaction.entries(fold.entry, place, id_, since, at)
    one = transaction.entry(id_, at)
    if one is None or one.kind != fold.entry or (since is not None and one.at <= since):
        return []
    return [one] if fold.scope == "centre" or getattr(one, fold.scope) == scope else []


def length(window: ir.Seconds, settings: Mapping[str, ir.Setting]) -> int:
    """A stretch of time in seconds."""
    amount = settings[window.amount].value if isinstance(window.amount, str) else window.amount
    assert isinstance(amount, int)
    return amount * window.factor


def answer(fold: ir.Fold, kept: list[dict[str, Value]]) -> Value | None:
    """What the operator makes of the kept entries, oldest first."""
    match fold.operator:
        case "count":
            return len(kept)
        case "any":
            return bool(kept)
        case "sum":
            assert isinstance(fold.type, IntType)
            numbers = [values.get(fold.of, 0) for values in kept]
            total = sum(number for number in numbers if isinstance(number, int))
            return max(fold.type.low, min(fold.type.high, total))
        case "first":
            value = kept[0].get(fold.of) if kept else None
        case _:
            value = kept[-1].get(fold.of) if kept else None
    return fold.otherwise if value is None else value
