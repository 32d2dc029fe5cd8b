"""How an event changes the state: by what it is, and by what each rule that fires records, owes, amends and closes.

A step over-approximates: whatever the engine can do to one customer and one contact on such an event, a step can too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import z3

from forbear.language import ir
from forbear.language.events import EVENT_TYPES
from forbear.language.types import Value
from forbear.language.walk import reads
from forbear.prove.closing import Closing
from forbear.prove.entry import Entry
from forbear.prove.moment import Moment
from forbear.prove.origins import born
from forbear.prove.state import State
from forbear.prove.stepping import Among, Step, flag
from forbear.prove.terms import Term, constant, equal


class Steps(Among):
    """Makes steps for a policy."""

    def begin(self, event: str, state: State, label: str) -> _Running:
        """An event in a state, before anything is asked of it."""
        moment = Moment(self.policy, event, self.settings, label, falling=True, overriding=True)
        return _Running(self, state, moment, label)

    def step(self, event: str, state: State, label: str) -> Step | None:
        """All that an event of a type can do to a state, None where that is nothing."""
        stepping = self.begin(event, state, label)
        stepping.run()
        return (
            stepping.done()
            if any(not term.eq(state.terms[name]) for name, term in stepping.change.terms.items())
            else None
        )

    def look(self, event: str, state: State, label: str, paths: Iterable[str]) -> Step:
        """An event at which only something is asked, whatever it does."""
        stepping = self.begin(event, state, label)
        stepping.paths |= set(paths)
        return stepping.done()


class _Running(Closing):
    """An event that does what it does."""

    def run(self) -> None:
        event = self.moment.event
        kinds = self.steps.kinds
        named = self._named()
        if event == "contact_started" and "contact" in kinds:
            told = {"ended": flag(False), "channel": self._told("event.channel")}
            self._append("contact", told, self.moment.there("event.contact"))
        elif event == "contact_ended" and "contact" in kinds:
            self._amend_some("contact", {"ended": flag(True)}, z3.Bool(f"{self.label}known contact"))
        elif event == "override" and "override" in kinds:
            fields = {name: self._told(f"event.{name}") for name in ("decision", "outcome", "by", "reason")}
            self._append("override", fields, z3.BoolVal(True))
        elif event == "obligation_closed" and named is not None:
            self._close_named(named)
        elif event == "tick":
            self._expire()
        for rule, effect in self._effects():
            match effect:
                case ir.Record(kind, values) if kind in kinds:
                    self._append(kind, self._values(values), self._fires(rule))
                case ir.Amend(kind, which, values) if kind in kinds:
                    self._amend(kind, which, values, rule, named)
                case ir.Close(obligation, by, how):
                    self._close(obligation, by, how, rule)
                case _:
                    pass
        for rule, effect in self._effects():
            if isinstance(effect, ir.Owe) and "obligation" in kinds:
                self._owe(effect, rule)

    def _effects(self) -> Iterator[tuple[tuple[str, ir.Rule], ir.Effect]]:
        for name in self.policy.plans[self.moment.event].decisions:
            for rule in self.moment.asked(name):
                for effect in rule.effects:
                    yield (name, rule), effect

    def _append(self, kind: str, values: Mapping[str, tuple[Term, z3.BoolRef]], when: z3.BoolRef) -> None:
        entry = Entry(self.policy, kind, self.steps.settings, self._name())
        for name, attribute in self.policy.entries[kind].attributes.items():
            if name in values:
                entry.terms[name], entry.presence[name] = values[name]
            elif attribute.default is not None:
                entry.terms[name] = constant(attribute.default, self.steps.settings.codes)
                entry.presence[name] = z3.BoolVal(True)
            elif attribute.optional:
                entry.presence[name] = z3.BoolVal(False)
        for name in ("contact", "customer", "advisor"):
            entry.terms[name], entry.presence[name] = self._told(f"event.{name}")
        entry.terms["age"] = z3.IntVal(0)
        self.change = self.change.append(entry, when, self.scopes)

    def _owe(self, effect: ir.Owe, rule: tuple[str, ir.Rule]) -> None:
        declared = self.policy.obligations[effect.obligation]
        values = self._values(effect.carries)
        plain: dict[str, Value] = {"owe": declared.name, "to": declared.to, "how": "none", "open": True}
        told = self._plain(plain.items())
        told["overdue"] = flag(False)
        when = self._fires(rule)
        if declared.once is not None:  # one that stands already may take its place
            when = z3.And(when, z3.Bool(f"{self._name()}created"))
        self._append("obligation", {**told, **values}, when)

    # --- entries that were there before

    def _named(self) -> Entry | None:
        """The entry that the event names, as the event lends it, where the state counts its kind."""
        event = self.moment.event
        kind = EVENT_TYPES[event].names if event in EVENT_TYPES else ""
        if kind not in self.steps.kinds and not (event == "obligation_closed" and self._closings_amend()):
            return None
        entry = Entry(self.policy, kind, self.steps.settings, f"{self.label}named ")
        known = {"open", "how", "overdue"} if kind == "obligation" else set()
        for name in sorted(self._read_of(kind) | known):
            entry.terms[name], entry.presence[name] = self._told(f"{kind}.{name}")
        for one in self.state.tracks:
            if one.fold.entry == kind:
                counted = z3.And(self._named_scopes()[one.fold.scope], self.change.kept(one, entry))
                self.known.append(z3.Implies(counted, self.state.number(one) >= 1))
        self.known += entry.sense()
        return entry

    def _closings_amend(self) -> bool:
        """Whether an obligation that is closed may amend an entry that the state counts."""
        closings = [one for each in self.policy.obligations.values() for one in each.closes.values()]
        return any(kind in self.steps.kinds for one in closings for kind, _ in one.amends)

    def _read_of(self, kind: str) -> set[str]:
        """The attributes that decide which folds keep an entry of a kind."""
        found: set[str] = set()
        for one in self.state.tracks:
            if one.fold.entry == kind:
                found |= {path for path in reads(one.base) if "." not in path}
                found |= {one.fold.of} if one.fold.of and (one.holds or one.adds) else set()
        return found

    def _amend(
        self,
        kind: str,
        which: ir.Expr,
        values: Sequence[tuple[str, ir.Expr]],
        rule: tuple[str, ir.Rule],
        named: Entry | None,
    ) -> None:
        told, when = self._values(values), self._fires(rule)
        event = self.moment.event
        path = which.path if isinstance(which, ir.Read) else ""
        by_event = named is not None and path == f"event.{named.kind}" and EVENT_TYPES[event].names == kind
        touched = kind in self._touched
        self._touched.add(kind)
        if named is not None and by_event and kind not in self._untold:
            after = named.amended(told)
            self.change = self.change.amend(named, after, when, self._named_scopes(), self._name())
            for name in told:
                old, had = named.value(name), named.there(name)
                named.terms[name] = z3.If(when, after.value(name), old)
                named.presence[name] = z3.simplify(z3.If(when, after.there(name), had))
            return
        fold = self.policy.folds.get(path)
        before = self._some(kind)
        scopes = self._named_scopes() if by_event else self._some_scopes()
        if not by_event:
            self._untold.add(kind)
        if fold is not None and fold.entry == kind and fold.of == "id":
            self.paths |= {path, *(key for _, key in fold.by)}
            if not touched:  # else it may be the one that was amended, and no longer as the fold saw it
                self.known.append(z3.Implies(when, before.reading.condition(fold.where)))
            for name, key in fold.by:
                if name != "id" and not touched:
                    self.known.append(z3.Implies(when, equal(before.value(name), self.moment.value(key))))
            if fold.scope in scopes:
                scopes = {**scopes, fold.scope: self.scopes[fold.scope]}
        self.known.append(z3.Implies(when, born(self.policy, before)))
        self.change = self.change.amend(before, before.amended(told), when, scopes, self._name())

    def _amend_some(self, kind: str, values: Mapping[str, tuple[Term, z3.BoolRef]], when: z3.BoolRef) -> None:
        before = self._some(kind)
        self.change = self.change.amend(before, before.amended(values), when, self._some_scopes(), self._name())
