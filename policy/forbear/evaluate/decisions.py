"""A decision → Python, by its hit policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from attrs import frozen

from forbear.evaluate.expressions import expression
from forbear.evaluate.reference import settle
from forbear.evaluate.tables import WORTH_IT, Segments, path_of, segments
from forbear.evaluate.writer import Writer
from forbear.language import ir
from forbear.language.types import EnumType, IntType

_DEEPEST = 10  # conditions that begin alike stand in each other no deeper: CPython indents a hundred levels


@frozen
class _Asked:
    """A rule, its number among those asked, and what of its condition is still to be asked."""

    n: int
    rule: ir.Rule
    conditions: tuple[ir.Expr, ...]


class DecisionWriter:
    """Writes one decision into a function."""

    def __init__(self, writer: Writer, decision: ir.Decision) -> None:
        self.writer, self.decision = writer, decision
        self.add, self.place = writer.add, writer.place
        self.value = writer.names[decision.name]  # the variable that holds the outcome
        self.chosen = writer.chosen(decision)
        self.rules = writer.asked(decision)
        self.ids = [f"{decision.name}.{rule.name}" for rule in self.rules]
        self.weight = writer.interned.digit(decision.name).weight if writer.interned is not None else 0

    def write(self) -> None:
        """One pass of a loop that the deciding rule leaves; CPython cannot compile thousands of `elif`."""
        collects = self.decision.hit == "collect"
        if self.chosen:
            self.add(1, f"{self.chosen} = {'()' if collects else 'None'}")
        self.add(1, "while True:")
        if self.writer.degraded:
            self.add(2, f"if {self.decision.name!r} in degraded:")
            self._fall_back(3)
        if self.decision.hit == "first":
            self._first()
        elif (table := self._whole_table()) is not None:
            self._look_all_up(table)
        elif collects:
            self._collect()
        else:
            self._best()
        self.add(2, "break")

    def _fall_back(self, depth: int) -> None:
        self.add(depth, f"{self.value} = {expression(self.decision.fallback, self.place)}")
        self.add(depth, "break")

    # --- first

    def _first(self) -> None:
        """Rules that test one fact against constants are looked up, where there are many in a row."""
        asked = [_Asked(n, rule, _conjuncts(rule.when)) for n, rule in enumerate(self.rules)]
        waiting: list[_Asked] = []
        for path, run in groupby(asked, lambda one: path_of(one.rule, self.writer.kind, self.writer.settings)):
            rules = list(run)
            table = self._segments([one.rule for one in rules], path, first=True)
            if table is None:
                waiting += rules
                continue
            self._ask(waiting, 2)
            waiting = []
            self._look_up(rules, table)
        self._ask(waiting, 2)
        self.add(2, f"{self.value} = {self.writer.default(self.decision)}")

    def _ask(self, rules: Sequence[_Asked], depth: int) -> None:
        """One rule after the other; what several in a row begin with is asked once."""
        for begin, run in groupby(rules, lambda one: one.conditions[:1]):
            alike = list(run)
            if len(alike) > 1 and begin and depth < _DEEPEST:
                self.add(depth, f"if {expression(begin[0], self.place)}:")
                self._ask([_Asked(one.n, one.rule, one.conditions[1:]) for one in alike], depth + 1)
                continue
            for one in alike:
                if one.conditions:
                    self.add(depth, f"if {expression(ir.All(one.conditions), self.place)}:")
                self._take(one, depth + 1 if one.conditions else depth)

    def _take(self, one: _Asked, depth: int) -> None:
        self.add(depth, f"{self.value} = {expression(one.rule.then, self.place)}")
        if self.chosen:
            self.add(depth, f"{self.chosen} = {one.n}")
        self._fire(depth, one.n)
        self.add(depth, "break")

    def _fire(self, depth: int, n: int) -> None:
        """Keep that a rule fired, by its id or in the number of the answer."""
        self.add(depth, f"number += {self._digits([n])}" if self.weight else f"fired.append({self.ids[n]!r})")

    def _digits(self, fired: Sequence[int], *, clash: bool = False) -> int:
        """What the rules that fired add to the number of the answer."""
        if self.decision.hit == "collect":
            return self.weight * sum(1 << n for n in fired)
        return self.weight * (len(self.rules) + 1 if clash else sum(n + 1 for n in fired))

    def _look_up(self, rules: Sequence[_Asked], table: Segments) -> None:
        """The first of many rules on one fact: its value, id and number, or None where no rule matches."""

        def entry(matching: tuple[int, ...]) -> str:
            if not matching:
                return "None"
            one = rules[matching[0]]
            name = repr(self._digits([one.n]) if self.weight else self.ids[one.n])
            return f"({expression(one.rule.then, self.place)}, {name}, {one.n})"

        self.add(2, f"found = {self._entry(table, entry)}")
        self.add(2, "if found is not None:")
        self.add(3, f"{self.value}, name, {self.chosen or '_'} = found")
        self.add(3, "number += name" if self.weight else "fired.append(name)")
        self.add(3, "break")

    # --- the other hit policies

    def _whole_table(self) -> Segments | None:
        """The segments of all rules, where they test one fact and what follows from them is a constant."""
        paths = {path_of(rule, self.writer.kind, self.writer.settings) for rule in self.rules}
        return self._segments(self.rules, paths.pop() if len(paths) == 1 else None, first=False)

    def _segments(self, rules: Sequence[ir.Rule], path: str | None, *, first: bool) -> Segments | None:
        if path is None or len(rules) < WORTH_IT:
            return None
        return segments(rules, path, self.writer.kind, self.writer.settings, first=first)

    def _look_all_up(self, table: Segments) -> None:
        """Everything that a decision comes to: outcome, ids, numbers, rules that contradict each other."""
        numbers = {id(rule): n for n, rule in enumerate(self.rules)}

        def entry(matching: tuple[int, ...]) -> str:
            value, fired, clash = settle(self.decision, iter([self.rules[n] for n in matching]), self.writer.settings)
            chosen = tuple(numbers[id(rule)] for rule in fired)
            number = chosen if self.decision.hit == "collect" else next(iter(chosen), None)
            names = self._digits(chosen, clash=bool(clash)) if self.weight else tuple(self.ids[n] for n in chosen)
            return repr((value, names, number, clash))

        self.add(2, f"{self.value}, name, {self.chosen or '_'}, found = {self._entry(table, entry)}")
        self.add(2, "number += name" if self.weight else "fired += name")
        if self.decision.hit == "unique":
            self.add(2, "if found:")
            self.add(3, f"conflicts[{self.decision.name!r}] = found")

    def _entry(self, table: Segments, entry: Callable[[tuple[int, ...]], str]) -> str:
        """The expression that looks an entry up, in a table that stands before the function."""
        name, held = f"t{len(self.writer.tables)}", self.place(table.path)[0]
        if table.words is None:
            entries = "".join(f"{entry(one)}, " for one in table.matching)
            self.writer.tables.append(f"{name} = {table.cuts!r}, ({entries})")
            return f"{name}[1][bisect({name}[0], {held})]"
        words = ", ".join(f"{word!r}: {entry(table.at(number))}" for number, word in enumerate(table.words))
        self.writer.tables.append(f"{name} = {{{words}}}, {entry(table.at(len(table.words)))}")
        return f"{name}[0].get({held}, {name}[1])"

    def _collect(self) -> None:
        """Values of an enumeration are listed once each; numbers are added up within their range."""
        adds = isinstance(self.decision.type, IntType)
        self.add(2, f"{self.value} = 0" if adds else f"{self.value} = {{}}")
        for n, rule in enumerate(self.rules):
            then = expression(rule.then, self.place)
            self.add(2, f"if {self._condition(rule)}:")
            self.add(3, f"{self.value} += {then}" if adds else f"{self.value}[{then}] = None")
            if self.chosen:
                self.add(3, f"{self.chosen} += ({n},)")
            self._fire(3, n)
        if isinstance(self.decision.type, IntType):
            self.add(2, f"{self.value} = max({self.decision.type.low}, min({self.decision.type.high}, {self.value}))")
        else:
            self.add(2, f"{self.value} = tuple({self.value})")

    def _best(self) -> None:
        """`priority`: the severest of all that match; `unique`: the only one, or a conflict."""
        rank = "0"
        if isinstance(self.decision.type, EnumType) and self.decision.hit == "priority":
            self.add(2, f"order = { {one: -n for n, one in enumerate(self.decision.type.values)}!r}")
            rank = "order[then]"
        self.add(2, "matching = []")
        for n, rule in enumerate(self.rules):
            self.add(2, f"if {self._condition(rule)}:")
            self.add(3, f"then = {expression(rule.then, self.place)}")
            self.add(3, f"matching.append(({rank}, {n}, then))")
        if self.decision.hit == "unique":
            names = tuple(rule.name for rule in self.rules)
            self.add(2, "if len(matching) > 1:")
            self.add(3, f"conflicts[{self.decision.name!r}] = tuple([{names!r}[one[1]] for one in matching])")
            if self.weight:
                self.add(3, f"number += {self._digits([], clash=True)}")
            self._fall_back(3)
        self.add(2, "if matching:")
        self.add(3, f"_, found, {self.value} = min(matching)")
        if self.chosen:
            self.add(3, f"{self.chosen} = found")
        counted = f"number += {self.weight} * found + {self.weight}"
        self.add(3, counted if self.weight else f"fired.append({tuple(self.ids)!r}[found])")
        self.add(3, "break")
        self.add(2, f"{self.value} = {self.writer.default(self.decision)}")

    def _condition(self, rule: ir.Rule) -> str:
        return "True" if rule.when is None else expression(rule.when, self.place)


def _conjuncts(when: ir.Expr | None) -> tuple[ir.Expr, ...]:
    """The parts of a condition of which all must hold."""
    if when is None:
        return ()
    return tuple(inner for part in when.parts for inner in _conjuncts(part)) if isinstance(when, ir.All) else (when,)
