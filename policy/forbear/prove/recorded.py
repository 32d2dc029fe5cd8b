"""What is in a ledger, decided by another version: how many decisions, of how many customers, would be otherwise."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from attrs import define, evolve, field, frozen

from forbear.codec import record_from_plain
from forbear.engine.audit import Again, evaluated_again, facts_again
from forbear.engine.confirm import Confirmer
from forbear.engine.facts import doubtful
from forbear.errors import FactError
from forbear.evaluate import make_evaluator
from forbear.language import ir
from forbear.language.kept import Unusable
from forbear.language.types import Value, show
from forbear.ledger.audit import Opened, opened, subjects
from forbear.ledger.bodies import Body
from forbear.ledger.book import Book
from forbear.ledger.checkpoints import as_book
from forbear.ledger.entries import LAST
from forbear.ledger.store import Store
from forbear.prove.phrases import word
from forbear.prove.same import plain_fold
from forbear.records import Plain, Record


@frozen
class Otherwise:
    """So many recorded decisions, of so many customers, that came to one outcome and would come to another."""

    decision: str
    before: str
    after: str
    records: int
    customers: int


@define
class Recorded:
    """What deciding a ledger again came to; `gone` are records that were erased or whose time was over."""

    records: int = 0
    customers: int = 0
    differ: int = 0  # records of which something would be otherwise
    customers_differ: int = 0
    others: int = 0  # decided by neither version as it is given: both were decided again
    gone: int = 0
    broken: dict[str, int] = field(factory=dict)  # promise of the later version → records that would break it
    untold: dict[str, int] = field(factory=dict)  # decision → records that lack what it asks now
    groups: tuple[Otherwise, ...] = ()


def recorded(store: Store, before: ir.Policy, after: ir.Policy) -> Recorded:
    """Decide every record of a ledger by the later version, purely, from the facts that it keeps.

    What was recorded under the earlier version is compared as it stands, other records as both versions decide them.
    """
    with store.reading() as transaction:
        return _Deciding(as_book(transaction), before, after).run()


@define
class _Deciding:
    book: Book
    before: ir.Policy
    after: ir.Policy
    found: Recorded = field(factory=Recorded)
    again: Again = field(init=False)
    everybody: set[str] = field(factory=set)
    groups: Counter[tuple[str, str, str]] = field(factory=Counter)
    of_groups: dict[tuple[str, str, str], set[frozenset[int]]] = field(factory=dict)
    customers: set[frozenset[int]] = field(factory=set)
    evaluators: dict[tuple[str, frozenset[str]], Confirmer] = field(factory=dict)
    joined: dict[str, frozenset[int]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.again = Again(self.book)

    def run(self) -> Recorded:
        ((total,),) = self.book.connection.run("SELECT COUNT(*) FROM decision")
        for number in subjects(self.book):
            for one in opened(self.book, number):
                self._take(one)
        found = self.found
        found.gone = int(total) - found.records
        found.customers = len({self._customer(one) for one in self.everybody})
        found.customers_differ = len(self.customers)
        found.groups = tuple(
            Otherwise(*what, records, len(self.of_groups.get(what, ()))) for what, records in self.groups.most_common()
        )
        return found

    def _take(self, one: Opened) -> None:
        record = record_from_plain(json.loads(one.body.record))
        self.found.records += 1
        if one.body.customer is not None:
            self.everybody.add(one.body.customer)
        if record.policy.digest != self.before.digest:
            self.found.others += 1
            was: Mapping[str, Plain] = self._decided(self.before, record, one.body)
        else:
            was = record.outcome
        now = self._decided(self.after, record, one.body)
        differs = False
        for name in was.keys() & now.keys():
            if was[name] != now[name]:
                differs = True
                what = name, word(was[name]), word(now[name])
                self.groups[what] += 1
                if one.body.customer is not None:
                    self.of_groups.setdefault(what, set()).add(self._customer(one.body.customer))
                    self.customers.add(self._customer(one.body.customer))
        self.found.differ += differs

    def _customer(self, id: str) -> frozenset[int]:
        """The chains of a customer and of all ids merged with theirs, which count as one."""
        if id not in self.joined:
            self.joined[id] = frozenset(self.book.group(id, LAST))
        return self.joined[id]

    # --- deciding

    def _decided(self, policy: ir.Policy, record: Record, body: Body) -> Mapping[str, Plain]:
        """What a policy decides on the facts of a record, as far as these tell."""
        plan = policy.plans.get(record.type)
        if plan is None:
            return {}
        kept = self._policy_of(record)
        lacking = _lacking(policy, kept, record.type)
        names = (*plan.decisions, *plan.rankings)
        silent = {name for name in names if plan.reads[name] & lacking}
        try:
            facts = facts_again(policy, evolve(record, facts=_told(policy, kept, record, body, lacking)))
            outcome = self._outcome(policy, record, facts, silent, lacking)
        except FactError:
            silent, outcome = set(names), {}
        for name in silent & record.outcome.keys() if policy is self.after else ():
            self.found.untold[name] = self.found.untold.get(name, 0) + 1
        return {name: show(policy.outcome_type(name), one) for name, one in outcome.items() if name not in silent}

    def _outcome(
        self, policy: ir.Policy, record: Record, facts: Mapping[str, Value], silent: set[str], lacking: frozenset[str]
    ) -> Mapping[str, Value]:
        """What is decided; what breaks a promise of the policy falls back, as it would have."""
        plan = policy.plans[record.type]
        needed = (path for path in plan.facts - facts.keys() - lacking if _is_needed(policy, record.type, path))
        fallen = dict.fromkeys(silent, "") | doubtful(plan, dict.fromkeys(needed, "")) | dict(record.degraded or {})
        evaluator = self._evaluator(policy, record.type, lacking)
        while True:
            again = evolve(record, degraded={name: why for name, why in fallen.items() if name in plan.reads})
            found = evaluated_again(policy, again, evaluator, facts).evaluation
            if policy is self.after:
                for promise in found.violated:
                    self.found.broken[promise] = self.found.broken.get(promise, 0) + 1
            broken = {one.decision for one in policy.invariants if one.name in found.violated} - fallen.keys()
            if not broken:
                return found.outcome
            fallen |= dict.fromkeys(broken, "")

    def _policy_of(self, record: Record) -> ir.Policy:
        for one in (self.before, self.after):
            if record.policy.digest == one.digest:
                return one
        try:
            return self.again.policy(record.policy.digest)
        except Unusable:
            return self.before

    def _evaluator(self, policy: ir.Policy, event: str, lacking: frozenset[str]) -> Confirmer:
        """An evaluator of a policy without the promises that cannot be checked."""
        promised = policy.plans[event].promised
        untold = frozenset(one.name for one, paths in promised if paths & lacking)
        key = policy.digest, untold
        if key not in self.evaluators:
            kept = tuple(one for one in policy.invariants if one.name not in untold)
            told = evolve(policy, invariants=kept)
            self.evaluators[key] = Confirmer(told, make_evaluator("compiled", told), "never")
        return self.evaluators[key]


def _lacking(policy: ir.Policy, kept: ir.Policy, event: str) -> frozenset[str]:
    """What a policy asks that records of another cannot tell: facts not asked then, and the past asked otherwise."""
    asked = kept.plans[event].facts if event in kept.plans else frozenset[str]()
    known = {"event.type", "event.contact", "event.customer"}
    found = set(policy.plans[event].facts - asked - known)
    for path in policy.plans[event].facts & asked:
        ours, theirs = (_declared(one, event, path) for one in (kept, policy))
        if isinstance(ours, ir.Fold) and isinstance(theirs, ir.Fold) and plain_fold(ours) != plain_fold(theirs):
            found.add(path)
    return frozenset(found)


def _told(policy: ir.Policy, kept: ir.Policy, record: Record, body: Body, lacking: frozenset[str]) -> dict[str, Plain]:
    """The facts of a record as a policy reads them, its own defaults in place of those of that time."""
    asked = policy.plans[record.type].facts
    found = {path: value for path, value in record.facts.items() if path in asked and path not in lacking}
    ids = {"event.type": record.type, "event.contact": body.contact, "event.customer": body.customer}
    found.update({path: value for path, value in ids.items() if path in asked and value is not None})
    for path in record.defaulted:
        fact = _declared(policy, record.type, path)
        if path in found and isinstance(fact, ir.Fact) and fact != _declared(kept, record.type, path):
            del found[path]
            if fact.default is not None:
                found[path] = show(fact.type, fact.default)
    return found


def _is_needed(policy: ir.Policy, event: str, path: str) -> bool:
    fact = _declared(policy, event, path)
    return isinstance(fact, ir.Fact) and not fact.optional and fact.default is None and path != "event.type"


def _declared(policy: ir.Policy, event: str, path: str) -> ir.Fact | ir.Fold | None:
    return policy.facts.get(path) or policy.folds.get(path) or policy.events[event].get(path)
