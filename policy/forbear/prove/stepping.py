"""An event in a state: what it sees of the ledger, and the step that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import z3
from attrs import define, field, frozen

from forbear.language import ir
from forbear.language.types import Value
from forbear.language.walk import reads
from forbear.ledger.fold import answer
from forbear.prove.entry import Entry
from forbear.prove.moment import Moment, Settings
from forbear.prove.nesting import Nesting
from forbear.prove.state import Change, State, Track, seen
from forbear.prove.terms import Term, constant, equal, variable, within

Scopes = Mapping[str, z3.BoolRef]


@frozen
class Step:
    """One event of a type, in a state: what is decided, and the state that it leaves."""

    event: str
    moment: Moment
    here: z3.BoolRef  # it belongs to the contact of the state
    mine: z3.BoolRef  # it belongs to the customer of the state
    named_here: z3.BoolRef  # and so does the entry that it names
    named_mine: z3.BoolRef
    change: Change
    known: tuple[z3.BoolRef, ...]

    def about(self) -> z3.BoolRef:
        """That all that the event can see of anybody is in the state."""
        moment = self.moment
        return z3.And(
            z3.Or(self.here, z3.Not(moment.there("event.contact"))),
            z3.Or(self.mine, z3.Not(moment.there("event.customer"))),
        )


@define
class Among:
    """A policy whose folds are partly kept in a state."""

    policy: ir.Policy
    settings: Settings
    tracks: tuple[Track, ...]
    nesting: Nesting
    of_customer: z3.BoolRef = field(factory=lambda: z3.Bool("the contact is the customer's"))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of entry that the state counts."""
        return frozenset(one.fold.entry for one in self.tracks)


class Stepping:
    """An event on its way through a state: what it sees, and what is known when it is done."""

    def __init__(self, steps: Among, state: State, moment: Moment, label: str) -> None:
        self.steps, self.state, self.moment, self.label = steps, state, moment, label
        self.policy = steps.policy
        self.here, self.mine = z3.Bool(f"{label}here"), z3.Bool(f"{label}mine")
        self.change = Change(state.tracks, state.terms)
        self.known: list[z3.BoolRef] = [state.sane()]
        self.paths: set[str] = {"event.contact", "event.customer"}
        self._count = 0
        self._touched: set[str] = set()  # kinds of which an entry was amended on this event
        self._untold: set[str] = set()  # kinds of which it is not known which entry that was
        self._recall()

    @property
    def scopes(self) -> Scopes:
        return {"contact": self.here, "customer": self.mine}

    def done(self) -> Step:
        moment = self.moment
        contact, customer = moment.there("event.contact"), moment.there("event.customer")
        of_customer = self.steps.of_customer
        self.known += [
            z3.Implies(self.here, z3.And(contact, self.mine == of_customer, customer == of_customer)),
            z3.Implies(self.mine, customer),
            *moment.known(self.paths),
            *self.change.known,
        ]
        asked = [path for path in self._every() if path in self.policy.folds and not self.policy.folds[path].keyed]
        self.known += self.steps.nesting.known(asked, moment.reading)
        named = self._named_scopes()
        known = tuple(self.known)
        return Step(moment.event, moment, self.here, self.mine, named["contact"], named["customer"], self.change, known)

    def _every(self) -> set[str]:
        return self.moment.depends(self.paths)

    def _recall(self) -> None:
        """Let the tracked folds answer from the state where the event is about it."""
        moment, codes = self.moment, self.steps.settings.codes
        for one in self.state.tracks:
            told = seen(one, self.state, self.label, codes)
            about, id_ = self.scopes[one.fold.scope], moment.there(f"event.{one.fold.scope}")
            free = variable(self.label + one.path, one.fold.type)
            assert isinstance(free, z3.ExprRef)
            assert isinstance(told.value, z3.ExprRef)
            other = z3.Bool(f"{self.label}has {one.path}") if one.fold.optional else z3.BoolVal(True)
            moment.folds[one.path] = z3.If(about, told.value, free)
            moment.there_folds[one.path] = z3.If(about, told.there, other)
            moment.domains[one.path] = z3.And(
                within(free, one.fold.type, codes),
                z3.Implies(z3.Not(id_), _nothing(one.fold, free, other, self.steps.settings)),
                *(z3.Implies(about, known) for known in told.known),
            )

    def _name(self) -> str:
        self._count += 1
        return f"{self.label}{self._count}. "

    def _fires(self, rule: tuple[str, ir.Rule]) -> z3.BoolRef:
        name, one = rule
        self.paths.add(name)
        return self.moment.outcome(name).fires[one.name]

    def _told(self, path: str) -> tuple[Term, z3.BoolRef]:
        self.paths.add(path)
        return self.moment.value(path), self.moment.there(path)

    def _values(self, values: Iterable[tuple[str, ir.Expr]]) -> dict[str, tuple[Term, z3.BoolRef]]:
        """Values as effects give them; a plain read of something missing leaves its name out."""
        found: dict[str, tuple[Term, z3.BoolRef]] = {}
        for name, expr in values:
            self.paths |= set(reads(expr))
            there = self.moment.there(expr.path) if isinstance(expr, ir.Read) else z3.BoolVal(True)
            found[name] = self.moment.reading.term(expr), there
        return found

    def _plain(self, values: Iterable[tuple[str, Value]]) -> dict[str, tuple[Term, z3.BoolRef]]:
        codes = self.steps.settings.codes
        return {name: (constant(value, codes), z3.BoolVal(True)) for name, value in values}

    def _named_scopes(self) -> Scopes:
        return {"contact": z3.Bool(f"{self.label}named here"), "customer": z3.Bool(f"{self.label}named mine")}

    def _some(self, kind: str) -> Entry:
        """An entry that was there before."""
        return Entry(self.policy, kind, self.steps.settings, self._name())

    def _some_scopes(self) -> Scopes:
        name = self._name()
        return {"contact": z3.Bool(f"{name}here"), "customer": z3.Bool(f"{name}mine")}


def flag(value: bool) -> tuple[Term, z3.BoolRef]:
    """A bool that is there."""
    return z3.BoolVal(value), z3.BoolVal(True)


def _nothing(fold: ir.Fold, term: z3.ExprRef, there: z3.BoolRef, settings: Settings) -> z3.BoolRef:
    nothing = answer(fold, [])
    return z3.Not(there) if nothing is None else equal(term, constant(nothing, settings.codes))
