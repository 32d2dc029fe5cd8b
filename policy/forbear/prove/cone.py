"""All on which an answer depends, as a digest: two policies with the same digest have the same answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from attrs import define, field, fields, has

from forbear.language import ir
from forbear.language.walk import effect_expressions, reads
from forbear.prove.asking import Asking
from forbear.prove.declared import promise_says
from forbear.prove.moment import SETTING, Moment
from forbear.prove.promises import SPACES
from forbear.prove.same import closure
from forbear.prove.tracked import ROUNDS, causing, tracked_folds

_WORDS = frozenset({"because", "source"})  # said to people, read by no question


def plain(value: object) -> Any:
    """A declaration as JSON tells it, without where it stands and why."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in sorted(value.items())}
    if isinstance(value, tuple | list | frozenset):
        return [plain(one) for one in (sorted(value) if isinstance(value, frozenset) else value)]
    kind: type[Any] = type(value)
    if has(kind):
        told = [one.name for one in fields(kind) if one.eq and one.name not in _WORDS]
        return [kind.__name__, *(plain(getattr(value, name)) for name in told)]
    if value is None or isinstance(value, bool | int | str):
        return value
    return [kind.__name__, repr(value)]


def digest(value: object) -> str:
    """The digest of a value, told plainly."""
    return sha256(json.dumps(plain(value), ensure_ascii=True, sort_keys=True).encode()).hexdigest()


@define
class Cones:
    """The digests of a policy's questions."""

    asking: Asking
    _known: dict[str, str] = field(factory=dict)

    def of_rules(self, name: str) -> str:
        """Of what is asked about the rules of a decision."""
        decision = self.asking.policy.decisions[name]
        return digest(["rules", name, [self._at(event, [name]) for event in decision.asked_on]])

    def of_promise(self, one: ir.Invariant) -> str:
        """Of a promise over all facts."""
        return digest(["facts", promise_says(one), [self._at(event, self._spoken_of(one)) for event in one.asked_on]])

    def of_history(self, one: ir.Invariant) -> str:
        """Of a promise over every history: also what may record, owe, amend or close anything on which it depends."""
        policy = self.asking.policy
        kinds = {policy.folds[path].entry for path in tracked_folds(policy, one, ROUNDS - 1)}
        names, _ = causing(policy, kinds)
        steps = [self._at(event, self._doing(names.intersection(plan.decisions))) for event, plan in self._plans()]
        whole = policy.obligations, policy.entries, policy.folds, policy.settings, policy.retention, policy.events
        return digest(["histories", self.of_promise(one), sorted(kinds), steps, [self._once(each) for each in whole]])

    def _plans(self) -> Iterable[tuple[str, ir.Plan]]:
        return sorted(self.asking.policy.plans.items())

    def _spoken_of(self, one: ir.Invariant) -> set[str]:
        """What a promise reads; of a candidate the folds, and the ranking."""
        paths = set(reads(one.condition))
        plain_ = {path for path in paths if path.partition(".")[0] not in SPACES}
        folds = {path.partition(".")[2] for path in paths - plain_} & self.asking.policy.folds.keys()
        return plain_ | folds | ({one.decision} if one.about else set())

    def _doing(self, names: Iterable[str]) -> set[str]:
        """Some decisions, and what their effects read."""
        found = set(names)
        rules = [rule for name in sorted(found) for rule in self.asking.policy.decisions[name].rules]
        expressions = [expr for rule in rules for effect in rule.effects for expr in effect_expressions(effect)]
        return found | {path for expr in expressions for path in reads(expr)}

    def _at(self, event: str, names: Iterable[str]) -> Any:
        """What some paths depend on, on an event."""
        moment = self.asking.moments[event]
        paths = set[str]().union(*(closure(moment, name) for name in names))
        return [event, sorted([path, self._declared(moment, path)] for path in paths | self._chosen(paths))]

    def _chosen(self, paths: Iterable[str]) -> set[str]:
        """The settings that decide which entries some folds keep."""
        folds = [one for path in paths if (one := self.asking.policy.folds.get(path)) is not None]
        read = {path for one in folds if one.where is not None for path in reads(one.where)}
        return {path for path in read if path.startswith(SETTING)}

    def _declared(self, moment: Moment, path: str) -> str:
        policy = self.asking.policy
        named = f"{moment.event} {path}" if path in policy.events[moment.event] else path
        if named not in self._known:
            self._known[named] = digest(list(self._parts(moment, path)))
        return self._known[named]

    def _parts(self, moment: Moment, path: str) -> Iterator[object]:
        policy = self.asking.policy
        if path.startswith(SETTING):
            yield self.asking.settings.fixed.get(path)
        if path in policy.folds:
            yield policy.entries[policy.folds[path].entry]
        places = (policy.decisions, policy.rankings, policy.folds, policy.settings, policy.facts)
        yield from (known.get(path) for known in (*places, policy.events[moment.event]))

    def _once(self, declared: Mapping[str, object]) -> str:
        key = f"all {id(declared)}"
        if key not in self._known:
            self._known[key] = digest(declared)
        return self._known[key]
