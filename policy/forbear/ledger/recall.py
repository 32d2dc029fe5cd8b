"""Folds over a customer's whole past, kept at hand so that a long past costs no more than a short one.

The first fold asked of a customer reads all of their entries; from then on only what has grown is read. What is kept
here is derived, and checked against the ledger with every question: nothing is lost with it.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import TracebackType

from attrs import define, field, frozen

from forbear.errors import LedgerError
from forbear.language import ir
from forbear.language.types import IntType, Value
from forbear.language.walk import reads
from forbear.ledger.entries import SECOND, Entry, attributes, lacking
from forbear.ledger.fold import Where, answer, length
from forbear.ledger.store import Grown, Transaction

MAX_CUSTOMERS = 512
_MOVING = frozenset({"age", "overdue"})  # attributes that change with the moment from which one looks

_Key = tuple[Value | None, ...]


@define
class _Kept:
    """The entries that a fold keeps under one key, oldest first, with the value that it asks of each."""

    places: list[tuple[int, int]] = field(factory=list)  # (at, seq)
    values: list[Value | None] = field(factory=list)
    sums: list[int] | None = None

    def put(self, place: tuple[int, int], value: Value | None) -> None:
        n = bisect_left(self.places, place)
        self.places.insert(n, place)
        self.values.insert(n, value)
        self.sums = None

    def drop(self, place: tuple[int, int]) -> None:
        n = bisect_left(self.places, place)
        if n < len(self.places) and self.places[n] == place:
            del self.places[n], self.values[n]
            self.sums = None

    def total(self, start: int) -> int:
        """The sum of the values from a position on."""
        if self.sums is None:
            numbers = (value if isinstance(value, int) else 0 for value in self.values)
            self.sums = list(accumulate(numbers, initial=0))
        return self.sums[-1] - self.sums[start]


@define
class _Past:
    """What is at hand of one customer."""

    group: tuple[int, ...]
    seen: int = 0  # the last decision that is in it
    latest: int = -(2**80)  # the latest moment that is in it
    kept: dict[str, dict[_Key, _Kept]] = field(factory=dict)  # fold → key → entries
    untold: set[str] = field(factory=set)  # folds that some entry lacks an attribute for


class Recall:
    """The pasts of the customers asked about last, for one policy. Threads may share it."""

    def __init__(self, policy: ir.Policy, where: Mapping[str, Where | None]) -> None:
        self._policy, self._where = policy, where
        self._folds: dict[str, list[ir.Fold]] = {}  # kind of entry → folds that can be kept at hand
        for fold in policy.folds.values():
            if fold.scope == "customer" and not _moves(fold):
                self._folds.setdefault(fold.entry, []).append(fold)
        self._paths = frozenset(fold.path for folds in self._folds.values() for fold in folds)
        self._pasts: OrderedDict[str, _Past] = OrderedDict()
        self._lock = threading.Lock()

    def past(self, customer: str, at: int, transaction: Transaction) -> Past | None:
        """What is at hand of a customer for an event at a moment, brought up to date.

        None where something younger is in it already, so that the ledger itself must be asked.
        """
        group = transaction.group(customer, at)
        with self._lock:
            past = self._pasts.pop(customer, None)
        if past is None or past.group != group:
            past = _Past(group)
        for grown in transaction.grown(group, past.seen) if group else ():
            self._take(past, grown)
        with self._lock:
            self._pasts[customer] = past
            if len(self._pasts) > MAX_CUSTOMERS:
                self._pasts.popitem(last=False)
        return Past(self._policy, past, at) if past.latest <= at else None

    def clear(self) -> None:
        """Forget everything: a ledger that failed may have lost what was seen of it."""
        with self._lock:
            self._pasts.clear()

    def keeps(self, path: str) -> bool:
        """Whether a fold can be kept at hand at all."""
        return path in self._paths

    def _take(self, past: _Past, grown: Grown) -> None:
        entry, place = grown.entry, (grown.entry.at, grown.seq)
        past.seen, past.latest = max(past.seen, grown.decision), max(past.latest, grown.latest)
        folds = self._folds.get(entry.kind, ())
        if not folds or entry.kind not in self._policy.entries:
            return
        values = self._attributes(entry)
        missing = set(lacking(values, self._policy.entries[entry.kind]))
        for fold in folds:
            kept = past.kept.setdefault(fold.path, {})
            for one in kept.values():
                one.drop(place)
            names = [name for name, _ in fold.by]
            if missing & {*reads(fold.where), fold.of, *names}:
                past.untold.add(fold.path)
                continue
            where = self._where[fold.path]
            if where is None or where(values):
                key = tuple(values.get(name) for name in names)
                kept.setdefault(key, _Kept()).put(place, values.get(fold.of) if fold.of not in ("", "age") else None)

    def _attributes(self, entry: Entry) -> dict[str, Value]:
        return attributes(entry, entry.at, self._policy.entries[entry.kind])


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


def _moves(fold: ir.Fold) -> bool:
    """Whether a fold's answer depends on more than entries and the window, or on the id of one entry."""
    names = {*reads(fold.where), *(name for name, _ in fold.by)}
    return bool(names & {*_MOVING, "id"}) or fold.of == "overdue"


class Past:
    """A customer's past, seen from a moment."""

    def __init__(self, policy: ir.Policy, past: _Past, at: int) -> None:
        self._policy, self._past, self._at = policy, past, at

    def knows(self, path: str) -> bool:
        """Whether a fold can be answered; where not, the ledger says why."""
        return path not in self._past.untold

    def answers(
        self, fold: ir.Fold, facts: Mapping[str, Value], candidates: Sequence[Mapping[str, Value]]
    ) -> list[Value | None]:
        """The fold's value for each candidate, as `ask_each` gives it."""
        nothing = answer(fold, [])
        keys = [tuple(_fact(path, facts, candidate) for _, path in fold.by) for candidate in candidates]
        return [nothing if None in key else self._answer(fold, key) for key in keys]

    def _answer(self, fold: ir.Fold, key: _Key) -> Value | None:
        """What a fold comes to for the entries under a key."""
        kept = self._past.kept.get(fold.path, {}).get(key) or _Kept()
        start = 0
        if fold.window is not None:
            since = self._at - length(fold.window, self._policy.settings) * SECOND
            start = bisect_right(kept.places, (since, 2**63))
        count = len(kept.places) - start
        match fold.operator:
            case "count":
                return count
            case "any":
                return count > 0
            case "sum":
                assert isinstance(fold.type, IntType)
                return max(fold.type.low, min(fold.type.high, kept.total(start)))
            case _:
                value = self._of(fold, kept, start) if count else None
        return fold.otherwise if value is None else value

    def _of(self, fold: ir.Fold, kept: _Kept, start: int) -> Value | None:
        n = start if fold.operator == "first" else len(kept.places) - 1
        return max(0, self._at - kept.places[n][0]) // SECOND if fold.of == "age" else kept.values[n]


def _fact(path: str, facts: Mapping[str, Value], candidate: Mapping[str, Value]) -> Value | None:
    if path.startswith(ir.CANDIDATE):
        return candidate.get(path.removeprefix(ir.CANDIDATE))
    return facts.get(path)
