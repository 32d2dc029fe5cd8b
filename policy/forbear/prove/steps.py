"""How an event changes the state: by what it is, and by what each rule that fires records, owes, amends and closes.

A step over-approximates: whatever the engine can do to one customer and one contact on such an event, a step can too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import z3
from attrs import define, field, frozen

from forbear.language import ir
from forbear.language.events import EVENT_TYPES, EXPIRED
from forbear.language.types import Value
from forbear.language.walk import reads
from forbear.ledger.fold import answer
from forbear.prove.entry import Entry
from forbear.prove.moment import Moment, Settings
from forbear.prove.nesting import Nesting
from forbear.prove.state import Change, State, Track, seen
from forbear.prove.terms import Term, constant, equal, variable, within

Scopes = Mapping[str, z3.BoolRef]


@frozen
class Step:
    """One event of a type, in a state: what is decided, and the state that it leaves."""

    event: str
    moment: Moment
    here: z3.BoolRef  # it belongs to the contact of the state
    mine: z3.BoolRef  # it belongs to the customer of the state
    named_here: z3.BoolRef  # and so does the entry that it names
    named_mine: z3.BoolRef
    change: Change
    known: tuple[z3.BoolRef, ...]

    def about(self) -> z3.BoolRef:
        """That all that the event can see of anybody is in the state."""
        moment = self.moment
        return z3.And(
            z3.Or(self.here, z3.Not(moment.there("event.contact"))),
            z3.Or(self.mine, z3.Not(moment.there("event.customer"))),
        )


@define
class Steps:
    """Makes steps for a policy whose folds are partly kept in a state. `overriding` lets people set outcomes."""

    policy: ir.Policy
    settings: Settings
    tracks: tuple[Track, ...]
    nesting: Nesting
    overriding: bool = False
    of_customer: z3.BoolRef = field(factory=lambda: z3.Bool("the contact is the customer's"))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of entry that the state counts."""
        return frozenset(one.fold.entry for one in self.tracks)

    def begin(self, event: str, state: State, label: str) -> _Stepping:
        """An event in a state, before anything is asked of it."""
        moment = Moment(self.policy, event, self.settings, label, falling=True, overriding=self.overriding)
        return _Stepping(self, state, moment, label)

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


class _Stepping:
    """An event on its way through a state."""

    def __init__(self, steps: Steps, state: State, moment: Moment, label: str) -> None:
        self.steps, self.state, self.moment, self.label = steps, state, moment, label
        self.policy = steps.policy
        self.here, self.mine = z3.Bool(f"{label}here"), z3.Bool(f"{label}mine")
        self.change = Change(state.tracks, state.terms)
        self.known: list[z3.BoolRef] = [state.sane()]
        self.paths: set[str] = {"event.contact", "event.customer"}
        self._count = 0
        self._touched: set[str] = set()  # kinds of which an entry was amended on this event
        self._untold: set[str] = set()  # kinds of which it is not known which entry that was
        self._recall()

    @property
    def scopes(self) -> Scopes:
        return {"contact": self.here, "customer": self.mine}

    def done(self) -> Step:
        moment = self.moment
        contact, customer = moment.there("event.contact"), moment.there("event.customer")
        of_customer = self.steps.of_customer
        self.known += [
            z3.Implies(self.here, z3.And(contact, self.mine == of_customer, customer == of_customer)),
            z3.Implies(self.mine, customer),
            *moment.known(self.paths),
            *self.change.known,
        ]
        asked = [path for path in self._every() if path in self.policy.folds and not self.policy.folds[path].keyed]
        self.known += self.steps.nesting.known(asked, moment.reading)
        named = self._named_scopes()
        known = tuple(self.known)
        return Step(moment.event, moment, self.here, self.mine, named["contact"], named["customer"], self.change, known)

    def _every(self) -> set[str]:
        return self.moment.depends(self.paths)

    def _recall(self) -> None:
        """Let the tracked folds answer from the state where the event is about it."""
        moment, codes = self.moment, self.steps.settings.codes
        for one in self.state.tracks:
            told = seen(one, self.state, self.label, codes)
            about, id_ = self.scopes[one.fold.scope], moment.there(f"event.{one.fold.scope}")
            free = variable(self.label + one.path, one.fold.type)
            assert isinstance(free, z3.ExprRef)
            assert isinstance(told.value, z3.ExprRef)
            other = z3.Bool(f"{self.label}has {one.path}") if one.fold.optional else z3.BoolVal(True)
            moment.folds[one.path] = z3.If(about, told.value, free)
            moment.there_folds[one.path] = z3.If(about, told.there, other)
            moment.domains[one.path] = z3.And(
                within(free, one.fold.type, codes),
                z3.Implies(z3.Not(id_), _nothing(one.fold, free, other, self.steps.settings)),
                *(z3.Implies(about, known) for known in told.known),
            )

    def _name(self) -> str:
        self._count += 1
        return f"{self.label}{self._count}. "

    # --- what the event does

    def run(self) -> None:
        event = self.moment.event
        kinds = self.steps.kinds
        named = self._named()
        if event == "contact_started" and "contact" in kinds:
            told = {"ended": _flag(False), "channel": self._told("event.channel")}
            self._append("contact", told, self.moment.there("event.contact"))
        elif event == "contact_ended" and "contact" in kinds:
            self._amend_some("contact", {"ended": _flag(True)}, z3.Bool(f"{self.label}known contact"))
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

    def _fires(self, rule: tuple[str, ir.Rule]) -> z3.BoolRef:
        name, one = rule
        self.paths.add(name)
        return self.moment.outcome(name).fires[one.name]

    def _told(self, path: str) -> tuple[Term, z3.BoolRef]:
        self.paths.add(path)
        return self.moment.value(path), self.moment.there(path)

    def _values(self, values: Iterable[tuple[str, ir.Expr]]) -> dict[str, tuple[Term, z3.BoolRef]]:
        """Values as effects give them; a plain read of something missing leaves its name out."""
        found: dict[str, tuple[Term, z3.BoolRef]] = {}
        for name, expr in values:
            self.paths |= set(reads(expr))
            there = self.moment.there(expr.path) if isinstance(expr, ir.Read) else z3.BoolVal(True)
            found[name] = self.moment.reading.term(expr), there
        return found

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
        told["overdue"] = _flag(False)
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

    def _named_scopes(self) -> Scopes:
        return {"contact": z3.Bool(f"{self.label}named here"), "customer": z3.Bool(f"{self.label}named mine")}

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

    def _some(self, kind: str) -> Entry:
        """An entry that was there before."""
        return Entry(self.policy, kind, self.steps.settings, self._name())

    def _some_scopes(self) -> Scopes:
        name = self._name()
        return {"contact": z3.Bool(f"{name}here"), "customer": z3.Bool(f"{name}mine")}

    def _amend_some(self, kind: str, values: Mapping[str, tuple[Term, z3.BoolRef]], when: z3.BoolRef) -> None:
        before = self._some(kind)
        self.change = self.change.amend(before, before.amended(values), when, self._some_scopes(), self._name())

    # --- obligations

    def _obligation(self, name: str) -> Entry:
        """Some obligation of a name that is open."""
        entry = self._some("obligation")
        self._set(entry, {"owe": name, "open": True, "how": "none"})
        return entry

    def _set(self, entry: Entry, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            entry.terms[name] = constant(value, self.steps.settings.codes)
            entry.presence[name] = z3.BoolVal(True)

    def _ended(self, entry: Entry, how: Term) -> Entry:
        """The obligation as it ended, with the reason that somebody may have given."""
        yes, name = z3.BoolVal(True), self._name()
        values = {"how": (how, yes), "open": _flag(False), "overdue": _flag(False)}
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
                    for _ in range(_most_beside(self.policy, obligation.name, kind)):
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

    def _plain(self, values: Iterable[tuple[str, Value]]) -> dict[str, tuple[Term, z3.BoolRef]]:
        codes = self.steps.settings.codes
        return {name: (constant(value, codes), z3.BoolVal(True)) for name, value in values}

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


def _most_beside(policy: ir.Policy, obligation: str, kind: str) -> int:
    """How many entries of a kind a rule records at most beside an obligation."""
    rules = [rule.effects for decision in policy.decisions.values() for rule in decision.rules]
    owing = [
        effects for effects in rules if any(isinstance(one, ir.Owe) and one.obligation == obligation for one in effects)
    ]
    return max(
        (sum(1 for one in effects if isinstance(one, ir.Record) and one.entry == kind) for effects in owing), default=0
    )


def born(policy: ir.Policy, entry: Entry, beside: str = "") -> z3.BoolRef:
    """That an entry has what some rule recorded it with and nothing amends: one that owes `beside`, where given."""
    steady = entry.attributes.keys() - amendable(policy, entry.kind)
    ways: list[z3.BoolRef] = []
    for decision in policy.decisions.values():
        for rule in decision.rules:
            owes = {effect.obligation for effect in rule.effects if isinstance(effect, ir.Owe)}
            if beside and beside not in owes:
                continue
            for effect in rule.effects:
                if isinstance(effect, ir.Record) and effect.entry == entry.kind:
                    ways.append(_recorded(entry, effect, steady))
    return z3.Or(ways) if ways else z3.BoolVal(not beside)


def _recorded(entry: Entry, effect: ir.Record, steady: Iterable[str]) -> z3.BoolRef:
    told = dict(effect.values)
    same: list[z3.BoolRef] = []
    for name in sorted(steady):
        attribute, expr = entry.attributes[name], told.get(name)
        value = expr.value if isinstance(expr, ir.Constant) else attribute.default if expr is None else None
        if value is not None:
            same.append(equal(entry.value(name), constant(value, entry.settings.codes)))
    return z3.And(same)


def amendable(policy: ir.Policy, kind: str) -> frozenset[str]:
    """The attributes of a kind of entry that anything amends."""
    found: set[str] = {"how", "open", "overdue", "reason"} if kind == "obligation" else set()
    for decision in policy.decisions.values():
        for rule in decision.rules:
            for effect in rule.effects:
                if isinstance(effect, ir.Amend) and effect.entry == kind:
                    found |= {name for name, _ in effect.values}
    for obligation in policy.obligations.values():
        for closing in obligation.closes.values():
            for other, values in closing.amends:
                found |= {name for name, _ in values} if other == kind else set()
    return frozenset(found)


def _flag(value: bool) -> tuple[Term, z3.BoolRef]:
    """A bool that is there."""
    return z3.BoolVal(value), z3.BoolVal(True)


def _nothing(fold: ir.Fold, term: z3.ExprRef, there: z3.BoolRef, settings: Settings) -> z3.BoolRef:
    nothing = answer(fold, [])
    return z3.Not(there) if nothing is None else equal(term, constant(nothing, settings.codes))
