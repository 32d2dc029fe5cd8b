"""The folds of a policy counted anew, entry by entry, over all that a ledger holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forbear.evaluate import Reference
from forbear.evaluate.protocol import Predicate
from forbear.language import ir
from forbear.language.types import IntType, Value
from forbear.ledger import Store
from forbear.ledger.entries import LAST, Entry, attributes
from forbear.ledger.fold import Untold, ask, length
from forbear.ledger.recall import Recall
from forbear.ledger.store import Transaction

SCOPES = ("contact", "customer", "advisor")


def differences(policy: ir.Policy, store: Store, at: int | None = None) -> list[str]:
    """Each fold that answers otherwise than a recount, for each person, asked of the ledger and of what is at hand.

    `at` is the moment of which it is asked, in microseconds; without it, that of the last entry, when windows still
    see some, and the end of time, when all that was ever merged, split or told is in force.
    """
    reference = Reference(policy)
    where = {path: reference.predicate(fold) for path, fold in policy.folds.items()}
    recall = Recall(policy, where)
    with store.reading() as ledger:
        moments = [at] if at is not None else [_newest(ledger), LAST]
        found = [told for moment in moments for told in _differing(policy, ledger, where, recall, moment)]
    return list(dict.fromkeys(found))


def _newest(ledger: Transaction) -> int:
    every = (one.at for kind in ledger.kinds() for one in ledger.entries(kind, "centre", None, None, LAST))
    return max(every, default=LAST)


def _differing(
    policy: ir.Policy, ledger: Transaction, where: Mapping[str, Predicate | None], recall: Recall, at: int
) -> Iterator[str]:
    entries = {kind: list(ledger.entries(kind, "centre", None, None, at)) for kind in ledger.kinds()}
    for fold in policy.folds.values():
        seen = entries.get(fold.entry, [])
        people = {getattr(one, fold.scope) for one in seen} - {None} if fold.scope in SCOPES else {None}
        for whom in sorted(people, key=str):
            wanted = recount(fold, policy, seen, ledger, whom, where[fold.path], at)
            told = {"ledger": _asked(fold, policy, ledger, whom, where[fold.path], at)}
            customer = whom if fold.scope == "customer" else None
            answers = recall.view(customer, at, ledger).answers(fold, whom, {}, [{}])
            if answers is not None:
                told["recall"] = answers[0]
            for how, one in told.items():
                if one != wanted:
                    yield f"{fold.path} of {whom}: {how} {one!r}, counted {wanted!r}"


def _asked(
    fold: ir.Fold, policy: ir.Policy, ledger: Transaction, whom: str | None, where: Predicate | None, at: int
) -> Value | None:
    try:
        return ask(fold, policy, ledger, whom, {}, where, at)
    except Untold as error:
        return str(error)


def recount(
    fold: ir.Fold,
    policy: ir.Policy,
    entries: list[Entry],
    ledger: Transaction,
    whom: str | None,
    where: Predicate | None,
    at: int,
) -> Value | None:
    """What a fold means, without the keys that an event would give."""
    seen = []
    for one in entries:
        if fold.scope == "customer" and whom is not None:
            if one.customer is None or ledger.group(one.customer, at) != ledger.group(whom, at):
                continue
        elif fold.scope != "centre" and getattr(one, fold.scope) != whom:
            continue
        if fold.window is not None and at - one.at >= length(fold.window, policy.settings) * 1_000_000:
            continue
        values = attributes(one, at, policy.entries[fold.entry])
        if not fold.by and (where is None or where(values)):
            seen.append(values)
    of = [one[fold.of] for one in seen if fold.of in one]
    match fold.operator:
        case "count":
            return len(seen)
        case "any":
            return bool(seen)
        case "sum":
            assert isinstance(fold.type, IntType)
            return max(fold.type.low, min(fold.type.high, sum(one for one in of if isinstance(one, int))))
    chosen = seen[:1] if fold.operator == "first" else seen[-1:]
    return chosen[0].get(fold.of, fold.otherwise) if chosen else fold.otherwise
