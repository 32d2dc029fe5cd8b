"""Inner values that fit a policy: the facts of an event as an evaluator is given them, the entries of a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from hypothesis import strategies as st

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
from forbear.language.vocabulary import attributes_of
from forbear.testing.strategies.constants import constants

Facts = dict[str, Value]


def facts_for(policy: ir.Policy, event: str) -> st.SearchStrategy[Facts]:
    """Inner values for everything that an event of a type needs; what is optional may be absent.

    Values lean towards those that the policy compares with, so that both sides of a condition are met.
    """
    hints = constants(policy)
    plan = policy.plans[event]
    plain = [path for path in sorted(plan.facts) if path not in plan.keyed]
    needed = [declared_at(policy, event, path) for path in plain]
    required = {path: values(kind, hints) for path, kind, optional in needed if not optional}
    optional = {path: values(kind, hints) for path, kind, optional in needed if optional}
    if "event.type" in required:
        required["event.type"] = st.just(event)
    lists = {over: candidates(policy, over, folds, hints) for over, folds in plan.keyed.items()}
    plain_facts = st.fixed_dictionaries(required, optional=optional)
    # A list that was refused is absent; what ranks it is degraded then, and evaluators go on.
    absent = st.sampled_from((*[frozenset()] * 7, frozenset(lists)))
    return st.builds(
        lambda one, given, gone: one | {over: value for over, value in given.items() if over not in gone},
        plain_facts, st.fixed_dictionaries(lists), absent,
    )  # fmt: skip


def attributes_for(policy: ir.Policy, entry: str) -> st.SearchStrategy[Facts]:
    """The attributes of an entry of a kind, as a fold's `where` meets them."""
    hints = constants(policy)
    known = entry_attributes(policy, entry)
    required = {one.name: values(one.type, hints) for one in known if not one.optional}
    optional = {one.name: values(one.type, hints) for one in known if one.optional}
    return st.fixed_dictionaries(required, optional=optional)


def degraded_for(policy: ir.Policy, event: str) -> st.SearchStrategy[frozenset[str]]:
    """Some of the decisions and rankings that an event asks; often none."""
    asked = (*policy.plans[event].decisions, *policy.plans[event].rankings)
    return st.just(frozenset()) | st.frozensets(st.sampled_from(asked)) if asked else st.just(frozenset())


def candidates(
    policy: ir.Policy, over: str, folds: tuple[str, ...], hints: Iterable[Value] = ()
) -> st.SearchStrategy[Value]:
    """A list of candidates: the fields of each, and at `history.x` the folds that are asked for it."""
    kind = policy.facts[over].type
    assert isinstance(kind, RecordsType)
    named: list[tuple[str, Type, bool]] = [(one.name, one.type, one.optional) for one in kind.fields]
    named += [(path, policy.folds[path].type, policy.folds[path].optional) for path in folds]
    required = {name: values(inner, hints) for name, inner, optional in named if not optional}
    optional = {name: values(inner, hints) for name, inner, optional in named if optional}
    one = st.fixed_dictionaries({**required, "id": st.sampled_from("abcdefgh") | values(StringType(), hints)},
                                optional=optional)  # fmt: skip
    several = st.lists(one, min_size=2, max_size=5, unique_by=lambda candidate: candidate["id"])
    return (several | several | st.lists(one, max_size=1)).map(tuple)


def values(kind: Type, hints: Iterable[Value] = ()) -> st.SearchStrategy[Value]:
    """Inner values of a type, leaning towards the hints."""
    match kind:
        case BoolType():
            return st.booleans()
        case IntType(low, high) | DecimalType(_, low, high):
            numbers = {low, high, 0, 1} | {
                hint + step
                for hint in hints
                if isinstance(hint, int) and not isinstance(hint, bool)
                for step in (-1, 0, 1)
            }
            near = sorted((one for one in numbers if low <= one <= high), key=abs)
            return st.sampled_from(near) | st.integers(low, high)
        case EnumType(known):
            return st.sampled_from(known)
        case StringType():
            texts = sorted({hint for hint in hints if isinstance(hint, str) and hint})
            free = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8)
            return st.sampled_from(texts) | free if texts else free
        case ListType(item):
            return st.lists(values(item, hints), max_size=4).map(tuple)
        case RecordsType():
            raise AssertionError("candidates are drawn by `candidates`, which knows the folds asked for them")
        case _:
            assert_never(kind)


def declared_at(policy: ir.Policy, event: str, path: str) -> tuple[str, Type, bool]:
    """A path's type, and whether it may be missing on an event."""
    if path in policy.folds:
        return path, policy.folds[path].type, policy.folds[path].optional
    fact = policy.facts[path] if path in policy.facts else policy.events[event].get(path)
    if fact is None:  # another event's field, by which a fold is keyed; here it is missing
        return path, StringType(), True
    return path, fact.type, fact.optional


def entry_attributes(policy: ir.Policy, entry: str) -> list[ir.Attribute]:
    """The attributes that a fold's `where` may read of an entry."""
    return list(attributes_of(policy.entries[entry]).values())
