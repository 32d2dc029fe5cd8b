"""The ways in which a decision can come out otherwise under another policy: from which outcome to which."""

from __future__ import annotations

from collections.abc import Callable

import z3
from attrs import frozen

from forbear.language.types import BoolType, EnumType, StringType, Type, Value
from forbear.prove.both import Both
from forbear.prove.phrases import word
from forbear.prove.terms import Codes, Members, Term, constant, equal
from forbear.prove.witness import value_in


@frozen
class Group:
    """One way: what it was and what it is, in words, as a condition, and as a test of two outcomes."""

    before: str
    after: str
    condition: z3.BoolRef
    holds: Callable[[Value, Value], bool]


@frozen
class Grouping:
    """That a decision comes out otherwise, and which of the ways a model shows."""

    kind: Type  # of one outcome
    ours: Term
    theirs: Term
    values: tuple[Value, ...]  # of which a list may have each
    codes: Codes

    @property
    def differ(self) -> z3.BoolRef:
        """That the outcomes are not the same."""
        if isinstance(self.ours, Members):
            return z3.Or([self._has(self.ours, one) != self._has(self.theirs, one) for one in self.values])
        return z3.Not(equal(self.ours, self.theirs))

    @property
    def lists(self) -> list[Group]:
        """The ways in which lists can differ: each value that one of them has and the other lacks."""
        found: list[Group] = []
        for one in self.values if isinstance(self.ours, Members) else ():
            was, now = self._has(self.ours, one), self._has(self.theirs, one)
            has, lacks = f"with {word(one)}", f"without {word(one)}"
            found.append(Group(has, lacks, z3.And(was, z3.Not(now)), _membership(one, True)))
            found.append(Group(lacks, has, z3.And(z3.Not(was), now), _membership(one, False)))
        return found

    def of(self, model: z3.ModelRef) -> Group:
        """The way in which single values differ in a model."""
        if isinstance(self.kind, BoolType | EnumType):
            return self._pair(model)
        if isinstance(self.kind, StringType):
            return Group("a text", "another", self.differ, lambda one, other: one != other)
        less = self.ours > self.theirs
        if z3.is_true(model.eval(less, model_completion=True)):
            return Group("a number", "a smaller one", less, lambda one, other: _number(one) > _number(other))
        more = self.theirs > self.ours
        return Group("a number", "a larger one", more, lambda one, other: _number(one) < _number(other))

    def _pair(self, model: z3.ModelRef) -> Group:
        one, other = (self._outcome(model, term) for term in (self.ours, self.theirs))
        both = z3.And(equal(self.ours, constant(one, self.codes)), equal(self.theirs, constant(other, self.codes)))
        return Group(word(one), word(other), both, lambda was, now: (was, now) == (one, other))

    def _outcome(self, model: z3.ModelRef, term: Term) -> Value:
        if isinstance(self.kind, BoolType):
            return value_in(model, term, self.kind, self.codes)
        return self.codes.text(model.eval(term, model_completion=True).as_long())

    def _has(self, term: Term, value: Value) -> z3.BoolRef:
        assert isinstance(term, Members)
        one = constant(value, self.codes)
        return term.contains(one)


def grouping(both: Both, name: str) -> Grouping:
    """How a decision may come out otherwise on an event."""
    ours, theirs = (moment.policy.decisions[name] for moment in (both.before, both.after))
    known = [one.values for one in (ours.type, theirs.type) if isinstance(one, EnumType)]
    values = tuple(dict.fromkeys(value for each in known for value in each))
    terms = both.before.outcome(name).value, both.after.outcome(name).value
    return Grouping(ours.type, terms[0], terms[1], values, both.joint.codes)


def _membership(value: Value, was: bool) -> Callable[[Value, Value], bool]:
    return lambda one, other: (value in _items(one), value in _items(other)) == (was, not was)


def _items(value: Value) -> tuple[Value, ...]:
    assert isinstance(value, tuple)
    return value


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value
