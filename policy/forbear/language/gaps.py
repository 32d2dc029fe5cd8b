"""What is said of a decision whose rules leave a case without an outcome, or give one case two."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from forbear.language import ir
from forbear.language.coverage import Box, Budget, NotKnown, TypeAt, boxes, example, overlap, uncovered
from forbear.language.scope import Names
from forbear.language.shape import Shape
from forbear.language.tree import Scalar
from forbear.language.types import Type


class Gaps:
    """Checks the rules of a pack's decisions against each other."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.budget = Budget()

    def check_covered(self, key: Scalar, rules: Sequence[ir.Rule], events: Collection[str]) -> None:
        """Every case on these events has an outcome; where that cannot be told, there must be an `otherwise`."""
        for event in events:
            type_at = self._type_at(event)
            claimed = [self._boxes(rule, event, type_at) for rule in rules]
            known = [found for found in claimed if found is not None]
            try:
                case = uncovered(known, type_at, self.budget)
            except NotKnown:
                case = {}
            if case is None:
                continue
            message = f"`{key.value}` may be left without an outcome on `{event}`"
            if case and len(known) == len(claimed):
                message += f", for example with {example(case, type_at)}"
            self.shape.error("not-covered", message, key.span, "end with `- otherwise: …`")
            return

    def check_apart(self, rules: Sequence[ir.Rule]) -> None:
        """No two rules claim one case, as far as that can be told here; the rest is for a proof."""
        for event in dict.fromkeys(event for rule in rules for event in rule.asked_on):
            type_at = self._type_at(event)
            known = [(rule, found) for rule in rules if (found := self._boxes(rule, event, type_at)) is not None]
            for n, (other, theirs) in enumerate(known):
                for one, ours in known[:n]:
                    try:
                        case = overlap(ours, theirs, self.budget)
                    except NotKnown:
                        return
                    if case is not None:
                        when = f", for example with {example(case, type_at)}" if case else f" on `{event}`"
                        message = f"`{one.name}` and `{other.name}` both match{when}"
                        self.shape.error("not-unique", message, other.span, "narrow one of them, or use hit: first")
                        return

    def _boxes(self, rule: ir.Rule, event: str, type_at: TypeAt) -> list[Box] | None:
        """The cases that a rule claims on an event, None where they cannot be told."""
        try:
            return boxes(rule.when, type_at, self.budget) if event in rule.asked_on else []
        except NotKnown:
            return None

    def _type_at(self, event: str) -> TypeAt:
        """The type of what a condition reads on an event, where it is never missing."""

        def type_at(path: str) -> Type | None:
            found = self.names.facts.get(path) or self.names.events[event].get(path) or self.names.folds.get(path)
            if found is not None:
                return None if found.optional else found.type
            given = self.names.decisions.get(path) or self.names.settings.get(path)
            return given.type if given is not None else None

        return type_at
