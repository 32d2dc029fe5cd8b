"""What is at hand of somebody's entries, or of the whole centre's: a shelf for each fold, and what was touched last."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from forbear.language import ir
from forbear.language.types import Value
from forbear.ledger.entries import LAST, attributes
from forbear.ledger.shelf import Late, Shelf
from forbear.ledger.store import Gone, Grown, Seen, Transaction

MAX_YOUNG = 4096  # entries of which is known when they were touched last
_EVER = -(2**80)


class Past:
    """The entries of one customer, or of the centre, as far as they were read, by the folds that keep them."""

    def __init__(self, policy: ir.Policy, shelves: Iterable[Shelf]) -> None:
        self.group: tuple[int, ...] = ()  # whose it is, none for the centre's
        self.last = 0  # of somebody's: the last decision that is in it
        self.seen: Seen | None = None  # of the centre's: what was there to be read
        self.gone: Gone | None = None  # what the ledger had lost by then
        self.version = 0  # how often something came or went
        self.shelves: dict[str, Shelf] = {}
        self._policy, self._most = policy, MAX_YOUNG
        self._kinds: dict[str, list[Shelf]] = {}
        self._young: list[tuple[int, int]] = []  # the latest moment in an entry, and the entry; those touched last
        self._floor = _EVER  # what was touched by then is not told
        for shelf in shelves:
            self.add(shelf)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of entries that are kept."""
        return tuple(self._kinds)

    def add(self, shelf: Shelf) -> None:
        """A shelf for a further fold."""
        self.shelves[shelf.fold.path] = shelf
        others = self._kinds.setdefault(shelf.fold.entry, [])
        others[:] = [one for one in others if one.fold.path != shelf.fold.path] + [shelf]

    def take(self, grown: Iterable[Grown]) -> None:
        """Put entries where they belong by now."""
        for one in grown:
            self._touch(one)
            self._put(one, self._kinds.get(one.entry.kind, ()))

    def fill(self, shelf: Shelf, grown: Iterable[Grown]) -> None:
        """Put all that a fold may keep on its shelf."""
        for one in grown:
            self._touch(one)
            self._put(one, (shelf,))
        self.add(shelf)

    def _put(self, grown: Grown, shelves: Iterable[Shelf]) -> None:
        entry = grown.entry
        kind = self._policy.entries.get(entry.kind)
        if kind is not None:
            values: dict[str, Value] = attributes(entry, entry.at, kind)
            for shelf in shelves:
                shelf.take(grown, values, self._floor)

    def _touch(self, grown: Grown) -> None:
        self.version += 1
        told, young = (grown.latest, grown.seq), self._young
        if not young or told > young[-1]:
            young.append(told)
        elif young[n := bisect_left(young, told)] != told:
            young.insert(n, told)
        if len(young) > 2 * self._most:
            self._floor = max(self._floor, young[-self._most - 1][0])
            del young[: -self._most]

    def late(self, at: int, transaction: Transaction) -> Late | bool:
        """What an event at a moment must see otherwise; False where nothing, True where that is not known any more."""
        if not self._young or self._young[-1][0] <= at:
            return False
        if at < self._floor:
            return True
        touched = {seq for _, seq in self._young[bisect_right(self._young, (at, 2**63)) :]}
        return Late(touched, tuple(transaction.rewound(sorted(touched), at)))

    def lost(self, gone: Gone) -> bool:
        """Whether the ledger may have forgotten what was read of it."""
        return self.gone is not None and self.gone.losses != gone.losses

    def lose(self, gone: Gone, transaction: Transaction) -> None:
        """Take out what the ledger has lost since: entries whose time was over, and those of who was erased."""
        before, self.gone = self.gone, gone
        if before is None or before == gone:
            return
        if before.expired != gone.expired:
            for kind, shelves in self._kinds.items():
                self._leave(shelves, self._expired(kind, shelves, transaction))
        if before.erased != gone.erased and self._kinds:
            every = [shelf for shelves in self._kinds.values() for shelf in shelves]
            self._leave(every, transaction.erased_entries(self.kinds))

    def _expired(self, kind: str, shelves: list[Shelf], transaction: Transaction) -> Iterator[int]:
        moment = transaction.expired(kind)
        before = LAST if moment is None else moment
        old = {seq for shelf in shelves for seq in shelf.before(before)}
        if old:
            yield from old.difference(transaction.left(kind, before))

    def _leave(self, shelves: Iterable[Shelf], seqs: Iterable[int]) -> None:
        self.version += 1
        for seq in seqs:
            for shelf in shelves:
                shelf.leave(seq)
