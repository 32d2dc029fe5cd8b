"""Policy → Python source. Nothing of a pack's text enters it but through `repr` of checked values."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from forbear.language import ir
from forbear.language.types import Value
from forbear.language.walk import reads

Place = Callable[[str], str]  # path → the Python expression that holds its value, None where it is missing


def expression(expr: ir.Expr, place: Place) -> str:
    """An expression in Python; operands are bracketed, so precedence is never at stake."""
    match expr:
        case ir.Constant(value):
            return repr(value)
        case ir.Read(path):
            return place(path)
        case ir.Has(path):
            return f"({place(path)} is not None)"
        case ir.Not(operand):
            return f"(not {expression(operand, place)})"
        case ir.All(parts):
            return "(" + " and ".join(expression(part, place) for part in parts) + ")"
        case ir.Any(parts):
            return "(" + " or ".join(expression(part, place) for part in parts) + ")"
        case ir.Compare(operator, left, right) | ir.Arithmetic(operator, left, right):
            return f"({expression(left, place)} {operator} {expression(right, place)})"
        case ir.In(item, items):
            return f"({expression(item, place)} in {expression(items, place)})"
        case ir.ListOf(items):
            return "(" + "".join(expression(item, place) + ", " for item in items) + ")"
        case _:
            assert_never(expr)


def event_function(name: str, policy: ir.Policy, plan: ir.Plan) -> str:
    """The source of a function `name(f, degraded)` that answers one type of event as a plain tuple:
    outcome values in the order of the plan, fired rules, happenings, violated invariants."""
    return _EventFunction(name, policy, plan).source()


def predicate_function(name: str, policy: ir.Policy, where: ir.Expr) -> str:
    """The source of a function `name(a)` that tests an entry's attributes."""
    settings = {path: setting.value for path, setting in policy.settings.items()}

    def place(path: str) -> str:
        return repr(settings[path]) if path in settings else f"a.get({path!r})"

    return f"def {name}(a):\n    return {expression(where, place)}\n"


class _EventFunction:
    """Writes one function, line by line."""

    def __init__(self, name: str, policy: ir.Policy, plan: ir.Plan) -> None:
        self.policy, self.plan = policy, plan
        self.decisions = [policy.decisions[one] for one in plan.decisions]
        self.lines = [f"def {name}(f, degraded):"]
        self.settings: dict[str, Value] = {path: setting.value for path, setting in policy.settings.items()}
        self.names = {decision.name: f"d{n}" for n, decision in enumerate(self.decisions)}
        self.facts: dict[str, str] = {}

    def place(self, path: str) -> str:
        if path in self.settings:
            return repr(self.settings[path])
        if path in self.names:
            return self.names[path]
        space, _, name = path.partition(".")
        if space in ("recorded", "owed"):
            return f"({((space == 'recorded' and 'record') or 'owe', name)!r} in happened)"
        return self.facts.setdefault(path, f"f{len(self.facts)}")

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def source(self) -> str:
        body, self.lines = self.lines, []
        for decision in self.decisions:
            self._decide(decision)
        self._happen()
        self._invariants()
        values = "".join(f"{self.names[one.name]}, " for one in self.decisions)
        self.add(1, f"return ({values}), fired, happenings, violated")
        loads = [f"    {local} = f.get({path!r})" for path, local in self.facts.items()]
        opening = ["    fired = []", "    happenings = []", "    violated = []"]
        return "\n".join([*body, *loads, *opening, *self.lines]) + "\n"

    def _decide(self, decision: ir.Decision) -> None:
        value, chosen = self.names[decision.name], self._chosen(decision)
        rules = [rule for rule in decision.rules if self.plan.event in rule.asked_on]
        self.add(1, f"{chosen} = ()" if decision.hit == "collect" else f"{chosen} = None")
        self.add(1, f"if degraded and {decision.name!r} in degraded:")
        self.add(2, f"{value} = {expression(decision.fallback, self.place)}")
        if decision.hit == "collect":
            self.add(1, "else:")
            self.add(2, f"{value} = {{}}")
            for n, rule in enumerate(rules):
                self.add(2, f"if {self._condition(rule)}:")
                self.add(3, f"{value}[{expression(rule.then, self.place)}] = None")
                self.add(3, f"{chosen} += ({n},)")
                self.add(3, f"fired.append({f'{decision.name}.{rule.name}'!r})")
            self.add(2, f"{value} = tuple({value})")
            return
        for n, rule in enumerate(rules):
            self.add(1, f"elif {self._condition(rule)}:")
            self.add(2, f"{value} = {expression(rule.then, self.place)}")
            self.add(2, f"{chosen} = {n}")
            self.add(2, f"fired.append({f'{decision.name}.{rule.name}'!r})")
        self.add(1, "else:")
        self.add(2, f"{value} = {expression(decision.otherwise or decision.fallback, self.place)}")

    def _condition(self, rule: ir.Rule) -> str:
        return "True" if rule.when is None else expression(rule.when, self.place)

    def _chosen(self, decision: ir.Decision) -> str:
        """The variable that holds the deciding rule's number (under `collect`, the numbers)."""
        return "r" + self.names[decision.name][1:]

    def _happen(self) -> None:
        for decision in self.decisions:
            rules = [rule for rule in decision.rules if self.plan.event in rule.asked_on]
            for n, rule in enumerate(rules):
                if not rule.effects:
                    continue
                chosen = self._chosen(decision)
                self.add(1, f"if {n} in {chosen}:" if decision.hit == "collect" else f"if {chosen} == {n}:")
                for effect in rule.effects:
                    self.add(2, f"happenings.append({self._happening(f'{decision.name}.{rule.name}', effect)})")

    def _happening(self, rule: str, effect: ir.Effect) -> str:
        match effect:
            case ir.Record(entry, values):
                return f"Happening({rule!r}, 'record', {entry!r}, {self._values(values)})"
            case ir.Amend(entry, which, values):
                which_ = expression(which, self.place)
                return f"Happening({rule!r}, 'amend', {entry!r}, {self._values(values)}, {which_})"
            case ir.Owe(obligation, carries):
                return f"Happening({rule!r}, 'owe', {obligation!r}, {self._values(carries)})"
            case ir.Close(obligation, by, how, reason):
                return f"Happening({rule!r}, 'close', {obligation!r}, {self._values(by)}, '', {how!r}, {reason!r})"
            case _:
                assert_never(effect)

    def _values(self, values: tuple[tuple[str, ir.Expr], ...]) -> str:
        items = "{" + ", ".join(f"{name!r}: {expression(expr, self.place)}" for name, expr in values) + "}"
        if any(isinstance(expr, ir.Read) and expr.path in self.facts for _, expr in values):
            return f"{{name: value for name, value in {items}.items() if value is not None}}"
        return items

    def _invariants(self) -> None:
        asked = [one for one in self.policy.invariants if self.plan.event in one.asked_on]
        if any(path.startswith(("recorded.", "owed.")) for one in asked for path in reads(one.condition)):
            self.add(1, "happened = {(one.action, one.name) for one in happenings}")
        for one in asked:
            condition = expression(one.condition, self.place)
            broken = condition if one.never else f"not {condition}"
            self.add(1, f"if not (degraded and {one.decision!r} in degraded) and {broken}:")
            self.add(2, f"violated.append({one.name!r})")
