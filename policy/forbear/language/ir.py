"""The typed intermediate representation: what a checked policy is, for every reader of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from attrs import field, frozen

from forbear.calendar import Due, WorkingCalendar
from forbear.errors import Span
from forbear.language.expr import All as All
from forbear.language.expr import Any as Any
from forbear.language.expr import Arithmetic as Arithmetic
from forbear.language.expr import Compare as Compare
from forbear.language.expr import Constant as Constant
from forbear.language.expr import Expr as Expr
from forbear.language.expr import Has as Has
from forbear.language.expr import In as In
from forbear.language.expr import ListOf as ListOf
from forbear.language.expr import Not as Not
from forbear.language.expr import Read as Read
from forbear.language.types import EnumType, ListType, StringType, Type, Value
from forbear.language.words import AUDIENCES as AUDIENCES
from forbear.language.words import CANDIDATE as CANDIDATE
from forbear.language.words import MANAGERS as MANAGERS
from forbear.language.words import STAFF as STAFF
from forbear.language.words import Attribute as Attribute
from forbear.language.words import EntryKind as EntryKind
from forbear.language.words import Fact as Fact
from forbear.language.words import Fold as Fold
from forbear.language.words import Metric as Metric
from forbear.language.words import Seconds as Seconds
from forbear.language.words import Setting as Setting

# --- decisions


@frozen
class Record:
    """Append an entry."""

    entry: str
    values: tuple[tuple[str, Expr], ...]


@frozen
class Amend:
    """Append an amendment to the entry whose id `which` gives."""

    entry: str
    which: Expr
    values: tuple[tuple[str, Expr], ...]


@frozen
class Owe:
    """Create an obligation; `carries` holds the declaration's values and the rule's, the rule's last."""

    obligation: str
    carries: tuple[tuple[str, Expr], ...]


@frozen
class Close:
    """Close the open obligations of a name whose carried values equal `by`."""

    obligation: str
    by: tuple[tuple[str, Expr], ...]
    how: str
    reason: str


@frozen
class Say:
    """Say a text."""

    text: str


Effect = Record | Amend | Owe | Close | Say


@frozen
class Rule:
    """One rule; without `when` it always matches."""

    name: str
    asked_on: tuple[str, ...]
    when: Expr | None
    then: Expr
    effects: tuple[Effect, ...]
    because: Mapping[str, str]
    source: str
    span: Span = field(eq=False)


def gathered(kind: Type) -> Type:
    """What `collect` makes of values of a type: numbers are added up, values of an enumeration listed."""
    return ListType(kind) if isinstance(kind, EnumType) else kind


@frozen
class Decision:
    """A question, the values it may take and the rules that settle it, in file order."""

    name: str
    asks: str
    asked_on: tuple[str, ...]
    type: Type  # of one value; under `collect` the outcome is a list of these
    hit: str  # first, unique, priority or collect
    grave: tuple[Value, ...]
    fallback: Expr
    rules: tuple[Rule, ...]
    otherwise: Expr | None
    span: Span = field(eq=False)
    seen_by: tuple[str, ...] = STAFF
    overridable: tuple[Value, ...] | None = None  # None: whatever is milder than the rules decide, and not grave

    @property
    def outcome_type(self) -> Type:
        """The type of the outcome as other rules read it."""
        return gathered(self.type) if self.hit == "collect" else self.type

    @cached_property
    def overrides(self) -> tuple[Value, ...]:
        """The outcomes that an `override` event may name."""
        if self.overridable is not None:
            return self.overridable
        if not isinstance(self.type, EnumType) or self.hit == "collect":
            return ()
        return tuple(value for value in self.type.values[:-1] if value not in self.grave)


@frozen
class Requirement:
    """What a candidate must satisfy; the first that fails names why it is left out."""

    name: str
    when: Expr
    because: Mapping[str, str]
    source: str
    span: Span = field(eq=False)


@frozen
class Preference:
    """What adds to a candidate's score, where it holds."""

    name: str
    when: Expr | None
    add: Expr
    because: Mapping[str, str]
    source: str
    span: Span = field(eq=False)


@frozen
class Ranking:
    """A choice among candidates: who is left in, best score first, ties in the order given.

    Its expressions read a candidate's field `x` at `candidate.x` and a fold keyed by it at `candidate.history.x`. No
    rule reads the outcome, a list of ids; where it falls back, the candidates stay as given.
    """

    name: str
    asks: str
    asked_on: tuple[str, ...]
    over: str  # the path of the list
    require: tuple[Requirement, ...]
    prefer: tuple[Preference, ...]
    span: Span = field(eq=False)
    seen_by: tuple[str, ...] = STAFF


@frozen
class Invariant:
    """What must never (or always) hold after a decision; a violation degrades `decision`.

    One about a ranking speaks of each candidate (`candidate.x`, `candidate.ranked`), or of any two that were ranked,
    in that order (`ahead.x`, `behind.x`). One that holds `throughout` is an `always` whose folds are those of some
    history, not just any: only a proof tells the two apart.
    """

    name: str
    decision: str
    asked_on: tuple[str, ...]
    never: bool
    condition: Expr
    because: str
    source: str
    span: Span = field(eq=False)
    about: str = ""  # candidate, pair, or empty where it speaks of no candidate
    throughout: bool = False


# --- obligations and texts


@frozen
class Once:
    """No second obligation of the name in the scope `per`, or none while one is open."""

    per: str
    while_open: bool


@frozen
class Closing:
    """One way to close an obligation: what the closing event must bring and what it amends beside it.

    An expiry is no event; it needs nothing.
    """

    needs: tuple[str, ...]
    amends: tuple[tuple[str, tuple[tuple[str, Value], ...]], ...]


@frozen
class Obligation:
    """What somebody owes: who, from when, until when, what it carries, what is said, how it closes."""

    name: str
    to: str
    due: Due
    start: Due | None
    carries: Mapping[str, Attribute]
    values: tuple[tuple[str, Expr], ...]
    say: str
    once: Once | None
    closes: Mapping[str, Closing]
    seen_by: tuple[str, ...] = STAFF
    expires: Due | None = None  # the engine closes one that is still open then

    @property
    def times(self) -> tuple[Due, ...]:
        """When it begins, is due and expires, as far as declared."""
        return tuple(one for one in (self.due, self.start, self.expires) if one is not None)


@frozen
class Placeholder:
    """A value inside a text."""

    path: str
    type: Type


Template = tuple[str | Placeholder, ...]


@frozen
class Text:
    """A text in every language, chosen by the value at `by` where there is one."""

    name: str
    by: str
    variants: Mapping[str, Mapping[str, Template]]  # value (or `otherwise`) → language → template


# --- the whole


@frozen
class Plan:
    """What happens on one type of event, worked out once."""

    event: str
    decisions: tuple[str, ...]  # those asked, each after all that it reads
    reads: Mapping[str, frozenset[str]]  # decision → every fact it depends on, through others too
    facts: frozenset[str]  # every fact and fold needed
    folds: tuple[str, ...]
    rankings: tuple[str, ...] = ()
    keyed: Mapping[str, tuple[str, ...]] = field(factory=dict)  # candidate list → the folds asked for each candidate
    promised: tuple[tuple[Invariant, frozenset[str]], ...] = ()  # the invariants asked, each with all that it reads

    @cached_property
    def ordered_facts(self) -> tuple[str, ...]:
        """The facts and folds needed, in the order of a record."""
        return tuple(sorted(self.facts))


@frozen
class Policy:
    """A checked pack with the settings in force. Nothing in it changes after it is built."""

    name: str
    version: str
    language: int
    digest: str
    facts: Mapping[str, Fact]
    events: Mapping[str, Mapping[str, Fact]]  # event type → the facts that its fields give, by path
    entries: Mapping[str, EntryKind]
    folds: Mapping[str, Fold]
    settings: Mapping[str, Setting]
    decisions: Mapping[str, Decision]  # in dependency order
    rankings: Mapping[str, Ranking]  # by name; they read decisions, nothing reads them
    obligations: Mapping[str, Obligation]
    texts: Mapping[str, Text]
    invariants: tuple[Invariant, ...]
    calendar: WorkingCalendar
    plans: Mapping[str, Plan]
    retention: Mapping[str, Seconds] = field(factory=dict)  # kind of entry, `decision` or `text` → how long it is kept
    builds_on: Mapping[str, str] = field(factory=dict)  # every pack below → its version
    metrics: Mapping[str, Metric] = field(factory=dict)  # by name; `forbear report` reads them, no evaluator does
    sources: tuple[tuple[str, str, str], ...] = field(default=(), eq=False, repr=False)  # files: name, text, pack

    def outcome_type(self, name: str) -> Type:
        """The type of the outcome of a decision, or of a ranking: the ids, best first."""
        return ListType(StringType()) if name in self.rankings else self.decisions[name].outcome_type

    def asked_on(self, name: str) -> tuple[str, ...]:
        """The events on which a decision or ranking is asked."""
        return self.rankings[name].asked_on if name in self.rankings else self.decisions[name].asked_on
