"""All columns of an answer as expressions, each after those that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_

import polars as pl
from attrs import frozen

from forbear.columns.choices import Choice, asked_of, choose, column_of
from forbear.columns.hits import shared_out
from forbear.columns.kinds import shown
from forbear.columns.knowledge import Knowledge, refusal
from forbear.columns.opening import Opened
from forbear.columns.promises import Broken, Promised, asked_promises, broken, promised
from forbear.columns.settled import settled
from forbear.columns.spaces import Reading, Sets, reading
from forbear.columns.variables import Key, Listed, Reads, variables
from forbear.language import ir
from forbear.language.walk import reads, verb_and_name


@frozen
class Program:
    """The layers that are worked out one after the other, the columns of the answer, and the promises."""

    classes: Mapping[str, pl.Expr]  # of what is given, by column
    layers: tuple[tuple[pl.Expr, ...], ...]
    answer: tuple[pl.Expr, ...]
    broken: tuple[Broken, ...]

    def run(self, values: pl.DataFrame) -> pl.DataFrame:
        """The rows with all that is worked out on the way, from inner values to outcomes."""
        values = values.with_columns_seq(**self.classes)
        for layer in self.layers:
            values = values.with_columns_seq(layer)
        return values


def needed_decisions(opened: Opened) -> frozenset[str]:
    """The asked decisions and all that they, and their promises, read."""
    policy, promises = opened.policy, asked_promises(opened)
    found: set[str] = set()
    waiting = [*opened.asked, *(path for one in promises for path in reads(one.condition))]
    causing = _causing(opened)
    while waiting:
        name = waiting.pop()
        waiting += [one for one, _ in causing.get(name, ())]
        if name in found or name not in policy.decisions:
            continue
        found.add(name)
        for rule in policy.decisions[name].rules:
            if opened.event in rule.asked_on:
                waiting += [*reads(rule.when), *reads(rule.then)]
    return frozenset(found)


def depended(opened: Opened, decisions: frozenset[str]) -> frozenset[str]:
    """Every fact and fold in doubt of which some decision falls back."""
    plan = opened.policy.plans[opened.event]
    paths = set().union(*(plan.reads[name] for name in decisions))
    return frozenset(paths.union(*(found for one, found in plan.promised if one.decision in decisions)) & plan.facts)


def _causing(opened: Opened) -> dict[str, list[tuple[str, str]]]:
    """`recorded.x` and `owed.x` → the decisions and rules that record or owe it on this event."""
    spaces = {"record": "recorded", "owe": "owed"}
    found: dict[str, list[tuple[str, str]]] = {}
    for name in opened.policy.plans[opened.event].decisions:
        for rule in opened.policy.decisions[name].rules:
            for verb, what in map(verb_and_name, rule.effects if opened.event in rule.asked_on else ()):
                if verb in spaces:
                    found.setdefault(f"{spaces[verb]}.{what}", []).append((name, rule.name))
    return found


class Compiler:
    """Makes programs for one policy and event; what does not depend on doubt is worked out once."""

    def __init__(self, opened: Opened, known: Knowledge, decisions: frozenset[str]) -> None:
        self.opened, self.known = opened, known
        policy = opened.policy
        self.asked = [
            asked_of(policy.decisions[name], opened.event, known.known)
            for name in policy.plans[opened.event].decisions
            if name in decisions and name not in opened.fixed
        ]
        listed = {
            one.decision.name: Listed(column_of(one.decision.name), one.values) for one in self.asked if one.listed
        }
        readable = Reads(known.kinds, known.optional, listed)
        self.rules = {
            one.decision.name: [self._reading(rule.when, readable) for rule in one.rules] for one in self.asked
        }
        self.promised = promised(opened, readable, known.known)
        self.readings = [one for several in self.rules.values() for one in several]
        self.readings += [one for several in self.promised for one in several.broken]
        about: dict[Key, list[ir.Expr]] = {}
        for one in self.readings:
            for key, several in one.atoms.items():
                about.setdefault(key, []).extend(several)
        self.variables = variables(about, readable)
        self.sets = Sets(self.variables)
        self.conditions = {name: shared_out(several, self.sets, known.kinds) for name, several in self.rules.items()}

    def _reading(self, when: ir.Expr | None, readable: Reads) -> Reading:
        condition = ir.Constant(True) if when is None else settled(when, self.known.known)
        return reading(condition, readable)

    def program(self, refused: frozenset[str]) -> Program:
        """The program for rows of which some values of these paths are refused."""
        classes = {
            one.column: one.coded(one.classes).fill_null(0) for one in self.variables.values() if one.coded is not None
        }
        columns: dict[str, pl.Expr] = {}
        choices: dict[str, Choice] = {}
        for asked in self.asked:
            name = asked.decision.name
            doubt = self._doubt(self._paths(name), refused)
            choice = choices[name] = choose(asked, self.conditions[name], doubt, self.known.kinds)
            columns[column_of(name)], columns[name] = choice.index, choice.outcome
        columns |= self._flags(choices)
        found = [broken(one, self.sets, self.known.kinds, self._promise_doubt(one, refused)) for one in self.promised]
        told = tuple(one for one in found if one is not None)
        answer = tuple(column for name in self.opened.asked for column in self._shown(name, choices))
        first = {name: code for name, code in classes.items() if columns.keys().isdisjoint(code.meta.root_names())}
        columns |= {name: code for name, code in classes.items() if name not in first}
        return Program(first, _layers(columns), answer, told)

    def _paths(self, name: str) -> frozenset[str]:
        """The facts and folds in doubt of which a decision falls back."""
        plan = self.opened.policy.plans[self.opened.event]
        return plan.reads[name].union(*(paths for one, paths in plan.promised if one.decision == name))

    def _doubt(self, paths: frozenset[str], refused: frozenset[str]) -> pl.Expr | None:
        """Whether a row's value of one of the paths is refused; None where none is."""
        if paths & self.known.refused:
            return pl.lit(True)
        columns = [pl.col(refusal(path)) for path in sorted(paths & refused)]
        return reduce(or_, columns) if columns else None

    def _promise_doubt(self, one: Promised, refused: frozenset[str]) -> pl.Expr | None:
        """Whether promises are not asked: their decision fell back or, where it was given, they cannot be checked."""
        return self._doubt(one.paths if one.decision in self.opened.fixed else self._paths(one.decision), refused)

    def _flags(self, choices: Mapping[str, Choice]) -> dict[str, pl.Expr]:
        """`recorded.x` and `owed.x`, as far as promises ask for them."""
        wanted = {path for several in self.promised for one in several.broken for path in reads(one.condition)}
        causing = _causing(self.opened)
        found: dict[str, pl.Expr] = {}
        for path in sorted(wanted):
            if not path.startswith(("recorded.", "owed.")):
                continue
            fired = [pl.lit(False)]
            for asked in self.asked:
                name = asked.decision.name
                rules = {rule for one, rule in causing.get(path, ()) if one == name}
                numbers = frozenset(n for n, rule in enumerate(asked.rules) if rule.name in rules)
                if numbers:
                    fired.append(choices[name].fired(numbers))
            found[path] = reduce(or_, fired)
        return found

    def _shown(self, name: str, choices: Mapping[str, Choice]) -> Iterator[pl.Expr]:
        """The columns of the answer for one decision."""
        decision = self.opened.policy.decisions[name]
        yield shown(decision.outcome_type, pl.col(name)).alias(name)
        if name in choices:
            yield choices[name].rule.alias(f"{name}.rule")
            yield choices[name].fell_back.alias(f"{name}.fell_back")
        else:
            yield pl.lit(None, pl.Enum([])).alias(f"{name}.rule")
            yield pl.lit(False).alias(f"{name}.fell_back")


def _layers(columns: Mapping[str, pl.Expr]) -> tuple[tuple[pl.Expr, ...], ...]:
    """The columns in layers, each reading only those before it."""
    depth: dict[str, int] = {}

    def deep(name: str) -> int:
        if name not in depth:
            above = [deep(root) for root in columns[name].meta.root_names() if root in columns]
            depth[name] = 1 + max(above, default=-1)
        return depth[name]

    layers: dict[int, list[pl.Expr]] = {}
    for name, expr in columns.items():
        layers.setdefault(deep(name), []).append(expr.alias(name))
    return tuple(tuple(layers[n]) for n in sorted(layers))
