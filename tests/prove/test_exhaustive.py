"""What is proved of a small policy is what deciding every one of its cases shows.

`make prove-check` asks thousands of policies; `python -m prove.test_exhaustive SEED` shows one of them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from random import Random

import pytest
from attrs import define, evolve, field, frozen

from forbear.evaluate import Evaluation, Reference
from forbear.evaluate.reference import evaluate
from forbear.language import ir
from forbear.language.types import Value
from forbear.prove import Report, prove
from forbear.prove.asking import Finding
from forbear.prove.proving import Verdict
from forbear.prove.questions import confirmed
from forbear.prove.regions import Region
from strategies.profile import FACTOR
from strategies.tiny import EVENTS, Tiny, Word, tiny_policy

_ORDER = r"(setting\.\w+) is ((?:(?: or )?(?:less than|equal to|more than))+) (setting\.\w+)"
POLICIES = max(1, int(60 * FACTOR))
BATCH = 20


@frozen
class Case:
    """A case, and what the reference makes of it."""

    event: str
    settings: Mapping[str, Value]
    evaluation: Evaluation
    holds: Mapping[str, bool | None]  # rule → its condition holds; None where it reads what is missing

    def fires(self, rule: str) -> bool:
        return rule in self.evaluation.fired


def choices(words: Iterable[Word]) -> Iterator[dict[str, Value]]:
    """Every way to give some words values, or nothing where that may be."""
    known = list(words)
    ways = [[*one.values, None] if one.optional else list(one.values) for one in known]
    for values in product(*ways):
        yield {one.path: value for one, value in zip(known, values, strict=True) if value is not None}


def lists(tiny: Tiny) -> Iterator[dict[str, Value]]:
    """Every list of one candidate or two."""
    if not tiny.fields:
        yield {}
        return
    people = list(choices(tiny.fields))
    for one in people:
        for other in people:
            yield {"people": ({**one, "id": "one"}, {**other, "id": "other"})}


def cases(tiny: Tiny, policy: ir.Policy) -> Iterator[Case]:
    """Every case of a policy, decided."""
    for settings in choices(tiny.settings):
        kept = {path: evolve(policy.settings[path], value=value) for path, value in settings.items()}
        chosen = evolve(policy, settings={**policy.settings, **kept})
        reference = Reference(chosen)
        for event, facts in product(EVENTS, choices(tiny.facts)):
            for people in lists(tiny) if event == "contact_offered" else [{}]:
                given = {"event.type": event, **facts, **people}
                evaluation = reference.decide(event, given)
                environment = {**settings, **given, **evaluation.outcome}
                yield Case(event, settings, evaluation, dict(_conditions(chosen, event, environment)))


def _conditions(policy: ir.Policy, event: str, environment: Mapping[str, Value]) -> Iterator[tuple[str, bool | None]]:
    for decision in policy.decisions.values():
        for rule in decision.rules:
            if event in rule.asked_on:
                try:
                    holds = rule.when is None or evaluate(rule.when, environment) is True
                except KeyError:
                    holds = None
                yield f"{decision.name}.{rule.name}", holds


@define
class Seen:
    """What deciding every case showed."""

    fired: set[str] = field(factory=set)
    held: set[str] = field(factory=set)
    failed: set[str] = field(factory=set)  # rules whose condition did not hold once
    unread: set[str] = field(factory=set)  # rules whose condition cannot be read in some case
    came: set[tuple[str, Value]] = field(factory=set)
    doubled: set[tuple[str, str]] = field(factory=set)
    silent: set[tuple[str, str]] = field(factory=set)
    breaking: dict[str, dict[str, list[Mapping[str, Value]]]] = field(factory=dict)  # promise → event → settings

    def take(self, policy: ir.Policy, case: Case) -> None:
        for rule, holds in case.holds.items():
            (self.unread if holds is None else self.held if holds else self.failed).add(rule)
        self.fired.update(case.evaluation.fired)
        self.doubled.update((name, case.event) for name in case.evaluation.conflicts)
        for name, value in case.evaluation.outcome.items():
            known = value if isinstance(value, tuple) else (value,)
            self.came.update((name, one) for one in known if isinstance(one, str))
        for decision in policy.decisions.values():
            rules = [f"{decision.name}.{one.name}" for one in decision.rules if case.event in one.asked_on]
            if not any(case.holds[one] for one in rules):
                self.silent.add((decision.name, case.event))
        for one in case.evaluation.violated:
            self.breaking.setdefault(one, {}).setdefault(case.event, []).append(case.settings)


def check(tiny: Tiny) -> Report:
    """Compare everything that is proved of a policy with every case."""
    policy = _with_gaps(tiny.policy)
    seen, every = Seen(), list(cases(tiny, policy))
    for case in every:
        seen.take(policy, case)
    report = prove(policy)
    for finding in report.findings:
        assert finding.code not in ("unconfirmed", "undecided"), finding
        assert confirmed(policy, finding), finding
        _hidden(policy, finding, every)
    assert _found(report, "never-true", "hidden-rule") == set(_rules(policy)) - seen.fired
    assert _found(report, "never-true") <= set(_rules(policy)) - seen.held
    always = _found(report, "always-true")
    assert not always & seen.failed
    assert _conditional(policy) & seen.fired - seen.failed - seen.unread <= always
    assert _found(report, "unreachable-outcome") == _values(policy) - {f"{name}.{one}" for name, one in seen.came}
    assert {one.decision for one in report.findings if one.code == "doubled"} == {name for name, _ in seen.doubled}
    gaps = {(name, event) for name, event in seen.silent if _may_gap(policy.decisions[name])}
    assert {(one.decision, one.about) for one in report.findings if one.code == "gap"} == gaps
    for verdict in report.verdicts:
        _promised(tiny, policy, verdict, seen, every)
    return report


def _with_gaps(policy: ir.Policy) -> ir.Policy:
    """The policy, one decision without `otherwise`: the checker only lets that stand where nothing is left over."""
    one = next((one for one in policy.decisions.values() if one.otherwise is not None), None)
    return (
        policy if one is None else evolve(policy, decisions={**policy.decisions, one.name: evolve(one, otherwise=None)})
    )


def _may_gap(decision: ir.Decision) -> bool:
    return decision.hit != "collect" and decision.otherwise is None


def _rules(policy: ir.Policy) -> Iterator[str]:
    return (f"{name}.{rule.name}" for name, one in policy.decisions.items() for rule in one.rules)


def _conditional(policy: ir.Policy) -> set[str]:
    decisions = policy.decisions.items()
    return {f"{name}.{rule.name}" for name, one in decisions for rule in one.rules if rule.when is not None}


def _values(policy: ir.Policy) -> set[str]:
    return {f"{name}.{value}" for name, one in policy.decisions.items() for value in getattr(one.type, "values", ())}


def _found(report: Report, *codes: str) -> set[str]:
    return {f"{one.decision}.{one.about}" for one in report.findings if one.code in codes}


def _hidden(policy: ir.Policy, finding: Finding, every: list[Case]) -> None:
    """The rules that are said to take every case of another take every case of it."""
    if finding.code != "hidden-rule":
        return
    hiding = [f"{finding.decision}.{name}" for name in re.findall("`([^`]+)`", finding.message)[:-1]]
    rule = f"{finding.decision}.{finding.about}"
    assert hiding
    for case in every:
        assert not case.holds.get(rule) or any(case.holds.get(one) for one in hiding), finding.message


def _promised(tiny: Tiny, policy: ir.Policy, verdict: Verdict, seen: Seen, every: list[Case]) -> None:
    """A verdict on a promise is what the cases show, and so are the settings that it names."""
    breaking = seen.breaking.get(verdict.promise.name, {})
    chosen = {one.path: policy.settings[one.path].value for one in tiny.settings}
    if any(chosen in told for told in breaking.values()):
        assert verdict.verdict == "refuted", verdict.promise.condition
        assert verdict.finding is not None
        assert verdict.finding.code == "promise-broken"
        return
    assert verdict.verdict in ("proved", "vacuous"), verdict
    if breaking:
        assert verdict.verdict == "proved"
    if not breaking and not verdict.promise.about:
        assert (verdict.verdict == "vacuous") == _never_comes(verdict.promise, every), verdict.promise.condition
    boxes = [(_box(tiny, told), told) for told in breaking.values()]
    assert {(one.values, one.ranges) for one in verdict.regions} == {box for box, _ in boxes}
    for _, told in boxes:
        assert any(all(_in_order(region, one) for one in told) for region in verdict.regions), verdict.regions


def _box(tiny: Tiny, told: list[Mapping[str, Value]]) -> tuple[object, object]:
    """The settings in a list, each as the values or the ends that it takes; those that take all are left out."""
    values, ranges = [], []
    for one in sorted(tiny.settings, key=lambda one: one.path):
        taken = {settings[one.path] for settings in told}
        if one.kind == "int":
            ends = (min(taken), max(taken))  # type: ignore[type-var]
            if ends != (one.values[0], one.values[-1]):
                ranges.append((one.path, *ends))
        elif len(taken) < len(one.values):
            values.append((one.path, tuple(value for value in one.values if value in taken)))
    return tuple(values), tuple(ranges)


def _in_order(region: Region, settings: Mapping[str, Value]) -> bool:
    """Whether settings stand to each other as a region says."""
    orders = {"less than": "<", "equal to": "==", "more than": ">"}
    for one, words, other in re.findall(_ORDER, region.words):
        left, right = settings[one], settings[other]
        assert isinstance(left, int)
        assert isinstance(right, int)
        truth = {"<": left < right, "==": left == right, ">": left > right}
        if not any(truth[sign] for word, sign in orders.items() if word in words):
            return False
    return True


def _never_comes(promise: ir.Invariant, every: list[Case]) -> bool:
    """Whether an outcome of which a promise speaks first, among other things, comes in no case of any event."""
    told = promise.condition if promise.never else ir.Not(promise.condition)
    parts = _parts(told)
    wanted = [part for part in parts if _speaks_of_outcome(part)] if len(parts) > 1 else []
    live = [
        event
        for event in promise.asked_on
        if all(
            any(case.event == event and evaluate(part, {**case.evaluation.outcome}) is True for case in every)
            for part in wanted
        )
    ]
    return not live


def _parts(told: ir.Expr) -> list[ir.Expr]:
    match told:
        case ir.All(parts):
            return [inner for part in parts for inner in _parts(part)]
        case ir.Not(ir.Not(inner)):
            return _parts(inner)
        case ir.Not(ir.Any(parts)):
            return [inner for part in parts for inner in _parts(ir.Not(part))]
        case _:
            return [told]


def _speaks_of_outcome(part: ir.Expr) -> bool:
    match part:
        case ir.Compare("==", ir.Read(path), ir.Constant()) | ir.In(ir.Read(path), ir.ListOf()):
            return re.fullmatch(r"d\d", path) is not None
        case _:
            return False


@pytest.mark.parametrize("batch", range(-(-POLICIES // BATCH)))
def test_what_is_proved_is_what_every_case_shows(batch: int) -> None:
    for seed in range(batch * BATCH, min(POLICIES, (batch + 1) * BATCH)):
        try:
            check(tiny_policy(Random(seed)))
        except AssertionError as error:
            raise AssertionError(f"policy {seed}: {error}\n{tiny_policy(Random(seed)).files['all.yaml']}") from error


def test_the_policies_ask_for_every_answer() -> None:
    """A generator that never wrote a promise that holds, or a rule that hides, would prove nothing."""
    reports = [prove(_with_gaps(tiny_policy(Random(seed)).policy)) for seed in range(40)]
    codes = {one.code for report in reports for one in report.findings}
    assert codes >= {"never-true", "hidden-rule", "always-true", "unreachable-outcome", "doubled", "gap"}
    verdicts = [one for report in reports for one in report.verdicts]
    assert {one.verdict for one in verdicts} == {"proved", "refuted", "vacuous"}
    assert any(one.regions for one in verdicts)
    assert any(one.promise.about == "pair" and one.verdict == "proved" for one in verdicts)


if __name__ == "__main__":
    found = tiny_policy(Random(int(sys.argv[1])))
    sys.stdout.write(found.files["all.yaml"] + "\n")
    check(found)
