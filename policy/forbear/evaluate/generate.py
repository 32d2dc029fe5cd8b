"""Policy → Python source. Nothing of a pack's text enters it but through `repr` of checked values."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from forbear.language import ir
from forbear.language.resolve import CANDIDATE_SPACES
from forbear.language.types import EnumType, IntType, Value
from forbear.language.walk import reads

Place = Callable[[str], tuple[str, bool]]
"""Path → the Python expression that holds its value, and whether that may be None, because the value is missing."""

# How tightly Python binds; only what binds too loosely for its place is bracketed, for CPython refuses 200 brackets.
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _ATOM = range(7)


def expression(expr: ir.Expr, place: Place, at_least: int = _OR) -> str:
    """An expression in Python that binds at least as tightly as its place demands."""
    text, binds = _write(expr, place)
    return text if binds >= at_least else f"({text})"


def _write(expr: ir.Expr, place: Place) -> tuple[str, int]:
    """An expression in Python, and how tightly it binds."""
    match expr:
        case ir.Constant(value):
            return repr(value), _ATOM
        case ir.Read(path):
            return place(path)[0], _ATOM
        case ir.Has(path):
            held, may_miss = place(path)
            return (f"{held} is not None", _COMPARE) if may_miss else ("True", _ATOM)
        case ir.Not(operand):
            return f"not {expression(operand, place, _NOT)}", _NOT
        case ir.All(parts):
            return " and ".join(expression(part, place, _NOT) for part in parts), _AND
        case ir.Any(parts):
            return " or ".join(expression(part, place, _AND) for part in parts), _OR
        case ir.Compare(operator, left, right):
            return f"{expression(left, place, _SUM)} {operator} {expression(right, place, _SUM)}", _COMPARE
        case ir.In(item, items):
            return f"{expression(item, place, _SUM)} in {expression(items, place, _SUM)}", _COMPARE
        case ir.ListOf(items):
            return "(" + "".join(expression(item, place) + ", " for item in items) + ")", _ATOM
        case ir.Arithmetic("*", left, right):
            return f"{expression(left, place, _PRODUCT)} * {expression(right, place, _ATOM)}", _PRODUCT
        case ir.Arithmetic(operator, left, right):
            return f"{expression(left, place, _SUM)} {operator} {expression(right, place, _PRODUCT)}", _SUM
        case _:
            assert_never(expr)


def event_function(name: str, policy: ir.Policy, plan: ir.Plan) -> str:
    """The source of a function `name(f, degraded)` that answers one type of event as a plain tuple:
    outcome values in the order of the plan (rankings last), fired rules, happenings, violated invariants, who was left
    out, which rules contradict each other."""
    return _EventFunction(name, policy, plan).source()


def predicate_function(name: str, policy: ir.Policy, where: ir.Expr) -> str:
    """The source of a function `name(a)` that tests an entry's attributes."""
    settings = {path: setting.value for path, setting in policy.settings.items()}

    def place(path: str) -> tuple[str, bool]:
        return (repr(settings[path]), False) if path in settings else (f"a.get({path!r})", True)

    return f"def {name}(a):\n    return {expression(where, place)}\n"


_EFFECT_SPACES = {"recorded": "record", "owed": "owe"}  # in an invariant: path → action


class _EventFunction:
    """Writes one function, line by line."""

    def __init__(self, name: str, policy: ir.Policy, plan: ir.Plan) -> None:
        self.policy, self.plan = policy, plan
        self.decisions = [policy.decisions[one] for one in plan.decisions]
        self.lines = [f"def {name}(f, degraded):"]
        self.settings: dict[str, Value] = {path: setting.value for path, setting in policy.settings.items()}
        self.rankings = [policy.rankings[one] for one in plan.rankings]
        self.names = {decision.name: f"d{n}" for n, decision in enumerate(self.decisions)}
        self.ids = {ranking.name: f"k{n}" for n, ranking in enumerate(self.rankings)}  # the ranked ids
        self.facts: dict[str, str] = {}

    def place(self, path: str) -> tuple[str, bool]:
        if path in self.settings:
            return repr(self.settings[path]), False
        if path in self.names:
            return self.names[path], False
        space, _, name = path.partition(".")
        if space in _EFFECT_SPACES:
            return f"({(_EFFECT_SPACES[space], name)!r} in happened)", False
        if space in CANDIDATE_SPACES:
            return ("ranked_", False) if path == "candidate.ranked" else (f"{space}.get({name!r})", True)
        return self._fact(path), True

    def _fact(self, path: str) -> str:
        """The variable that holds a fact, loaded once."""
        return self.facts.setdefault(path, f"f{len(self.facts)}")

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def source(self) -> str:
        body, self.lines = self.lines, []
        for decision in self.decisions:
            self._decide(decision)
        self._happen()
        for ranking in self.rankings:
            self._rank(ranking)
        self._invariants()
        names = [self.names[one.name] for one in self.decisions] + list(self.ids.values())
        values = "".join(f"{name}, " for name in names)
        self.add(1, f"return ({values}), fired, happenings, violated, left_out, conflicts")
        loads = [f"    {local} = f.get({path!r})" for path, local in self.facts.items()]
        opening = ["    fired = []", "    happenings = []", "    violated = []"]
        opening += ["    left_out = {}", "    conflicts = {}"]
        return "\n".join([*body, *loads, *opening, *self.lines]) + "\n"

    def _decide(self, decision: ir.Decision) -> None:
        """One pass of a loop that the deciding rule leaves; CPython cannot compile thousands of `elif`."""
        value, chosen = self.names[decision.name], self._chosen(decision)
        self.add(1, f"{chosen} = ()" if decision.hit == "collect" else f"{chosen} = None")
        self.add(1, "while True:")
        self.add(2, f"if degraded and {decision.name!r} in degraded:")
        self.add(3, f"{value} = {expression(decision.fallback, self.place)}")
        self.add(3, "break")
        match decision.hit:
            case "first":
                self._first(decision)
            case "collect":
                self._collect(decision)
            case _:
                self._best(decision)
        self.add(2, "break")

    def _first(self, decision: ir.Decision) -> None:
        value, chosen = self.names[decision.name], self._chosen(decision)
        for n, rule in enumerate(self._asked(decision)):
            self.add(2, f"if {self._condition(rule)}:")
            self.add(3, f"{value} = {expression(rule.then, self.place)}")
            self.add(3, f"{chosen} = {n}")
            self.add(3, f"fired.append({f'{decision.name}.{rule.name}'!r})")
            self.add(3, "break")
        self.add(2, f"{value} = {expression(decision.otherwise or decision.fallback, self.place)}")

    def _collect(self, decision: ir.Decision) -> None:
        """Values of an enumeration are listed once each; numbers are added up within their range."""
        value, chosen = self.names[decision.name], self._chosen(decision)
        adds = isinstance(decision.type, IntType)
        self.add(2, f"{value} = 0" if adds else f"{value} = {{}}")
        for n, rule in enumerate(self._asked(decision)):
            then = expression(rule.then, self.place)
            self.add(2, f"if {self._condition(rule)}:")
            self.add(3, f"{value} += {then}" if adds else f"{value}[{then}] = None")
            self.add(3, f"{chosen} += ({n},)")
            self.add(3, f"fired.append({f'{decision.name}.{rule.name}'!r})")
        if isinstance(decision.type, IntType):
            self.add(2, f"{value} = max({decision.type.low}, min({decision.type.high}, {value}))")
        else:
            self.add(2, f"{value} = tuple({value})")

    def _best(self, decision: ir.Decision) -> None:
        """`priority`: the severest of all that match; `unique`: the only one, or a conflict."""
        value, chosen = self.names[decision.name], self._chosen(decision)
        asked = self._asked(decision)
        rank = "0"
        if isinstance(decision.type, EnumType) and decision.hit == "priority":
            self.add(2, f"order = { {one: -n for n, one in enumerate(decision.type.values)}!r}")
            rank = "order[then]"
        self.add(2, "matching = []")
        for n, rule in enumerate(asked):
            self.add(2, f"if {self._condition(rule)}:")
            self.add(3, f"then = {expression(rule.then, self.place)}")
            self.add(3, f"matching.append(({rank}, {n}, then))")
        names = tuple(rule.name for rule in asked)
        if decision.hit == "unique":
            self.add(2, "if len(matching) > 1:")
            self.add(3, f"conflicts[{decision.name!r}] = tuple([{names!r}[one[1]] for one in matching])")
            self.add(3, f"{value} = {expression(decision.fallback, self.place)}")
            self.add(3, "break")
        self.add(2, "if matching:")
        self.add(3, f"_, {chosen}, {value} = min(matching)")
        self.add(3, f"fired.append({tuple(f'{decision.name}.{name}' for name in names)!r}[{chosen}])")
        self.add(3, "break")
        self.add(2, f"{value} = {expression(decision.otherwise or decision.fallback, self.place)}")

    # --- rankings

    def _rank(self, ranking: ir.Ranking) -> None:
        """Leave out whoever fails a requirement, add up what the others are preferred for, sort."""
        ids, given = self.ids[ranking.name], self._given(ranking)
        self.add(1, f"if degraded and {ranking.name!r} in degraded:")
        self.add(2, f"{ids} = tuple([candidate['id'] for candidate in {given}])")
        self.add(1, "else:")
        self.add(2, "scores = []")
        self.add(2, "left = {}")
        self.add(2, "held = set()")
        self.add(2, f"for candidate in {given}:")
        for rule in ranking.require:
            self.add(3, f"if not {expression(rule.when, self.place, _NOT)}:")
            self.add(4, f"left[candidate['id']] = {rule.name!r}")
            self.add(4, "continue")
        self.add(3, "score = 0")
        for n, preference in enumerate(ranking.prefer):
            when = "True" if preference.when is None else expression(preference.when, self.place)
            self.add(3, f"if {when}:")
            self.add(4, f"score += {expression(preference.add, self.place)}")
            self.add(4, f"held.add({n})")
        self.add(3, "scores.append((-score, len(scores), candidate['id']))")
        self.add(2, f"{ids} = tuple([one[2] for one in sorted(scores)])")
        self.add(2, f"left_out[{ranking.name!r}] = left")
        names = tuple(f"{ranking.name}.{one.name}" for one in ranking.prefer)
        self.add(2, f"fired += [{names!r}[n] for n in sorted(held)]")

    def _given(self, ranking: ir.Ranking) -> str:
        """The expression of the candidates given."""
        return f"({self._fact(ranking.over)} or ())"

    def _asked(self, decision: ir.Decision) -> list[ir.Rule]:
        """The rules that this event asks, in file order."""
        return [rule for rule in decision.rules if self.plan.event in rule.asked_on]

    def _condition(self, rule: ir.Rule) -> str:
        return "True" if rule.when is None else expression(rule.when, self.place)

    def _chosen(self, decision: ir.Decision) -> str:
        """The variable that holds the deciding rule's number (under `collect`, the numbers)."""
        return "r" + self.names[decision.name][1:]

    def _happen(self) -> None:
        for decision in self.decisions:
            chosen = self._chosen(decision)
            causing = [(n, rule) for n, rule in enumerate(self._asked(decision)) if rule.effects]
            if causing:
                self.add(1, f"if {chosen}:" if decision.hit == "collect" else f"if {chosen} is not None:")
            for n, rule in causing:
                self.add(2, f"if {n} in {chosen}:" if decision.hit == "collect" else f"if {chosen} == {n}:")
                for effect in rule.effects:
                    self.add(3, f"happenings.append({self._happening(f'{decision.name}.{rule.name}', effect)})")

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
            case ir.Say(text):
                return f"Happening({rule!r}, 'say', {text!r}, {{}})"
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
            broken = expression(one.condition if one.never else ir.Not(one.condition), self.place)
            self.add(1, f"if not (degraded and {one.decision!r} in degraded):")
            depth = 2
            if one.about:
                ranking = self.policy.rankings[one.decision]
                given, ids = self._given(ranking), self.ids[one.decision]
                if one.about == "pair":
                    self.add(2, f"by_id = {{candidate['id']: candidate for candidate in {given}}}")
                    self.add(2, f"for ahead, behind in pairs([by_id[id_] for id_ in {ids}]):")
                else:
                    self.add(2, f"for candidate in {given}:")
                    self.add(3, f"ranked_ = candidate['id'] in {ids}")
                depth = 3
            self.add(depth, f"if {broken}:")
            self.add(depth + 1, f"violated.append({one.name!r})")
            if one.about:
                self.add(depth + 1, "break")
