"""Runs a pack's tests: cases by a pure decision, stories through an engine with a ledger in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from attrs import evolve, field, frozen

from forbear.engine import Engine
from forbear.engine.confirm import Confirm
from forbear.engine.pure import decide_facts
from forbear.engine.settle import flat
from forbear.engine.texts import fill
from forbear.errors import EventError, ForbearError
from forbear.evaluate import Happening
from forbear.language import ir
from forbear.language.choosing import under
from forbear.language.pack import build_policy, read_pack
from forbear.language.source import Source
from forbear.language.types import Value, show
from forbear.records import Record
from forbear.testing.cases import PackTest, all_tests, rules_of
from forbear.testing.changes import holds_below
from forbear.testing.coverage import Coverage, Watch, coverage_of
from forbear.testing.coverage.stories import found_overdue, look_back, watch_overdue, watch_record
from forbear.testing.expecting import Failure, Found, check
from forbear.testing.foreign import known_packs

Words = tuple[str, Mapping[str, str]]  # a text, and what it says by language


@frozen
class Result:
    """What became of one test, and the rules that fired in it.

    `overridden` says that it is a test of a pack below which fails only because of what packs above it override.
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
        """How many tests of packs below no longer hold, as packs above them override what they test."""
        return sum(1 for result in self.results if result.failures and result.overridden)

    def unfired(self) -> list[str]:
        """The rules that no test made fire, in file order."""
        fired = frozenset().union(*(result.fired for result in self.results))
        return [rule for rule in rules_of(self.policy) if rule not in fired]


def run_tests(
    folder: Path,
    evaluator: str = "auto",
    sources: list[Source] | None = None,
    *,
    coverage: bool = False,
    supplied: Mapping[str, Path] | None = None,
    own: bool = False,
) -> Report:
    """Run all tests of the pack in a folder and, unless only its `own` are asked for, those of the packs below it.

    `sources` are its files where plugins add to them, `supplied` the packs that plugins bring. Raises PackError where
    pack or tests are not well formed.
    """
    sources = read_pack(folder) if sources is None else sources
    policy = build_policy(sources)
    tests = [one for one in all_tests(folder, policy, sources, supplied) if not (own and one[0])]
    known = known_packs(sources)
    results: list[Result] = []
    watch = Watch() if coverage else None
    policies = {repr([]): policy}  # by the settings chosen
    for number, (pack, test) in enumerate(tests):
        try:
            settings = repr(sorted(test.settings.items()))
            if settings not in policies:
                policies[settings] = under(policy, test.settings)
            chosen = policies[settings]
        except ForbearError as error:
            results.append(Result(test, (Failure(test.span, str(error)),), frozenset()))
            continue
        if watch is not None:
            watch.test = number
            watch.settings(chosen)
        found = run_test(test, chosen, evaluator, watch)
        if pack and found.failures:
            holds = partial(_holds, test, evaluator)
            found = evolve(found, overridden=holds_below(sources, known[pack], test.settings, holds))
        results.append(found)
    if watch is None:
        return Report(policy, tuple(results))
    fired = ((number, rule) for number, result in enumerate(results) for rule in sorted(result.fired))
    return Report(policy, tuple(results), coverage_of(policy, sources, watch, fired))


def run_test(
    test: PackTest,
    policy: ir.Policy,
    evaluator: str = "auto",
    watch: Watch | None = None,
    *,
    confirm: Confirm = "grave",
) -> Result:
    """Run one test under a policy that was built with its settings."""
    return _story(test, policy, evaluator, watch, confirm) if test.story else _case(test, policy, evaluator, watch)


def _holds(test: PackTest, evaluator: str, policy: ir.Policy) -> bool:
    return not run_test(test, policy, evaluator).failures


def _case(test: PackTest, policy: ir.Policy, evaluator: str, watch: Watch | None) -> Result:
    asked = frozenset(one.name for one in test.expect if one.name in policy.decisions or one.name in policy.rankings)
    try:
        answer = decide_facts(policy, test.given, asked=asked, evaluator=evaluator)
    except EventError as error:
        return Result(test, tuple(check(test.expect, Found({}, error=str(error)), test.span)), frozenset())
    evaluation = answer.evaluation
    settings = {path: one.value for path, one in policy.settings.items()}
    environment = {**settings, **answer.facts, **evaluation.outcome}
    if watch is not None:
        fixed = frozenset(test.given) & policy.decisions.keys()
        watch.decided(answer.policy, answer.event, environment, answer.degraded, fixed)
        watch.happened(policy, evaluation.happenings)
    found = Found(
        outcome={name: show(answer.policy.outcome_type(name), value) for name, value in evaluation.outcome.items()},
        fired=evaluation.fired,
        owes=tuple(one.name for one in evaluation.happenings if one.action == "owe"),
        records=tuple(one.name for one in evaluation.happenings if one.action == "record"),
        amends=tuple(one.name for one in evaluation.happenings if one.action == "amend"),
        closed=tuple(one.name for one in evaluation.happenings if one.action == "close"),
        said=tuple(_said(evaluation.happenings, answer.policy, environment)),
        left_out=flat(evaluation.left_out),
        degraded=answer.degraded or None,
    )
    failures = check(test.expect, _known(found, test), test.span)
    broken = {one.name: one for one in policy.invariants}
    failures += [
        Failure(broken[name].span, f"the promise does not hold: {broken[name].because}") for name in evaluation.violated
    ]
    failures += [
        Failure(test.span, f"the rules {' and '.join(rules)} of {name} both match")
        for name, rules in evaluation.conflicts.items()
    ]
    return Result(test, tuple(failures), found.rules(policy))


def _said(happenings: Iterable[Happening], policy: ir.Policy, environment: Mapping[str, Value]) -> Iterator[Words]:
    """The texts that rules say, then those that go with what they owe, each in every language."""
    said = [one.name for one in happenings if one.action == "say"]
    owed = [policy.obligations[one.name].say for one in happenings if one.action == "owe"]
    for name in (*said, *(one for one in owed if one)):
        yield name, fill(policy.texts[name], environment, policy)


def _story(test: PackTest, policy: ir.Policy, evaluator: str, watch: Watch | None, confirm: Confirm) -> Result:
    failures: list[Failure] = []
    fired: set[str] = set()
    with Engine(policy, "memory:", discover=False, evaluator=evaluator, confirm=confirm) as engine:
        names: dict[str, str] = {}
        for number, step in enumerate(test.story, 1):
            told = {"id": f"step-{number}", **step.event}
            if watch is not None:
                look_back(watch, engine, told)
            try:
                record = engine.decide(told)
            except EventError as error:
                failures += check(step.expect, Found({}, error=str(error)), step.span)
                continue
            names |= _named(record)
            found = _of(record, names, policy)
            fired |= found.rules(policy)
            if watch is not None:
                watch_record(watch, policy, record)
            for overdue in found_overdue(engine, record):
                names |= _named(overdue)
                fired |= _of(overdue, names, policy).rules(policy)
                if watch is not None:
                    watch_overdue(watch, engine, overdue)
            failures += check(step.expect, _known(found, test), step.span)
    return Result(test, tuple(failures), frozenset(fired))


def _named(record: Record) -> dict[str, str]:
    """What it owes and records, by id."""
    return {one.id: one.owe for one in record.obligations} | {one.id: one.entry for one in record.recorded}


def _of(record: Record, names: Mapping[str, str], policy: ir.Policy) -> Found:
    said = [(one.text, one.say) for one in record.said]
    said += [(policy.obligations[one.owe].say, one.say) for one in record.obligations if one.say is not None]
    return Found(
        outcome=record.outcome,
        fired=record.fired,
        owes=tuple(one.owe for one in record.obligations),
        records=tuple(one.entry for one in record.recorded if one.entry != "contact"),
        amends=tuple(names.get(one.id, one.id) for one in record.amended),
        closed=tuple(one.owe for one in record.closed),
        overdue=tuple(names.get(one, one) for one in record.overdue),
        said=tuple(said),
        left_out=record.left_out,
        degraded=record.degraded,
        late=record.late,
    )


def _known(found: Found, test: PackTest) -> Found:
    """What was found, without what a test of a pack below cannot know of."""

    def known(section: str, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(one for one in names if (section, one) not in test.foreign)

    degraded = found.degraded or {}
    return evolve(
        found,
        owes=known("obligations", found.owes),
        records=known("entries", found.records),
        amends=known("entries", found.amends),
        closed=known("obligations", found.closed),
        overdue=known("obligations", found.overdue),
        said=tuple(one for one in found.said if ("texts", one[0]) not in test.foreign),
        degraded={name: degraded[name] for name in known("decisions", degraded)} or None,
    )
