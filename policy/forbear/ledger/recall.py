"""Folds over somebody's past, or the whole centre's, kept at hand so that a long past costs no more than a short one.

The first question reads all the entries that it is about; from then on only what has grown is read. What is kept here
is derived, and checked against the ledger with every event: nothing is lost with it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from types import TracebackType

from attrs import evolve, frozen

from forbear.errors import LedgerError
from forbear.language import ir
from forbear.language.types import Value
from forbear.ledger.entries import FIRST, SECOND
from forbear.ledger.fold import Where, answer
from forbear.ledger.past import Past
from forbear.ledger.shelf import Key, Late, Shelf
from forbear.ledger.store import Transaction

MAX_CUSTOMERS = 512
_SLACK = 24 * 60 * 60 * SECOND  # how much earlier than now the entries of a window may be asked for


class Recall:
    """The centre's past and those of the customers asked about last, for one policy. Threads may share it."""

    def __init__(self, policy: ir.Policy, where: Mapping[str, Where | None]) -> None:
        self._policy, self._where = policy, where
        kept = [fold for fold in policy.folds.values() if _is_kept(fold)]
        self._paths = frozenset(fold.path for fold in kept)
        self._own = tuple(fold for fold in kept if fold.scope == "customer")
        self._pasts: OrderedDict[str, Past] = OrderedDict()
        self._lock = threading.Lock()
        self._centre = Past(policy, ())
        self.centre_lock = threading.RLock()

    def keeps(self, path: str) -> bool:
        """Whether a fold can be kept at hand at all."""
        return path in self._paths

    def view(self, customer: str | None, at: int, transaction: Transaction) -> View:
        """What is at hand, for an event at a moment."""
        return View(self, customer, at, transaction)

    def clear(self) -> None:
        """Forget everything: a ledger that failed may have lost what was seen of it."""
        with self._lock:
            self._pasts.clear()
        with self.centre_lock:
            self._centre = Past(self._policy, ())

    def customer(self, customer: str, at: int, transaction: Transaction) -> Past:
        """What is at hand of a customer, brought up to date."""
        group = transaction.group(customer, at)
        with self._lock:
            past = self._pasts.pop(customer, None)
        gone = evolve(transaction.gone(), erased=None)  # who is erased is of no group
        if past is None or past.group != group or past.lost(gone):
            past = Past(self._policy, (self._shelf(fold) for fold in self._own))
            past.group = group
        past.lose(gone, transaction)
        if group:
            past.last, grown = transaction.grown(group, past.kinds, past.last)
            past.take(grown)
        with self._lock:
            self._pasts[customer] = past
            if len(self._pasts) > MAX_CUSTOMERS:
                self._pasts.popitem(last=False)
        return past

    def centre(self, transaction: Transaction) -> Past:
        """What is at hand of the centre, brought up to date; `centre_lock` is held."""
        gone = transaction.gone()
        if self._centre.lost(gone):
            self._centre = Past(self._policy, ())
        past = self._centre
        past.lose(gone, transaction)
        before, seen = past.seen, transaction.seen(past.seen)
        if before is not None and before != seen and past.kinds:
            past.take(transaction.grown_anywhere(past.kinds, before))
        past.seen = seen
        return past

    def fill(self, past: Past, fold: ir.Fold, at: int, transaction: Transaction) -> None:
        """Put on the centre's shelf of a fold all that questions of this moment and later ones may be about."""
        shelf, since = self._shelf(fold), FIRST - 1
        if shelf.window is not None:
            shelf.floor = at - _SLACK
            since = max(since, shelf.floor - shelf.window)
        past.fill(shelf, transaction.all_of(fold.entry, since))

    def _shelf(self, fold: ir.Fold) -> Shelf:
        return Shelf(self._policy, fold, self._where[fold.path])


class View:
    """The past as an event sees it; what is at hand of it is brought up to date with the first question."""

    def __init__(self, recall: Recall, customer: str | None, at: int, transaction: Transaction) -> None:
        self._recall, self._customer, self._at, self._transaction = recall, customer, at, transaction
        self._own: Past | None = None
        self._centre: Past | None = None
        self._late: dict[Past, tuple[int, Late | bool]] = {}

    def answers(
        self, fold: ir.Fold, scope: str | None, facts: Mapping[str, Value], candidates: Sequence[Mapping[str, Value]]
    ) -> list[Value | None] | None:
        """The fold's value for each candidate, as `ask_each` gives it; None where the ledger itself must be asked."""
        if not self._recall.keeps(fold.path) or (scope is None and fold.scope != "centre"):
            return None
        head = (scope,) if fold.scope == "advisor" else ()
        keys: list[Key] = [
            (*head, *(_fact(path, facts, candidate) for _, path in fold.by)) if fold.by else head
            for candidate in candidates
        ]
        if fold.scope == "customer":
            assert scope == self._customer, "a view is of one customer"
            return self._told(self._of_customer(), fold, keys)
        with self._recall.centre_lock:
            return self._told(self._of_centre(fold), fold, keys)

    def _of_customer(self) -> Past:
        if self._own is None:
            assert self._customer is not None
            self._own = self._recall.customer(self._customer, self._at, self._transaction)
        return self._own

    def _of_centre(self, fold: ir.Fold) -> Past:
        if self._centre is None:
            self._centre = self._recall.centre(self._transaction)
        shelf = self._centre.shelves.get(fold.path)
        if shelf is None or self._at < shelf.floor:
            self._recall.fill(self._centre, fold, self._at, self._transaction)
        return self._centre

    def _told(self, past: Past, fold: ir.Fold, keys: list[Key]) -> list[Value | None] | None:
        shelf = past.shelves[fold.path]
        late = self._late_in(past)
        if shelf.untold or late is True:
            return None
        nothing = answer(fold, [])
        found = [nothing if None in key else shelf.answer(key, self._at, late or None) for key in keys]
        return None if shelf.untold else found

    def _late_in(self, past: Past) -> Late | bool:
        """What this event must see otherwise in a past, told once as long as nothing came or went there."""
        version, late = self._late.get(past, (-1, False))
        if version != past.version:
            late = past.late(self._at, self._transaction)
            self._late[past] = past.version, late
        return late


@frozen
class Recalling:
    """While this is entered, nothing that is at hand is counted on any more once the ledger has failed."""

    recall: Recall

    def __enter__(self) -> None:
        return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, LedgerError):
            self.recall.clear()


def _is_kept(fold: ir.Fold) -> bool:
    """Whether a fold is kept at hand: those of a contact, or of one entry, are few, and found without."""
    names = {name for name, _ in fold.by}
    if fold.scope == "contact" or fold.of == "overdue" or names & {"id", "age", "overdue"}:
        return False
    return fold.scope != "centre" or "contact" not in names


def _fact(path: str, facts: Mapping[str, Value], candidate: Mapping[str, Value]) -> Value | None:
    if path.startswith(ir.CANDIDATE):
        return candidate.get(path.removeprefix(ir.CANDIDATE))
    return facts.get(path)
