"""The words that a pack declares, as part of the representation: facts, settings, entries, questions about the past."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from forbear.language.expr import Expr
from forbear.language.types import Scalar, Type, Value

CANDIDATE = "candidate."

AUDIENCES = ("customer", "advisor", "manager", "auditor")
MANAGERS = ("manager", "auditor")  # who may see a fact, fold or setting that says nothing else
STAFF = ("advisor", "manager", "auditor")  # the same for decisions and obligations


@frozen
class Fact:
    """A value that a host, a plugin or an event supplies."""

    path: str
    type: Type
    optional: bool = False
    default: Value | None = None
    about: Mapping[str, str] = field(factory=dict)  # language → a short noun phrase
    seen_by: tuple[str, ...] = MANAGERS


@frozen
class Setting:
    """A value that a centre chooses; `value` is the choice in force.

    A text may be chosen per language: rules read the first, `words` holds all, and a text that shows it shows the one
    of its own language.
    """

    path: str
    type: Scalar
    value: Value
    about: Mapping[str, str] = field(factory=dict)
    seen_by: tuple[str, ...] = MANAGERS
    words: Mapping[str, str] = field(factory=dict)


@frozen
class Attribute:
    """An attribute of a ledger entry."""

    name: str
    type: Scalar
    optional: bool = False
    default: Value | None = None


@frozen
class EntryKind:
    """A kind of ledger entry and its attributes by name."""

    name: str
    attributes: Mapping[str, Attribute]


@frozen
class Seconds:
    """A stretch of time: a number, or a setting times the seconds of its unit."""

    amount: int | str
    factor: int = 1


@frozen
class Fold:
    """A question about the past: `operator` (count, any, sum, first, last) over one kind of entry."""

    path: str
    operator: str
    entry: str
    type: Type
    scope: str  # contact, customer, advisor or centre
    of: str = ""  # an attribute, or `age`
    where: Expr | None = None
    window: Seconds | None = None
    by: tuple[tuple[str, str], ...] = ()  # (attribute, fact path); a missing fact keeps nothing
    otherwise: Value | None = None
    about: Mapping[str, str] = field(factory=dict)
    seen_by: tuple[str, ...] = MANAGERS

    @property
    def keyed(self) -> bool:
        """Whether the fold is asked for each candidate, and read as `candidate.history.x`."""
        return any(path.startswith(CANDIDATE) for _, path in self.by)

    @property
    def optional(self) -> bool:
        """Whether the fold may have no value: a first or last of nothing."""
        return self.operator in ("first", "last") and self.otherwise is None


@frozen
class Metric:
    """A figure that a report works out over the whole ledger; no rule reads it.

    The share that `part` has in `whole`, which it belongs to; or how much of `part` there is for one of `per`; or, with
    neither, how much of `part` there is. Its folds (count, sum) know no scope.
    """

    name: str
    part: Fold
    whole: Fold | None
    per: Fold | None
    by: tuple[str, ...]  # attributes of the entries, by which they are grouped
    least: int | str  # a number of entries of `whole` or `per`, or a setting: no figure is shown of fewer
    beside: tuple[str, ...]  # metrics without which it misleads
    about: Mapping[str, str]
    source: str = ""

    @property
    def base(self) -> Fold | None:
        """What the part is set against."""
        return self.whole or self.per
