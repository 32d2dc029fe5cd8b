"""All columns of an answer as expressions, each after those that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

import polars as pl
from attrs import frozen

from forbear.columns.asked import Asked, Choice, asked_of, column_of
from forbear.columns.chains import chained
from forbear.columns.choices import choose
from forbear.columns.hits import shared_out
from forbear.columns.kinds import everywhere, index_dtype, shown
from forbear.columns.knowledge import Knowledge, refusal
from forbear.columns.masks import Mask, Masks
from forbear.columns.opening import Opened
from forbear.columns.promises import Broken, Promised, asked_promises, broken, promised
from forbear.columns.settled import settled
from forbear.columns.spaces import Reading, Sets, atoms_of, reading
from forbear.columns.variables import Listed, Reads, variables
from forbear.language import ir
from forbear.language.walk import reads, verb_and_name


@frozen
class Program:
    """The layers that are worked out one after the other, the columns of the answer, and the promises."""

    given: frozenset[str]  # the columns of the classes of what is given
    layers: tuple[tuple[pl.Expr, ...], ...]
    answer: tuple[pl.Expr, ...]
    broken: tuple[Broken, ...]

    def run(self, values: pl.DataFrame) -> pl.DataFrame:
        """The rows with all that is worked out on the way, from inner values to outcomes."""
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

    def __init__(self, opened: Opened, known: Knowledge, decisions: frozenset[str], masked: bool = True) -> None:
        self.opened, self.known, self.decisions = opened, known, decisions
        policy = opened.policy
        self.asked = [
            asked_of(policy.decisions[name], opened.event, known.known)
            for name in policy.plans[opened.event].decisions
            if name in decisions and name not in opened.fixed
        ]
        listed = {
            one.decision.name: Listed(column_of(one.decision.name), one.values) for one in self.asked if one.listed
        }
        narrow = {one.path: one.narrow for one in known.sources if one.narrow is not None}
        readable = Reads(known.kinds, known.optional, listed, narrow)
        self.rules = {
            one.decision.name: [self._reading(rule.when, readable) for rule in one.rules] for one in self.asked
        }
        self.promised = promised(opened, readable, known.known)
        parts = [*self.rules.values(), *(one.broken for one in self.promised)]
        self.readings = [one for part in parts for one in part]
        self.variables = variables([atoms_of(one) for one in parts], readable)
        self.sets = Sets(self.variables)
        self.masks = Masks(self.sets, masked)
        self.few = {one.decision.name: self._masks_of(one) for one in self.asked}
        self.conditions = {
            name: shared_out(several, self.sets, known.kinds)
            for name, several in self.rules.items()
            if self.few[name] is None
        }

    def unmasked(self) -> Compiler:
        """One that tells each decision and promise by the classes of what they read."""
        if not self.promised and all(masks is None for masks in self.few.values()):
            return self
        return Compiler(self.opened, self.known, self.decisions, masked=False)

    def _masks_of(self, asked: Asked) -> tuple[Mask, ...] | None:
        """The masks of the rules of a decision, where these are few and one of them decides."""
        decision = asked.decision
        if decision.hit == "collect" or (decision.hit == "priority" and not asked.constant):
            return None
        return self.masks.of(self.rules[decision.name])

    def _reading(self, when: ir.Expr | None, readable: Reads) -> Reading:
        condition = ir.Constant(True) if when is None else settled(when, self.known.known)
        return reading(condition, readable)

    def program(self, refused: frozenset[str]) -> Program:
        """The program for rows of which some values of these paths are refused."""
        classes = {
            one.column: one.coded(one.classes).fill_null(0).cast(index_dtype(one.size))
            for one in self.variables.values()
            if one.coded is not None
        }
        columns: dict[str, pl.Expr] = {}
        choices: dict[str, Choice] = {}
        for asked in self.asked:
            name = asked.decision.name
            doubt = self._doubt(self._paths(name), refused)
            choice = choices[name] = self._choice(asked, doubt)
            columns[column_of(name)], columns[name] = choice.index, choice.outcome
        columns |= self._flags(choices)
        found = [
            broken(one, self.sets, self.masks, self.known.kinds, self._promise_doubt(one, refused))
            for one in self.promised
        ]
        columns |= self.masks.columns
        told = tuple(one for one in found if one is not None)
        answer = tuple(column for name in self.opened.asked for column in self._shown(name, choices))
        given = frozenset(name for name, code in classes.items() if columns.keys().isdisjoint(code.meta.root_names()))
        columns |= classes
        roots = [*answer, *(expr for one in told for expr in (one.some, one.numbers))]
        return Program(given, _layers(columns, roots), answer, told)

    def _choice(self, asked: Asked, doubt: pl.Expr | None) -> Choice:
        name, kinds = asked.decision.name, self.known.kinds
        masks = self.few[name]
        if masks is None:
            return choose(asked, self.conditions[name], doubt, kinds)
        return chained(asked, masks, doubt, kinds)

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
            fired = [everywhere(False, pl.Boolean)]
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


def _layers(columns: Mapping[str, pl.Expr], last: Sequence[pl.Expr]) -> tuple[tuple[pl.Expr, ...], ...]:
    """The columns that the last ones need in layers, each reading only those before it."""
    depth: dict[str, int] = {}

    def deep(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max(
                (deep(root) for root in columns[name].meta.root_names() if root in columns), default=-1
            )
        return depth[name]

    layers: dict[int, list[pl.Expr]] = {}
    for name in dict.fromkeys(root for expr in last for root in expr.meta.root_names() if root in columns):
        deep(name)
    for name, at in depth.items():
        layers.setdefault(at, []).append(columns[name].alias(name))
    return tuple(tuple(layers[n]) for n in sorted(layers))
