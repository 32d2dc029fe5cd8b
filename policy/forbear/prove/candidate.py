"""One candidate of a ranking, who stands for any."""

from __future__ import annotations

import z3
from attrs import define, field

from forbear.language import ir
from forbear.language.types import Type
from forbear.prove.moment import Moment
from forbear.prove.terms import Reading, Term, listening, variable, within


@define
class Candidate:
    """One candidate of a ranking, every field and every fold that is asked for it a variable."""

    moment: Moment
    ranking: ir.Ranking
    label: str  # candidate, ahead or behind
    variables: dict[str, Term] = field(factory=dict)
    domains: dict[str, z3.BoolRef] = field(factory=dict)
    asked_of: dict[str, list[tuple[z3.ExprRef, z3.BoolRef]]] = field(factory=dict)

    @property
    def reading(self) -> Reading:
        """What the rules of the ranking read, this candidate under `candidate.`."""
        return Reading(self._value, self._there, self.moment.codes)

    def field_value(self, name: str) -> Term:
        """A field of the candidate, or `history.x`."""
        if name == "ranked":
            return self.ranked()
        if name not in self.variables:
            kind, _ = self.declared(name)
            term = variable(f"{self.moment.label}{self.label}.{name}", kind)
            self.variables[name] = listening(term, self.asked_of.setdefault(name, []))
            self.domains[name] = within(term, kind, self.moment.codes)
        return self.variables[name]

    def field_there(self, name: str) -> z3.BoolRef:
        """Whether the candidate has a field."""
        _, optional = self.declared(name)
        return z3.Bool(f"{self.moment.label}has {self.label}.{name}") if optional else z3.BoolVal(True)

    def ranked(self) -> z3.BoolRef:
        """Whether no requirement leaves the candidate out."""
        return z3.And([self.reading.condition(rule.when) for rule in self.ranking.require])

    def score(self) -> z3.ExprRef:
        """What the preferences that hold add up to."""
        read = self.reading
        held = [z3.If(read.condition(rule.when), read.term(rule.add), z3.IntVal(0)) for rule in self.ranking.prefer]
        return z3.Sum(held) if held else z3.IntVal(0)

    @property
    def every(self) -> list[str]:
        """All fields of the candidate, and the folds that were asked for it."""
        kind = self.moment.policy.facts[self.ranking.over].type
        fields = [one.name for one in getattr(kind, "fields", ())]
        return [*fields, *(name for name in self.variables if name not in fields)]

    def known(self) -> list[z3.BoolRef]:
        """All that is known of the fields, and of the folds that were read."""
        for name in self.every:
            self.field_value(name)
        return list(self.domains.values())

    def declared(self, name: str) -> tuple[Type, bool]:
        if name.startswith("history."):
            fold = self.moment.policy.folds[name]
            return fold.type, fold.optional
        kind = self.moment.policy.facts[self.ranking.over].type
        one = next(one for one in getattr(kind, "fields", ()) if one.name == name)
        return one.type, one.optional and one.default is None

    def _value(self, path: str) -> Term:
        space, _, name = path.partition(".")
        return self.field_value(name) if space == "candidate" else self.moment.value(path)

    def _there(self, path: str) -> z3.BoolRef:
        space, _, name = path.partition(".")
        return self.field_there(name) if space == "candidate" else self.moment.there(path)
