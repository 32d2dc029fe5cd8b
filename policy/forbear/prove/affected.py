"""The promises that a change of a policy touches, and those that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from forbear.language import ir
from forbear.language.walk import reads
from forbear.prove.asking import Finding, Undecided
from forbear.prove.both import Both, Pair
from forbear.prove.declared import promise_says
from forbear.prove.histories import Histories, Limits
from forbear.prove.promises import SPACES, Proved
from forbear.prove.questions import Questions, confirmed
from forbear.prove.same import is_same, is_same_of
from forbear.prove.stories import Story
from forbear.prove.witness import Witness


@frozen
class Promised:
    """A promise that the change touches: kept, broken (by a case or a story), broken before too, or unknown."""

    promise: ir.Invariant
    verdict: str  # kept, broken, broken before or unknown
    words: str = ""
    witness: Witness | None = None
    story: Story | None = None

    def as_json(self) -> dict[str, Any]:
        """The promise as plain data."""
        test: dict[str, Any] | None = None
        if self.witness is not None:
            test = self.witness.as_test(f"{self.promise.name} does not hold", {"degraded": False})
        elif self.story is not None:
            test = self.story.as_test(f"{self.promise.name} does not hold")
        because, source = self.promise.because, self.promise.source
        told = {"promise": self.promise.name, "because": because, "source": source, "verdict": self.verdict}
        return {**told, "how": self.words, "test": test}


def promised(before: ir.Policy, after: ir.Policy, limits: Limits | None, seconds: int = 10) -> Iterator[Promised]:
    """What became of the promises of the later policy that the change touches; of the others nothing is asked.

    Without `limits` nothing is asked of histories.
    """
    pair = Pair(before, after)
    known = {promise_says(one): one for one in before.invariants}
    ours, theirs = Questions(before, seconds), Questions(after, seconds)
    for one in after.invariants:
        was = known.get(promise_says(one))
        if was is None or _is_touched(pair, one):
            yield _asked(ours, theirs, was, one, limits)


def _is_touched(pair: Pair, one: ir.Invariant) -> bool:
    """Whether anything of which a promise speaks was changed."""
    paths = {path for path in reads(one.condition) if path.partition(".")[0] not in SPACES}
    for event in one.asked_on:
        if event not in pair.before.plans or event not in pair.after.plans:
            return True
        both = pair.at(event)
        if not is_same_of(pair, both, paths) or _reads_changed(pair, both, paths):
            return True
        if one.about and not is_same(pair, both, one.decision):
            return True
    return False


def _reads_changed(pair: Pair, both: Both, paths: set[str]) -> bool:
    return bool(both.after.depends(paths) & pair.changed.keys())


def _asked(
    ours: Questions, theirs: Questions, was: ir.Invariant | None, one: ir.Invariant, limits: Limits | None
) -> Promised:
    try:
        now = theirs.promise(one)
        if isinstance(now, Proved) or now.code == "vacuous-promise":
            return Promised(one, "kept", now.message if isinstance(now, Finding) else _regions(now))
        if one.throughout and not one.about:
            if limits is None:
                return Promised(one, "unknown", "facts alone do not settle it; `forbear prove` asks every history")
            return _over_histories(ours, theirs, was, one, limits)
        old = ours.promise(was) if was is not None else None
    except Undecided as error:
        return Promised(one, "unknown", str(error))
    if not confirmed(theirs.policy, now):
        return Promised(one, "unknown", f"{now.message}; but the evaluators do not find it so")
    broken = isinstance(old, Finding) and old.code == "promise-broken"
    return Promised(one, "broken before" if broken else "broken", now.message, now.witness)


def _regions(now: Proved) -> str:
    told = [one.words for one in now.regions if one.words]
    return f"for all settings, except where {'; or '.join(told)}" if told else ""


def _over_histories(
    ours: Questions, theirs: Questions, was: ir.Invariant | None, one: ir.Invariant, limits: Limits
) -> Promised:
    """What became of a promise that facts alone do not settle."""
    found = Histories(theirs.policy, theirs.settings, limits).prove(one)
    if found.answer.verdict == "proved":
        return Promised(one, "kept", "over every history")
    story = found.searched.story if found.searched is not None else None
    if story is None:
        return Promised(one, "unknown", "neither proved nor broken over histories")
    old = Histories(ours.policy, ours.settings, limits).prove(was) if was is not None else None
    before = old is not None and old.searched is not None and old.searched.story is not None
    return Promised(one, "broken before" if before else "broken", f"a story breaks it: {story.ended}", story=story)
