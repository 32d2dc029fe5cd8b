"""Evaluators: each gives a policy's answer to one event, from facts alone. They agree on every input."""

from __future__ import annotations

from forbear.errors import MissingExtra, UnknownEvaluator
from forbear.evaluate.compiled import Compiled
from forbear.evaluate.protocol import Evaluation, Evaluator, Happening
from forbear.evaluate.reference import Reference
from forbear.language.ir import Policy

__all__ = ["EVALUATORS", "Compiled", "Evaluation", "Evaluator", "Happening", "Reference", "make_evaluator"]

EVALUATORS = ("compiled", "reference", "durable")


def make_evaluator(name: str, policy: Policy) -> Evaluator:
    """The evaluator of that name for a policy; `auto` means `compiled`. Raises UnknownEvaluator for another name."""
    match name:
        case "auto" | "compiled":
            return Compiled(policy)
        case "reference":
            return Reference(policy)
        case "durable":
            return _durable(policy)
        case _:
            raise UnknownEvaluator(f"there is no evaluator {name!r}; known: auto, {', '.join(EVALUATORS)}")


def _durable(policy: Policy) -> Evaluator:
    """The second engine, loaded only when it is asked for."""
    from forbear.evaluate.durable import Durable, is_available

    if not is_available():
        raise MissingExtra("durable-rules does not work on this Python; it needs 3.11 or 3.12, and a C compiler")
    return Durable(policy)
