"""What a history leaves for later decisions: for each fold how many entries it keeps, of one customer and one contact.

Time is not in the state. A fold with a window, or whose `where` asks for an age, keeps some of the entries that it
would keep at any time; which of them is left open at every event, so that time may pass by any amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import z3
from attrs import evolve, frozen

from forbear.language import ir
from forbear.language.types import IntType
from forbear.language.walk import reads
from forbear.ledger.fold import answer
from forbear.prove.entry import Entry
from forbear.prove.terms import Codes, Term, constant, variable, within

SCOPES = ("contact", "customer")
PASSING = frozenset({"age", "overdue"})  # attributes that change as time passes


@frozen
class Track:
    """A fold of which the state is kept."""

    fold: ir.Fold
    base: ir.Expr | None  # its `where` but for what passes with time
    passing: bool  # whether an entry that it keeps may leave it, or come into it, by time alone

    @property
    def path(self) -> str:
        """The fold's path."""
        return self.fold.path

    @property
    def holds(self) -> bool:
        """Whether the state holds the value of the fold's `of` too."""
        return self.fold.operator in ("first", "last") and self.fold.of not in ("id", "age") and not self.passing

    @property
    def adds(self) -> bool:
        """Whether the state holds a sum."""
        return self.fold.operator == "sum" and not self.passing


def track(fold: ir.Fold) -> Track | None:
    """How a fold is kept in the state, None where it is asked by keys or of everyone."""
    if fold.scope not in SCOPES or fold.by:
        return None
    base, dropped = _without_time(fold.where)
    return Track(fold, base, dropped or fold.window is not None)


def _without_time(where: ir.Expr | None) -> tuple[ir.Expr | None, bool]:
    """A condition without the parts that read what passes; whether there were any."""
    parts = where.parts if isinstance(where, ir.All) else (where,) if where is not None else ()
    kept = tuple(part for part in parts if not PASSING & set(reads(part)))
    dropped = len(kept) < len(parts)
    return (ir.All(kept) if len(kept) > 1 else kept[0] if kept else None), dropped


@frozen
class State:
    """The variables of a state, by name, in a fixed order."""

    tracks: tuple[Track, ...]
    terms: Mapping[str, z3.ExprRef]

    @property
    def variables(self) -> list[z3.ExprRef]:
        """All of them, in order."""
        return list(self.terms.values())

    def number(self, one: Track) -> z3.ExprRef:
        """How many entries a fold would keep at some time."""
        return self.terms[f"{one.path} #"]

    def sane(self) -> z3.BoolRef:
        """That no number is less than none."""
        return z3.And([self.number(one) >= 0 for one in self.tracks])

    def empty(self) -> z3.BoolRef:
        """That nothing was recorded yet."""
        numbers = [self.number(one) == 0 for one in self.tracks]
        sums = [self.terms[f"{one.path} +"] == 0 for one in self.tracks if one.adds]
        return z3.And(numbers + sums)

    def same(self, other: State) -> z3.BoolRef:
        """That two states are alike."""
        return z3.And([one == two for one, two in zip(self.variables, other.variables, strict=True)])


def make_state(tracks: Iterable[Track], label: str) -> State:
    """A state of variables."""
    terms: dict[str, z3.ExprRef] = {}
    kept = tuple(tracks)
    for one in kept:
        terms[f"{one.path} #"] = z3.Int(f"{label}{one.path} #")
        if one.adds:
            terms[f"{one.path} +"] = z3.Int(f"{label}{one.path} +")
        if one.holds:
            term = variable(f"{label}{one.path} =", one.fold.type)
            assert isinstance(term, z3.ExprRef)
            terms[f"{one.path} ="] = term
            terms[f"{one.path} ?"] = z3.Bool(f"{label}{one.path} ?")
    return State(kept, terms)


@frozen
class Seen:
    """What a fold answers: its value, whether it has one, and what is known of both."""

    value: Term
    there: z3.BoolRef
    known: tuple[z3.BoolRef, ...]


def seen(one: Track, state: State, label: str, codes: Codes) -> Seen:
    """What a tracked fold answers in a state, at any time."""
    fold, number = one.fold, state.number(one)
    some = number >= 1
    name = f"{label}{fold.path} now"
    match fold.operator:
        case "any":
            if not one.passing:
                return Seen(some, z3.BoolVal(True), ())
            now = z3.Bool(name)
            return Seen(now, z3.BoolVal(True), (z3.Implies(now, some),))
        case "count":
            if not one.passing:
                return Seen(number, z3.BoolVal(True), ())
            now = z3.Int(name)
            return Seen(now, z3.BoolVal(True), (z3.And(now >= 0, now <= number),))
        case "sum":
            return _summed(one, state, name)
    term = state.terms[f"{one.path} ="] if one.holds else variable(name, fold.type)
    found = state.terms[f"{one.path} ?"] if one.holds else _some_now(one, some, name)
    known = within(term, fold.type, codes)
    if fold.optional:
        return Seen(term, found, (z3.Implies(found, known), z3.Implies(found, some)))
    nothing = answer(fold, [])
    assert nothing is not None
    assert isinstance(term, z3.ExprRef)
    return Seen(
        z3.If(found, term, constant(nothing, codes)), z3.BoolVal(True), (z3.Implies(found, z3.And(known, some)),)
    )


def _some_now(one: Track, some: z3.BoolRef, name: str) -> z3.BoolRef:
    """Whether a first or last has an entry with a value, where the state does not say."""
    return some if not one.passing and one.fold.of in ("id", "age") else z3.Bool(f"{name} there")


def _summed(one: Track, state: State, name: str) -> Seen:
    kind = one.fold.type
    assert isinstance(kind, IntType)
    if one.passing:
        now = z3.Int(name)
        return Seen(now, z3.BoolVal(True), (z3.And(kind.low <= now, now <= kind.high),))
    total = state.terms[f"{one.path} +"]
    return Seen(z3.If(total < kind.low, kind.low, z3.If(total > kind.high, kind.high, total)), z3.BoolVal(True), ())


@frozen
class Change:
    """A state on its way through an event: terms by name, and what is known of those that were made on it."""

    tracks: tuple[Track, ...]
    terms: Mapping[str, z3.ExprRef]
    known: tuple[z3.BoolRef, ...] = ()

    def kept(self, one: Track, entry: Entry) -> z3.BoolRef:
        """Whether a fold would keep an entry at some time."""
        return entry.reading.condition(one.base)

    def append(self, entry: Entry, when: z3.BoolRef, scopes: Mapping[str, z3.BoolRef]) -> Change:
        """An entry is appended, where `when` holds; `scopes` says whether it is of the customer, and of the contact."""
        terms, known = dict(self.terms), list(self.known)
        for one in self._of(entry.kind):
            more = z3.simplify(z3.And(when, scopes[one.fold.scope], self.kept(one, entry)))
            if z3.is_false(more):
                continue
            name = f"{one.path} #"
            terms[name] = terms[name] + z3.If(more, z3.IntVal(1), z3.IntVal(0))
            if one.adds:
                amount = z3.If(entry.there(one.fold.of), entry.value(one.fold.of), z3.IntVal(0))
                terms[f"{one.path} +"] = terms[f"{one.path} +"] + z3.If(more, amount, z3.IntVal(0))
            if one.holds:
                old, had = terms[f"{one.path} ="], terms[f"{one.path} ?"]
                first = one.fold.operator == "first"
                takes = z3.And(more, self.terms[name] == 0) if first else more
                terms[f"{one.path} ="] = z3.If(takes, entry.value(one.fold.of), old)
                terms[f"{one.path} ?"] = z3.If(takes, entry.there(one.fold.of), had)
        return evolve(self, terms=terms, known=(*known, *entry.domains.values()))

    def amend(
        self, before: Entry, after: Entry, when: z3.BoolRef, scopes: Mapping[str, z3.BoolRef], label: str
    ) -> Change:
        """An entry that was there is amended, where `when` holds."""
        terms, known = dict(self.terms), list(self.known)
        for one in self._of(before.kind):
            here = z3.And(when, scopes[one.fold.scope])
            was = z3.simplify(z3.And(here, self.kept(one, before)))
            is_ = z3.simplify(z3.And(here, self.kept(one, after)))
            name = f"{one.path} #"
            if not z3.is_false(was):
                known.append(z3.Implies(was, terms[name] >= 1))
            if was.eq(is_) and not _tells_otherwise(one, before, after):
                continue
            moved = z3.If(is_, z3.IntVal(1), z3.IntVal(0)) - z3.If(was, z3.IntVal(1), z3.IntVal(0))
            terms[name] = terms[name] + moved
            self._shake(one, terms, known, z3.Or(was, is_), label)
        return evolve(self, terms=terms, known=(*known, *before.sense(), *before.domains.values()))

    def move(self, before: Entry, after: Entry | None, when: z3.BoolRef, label: str) -> Change:
        """Any number of entries like `before` become like `after`, or are forgotten, where `when` holds."""
        terms, known = dict(self.terms), list(self.known)
        for one in self._of(before.kind):
            name = f"{one.path} #"
            was = z3.simplify(self.kept(one, before))
            is_ = z3.simplify(self.kept(one, after)) if after is not None else z3.BoolVal(False)
            otherwise = after is not None and _tells_otherwise(one, before, after)
            if was.eq(is_) and not otherwise:
                continue
            leaves, comes = _possible(before, was, z3.Not(is_)), _possible(before, z3.Not(was), is_)
            if not leaves and not comes and not otherwise:
                continue
            new = z3.Int(f"{label}{name}")
            bounds = [new >= 0]
            if not leaves:
                bounds.append(new >= terms[name])
            if not comes:
                bounds.append(new <= terms[name])
            known.append(z3.And(bounds))
            terms[name] = z3.If(when, new, terms[name])
            self._shake(one, terms, known, when, label)
        return evolve(self, terms=terms, known=(*known, *before.sense(), *before.domains.values()))

    def _shake(
        self, one: Track, terms: dict[str, z3.ExprRef], known: list[z3.BoolRef], when: z3.BoolRef, label: str
    ) -> None:
        """What a sum, a first or a last comes to after an amendment is left open."""
        if one.adds:
            terms[f"{one.path} +"] = z3.If(when, z3.Int(f"{label}{one.path} + new"), terms[f"{one.path} +"])
        if one.holds:
            new = variable(f"{label}{one.path} = new", one.fold.type)
            terms[f"{one.path} ="] = z3.If(when, new, terms[f"{one.path} ="])
            terms[f"{one.path} ?"] = z3.If(when, z3.Bool(f"{label}{one.path} ? new"), terms[f"{one.path} ?"])

    def _of(self, kind: str) -> Sequence[Track]:
        return [one for one in self.tracks if one.fold.entry == kind]


def _tells_otherwise(one: Track, before: Entry, after: Entry) -> bool:
    """Whether what a sum, a first or a last takes from an entry may change with it."""
    name = one.fold.of
    if not (one.holds or one.adds):
        return False
    return after.value(name) is not before.value(name) or not after.there(name).eq(before.there(name))


def _possible(entry: Entry, *conditions: z3.BoolRef) -> bool:
    solver = z3.Solver()
    solver.set("timeout", 2000)
    solver.add(*conditions, *entry.known())
    return bool(solver.check() != z3.unsat)
