"""The folds that an event asks for, answered from what is at hand of its customer, else from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forbear.engine.facts import Gathered
from forbear.evaluate import Evaluator
from forbear.language import ir
from forbear.language.types import Value
from forbear.ledger.entries import to_micros
from forbear.ledger.fold import Untold, ask_each
from forbear.ledger.recall import Past, Recall, Recalling
from forbear.ledger.store import Transaction
from forbear.records import Event


class History:
    """The folds of a policy over a ledger. Threads may share it."""

    def __init__(self, policy: ir.Policy, evaluator: Evaluator) -> None:
        self._policy = policy
        self._where = {path: evaluator.predicate(fold) for path, fold in policy.folds.items()}
        self._recall = Recall(policy, self._where)
        self._recalled = frozenset(name for name, plan in policy.plans.items() if self._recalls(plan))
        self.recalling = Recalling(self._recall)

    def _recalls(self, plan: ir.Plan) -> bool:
        """Whether a plan asks for folds that are kept at hand."""
        asked = {*plan.folds, *(path for paths in plan.keyed.values() for path in paths)}
        return any(self._recall.keeps(path) for path in asked)

    def remember(self, event: Event, gathered: Gathered, transaction: Transaction) -> None:
        """Ask the folds that the event needs, some of them for each candidate; history is what stood before it."""
        plan = self._policy.plans[event.type]
        past = None
        if event.customer is not None and event.type in self._recalled:
            past = self._recall.past(event.customer, to_micros(event.at), transaction)
        for path in plan.folds:
            answers = self._ask(path, event, gathered, transaction, past, [{}])
            if answers is not None and answers[0] is not None:
                gathered.values[path] = answers[0]
        for over, paths in plan.keyed.items():
            given = gathered.values.get(over, ())
            assert isinstance(given, tuple)
            candidates = [dict(one) for one in given if isinstance(one, Mapping)]
            for path in paths:
                answers = self._ask(path, event, gathered, transaction, past, candidates)
                if answers is None:
                    gathered.refused[over] = gathered.refused[path]
                    break
                for candidate, value in zip(candidates, answers, strict=True):
                    if value is not None:
                        candidate[path] = value
            if over in gathered.values:
                gathered.values[over] = tuple(candidates)

    def _ask(
        self,
        path: str,
        event: Event,
        gathered: Gathered,
        transaction: Transaction,
        past: Past | None,
        candidates: Sequence[Mapping[str, Value]],
    ) -> list[Value | None] | None:
        """A fold's answer for each candidate; None, the reason noted, where it cannot be told."""
        fold = self._policy.folds[path]
        doubtful = sorted(key for _, key in fold.by if key in gathered.refused) if gathered.refused else ()
        if doubtful:
            gathered.refused[path] = gathered.refused[doubtful[0]]
            return None
        if past is not None and self._recall.keeps(path) and past.knows(path):
            return past.answers(fold, gathered.values, candidates)
        scope = None if fold.scope == "centre" else getattr(event, fold.scope)
        at = to_micros(event.at)
        try:
            return ask_each(fold, self._policy, transaction, scope, gathered.values, self._where[path], at, candidates)
        except Untold as error:
            gathered.refused[path] = str(error)
            return None
