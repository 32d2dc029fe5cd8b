"""A decision looked at once more: each rule's conditions on the record's own facts, and where each of them stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from attrs import frozen

from forbear.errors import FactError
from forbear.evaluate.protocol import Environment
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import RecordsType, StringType, Type, Value, fit
from forbear.language.walk import reads
from forbear.records import Plain, Record


class Standing(Enum):
    """What became of a rule."""

    DECIDED = "decided"
    FAILED = "failed"  # a condition did not hold
    BEHIND = "behind"  # under `first`, a rule before it decided
    OUTRANKED = "outranked"  # under `priority`, it held and another decided
    OTHER_EVENT = "other event"  # it is not asked on such an event
    UNTOLD = "untold"  # the record no longer holds what it asks
    AGAINST = "against"  # it held and did not decide: record and rules contradict each other


@frozen
class Condition:
    """One conjunct of a rule: whether it held (None: that cannot be told) and what it read (None: was missing)."""

    expr: ir.Expr
    holds: bool | None
    values: Mapping[str, Value | None]


@frozen
class RuleTrace:
    """One rule; `conditions` go as far as they were looked at, so a failed one stands last."""

    rule: ir.Rule
    standing: Standing
    conditions: tuple[Condition, ...] = ()


@frozen
class DecisionTrace:
    """One decision that did not fall back, with all its rules in file order."""

    decision: ir.Decision
    rules: tuple[RuleTrace, ...]

    @property
    def deciding(self) -> tuple[RuleTrace, ...]:
        """The rules that decided."""
        return tuple(one for one in self.rules if one.standing is Standing.DECIDED)

    @property
    def sound(self) -> bool:
        """Whether record and rules agree."""
        held = all(condition.holds is not False for one in self.deciding for condition in one.conditions)
        return held and all(one.standing is not Standing.AGAINST for one in self.rules)


@frozen
class CandidateTrace:
    """One candidate: the requirement that left it out, with the conjunct that failed, or what added to its score."""

    id: str
    failed: ir.Requirement | None
    condition: Condition | None
    held: tuple[tuple[ir.Preference, int], ...] = ()

    @property
    def score(self) -> int:
        """The points that it got."""
        return sum(points for _, points in self.held)


@frozen
class RankingTrace:
    """A ranking that did not fall back, with every candidate as given."""

    ranking: ir.Ranking
    candidates: tuple[CandidateTrace, ...]


def trace_decision(policy: ir.Policy, record: Record, name: str) -> DecisionTrace:
    """The rules of a decision on the facts of a record, which was decided under this very policy."""
    decision, environment = policy.decisions[name], environment_of(policy, record)
    fired = frozenset(record.fired)
    found: list[RuleTrace] = []
    for rule in decision.rules:
        decided = f"{name}.{rule.name}" in fired
        if record.type not in rule.asked_on:
            found.append(RuleTrace(rule, Standing.OTHER_EVENT))
        elif decision.hit == "first" and any(one.standing is Standing.DECIDED for one in found):
            found.append(RuleTrace(rule, Standing.BEHIND))
        else:
            conditions = tuple(look(rule.when, environment))
            found.append(RuleTrace(rule, _standing(decided, conditions, decision, fired), conditions))
    return DecisionTrace(decision, tuple(found))


def _standing(
    decided: bool, conditions: tuple[Condition, ...], decision: ir.Decision, fired: frozenset[str]
) -> Standing:
    if decided:
        return Standing.DECIDED
    truths = {one.holds for one in conditions}
    if False in truths:
        return Standing.FAILED
    if None in truths:
        return Standing.UNTOLD
    another = any(f"{decision.name}.{rule.name}" in fired for rule in decision.rules)
    return Standing.OUTRANKED if decision.hit == "priority" and another else Standing.AGAINST


def trace_ranking(policy: ir.Policy, record: Record, name: str) -> RankingTrace:
    """Every candidate of a ranking on the facts of a record, which was decided under this very policy."""
    ranking, environment = policy.rankings[name], environment_of(policy, record)
    found: list[CandidateTrace] = []
    for one in _candidates(policy, ranking, record):
        view = {**environment, **{f"{ir.CANDIDATE}{key}": value for key, value in one.items()}}
        found.append(_candidate(str(one.get("id", "")), ranking, view))
    return RankingTrace(ranking, tuple(found))


def _candidate(id_: str, ranking: ir.Ranking, view: Environment) -> CandidateTrace:
    for rule in ranking.require:
        last = list(look(rule.when, view))[-1]
        if last.holds is not True:
            return CandidateTrace(id_, rule, last)
    held = [rule for rule in ranking.prefer if all(one.holds is True for one in look(rule.when, view))]
    points = ((rule, _value(rule.add, view)) for rule in held)
    return CandidateTrace(id_, None, None, tuple((rule, value) for rule, value in points if isinstance(value, int)))


def _candidates(policy: ir.Policy, ranking: ir.Ranking, record: Record) -> Iterator[dict[str, Value]]:
    """The candidates of the record with the folds that were asked for each."""
    given, fact = record.facts.get(ranking.over), policy.facts.get(ranking.over)
    if not isinstance(given, list) or fact is None or not isinstance(fact.type, RecordsType):
        return
    kinds: dict[str, Type] = {one.name: one.type for one in fact.type.fields}
    kinds |= {path: fold.type for path, fold in policy.folds.items()}
    for one in given:
        if isinstance(one, dict):
            fitted = {name: _fitted(name, kinds.get(name), value) for name, value in one.items()}
            yield {name: value for name, value in fitted.items() if value is not None}


def environment_of(policy: ir.Policy, record: Record) -> dict[str, Value]:
    """What the rules read: the record's facts and outcome and the policy's settings, in inner form."""
    found: dict[str, Value] = {path: one.value for path, one in policy.settings.items()}
    for path, given in record.facts.items():
        value = _fitted(path, fact_type(policy, record.type, path), given)
        if value is not None:
            found[path] = value
    for name, given in record.outcome.items():
        decision = policy.decisions.get(name)
        value = _fitted(name, decision.outcome_type if decision is not None else None, given)
        if value is not None:
            found[name] = value
    return found


def fact_type(policy: ir.Policy, event: str, path: str) -> Type | None:
    """The type of a fact or fold on an event; None where the policy has no such path, or it is a candidate list."""
    declared = policy.facts.get(path) or policy.folds.get(path) or policy.events.get(event, {}).get(path)
    return None if declared is None or isinstance(declared.type, RecordsType) else declared.type


def _fitted(path: str, kind: Type | None, given: Plain) -> Value | None:
    """The inner form of a value of the record, or None where it no longer says what it said."""
    if kind is None or given is None:
        return None
    try:
        return inner(path, kind, given)
    except FactError:
        return None  # blanked after it was decided; whatever reads it is reported as untold


def inner(path: str, kind: Type, given: Plain) -> Value:
    """A value of a record in inner form. Raises FactError.

    What the ledger lent is as it was kept, of a name that this policy need not know any more; all else was fitted.
    """
    if isinstance(given, str) and (isinstance(kind, StringType) or path == "obligation.owe"):
        return given
    return fit(path, kind, given)


def look(when: ir.Expr | None, environment: Environment) -> Iterator[Condition]:
    """The conjuncts of a condition, up to and with the first that does not hold; none stands for `always`."""
    for expr in conjuncts(when if when is not None else ir.Constant(True)):
        value = _value(expr, environment)
        read = {path: environment.get(path) for path in reads(expr)}
        yield Condition(expr, value if isinstance(value, bool) else None, read)
        if value is not True:
            return


def conjuncts(expr: ir.Expr, holds: bool = True) -> Iterator[ir.Expr]:
    """What must hold together, in the order asked: `a && !(b || c)` is `a`, `!b`, `!c`."""
    match expr:
        case ir.Not(operand):
            yield from conjuncts(operand, not holds)
        case ir.All(parts) if holds:
            for part in parts:
                yield from conjuncts(part, True)
        case ir.Any(parts) if not holds:
            for part in parts:
                yield from conjuncts(part, False)
        case _:
            yield expr if holds else ir.Not(expr)


def _value(expr: ir.Expr, environment: Environment) -> Value | None:
    """The value of an expression, or None where the record no longer holds what it reads."""
    try:
        return evaluate(expr, environment)
    except KeyError:
        return None
