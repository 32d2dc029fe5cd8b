"""A decision as one event asks it, and the columns that answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl
from attrs import frozen

from forbear.columns.formulas import Kinds, formula
from forbear.columns.kinds import dtype_of
from forbear.columns.settled import settled
from forbear.language import ir
from forbear.language.types import EnumType, Type, Value


@frozen
class Asked:
    """A decision as one event asks it: its rules there, with known values put in."""

    decision: ir.Decision
    rules: tuple[ir.Rule, ...]
    thens: tuple[ir.Expr, ...]
    otherwise: Value
    fallback: Value

    @property
    def constant(self) -> bool:
        """Whether every rule gives a value that is known beforehand."""
        return all(isinstance(one, ir.Constant) for one in self.thens)

    @property
    def listed(self) -> bool:
        """Whether its outcome is one of few values, told by which rule decides."""
        return self.constant and self.decision.hit != "collect"

    @property
    def values(self) -> tuple[Value, ...]:
        """What each rule gives, as far as it is known, then what holds otherwise, then the fallback."""
        thens = (one.value for one in self.thens if isinstance(one, ir.Constant))
        return (*thens, self.otherwise, self.fallback)

    @property
    def ids(self) -> list[str]:
        """The rules by the names that `fired` gives them."""
        return [f"{self.decision.name}.{rule.name}" for rule in self.rules]


@frozen
class Choice:
    """The columns of a decision: `index` first, which the others read at `column`."""

    index: pl.Expr
    outcome: pl.Expr
    rule: pl.Expr
    fell_back: pl.Expr
    fired: Callable[[frozenset[int]], pl.Expr]  # numbers of rules → whether one of them decided


def column_of(name: str) -> str:
    """The column that holds which rule of a decision decides."""
    return f"{name} index"


def asked_of(decision: ir.Decision, event: str, known: Mapping[str, Value]) -> Asked:
    """The decision as an event asks it."""
    rules = tuple(rule for rule in decision.rules if event in rule.asked_on)
    thens = tuple(settled(rule.then, known) for rule in rules)
    fallback = _known(decision.fallback, known)
    otherwise = fallback if decision.otherwise is None else _known(decision.otherwise, known)
    if decision.hit == "priority" and all(isinstance(one, ir.Constant) for one in thens):
        order = sorted(range(len(rules)), key=lambda n: -_rank(decision.type, thens[n]))
        rules, thens = tuple(rules[n] for n in order), tuple(thens[n] for n in order)
    return Asked(decision, rules, thens, otherwise, fallback)


def valued(then: ir.Expr, kind: Type, kinds: Kinds) -> pl.Expr:
    """What a rule gives, as a value of the outcome's type."""
    found = formula(then, kinds)
    return found.cast(dtype_of(kind), strict=False)


def plain(values: Sequence[Value | None]) -> list[object]:
    """Values as Polars takes them."""
    return [list(one) if isinstance(one, tuple) else one for one in values]


def _known(expr: ir.Expr, known: Mapping[str, Value]) -> Value:
    found = settled(expr, known)
    if not isinstance(found, ir.Constant):
        raise TypeError("a fallback reads nothing but settings")
    return found.value


def _rank(kind: Type, then: ir.Expr) -> int:
    assert isinstance(kind, EnumType)
    assert isinstance(then, ir.Constant)
    return kind.values.index(str(then.value))
