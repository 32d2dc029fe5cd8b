"""Evaluators: each gives a policy's answer to one event, from facts alone. They agree on every input."""

from __future__ import annotations

from forbear.errors import UnknownEvaluator
from forbear.evaluate.compiled import Compiled
from forbear.evaluate.protocol import Evaluation, Evaluator, Happening
from forbear.evaluate.reference import Reference
from forbear.language.ir import Policy

__all__ = ["EVALUATORS", "Compiled", "Evaluation", "Evaluator", "Happening", "Reference", "make_evaluator"]

EVALUATORS = ("compiled", "reference")


def make_evaluator(name: str, policy: Policy) -> Evaluator:
    """The evaluator of that name for a policy; `auto` means `compiled`. Raises UnknownEvaluator for another name."""
    match name:
        case "auto" | "compiled":
            return Compiled(policy)
        case "reference":
            return Reference(policy)
        case _:
            raise UnknownEvaluator(f"there is no evaluator {name!r}; known: auto, {', '.join(EVALUATORS)}")
