"""A promise over every history: the strongest that can be proved of it, else a story in which it breaks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations

from attrs import evolve, frozen

from forbear.language import ir
from forbear.language.types import IntType, Value
from forbear.prove.certificate import Lemma, lemma_of
from forbear.prove.horn import Answer, Around, Problem, answer, checked, pose, posed_within
from forbear.prove.moment import Settings
from forbear.prove.nesting import Nesting
from forbear.prove.origins import amendable
from forbear.prove.state import SCOPES, Track
from forbear.prove.stories import Searched, search
from forbear.prove.terms import codes_of
from forbear.prove.tracked import ROUNDS, tracked_folds

NOTHING = Around(overrides=False, merges=False, splits=False, forgetting=False)


@frozen
class Limits:
    """How much work one promise may take."""

    seconds: int = 10  # for one question to a solver
    depth: int = 8  # events of a story


@frozen
class Throughout:
    """What was found of a promise over every history."""

    answer: Answer
    fixed: tuple[tuple[str, Value], ...] = ()  # the settings under which it was proved
    searched: Searched | None = None
    sure: bool = True  # no stronger claim is left open because the solver gave up


class Histories:
    """Asks a policy about its histories."""

    def __init__(self, policy: ir.Policy, settings: Settings, limits: Limits) -> None:
        self._policy, self._settings, self._limits = policy, settings, limits
        self._nesting = Nesting(policy, settings)
        self._posed: dict[object, Problem] = {}
        self._sure = True

    def prove(self, one: ir.Invariant) -> Throughout:
        """Prove a promise for all settings; else for those chosen; else find the story in which it breaks."""
        growing = list(self._growing(one))
        found = self._strongest(one, growing, self._settings)
        if found.verdict == "proved":
            return Throughout(found, sure=self._sure)
        chosen = {path: setting.value for path, setting in self._policy.settings.items()}
        settled = self._strongest(one, growing, self._with(chosen))
        if settled.verdict == "proved":
            return evolve(self._needed(one, settled, chosen), sure=self._sure)
        return Throughout(found, searched=self._search(one, growing[-1]))

    def again(self, one: ir.Invariant, before: Lemma) -> Throughout | None:
        """A proof that was found before, if a plain solver finds it to be one of this policy."""
        chosen = self._policy.settings
        known = all(path in chosen and chosen[path].value == value for path, value in before.fixed)
        if not known or not before.folds <= self._policy.folds.keys():
            return None
        fixed = {**self._settings.fixed, **dict(before.fixed)}
        settings = Settings(self._policy, codes_of(before.codes), fixed)
        problem = self._pose(one, before.folds, before.around, settings)
        lemma = before.formula(problem)
        found = checked(problem, lemma, self._limits.seconds) if lemma is not None else None
        return Throughout(found, before.fixed) if found is not None and found.verdict == "proved" else None

    def lemma(self, found: Throughout) -> Lemma:
        """What a proof rests on, to be kept."""
        return lemma_of(found.answer, found.fixed, self._settings.codes)

    def _strongest(self, one: ir.Invariant, growing: list[frozenset[str]], settings: Settings) -> Answer:
        """The proof that assumes least, with few folds in the state where that is enough; else what was found last."""
        least: Answer | None = None
        for folds in growing:
            found = self._ask(one, folds, Around(), settings)
            if found.verdict == "proved":
                return found
            least = self._ask(one, folds, NOTHING, settings)
            if least.verdict == "proved":
                return self._weakest(one, folds, settings) or least
        assert least is not None
        return least

    def _weakest(self, one: ir.Invariant, folds: frozenset[str], settings: Settings) -> Answer | None:
        """The proof that assumes least of what happens around events, if it need not assume all."""
        for around in list(weaker())[1:-1]:
            found = self._ask(one, folds, around, settings)
            if found.verdict == "proved":
                return found
        return None

    def _growing(self, one: ir.Invariant) -> Iterator[frozenset[str]]:
        """The folds that the state keeps, more each time, until there are no more."""
        before: frozenset[str] | None = None
        for rounds in range(ROUNDS):
            folds = tracked_folds(self._policy, one, rounds)
            if folds != before:
                yield folds
            before = folds

    def _with(self, chosen: dict[str, Value]) -> Settings:
        return evolve(self._settings, fixed={**self._settings.fixed, **chosen}, terms={})

    def _ask(self, one: ir.Invariant, folds: frozenset[str], around: Around, settings: Settings) -> Answer:
        found = answer(self._pose(one, folds, around, settings), self._limits.seconds)
        self._sure = self._sure and found.verdict != "unknown"
        return found

    def _pose(self, one: ir.Invariant, folds: frozenset[str], around: Around, settings: Settings) -> Problem:
        """The problem; its steps are made once for all that may happen around events."""
        key = one, folds, tuple(sorted(settings.fixed.items()))
        if key not in self._posed:
            self._posed[key] = pose(self._policy, settings, self._nesting, one, folds, around)
        return posed_within(self._posed[key], around)

    def _needed(self, one: ir.Invariant, settled: Answer, chosen: dict[str, Value]) -> Throughout:
        """What is proved with as few settings fixed as can be, of those without which the proof fails."""
        folds, around = frozenset(each.path for each in settled.tracks), settled.around
        probe = pose(self._policy, self._settings, self._nesting, one, folds, around)
        matter = [path for path in sorted(chosen) if any(str(term) == path for term in probe.parameters)]

        def asked(kept: Sequence[str]) -> Answer:
            return self._ask(one, folds, around, self._with({path: chosen[path] for path in kept}))

        kept = smallest(matter, lambda some: asked(some).verdict == "proved")
        found = asked(kept)
        if found.verdict != "proved":  # the solver gave up where it did not before
            return Throughout(settled, tuple(sorted(chosen.items())))
        return Throughout(found, tuple((path, chosen[path]) for path in kept))

    def _search(self, one: ir.Invariant, folds: frozenset[str]) -> Searched:
        kinds = {self._policy.folds[path].entry for path in folds}
        beside = (*open_obligations(self._policy, kinds), *recorded(self._policy, kinds))
        problem = pose(self._policy, self._settings, self._nesting, one, folds, NOTHING, beside)
        return search(problem, self._limits.depth, self._limits.seconds)


def open_obligations(policy: ir.Policy, kinds: Collection[str]) -> tuple[Track, ...]:
    """How many obligations of each name are open, of those that amend entries of some kinds when they are closed."""
    found: list[Track] = []
    for one in policy.obligations.values():
        if any(kind in kinds for closing in one.closes.values() for kind, _ in closing.amends):
            where = ir.All((ir.Read("open"), ir.Compare("==", ir.Read("owe"), ir.Constant(one.name))))
            found += _counts(f"open {one.name}", "obligation", where)
    return tuple(found)


def recorded(policy: ir.Policy, kinds: Collection[str]) -> tuple[Track, ...]:
    """How many entries of some kinds there are, by what rules record them with and nothing amends."""
    found: dict[str, list[Track]] = {}
    for decision in policy.decisions.values():
        for rule in decision.rules:
            for effect in rule.effects:
                if isinstance(effect, ir.Record) and effect.entry in kinds:
                    steady = [one for one in effect.values if one[0] not in amendable(policy, effect.entry)]
                    told = {name: expr for name, expr in sorted(steady) if isinstance(expr, ir.Constant)}
                    words = " ".join([effect.entry, *(f"{name} {expr.value}" for name, expr in told.items())])
                    parts = tuple(ir.Compare("==", ir.Read(name), expr) for name, expr in told.items())
                    found[words] = _counts(words, effect.entry, ir.All(parts) if parts else None)
    return tuple(one for each in found.values() for one in each)


def _counts(words: str, kind: str, where: ir.Expr | None) -> list[Track]:
    """Counts of the entries of a kind in the contact and of the customer."""
    folds = [ir.Fold(f"{words} of the {scope}", "count", kind, IntType(), scope, where=where) for scope in SCOPES]
    return [Track(one, where, passing=False) for one in folds]


def weaker() -> Iterator[Around]:
    """What may happen around events: everything, then all but one, and so on."""
    names = ("splits", "overrides", "merges", "forgetting")
    for number in range(len(names) + 1):
        for left_out in combinations(names, number):
            yield Around(**dict.fromkeys(left_out, False))


def smallest(items: Sequence[str], holds: Callable[[Sequence[str]], bool]) -> list[str]:
    """Some of the items, none of which can be left out, with which something holds that holds with all of them."""
    kept, size = list(items), max(1, len(items) // 2)
    while True:
        n = 0
        while n < len(kept):
            fewer = kept[:n] + kept[n + size :]
            if holds(fewer):
                kept = fewer
            else:
                n += size
        if size == 1:
            return kept
        size = max(1, size // 2)
