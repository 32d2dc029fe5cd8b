"""Where an expression stands and what it may read."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field, frozen

from forbear.language import ir
from forbear.language.types import RecordsType, Type

NOTHING: frozenset[str] = frozenset()


@frozen
class Head:
    """What others must know of a decision before its rules are read."""

    type: Type
    asked_on: tuple[str, ...]


@define
class Names:
    """Everything that a pack declares, by the path under which expressions read it."""

    facts: dict[str, ir.Fact] = field(factory=dict)
    settings: dict[str, ir.Setting] = field(factory=dict)
    entries: dict[str, ir.EntryKind] = field(factory=dict)
    events: dict[str, dict[str, ir.Fact]] = field(factory=dict)
    folds: dict[str, ir.Fold] = field(factory=dict)
    decisions: dict[str, Head] = field(factory=dict)
    obligations: dict[str, ir.Obligation] = field(factory=dict)
    texts: dict[str, ir.Text] = field(factory=dict)
    ranked: set[str] = field(factory=set)  # rankings; no rule reads one
    unready: set[str] = field(factory=set)  # folds over what obligations carry, while those are read
    broken: set[str] = field(factory=set)  # declared, but wrongly, and reported there


@frozen
class Scope:
    """Where an expression stands: on which events it is asked, what is known to be present, what it may read."""

    names: Names
    events: tuple[str, ...] = ()
    known: frozenset[str] = NOTHING
    attributes: Mapping[str, ir.Attribute] | None = None  # inside a fold's `where`
    effects: bool = False  # in an invariant: `recorded.x` and `owed.x` may be read
    settings_only: bool = False
    candidates: RecordsType | None = None  # where candidates are chosen: what each has
    spaces: tuple[str, ...] = ()  # the names under which one is read: candidate, or ahead and behind
    ranked: bool = False  # in an invariant: `candidate.ranked`


@frozen
class Typed:
    """A checked expression: its type, its constant value if it is one, and what holds when it is true or false."""

    expr: ir.Expr
    type: Type
    literal: bool = False
    unit: str | None = None  # None: any unit will do
    when_true: frozenset[str] = NOTHING
    when_false: frozenset[str] = NOTHING
