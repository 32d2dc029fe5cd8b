"""The answer of a fold over the entries that it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from forbear.language import ir
from forbear.language.types import IntType, Value
from forbear.ledger.entries import SECOND, Entry, attributes
from forbear.ledger.store import Transaction

Where = Callable[[Mapping[str, Value]], bool]


def ask(
    fold: ir.Fold,
    transaction: Transaction,
    scope: str | None,
    facts: Mapping[str, Value],
    settings: Mapping[str, ir.Setting],
    where: Where | None,
    at: int,
) -> Value | None:
    """The fold's value at a moment (microseconds), or None where it has none.

    `scope` is the id that the fold's scope names on this event; without it, and without a fact that `by` asks for,
    the fold sees nothing.
    """
    keys = {attribute: facts.get(path) for attribute, path in fold.by}
    if (fold.scope != "centre" and scope is None) or None in keys.values():
        return answer(fold, [])
    since = None if fold.window is None else at - length(fold.window, settings) * SECOND
    if "id" in keys:
        one = transaction.entry(str(keys["id"]), at)
        seen: Iterable[Entry] = [] if one is None or one.kind != fold.entry else [one]
        seen = [entry for entry in seen if since is None or entry.at > since]
        if fold.scope != "centre":
            seen = [entry for entry in seen if getattr(entry, fold.scope) == scope]
    else:
        seen = transaction.entries(fold.entry, fold.scope, scope, since, at)
    kept: list[dict[str, Value]] = []
    for entry in seen:
        values = attributes(entry, at)
        if all(values.get(name) == key for name, key in keys.items()) and (where is None or where(values)):
            kept.append(values)
    return answer(fold, kept)


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
