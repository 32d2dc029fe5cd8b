"""An entry of the ledger as a fold's `where` reads it, attribute by attribute."""

from __future__ import annotations

from collections.abc import Mapping

import z3
from attrs import define, evolve, field

from forbear.language import ir
from forbear.language.vocabulary import attributes_of
from forbear.prove.moment import SETTING, Settings
from forbear.prove.terms import Reading, Term, variable, within


@define(eq=False)
class Entry:
    """An entry of a kind. An attribute of which nothing is said is a variable, there or not."""

    policy: ir.Policy
    kind: str
    settings: Settings
    label: str = ""
    terms: dict[str, Term] = field(factory=dict)
    presence: dict[str, z3.BoolRef] = field(factory=dict)
    domains: dict[str, z3.BoolRef] = field(factory=dict)

    @property
    def reading(self) -> Reading:
        """What a fold's `where` reads."""
        return Reading(self.value, self.there, self.settings.codes)

    @property
    def attributes(self) -> Mapping[str, ir.Attribute]:
        """All attributes that entries of the kind have."""
        return attributes_of(self.policy.entries[self.kind])

    def value(self, name: str) -> Term:
        """An attribute, or a setting."""
        if name.startswith(SETTING):
            self.domains[name] = self.settings.domain(name)
            return self.settings.value(name)
        if name not in self.terms:
            kind = self.attributes[name].type
            self.terms[name] = variable(f"{self.label}{self.kind}.{name}", kind)
            self.domains[name] = within(self.terms[name], kind, self.settings.codes)
        return self.terms[name]

    def there(self, name: str) -> z3.BoolRef:
        """Whether the entry has an attribute."""
        if name in self.presence:
            return self.presence[name]
        optional = self.attributes[name].optional
        return z3.Bool(f"{self.label}has {self.kind}.{name}") if optional else z3.BoolVal(True)

    def amended(self, values: Mapping[str, tuple[Term, z3.BoolRef]]) -> Entry:
        """The entry with some attributes set; one whose new value is missing keeps the old."""
        terms, presence = dict(self.terms), dict(self.presence)
        for name, (term, there) in values.items():
            old, was = self.value(name), self.there(name)
            terms[name] = term if z3.is_true(there) else z3.If(there, term, old)
            presence[name] = z3.simplify(z3.Or(there, was))
        return evolve(self, terms={**self.terms, **terms}, presence={**self.presence, **presence}, domains=self.domains)

    def known(self) -> list[z3.BoolRef]:
        """All that is known of what was read."""
        return [*self.sense(), *self.domains.values()]

    def sense(self) -> list[z3.BoolRef]:
        """What holds of every entry of the kind: an obligation is open until something says how it ended."""
        if self.kind != "obligation":
            return []
        none = z3.IntVal(self.settings.codes.of("none"))
        return [
            self.value("open") == (self.value("how") == none),
            z3.Implies(self.value("overdue"), self.value("open")),
        ]
