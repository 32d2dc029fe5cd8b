"""One event under a policy with every fact a variable: what is decided, which rules fire, and what follows.

Definitions are made as they are asked for, and a question is put with those alone on which it depends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate

import z3
from attrs import define, field, frozen

from forbear.engine.pure import type_at
from forbear.language import ir
from forbear.language.types import Value
from forbear.language.walk import reads
from forbear.ledger.fold import answer
from forbear.prove.hitting import collected, either, rank, unbeaten, wins
from forbear.prove.terms import Codes, Members, Reading, Term, constant, equal, listening, variable, within

SETTING = "setting."
FLAGS = ("recorded.", "owed.")


@define
class Settings:
    """The settings of a policy: variables, but for those that are fixed."""

    policy: ir.Policy
    codes: Codes
    fixed: Mapping[str, Value] = field(factory=dict)
    terms: dict[str, Term] = field(factory=dict)

    def value(self, path: str) -> Term:
        """What stands for a setting."""
        if path not in self.terms:
            known = path in self.fixed
            kind = self.policy.settings[path].type
            self.terms[path] = constant(self.fixed[path], self.codes) if known else variable(path, kind)
        return self.terms[path]

    def domain(self, path: str) -> z3.BoolRef:
        """That a setting is in its range."""
        return within(self.value(path), self.policy.settings[path].type, self.codes)


@frozen
class Outcome:
    """What a decision comes to: its value, when each rule fires, and when two of them contradict each other."""

    value: Term
    conditions: Mapping[str, z3.BoolRef]  # rule → its condition holds
    fires: Mapping[str, z3.BoolRef]  # rule → it decides
    conflict: z3.BoolRef
    reached: Mapping[str, z3.BoolRef]  # rule → its condition is looked at


@define
class Moment:
    """An event of a type; `label` keeps the variables of several moments apart, `version` only what two policies make
    of the same facts.

    `folds` may say what a fold is; others are variables. Where `falling` is set, each decision may have fallen back,
    for whatever reason; where `overriding` is, a person may have set an outcome, as far as the decision lets them.
    """

    policy: ir.Policy
    event: str
    settings: Settings
    label: str = ""
    folds: dict[str, Term] = field(factory=dict)
    there_folds: dict[str, z3.BoolRef] = field(factory=dict)
    falling: bool = False
    overriding: bool = False
    version: str = ""
    outcomes: dict[str, Outcome] = field(factory=dict)
    variables: dict[str, Term] = field(factory=dict)
    domains: dict[str, z3.BoolRef] = field(factory=dict)  # path → what is known of it
    asked_of: dict[str, list[tuple[z3.ExprRef, z3.BoolRef]]] = field(factory=dict)  # list fact → items asked for

    @property
    def codes(self) -> Codes:
        """The codes of texts."""
        return self.settings.codes

    @property
    def reading(self) -> Reading:
        """What expressions read."""
        return Reading(self.value, self.there, self.codes)

    def value(self, path: str) -> Term:
        """What stands at a path."""
        if path.startswith(SETTING):
            return self.settings.value(path)
        if path in self.policy.decisions:
            return self.outcome(path).value
        if path.startswith(FLAGS):
            return self._flag(path)
        if path == "event.type":
            return constant(self.event, self.codes)
        if path in self.folds:
            return self.folds[path]
        if path not in self.variables:
            self._declare(path)
        return self.variables[path]

    def there(self, path: str) -> z3.BoolRef:
        """Whether anything stands at a path."""
        if path in self.there_folds:
            return self.there_folds[path]
        return z3.Bool(f"{self.label}has {path}") if self._is_optional(path) else z3.BoolVal(True)

    def _is_optional(self, path: str) -> bool:
        if path in self.policy.folds:
            return self.policy.folds[path].optional
        fact = self.policy.facts.get(path) or self.policy.events[self.event].get(path)
        return fact is not None and fact.optional and fact.default is None

    def _declare(self, path: str) -> None:
        kind = type_at(self.policy, self.event, path)
        assert kind is not None, path
        term = variable(self.label + path, kind)
        self.variables[path] = listening(term, self.asked_of.setdefault(path, []))
        known = [within(term, kind, self.codes)]
        if path in self.policy.folds:
            known += self._empty(path, term)
        self.domains[path] = z3.And(known)

    def _empty(self, path: str, term: Term) -> list[z3.BoolRef]:
        """That a fold sees nothing without the id of its scope, or without a fact by which it chooses."""
        fold = self.policy.folds[path]
        needed = [key for _, key in fold.by if not key.startswith(ir.CANDIDATE)]
        if fold.scope != "centre":
            needed.append(f"event.{fold.scope}")
        missing = z3.Or([z3.Not(self.there(key)) for key in needed if self._is_optional(key)])
        nothing = answer(fold, [])
        if nothing is None:
            return [z3.Implies(missing, z3.Not(self.there(path)))]
        return [z3.Implies(missing, equal(term, constant(nothing, self.codes)))]

    # --- decisions

    def outcome(self, name: str) -> Outcome:
        """What a decision comes to on this event."""
        if name not in self.outcomes:
            self.outcomes[name] = self._decide(self.policy.decisions[name])
        return self.outcomes[name]

    def fallen(self, name: str) -> z3.BoolRef:
        """Whether a decision fell back for a reason that no rule knows of."""
        return z3.Bool(f"{self.label}fallen {name}") if self.falling else z3.BoolVal(False)

    def set_by_people(self) -> list[z3.BoolRef]:
        """For each decision that was asked about and may be set, whether a person set its outcome."""
        names = [name for name in self.outcomes if self.overriding and self.policy.decisions[name].overrides]
        return [self._set(name) for name in names]

    def _set(self, name: str) -> z3.BoolRef:
        return z3.Bool(f"{self.label}set {name}")

    def asked(self, name: str) -> tuple[ir.Rule, ...]:
        """The rules of a decision that are looked at on this event, in file order."""
        return tuple(rule for rule in self.policy.decisions[name].rules if self.event in rule.asked_on)

    def _decide(self, decision: ir.Decision) -> Outcome:
        rules, read = self.asked(decision.name), self.reading
        holds = [read.condition(rule.when) for rule in rules]
        thens = [read.term(rule.then) for rule in rules]
        fallen = self.fallen(decision.name)
        set_ = self._set(decision.name) if self.overriding and decision.overrides else None
        free = [z3.BoolVal(True)] * len(rules)  # that no rule before has matched, where that matters
        ranks: list[z3.ExprRef] = []  # under `priority`, how severe the outcome of each rule is
        conflict = z3.BoolVal(False)
        if decision.hit == "first":
            free = list(accumulate(holds[:-1], lambda none, one: z3.And(none, z3.Not(one)), initial=z3.BoolVal(True)))
        elif decision.hit == "priority":
            ranks = [rank(then, decision, self.codes) for then in thens]
            if all(z3.is_int_value(one) for one in ranks):
                free, ranks = unbeaten(holds, [one.as_long() for one in ranks]), []
        elif decision.hit == "unique":
            conflict = z3.Not(z3.AtMost(*holds, 1)) if len(holds) > 1 else conflict
        fires = {
            rule.name: z3.And(
                holds[n],
                free[n],
                *(z3.Not(z3.And(holds[m], wins(m, n, ranks))) for m in range(len(ranks)) if m != n),
                *([z3.Not(fallen)] if self.falling else []),
                *([z3.Not(set_)] if set_ is not None else []),
                *([z3.Not(conflict)] if decision.hit == "unique" else []),
            )
            for n, rule in enumerate(rules)
        }
        behind = decision.otherwise if decision.otherwise is not None else decision.fallback
        otherwise, fallback = read.term(behind), read.term(decision.fallback)
        first = decision.hit == "first"
        deciding = list(zip(holds if first else fires.values(), thens, strict=True))
        if decision.hit == "collect":
            value = collected(decision, deciding, fallen, fallback)
        else:
            value = otherwise
            for one, then in reversed(deciding):
                value = either(one, then, value)
            value = either(z3.Or(conflict, fallen), fallback, value)
        if not isinstance(value, Members):
            if set_ is not None:
                by_person = variable(f"{self.label}{decision.name} as set", decision.outcome_type)
                may = z3.Or([equal(by_person, constant(one, self.codes)) for one in decision.overrides])
                value = either(z3.And(set_, z3.Not(fallen), may), by_person, value)
            name = variable(self.label + self.version + decision.name, decision.outcome_type)
            self.domains[decision.name] = equal(name, value)
            value = name
        all_ = [z3.BoolVal(True)] * len(rules)
        reached = {rule.name: one for rule, one in zip(rules, free if decision.hit == "first" else all_, strict=False)}
        conditions = {rule.name: one for rule, one in zip(rules, holds, strict=True)}
        return Outcome(value, conditions, fires, conflict, reached)

    def _flag(self, path: str) -> z3.BoolRef:
        """Whether some rule that fires records such an entry, or owes such an obligation."""
        firing = [self.outcome(name).fires[rule.name] for name, rule in self.causing(path)]
        return z3.Or(firing)

    def causing(self, flag: str) -> Iterable[tuple[str, ir.Rule]]:
        """The rules of this event that would record or owe what a flag speaks of."""
        space, _, wanted = flag.partition(".")
        for name in self.policy.plans[self.event].decisions:
            for rule in self.asked(name):
                if any(_names(effect, space) == wanted for effect in rule.effects):
                    yield name, rule

    # --- what a question needs

    def known(self, paths: Iterable[str]) -> list[z3.BoolRef]:
        """All that is known of what stands at some paths, and of what that depends on."""
        found: list[z3.BoolRef] = []
        for path in sorted(self.depends(paths)):
            if path.startswith(SETTING):
                found.append(self.settings.domain(path))
            elif not path.startswith(FLAGS) and path != "event.type":
                self.value(path)
                found += [self.domains[path]] if path in self.domains else []
        return found

    def depends(self, paths: Iterable[str]) -> set[str]:
        """Some paths, and all on which they depend."""
        waiting, seen = list(paths), set[str]()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            if path.startswith(FLAGS):
                waiting += [name for name, _ in self.causing(path)]
            elif path in self.policy.decisions:
                waiting += self.direct(path)
            elif path in self.policy.folds:
                fold = self.policy.folds[path]
                waiting += [key for _, key in fold.by if not key.startswith(ir.CANDIDATE)]
                waiting += [f"event.{fold.scope}"] if fold.scope != "centre" else []
        return seen

    def direct(self, name: str) -> set[str]:
        """What a decision reads itself on this event, its effects left out."""
        decision = self.policy.decisions[name]
        expressions = [expr for rule in self.asked(name) for expr in (rule.when, rule.then)]
        return {path for expr in (*expressions, decision.fallback, decision.otherwise) for path in reads(expr)}


def _names(effect: ir.Effect, space: str) -> str:
    if space == "recorded":
        return effect.entry if isinstance(effect, ir.Record) else ""
    return effect.obligation if isinstance(effect, ir.Owe) else ""
