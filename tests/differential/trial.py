"""One request to one policy, put to the evaluators: what they answer, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from forbear.evaluate import Evaluation, Evaluator
from forbear.language import ir
from strategies.cases import Question
from strategies.sound import unsound

Maker = Callable[[ir.Policy], Evaluator]


def verdict(policy: ir.Policy, evaluators: Sequence[Evaluator], asked: Question) -> Mapping[str, str]:
    """Evaluator → answer, where one differs from the first or breaks a promise of the checker; else nothing.

    What the first itself may not answer stands under `unsound`. A question whose event is the path of a fold asks the
    fold's `where` about an entry.
    """
    if asked.event in policy.folds:
        answers = {one.name: _kept(one, policy.folds[asked.event], asked) for one in evaluators}
        return answers if len(set(answers.values())) > 1 or "raised" in str(answers) else {}
    first, *others = evaluators
    try:
        decided = first.decide(asked.event, asked.facts, asked.degraded)
    except Exception as error:  # noqa: BLE001 — that nothing is raised is what is tested
        return {first.name: raised(error), **{one.name: _decided(one, asked) for one in others}}
    wanted, answers = shown(decided), {one.name: _decided(one, asked) for one in others}
    wrong = unsound(policy, asked.event, asked.facts, decided)
    if not wrong and all(one == wanted for one in answers.values()):
        return {}
    return {first.name: wanted, **answers, **({"unsound": "; ".join(wrong)} if wrong else {})}


def shown(answer: Evaluation) -> str:
    """Everything in an answer, order and types included: True is not 1 here."""
    parts = (answer.outcome, answer.left_out, answer.conflicts)
    return repr((*(list(part.items()) for part in parts), answer.fired, answer.happenings, answer.violated))


def raised(error: Exception) -> str:
    """An answer that is none."""
    return f"raised {type(error).__name__}: {error}"


def _decided(evaluator: Evaluator, asked: Question) -> str:
    try:
        return shown(evaluator.decide(asked.event, asked.facts, asked.degraded))
    except Exception as error:  # noqa: BLE001 — the same
        return raised(error)


def _kept(evaluator: Evaluator, fold: ir.Fold, asked: Question) -> str:
    try:
        test = evaluator.predicate(fold)
        return repr(None if test is None else test(asked.facts))
    except Exception as error:  # noqa: BLE001 — the same
        return raised(error)
