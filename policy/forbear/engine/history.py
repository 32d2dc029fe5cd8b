"""The folds that an event asks for, answered from what is at hand of the past, else from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forbear.engine.facts import Gathered
from forbear.evaluate import Evaluator
from forbear.language import ir
from forbear.language.types import Value
from forbear.ledger.entries import to_micros
from forbear.ledger.fold import Untold, answer, answer_over, ask_each
from forbear.ledger.recall import Recall, Recalling, View
from forbear.ledger.store import Transaction
from forbear.records import Event


class History:
    """The folds of a policy over a ledger. Threads may share it."""

    def __init__(self, policy: ir.Policy, evaluator: Evaluator) -> None:
        self._policy = policy
        self._where = {path: evaluator.predicate(fold) for path, fold in policy.folds.items()}
        self._nothing = {path: answer(fold, []) for path, fold in policy.folds.items()}
        self._short = frozenset(path for path, fold in policy.folds.items() if _is_short(fold))
        self._recall = Recall(policy, self._where)
        self.recalling = Recalling(self._recall)

    def remember(self, event: Event, gathered: Gathered, transaction: Transaction) -> None:
        """Ask the folds that the event needs, some of them for each candidate; history is what stood before it."""
        plan, at = self._policy.plans[event.type], to_micros(event.at)
        view = self._recall.view(event.customer, at, transaction)
        for path in plan.folds:
            if path in self._short:
                self._look(path, event, gathered, transaction, at)
            else:
                answers = self._ask(path, event, gathered, transaction, view, [{}])
                if answers is not None and answers[0] is not None:
                    gathered.values[path] = answers[0]
        for over, paths in plan.keyed.items():
            given = gathered.values.get(over, ())
            assert isinstance(given, tuple)
            candidates = [dict(one) for one in given if isinstance(one, Mapping)]
            for path in paths:
                answers = self._ask(path, event, gathered, transaction, view, candidates)
                if answers is None:
                    gathered.refused[over] = gathered.refused[path]
                    break
                for candidate, value in zip(candidates, answers, strict=True):
                    if value is not None:
                        candidate[path] = value
            if over in gathered.values:
                gathered.values[over] = tuple(candidates)

    def _look(self, path: str, event: Event, gathered: Gathered, transaction: Transaction, at: int) -> None:
        """Ask a fold over what stands in the event's contact."""
        fold, value = self._policy.folds[path], self._nothing[path]
        seen = transaction.entries(fold.entry, "contact", event.contact, None, at) if event.contact is not None else ()
        if seen:
            try:
                value = answer_over(fold, self._policy, seen, self._where[path], at)
            except Untold as error:
                gathered.refused[path] = str(error)
                return
        if value is not None:
            gathered.values[path] = value

    def _ask(
        self,
        path: str,
        event: Event,
        gathered: Gathered,
        transaction: Transaction,
        view: View,
        candidates: Sequence[Mapping[str, Value]],
    ) -> list[Value | None] | None:
        """A fold's answer for each candidate; None, the reason noted, where it cannot be told."""
        fold = self._policy.folds[path]
        doubtful = sorted(key for _, key in fold.by if key in gathered.refused) if gathered.refused else ()
        if doubtful:
            gathered.refused[path] = gathered.refused[doubtful[0]]
            return None
        scope = None if fold.scope == "centre" else getattr(event, fold.scope)
        answers = view.answers(fold, scope, gathered.values, candidates)
        if answers is not None:
            return answers
        at = to_micros(event.at)
        try:
            return ask_each(fold, self._policy, transaction, scope, gathered.values, self._where[path], at, candidates)
        except Untold as error:
            gathered.refused[path] = str(error)
            return None


def _is_short(fold: ir.Fold) -> bool:
    """Whether a fold sees what stands in the event's contact, most often nothing."""
    return fold.scope == "contact" and not fold.by and fold.window is None
