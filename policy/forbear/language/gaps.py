"""What is said of a decision whose rules leave a case without an outcome, or give one case two."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from forbear.language import ir
from forbear.language.cases import Claims, Questions, may_meet
from forbear.language.coverage import Box, Budget, NotKnown, TypeAt, boxes, example, overlap, uncovered
from forbear.language.resolve import known_type, type_within
from forbear.language.scope import Names, Scope
from forbear.language.shape import Shape
from forbear.language.tree import Scalar
from forbear.language.types import EnumType, Type


class Gaps:
    """Checks the rules of a pack's decisions against each other."""

    def __init__(self, shape: Shape, names: Names) -> None:
        self.shape, self.names = shape, names
        self.budget = Budget()
        self.spare, self.unproved = Budget(), Budget()  # for warnings, and for notes

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

    def check_apart(self, rules: Sequence[ir.Rule]) -> bool:
        """Whether no two rules claim one case, as far as that can be told here; the rest is for a proof."""
        for event in dict.fromkeys(event for rule in rules for event in rule.asked_on):
            type_at = self._type_at(event)
            known = [(rule, found) for rule in rules if (found := self._boxes(rule, event, type_at)) is not None]
            for n, (other, theirs) in enumerate(known):
                for one, ours in known[:n]:
                    try:
                        case = overlap(ours, theirs, self.budget)
                    except NotKnown:
                        return True
                    if case is not None:
                        when = f", for example with {example(case, type_at)}" if case else f" on `{event}`"
                        message = f"`{one.name}` and `{other.name}` both match{when}"
                        self.shape.error("not-unique", message, other.span, "narrow one of them, or use hit: first")
                        return False
        return True

    def check_reached(self, hit: str, order: Type, rules: Sequence[ir.Rule]) -> None:
        """Warn of each rule all of whose cases other rules take."""
        events = {
            event: self._claims(rules, event) for event in dict.fromkeys(e for rule in rules for e in rule.asked_on)
        }
        for n, rule in enumerate(rules):
            rivals = _rivals(hit, order, n, rules)
            if not rivals or not all(events[event].is_hidden(n, rivals) for event in rule.asked_on):
                continue
            alone = next((m for m in rivals if all(events[event].is_hidden(n, (m,)) for event in rule.asked_on)), None)
            by = f"`{rules[alone].name}` takes" if alone is not None else "other rules take"
            hint = "move it up, or leave it out" if hit == "first" else "narrow the others, or leave it out"
            self.shape.problems.warn("shadowed-rule", f"{by} every case of `{rule.name}`", rule.span, hint)

    def _claims(self, rules: Sequence[ir.Rule], event: str) -> Claims:
        questions = Questions(self._type_of(event), self.shape.problems)
        claimed = [questions.boxes(rule.when) if event in rule.asked_on else [] for rule in rules]
        return Claims(claimed, questions.type_at, self.spare)

    def note_unproved(self, key: Scalar, rules: Sequence[ir.Rule]) -> None:
        """Note the first two rules of which it cannot be told here whether one case may match both."""
        for event in dict.fromkeys(event for rule in rules for event in rule.asked_on):
            questions = Questions(self._type_of(event), self.shape.problems)
            asked = [(rule, questions.boxes(rule.when)) for rule in rules if event in rule.asked_on]
            for n, (other, theirs) in enumerate(asked):
                for one, ours in asked[:n]:
                    if ours is None or theirs is None or may_meet(ours, theirs, self.unproved):
                        message = f"whether `{one.name}` and `{other.name}` can both match is left to a proof"
                        hint = "if they do, the decision falls back, with an alarm"
                        self.shape.problems.note("left-to-prove", message, key.span, hint)
                        return

    def _boxes(self, rule: ir.Rule, event: str, type_at: TypeAt) -> list[Box] | None:
        """The cases that a rule claims on an event, None where they cannot be told."""
        try:
            return boxes(rule.when, type_at, self.budget) if event in rule.asked_on else []
        except NotKnown:
            return None

    def _type_at(self, event: str) -> TypeAt:
        """The type of what a condition reads on an event, where it is never missing."""
        scope = Scope(self.names, (event,))
        return lambda path: None if (found := known_type(path, scope)) is None or found.optional else found.type

    def _type_of(self, event: str) -> TypeAt:
        """The type of what a condition reads on an event, wherever it is there."""
        return type_within(Scope(self.names, (event,)))


def _rivals(hit: str, order: Type, n: int, rules: Sequence[ir.Rule]) -> Sequence[int]:
    """The rules that win over the n-th where both match, as far as that can be told from what they say."""
    if hit == "first":
        return range(n)
    if hit != "priority" or not isinstance(order, EnumType):
        return ()
    said = [order.values.index(str(one.then.value)) if isinstance(one.then, ir.Constant) else -1 for one in rules]
    if said[n] < 0:
        return ()
    return [m for m in range(len(rules)) if said[m] > said[n] or (said[m] == said[n] and m < n)]
