"""Each mutant against the tests and proofs of its pack, cheapest first, until something notices it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from attrs import define, field, frozen

from forbear.errors import ForbearError
from forbear.evaluate.protocol import Environment
from forbear.language import ir
from forbear.language.choosing import under
from forbear.language.pack import build_policy, read_pack
from forbear.language.source import Source
from forbear.testing.cases import PackTest, all_tests
from forbear.testing.coverage import Watch
from forbear.testing.mutation.mutants import Mutant, mutants_of
from forbear.testing.runner import Result, run_test

if TYPE_CHECKING:
    from forbear.testing.mutation.equal import Equality
    from forbear.testing.mutation.proofs import Proofs

EVALUATOR = "reference"  # nothing is generated for a policy that decides a few times only

State = Literal["noticed", "equal", "missed"]
By = Literal["", "test", "promise", "proof"]
Told = Callable[[str, int, int], None]
"""Hears how far it is: what is tried now, how many mutants were, and how many there are."""


@frozen
class Tried:
    """What became of a mutant, and which test, promise or proof noticed it."""

    mutant: Mutant
    state: State
    by: By = ""
    noticed: str = ""  # the name of the test, or what the proof says


@frozen
class Mutation:
    """What became of every mutant of a pack; without Z3 no equal one was set aside, and no proof was asked."""

    policy: ir.Policy
    tried: tuple[Tried, ...]
    proved: bool

    @property
    def missed(self) -> tuple[Tried, ...]:
        """The mutants that nothing noticed."""
        return tuple(one for one in self.tried if one.state == "missed")

    @property
    def percent(self) -> Fraction:
        """How much of what changes something was noticed, exactly; 100 where nothing was changed."""
        counts = self.counted()
        able = counts["noticed"] + counts["missed"]
        return Fraction(100 * counts["noticed"], able) if able else Fraction(100)

    def counted(self) -> Mapping[State, int]:
        """How many mutants were noticed, equal and missed."""
        counts = Counter(one.state for one in self.tried)
        return {"noticed": counts["noticed"], "equal": counts["equal"], "missed": counts["missed"]}


@define
class _Asked(Watch):
    """Notes which decisions and rankings each test asks."""

    asked: dict[str, list[int]] = field(factory=dict)

    def decided(
        self,
        policy: ir.Policy,
        event: str,
        environment: Environment,
        degraded: Iterable[str] = (),
        given: frozenset[str] = frozenset(),
    ) -> None:
        plan = policy.plans[event]
        for name in {*plan.decisions, *plan.rankings} - given:
            tests = self.asked.setdefault(name, [])
            if self.test not in tests[-1:]:
                tests.append(self.test)


@frozen
class _Suite:
    """The tests of a pack, all of which pass, each with its policy and what it came to."""

    tests: tuple[tuple[PackTest, ir.Policy, Result], ...]
    asked: Mapping[str, list[int]]
    promises: frozenset[tuple[str, int, int]]  # where they stand

    def asking(self, mutant: Mutant) -> list[int]:
        """The tests that ask a mutant's decision: those in which its rule fired first, cases before stories."""
        rule = f"{mutant.of}.{mutant.rule}"

        def order(n: int) -> tuple[bool, bool]:
            test, _, result = self.tests[n]
            return rule not in result.fired, bool(test.story)

        return sorted(self.asked.get(mutant.of, ()), key=order)

    def notices(self, mutant: Mutant) -> Tried | None:
        """The first test that fails with a mutant."""
        for n in self.asking(mutant):
            test, policy, _ = self.tests[n]
            try:
                failures = run_test(test, mutant.policy(policy), EVALUATOR, confirm="never").failures
            except Exception as error:  # noqa: BLE001 — a mutant may break what the checker would have made sure of
                return Tried(mutant, "noticed", "test", f"{test.name}: {type(error).__name__}")
            if failures:
                span = failures[0].span
                by: By = "promise" if (span.file, span.line, span.column) in self.promises else "test"
                return Tried(mutant, "noticed", by, test.name)
        return None


def try_mutants(
    folder: Path,
    sources: list[Source] | None = None,
    *,
    only: Collection[str] = (),
    supplied: Mapping[str, Path] | None = None,
    own: bool = False,
    prove: bool = True,
    told: Told | None = None,
) -> Mutation:
    """Try every mutant of the decisions that a pack answers for, or of those in `only`.

    Tests of packs below are asked too, unless only its `own` are to be. Where Z3 is not installed, or `prove` is false,
    no proof is asked, and what changes nothing is not set aside. Raises PackError where pack or tests are not well
    formed, ForbearError for a decision that there is not, or where a test fails before anything is changed.
    """
    sources = read_pack(folder) if sources is None else sources
    policy = build_policy(sources)
    unknown = sorted(set(only) - {*policy.decisions, *policy.rankings})
    if unknown:
        raise ForbearError(f"{policy.name} has no decision {unknown[0]!r}")
    tests = all_tests(folder, policy, sources, supplied)
    suite = _suite(policy, [one for one in tests if not (own and one[0])])
    mutants = mutants_of(policy, sources, only)
    prover = _Prover(policy) if prove and find_spec("z3") is not None else None
    tried: list[Tried] = []
    for n, mutant in enumerate(mutants):
        if told is not None:
            told(mutant.of, n, len(mutants))
        tried.append(suite.notices(mutant) or (prover.judge(mutant) if prover else Tried(mutant, "missed")))
    return Mutation(policy, tuple(tried), prover is not None)


def _suite(policy: ir.Policy, tests: Sequence[tuple[str, PackTest]]) -> _Suite:
    """The tests that pass; raises ForbearError where one fails, but for those that packs above override."""
    watch = _Asked()
    policies: dict[str, ir.Policy] = {}
    kept: list[tuple[PackTest, ir.Policy, Result]] = []
    for pack, test in tests:
        settings = repr(sorted(test.settings.items()))
        if settings not in policies:
            try:
                policies[settings] = under(policy, test.settings)
            except ForbearError as error:
                raise ForbearError(f"{test.span}: {test.name!r} cannot be run: {error}") from None
        watch.test = len(kept)
        result = run_test(test, policies[settings], EVALUATOR, watch, confirm="never")
        if not result.failures:
            kept.append((test, policies[settings], result))
        elif not pack:
            one = result.failures[0]
            raise ForbearError(f"{one.span}: {test.name!r} fails before anything is changed; run forbear test first")
    asked = {name: [n for n in numbers if n < len(kept)] for name, numbers in watch.asked.items()}
    promises = frozenset((one.span.file, one.span.line, one.span.column) for one in policy.invariants)
    return _Suite(tuple(kept), asked, promises)


@frozen
class _Prover:
    """Says of a mutant that no test notices whether it is equal, or a proof notices it."""

    policy: ir.Policy
    equality: Equality = field(init=False)
    proofs: Proofs = field(init=False)

    @equality.default
    def _make_equality(self) -> Equality:
        from forbear.testing.mutation.equal import Equality

        return Equality(self.policy)

    @proofs.default
    def _make_proofs(self) -> Proofs:
        from forbear.testing.mutation.proofs import Proofs

        return Proofs(self.policy)

    def judge(self, mutant: Mutant) -> Tried:
        if self.equality.is_equal(mutant):
            return Tried(mutant, "equal")
        found = self.proofs.notices(mutant)
        return Tried(mutant, "noticed", "proof", found) if found else Tried(mutant, "missed")
