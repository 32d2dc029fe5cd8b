"""Runs a pack's tests: cases by a pure decision, stories through an engine with a ledger in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from forbear.engine import Engine
from forbear.engine.pure import decide_facts
from forbear.engine.settle import flat
from forbear.errors import EventError, ForbearError, Span
from forbear.language import ir
from forbear.language.overriding import overrides_anything
from forbear.language.pack import build_policy, read_pack
from forbear.language.source import Source
from forbear.language.types import show
from forbear.records import Plain, Record
from forbear.testing.cases import Expectation, PackTest, all_tests, rules_of
from forbear.testing.coverage import Coverage, Watch, coverage_of
from forbear.testing.coverage.stories import found_overdue, look_back, watch_overdue, watch_record


@frozen
class Failure:
    """An expectation that was not met, where it stands, and what was found."""

    span: Span
    message: str


@frozen
class Result:
    """What became of one test, and the rules that fired in it.

    `overridden` says that it is a test of a pack below, which the pack in hand changes on purpose.
    """

    test: PackTest
    failures: tuple[Failure, ...]
    fired: frozenset[str]
    overridden: bool = False


@frozen
class Report:
    """The results of a pack's tests, and what they reach, where that was asked."""

    policy: ir.Policy
    results: tuple[Result, ...]
    coverage: Coverage | None = None
    failed: int = field(init=False)

    @failed.default
    def _count_failed(self) -> int:
        return sum(1 for result in self.results if result.failures and not result.overridden)

    @property
    def changed(self) -> int:
        """How many tests of packs below no longer hold, as the pack in hand overrides what they test."""
        return sum(1 for result in self.results if result.failures and result.overridden)

    def unfired(self) -> list[str]:
        """The rules that no test made fire, in file order."""
        fired = frozenset().union(*(result.fired for result in self.results))
        return [rule for rule in rules_of(self.policy) if rule not in fired]


@frozen
class _Found:
    """What a decision gave, in the words of `expect`."""

    outcome: Mapping[str, Any]
    fired: tuple[str, ...] = ()
    owes: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(factory=dict)
    degraded: Mapping[str, str] | None = None
    late: bool = False
    error: str = ""

    def rules(self, policy: ir.Policy) -> frozenset[str]:
        """The rules that had a say: those that fired, and the requirements that left somebody out."""
        excluding = set(self.left_out.values())
        required = {
            f"{one.name}.{rule.name}"
            for one in policy.rankings.values()
            for rule in one.require
            if one.name in self.outcome and rule.name in excluding
        }
        return frozenset(self.fired) | required


def run_tests(
    folder: Path,
    evaluator: str = "auto",
    sources: list[Source] | None = None,
    *,
    coverage: bool = False,
    supplied: Mapping[str, Path] | None = None,
) -> Report:
    """Run all tests of the pack in a folder, and those of the packs below it.

    `sources` are its files where plugins add to them, `supplied` the packs that plugins bring. Raises PackError where
    pack or tests are not well formed.
    """
    sources = read_pack(folder) if sources is None else sources
    policy = build_policy(sources)
    tests = all_tests(folder, policy, sources, supplied)
    changes = overrides_anything(sources)
    results: list[Result] = []
    watch = Watch() if coverage else None
    policies = {"[]": policy}  # by the settings chosen
    for number, (pack, test) in enumerate(tests):
        try:
            settings = json.dumps(sorted(test.settings.items()), default=str)
            if settings not in policies:
                policies[settings] = build_policy(sources, test.settings)
            chosen = policies[settings]
        except ForbearError as error:
            results.append(Result(test, (Failure(test.span, str(error)),), frozenset()))
            continue
        if watch is not None:
            watch.test = number
            watch.settings(chosen)
        found = _story(test, chosen, evaluator, watch) if test.story else _case(test, chosen, evaluator, watch)
        results.append(evolve(found, overridden=changes and bool(pack)))
    if watch is None:
        return Report(policy, tuple(results))
    fired = ((number, rule) for number, result in enumerate(results) for rule in sorted(result.fired))
    return Report(policy, tuple(results), coverage_of(policy, sources, watch, fired))


def _case(test: PackTest, policy: ir.Policy, evaluator: str, watch: Watch | None) -> Result:
    asked = frozenset(one.name for one in test.expect if one.name in policy.decisions or one.name in policy.rankings)
    try:
        answer = decide_facts(policy, test.given, asked=asked, evaluator=evaluator)
    except EventError as error:
        return Result(test, tuple(_check(test.expect, _Found({}, error=str(error)), test.span)), frozenset())
    evaluation = answer.evaluation
    if watch is not None:
        settings = {path: one.value for path, one in policy.settings.items()}
        fixed = frozenset(test.given) & policy.decisions.keys()
        watch.decided(
            answer.policy, answer.event, {**settings, **answer.facts, **evaluation.outcome}, answer.degraded, fixed
        )
        watch.happened(policy, evaluation.happenings)
    found = _Found(
        outcome={name: show(answer.policy.outcome_type(name), value) for name, value in evaluation.outcome.items()},
        fired=evaluation.fired,
        owes=tuple(one.name for one in evaluation.happenings if one.action == "owe"),
        records=tuple(one.name for one in evaluation.happenings if one.action == "record"),
        closed=tuple(one.name for one in evaluation.happenings if one.action == "close"),
        left_out=flat(evaluation.left_out),
        degraded=answer.degraded or None,
    )
    failures = _check(test.expect, _known(found, test), test.span)
    broken = {one.name: one for one in policy.invariants}
    failures += [
        Failure(broken[name].span, f"the promise does not hold: {broken[name].because}") for name in evaluation.violated
    ]
    failures += [
        Failure(test.span, f"the rules {' and '.join(rules)} of {name} both match")
        for name, rules in evaluation.conflicts.items()
    ]
    return Result(test, tuple(failures), found.rules(policy))


def _story(test: PackTest, policy: ir.Policy, evaluator: str, watch: Watch | None) -> Result:
    failures: list[Failure] = []
    fired: set[str] = set()
    with Engine(policy, "memory:", discover=False, evaluator=evaluator) as engine:
        owed: dict[str, str] = {}
        for number, step in enumerate(test.story, 1):
            told = {"id": f"step-{number}", **step.event}
            if watch is not None:
                look_back(watch, engine, told)
            try:
                record = engine.decide(told)
            except EventError as error:
                failures += _check(step.expect, _Found({}, error=str(error)), step.span)
                continue
            owed |= {one.id: one.owe for one in record.obligations}
            found = _of(record, owed)
            fired |= found.rules(policy)
            if watch is not None:
                watch_record(watch, policy, record)
            for overdue in found_overdue(engine, record):
                owed |= {one.id: one.owe for one in overdue.obligations}
                fired |= _of(overdue, owed).rules(policy)
                if watch is not None:
                    watch_overdue(watch, engine, overdue)
            failures += _check(step.expect, _known(found, test), step.span)
    return Result(test, tuple(failures), frozenset(fired))


def _of(record: Record, owed: Mapping[str, str]) -> _Found:
    return _Found(
        outcome=record.outcome,
        fired=record.fired,
        owes=tuple(one.owe for one in record.obligations),
        records=tuple(one.entry for one in record.recorded if one.entry != "contact"),
        closed=tuple(one.owe for one in record.closed),
        overdue=tuple(owed.get(one, one) for one in record.overdue),
        left_out=record.left_out,
        degraded=record.degraded,
        late=record.late,
    )


def _known(found: _Found, test: PackTest) -> _Found:
    """What was found, without what a test of a pack below cannot know of."""

    def known(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one for one in names if one not in test.foreign)

    return evolve(
        found,
        owes=known(found.owes),
        records=known(found.records),
        closed=known(found.closed),
        overdue=known(found.overdue),
    )


def _check(expect: Iterable[Expectation], found: _Found, at: Span) -> list[Failure]:
    """What was expected and not found. An error or a fall-back that nobody expected is a failure too."""
    failures: list[Failure] = []
    names = set()
    for one in expect:
        names.add(one.name)
        message = _compare(one, found)
        if message:
            failures.append(Failure(one.span, message))
    if found.error and "error" not in names:
        return [Failure(at, found.error)]
    if found.degraded and "degraded" not in names:
        reasons = "; ".join(f"{name} fell back: {reason}" for name, reason in found.degraded.items())
        named = [name for name in found.degraded if name in names]
        if named or not names:
            failures.append(Failure(at, reasons))
    return failures


def _compare(one: Expectation, found: _Found) -> str:
    """Why an expectation is not met, or nothing."""
    match one.name:
        case "fired":
            missing = [rule for rule in one.value if rule not in found.fired]
            return f"{', '.join(missing)} did not fire; fired: {_list(found.fired)}" if missing else ""
        case "owes" | "records" | "closed" | "overdue":
            got = getattr(found, one.name)
            same = sorted(got) == sorted(one.value)
            return "" if same else f"{one.name}: expected {_list(one.value)}, got {_list(got)}"
        case "left_out":
            same = dict(one.value) == dict(found.left_out)
            return "" if same else f"left_out: expected {_value(one.value)}, got {_value(dict(found.left_out))}"
        case "degraded":
            got = "; ".join(f"{name}: {reason}" for name, reason in (found.degraded or {}).items())
            same = one.value == bool(found.degraded)
            return "" if same else f"degraded: expected {_flag(one.value)}, got {got or _flag(False)}"
        case "late":
            same = one.value == found.late
            return "" if same else f"late: expected {_flag(one.value)}, got {_flag(found.late)}"
        case "error":
            same = bool(found.error) and one.value in found.error
            return "" if same else f"error: expected {one.value!r}, got {found.error or 'none'}"
        case _:
            if found.error:
                return ""
            if one.name not in found.outcome:
                return f"{one.name} was not asked on this event"
            got = found.outcome[one.name]
            same = one.value == got
            because = f"; fired: {_list([rule for rule in found.fired if rule.startswith(one.name + '.')])}"
            return "" if same else f"{one.name}: expected {_value(one.value)}, got {_value(got)}{because}"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _value(value: Plain) -> str:
    """A value as a test writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
