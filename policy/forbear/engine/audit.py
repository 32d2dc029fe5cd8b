"""Deciding again what was decided: a record's own facts, under the policy that it names, by more than one evaluator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from attrs import AttrsInstance, evolve, frozen
from attrs import asdict as plain

from forbear.codec import owed_as_plain
from forbear.engine.confirm import Confirmer
from forbear.engine.consequences import Consequences, Impossible
from forbear.engine.facts import type_of, with_folds
from forbear.engine.overrides import KIND, Overriding, evaluate
from forbear.engine.replay import replayed
from forbear.engine.settle import flat
from forbear.errors import FactError, MissingExtra
from forbear.evaluate import make_evaluator
from forbear.explain.trace import inner
from forbear.language import ir
from forbear.language.events import KEPT_BY_ENGINE
from forbear.language.kept import Unusable, rebuilt
from forbear.language.types import RecordsType, Value, show
from forbear.ledger.entries import Entry
from forbear.ledger.store import Transaction
from forbear.records import Event, Record

_ELSEWHERE = frozenset({"contact_ended", "obligation_closed", "tick"})  # they also amend and close by themselves


@frozen
class Difference:
    """The first thing in which a record differs from what deciding again gives."""

    decision: str
    field: str
    says: str
    gives: str
    evaluator: str

    @property
    def message(self) -> str:
        """The difference in words."""
        again = f"deciding again ({self.evaluator})" if self.evaluator else "deciding again"
        return f"{self.field} of {self.decision}: the record says {self.says}, {again} gives {self.gives}"


class NotKept(Unusable):
    """The ledger does not have the policy by which something was decided."""


class Again:
    """Decides records again; each policy and evaluator is made once."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._policies: dict[str, ir.Policy | Unusable] = {}
        self._evaluators: dict[tuple[str, str], Confirmer | None] = {}

    def policy(self, digest: str) -> ir.Policy:
        """The policy of a digest. Raises NotKept or Unusable."""
        if digest not in self._policies:
            self._policies[digest] = self._load(digest)
        found = self._policies[digest]
        if isinstance(found, Unusable):
            raise found
        return found

    def _load(self, digest: str) -> ir.Policy | Unusable:
        body = self._transaction.policy(digest)
        if body is None:
            return NotKept("this ledger does not have it")
        try:
            return rebuilt(body, digest)
        except Unusable as error:
            return error

    def difference(self, record: Record, contact: str | None, customer: str | None) -> Difference | None:
        """The first difference, by the evaluator that decided and by the reference. Raises NotKept or Unusable."""
        policy = self.policy(record.policy.digest)
        for name in dict.fromkeys((record.evaluator, "reference")):
            evaluator = self._evaluator(name, policy)
            if evaluator is None:
                continue
            for field, says, gives in _differences(
                policy, record, Event(record.event, record.at, record.type, contact, customer), evaluator
            ):
                return Difference(record.id, field, says, gives, name)
        return None

    def _evaluator(self, name: str, policy: ir.Policy) -> Confirmer | None:
        """An evaluator of a policy, which nobody confirms; None where this machine has none of the name."""
        key = name, policy.digest
        if key not in self._evaluators:
            try:
                self._evaluators[key] = Confirmer(policy, make_evaluator(name, policy), "never")
            except MissingExtra:
                self._evaluators[key] = None
        return self._evaluators[key]


_Difference = tuple[str, str, str]  # field, what the record says, what deciding again gives


def _differences(policy: ir.Policy, record: Record, event: Event, evaluator: Confirmer) -> Iterator[_Difference]:
    """What differs, in the order in which a reader would look."""
    said = f"{record.policy.pack} {record.policy.version}"
    yield from _compare("policy", said, f"{policy.name} {policy.version}")
    if record.type not in policy.plans:
        yield "type", repr(record.type), "an event that the policy does not know"
        return
    try:
        facts = facts_again(policy, record)
        found = evaluated_again(policy, record, evaluator, facts)
    except FactError as error:
        yield f"facts.{error.path}", repr(record.facts.get(error.path)), f"not {error.expected}"
        return
    except KeyError as error:
        yield f"facts.{error.args[0]}", "nothing", "a decision that reads it"
        return
    evaluation = found.evaluation
    outcome = {name: show(policy.outcome_type(name), value) for name, value in evaluation.outcome.items()}
    yield from _compare_each("outcome", record.outcome, outcome)
    yield from _compare_each("overridden", _plain(record.overridden), _plain(found.overridden))
    yield from _compare("fired", [*record.fired], [*evaluation.fired])
    yield from _compare_each("left_out", record.left_out, flat(evaluation.left_out))
    for name, rules in evaluation.conflicts.items():
        yield f"outcome.{name}", repr(record.outcome.get(name)), f"a conflict of {' and '.join(rules)}"
    for name in evaluation.violated:
        yield "degraded", "that all promises held", f"that {name} did not"
    ledger = replayed(policy, record, event, evaluation.happenings)
    settings = {path: one.value for path, one in policy.settings.items()}
    environment: dict[str, Value] = {**settings, **facts, **evaluation.outcome}
    again = Consequences(policy, event, cast(Transaction, ledger), environment)
    try:
        again.apply(evaluation.happenings)
    except Impossible as impossible:
        yield "degraded", "that all effects took place", f"that those of {impossible.rule} cannot: {impossible.reason}"
        return
    yield from _effects(record, again)


def _effects(record: Record, again: Consequences) -> Iterator[_Difference]:
    """What followed: entries, obligations with their times and words, amendments, closings."""
    own = [one.id for one in record.recorded if one.entry not in KEPT_BY_ENGINE]
    yield from _compare("recorded", own, [one.id for one in again.recorded])
    yield from _compare(
        "recorded", [one.entry for one in record.recorded if one.id in own], [one.entry for one in again.recorded]
    )
    yield from _compare("obligations", [one.id for one in record.obligations], [one.id for one in again.owed])
    for ours, theirs in zip(record.obligations, again.owed, strict=True):
        yield from _compare_each(f"obligations {ours.id}", owed_as_plain(ours), owed_as_plain(theirs))
    for number, (said, saying) in enumerate(zip(record.said, again.said, strict=False)):
        yield from _compare(f"said {number}", [said.rule, said.text, said.say], [saying.rule, saying.text, saying.say])
    yield from _compare("said", len(record.said), len(again.said))
    elsewhere = record.type in _ELSEWHERE
    yield from _contained("closed", _listed(record.closed), _listed(again.closed), elsewhere)
    more = elsewhere or bool(record.closed)  # closing an obligation amends what was recorded beside it
    yield from _contained("amended", _listed(record.amended), _listed(again.amended), more)


def _contained(field: str, says: list[object], gives: list[object], more: bool) -> Iterator[_Difference]:
    """A difference unless the record says the same; with `more` it may say more."""
    if not more:
        yield from _compare(field, says, gives)
        return
    for one in gives:
        if one not in says:
            yield field, repr(says), repr(one)


def _listed(given: Iterable[object]) -> list[object]:
    return [_told(one) for one in given]


def _told(one: object) -> object:
    """What a part of a record says, for people to read; its mappings may be of another kind and say the same."""
    told = plain(cast(AttrsInstance, one))
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in told.items()}


def _plain(given: Mapping[str, object]) -> dict[str, object]:
    return {name: _told(one) for name, one in given.items()}


def _compare(field: str, says: object, gives: object) -> Iterator[_Difference]:
    if says != gives:
        yield field, repr(says), repr(gives)


def _compare_each(field: str, says: Mapping[str, object], gives: Mapping[str, object]) -> Iterator[_Difference]:
    for name in dict.fromkeys((*says, *gives)):
        if name not in says or name not in gives or says[name] != gives[name]:
            ours, theirs = (repr(one[name]) if name in one else "nothing" for one in (says, gives))
            yield f"{field} {name}", ours, theirs


# --- what was decided on


def evaluated_again(policy: ir.Policy, record: Record, evaluator: Confirmer, facts: Mapping[str, Value]) -> Overriding:
    """The evaluation, with the outcomes held that people had set, and what had fallen back fallen back."""
    overrides = {
        name: Entry(
            one.id, KIND, 0, None, None, None,
            {"decision": name, "outcome": str(record.outcome.get(name)), "by": one.by, "reason": one.reason},
        )
        for name, one in record.overridden.items()
    }  # fmt: skip
    return evaluate(policy, evaluator, record.type, facts, frozenset(record.degraded or ()), overrides)


def facts_again(policy: ir.Policy, record: Record) -> dict[str, Value]:
    """The facts of a record in inner form. Raises FactError."""
    found: dict[str, Value] = {}
    for path, given in record.facts.items():
        kind = with_folds(policy, type_of(policy, record.type, path))
        if isinstance(kind, RecordsType):  # a fold asked for a candidate may have no answer
            kind = evolve(
                kind, fields=tuple(evolve(one, optional=one.optional or "." in one.name) for one in kind.fields)
            )
        found[path] = inner(path, kind, given)
    return found
