"""Answers that were given before.

Where each outcome is one of a few, an answer without effects is told by the rules that fired. Those are counted into
one number while deciding, and the answer that the number stands for is made once.
"""

from __future__ import annotations

from types import MappingProxyType

from attrs import field, frozen

from forbear.evaluate.protocol import Evaluation
from forbear.evaluate.reference import evaluate, gather
from forbear.language import ir
from forbear.language.types import BoolType, EnumType, Value
from forbear.language.walk import reads

LONGEST = 512  # bits of a number
MOST = 4096  # answers kept for one type of event

Key = int | tuple[int | Value, ...]


@frozen
class _Digit:
    """A decision's part of the number, `weight` times: 1 + n where rule n fired, one more where rules contradicted
    each other; under `collect` a bit for each rule."""

    decision: ir.Decision
    rules: tuple[ir.Rule, ...]
    weight: int
    computed: bool  # its outcome stands in the key

    @property
    def base(self) -> int:
        return 2 ** len(self.rules) if self.decision.hit == "collect" else len(self.rules) + 2

    def fired(self, digit: int) -> list[ir.Rule]:
        if self.decision.hit == "collect":
            return [rule for n, rule in enumerate(self.rules) if digit >> n & 1]
        return list(self.rules[digit - 1 : digit]) if digit else []

    def value(self, digit: int, settings: dict[str, Value]) -> Value:
        fired = self.fired(digit)
        if self.decision.hit == "collect":
            return gather(self.decision, [evaluate(rule.then, settings) for rule in fired])
        if fired:
            return evaluate(fired[0].then, settings)
        return evaluate((not digit and self.decision.otherwise) or self.decision.fallback, settings)


@frozen
class Interned:
    """The answers to one type of event that were made so far, by their keys."""

    digits: tuple[_Digit, ...]
    settings: dict[str, Value]
    seen: dict[Key, Evaluation] = field(factory=dict)

    def digit(self, decision: str) -> _Digit:
        """The digit of a decision."""
        return next(one for one in self.digits if one.decision.name == decision)

    @property
    def computed(self) -> list[str]:
        """The decisions whose outcomes stand in the key, behind the number."""
        return [one.decision.name for one in self.digits if one.computed]

    def make(self, key: Key) -> Evaluation:
        """The answer of a key that is new."""
        number, *computed = key if isinstance(key, tuple) else (key,)
        assert isinstance(number, int)
        outcome: dict[str, Value] = {}
        fired: list[str] = []
        for one in self.digits:
            number, digit = divmod(number, one.base)
            fired += [f"{one.decision.name}.{rule.name}" for rule in one.fired(digit)]
            outcome[one.decision.name] = computed.pop(0) if one.computed else one.value(digit, self.settings)
        if len(self.seen) >= MOST:
            self.seen.clear()
        answer = Evaluation(MappingProxyType(outcome), tuple(fired), (), ())
        self.seen[key] = answer
        return answer


def interned(policy: ir.Policy, plan: ir.Plan) -> Interned | None:
    """The digits of an event's decisions.

    None where candidates are ranked, an outcome may be any number, or the number would grow too long.
    """
    settings: dict[str, Value] = {path: one.value for path, one in policy.settings.items()}
    digits: list[_Digit] = []
    weight = 1
    for name in plan.decisions:
        decision = policy.decisions[name]
        rules = tuple(rule for rule in decision.rules if plan.event in rule.asked_on)
        leads_to = [*(rule.then for rule in rules), decision.otherwise, decision.fallback]
        computed = any(path not in settings for expr in leads_to for path in reads(expr))
        if computed and (decision.hit == "collect" or not isinstance(decision.type, EnumType | BoolType)):
            return None
        if weight.bit_length() > LONGEST:
            return None
        digits.append(_Digit(decision, rules, weight, computed))
        weight *= digits[-1].base
    return None if plan.rankings else Interned(tuple(digits), settings)
