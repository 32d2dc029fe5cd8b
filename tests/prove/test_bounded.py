"""What is proved over histories of small policies with folds is what every short history shows.

Each policy records and amends marks by random rules; every history of a few events is gone through, with the reference
evaluator and folds counted here. `make prove-check` takes hundreds of policies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import product
from random import Random

import pytest
from attrs import evolve, frozen

from centre import small
from forbear import Policy
from forbear.evaluate import Evaluation, Reference
from forbear.language.types import Value
from forbear.prove import Verdict, prove
from forbear.prove.histories import Limits
from strategies.profile import FACTOR

POLICIES = max(8, int(8 * FACTOR))
BATCH = 4
EVENTS = 4  # of every history
SHORT, LONG, WINDOW = 1, 3 * 1440, 2 * 1440  # minutes
HEAD = """\
facts:
  speech.loud: {type: bool, default: false}
entries:
  mark: {kind: [a, b]}
history:
  marks: {count: mark, scope: customer}
  a_marks: {count: mark, where: kind == "a", scope: customer}
  b_here: {any: mark, where: kind == "b", scope: contact}
  here: {count: mark, scope: contact}
  lately: {count: mark, scope: customer, window: 2 days}
  last: {last: mark, of: id, scope: customer}
  last_kind: {last: mark, of: kind, scope: customer, else: b}
decisions:
  - decision: response
    asks: What now?
    asked_on: [utterance]
    outcome: [listen, warn, end]
    hit: first
    fallback: listen
    rules:
"""
CONTACTS = ("c1", "c2", "nobody's")  # two of one customer, and one of nobody who is known
FOLDS = ("marks", "a_marks", "here", "lately")


@frozen
class Mark:
    """An entry."""

    contact: str
    kind: str
    at: int


Marks = tuple[Mark, ...]


def small_policy(random: Random) -> Policy:
    """Random rules that record and amend marks, and a promise about what they count."""
    rules = "".join(_rule(random, n) for n in range(random.randint(2, 4)))
    said = f'response != "{random.choice(["warn", "end"])}" || {_past(random)}'
    promise = f"    invariants:\n      - {{throughout: '{said}', because: So.}}\n"
    return small(HEAD + rules + "      - {otherwise: listen}\n" + promise)


def _rule(random: Random, n: int) -> str:
    parts = [random.choice(["speech.loud", "!speech.loud"])] if random.random() < 0.5 else []
    parts += [_past(random)] if random.random() < 0.8 or not parts else []
    effect = random.choice(["record", "record", "record", "amend", ""])
    told = f", record: [{{mark: {{kind: {random.choice('ab')}}}}}]" if effect == "record" else ""
    if effect == "amend":
        parts.append("has(history.last)")
        told = f", amend: [{{mark: {{which: = history.last, kind: {random.choice('ab')}}}}}]"
    then = random.choice(["listen", "warn", "end"])
    return f"      - {{rule: r{n}, when: '{' && '.join(parts)}', then: {then}{told}, BECAUSE}}\n"


def _past(random: Random) -> str:
    if random.random() < 0.3:
        return random.choice(["history.b_here", "!history.b_here", 'history.last_kind == "a"'])
    return f"history.{random.choice(FOLDS)} {random.choice(['>=', '>=', '<', '=='])} {random.randint(1, 2)}"


class World:
    """Every short history of a policy."""

    def __init__(self, policy: Policy) -> None:
        self._reference = Reference(policy)
        self._known: dict[object, Evaluation] = {}

    def broken(self) -> int | None:
        """After how many events the promise can be broken, None where no short history breaks it."""
        states: set[tuple[Marks, int]] = {((), 0)}
        for length in range(EVENTS):
            later: set[tuple[Marks, int]] = set()
            for (marks, now), loud, contact, gap in product(states, (False, True), CONTACTS, (SHORT, LONG)):
                found = self._decide(marks, contact, now + gap, loud)
                if found.violated:
                    return length
                later.add((_after(marks, found, contact, now + gap), now + gap))
            states = later
        return None

    def _decide(self, marks: Marks, contact: str, now: int, loud: bool) -> Evaluation:
        given = {"event.type": "utterance", "speech.loud": loud, **_asked(marks, contact, now)}
        key = tuple(given.items())
        if key not in self._known:
            self._known[key] = self._reference.decide("utterance", given)
        return self._known[key]


def _asked(marks: Marks, contact: str, now: int) -> Mapping[str, Value]:
    """What the folds answer."""
    here = [one for one in marks if one.contact == contact]
    known = CONTACTS.index(contact) < 2
    theirs = [(n, one) for n, one in enumerate(marks) if known and CONTACTS.index(one.contact) < 2]
    found: dict[str, Value] = {
        "history.marks": len(theirs),
        "history.a_marks": sum(one.kind == "a" for _, one in theirs),
        "history.b_here": any(one.kind == "b" for one in here),
        "history.here": len(here),
        "history.lately": sum(now - one.at <= WINDOW for _, one in theirs),
        "history.last_kind": theirs[-1][1].kind if theirs else "b",
    }
    return {**found, "history.last": str(theirs[-1][0])} if theirs else found


def _after(marks: Marks, found: Evaluation, contact: str, now: int) -> Marks:
    for one in found.happenings:
        kind = str(one.values["kind"])
        if one.action == "record":
            marks = (*marks, Mark(contact, kind, now))
        else:
            place = int(one.which)
            marks = (*marks[:place], evolve(marks[place], kind=kind), *marks[place + 1 :])
    return marks


@cache
def told(seed: int, depth: int) -> tuple[int | None, Verdict]:
    """How soon the promise of a policy breaks, and what is said of it."""
    policy = small_policy(Random(seed))
    (verdict,) = prove(policy, Limits(seconds=30, depth=depth)).verdicts
    return World(policy).broken(), verdict


@pytest.mark.parametrize("seeds", [range(n, min(POLICIES, n + BATCH)) for n in range(0, POLICIES, BATCH)], ids=str)
def test_what_a_short_history_breaks_is_not_proved_and_is_found(seeds: range) -> None:
    for seed in seeds:
        broken, verdict = told(seed, EVENTS if FACTOR > 1 else 0)
        if broken is not None:
            assert verdict.verdict != "proved", seed
        if verdict.verdict == "refuted":
            searched = verdict.throughout.searched if verdict.throughout is not None else None
            assert broken is not None or (searched is not None and searched.depth >= EVENTS), seed
        if FACTOR > 1 and broken is not None:
            assert verdict.verdict == "refuted", (seed, verdict.verdict)


def test_the_policies_ask_for_every_answer() -> None:
    found = Counter((told(seed, 0)[0] is not None, told(seed, 0)[1].verdict) for seed in range(8))
    assert found[False, "proved"] >= 1
    assert found[True, "refuted"] >= 1
