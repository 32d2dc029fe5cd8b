"""The entries that one fold keeps, at hand and in order, and what the fold comes to at a moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate, islice

from attrs import define, field, frozen

from forbear.language import ir
from forbear.language.types import IntType, Value
from forbear.language.walk import reads
from forbear.ledger.entries import SECOND, Entry, attributes
from forbear.ledger.fold import Where, answer, length
from forbear.ledger.store import Grown

Key = tuple[Value | None, ...]
Place = tuple[int, int]
"""The moment of an entry and its number: entries stand in this order."""
Held = Value | Entry | None
"""What is held of an entry: the value that the fold asks of it, or all of it where time alone changes the answer."""

MOVING = frozenset({"age", "overdue"})  # attributes that change with the moment from which one looks
_BEHIND = 2**63  # behind the number of every entry
_WORTH = 32  # entries under one key before it is worth while to drop those that no window reaches any more


@define
class Kept:
    """The entries under one key, oldest first."""

    places: list[Place] = field(factory=list)
    held: list[Held] = field(factory=list)
    sums: list[int] | None = None

    def put(self, place: Place, held: Held) -> None:
        if not self.places or place > self.places[-1]:
            self.places.append(place)
            self.held.append(held)
            if self.sums is not None:
                self.sums.append(self.sums[-1] + _number(held))
            return
        n = bisect_left(self.places, place)
        self.places.insert(n, place)
        self.held.insert(n, held)
        self.sums = None

    def drop(self, place: Place) -> None:
        n = bisect_left(self.places, place)
        if n < len(self.places) and self.places[n] == place:
            del self.places[n], self.held[n]
            self.sums = None

    def cut(self, number: int) -> list[Place]:
        """Drop the oldest ones; which they were."""
        gone = self.places[:number]
        del self.places[:number], self.held[:number]
        self.sums = None
        return gone

    def total(self, start: int, end: int) -> int:
        """The sum of the values between two positions."""
        if self.sums is None:
            self.sums = list(accumulate(map(_number, self.held), initial=0))
        return self.sums[end] - self.sums[start]


@frozen
class Late:
    """What an event that comes late must see otherwise: the entries that something younger touched, and as what."""

    touched: Collection[int]
    rewound: Sequence[Grown]


@frozen
class _Seen:
    """What of the kept entries a question sees: those between two positions, some hidden, others beside them."""

    kept: Kept
    start: int
    end: int
    hidden: Collection[Place] = ()
    beside: Sequence[tuple[Place, Held]] = ()

    def number(self) -> int:
        return self.end - self.start - len(self.hidden) + len(self.beside)

    def total(self) -> int:
        less = sum(_number(self.kept.held[bisect_left(self.kept.places, place)]) for place in self.hidden)
        return self.kept.total(self.start, self.end) - less + sum(_number(held) for _, held in self.beside)

    def each(self, order: range) -> Iterator[tuple[Place, Held]]:
        places, held = self.kept.places, self.kept.held
        return ((places[n], held[n]) for n in order if places[n] not in self.hidden)

    def first(self) -> tuple[Place, Held]:
        return min((*self.beside, *islice(self.each(range(self.start, self.end)), 1)), key=_place)

    def last(self) -> tuple[Place, Held]:
        return max((*self.beside, *islice(self.each(range(self.end - 1, self.start - 1, -1)), 1)), key=_place)

    def all(self) -> list[tuple[Place, Held]]:
        found = list(self.each(range(self.start, self.end)))
        return sorted((*found, *self.beside), key=_place) if self.beside else found


class Shelf:
    """The entries that a fold keeps, under the keys by which it asks for them.

    Where it sees a window alone, only those since a moment need be here: `floor` is the first moment of which it can
    be asked then.
    """

    def __init__(self, policy: ir.Policy, fold: ir.Fold, where: Where | None) -> None:
        self.fold, self.floor, self.untold = fold, -_BEHIND, False
        self.window = None if fold.window is None else length(fold.window, policy.settings) * SECOND
        self._kind, self._where = policy.entries[fold.entry], where
        self._names = tuple(name for name, _ in fold.by)
        asked = {*reads(fold.where), fold.of, *self._names}
        self._asked = tuple(name for name, one in self._kind.attributes.items() if name in asked and not one.optional)
        self._moves = not MOVING.isdisjoint(asked - {fold.of})
        self._needs = _needs(fold.where, self._kind) if self._moves else ()
        self._of = "" if fold.of == "age" else fold.of
        self._kept: dict[Key, Kept] = {}
        self._keys: dict[int, tuple[Key, Place]] = {}

    def take(self, grown: Grown, values: Mapping[str, Value], floor: int) -> None:
        """Put an entry, with the values of its attributes, where it belongs by now; nobody asks of before `floor`."""
        self.leave(grown.seq)
        found = self._found(grown.entry, values)
        if found is not None:
            place = (grown.entry.at, grown.seq)
            self._kept.setdefault(found[0], Kept()).put(place, found[1])
            self._keys[grown.seq] = (found[0], place)
            self._trim(found[0], floor)

    def leave(self, seq: int) -> None:
        """Take an entry out, if it is here."""
        key, place = self._keys.pop(seq, (None, None))
        if key is None or place is None:
            return
        kept = self._kept[key]
        kept.drop(place)
        if not kept.places:
            del self._kept[key]

    def before(self, moment: int) -> list[int]:
        """The entries older than a moment."""
        return [seq for kept in self._kept.values() for _, seq in kept.places[: bisect_left(kept.places, (moment, 0))]]

    def _trim(self, key: Key, moment: int) -> None:
        """Drop what stands under a key and no question from a moment on reaches, once that is most of it."""
        kept = self._kept.get(key)
        if self.window is None or kept is None or len(kept.places) < _WORTH:
            return
        old = bisect_right(kept.places, (moment - self.window, _BEHIND))
        if 2 * old >= len(kept.places):
            for _, seq in kept.cut(old):
                del self._keys[seq]
            if not kept.places:
                del self._kept[key]

    def answer(self, key: Key, at: int, late: Late | None) -> Value | None:
        """What the fold comes to under a key, asked at a moment; `late` where something younger is here already."""
        kept = self._kept.get(key) or Kept()
        since = -(2**80) if self.window is None else at - self.window
        start = 0 if self.window is None else bisect_right(kept.places, (since, _BEHIND))
        seen = _Seen(kept, start, len(kept.places))
        if late is not None:
            end = bisect_right(kept.places, (at, _BEHIND))
            seen = _Seen(kept, min(start, end), end, self._hidden(key, since, at, late), self._beside(key, since, late))
        return self._moved(seen, at) if self._moves else self._told(seen, at)

    def _told(self, seen: _Seen, at: int) -> Value | None:
        number, fold = seen.number(), self.fold
        match fold.operator:
            case "count":
                return number
            case "any":
                return number > 0
            case "sum":
                assert isinstance(fold.type, IntType)
                return max(fold.type.low, min(fold.type.high, seen.total()))
        if not number:
            return fold.otherwise
        place, held = seen.first() if fold.operator == "first" else seen.last()
        value = max(0, at - place[0]) // SECOND if fold.of == "age" else held
        assert not isinstance(value, Entry)
        return fold.otherwise if value is None else value

    def _moved(self, seen: _Seen, at: int) -> Value | None:
        """The answer where what the fold keeps depends on the moment."""
        assert self._where is not None
        told = [attributes(one, at, self._kind) for _, one in seen.all() if isinstance(one, Entry)]
        return answer(self.fold, [values for values in told if self._where(values)])

    def _hidden(self, key: Key, since: int, at: int, late: Late) -> set[Place]:
        found = (self._keys.get(seq) for seq in late.touched)
        return {one[1] for one in found if one is not None and one[0] == key and since < one[1][0] <= at}

    def _beside(self, key: Key, since: int, late: Late) -> list[tuple[Place, Held]]:
        found: list[tuple[Place, Held]] = []
        for grown in late.rewound:
            entry = grown.entry
            if entry.kind == self.fold.entry and entry.at > since:
                one = self._found(entry, attributes(entry, entry.at, self._kind))
                if one is not None and one[0] == key:
                    found.append(((entry.at, grown.seq), one[1]))
        return found

    def _found(self, entry: Entry, values: Mapping[str, Value]) -> tuple[Key, Held] | None:
        """Under which key an entry is kept, and what of it."""
        if any(name not in values for name in self._asked):
            self.untold = True
            return None
        if self._moves:
            if any(values.get(name) != value for name, value in self._needs):
                return None
        elif self._where is not None and not self._where(values):
            return None
        key: Key = tuple(values.get(name) for name in self._names)
        if self.fold.scope == "advisor":
            key = (entry.advisor, *key)
        return key, entry if self._moves else values.get(self._of)


def _needs(where: ir.Expr | None, kind: ir.EntryKind) -> tuple[tuple[str, Value], ...]:
    """What every entry that a condition ever holds for must have, as far as that can be told without the moment."""
    known = {name for name in kind.attributes if name not in MOVING} | {"open"}
    found: list[tuple[str, Value]] = []
    for one in where.parts if isinstance(where, ir.All) else (where,):
        match one:
            case ir.Read("overdue"):
                found.append(("open", True))
            case ir.Read(path) if path in known:
                found.append((path, True))
            case ir.Not(ir.Read(path)) if path in known:
                found.append((path, False))
            case ir.Compare("==", ir.Read(path), ir.Constant(value)) if path in known:
                found.append((path, value))
    return tuple(found)


def _number(held: Held) -> int:
    return held if isinstance(held, int) else 0


def _place(one: tuple[Place, Held]) -> Place:
    return one[0]
