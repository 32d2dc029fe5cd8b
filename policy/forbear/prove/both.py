"""One event under two policies: every fact that both know is the same variable, and so is every setting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import z3
from attrs import evolve, field, frozen

from forbear.engine.pure import Answer, decide_facts, type_at
from forbear.errors import EventError
from forbear.language import ir
from forbear.language.types import DecimalType, ListType, RecordsType, Type, Value, show
from forbear.prove.moment import FLAGS, SETTING, Moment, Settings
from forbear.prove.nesting import Nesting
from forbear.prove.products import fixed_in_products
from forbear.prove.terms import Codes, Term, constant, within
from forbear.prove.witness import EVALUATORS, Quieting, Witness, with_settings


@frozen
class Both:
    """An event of a type as two policies decide it; `joint` knows the facts of both and decides nothing."""

    before: Moment
    after: Moment
    joint: Moment
    nesting: tuple[Nesting, Nesting]
    seconds: int

    @property
    def event(self) -> str:
        """The type of the event."""
        return self.joint.event

    def facts(self, names: Iterable[str]) -> set[str]:
        """All facts, folds and settings on which some decisions and flags depend, in either policy."""
        found: set[str] = set()
        for moment in (self.before, self.after):
            found |= {path for path in needed(moment, names) if not is_derived(moment, path)}
        return found

    def solver(self, names: Iterable[str], more: Iterable[str] = ()) -> z3.Solver:
        """A solver that knows all on which some decisions and flags depend; `more` are facts beside these."""
        asked, found = list(names), z3.Solver()
        found.set("timeout", self.seconds * 1000)
        paths = self.facts(asked) | set(more)
        for moment, nesting in zip((self.before, self.after), self.nesting, strict=True):
            known = {path for path in paths if readable(moment, path)}
            found.add(moment.known([*(name for name in asked if is_derived(moment, name)), *known]))
            folds = [path for path in known if path in moment.policy.folds and path in moment.variables]
            found.add(nesting.known(folds, moment.reading))
        found.add(self.joint.known([path for path in paths if _is_plain(self.joint, path)]))
        found.add(self._fitting(paths))
        return found

    def _fitting(self, paths: Iterable[str]) -> list[z3.BoolRef]:
        """That a fact is there where one of the policies demands it, and of the type that each gives it."""
        found: list[z3.BoolRef] = []
        for path in sorted(paths):
            if path.startswith(SETTING) or path == "event.type" or not _is_plain(self.joint, path):
                continue
            if z3.is_true(self.joint.there(path)):
                found.append(z3.Bool(f"has {path}"))
            for moment in (self.before, self.after):
                kind = type_at(moment.policy, moment.event, path)
                if kind is not None and path in moment.folds:
                    found.append(within(self.joint.value(path), kind, moment.codes))
        return found

    def quieting(self, names: Iterable[str], more: Iterable[str] = ()) -> Quieting:
        """Takes cases that tell no more than they must."""
        paths = {path for path in self.facts(names) | set(more) if _is_plain(self.joint, path)}
        return Quieting(self.joint, paths)


@frozen
class Pair:
    """Two policies side by side.

    Settings that both have are equal, whatever they are; with `own` those whose choice differs are as each policy has
    chosen them.
    """

    before: ir.Policy
    after: ir.Policy
    own: bool = False
    seconds: int = 10
    _known: dict[str, Both] = field(factory=dict, init=False)
    _settings: list[Settings] = field(factory=list, init=False)
    _nesting: list[Nesting] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        codes = Codes()
        products = fixed_in_products(self.before).keys() | fixed_in_products(self.after).keys()
        fixed = products | (self.changed.keys() if self.own else set())
        choices: list[Mapping[str, ir.Setting]] = [{**self.before.settings, **self.after.settings}] * 3
        if self.own:
            choices[:2] = [self.before.settings, self.after.settings]
        joint = evolve(self.before, settings=choices[2])
        for policy, chosen in zip((self.before, self.after, joint), choices, strict=True):
            held = {path: chosen[path].value for path in sorted(fixed) if path in policy.settings}
            self._settings.append(Settings(policy, codes, held))
        self._nesting.extend(Nesting(one.policy, one) for one in self._settings[:2])

    @property
    def changed(self) -> dict[str, tuple[Value, Value]]:
        """The settings that both have and that are chosen otherwise."""
        ours, theirs = self.before.settings, self.after.settings
        return {
            path: (ours[path].value, theirs[path].value)
            for path in ours
            if path in theirs and ours[path].value != theirs[path].value
        }

    @property
    def events(self) -> tuple[str, ...]:
        """The types of event that both know."""
        return tuple(event for event in self.before.plans if event in self.after.plans)

    def at(self, event: str) -> Both:
        """An event of a type under both."""
        if event not in self._known:
            self._known[event] = self._make(event)
        return self._known[event]

    def _make(self, event: str) -> Both:
        ours, theirs, of_both = self._settings
        heard: dict[str, list[tuple[z3.ExprRef, z3.BoolRef]]] = {}
        joint = Moment(merged(self.before, self.after, event), event, of_both, asked_of=heard)
        moments = [
            Moment(self.before, event, ours, asked_of=heard, version="before "),
            Moment(self.after, event, theirs, asked_of=heard, version="after "),
        ]
        for path in _facts_of(self.before, event).keys() & _facts_of(self.after, event).keys():
            for moment in moments:
                fact = _facts_of(moment.policy, event)[path]
                if fact.default is not None and not z3.is_true(joint.there(path)):
                    moment.folds[path] = _or_default(joint, path, fact.default)
        return Both(moments[0], moments[1], joint, (self._nesting[0], self._nesting[1]), self.seconds)

    def untold(self, event: str, paths: Iterable[str]) -> list[str]:
        """The facts that both policies have but of types that cannot be set side by side."""
        found: list[str] = []
        for path in sorted(set(paths)):
            kinds = [_kind(policy, event, path) for policy in (self.before, self.after)]
            if kinds[0] is not None and kinds[1] is not None and not comparable(kinds[0], kinds[1]):
                found.append(path)
        return found

    def replay(self, witness: Witness, asked: str) -> list[tuple[Answer, Answer]]:
        """What each evaluator makes of a case under both policies; empty where it cannot be decided."""
        answers = [self._answers(policy, witness, asked) for policy in (self.before, self.after)]
        return list(zip(*answers, strict=False))

    def _answers(self, policy: ir.Policy, witness: Witness, asked: str) -> list[Answer]:
        known = {**({} if self.own else self._as_after()), **witness.settings}
        chosen = with_settings(
            policy, {name: value for name, value in known.items() if SETTING + name in policy.settings}
        )
        given = {path: one for path, one in witness.given.items() if type_at(policy, witness.event, path) is not None}
        given["event.type"] = witness.event
        try:
            return [decide_facts(chosen, given, asked=frozenset([asked]), evaluator=one) for one in EVALUATORS]
        except EventError:
            return []

    def _as_after(self) -> dict[str, Any]:
        """The settings that were chosen otherwise, as they are now, so that both policies are asked alike."""
        settings = self.after.settings
        return {path.removeprefix(SETTING): show(settings[path].type, settings[path].value) for path in self.changed}


def needed(moment: Moment, names: Iterable[str]) -> set[str]:
    """All that some decisions and flags need to be decided: what they depend on, and what would make them fall back."""
    policy = moment.policy
    found = moment.depends(name for name in names if is_derived(moment, name))
    return found | demanded(moment, found & policy.decisions.keys())


def demanded(moment: Moment, names: Collection[str]) -> set[str]:
    """The facts without which some decisions or rankings fall back, those of their effects and promises among them."""
    policy, plan = moment.policy, moment.policy.plans[moment.event]
    paths = {path for name in names for path in plan.reads.get(name, ())}
    paths |= {path for one, read in plan.promised if one.decision in names for path in read}
    facts = _facts_of(policy, moment.event)
    known = {path for path in paths if path in facts and readable(moment, path)}
    return {path for path in known if not facts[path].optional and facts[path].default is None}


def readable(moment: Moment, path: str) -> bool:
    """Whether a path is a setting, fact or fold that is one variable under a policy."""
    if path.startswith(SETTING):
        return path in moment.policy.settings
    kind = type_at(moment.policy, moment.event, path)
    return kind is not None and not isinstance(kind, RecordsType) and path not in moment.policy.decisions


def _is_plain(moment: Moment, path: str) -> bool:
    return path != "event.type" and readable(moment, path)


def is_derived(moment: Moment, path: str) -> bool:
    """Whether a path is a decision of a policy, or what some decision records or owes."""
    return path in moment.policy.decisions or path.startswith(FLAGS)


def _kind(policy: ir.Policy, event: str, path: str) -> Type | None:
    if path.startswith(SETTING):
        return policy.settings[path].type if path in policy.settings else None
    return type_at(policy, event, path)


def comparable(one: Type, other: Type) -> bool:
    """Whether values of two types are written alike, so that one variable can stand for both."""
    if isinstance(one, ListType) and isinstance(other, ListType):
        return comparable(one.item, other.item)
    if isinstance(one, DecimalType) and isinstance(other, DecimalType):
        return one.places == other.places
    return type(one) is type(other)


def merged(before: ir.Policy, after: ir.Policy, event: str) -> ir.Policy:
    """The words of both: a fact may be missing where both let it, and has a default where both have the same."""
    return evolve(
        before,
        facts=_merged(before.facts, after.facts),
        events={**before.events, event: _merged(before.events[event], after.events[event])},
        folds={**before.folds, **after.folds},
        settings={**before.settings, **after.settings},
        decisions={},
        rankings={},
        plans={},
    )


def _merged(ours: Mapping[str, ir.Fact], theirs: Mapping[str, ir.Fact]) -> dict[str, ir.Fact]:
    found = {**ours, **theirs}
    for path in ours.keys() & theirs.keys():
        one, other = ours[path], theirs[path]
        demanded = any(not fact.optional and fact.default is None for fact in (one, other))
        demanded = demanded or (isinstance(one.type, ListType) and one.default != other.default)
        default = one.default if one.default == other.default else None
        found[path] = evolve(one, optional=not demanded and default is None, default=default)
    return found


def _or_default(joint: Moment, path: str, default: Value) -> Term:
    return z3.If(joint.there(path), joint.value(path), constant(default, joint.codes))


def _facts_of(policy: ir.Policy, event: str) -> dict[str, ir.Fact]:
    return {**policy.facts, **policy.events[event]}
