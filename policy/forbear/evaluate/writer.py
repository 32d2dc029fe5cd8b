"""The lines of a generated function, and where it finds the values that its expressions read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from forbear.evaluate.expressions import expression
from forbear.evaluate.given import Given, declared
from forbear.evaluate.interned import Interned
from forbear.language import ir
from forbear.language.resolve import CANDIDATE_SPACES
from forbear.language.types import RecordsType, Type, Value
from forbear.language.walk import reads, rule_expressions

Mode = Literal["sure", "strict", "degraded"]
"""What a function may rely on: facts that fit and lack nothing; facts that a host gives; facts of which some lack."""

_EFFECT_SPACES = {"recorded": "record", "owed": "owe"}  # in an invariant: path → action


class Writer:
    """One function for one type of event, written line by line."""

    def __init__(self, policy: ir.Policy, plan: ir.Plan, known: Interned | None, *, mode: Mode) -> None:
        self.policy, self.plan, self.interned = policy, plan, known
        self.degraded, self.given = mode == "degraded", Given(policy, plan.event) if mode == "strict" else None
        self.decisions = [policy.decisions[one] for one in plan.decisions]
        self.rankings = [policy.rankings[one] for one in plan.rankings]
        self.invariants = [one for one in policy.invariants if plan.event in one.asked_on]
        self.settings: dict[str, Value] = {path: setting.value for path, setting in policy.settings.items()}
        self.names = {decision.name: f"d{n}" for n, decision in enumerate(self.decisions)}
        self.ids = {ranking.name: f"k{n}" for n, ranking in enumerate(self.rankings)}  # the ranked ids
        self.tables: list[str] = []
        self._lines: list[str] = []
        self._often = self._read_often()
        self._loaded: dict[str, str] = {}  # fact → its variable

    def add(self, depth: int, line: str) -> None:
        """Append a line."""
        self._lines.append("    " * depth + line)

    def function(self, heading: str, opening: list[str]) -> str:
        """The source: tables, then the function with what it loads once, what it opens with and the lines so far."""
        loads = [f"{local} = {self._load(path)}" for path, local in self._loaded.items()]
        if self.given is not None:
            doubts = [self.given.doubt(path, local) for path, local in self._loaded.items()]
            loads = _checked(loads, [one for one in doubts if one])
        return "\n".join([*self.tables, heading, *[f"    {one}" for one in (*loads, *opening)], *self._lines]) + "\n"

    def place(self, path: str) -> tuple[str, bool]:
        """Where a value is, and whether it may be missing."""
        if path in self.settings:
            return repr(self.settings[path]), False
        if path in self.names:
            return self.names[path], False
        space, _, name = path.partition(".")
        if space in _EFFECT_SPACES:
            return f"({(_EFFECT_SPACES[space], name)!r} in happened)", False
        if space in CANDIDATE_SPACES:
            return ("ranked_", False) if path == "candidate.ranked" else (f"{space}.get({name!r})", True)
        if path in self._often or self.given is not None:
            return self._loaded.setdefault(path, f"f{len(self._loaded)}"), not self._is_certain(path)
        return self._load(path), not self._is_certain(path)

    def kind(self, path: str) -> Type | None:
        """The type of what has a value whenever a rule reads it; a ranking does without candidates."""
        if path in self.names:
            return self.policy.decisions[path].outcome_type
        found = declared(self.policy, self.plan.event, path)
        return None if found is None or found.optional or isinstance(found.type, RecordsType) else found.type

    def asked(self, decision: ir.Decision) -> list[ir.Rule]:
        """The rules that this event asks, in file order."""
        return [rule for rule in decision.rules if self.plan.event in rule.asked_on]

    def chosen(self, decision: ir.Decision) -> str:
        """The variable that holds the deciding rule's number (under `collect`, the numbers), where anything follows."""
        follows = any(rule.effects for rule in self.asked(decision))
        return "r" + self.names[decision.name][1:] if follows else ""

    def may_clash(self) -> bool:
        """Whether rules may contradict each other."""
        return any(decision.hit == "unique" for decision in self.decisions)

    def may_happen(self) -> bool:
        """Whether any rule has an effect."""
        return any(self.chosen(decision) for decision in self.decisions)

    def default(self, decision: ir.Decision) -> str:
        """What a decision comes to where no rule matches."""
        return expression(decision.otherwise or decision.fallback, self.place)

    def _load(self, path: str) -> str:
        if self.given is not None:
            return self.given.load(path)
        return f"f[{path!r}]" if self._is_certain(path) else f"f.get({path!r})"

    def _is_certain(self, path: str) -> bool:
        """Without a degraded decision, no fact is missing that is not optional."""
        return not self.degraded and self.kind(path) is not None

    def _read_often(self) -> frozenset[str]:
        """The facts that are read in more than one place, or for each candidate."""
        once: set[str] = set()
        often: set[str] = set()
        for path in self._read():
            (often if path in once else once).add(path)
        return frozenset(often)

    def _read(self) -> Iterator[str]:
        for one in self.decisions:
            yield from (path for expr in rule_expressions(one) for path in reads(expr))
        for ranking in self.rankings:
            yield from (path for expr in rule_expressions(ranking) for path in reads(expr) for _ in range(2))
        for promise in self.invariants:
            yield from reads(promise.condition)


def _checked(loads: list[str], doubts: list[str]) -> list[str]:
    """Lines that load facts as a host gives them, and leave those that do not fit at once to `slow`."""
    if not loads:
        return []
    lines = ["try:", *[f"    {one}" for one in (*loads, f"doubt = {' or '.join(doubts) or False}")]]
    return [*lines, "except (KeyError, TypeError):", "    doubt = True", "if doubt:", "    return slow(f)"]
