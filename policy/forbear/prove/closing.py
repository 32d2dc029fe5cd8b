"""What the closing of obligations does to a state: by an event that names one, by rules, and by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3

from forbear.language import ir
from forbear.language.events import EXPIRED
from forbear.language.types import Value
from forbear.language.walk import reads
from forbear.prove.entry import Entry
from forbear.prove.origins import born, most_beside
from forbear.prove.stepping import Stepping, flag
from forbear.prove.terms import Term, constant, equal, variable


class Closing(Stepping):
    """An event that may close obligations."""

    def _obligation(self, name: str) -> Entry:
        """Some obligation of a name that is open."""
        entry = self._some("obligation")
        values: dict[str, Value] = {"owe": name, "open": True, "how": "none"}
        for key, (term, there) in self._plain(values.items()).items():
            entry.terms[key], entry.presence[key] = term, there
        return entry

    def _ended(self, entry: Entry, how: Term) -> Entry:
        """The obligation as it ended, with the reason that somebody may have given."""
        yes, name = z3.BoolVal(True), self._name()
        values = {"how": (how, yes), "open": flag(False), "overdue": flag(False)}
        reason = entry.attributes.get("reason")
        if reason is not None:
            values["reason"] = variable(f"{name}reason", reason.type), z3.Bool(f"{name}has reason")
        return entry.amended(values)

    def _close_named(self, named: Entry) -> None:
        """The obligation that the event names is closed, if it is open; else nothing at all is decided."""
        codes = self.steps.settings.codes
        open_, _ = self._told("obligation.open")
        owe, _ = self._told("obligation.owe")
        how, _ = self._told("event.how")
        assert isinstance(open_, z3.ExprRef)
        for name in self.policy.plans[self.moment.event].decisions:
            self.known.append(z3.Implies(z3.Not(open_), self.moment.fallen(name)))
        self.change = self.change.amend(named, self._ended(named, how), open_, self._named_scopes(), self._name())
        for obligation in self.policy.obligations.values():
            is_it = equal(owe, constant(obligation.name, codes))
            ways = [equal(how, constant(one, codes)) for one in obligation.closes if one != EXPIRED]
            self.known.append(z3.Implies(z3.And(open_, is_it), z3.Or(ways)))
            for one, closing in obligation.closes.items():
                for kind, values in closing.amends if one != EXPIRED else ():
                    if kind not in self.steps.kinds:
                        continue
                    for _ in range(most_beside(self.policy, obligation.name, kind)):
                        exists = z3.Bool(f"{self._name()}beside")
                        when = z3.And(open_, is_it, equal(how, constant(one, codes)), exists)
                        self._amend_beside(obligation.name, kind, self._plain(values), when)

    def _amend_beside(
        self, owe: str, kind: str, values: Mapping[str, tuple[Term, z3.BoolRef]], when: z3.BoolRef
    ) -> None:
        """An entry is amended that was recorded beside the obligation that the event names."""
        self._touched.add(kind)
        self._untold.add(kind)
        before = self._some(kind)
        self.known.append(z3.Implies(when, born(self.policy, before, owe)))
        self.change = self.change.amend(before, before.amended(values), when, self._named_scopes(), self._name())

    def _close(self, name: str, by: Sequence[tuple[str, ir.Expr]], how: str, rule: tuple[str, ir.Rule]) -> None:
        """A rule closes all open obligations of a name that carry some values."""
        for _, expr in by:
            self.paths |= set(reads(expr))
        self._close_all(name, how, self._fires(rule) if self._matters(name, how) else z3.BoolVal(False))

    def _expire(self) -> None:
        for obligation in self.policy.obligations.values():
            if obligation.expires is not None:
                self._close_all(obligation.name, EXPIRED, z3.BoolVal(True))

    def _matters(self, name: str, how: str) -> bool:
        closing = self.policy.obligations[name].closes.get(how)
        kinds = {kind for kind, _ in closing.amends} if closing is not None else set()
        return bool(({"obligation"} | kinds) & self.steps.kinds)

    def _close_all(self, name: str, how: str, when: z3.BoolRef) -> None:
        """Any number of obligations of a name is closed, and what was recorded beside them amended."""
        if not self._matters(name, how):
            return
        codes = self.steps.settings.codes
        if "obligation" in self.steps.kinds:
            before = self._obligation(name)
            after = self._ended(before, constant(how, codes))
            self.change = self.change.move(before, after, when, self._name())
        closing = self.policy.obligations[name].closes.get(how)
        for kind, values in closing.amends if closing is not None else ():
            if kind in self.steps.kinds:
                self._touched.add(kind)
                self._untold.add(kind)
                beside = self._some(kind)
                self.change = self.change.move(beside, beside.amended(self._plain(values)), when, self._name())
