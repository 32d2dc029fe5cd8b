"""Facts that fit a policy, by the thousand: every value is taken from a small pool that favours what decides.

A pool holds the ends of a range, the policy's own constants and settings with their neighbours, and a few values from
anywhere. `strategies.facts` says the same for Hypothesis, which shrinks and is a hundred times as slow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import assert_never

from attrs import frozen

from forbear.language import ir
from forbear.language.types import (
    BoolType,
    DecimalType,
    EnumType,
    IntType,
    ListType,
    RecordsType,
    StringType,
    Type,
    Value,
)
from strategies.facts import Facts, constants, declared_at, entry_attributes
from strategies.kinds import HOSTILE, STRINGS

SOME = 6  # values from anywhere in a pool
IDS = "abcdefgh"
Pool = Sequence[Value]


@frozen
class _Field:
    """What may stand at a path: its pool, and whether nothing may."""

    path: str
    pool: Pool
    optional: bool


@frozen
class Sampler:
    """Draws facts for one type of event."""

    policy: ir.Policy
    event: str
    plain: tuple[_Field, ...]
    lists: Mapping[str, tuple[_Field, ...]]
    asked: tuple[str, ...]

    def facts(self, random: Random) -> Facts:
        """Facts that fit; in one of eight requests no list of candidates was given."""
        found = _drawn(self.plain, random)
        for over, fields in self.lists.items():
            if random.random() < 0.875:
                found[over] = _candidates(fields, random)
        return found

    def degraded(self, random: Random) -> frozenset[str]:
        """The decisions that fall back; in three of four requests none."""
        if not self.asked or random.random() < 0.75:
            return frozenset()
        return frozenset(random.sample(self.asked, random.randint(1, len(self.asked))))


def sampler(policy: ir.Policy, event: str, random: Random) -> Sampler:
    """A sampler for an event of a policy, its pools drawn."""
    hints, plan = constants(policy), policy.plans[event]
    plain = [declared_at(policy, event, path) for path in sorted(plan.facts) if path not in plan.keyed]
    fields = tuple(
        _Field(path, (event,) if path == "event.type" else pool(kind, hints, random), optional)
        for path, kind, optional in plain
    )
    lists: dict[str, tuple[_Field, ...]] = {}
    for over, folds in plan.keyed.items():
        kind = policy.facts[over].type
        assert isinstance(kind, RecordsType)
        named = [(one.name, one.type, one.optional) for one in kind.fields]
        named += [(path, policy.folds[path].type, policy.folds[path].optional) for path in folds]
        lists[over] = tuple(_Field(name, pool(inner, hints, random), optional) for name, inner, optional in named)
    return Sampler(policy, event, fields, lists, (*plan.decisions, *plan.rankings))


def entry_sampler(policy: ir.Policy, entry: str, random: Random) -> tuple[_Field, ...]:
    """The attributes that an entry of a kind may have, as `sampled_entry` takes them."""
    hints = constants(policy)
    known = entry_attributes(policy, entry)
    return tuple(_Field(one.name, pool(one.type, hints, random), one.optional) for one in known)


def sampled_entry(fields: tuple[_Field, ...], random: Random) -> Facts:
    """An entry's attributes."""
    return _drawn(fields, random)


def _drawn(fields: Sequence[_Field], random: Random) -> Facts:
    return {
        one.path: one.pool[int(random.random() * len(one.pool))]
        for one in fields
        if not (one.optional and random.random() < 0.4)
    }


def _candidates(fields: tuple[_Field, ...], random: Random) -> Value:
    """Up to six candidates; now and then one is like the one before but for its id, so that scores tie."""
    found: list[Facts] = []
    for id_ in random.sample(IDS, random.choice((0, 1, 2, 2, 3, 4, 6))):
        alike = found and random.random() < 0.3
        found.append({**(found[-1] if alike else _drawn(fields, random)), "id": id_})
    return tuple(found)


def pool(kind: Type, hints: frozenset[Value], random: Random) -> Pool:
    """Values of a type, those that decide first."""
    match kind:
        case BoolType():
            return (False, True)
        case IntType(low, high) | DecimalType(_, low, high):
            return _numbers(low, high, hints, random)
        case EnumType(known):
            return known
        case StringType():
            said = sorted(one for one in hints if isinstance(one, str) and one)
            return (*said, *said, *random.sample((*STRINGS, *HOSTILE), SOME))
        case ListType(item):
            items = pool(item, hints, random)
            lists = [tuple(random.choices(items, k=random.choice((1, 1, 2, 3, 5)))) for _ in range(2 * SOME)]
            return ((), tuple(items), *lists)
        case RecordsType():
            raise AssertionError("candidates are drawn field by field")
        case _:
            assert_never(kind)


def _numbers(low: int, high: int, hints: frozenset[Value], random: Random) -> Pool:
    said = {hint for hint in hints if isinstance(hint, int) and not isinstance(hint, bool)}
    near = {hint + step for hint in {0, *said} for step in (-1, 0, 1)}
    fitting = sorted(one for one in near if low <= one <= high)
    anywhere = [random.randint(low, high) for _ in range(SOME)]
    small = [one for one in range(-SOME // 2, SOME) if low <= one <= high]
    return (low, high, min(low + 1, high), max(high - 1, low), *fitting, *small, *anywhere)
